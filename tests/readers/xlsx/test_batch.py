"""Workbooks: every cell as it is, quickly where rows look alike, and nothing hostile gets in."""

import random
import re
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.batch.cells import CellError
from action_returns.batch.check import check
from action_returns.errors import FileError
from action_returns.readers.batch_file import read_batch
from action_returns.readers.xlsx.batch import read_grid
from tests.readers.xlsx.ways_to_write import unusual, written
from tests.support.workbooks import HEADERS, REFUSED, cell_values, rewritten, write


def cells(reading):
    columns = reading.columns
    return list(zip(columns.rows, columns.action_id, columns.amount, columns.reason, strict=True))


def refusal(path, **options):
    with pytest.raises(FileError) as caught:
        read_batch(path, **options)
    return caught.value


@given(st.lists(st.tuples(cell_values, cell_values, cell_values, cell_values), min_size=1, max_size=60))
def test_every_cell_is_read_as_openpyxl_reads_it(tmp_path_factory, rows):
    path = write(tmp_path_factory.mktemp("book") / "b.xlsx", rows, headers=("Note", *HEADERS))
    sheet = openpyxl.load_workbook(path)["Actions"]
    expected = []
    for number, row in enumerate(sheet.iter_rows(min_row=2, min_col=2, max_col=4, values_only=True), 2):
        if any(cell is not None for cell in row):
            expected.append((number, *row))
    if not expected:
        assert refusal(path).problem == "no-rows"
    else:
        assert [tuple(map(same, row)) for row in cells(read_batch(path))] == [tuple(map(same, row)) for row in expected]


def same(cell):
    return (type(cell) is bool, float(cell)) if isinstance(cell, bool | int | float) else cell


def test_a_large_sheet_of_rows_that_look_alike_but_for_a_few_is_read_cell_by_cell(tmp_path):
    pick = random.Random(7)
    rows = []
    for n in range(6000):
        amount = pick.choice([0.0, 12.5, "12,50", None, 99.99, 1e-7, -3.0])
        rows.append((f"M.8882.4808.{n}" if n % 97 else None, amount, pick.choice(["REJECTED", "ORDER_UPDATE", None])))
    path = write(tmp_path / "b.xlsx", rows, table="Actions")
    expected = [(n, *row) for n, row in enumerate(rows, 2) if row != (None, None, None)]
    assert cells(read_batch(path)) == expected


@pytest.mark.parametrize("program", ["openpyxl", "xlsxwriter"])
def test_dates_errors_booleans_and_formulas_are_what_they_are(tmp_path, program):
    path = tmp_path / "b.xlsx"
    if program == "xlsxwriter":
        write(path, [(datetime(2026, 1, 2), True, "x")])  # noqa: DTZ001
        assert cells(read_batch(path)) == [(2, datetime(2026, 1, 2), True, "x")]  # noqa: DTZ001
        return
    book = openpyxl.Workbook()
    book.active.append(HEADERS)
    book.active.append(["#N/A", "=1+1", date(2026, 1, 2)])
    book.active["A2"].data_type = "e"
    book.save(path)
    (row,) = cells(read_batch(path))
    assert row == (2, CellError("error", "#N/A"), CellError("no-value", ""), datetime(2026, 1, 2))  # noqa: DTZ001
    codes = [finding.code for finding in check(read_batch(path).columns)]
    assert codes == ["cell-error", "formula-no-value", "reason-unknown"]


DAY = datetime(2026, 1, 5)  # noqa: DTZ001  # a spreadsheet's dates have no time zone


def from_1904(part, xml):
    """Let a workbook count its dates from 1904, as old ones of Excel for Mac do."""
    return xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" ') if part == "xl/workbook.xml" else xml


@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_date_among_rows_that_look_alike_is_never_read_as_a_number(tmp_path, at, column):
    rows = [[f"M.1.2.{n}", 10.0 + n, "ORDER_UPDATE"] for n in range(5)]
    rows[at][column] = DAY
    path = write(tmp_path / "b.xlsx", rows)
    assert cells(read_batch(path)) == [(n, *row) for n, row in enumerate(rows, 2)]
    report = check(read_batch(path).columns)
    assert [(finding.row, finding.severity) for finding in report] == [(at + 2, "error")]
    assert report.ready == 4


def test_a_date_among_rows_that_look_alike_counts_from_1904_where_the_workbook_does(tmp_path):
    rows = [[f"M.1.2.{n}", DAY if n == 2 else 10.0, "ORDER_UPDATE"] for n in range(5)]
    changed = rewritten(write(tmp_path / "b.xlsx", rows), from_1904)
    assert [row[2] for row in cells(read_batch(changed))] == [10.0, 10.0, DAY + timedelta(1462), 10.0, 10.0]


def test_a_date_between_rows_that_do_not_look_alike_is_never_read_as_a_number(tmp_path):
    rows = [[f"M.1.2.{n}", 10.0 + n, "ORDER_UPDATE"] for n in range(40)]
    for odd in (3, 11, 13, 30):
        rows[odd][1] = True
    for dated in (12, 20):
        rows[dated][1] = DAY
    assert cells(read_batch(write(tmp_path / "b.xlsx", rows))) == [(n, *row) for n, row in enumerate(rows, 2)]


def test_one_date_in_a_sheet_of_many_pieces_is_found(tmp_path):
    rows = [[f"M.8882.4808.{n}", 10.0, "ORDER_UPDATE"] for n in range(6000)]
    rows[5000][1] = DAY
    assert cells(read_batch(write(tmp_path / "b.xlsx", rows))) == [(n, *row) for n, row in enumerate(rows, 2)]


@pytest.mark.parametrize(
    ("number_format", "is_date"),
    [
        # the ones that programs have built in (ECMA-376, 18.8.30), by number
        (1, False), (2, False), (4, False), (9, False), (10, False), (11, False), (37, False), (44, False), (49, False),
        (14, True), (15, True), (17, True), (18, True), (22, True), (45, True), (46, True), (47, True),
        ("General", False), ("0.00", False), ("#,##0.00", False), ("[Red]-0.00", False), ('0.00 "USD"', False),
        ('"days" 0.00', False), (r"0.00\d", False), ("0.00_d", False), ("0.00*d", False), ("[$USD] 0.00", False),
        ("dd/mm/yyyy", True), ("yyyy", True), ("hh:mm", True), ("[h]", True), ("[mm]", True), ("ss", True),
        ("[Red]d", True), ('d "of" m', True),
    ],
)  # fmt: skip
def test_a_format_tells_whether_a_number_is_a_date(tmp_path, number_format, is_date):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    look = book.add_format({"num_format": number_format})
    for row in range(1, 4):
        sheet.write_row(row, 0, ["M.1.2.3", 46027.0, "ORDER_UPDATE"])
    sheet.write_number(2, 1, 46027.0, look)
    book.add_worksheet("Elsewhere").write_number(0, 0, 1.0, book.add_format({"num_format": "mmm yy"}))
    book.close()
    found = [row[2] for row in cells(read_batch(tmp_path / "b.xlsx"))]
    assert found == [46027.0, DAY if is_date else 46027.0, 46027.0]


def test_the_value_a_formula_had_is_its_value(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    changed = rewritten(
        path,
        lambda part, xml: (
            xml.replace(b'<v>0</v></c><c r="C2"', b'<f>1+1</f><v>2</v></c><c r="C2"') if "sheet1" in part else xml
        ),
    )
    assert cells(read_batch(changed))[0][2] == 2.0


def merged_and_hidden(path):
    """Write four rows: two reasons are one merged cell, the last row is hidden."""
    book = openpyxl.Workbook()
    book.active.append(HEADERS)
    for n in range(4):
        book.active.append([f"M.8882.4808.{n}", 0, "REJECTED"])
    book.active.merge_cells("C3:C4")
    book.active.row_dimensions[5].hidden = True
    book.save(path)
    return path


def test_merged_cells_and_hidden_rows_become_findings(tmp_path):
    path = merged_and_hidden(tmp_path / "b.xlsx")
    report = check(read_batch(path).columns)
    assert [(f.cell, f.code) for f in report] == [
        ("Sheet!C3", "cell-merged"),
        ("Sheet!C4", "cell-merged"),
        ("Sheet!A5", "row-hidden"),
    ]


@pytest.mark.parametrize("write_sheet", [lambda _, xml: xml, unusual], ids=["fast", "exact"])
@pytest.mark.parametrize("said", ["1", "true"])
@pytest.mark.parametrize("number", [3, 400])
def test_a_sheet_that_hides_unused_rows_hides_none_that_is_written(tmp_path, number, said, write_sheet):
    rows = [(f"M.8882.4808.{n}", 0.0, "REJECTED") for n in range(number)]

    def hiding(part, xml):
        flagged = xml.replace(b"<sheetFormatPr ", b'<sheetFormatPr zeroHeight="%s" ' % said.encode())
        return write_sheet(part, flagged.replace(b'<row r="3"', b'<row r="3" hidden="1"') if "sheet1" in part else xml)

    findings = check(read_batch(rewritten(write(tmp_path / "b.xlsx", rows), hiding)).columns)
    assert [(finding.row, finding.code) for finding in findings] == [(3, "row-hidden")]


def test_rows_of_a_sheet_that_hides_unused_rows_are_visible_as_xlsxwriter_writes_it(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet()
    sheet.set_default_row(hide_unused_rows=True)
    for number, row in enumerate([HEADERS, ("M.1.2.3", 12.5, "ORDER_UPDATE")]):
        sheet.write_row(number, 0, row)
    book.close()
    assert list(check(read_batch(tmp_path / "b.xlsx").columns)) == []


def test_a_hidden_row_among_many_that_look_alike_is_told_as_hidden(tmp_path):
    rows = [(f"M.8882.4808.{n}", 0.0, "REJECTED") for n in range(400)]
    hiding = rewritten(
        write(tmp_path / "b.xlsx", rows),
        lambda part, xml: xml.replace(b'<row r="200"', b'<row r="200" hidden="1"') if "sheet1" in part else xml,
    )
    assert [(finding.row, finding.code) for finding in check(read_batch(hiding).columns)] == [(200, "row-hidden")]


def test_merged_cells_and_hidden_rows_become_findings_in_xml_no_common_program_writes_too(tmp_path):
    report = check(read_batch(rewritten(merged_and_hidden(tmp_path / "b.xlsx"), unusual)).columns)
    assert [(finding.cell, finding.code) for finding in report] == [
        ("Sheet!C3", "cell-merged"),
        ("Sheet!C4", "cell-merged"),
        ("Sheet!A5", "row-hidden"),
    ]


def test_more_texts_than_one_piece_of_the_file_holds_are_all_there(tmp_path, monkeypatch):
    monkeypatch.setattr("action_returns.readers.xlsx.exact.exact_strings", None)  # it would hide a text that is lost
    rows = [(f"M.8882.4808.{n}", 0.0, f"{n} " + "x" * 500) for n in range(5000)]
    assert cells(read_batch(write(tmp_path / "b.xlsx", rows))) == [(n, *row) for n, row in enumerate(rows, 2)]


def test_hints_how_to_read_a_text_aloud_are_no_part_of_it(tmp_path):
    hinted = rewritten(
        write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")]),
        lambda _, xml: xml.replace(
            b"<t>REJECTED</t>", b'<t>REJECTED</t><rPh sb="0" eb="1"><t>kana</t></rPh><phoneticPr fontId="1"/>'
        ),
    )
    assert cells(read_batch(hinted)) == [(2, "M.1.2.3", 0.0, "REJECTED")]


def test_a_date_written_out_in_the_file_is_a_date(tmp_path):
    changed = rewritten(
        write(tmp_path / "b.xlsx", [("M.1.2.3", 77.0, "ORDER_UPDATE")] * 3),
        lambda _, xml: xml.replace(b'<c r="B3"><v>77</v>', b'<c r="B3" t="d"><v>2026-01-05</v>'),
    )
    assert [row[2] for row in cells(read_batch(changed))] == [77.0, DAY, 77.0]


def test_rows_that_are_not_in_order_keep_their_own_numbers(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 1.0, "A"), ("M.1.2.4", 2.0, "B")])

    def swapped(part, xml):
        if "sheet1" not in part:
            return xml
        head, first, second, third, tail = re.split(rb"(?=<row )|(?<=</row>)(?=</sheetData>)", xml)
        return head + first + third + second + tail

    assert cells(read_batch(rewritten(path, swapped))) == [(2, "M.1.2.3", 1.0, "A"), (3, "M.1.2.4", 2.0, "B")]


def test_a_row_that_is_commented_out_is_no_row(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 1.0, "A"), ("M.1.2.4", 2.0, "B")])
    changed = rewritten(
        path,
        lambda part, xml: (
            xml.replace(b'<row r="3"', b'<!--<row r="3"').replace(b"</row></sheetData>", b"</row>--></sheetData>")
            if "sheet1" in part
            else xml
        ),
    )
    assert cells(read_batch(changed)) == [(2, "M.1.2.3", 1.0, "A")]


@pytest.mark.parametrize("hide", ["hide", "very_hidden"])
def test_a_hidden_sheet_is_not_read_beside_a_visible_one(tmp_path, hide):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    for name, amount in (("Old", 1), ("New", 2)):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["M.1.2.3", amount, "ORDER_UPDATE"])
    book.get_worksheet_by_name("New").activate()
    getattr(book.get_worksheet_by_name("Old"), hide)()
    book.close()
    assert read_batch(tmp_path / "b.xlsx").columns.amount == [2.0]
    assert [cells for _, cells in read_grid(tmp_path / "b.xlsx")][1][1] == 2.0
    assert read_batch(tmp_path / "b.xlsx", sheet="Old").columns.amount == [1.0]


def test_a_row_of_totals_is_neither_sent_nor_said_to_be_left_out(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(1, 0, ["M.1.2.3", 5, "ORDER_UPDATE"])
    columns = [{"header": HEADERS[0], "total_string": "Total"}, {"header": HEADERS[1]}, {"header": HEADERS[2]}]
    sheet.add_table(0, 0, 2, 2, {"name": "Actions", "columns": columns, "total_row": True})
    book.close()
    reading = read_batch(tmp_path / "b.xlsx")
    assert cells(reading) == [(2, "M.1.2.3", 5.0, "ORDER_UPDATE")]
    assert reading.notes == ()


def test_text_is_decoded_as_the_program_shows_it(tmp_path):
    path = write(tmp_path / "b.xlsx", [("a_x000D_b", "x &amp; y", "r")])
    book = xlsxwriter.Workbook(tmp_path / "rich.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    sheet.write_rich_string(1, 0, book.add_format({"bold": True}), "M.1", ".2.3")
    sheet.write_row(1, 1, [0, "REJECTED"])
    book.close()
    assert cells(read_batch(tmp_path / "rich.xlsx"))[0][1] == "M.1.2.3"
    assert cells(read_batch(path))[0][2] == "x &amp; y"


def test_the_table_named_actions_counts_before_everything_else(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    for name, amount in (("Returns", 1), ("Actions", 2)):
        sheet = book.add_worksheet(f"Sheet {name}")
        sheet.write_row(1, 0, ["M.1.2.3", amount, "ORDER_UPDATE"])
        sheet.add_table(0, 0, 1, 2, {"name": name, "columns": [{"header": h} for h in HEADERS]})
    book.close()
    reading = read_batch(tmp_path / "b.xlsx")
    assert reading.columns.amount == [2.0]
    assert reading.origin == "table Actions on sheet Sheet Actions"
    assert read_batch(tmp_path / "b.xlsx", sheet="sheet returns").columns.amount == [1.0]


def test_two_sheets_that_could_be_meant_are_asked_about(tmp_path):
    book = openpyxl.Workbook()
    for name in ("One", "Two"):
        book.create_sheet(name).append(HEADERS)
        book[name].append(["M.1.2.3", 0, "REJECTED"])
    book.save(tmp_path / "b.xlsx")
    problem = refusal(tmp_path / "b.xlsx")
    assert problem.problem == "sheet-ambiguous"
    assert '--sheet "One"' in problem.message
    assert len(read_batch(tmp_path / "b.xlsx", sheet="Two").columns) == 1
    assert "One, Two" in refusal(tmp_path / "b.xlsx", sheet="Three").message


def test_of_very_many_sheets_that_could_be_meant_only_the_first_are_named(tmp_path):
    book = openpyxl.Workbook()
    for number in range(1, 41):
        book.create_sheet(f"Week {number}").append(HEADERS)
    book.save(tmp_path / "b.xlsx")
    said = refusal(tmp_path / "b.xlsx").message
    assert "sheet Week 5, headers in row 1; …. Choose the sheet: --sheet" in said
    assert "Week 6," not in said


def test_rows_above_the_headers_and_columns_in_another_order_are_fine(tmp_path):
    path = write(
        tmp_path / "b.xlsx",
        [("REJECTED", 0.0, "x", "M.1.2.3")],
        top=7,
        left=2,
        headers=("Reason", "Amount", "Note", "Action ID"),
    )
    reading = read_batch(path)
    assert cells(reading) == [(9, "M.1.2.3", 0.0, "REJECTED")]
    assert reading.columns.letters == ("F", "D", "C")


def test_filled_rows_below_the_table_are_reported(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")] * 3, table="Actions")
    smaller = rewritten(path, lambda part, xml: xml.replace(b"A1:C4", b"A1:C2") if "table" in part else xml)
    reading = read_batch(smaller)
    assert len(reading.columns) == 1
    assert "rows 3 to 4" in reading.notes[0]


def test_empty_rows_are_no_rows_wherever_they_stand(tmp_path):
    path = write(
        tmp_path / "b.xlsx",
        [("M.1.2.3", 0.0, "REJECTED"), (None,) * 3, ("M.1.2.4", 0.0, "REJECTED"), *[(None,) * 3] * 300],
    )
    assert [row[0] for row in cells(read_batch(path))] == [2, 4]


def test_a_missing_column_is_named(tmp_path):
    problem = refusal(write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0)], headers=("ActionId", "Amount")))
    assert problem.problem == "columns-missing"
    assert "not Reason" in problem.message


def test_xml_no_common_program_writes_gives_the_same_cells_another_way(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "ORDER_UPDATE"), ("M.1.2.4", None, "x")])
    assert cells(read_batch(rewritten(path, unusual))) == cells(read_batch(path))


# --- the names of a table and its header cells

WITH_OLD = (*HEADERS, "Old amount", "Currency")


def table_named(path, names, headers=WITH_OLD, **place):
    """Write a table whose part names its columns otherwise than its header cells do."""
    write(path, [("M.1.2.3", 1.0, "ORDER_UPDATE", 9999.0, "EUR")], table="Actions", headers=headers, **place)

    def renamed(part, xml):
        if "tables/" not in part:
            return xml
        given = iter(names)
        return re.sub(
            rb'(<tableColumn id="[0-9]+" name=)"[^"]*"', lambda tag: tag[1] + f'"{next(given)}"'.encode(), xml
        )

    return rewritten(path, renamed)


@pytest.mark.parametrize("write_sheet", [lambda _, xml: xml, unusual], ids=["fast", "exact"])
@pytest.mark.parametrize(
    ("names", "says"),
    [
        (
            ("ActionId", "Old amount", "Reason", "Amount", "Currency"),
            'E6 is named "Amount", but the cell E6 shows "Old amount"',
        ),
        (
            ("Reason", "Amount", "ActionId", "Old amount", "Currency"),
            'D6 is named "ActionId", but the cell D6 shows "Reason"',
        ),
        (
            ("ActionId", "Amount", "Reason", "Currency", "Old"),
            'E6 is named "Currency", but the cell E6 shows "Old amount"',
        ),
        (
            ("ActionId", "Amount", "Reason", "Old amount", "Note"),
            'F6 is named "Note", but the cell F6 shows "Currency"',
        ),
    ],
)
def test_a_table_that_names_a_column_otherwise_than_its_header_cell_is_refused(tmp_path, write_sheet, names, says):
    path = table_named(tmp_path / "b.xlsx", names, top=5, left=1).replace(tmp_path / "b.xlsx")
    problem = refusal(rewritten(path, write_sheet).rename(tmp_path / "named.xlsx"))
    assert problem.problem == "columns-missing"
    assert "named.xlsx contradicts itself: in the table Actions on sheet Actions, the column of " in problem.message
    assert says in problem.message
    assert problem.message.endswith(
        "Open it in the spreadsheet program, check the headers of the table, and save it again."
    )


@pytest.mark.parametrize(
    ("headers", "names", "says"),
    [
        (("x", "Amount", "Reason", "y", "z"), WITH_OLD, 'A1 is named "ActionId", but the cell A1 shows "x"'),
        (("", "Amount", "Reason", "y", "z"), WITH_OLD, 'A1 is named "ActionId", but the cell A1 shows '),
    ],
)
def test_header_cells_that_lead_to_other_columns_are_refused(tmp_path, headers, names, says):
    problem = refusal(table_named(tmp_path / "b.xlsx", names, headers))
    assert (problem.problem, says in problem.message) == ("columns-missing", True), problem.message


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("ActionId", "New amount", "Reason", "Old", "x"), 'B1 is named "New amount", but the cell B1 shows "Amount"'),
        (("ActionId", "Amount", "Reason", "Old", "ISO currency"), 'E1 is named "ISO currency", but the cell E1 shows'),
    ],
)
def test_another_name_for_the_same_column_is_refused_because_it_may_mean_another_amount(tmp_path, names, says):
    assert says in refusal(table_named(tmp_path / "b.xlsx", names)).message


def test_two_header_cells_amount_are_refused_though_the_table_names_only_one(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 1.0, "REJECTED", 9.0)], table="Actions", headers=WITH_OLD[:4])
    twice = rewritten(path, lambda part, xml: xml.replace(b">Old amount<", b">Amount<") if "Strings" in part else xml)
    problem = refusal(twice)
    assert problem.problem == "columns-missing"
    assert 'D1 is named "Old amount", but the cell D1 shows "Amount"' in problem.message


def test_a_table_without_its_header_row_is_refused(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 1.0, "ORDER_UPDATE")], table="Actions", top=2)
    lost = rewritten(
        path, lambda part, xml: re.sub(rb'<row r="3".*?</row>', b"", xml) if part.endswith("sheet1.xml") else xml
    )
    assert 'A3 is named "ActionId", but the cell A3 shows nothing' in refusal(lost).message


@pytest.mark.parametrize(
    "names",
    [
        ("ACTION ID", "amount", "Re-ason", "Old amount", "currency"),  # spelled otherwise
        ("ActionId", "Amount", "Reason", "Something else", "Currency"),  # none of the columns that are read
    ],
)
def test_names_that_lead_to_the_same_columns_are_read(tmp_path, names):
    found = read_batch(table_named(tmp_path / "b.xlsx", names))
    assert cells(found) == [(2, "M.1.2.3", 1.0, "ORDER_UPDATE")]
    assert list(found.columns.currency) == ["EUR"]


# --- the exact way after the fast one


def late(path, change, rows=4000):
    """Write a list whose last row, far behind the first block, is written in another way."""
    write(path, [(f"M.1.2.{n}", n / 4, "REJECTED") for n in range(2, rows)], headers=("Action ID", "Amount", "State"))

    def changed(part, xml):
        if not part.endswith("sheet1.xml"):
            return xml
        head, row, rest = xml.rpartition(b'<row r="%d"' % (rows - 1))
        return head + change(row + rest)

    return rewritten(path, changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.replace(b'<c r="B3999"', b"<c"),
        lambda row: b"<!-- <row> -->" + row,
        lambda row: row.replace(b"<row ", b"<row\n", 1),
        lambda row: row.replace(b'r="C3999"', b"r='C3999'"),
    ],
    ids=["cell without address", "comment", "line end", "single quotes"],
)
def test_rows_before_and_behind_the_place_that_is_unusual_are_given_once(tmp_path, change):
    expected = [
        (1, ["Action ID", "Amount", "State"]),
        *((n, [f"M.1.2.{n}", n / 4, "REJECTED"]) for n in range(2, 4000)),
    ]
    assert list(read_grid(late(tmp_path / "b.xlsx", change))) == expected


def test_a_sheet_that_common_programs_write_is_parsed_once(tmp_path, monkeypatch):
    monkeypatch.setattr("action_returns.readers.xlsx.exact.ExactSheet", None)
    rows = list(read_grid(write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "ORDER_UPDATE")])))
    assert rows == [(1, [*HEADERS]), (2, ["M.1.2.3", 12.5, "ORDER_UPDATE"])]


def test_a_cell_far_down_that_is_damaged_is_refused_with_its_place(tmp_path):
    path = late(tmp_path / "b.xlsx", lambda row: row.replace(b'r="B3999"', b'r="B3999" t="d"'))
    given = []
    with pytest.raises(FileError, match="B3999") as caught:
        given.extend(number for number, _ in read_grid(path))
    assert caught.value.problem == "file-unreadable"


@pytest.mark.parametrize("part", ["sheet1.xml", "sharedStrings.xml"])
@pytest.mark.parametrize("write_sheet", [lambda _, xml: xml, unusual], ids=["fast", "exact"])
def test_bytes_that_are_no_utf8_are_refused_in_words(tmp_path, part, write_sheet):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "ORDER_UPDATE Z@")])
    inline = rewritten(
        path,
        lambda name, xml: (
            xml.replace(b'<c r="C2" s="1" t="s"><v>4</v></c>', b'<c r="C2" t="inlineStr"><is><t>Z@</t></is></c>')
            if "sheet1" in name
            else xml
        ),
    ).rename(tmp_path / "inline.xlsx")

    def spoiled(name, xml):
        return write_sheet(name, xml).replace(b"Z@", b"Z\xfc") if name.endswith(part) else write_sheet(name, xml)

    with pytest.raises(UnicodeDecodeError):
        zipfile.ZipFile(changed := rewritten(inline, spoiled)).read(
            f"xl/{'worksheets/' * ('sheet1' in part)}{part}"
        ).decode()
    problem = refusal(changed)
    assert problem.problem == "file-unreadable"
    assert part in problem.message


def unusual_strings(part, xml):
    return written("comments", xml) if part.endswith("sharedStrings.xml") else xml


@pytest.mark.parametrize(("change", "again"), [(lambda _, xml: xml, 0), (unusual, 1), (unusual_strings, 1)])
def test_the_amounts_of_a_sheet_in_unusual_xml_are_read_a_second_time(tmp_path, monkeypatch, change, again):
    asked = []
    monkeypatch.setattr(
        "action_returns.readers.xlsx.second_reading.second_reading",
        lambda *facts: asked.append(facts[1:4]) or "A note.",
    )
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "ORDER_UPDATE")], top=3, left=1, table="Actions")
    found = read_batch(rewritten(path, change))
    assert (asked, found.notes) == ([("Actions", 3, 5)] * again, ("A note.",) * again)


def without_empty_fills(_, xml):
    return xml.replace(b'<fill><patternFill patternType="gray125"/></fill>', b"<fill/>")


def without_addresses(part, xml):
    return re.sub(rb'(<(?:row|c))([^>]*?) r="[A-Z]*[0-9]+"', rb"\1\2", xml) if "sheet1" in part else xml


def without_styles(part, xml):
    return re.sub(rb'<Relationship [^>]*/styles"[^>]*/>', b"", xml) if part.endswith(".rels") else xml


@pytest.mark.parametrize("prefix", [lambda _, xml: xml, unusual], ids=["fast", "exact"])
@pytest.mark.parametrize("change", [without_empty_fills, without_addresses, without_styles])
def test_what_a_workbook_may_leave_out_leaves_the_cells_as_they_are(tmp_path, change, prefix):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "A\r"), (None, None, None), ("M.1.2.4", 0.0, None)])
    changed = rewritten(path, change).rename(tmp_path / "less.xlsx")
    assert changed.read_bytes() != path.read_bytes()
    found = cells(read_batch(rewritten(changed, prefix)))
    assert [row[1:] for row in found] == [("M.1.2.3", 12.5, "A\r"), ("M.1.2.4", 0.0, None)]


def test_the_file_is_never_written(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")], table="Actions")
    before = path.read_bytes(), path.stat().st_mtime_ns
    path.chmod(0o400)
    read_batch(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


# --- files that are no workbook, and damaged ones


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_workbook_is_refused_in_words(tmp_path, what):
    make, code, says = REFUSED[what]
    problem = refusal(make(tmp_path / "returns.xlsx"))
    assert problem.problem == code
    assert says in problem.message


def test_rows_beyond_a_worksheet_are_refused(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    changed = rewritten(
        path,
        lambda part, xml: (
            xml.replace(b'r="2"', b'r="1048577"').replace(b'"A2"', b'"A1048577"') if "sheet1" in part else xml
        ),
    )
    assert refusal(changed).problem == "file-too-large"


@given(st.binary(min_size=1, max_size=300), st.integers(0, 10**6))
@example(b"\x14", 17155)  # a part that would begin before the file does
def test_a_damaged_workbook_leads_to_a_plain_refusal_or_a_reading(tmp_path_factory, noise, at):
    path = write(tmp_path_factory.mktemp("book") / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")] * 30)
    content = bytearray(path.read_bytes())
    at %= len(content)
    content[at : at + len(noise)] = noise
    path.write_bytes(content)
    try:
        check(read_batch(path).columns)
    except FileError as problem:
        assert problem.message  # noqa: PT017


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    assert "no file" in refusal(tmp_path / "none.xlsx").message
    assert "folder" in refusal(tmp_path).message


def test_dates_outside_the_calendar_are_errors_and_do_not_raise():
    from action_returns.readers.xlsx.cells import date_of

    assert date_of(-1, from_1904=False) == CellError("error", "########")
    assert date_of(1e300, from_1904=False) == CellError("error", "########")
    assert date_of(60.5, from_1904=False) == datetime(1900, 2, 28, 12)  # noqa: DTZ001
    assert date_of(0, from_1904=True) + timedelta(1) == datetime(1904, 1, 2)  # noqa: DTZ001


@pytest.mark.parametrize(("serial", "from_1904"), [(2958465.9999999995, False), (2958465.0, True)])
def test_a_date_beyond_the_year_9999_is_an_error_cell_and_no_crash(serial, from_1904):
    from action_returns.readers.xlsx.cells import date_of

    assert date_of(serial, from_1904=from_1904) == CellError("error", "########")
