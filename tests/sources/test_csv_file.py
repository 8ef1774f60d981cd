"""CSV as the spreadsheet programs of many countries write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch import check
from action_returns.sources import Reading, SourceProblem, read_stream

HEADER = "ActionId,Amount,Reason\r\n"


def cells(content):
    columns = read_stream(content).columns
    return list(zip(columns.rows, columns.action_id, columns.amount, columns.reason, strict=True))


def refusal(content):
    with pytest.raises(SourceProblem) as caught:
        read_stream(content)
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_way_to_write_the_same_rows_gives_the_same_cells(delimiter, end, encoding):
    lines = [
        "Notiz: Müller",
        "",
        delimiter.join(("ActionId", "Amount", "Reason")),
        delimiter.join(("M.1.2.3", "0", "REJECTED")),
    ]
    content = end.join([*lines, ""]).encode(encoding)
    assert cells(content) == [(4, "M.1.2.3", "0", "REJECTED")]


def test_other_spellings_of_headers_and_other_columns_are_fine():
    assert cells(b"Order;Reason ;SALE_AMOUNT;action id\r\n7;REJECTED;0;M.1.2.3\r\n") == [
        (2, "M.1.2.3", "0", "REJECTED")
    ]


def test_a_named_separator_counts():
    assert cells(b"sep=;\r\nActionId;Amount;Reason\r\nM.1.2.3;1,5;REJECTED\r\n") == [(3, "M.1.2.3", "1,5", "REJECTED")]


def test_an_empty_field_is_nothing_and_never_zero():
    assert cells((HEADER + "M.1.2.3,,REJECTED\r\n").encode()) == [(2, "M.1.2.3", None, "REJECTED")]


def test_a_comma_that_splits_an_amount_in_two_never_changes_the_money():
    content = b"Reason,ActionId,Amount\r\nORDER_UPDATE,M.1.2.3,12,50\r\n"
    reading = read_stream(content)
    assert list(reading.columns.amount) == ["12,50"]
    assert [finding.code for finding in check(reading.columns)] == ["amount-separator"]
    assert "more fields than the header" in reading.notes[0]


def test_a_comma_that_splits_an_amount_in_the_middle_makes_the_row_an_error():
    report = check(read_stream((HEADER + "M.1.2.3,12,50,ORDER_UPDATE\r\n").encode()).columns)
    assert report.ready == 0
    assert report[0].found == "12,50,ORDER_UPDATE"


def test_a_line_break_inside_quotes_keeps_the_line_numbers_right():
    content = (HEADER + 'M.1.2.3,0,"REJ\r\nECTED"\r\nM.1.2.4,0,REJECTED\r\n').encode()
    assert [row[0] for row in cells(content)] == [2, 4]


def test_blank_lines_and_blank_records_are_left_out():
    assert len(cells((HEADER + "\r\n,,\r\nM.1.2.3,0,REJECTED\r\n,,\r\n\r\n").encode())) == 1


def test_a_short_record_has_nothing_where_it_ends():
    assert cells((HEADER + "M.1.2.3\r\n").encode()) == [(2, "M.1.2.3", None, None)]


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "columns-missing", "no row with the headers"),
        (b"ActionId,Amount\r\nM.1.2.3,0\r\n", "columns-missing", "not Reason"),
        (b"ActionId,Amount,Reason\r\n", "no-rows", "no rows below"),
        (b"ActionId,Amount,Amount,Reason\r\n", "columns-repeated", "2 times"),
        (b'ActionId,Amount,Reason\r\nM.1.2.3,0,"REJECTED\r\n', "file-unreadable", "line 2"),
        (b"ActionId,Amount,Reason\r\nM.1.2.3,\x00,REJECTED\r\n", "file-unreadable", "line 2"),
        (b"<html><table>", "file-unreadable", "web page"),
        (b"ActionId,Amount,Reason\r\n\x81\x8d,0,REJECTED\r\n", "file-unreadable", "encoding"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_is_wrong(content, code, says):
    problem = refusal(content)
    assert problem.code == code
    assert says in problem.message


def test_an_exact_header_wins_over_an_alias():
    assert cells(b"ActionId,Sale Amount,Amount,Reason\r\nM.1.2.3,9,0,REJECTED\r\n") == [(2, "M.1.2.3", "0", "REJECTED")]


def test_windows_text_is_named_as_assumed():
    reading = read_stream("ActionId,Amount,Reason\r\nM.1.2.3,0,Rückgabe\r\n".encode("cp1252"))
    assert reading.columns.reason == ["Rückgabe"]
    assert any("Windows-1252" in note for note in reading.notes)


@given(st.one_of(st.binary(), st.text('ActionId,Amount;Reason\r\n"\t\0 0M.').map(lambda t: (HEADER + t).encode())))
def test_no_bytes_lead_to_anything_but_a_reading_or_a_plain_refusal(content):
    try:
        reading = read_stream(content)
    except SourceProblem as problem:
        assert problem.message.endswith((".", '"'))  # noqa: PT017
    else:
        assert isinstance(reading, Reading)
        check(reading.columns)
