"""The file that leaves, byte by byte."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import UnsafeBytesError, csv_bytes, parse_csv_bytes

HEADER = b"ActionId,Amount,Reason\r\n"

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
reasons = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}", fullmatch=True)
rows = st.lists(
    st.tuples(ids, st.one_of(st.just(0), st.integers(0, 10**17 - 1), st.integers(0, 200)), reasons), max_size=30
)


def of(*records):
    ids, cents, reasons = map(list, zip(*records, strict=True)) if records else ([], [], [])
    return ReadyRows(ids, cents, reasons)


def test_the_file_is_exactly_these_bytes():
    content = csv_bytes(
        of(
            ("M.8882.4808.1063415", 4990, "ORDER_UPDATE"),
            ("M.8882.4808.1063416", 0, "REJECTED"),
            ("M.8882.4808.1063417", 5, "ORDER_UPDATE"),
            ("M.8882.4808.1063418", 123_400, "ORDER_UPDATE"),
        )
    )
    assert content == (
        b"ActionId,Amount,Reason\r\n"
        b"M.8882.4808.1063415,49.90,ORDER_UPDATE\r\n"
        b"M.8882.4808.1063416,0,REJECTED\r\n"
        b"M.8882.4808.1063417,0.05,ORDER_UPDATE\r\n"
        b"M.8882.4808.1063418,1234.00,ORDER_UPDATE\r\n"
    )


def test_without_rows_only_the_header_leaves():
    assert csv_bytes(of()) == HEADER
    assert list(parse_csv_bytes(HEADER)) == []


@given(rows)
def test_what_is_written_is_plain_and_reads_back_the_same(records):
    content = csv_bytes(of(*records))
    assert content.isascii()
    assert b'"' not in content
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r") == len(records) + 1
    assert content.endswith(b"\r\n")
    for line in content[len(HEADER) :].splitlines():
        assert re.fullmatch(rb"(0|[0-9]+\.[0-9]{2})", line.split(b",")[1])
    assert list(parse_csv_bytes(content)) == records
    assert csv_bytes(of(*records)) == content


@pytest.mark.parametrize("size", [4095, 4096, 4097, 8193])
def test_no_row_is_lost_between_two_blocks(size):
    records = [(f"M.1.2.{at}", at, "REJECTED") for at in range(size)]
    content = csv_bytes(of(*records))
    assert content.count(b"\r\n") == size + 1
    assert list(parse_csv_bytes(content)) == records


@pytest.mark.parametrize(
    "record",
    [
        ("M.1,2", 0, "REJECTED"),
        ("M.1\r\nM.2,0,REJECTED", 0, "REJECTED"),
        ("M.1,0,REJECTED\r\nM.2", 0, "REJECTED"),
        ("=M.1", 0, "REJECTED"),
        ("-1", 0, "REJECTED"),
        ("", 0, "REJECTED"),
        ("M" * 65, 0, "REJECTED"),
        ("M.\uff11", 0, "REJECTED"),
        ("M.1\ud800", 0, "REJECTED"),
        ("M.1 ", 0, "REJECTED"),
        ("M.1", -1, "REJECTED"),
        ("M.1", 10**17, "REJECTED"),
        ("M.1", 0, ""),
        ("M.1", 0, "A B"),
        ("M.1", 0, "A,B"),
        ("M.1", 0, "A\n"),
        ("M.1", 0, "\u00dc"),
        ("M.1", 0, "R" * 65),
        ("M.1", 0, "-R"),
        ("+1", 0, "REJECTED"),
        ("@M.1", 0, "REJECTED"),
        ("\tM.1", 0, "REJECTED"),
    ],
    ids=ascii,
)
def test_what_the_format_cannot_hold_never_leaves(record):
    good = ("M.1", 0, "REJECTED")
    with pytest.raises(UnsafeBytesError):
        csv_bytes(of(good, record, good))


anything = st.one_of(ids, reasons, st.text(max_size=6), st.text("=+-@\t\r\n'\"M.1\uff1d", max_size=4))


@given(st.lists(st.tuples(anything, st.one_of(st.just(0), st.integers(-5, 10**18)), anything), max_size=4))
def test_no_field_that_leaves_is_taken_for_a_formula_whatever_the_rows_hold(records):
    try:
        content = csv_bytes(of(*records))
    except UnsafeBytesError:
        return
    for line in content.decode("ascii").removesuffix("\r\n").split("\r\n"):
        for field in line.split(","):
            assert field[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"


def test_a_batch_on_record_with_a_code_that_is_no_longer_allowed_is_still_read():
    assert list(parse_csv_bytes(HEADER + b"M.1,0,-R\r\n")) == [("M.1", 0, "-R")]


def test_columns_of_different_length_never_leave():
    with pytest.raises(ValueError, match="shorter"):
        csv_bytes(ReadyRows(["M.1", "M.2"], [0], ["REJECTED", "REJECTED"]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"M.1,0,REJECTED\r\n",
        b"\xef\xbb\xbf" + HEADER,
        b"actionid,amount,reason\r\n",
        HEADER + HEADER,
        HEADER + b"M.1,0,REJECTED",
        HEADER + b"M.1,0,REJECTED\n",
        HEADER + b"M.1,0,REJECTED\r\n\r\n",
        HEADER + b"M.1,0.00,REJECTED\r\n",
        HEADER + b"M.1,5,REJECTED\r\n",
        HEADER + b"M.1,5.0,REJECTED\r\n",
        HEADER + b"M.1,05.00,REJECTED\r\n",
        HEADER + b"M.1,5.000,REJECTED\r\n",
        HEADER + b"M.1,1000000000000000.00,REJECTED\r\n",
        HEADER + b"M.1,,REJECTED\r\n",
        HEADER + b"M.1,0\r\n",
        HEADER + b"M.1,0,REJECTED,x\r\n",
        HEADER + b'"M.1",0,REJECTED\r\n',
    ],
    ids=ascii,
)
def test_bytes_of_any_other_form_are_not_read_back(content):
    with pytest.raises(UnsafeBytesError):
        parse_csv_bytes(content)
