"""Whatever program saved a workbook, new rows are seen, are like the others, and take nothing from the user."""

import re
import zipfile

import pytest
import xlsxwriter

from action_returns.errors import OutputFileError
from tests.support.imports_into import HEADERS, add, made, new_rows, parts, sent_cells
from tests.support.open_xml import OFFICES, errors

ACTIONS = "xl/worksheets/sheet2.xml"
PLAIN = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
ROWS = [("M.1.1.1", "5.00", "ORDER_UPDATE"), ("M.1.1.2", "0", "REJECTED")]
CALC_CHAIN = "xl/calcChain.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MICROSOFT = "http://schemas.microsoft.com/office"


def rewrite(path, changes, more=()):
    """Change parts of a workbook as another program would have written them; each change has to change something."""
    old = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in old.items():
            new = changes[name](content.decode()).encode() if name in changes else content
            assert name not in changes or new != content
            package.writestr(name, new)
        for name, text in dict(more).items():
            package.writestr(name, text)
    return path


def replaced(old, new, times=-1):
    return lambda text: text.replace(old, new, times)


def with_own_column(path, header, cells, formula=None, last=9):
    """Write a workbook of another program with a column of the user's own beside two returns."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Actions")
    columns = [{"header": name} for name in HEADERS] + [{"header": header} | ({"formula": formula} if formula else {})]
    sheet.add_table(0, 0, last - 1, 3, {"name": "Actions", "columns": columns})
    for row, texts in enumerate(ROWS, 1):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)
    for row, text in cells.items():
        sheet.write_string(row - 1, 3, text)
    book.close()
    return path


def row(path, number, part=ACTIONS):
    """Return the XML of a row."""
    return re.search(rf'<row r="{number}"[ >].*?</row>', parts(path)[part].decode())[0]


def test_a_formula_in_every_row_of_the_users_column_keeps_no_new_row_from_standing_below_the_last(tmp_path):
    path = with_own_column(tmp_path / "w.xlsx", "Fee", {}, "=[@Amount]*0.1")
    add(path, new_rows(2))
    assert "M.8882.4808.2000000" in row(path, 4, PLAIN)
    assert "M.8882.4808.2000001" in row(path, 5, PLAIN)
    assert re.search(r'<c r="D5"><f>[^<]*Amount\]+\*0\.1</f></c>', row(path, 5, PLAIN))


def test_what_the_user_typed_beside_a_blank_id_keeps_its_row_also_under_a_header_of_ours(tmp_path):
    path = with_own_column(tmp_path / "w.xlsx", "Order ID", {4: "#77"})
    add(path, new_rows(1))
    assert "M.8882" not in row(path, 4, PLAIN)
    assert "M.8882.4808.2000000" in row(path, 5, PLAIN)
    assert parts(path)["xl/sharedStrings.xml"].count(b"#77") == 1


def test_results_that_were_left_in_a_blank_row_are_not_those_of_the_new_one(tmp_path):
    stale = '<c r="E6" s="10" t="inlineStr"><is><t>Sent in batch 0001</t></is></c>'
    path = rewrite(made(tmp_path / "w.xlsx", ROWS), {ACTIONS: replaced('<c r="E6" s="10"/>', stale)})
    add(path, new_rows(1))
    assert "M.8882.4808.2000000" in row(path, 6)
    assert '<c r="E6" s="10"/>' in row(path, 6)
    assert b"Sent in batch" not in parts(path)[ACTIONS]


def test_new_rows_are_seen_though_a_filter_hid_the_blank_ones(tmp_path):
    def hide(text):
        return re.sub(r'<row r="([5-9]|\d\d+)"', r'<row r="\1" hidden="1"', text)

    path = rewrite(made(tmp_path / "w.xlsx", ROWS), {ACTIONS: hide})
    add(path, new_rows(1))
    assert "hidden" not in row(path, 6).partition(">")[0]
    assert 'hidden="1"' in row(path, 5).partition(">")[0]
    assert 'hidden="1"' in row(path, 7).partition(">")[0]


def test_a_row_whose_spans_are_too_short_for_its_cells_has_none(tmp_path):
    path = rewrite(
        made(tmp_path / "w.xlsx", ROWS), {ACTIONS: replaced('<row r="6" spans="1:13"', '<row r="6" spans="1:3"')}
    )
    add(path, new_rows(2))
    assert row(path, 6).startswith('<row r="6"><c')
    assert row(path, 7).startswith('<row r="7" spans="1:13"><c')


def as_libreoffice_saves(path):
    """Take from a workbook what LibreOffice 7.4 does not save: blank cells, and the formulas of columns."""
    return rewrite(
        path,
        {
            ACTIONS: lambda text: re.sub(r'<c r="[A-Z]+\d+" s="\d+"/>', "", text),
            TABLE: lambda text: re.sub("<calculatedColumnFormula>.*?</calculatedColumnFormula>", "", text),
        },
    )


def test_after_a_save_in_libreoffice_new_rows_still_have_the_live_check_and_text_format(tmp_path):
    path = as_libreoffice_saves(made(tmp_path / "w.xlsx", ROWS))
    add(path, new_rows(250))
    assert re.search(r'<c r="D255" s="14"><f>IF\(row_is_empty,', row(path, 255))
    for number in (100, 255):  # a row of the table that had no cells; one below it
        assert f'<c r="A{number}" s="12" t="inlineStr">' in row(path, number)
        assert f'<c r="B{number}" s="13" t="inlineStr">' in row(path, number)


def test_the_live_check_of_rows_saved_in_libreoffice_is_calculated_for_new_ones(office, tmp_path):
    path = as_libreoffice_saves(made(tmp_path / "w.xlsx", ROWS))
    add(path, new_rows(250))
    with office.opened(path) as document:
        shown = document.Sheets.getByName("Actions").getCellRangeByName("D6:D255").DataArray
    assert shown[0] == ("OK: new total 10.00",)
    assert shown[-1] == ("OK: new total 12.49",)


def test_a_formula_of_the_users_column_that_names_cells_of_its_row_is_not_copied_wrongly(tmp_path):
    path = with_own_column(tmp_path / "w.xlsx", "Fee", {}, "=B2*0.1", last=3)
    before = path.read_bytes()
    with pytest.raises(OutputFileError, match="names cells of a row"):
        add(path, new_rows(1))
    assert path.read_bytes() == before


def test_colours_and_lists_of_codes_go_on_in_the_rows_by_which_the_table_grew(tmp_path):
    path = rewrite(made(tmp_path / "w.xlsx", ROWS), {ACTIONS: replaced(":C1048576", ":C203")})
    add(path, new_rows(250))
    found = re.findall(r'sqref="([^"]*)"', parts(path)[ACTIONS].decode())
    assert found.count("C4:C255") == 2
    assert "A4:A1048576 B4:B1048576 C4:C255" in found


def as_excel_saves(path):
    """Give a workbook what only Excel writes: a chain of calculation, shared formulas, heights, a filter that is on."""
    chain = "".join(f'<c r="D{number}" i="2"/>' for number in range(4, 204))

    def actions(text):
        text = text.replace(
            "<worksheet ",
            '<worksheet xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac" '
            f'xmlns:x14ac="{MICROSOFT}/spreadsheetml/2009/9/ac" ',
            1,
        )
        text = re.sub(r'(<row r="\d+")', r'\1 x14ac:dyDescent="0.25"', text)
        text = re.sub(r'(<c r="D5" s="14"[^>]*>)<f>', r'\1<f t="shared" ref="D5:D203" si="0">', text, count=1)
        text = re.sub(r'(<c r="D(?:[6-9]|\d\d+)" s="14"[^>]*>)<f>.*?</f>', r'\1<f t="shared" si="0"/>', text)
        main = f'xmlns:xm="{MICROSOFT}/excel/2006/main"'
        validation = (
            f'<x14:dataValidations count="1" {main}><x14:dataValidation type="list"><x14:formula1><xm:f>Reasons!$A$4:$A$5'
            "</xm:f></x14:formula1><xm:sqref>G4:G203</xm:sqref></x14:dataValidation></x14:dataValidations>"
        )
        extension = (
            '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
            f'xmlns:x14="{MICROSOFT}/spreadsheetml/2009/9/main">{validation}</ext></extLst>'
        )
        return text.replace("</worksheet>", f"{extension}</worksheet>")

    part_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    condition = '<sortState ref="A4:L203"><sortCondition ref="A4:A203"/></sortState>'
    return rewrite(
        path,
        {
            ACTIONS: actions,
            TABLE: replaced(
                '<autoFilter ref="A3:L203"/>',
                '<autoFilter ref="A3:L203"><filterColumn colId="0"><filters><filter val="M.1.1.1"/></filters>'
                f"</filterColumn></autoFilter>{condition}",
            ),
            "[Content_Types].xml": replaced(
                "</Types>", f'<Override PartName="/{CALC_CHAIN}" ContentType="{part_type}"/></Types>'
            ),
            "xl/_rels/workbook.xml.rels": replaced(
                "</Relationships>",
                f'<Relationship Id="rId99" Type="{relation}" Target="calcChain.xml"/></Relationships>',
            ),
            "xl/workbook.xml": replaced("<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>'),
        },
        {CALC_CHAIN: f'<calcChain xmlns="{MAIN}">{chain}</calcChain>'},
    )


@pytest.mark.parametrize(
    ("saved", "number"),
    [
        (lambda path: path, 250),
        (as_libreoffice_saves, 3),
        (as_excel_saves, 250),
        pytest.param(lambda path: path, 3, marks=pytest.mark.long),
        pytest.param(as_libreoffice_saves, 250, marks=pytest.mark.long),
        pytest.param(as_excel_saves, 3, marks=pytest.mark.long),
    ],
)
def test_a_workbook_with_new_rows_is_as_valid_as_it_was(tmp_path, saved, number):
    path = saved(made(tmp_path / "w.xlsm", ROWS))
    for office in OFFICES:
        assert errors(path, office) == []
    kept = add(path, new_rows(number)).kept
    for office in OFFICES:
        assert errors(path, office) == []
    assert len(sent_cells(path)) == len(ROWS) + number
    changed = {name for name, content in parts(kept).items() if parts(path)[name] != content}
    tables = {TABLE} if number == 250 else set()
    assert {name for name in changed if not name.startswith("xl/worksheets/")} == tables


def test_every_cell_that_the_chain_of_calculation_names_still_has_its_formula(tmp_path):
    # Excel repairs a workbook whose chain names a cell without a formula (18.6.1); a formula that is missing in it is taken up.
    path = as_excel_saves(made(tmp_path / "w.xlsx", ROWS))
    before = parts(path)[CALC_CHAIN]
    add(path, new_rows(250))
    assert parts(path)[CALC_CHAIN] == before
    with_formula = set(re.findall(r'<c r="(D\d+)"[^>]*><f', parts(path)[ACTIONS].decode()))
    assert set(re.findall(r'r="(D\d+)"', before.decode())) <= with_formula
    assert len(with_formula) == 252
    assert re.search(r"<xm:sqref>G4:G255</xm:sqref>", parts(path)[ACTIONS].decode())


def test_the_comment_of_the_package_stays(tmp_path):
    path = made(tmp_path / "w.xlsx", ROWS)
    with zipfile.ZipFile(path, "a") as package:
        package.comment = b"archived in 2026"
    add(path, new_rows(1))
    with zipfile.ZipFile(path) as package:
        assert package.comment == b"archived in 2026"


def test_a_sheet_of_the_program_in_utf_16_is_refused_and_not_damaged(tmp_path):
    path = made(tmp_path / "w.xlsx", ROWS)
    old = parts(path)
    with zipfile.ZipFile(path, "w") as package:
        for name, content in old.items():
            wide = content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
            package.writestr(name, wide if name == PLAIN else content)
    before = path.read_bytes()
    with pytest.raises(OutputFileError, match="UTF-16"):
        add(path, new_rows(1))
    assert path.read_bytes() == before
