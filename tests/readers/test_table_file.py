"""The header row of a download and the rows below it, in a file of any format."""

import pytest
import xlsxwriter

from action_returns.readers.headers import HEADER_SEARCH_ROWS
from action_returns.readers.table_file import read_table
from tests.readers.downloads import ID, read, rows_of

HEADERS = ["Action ID", "Amount", "State", "Locking Date"]
ROW = [ID, "12.50", "PENDING", "2026-12-01"]


def as_csv(folder, rows, delimiter=","):
    path = folder / "pending.csv"
    path.write_text("".join(delimiter.join(map(str, row)) + "\r\n" for row in rows), newline="")
    return path


def as_xlsx(folder, rows):
    path = folder / "pending.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                sheet.write(at, column, cell)
    book.close()
    return path


WRITE = pytest.mark.parametrize("write", [as_csv, as_xlsx])


@WRITE
@pytest.mark.parametrize(
    "above",
    [
        [["Report", "Pending Actions"], ["ID", 12345]],
        [["ID", 12345]],
        [["Id", "Acme"], ["Status", "All"]],
        [["Campaign", 8882, "ID", 12345]],
        [["ID"], ["State", "PENDING", "ID", 5]],
        [["Account", 12345], []],
    ],
)
def test_a_line_above_the_headers_that_names_an_id_is_not_taken_for_them(tmp_path, write, above):
    path = write(tmp_path, [*above, HEADERS, ROW])
    pending = read(path)
    assert (pending.count, pending.actions[ID].cents, pending.actions[ID].state) == (1, 1250, "PENDING")


def test_a_line_above_the_headers_may_have_another_delimiter(tmp_path):
    path = tmp_path / "pending.csv"
    lines = ["ID;12345", ",".join(HEADERS), ",".join(ROW)]
    path.write_text("\r\n".join(lines), newline="")
    assert read(path).actions[ID].cents == 1250


@WRITE
@pytest.mark.parametrize("header", ["Action ID", "id"])
def test_a_header_row_with_the_id_alone_is_one(tmp_path, write, header):
    assert rows_of(write(tmp_path, [[header], [ID], ["M.1.2.4"]])) == [[header], [ID], ["M.1.2.4"]]


@WRITE
def test_headers_that_stand_there_again_are_a_row_like_others(tmp_path, write):
    assert rows_of(write(tmp_path, [HEADERS, ROW, HEADERS, ROW]))[1:] == [ROW, HEADERS, ROW]


@pytest.mark.parametrize(("above", "found"), [(HEADER_SEARCH_ROWS - 1, True), (HEADER_SEARCH_ROWS, False)])
def test_the_header_row_is_looked_for_among_the_first_rows(tmp_path, above, found):
    path = as_csv(tmp_path, [*([f"Line {n}", ""] for n in range(above)), HEADERS, ROW])
    table = read_table(path)
    assert table.headers == (HEADERS if found else ["Line 0", ""])
    assert next(table.rows) == ((above + 2, ROW) if found else (2, ["Line 1", ""]))


def test_blank_rows_above_the_first_filled_row_are_not_counted(tmp_path):
    path = as_csv(tmp_path, [*([["", ""]] * 60), ["ID", 12345], HEADERS, ROW])
    assert rows_of(path) == [HEADERS, ROW]


def test_without_a_header_row_the_first_filled_row_is_one(tmp_path):
    assert rows_of(as_csv(tmp_path, [["", ""], ["Kennung", "Wert"], [ID, 5]])) == [["Kennung", "Wert"], [ID, "5"]]


@pytest.mark.parametrize("text", ["", "\r\n", ",,\r\n,,\r\n"])
def test_a_file_without_a_filled_row_has_no_table(tmp_path, text):
    (tmp_path / "pending.csv").write_text(text, newline="")
    assert read_table(tmp_path / "pending.csv") is None


def test_rows_have_the_numbers_that_people_see(tmp_path):
    table = read_table(as_csv(tmp_path, [["Report"], HEADERS, ROW, [], ROW]))
    assert ([number for number, row in table.rows if any(row)], table.row_word) == ([3, 5], "row")
