"""A whole table of a workbook: every column, every row in its place, and the same cells whichever way it is read."""

import random
import re
from datetime import datetime, timedelta

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.table import Table

from action_returns.batch.cells import CellError
from action_returns.errors import FileError
from action_returns.readers.xlsx.workbook import read_table, sheet_names
from tests.readers.xlsx.ways_to_write import single_quotes
from tests.support.workbooks import REFUSED, cell_values, rewritten, write

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
ROWS = [("M.1.2.3", 0.0, "REJECTED"), (None, 12.5, None), ("x", None, True)]


def unusual(path, part="worksheets/sheet1"):
    """Write a part's XML in a way that the fast way does not know."""
    return rewritten(path, lambda name, xml: single_quotes(xml.decode()).encode() if name == f"xl/{part}.xml" else xml)


def both_ways(path, name="Actions"):
    """Read a table the fast and the slow way, which must agree."""
    fast, slow = read_table(path, name), read_table(unusual(path), name)
    assert facts(fast) == facts(slow)
    return fast


def facts(table):
    if table is None:
        return None
    rows, below = (
        [list(map(exact, row)) for row in part] for part in (table.rows, [cells for _, cells in table.below])
    )
    return table.sheet, table.headers, table.first, rows, [number for number, _ in table.below], below, table.beside


def exact(cell):
    return type(cell), cell


def test_a_table_is_given_with_its_sheet_headers_and_rows(tmp_path):
    table = both_ways(write(tmp_path / "b.xlsx", ROWS, table="Actions", sheet="My returns"))
    assert (table.sheet, table.headers, table.first) == ("My returns", ("ActionId", "Amount", "Reason"), 2)
    assert [tuple(row) for row in table.rows] == ROWS
    assert (list(table.below), table.beside) == ([], ())


def test_its_name_is_found_in_any_capitals_on_any_sheet_the_hidden_ones_included(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    book.add_worksheet("First")
    hidden = book.add_worksheet("Second")
    hidden.very_hidden()
    hidden.write(0, 0, "Reasons")
    hidden.add_table(4, 2, 5, 3, {"name": "REASONS", "columns": [{"header": "Code"}, {"header": "What"}]})
    hidden.write_row(5, 2, ["A", 1])
    book.close()
    table = read_table(tmp_path / "b.xlsx", "reasons")
    assert facts(table) == facts(read_table(unusual(tmp_path / "b.xlsx", "worksheets/sheet2"), "reasons"))
    assert (table.sheet, table.headers, table.first, list(table.rows)) == ("Second", ("Code", "What"), 6, [["A", 1.0]])


def test_no_table_of_that_name_is_none(tmp_path):
    path = write(tmp_path / "b.xlsx", ROWS, table="Returns")
    assert both_ways(path) is None
    assert both_ways(write(tmp_path / "plain.xlsx", ROWS)) is None


@given(st.lists(st.tuples(cell_values, cell_values, cell_values, cell_values), min_size=1, max_size=30))
def test_every_cell_is_the_same_whichever_way_it_is_read(tmp_path_factory, rows):
    headers = ("Note", "ActionId", "Amount", "Reason")
    path = write(tmp_path_factory.mktemp("book") / "b.xlsx", rows, table="Actions", headers=headers)
    table = both_ways(path)
    while rows and set(rows[-1]) == {None}:
        rows.pop()
    assert [tuple(row) for row in table.rows] == [tuple(map(written, row)) for row in rows]


def written(cell):
    """Give a cell as XlsxWriter writes it: numbers with 16 digits."""
    return float(f"{cell:.16G}") if type(cell) is float else cell


def test_a_table_that_starts_further_down_and_to_the_right_is_the_same_read_the_fast_way(tmp_path):
    table = read_table(write(tmp_path / "b.xlsx", ROWS, table="Actions", top=4, left=2), "Actions")
    assert (table.first, [tuple(row) for row in table.rows], list(table.below), table.beside) == (6, ROWS, [], ())


def test_a_table_that_starts_further_down_and_to_the_right_is_the_same_read_the_slow_way(tmp_path):
    path = unusual(write(tmp_path / "b.xlsx", ROWS, table="Actions", top=4, left=2))
    table = read_table(path, "Actions")
    assert (table.first, [tuple(row) for row in table.rows], list(table.below), table.beside) == (6, ROWS, [], ())


def test_relations_written_in_a_way_no_common_program_does_are_read_the_slow_way(tmp_path):
    path = rewritten(
        write(tmp_path / "b.xlsx", ROWS, table="Actions"),
        lambda part, xml: (
            re.sub(rb"<(/?)(?=[A-Z])", rb"<\1x:", xml.replace(b"xmlns=", b"xmlns:x=", 1))
            if part.endswith("sheet1.xml.rels")
            else xml
        ),
    )
    assert [tuple(row) for row in read_table(path, "Actions").rows] == ROWS


def test_many_rows_that_look_alike_but_for_a_few_are_all_there(tmp_path):
    pick = random.Random(3)
    rows = [(f"M.1.2.{n}", pick.choice([n / 8, "12,50", None, True]), pick.choice(["x", None])) for n in range(5000)]
    assert [tuple(row) for row in both_ways(write(tmp_path / "b.xlsx", rows, table="Actions")).rows] == rows


def test_blank_rows_in_between_keep_their_place_and_those_at_the_end_are_left_out(tmp_path):
    rows = [(None,) * 3, ROWS[0], (None,) * 3, (None,) * 3, ROWS[1], *[(None,) * 3] * 50]
    table = both_ways(write(tmp_path / "b.xlsx", rows, table="Actions"))
    assert [tuple(row) for row in table.rows] == rows[:5]


def test_a_table_without_a_filled_row_has_no_rows(tmp_path):
    assert list(both_ways(write(tmp_path / "b.xlsx", [(None,) * 3] * 4, table="Actions")).rows) == []


def test_dates_times_errors_and_formulas_are_what_they_are_whichever_way_they_are_read(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    moments = [datetime(2026, 1, 2, 3, 4, 5), timedelta(hours=14, minutes=30), timedelta(hours=25)]  # noqa: DTZ001
    sheet.append(["A", "B", "C"])
    sheet.append(moments)
    sheet.append(["#N/A", "=1+1", datetime(2026, 1, 2).date()])  # noqa: DTZ001
    sheet["A3"].data_type = "e"
    sheet["B2"].number_format = "hh:mm"
    sheet.add_table(Table(displayName="Actions", ref="A1:C3"))
    book.save(tmp_path / "b.xlsx")
    assert list(both_ways(tmp_path / "b.xlsx").rows) == [
        [moments[0], EPOCH + moments[1], EPOCH + moments[2]],
        [CellError("error", "#N/A"), CellError("no-value", ""), datetime(2026, 1, 2)],  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    "header", ['Owner\'s "note"', "<b>&amp;</b>", "[x]#@", "&lt;", " blanks ", "Größe €", "two\nlines", "x" * 255]
)
def test_a_header_is_read_as_it_is_shown(tmp_path, header):
    path = write(tmp_path / "b.xlsx", ROWS, table="Actions", headers=("ActionId", header, "Reason"))
    assert both_ways(path).headers == ("ActionId", header, "Reason")


@pytest.mark.parametrize(("written", "shown"), [(b"New_x000a_total", "New\ntotal"), (b"_x005F_x0041_", "_x0041_")])
def test_a_header_that_excel_wrote_with_an_escape_is_read_as_it_is_shown(tmp_path, written, shown):
    path = write(tmp_path / "b.xlsx", ROWS, table="Actions")

    def as_excel_does(_, xml):
        return xml.replace(b'name="Amount"', b'name="%s"' % written).replace(b">Amount<", b">%s<" % written)

    excels = rewritten(path, as_excel_does)
    assert both_ways(excels.rename(tmp_path / "excels.xlsx")).headers[1] == shown


@pytest.mark.parametrize(("header", "shown"), [("Amount", "Old amount"), ("Owner", "Owned by")])
def test_a_table_whose_header_cells_show_other_names_is_refused(tmp_path, header, shown):
    headers = ("ActionId", "Amount", "Reason", "Owner")
    path = write(tmp_path / "b.xlsx", [(*row, "me") for row in ROWS], table="Actions", headers=headers, top=3)
    changed = rewritten(
        path,
        lambda part, xml: (
            xml.replace(f">{header}<".encode(), f">{shown}<".encode()) if part.endswith("sharedStrings.xml") else xml
        ),
    )
    at = f"{'ABCD'[headers.index(header)]}4"
    changed = changed.rename(tmp_path / "other.xlsx")
    for file in (changed, unusual(changed)):
        with pytest.raises(FileError, match=f'{at} is named "{header}", but the cell {at} shows "{shown}"') as caught:
            read_table(file, "Actions")
        assert caught.value.problem == "columns-missing"


@pytest.mark.parametrize(
    ("name", "cell"),
    [("2024", 2024), ("1.5", 1.5), ("TRUE", True), ("2026-03-05 00:00:00", datetime.fromisoformat("2026-03-05"))],
)
def test_a_header_cell_that_holds_no_text_shows_the_name_of_its_column(tmp_path, name, cell):
    path = write(
        tmp_path / "b.xlsx", [(*ROWS[0], 5.0)], table="Actions", headers=("ActionId", "Amount", "Reason", name)
    )
    book = openpyxl.load_workbook(path)
    book["Actions"]["D1"] = cell
    book.save(path)
    assert both_ways(path).headers[3] == name


def test_a_header_with_an_escape_is_the_name_of_its_column_as_xlsxwriter_writes_both(tmp_path):
    headers = ("ActionId", "Amount", "Reason", "_x0041_1")
    path = write(tmp_path / "b.xlsx", [(*ROWS[0], 5.0)], table="Actions", headers=headers)
    assert both_ways(path).rows == [[*ROWS[0], 5.0]]


def resized(path, reference, extra=b""):
    return rewritten(
        path,
        lambda part, xml: (
            re.sub(rb' ref="[^"]*"( totalsRowShown="0")?', b' ref="%s" %s' % (reference, extra), xml, count=1)
            if "tables/" in part
            else xml
        ),
    ).rename(path.with_name("resized.xlsx"))


def test_filled_rows_below_it_are_told_with_their_cells(tmp_path):
    path = write(tmp_path / "b.xlsx", [*ROWS, (None,) * 3, ("y", 1.0, "z")], table="Actions")
    table = both_ways(resized(path, b"A1:C3"))
    assert [tuple(row) for row in table.rows] == ROWS[:2]
    assert list(table.below) == [(4, list(ROWS[2])), (6, ["y", 1.0, "z"])]


def test_below_it_a_formula_that_shows_nothing_is_not_filled(tmp_path):
    path = write(tmp_path / "b.xlsx", ROWS[:2], table="Actions")
    book = openpyxl.load_workbook(path)
    book["Actions"]["A4"] = "=1"
    book.save(path)
    shows_nothing = rewritten(
        path,
        lambda part, xml: re.sub(
            rb'<c r="A4".*?</c>', b'<c r="A4" t="str"><f>IF(1,"")</f><v></v></c>' * ("sheet1" in part), xml
        ),
    )
    assert list(read_table(path, "Actions").below) == [(4, [CellError("no-value", ""), None, None])]
    assert list(read_table(shows_nothing, "Actions").below) == []


def test_a_row_of_totals_is_neither_a_row_of_it_nor_below_it(tmp_path):
    rows = [*ROWS, ("Total", 12.5, None), ("after", None, None)]
    path = resized(write(tmp_path / "b.xlsx", rows, table="Actions"), b"A1:C5", b'totalsRowCount="1"')
    table = both_ways(path)
    assert [tuple(row) for row in table.rows] == ROWS
    assert list(table.below) == [(6, ["after", None, None])]


def test_rows_that_go_on_beside_it_are_told(tmp_path):
    path = write(tmp_path / "b.xlsx", ROWS, table="Actions", left=1, top=2)
    book = openpyxl.load_workbook(path)
    book["Actions"]["A3"], book["Actions"]["F5"], book["Actions"]["A1"] = "left of the headers", 0, "above it"
    book.save(path)
    table = both_ways(path)
    assert table.beside == (3, 5)
    assert [tuple(row) for row in table.rows] == ROWS


def test_a_table_without_a_header_row_is_none_whichever_way_it_is_read(tmp_path):
    path = resized(write(tmp_path / "b.xlsx", ROWS, table="Actions"), b"A2:C4", b'headerRowCount="0"')
    assert read_table(path, "Actions") is None
    assert read_table(unusual(path, "tables/table1"), "Actions") is None


def test_a_table_that_claims_a_billion_rows_costs_nothing(tmp_path):
    path = resized(write(tmp_path / "b.xlsx", ROWS, table="Actions"), b"A1:C1000000000")
    assert [tuple(row) for row in read_table(path, "Actions").rows] == ROWS


def test_rows_beyond_a_worksheet_are_refused(tmp_path):
    path = resized(write(tmp_path / "b.xlsx", ROWS, table="Actions"), b"A1:C1000000000")
    changed = rewritten(
        path, lambda part, xml: re.sub(rb'r="([A-C]?)4"', rb'r="\g<1>900000000"', xml) if "sheet1" in part else xml
    )
    with pytest.raises(FileError, match="rows beyond 1,048,576"):
        read_table(changed, "Actions")


def test_all_sheets_are_named_in_the_order_of_their_tabs_the_hidden_ones_included(tmp_path):
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    for name in ("Zuletzt & zuerst", "_meta", 'O\'Brien "x"', "<Größe>"):
        book.add_worksheet(name)
    book.get_worksheet_by_name("_meta").very_hidden()
    book.close()
    assert sheet_names(path) == ("Zuletzt & zuerst", "_meta", 'O\'Brien "x"', "<Größe>")
    in_utf16 = rewritten(
        path,
        lambda part, xml: (
            xml.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
            if part == "xl/workbook.xml"
            else xml
        ),
    )
    assert sheet_names(in_utf16) == sheet_names(path)


def test_the_file_is_never_written(tmp_path):
    path = write(tmp_path / "b.xlsx", ROWS, table="Actions")
    before = path.read_bytes(), path.stat().st_mtime_ns
    read_table(path, "Actions")
    sheet_names(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize("read", [lambda path: read_table(path, "Actions"), sheet_names])
def test_a_missing_file_and_a_folder_are_told(tmp_path, read):
    with pytest.raises(FileError, match=r"There is no file .*none\.xlsx\. Check the name"):
        read(tmp_path / "none.xlsx")
    with pytest.raises(FileError, match=r"is a folder\. Name a file that is in it\."):
        read(tmp_path)


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("read", [lambda path: read_table(path, "Actions"), sheet_names])
def test_what_is_no_workbook_is_refused(tmp_path, what, read):
    make, code, says = REFUSED[what]
    with pytest.raises(FileError, match=says) as caught:
        read(make(tmp_path / "b.xlsx"))
    assert caught.value.problem == code


@given(st.binary(min_size=1, max_size=300), st.integers(0, 10**6))
def test_a_damaged_workbook_leads_to_a_plain_refusal_or_a_reading(tmp_path_factory, noise, at):
    path = write(tmp_path_factory.mktemp("book") / "b.xlsx", ROWS * 10, table="Actions")
    content = bytearray(path.read_bytes())
    at %= len(content)
    content[at : at + len(noise)] = noise
    path.write_bytes(content)
    for read in (lambda: read_table(path, "Actions"), lambda: sheet_names(path)):
        try:
            read()
        except FileError as problem:
            assert problem.message  # noqa: PT017


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("tables/table1", b'ref="A1:C4"', b'ref="nonsense"'),
        ("tables/table1", b"<tableColumn ", b"<other "),
        pytest.param(
            "tables/table1",
            b'totalsRowShown="0"',
            b'totalsRowCount="many"',
        ),
        ("tables/table1", b"<table ", b"<tabel "),
        ("worksheets/sheet1", b"<sheetData>", b""),
        ("worksheets/_rels", b"table1.xml", b"table7.xml"),
        ("xl/workbook.xml", b"<sheet ", b"<shoot "),
        ("xl/sharedStrings.xml", b"<si>", b"<no>"),
    ],
)
def test_a_workbook_put_together_badly_leads_to_a_plain_refusal_or_a_reading(tmp_path, part, before, after):
    path = write(tmp_path / "b.xlsx", ROWS, table="Actions")
    bad = rewritten(path, lambda name, xml: xml.replace(before, after) if part in name else xml)
    for read in (lambda: read_table(bad, "Actions"), lambda: sheet_names(bad)):
        try:
            read()
        except FileError as problem:
            assert problem.message  # noqa: PT017
