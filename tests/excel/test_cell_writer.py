"""Every text that is written into the open workbook stays the text it is, in both programs."""

import ast
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from action_returns.excel import cell_writer
from action_returns.excel.cell_writer import Formula, write_cells, write_scattered
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel
from tests.hosts.fake_com.com import com_error
from tests.hosts.fake_com.grid import Grid

ODD = [
    "=1+3", '=HYPERLINK("http://example.com","x")', "=>", "=", "+1", "+Best deals!", "-17.50 over 2", "-a", "--", "@SUM(A1)",
    "\tx", "\r\nx", "'quoted", "''", "1/2", "1-2", "2026-01-02", "1E5", "TRUE", "false", "00123", "50%", "$4.50", "1,234.50",
    "12345678901234567890", "#N/A", " 7 ", "M.1.1.1", "<r><t>x</t></r>", "\N{PACKAGE} =1",
]  # fmt: skip


@pytest.fixture(params=["the Windows engine", "LibreOffice"])
def program(request):
    if request.param == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as running:
            yield running
    else:
        with fake_excel() as running:
            yield running


@pytest.fixture
def sheet(program, tmp_path):
    """A sheet whose cells have the format General."""
    import openpyxl

    made = openpyxl.Workbook()
    made.active.title = "Sheet"
    made.save(tmp_path / "plain.xlsx")
    book = program.open_workbook(tmp_path / "plain.xlsx")
    return SimpleNamespace(
        range=book.sheets["Sheet"].range,
        held=lambda address: program.peek(f"Sheet!{address}", book=book),
        calls=program.calls,
        program=program,
        book=book,
    )


def line_breaks_as_calc_has_them(text):
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("hides", [False, True])
def test_a_text_stays_the_text_it_is_whatever_it_begins_with(sheet, monkeypatch, hides):
    monkeypatch.setattr(Grid, "hides_apostrophes_in_text_cells", hides)
    write_cells(sheet, f"B2:B{len(ODD) + 1}", [[text] for text in ODD])
    held = [cell for (cell,) in sheet.held(f"B2:B{len(ODD) + 1}")]
    assert list(map(line_breaks_as_calc_has_them, held)) == list(map(line_breaks_as_calc_has_them, ODD))


def test_only_what_the_program_calls_a_formula_is_one(sheet):
    write_cells(sheet, "B2:C3", [["=1+3", Formula("=1+3")], ["x", Formula('=HYPERLINK("#Sheet!B7","Go")')]])
    assert [sheet.range(f"B{row}").number_format for row in (2, 3)] == ["@", "@"]
    assert sheet.held("B2") == "=1+3"
    assert [sheet.range(f"C{row}").formula.replace(";", ",") for row in (2, 3)] == [
        "=1+3",
        '=HYPERLINK("#Sheet!B7","Go")',
    ]


def test_numbers_and_blanks_beside_texts_stay_what_they_are(sheet):
    write_cells(sheet, "B2:E4", [["a", 1, None, "x"], [None, 2.5, None, 7.0], ["00123", None, None, "y"]])
    assert sheet.held("B2:E4") == [["a", 1.0, None, "x"], [None, 2.5, None, 7.0], ["00123", None, None, "y"]]
    assert [sheet.range(f"{column}3").number_format for column in "BCDE"] == ["@", "General", "General", "General"]


def test_writing_again_leaves_nothing_of_the_first_time(sheet):
    write_cells(sheet, "B2:B4", [["=1+3"], ["x"], ["y"]])
    write_cells(sheet, "B2:B4", [[None], [""], ["z"]])
    assert sheet.held("B2:B4") == [[None], [None], ["z"]]


def test_a_text_that_no_cell_can_hold_is_cut_with_a_mark(sheet):
    long = "\N{PACKAGE}" * 20_000  # each counts twice
    write_cells(sheet, "B2:B4", [["x" * 32_767], [long], ["after"]])
    (whole,), (cut,), (after,) = sheet.held("B2:B4")
    assert (whole, after) == ("x" * 32_767, "after")
    assert cut.endswith("\N{PACKAGE} … [cut here: the text has 20,000 characters, a cell holds 32,767]")
    assert len(cut.encode("utf-16-le")) // 2 in {32_766, 32_767}


def texts_longer_than(limit, monkeypatch):
    """Let the program refuse blocks with a text that is longer, as Excel 2007 does from 8,204 characters on."""
    import xlwings

    blocks = []
    written = xlwings.Range.raw_value

    def write(cells, block):
        blocks.append(block)
        if isinstance(block, list) and any(
            isinstance(cell, str) and len(cell) > limit for row in block for cell in row
        ):
            raise com_error(-2147352567, "Exception occurred.", (0, "Microsoft Excel", "", None, 0, -2146827284), None)
        written.fset(cells, block)

    monkeypatch.setattr(xlwings.Range, "raw_value", property(written.fget, write))
    return blocks


def test_one_text_that_is_refused_in_a_block_keeps_no_other_out(sheet, monkeypatch):
    blocks = texts_longer_than(8_203, monkeypatch)
    rows = [[f"row {at}", "x" * 8_204 if at == 700 else "-y"] for at in range(1_000)]
    write_cells(sheet, "B2:C1001", rows)
    assert sheet.held("B2:C1001") == rows
    assert len(blocks) < 30


def test_a_cell_that_is_refused_by_itself_says_so(sheet, monkeypatch):
    import xlwings

    written = xlwings.Range.raw_value

    def write(cells, block):
        if "bad" in str(block):
            raise com_error(-2147352567, "Exception occurred.", None, None)
        written.fset(cells, block)

    monkeypatch.setattr(xlwings.Range, "raw_value", property(written.fget, write))
    write_cells(sheet, "B2:C4", [["a", "b"], ["bad", "=c"], ["d", None]])
    assert sheet.held("B2:C4") == [["a", "b"], ["[Excel does not take this text of 3 characters]", "=c"], ["d", None]]


@pytest.fixture
def fake(tmp_path):
    with fake_excel() as running:
        book = running.add_workbook({"Sheet": [["x"]]})
        yield SimpleNamespace(
            range=book.sheets["Sheet"].range,
            held=lambda address: running.peek(f"Sheet!{address}", book=book),
            calls=running.calls,
            program=running,
            book=book,
        )


def test_texts_in_several_columns_are_made_safe_by_one_call(fake):
    write_cells(fake, "B2:H1001", [["a", "b", 1.0, "c", None, "d", "e"]] * 1_000)
    assert (fake.calls["Range.NumberFormat="], fake.calls["Worksheet.Range()"], fake.calls["Range.Value="]) == (1, 2, 1)
    assert [fake.range(f"{column}1001").number_format for column in "BCDEFGH"] == [
        "@", "@", "General", "@", "General", "@", "@",
    ]  # fmt: skip


def test_a_block_of_texts_alone_needs_one_call_more(fake):
    write_cells(fake, "B2:B1001", [["a"]] * 1_000)
    assert (fake.calls["Range.NumberFormat="], fake.calls["Worksheet.Range()"]) == (1, 1)


def test_cells_that_are_known_to_be_text_cost_no_call_more(fake):
    fake.range("B2:B9").number_format = "@"
    fake.calls.clear()
    write_cells(fake, "B2:B9", [["=1"]] * 8, are_text=True)
    assert fake.calls.total() == 2
    assert fake.held("B9") == "=1"


def test_many_places_are_named_in_addresses_that_excel_takes(fake):
    rows = [["a", 1.0] * 60]
    write_cells(fake, "A2000:DP2000", rows)
    assert fake.held("A2000:DP2000") == [["a", 1.0] * 60]
    assert fake.range("DO2000").number_format == "@"


@pytest.mark.parametrize("general", [True, False])
def test_where_no_format_can_be_set_a_text_stays_a_text(fake, general):
    texts = ["=1+3", "=>", "'x", "1/2", "plain"]
    fake.range("B2:B6").number_format = "General" if general else "@"
    fake.program.unlock("Sheet!B2:B6", book=fake.book)
    fake.program.protect("Sheet", book=fake.book)
    write_cells(fake, "B2:B6", [[text] for text in texts])
    assert [cell for (cell,) in fake.held("B2:B6")] == texts


def every_second_row(first, last):
    return {f"B{row}": f"M.1.1.{row}" for row in range(first, last, 2)}


def test_very_many_places_in_a_column_of_texts_cost_few_calls_and_leave_the_texts_between_them(sheet):
    between = ["=1+3", "'quoted", "00123", None, "1/2", "-a"] * 20
    write_cells(sheet, "B2:B241", [[cell] for pair in zip(between, ["old"] * 120, strict=True) for cell in pair])
    sheet.calls.clear()
    write_scattered(sheet, every_second_row(3, 242))
    assert len(sheet.calls) < 30
    held = [cell for (cell,) in sheet.held("B2:B241")]
    assert held[::2] == between
    assert held[1::2] == list(every_second_row(3, 242).values())


@pytest.mark.parametrize("cell", ["=1+3", 7.5, True])
def test_a_formula_or_a_number_between_very_many_places_is_not_written(sheet, cell):
    """It cannot be written back as it is: a formula would become its value, and a number in a text cell a text."""
    write_cells(sheet, "B2:B241", [["old"]] * 240)
    sheet.range("B10").number_format = "General"
    sheet.range("B10").raw_value = cell
    sheet.range("B10").number_format = "@"
    before = (sheet.held("B10"), sheet.range("B10").formula)
    write_scattered(sheet, every_second_row(3, 242))
    assert (sheet.held("B10"), sheet.range("B10").formula) == before
    assert [sheet.held(f"B{row}") for row in (2, 3, 240, 241)] == ["old", "M.1.1.3", "old", "M.1.1.241"]


def test_a_protected_sheet_is_refused_after_few_tries(fake):
    fake.program.protect("Sheet", book=fake.book)
    with pytest.raises(com_error):
        write_cells(fake, "B2:D100001", [["a", "b", 1.0]] * 100_000)
    assert fake.calls.total() < 60


@pytest.mark.parametrize("access", ["put", "call"])
def test_a_busy_excel_is_left_to_those_who_wait_for_it(fake, access, monkeypatch):
    monkeypatch.setattr(sys.modules["xlwings._xlwindows"], "N_COM_ATTEMPTS", 1)
    fake.program.busy(1, on={access})
    with pytest.raises(Exception, match=r"rejected|Call was"):
        write_cells(fake, "B2:C3", [["a", 1.0], ["b", "c"]])
    assert fake.held("B2:C3") == [[None, None], [None, None]]


def test_cells_wherever_they_stand_are_written_with_few_calls(fake):
    fake.range("B2:B3000").number_format = "@"
    fake.calls.clear()
    cells = {f"{column}{row}": f"={row}" for row in range(2, 3_000) if row % 1_000 for column in "CB"}
    write_scattered(fake, {**cells, "B3500": None, "AB7": 7})
    assert fake.calls.total() < 30
    assert [fake.held(place) for place in ("B2", "C999", "B1000", "C2999", "AB7")] == ["=2", "=999", None, "=2999", 7.0]
    assert [fake.range(place).number_format for place in ("C2", "C1000", "AB7")] == ["@", "General", "General"]


def test_an_excel_that_becomes_busy_while_cells_are_written_around_one_is_waited_for(fake, monkeypatch):
    import xlwings

    answers = [
        com_error(-2147352567, "Exception occurred.", (0, "Microsoft Excel", "", None, 0, -2146827284), None),
        com_error(-2147418111, "Call was rejected by callee.", None, None),
    ]

    def write(_cells, _block):
        raise answers.pop(0)

    monkeypatch.setattr(xlwings.Range, "raw_value", property(None, write))
    with pytest.raises(com_error, match="rejected"):
        write_cells(fake, "B2:B9", [["a"]] * 8)


@pytest.mark.parametrize("hides", [False, True])
def test_an_apostrophe_stays_in_cells_that_are_known_to_be_text(fake, monkeypatch, hides):
    monkeypatch.setattr(Grid, "hides_apostrophes_in_text_cells", hides)
    fake.range("B2:B4").number_format = "@"
    write_cells(fake, "B2:B4", [["'a"], ["b"], ["''"]], are_text=True)
    assert fake.held("B2:B4") == [["'a"], ["b"], ["''"]]


class MacCells:
    """A range of xlwings' engine for the Mac, as far as values and formats go."""

    def __init__(self, address, written):
        self.address, self._written = address, written
        self.impl = type("Range", (), {"__module__": "xlwings._xlmac"})()

    def __setattr__(self, name, value):
        if name in {"raw_value", "number_format"}:
            self._written.append((self.address, name, value))
        object.__setattr__(self, name, value)


def test_on_a_mac_each_area_gets_its_format_and_appscript_gets_what_it_knows():
    written = []
    sheet = SimpleNamespace(range=lambda address: MacCells(address, written))
    write_cells(sheet, "B2:E3", [["a", 1, None, "=b"], [None, 2, None, Formula("=c")]])
    assert written == [
        ("B2:B3", "number_format", "@"),
        ("E2:E2", "number_format", "@"),
        ("B2:E3", "raw_value", [["a", 1.0, "", "=b"], ["", 2.0, "", "=c"]]),
    ]
    ((_, _, block),) = written[2:]
    assert {type(cell) for row in block for cell in row} == {str, float}


def written_elsewhere(package, allowed):
    """Return the places that set a value of a range, outside of the modules that may."""
    setters = {"raw_value", "value", "formula", "formula2", "formula_array", "Value", "Value2", "Formula", "Formula2"}
    for path in sorted(Path(package.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AugAssign)
                else []
            )
            names = {target.attr for target in targets if isinstance(target, ast.Attribute)}
            if names & setters and path.name not in allowed:
                yield f"{path.name}:{node.lineno}"


def test_no_other_module_writes_into_cells_of_the_open_workbook():
    from action_returns import excel

    assert list(written_elsewhere(excel, {"cell_writer.py"})) == []
    assert len(list(written_elsewhere(excel, set()))) == 3, "the places in the module itself are seen"


def test_the_longest_text_is_that_of_excel():
    assert cell_writer.LONGEST_TEXT == 32_767


def test_cells_side_by_side_are_written_in_one_call(fake):
    fake.program.calls.clear()
    write_scattered(fake, {f"{letter}{row}": f"{letter}{row}" for letter in "ABC" for row in (4, 5)})
    assert fake.program.calls["Range.Value="] == 1
    assert fake.held("A4:C5") == [["A4", "B4", "C4"], ["A5", "B5", "C5"]]
