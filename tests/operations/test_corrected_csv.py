"""A corrected CSV differs from the user's own in the corrected records alone."""

import codecs
import csv
import io

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from action_returns.batch.check import check
from action_returns.batch.report import apply_corrections
from action_returns.errors import FileError
from action_returns.operations.corrected_csv import corrected_csv
from action_returns.operations.corrected_sheet import copy_of_csv, workbook_of
from action_returns.readers.batch_columns import NO_ANSWERS
from action_returns.readers.batch_file import read_batch, read_stream

ID = "M.8882.4808.1063563"


def corrections(content):
    changes = apply_corrections(check(read_stream(content).columns))[1]
    by_line = {}
    for change in changes:
        by_line.setdefault(change.row, {})[change.column] = change
    return by_line


def corrected(content):
    return corrected_csv(content, "returns.csv", NO_ANSWERS, corrections(content))[0]


def test_every_column_and_every_line_stays_where_it_is():
    before = (
        "Returns of November;;\n\n"
        "Order;Action ID;Partner;New Amount;Reason\n"
        f'1;" {ID}";"Coupon; Corner";12,50;order_update\n'
        "\n"
        f'"2";{ID[:-1]}4;"said ""no""\nand left";0;REJECTED\n'
        ";;;;\n"
        ";;only a note;;\n"
    )
    after = before.replace(
        f'1;" {ID}";"Coupon; Corner";12,50;order_update', f'1;{ID};"Coupon; Corner";12.50;ORDER_UPDATE'
    )
    assert corrected(before.encode()) == after.encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_the_ends_of_lines_stay_as_they_are(end, last):
    lines = [
        "ActionId,Amount,Reason,Order",
        f" {ID},0,REJECTED,7",
        f"{ID[:-1]}4,0,REJECTED,8",
        f" {ID[:-1]}5,0,REJECTED,9",
    ]
    before = end.join(lines) + end * last
    assert corrected(before.encode()) == before.replace(" ", "").encode()


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("cp1252", b""),
    ],
)
def test_the_encoding_stays_as_it_is(codec, mark):
    before = f"ActionId,Amount,Reason,Partner\r\n {ID},0,REJECTED,Café Müller\r\n"
    assert corrected(mark + before.encode(codec)) == mark + before.replace(f" {ID}", ID).encode(codec)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_named_delimiter_stays_as_it_is(delimiter):
    before = f"sep={delimiter}\r\n" + f"ActionId,Amount,Reason\r\n {ID},0,REJECTED\r\n".replace(",", delimiter)
    assert corrected(before.encode()) == before.replace(" ", "").encode()


def test_an_amount_that_its_comma_split_is_joined_when_it_is_corrected_and_only_then():
    header = "ActionId,Reason,Amount\r\n"
    assert corrected(f"{header}{ID},ORDER_UPDATE,12,50\r\n".encode()) == f"{header}{ID},ORDER_UPDATE,12.50\r\n".encode()
    header = "ActionId,Amount,Reason\r\n"
    before = f"{header} {ID},12,50,ORDER_UPDATE\r\n".encode()
    after = corrected(before)
    assert after == f"{header}{ID},12,50,ORDER_UPDATE\r\n".encode()
    assert check(read_stream(after).columns).ready == 0


def test_a_file_without_anything_to_correct_stays_the_same():
    before = f'"ActionId","Amount","Reason"\n\n"{ID}",0,REJECTED'.encode()
    assert corrected(before) == before


def test_a_file_that_was_saved_again_meanwhile_is_not_written():
    before = f"ActionId,Amount,Reason\r\n {ID},0,REJECTED\r\n".encode()
    changes = corrections(before)
    with pytest.raises(FileError, match=r"changed while it was read \(row 2\)"):
        corrected_csv(before.replace(b" M", b"  M"), "returns.csv", NO_ANSWERS, changes)


cells = st.sampled_from([ID, f" {ID}", "12,50", "0", "rejected", "REJECTED", "", '"', "a,b", "x\ny", "=1+1", "é"])


@given(st.lists(st.tuples(cells, cells, cells, cells, cells), min_size=1, max_size=6))
def test_what_is_read_from_the_new_file_is_what_was_corrected(rows):
    lines = ["Order,ActionId,Amount,Reason,Note"]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    before = "\n".join(lines).encode()
    try:
        reading = read_stream(before)
    except FileError:
        return
    expected = apply_corrections(check(reading.columns))[0]
    found = read_stream(corrected(before)).columns
    assert (found.action_id, found.amount, found.reason) == (expected.action_id, expected.amount, expected.reason)
    assert found.rows == expected.rows


def workbook_with(content, folder):
    """Return the path of a workbook with the corrected rows of a CSV file."""
    copy = copy_of_csv(content, read_stream(content), "returns.csv", NO_ANSWERS, corrections(content))
    path = folder / "returns.xlsx"
    path.write_bytes(workbook_of(copy))
    return path


ODD = (
    "Date,ActionId,Reason,Amount,Note\r\n"
    f"1, {ID},ORDER_UPDATE,12,50,\r\n"
    f"2;{ID[:-1]}4;99.00;ORDER_UPDATE\r\n"
    f'"3,{ID[:-1]}5,99.00,ORDER_UPDATE",,,,\r\n'
    f"4,{ID[:-1]}6,rejected,0,,,\r\n"
    f"5, {ID[:-1]}7,ORDER_UPDATE,1,250.00,x\r\n"
    "6,,,,no row\r\n"
    f"7,{ID[:-1]}8,rejected,0\r\n"
)


def test_records_of_another_width_keep_every_field_and_stay_errors():
    after = corrected(ODD.encode()).decode()
    assert after == ODD.replace(f" {ID[:-1]}", ID[:-1]).replace("rejected", "REJECTED")
    assert [row[0] for row in check_rows(after.encode())] == [2, 3, 4, 6]


def check_rows(content):
    """Return line and Amount of the rows with an error."""
    columns = read_stream(content).columns
    wrong = {finding.row for finding in check(columns) if finding.severity == "error"}
    return [(row, amount) for row, amount in zip(columns.rows, columns.amount, strict=True) if row in wrong]


def test_in_a_workbook_the_amount_of_such_a_record_shows_what_was_checked(tmp_path):
    path = workbook_with(ODD.encode(), tmp_path)
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert [row[3] for row in rows[1:]] == [
        "12 | 50 | ",
        f"2;{ID[:-1]}4;99.00;ORDER_UPDATE |  |  | ",
        f"3,{ID[:-1]}5,99.00,ORDER_UPDATE |  |  |  | ",
        "0",
        "1,250.00,x",
        None,
        "0",
    ]
    assert [row[0] for row in rows[1:]] == [
        *("1", f"2;{ID[:-1]}4;99.00;ORDER_UPDATE", f"3,{ID[:-1]}5,99.00,ORDER_UPDATE", "4", "5", "6", "7")
    ]
    report = check(read_batch(path).columns)
    assert {finding.row for finding in report if finding.severity == "error"} == {2, 3, 4, 6}


def test_a_corrected_amount_that_a_comma_split_stands_in_a_workbook_once(tmp_path):
    path = workbook_with(f"ActionId,Reason,Amount\r\n{ID},ORDER_UPDATE,12,50\r\n".encode(), tmp_path)
    assert list(openpyxl.load_workbook(path).active.values)[1] == (ID, "ORDER_UPDATE", "12.50")


fields = st.sampled_from([ID, f" {ID}", "12", "50", "12,50", "rejected", "ORDER_UPDATE", "", " ", "x", f"a;{ID};5"])
headers = st.sampled_from(["ActionId,Reason,Amount", "Date,ActionId,Amount,Reason,Note", "Amount,Reason,ActionId,,"])


@given(headers, st.lists(st.lists(fields, max_size=8), min_size=1, max_size=5))
def test_whatever_the_width_of_a_record_the_new_file_holds_what_was_checked(tmp_path_factory, header, records):
    # A number alone in its line, below an amount that ends its record, is refused as the rest of that amount. It may come to
    # stand there by a correction.
    assume(all(len(list(filter(None, record))) != 1 for record in records))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header.split(","), *records])
    content = text.getvalue().encode()
    try:
        expected = apply_corrections(check(read_stream(content).columns))[0]
    except FileError:
        return
    found = read_stream(corrected(content)).columns
    in_workbook = read_batch(workbook_with(content, tmp_path_factory.mktemp("fix"))).columns
    for columns in (found, in_workbook):
        assert list(columns.rows) == list(expected.rows)
        for name in ("action_id", "amount", "reason"):  # an Amount that shows other fields shows their corrections
            assert list(map(plain, getattr(columns, name))) == list(map(plain, getattr(expected, name)))


def plain(text):
    return None if text is None else text.replace(" ", "").upper()


def test_a_text_that_a_spreadsheet_program_takes_for_a_formula_is_kept_and_told():
    content = (
        f'ActionId,Amount,Reason,Partner\n{ID},0,REJECTED,"a\nb"\n{ID[:-1]}4,0,REJECTED,"=HYPERLINK(""x"")"\n'
        f" {ID[:-1]}5,0,REJECTED,+1+1\n{ID[:-1]}6,0,REJECTED,-12.50\n"
    ).encode()
    written, told = corrected_csv(content, "returns.csv", NO_ANSWERS, corrections(content))
    assert written == content.replace(b" M", b"M")
    assert told.startswith("2 cells (the first one in line 4, column D) begin with =")
