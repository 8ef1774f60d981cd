"""A corrected list holds every row, every column and every cell as it was, except for what was corrected."""

from datetime import datetime
from itertools import islice

import openpyxl
import pytest
import xlsxwriter

from action_returns.batch.check import check
from action_returns.batch.report import apply_corrections
from action_returns.errors import FileError, OutputFileError
from action_returns.operations.corrected_sheet import SheetCopy, copy_of_csv, copy_of_sheet, csv_of, workbook_of
from action_returns.readers.batch_columns import NO_ANSWERS
from action_returns.readers.batch_file import read_batch, read_stream
from tests.support.workbooks import write

ID = "M.8882.4808.1063415"
NOON = datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
DAY = datetime(2026, 3, 1)  # noqa: DTZ001
OWN = ("ActionId", "Amount", "Reason", "Order", "Partner")


def corrections(reading):
    by_row = {}
    for change in apply_corrections(check(reading.columns))[1]:
        by_row.setdefault(change.row, {})[change.column] = change
    return by_row


def copied(path):
    reading = read_batch(path)
    return copy_of_sheet(path, reading, corrections(reading))


def copied_csv(text):
    reading = read_stream(text.encode())
    return copy_of_csv(text.encode(), reading, "returns.csv", NO_ANSWERS, corrections(reading))


def sheet_of(copy, path):
    """Write a workbook; return its sheet as another program reads it."""
    path.write_bytes(workbook_of(copy))
    return openpyxl.load_workbook(path)[copy.sheet]


def cells_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize(
    "number", [0.1 + 0.2, 1 / 3, 12.345678901234567, 1e-7, 123456789.12345679, 49.9, 0.0, 4.917e11]
)
def test_a_number_is_the_same_number_to_its_last_digit(tmp_path, number):
    rows = [(1, list(OWN[:4])), (2, [ID, number, "ORDER_UPDATE", number])]
    copy = SheetCopy(rows, 1, 2, {"ActionId": 0, "Amount": 1, "Reason": 2})
    assert cells_of(sheet_of(copy, tmp_path / "out.xlsx"))[1] == [ID, number, "ORDER_UPDATE", number]
    row = csv_of(copy)[0].decode().splitlines()[1].split(",")
    assert [float(row[1]), float(row[3])] == [number, number]


def test_every_kind_of_cell_in_another_column_stays_what_it_is(tmp_path):
    rows = [
        (f" {ID}1", 0.0, "REJECTED", "007", True),
        (f"{ID}2", 0.0, "REJECTED", 7.0, NOON),
        (f"{ID}3", 0.0, "rejected", None, DAY),
    ]
    sheet = sheet_of(copied(write(tmp_path / "b.xlsx", rows, headers=OWN)), tmp_path / "out.xlsx")
    assert cells_of(sheet) == [
        [*OWN],
        [f"{ID}1", 0, "REJECTED", "007", True],
        [f"{ID}2", 0, "REJECTED", 7, NOON],
        [f"{ID}3", 0, "REJECTED", None, DAY],
    ]
    assert (sheet["E3"].number_format, sheet["E4"].number_format) == ("yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd")
    assert [cell.number_format for cell in sheet["A"][1:]] == ["@", "@", "@"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=HYPERLINK(A1)", "+1", "-1", "@x", "0012", "1e5", "http://a.example", "TRUE"],
)
def test_a_text_stays_a_text_whatever_it_begins_with(tmp_path, text):
    path = write(tmp_path / "b.xlsx", [(ID, text, "REJECTED", text)], headers=OWN[:4])
    for copy in (copied(path), copied_csv(f"ActionId,Amount,Reason,Order\n{ID},{text},REJECTED,{text}\n")):
        sheet = sheet_of(copy, tmp_path / "out.xlsx")
        assert [(cell.data_type, cell.value) for cell in sheet[2]][1::2] == [("s", text), ("s", text)]
        assert sheet["D2"].hyperlink is None


@pytest.mark.parametrize("text", ["<r><t>x</t></r>", "<r>x</r>", "_x00Fx_x005F"])
def test_a_text_that_could_be_taken_for_xml_stays_the_text_it_is(tmp_path, text):
    copy = copied_csv(f"ActionId,Amount,Reason,{text}\n{ID},0,REJECTED,{text}\n")
    sheet = sheet_of(copy, tmp_path / "o.xlsx")
    assert [sheet["D1"].value, sheet["D2"].value] == [text, text]


def test_texts_that_a_spreadsheet_program_may_run_are_told_when_they_go_into_a_csv(tmp_path):
    path = write(
        tmp_path / "b.xlsx", [(ID, 0.0, "REJECTED", "=1+1", "a"), (ID, 0.0, "REJECTED", "@b", "-")], headers=OWN
    )
    content, told = csv_of(copied(path))
    assert b"=1+1" in content
    assert told.startswith("2 cells (the first one in line 2, column D) begin with =")
    assert csv_of(copied(write(path, [(ID, 0.0, "REJECTED", "-1.00", "-")], headers=OWN)))[1] == ""


def test_rows_stay_in_their_rows_and_columns_in_their_columns(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "November"
    sheet["B2"] = "Returns of November"
    for at, header in enumerate(["Partner", "Action ID", "Sale Amount", "New Amount", "Reason"], 2):
        sheet.cell(4, at, header)
    sheet["C6"], sheet["D6"], sheet["E6"], sheet["F6"], sheet["B6"] = f" {ID}", 99, 12.5, "ORDER_UPDATE", "Ann"
    sheet["H8"] = "a note"
    book.save(tmp_path / "b.xlsx")
    copy = copied(tmp_path / "b.xlsx")
    found = sheet_of(copy, tmp_path / "out.xlsx")
    assert (found["B2"].value, found["H8"].value) == ("Returns of November", "a note")
    assert [cell.value for cell in found[6]][1:6] == ["Ann", ID, 99, 12.5, "ORDER_UPDATE"]
    assert found.tables["Actions"].ref == "B4:F8"
    assert csv_of(copy)[0].decode().splitlines() == [
        "",
        ",Returns of November",
        "",
        ",Partner,Action ID,Sale Amount,New Amount,Reason",
        "",
        f",Ann,{ID},99,12.5,ORDER_UPDATE",
        "",
        ",,,,,,,a note",
    ]


def test_rows_below_the_table_do_not_become_rows_of_it(tmp_path):
    path = write(tmp_path / "b.xlsx", [(ID, 0.0, "REJECTED")], table="Returns")
    book = openpyxl.load_workbook(path)
    book.active["A5"], book.active["B5"], book.active["C5"] = f"{ID}9", 0, "REJECTED"
    book.save(path)
    found = sheet_of(copied(path), tmp_path / "out.xlsx")
    assert found["A5"].value == f"{ID}9"
    assert list(read_batch(tmp_path / "out.xlsx").columns.action_id) == [ID]


@pytest.mark.parametrize("headers", [("Order", "order"), ("Order\nnumber", "Note"), ("Order", None)])
def test_headers_that_no_table_can_have_are_written_without_one(tmp_path, headers):
    path = write(tmp_path / "b.xlsx", [(ID, 0.0, "REJECTED", 1.0, 2.0)])
    book = openpyxl.load_workbook(path)
    book.active["D1"], book.active["E1"] = headers
    book.save(path)
    found = sheet_of(copied(path), tmp_path / "out.xlsx")
    assert [cell.value for cell in found[1]][3:] == list(headers)
    assert [cell.value for cell in found[2]] == [ID, 0, "REJECTED", 1, 2]
    assert list(read_batch(tmp_path / "out.xlsx").columns.action_id) == [ID]


def test_an_amount_in_percent_never_becomes_a_plain_one(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet("Actions")
    sheet.write_row(0, 0, OWN[:3])
    for row, (amount, code) in enumerate([(0.5, "0%"), (0.125, "0.0%"), (12.5, ";;;"), (12.5, "0.00")], 1):
        sheet.write_row(row, 0, [f"{ID}{row}", None, "ORDER_UPDATE"])
        sheet.write_number(row, 1, amount, book.add_format({"num_format": code}))
    book.close()
    copy = copied(tmp_path / "b.xlsx")
    found = sheet_of(copy, tmp_path / "out.xlsx")
    assert [cell.number_format for cell in found["B"][1:4]] == ["0%", "0.0%", ";;;"]
    assert [row.split(",")[1] for row in csv_of(copy)[0].decode().splitlines()[1:]] == ["50%", "12.5%", "12.5", "12.5"]


def test_a_csv_becomes_a_workbook_with_every_column_of_every_record(tmp_path):
    copy = copied_csv(f'List;;\n\nOrder;Action ID;Amount;Reason;Note\n7;" {ID}";12,50;order_update;"two\nlines"\n')
    found = sheet_of(copy, tmp_path / "out.xlsx")
    assert [cell.value for cell in found[3]] == ["Order", "Action ID", "Amount", "Reason", "Note"]
    assert [cell.value for cell in found[4]] == ["7", ID, "12.50", "ORDER_UPDATE", "two\nlines"]
    assert found.tables["Actions"].ref == "A3:E4"
    assert found["A1"].value == "List"


def test_an_amount_that_its_comma_split_stays_an_error_in_the_workbook(tmp_path):
    copy = copied_csv(f"ActionId,Amount,Reason,Note\n{ID},12,50,ORDER_UPDATE,x\n")
    sheet_of(copy, tmp_path / "out.xlsx")
    columns = read_batch(tmp_path / "out.xlsx").columns
    assert list(columns.amount) == ["12,50,ORDER_UPDATE,x"]
    assert check(columns).ready == 0


def test_other_letters_than_ascii_are_read_by_every_program(tmp_path):
    path = write(tmp_path / "b.xlsx", [(ID, 0.0, "REJECTED", "Café Müller")], headers=OWN[:4])
    content = csv_of(copied(path))[0]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "Café Müller".encode() in content
    assert csv_of(copied(write(path, [(ID, 0.0, "REJECTED")])))[0].isascii()


def test_other_sheets_are_told_as_not_kept(tmp_path):
    path = write(tmp_path / "b.xlsx", [(ID, 0.0, "REJECTED")])
    assert len(copied(path).not_kept) == 1
    book = openpyxl.load_workbook(path)
    book.create_sheet("Prices")
    book.save(path)
    assert copied(path).not_kept[1] == "Other sheets are not in it: Prices."


def test_an_error_of_another_column_is_written_as_it_shows(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(OWN[:4])
    book.active.append([ID, 0, "REJECTED", "#N/A"])
    book.save(tmp_path / "b.xlsx")
    found = sheet_of(copied(tmp_path / "b.xlsx"), tmp_path / "out.xlsx")
    assert (found["D2"].data_type, found["D2"].value) == ("s", "#N/A")


@pytest.mark.parametrize("text", ["x" * 32_768, "half \ud800"])
def test_a_text_that_no_workbook_can_hold_is_refused_with_its_row(text):
    copy = copied_csv(f"ActionId,Amount,Reason,Note\n\n{ID},0,REJECTED,x\n")
    copy.rows[-1][1][3] = text
    with pytest.raises(OutputFileError, match=r"Row 3 holds .* which no workbook can hold. Nothing was written"):
        workbook_of(copy)


def test_more_rows_than_a_worksheet_has_are_refused():
    copy = copied_csv(f"ActionId,Amount,Reason\n{ID},0,REJECTED\n")
    copy.rows.append((1_048_577, ["x"]))
    with pytest.raises(OutputFileError, match="Row 1,048,577 is beyond what a worksheet can hold"):
        workbook_of(copy)


def test_a_workbook_that_was_saved_again_meanwhile_is_not_copied(tmp_path):
    path = write(tmp_path / "b.xlsx", [(f" {ID}", 0.0, "REJECTED")])
    reading = read_batch(path)
    write(path, [(f"{ID}9", 0.0, "REJECTED")])
    with pytest.raises(FileError, match="was changed while it was read"):
        copy_of_sheet(path, reading, corrections(reading))


def test_a_sheet_name_that_only_other_programs_allow_is_replaced(tmp_path):
    copy = copied(write(tmp_path / "b.xlsx", [(ID, 0.0, "REJECTED")]))
    copy.sheet = "x" * 40
    (tmp_path / "out.xlsx").write_bytes(workbook_of(copy))
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["Actions"]


def test_many_rows_are_all_there(tmp_path):
    rows = [(f"{ID}{n}", float(n), "ORDER_UPDATE", f"order {n}") for n in range(3000)]
    found = sheet_of(copied(write(tmp_path / "b.xlsx", rows, headers=OWN[:4])), tmp_path / "out.xlsx")
    assert list(islice(found.iter_rows(values_only=True), 1, None)) == rows
