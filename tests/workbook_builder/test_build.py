"""What goes into a workbook comes out of it again, and the same always gives the same bytes."""

import ast
import io
import os
import runpy
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import action_returns
from action_returns import __version__
from action_returns.batch.cells import CellError
from action_returns.errors import WorkbookError
from action_returns.files import packaged_file
from action_returns.operations import new_workbook as making
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import declared_template, new_workbook
from action_returns.readers.batch_file import read_batch
from action_returns.workbook_builder import sheet_writer as page
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.contents import Contents, Entries, live_verdicts
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.sheet_writer import ExactNumber

TEMPLATE = declared_template()
STAMP = WorkbookInfo(__version__)
COMMITTED = packaged_file("workbook_templates/mobile_actions.xlsx")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets have no time zones
LARGEST_FILE = 250_000
LONGEST_TEXT = 32_767

# What differs is in the cells, and a build takes a tenth of a second: few builds, and no search for a shorter failure.
a_hundred_cells_at_once = settings(max_examples=12, phases=(Phase.explicit, Phase.generate))


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def built(rows, **how):
    return build_workbook(TEMPLATE, STAMP, entries=Entries(rows, **how))


@pytest.fixture(scope="module")
def read_back(tmp_path_factory):
    """Return what our own reader finds of cells that were written as ids."""
    path = tmp_path_factory.mktemp("build") / "book.xlsx"

    def found(values):
        path.write_bytes(built([(value, "1", "OTHER") for value in values]))
        columns = read_batch(path).columns
        assert list(columns.rows) == list(range(4, 4 + len(values)))
        return list(columns.action_id)

    return found


# ------------------------------------------------------------------------------------------------------ the same bytes

MAKE = """
import sys
from datetime import date
from pathlib import Path
from action_returns.files import packaged_file
from action_returns.operations.new_workbook import declared_template
from action_returns.workbook_builder.build import build_workbook, make_macros
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.info import WorkbookInfo
template = declared_template()
entries = Entries([("M.1.2.3", 0.1, "OTHER", date(2026, 3, 29))], own_headers=("Since",))
for suffix, macros in ((".xlsm", make_macros(packaged_file("addin"), template)), (".xlsx", None)):
    Path("made" + suffix).write_bytes(build_workbook(template, WorkbookInfo("1.0"), entries=entries, macros=macros))
"""


def test_the_same_input_gives_the_same_bytes_wherever_and_whenever_it_is_made(tmp_path):
    made = []
    for folder, zone, seed in (("here", "Pacific/Kiritimati", "1"), ("there", "America/New_York", "2")):
        (tmp_path / folder).mkdir()
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "USER": folder, "HOME": str(tmp_path / folder)}
        subprocess.run([sys.executable, "-c", MAKE], check=True, cwd=tmp_path / folder, env=environment)
        made.append([(tmp_path / folder / f"made{suffix}").read_bytes() for suffix in (".xlsm", ".xlsx")])
    assert made[0] == made[1]


def test_building_twice_in_one_process_gives_the_same_bytes():
    assert built([("M.1.2.3", 0.1, "OTHER")]) == built([("M.1.2.3", 0.1, "OTHER")])


def test_the_workbook_that_everybody_gets_is_the_one_that_is_declared():
    content = runpy.run_path(str(packaged_file("workbook_templates/make_template.py")))["content"]()
    assert COMMITTED.read_bytes() == content, "run make docs"


# -------------------------------------------------------------------------------- what differs between two workbooks


def cells(parts, sheet):
    """Return every cell of a sheet by its address: look, kind, formula and value, texts resolved."""
    strings = ["".join(item.itertext()) for item in ET.fromstring(parts["xl/sharedStrings.xml"])]
    found = {}
    for cell in ET.fromstring(parts[sheet]).iter(f"{MAIN}c"):
        value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
        shown = None if value is None else value.text
        if cell.get("t") == "s":
            shown = strings[int(shown)]
        found[cell.get("r")] = (cell.get("s"), cell.get("t"), None if formula is None else formula.text, shown)
    return found


def around_cells(parts, sheet):
    """Return a sheet without its cells and the area they cover."""
    root = ET.fromstring(parts[sheet])
    root.find(f"{MAIN}sheetData").clear()
    root.find(f"{MAIN}dimension").clear()
    return ET.tostring(root)


def meta_cell(parts, key):
    """Return the address beside a key on the sheet _meta."""
    meta = cells(parts, f"xl/worksheets/sheet{len(TEMPLATE.sheets)}.xml")
    return next(f"B{at[1:]}" for at, (*_, shown) in meta.items() if at[0] == "A" and shown == key)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Build the parts of a workbook for an account, with a fixed book id."""
    monkeypatch.setattr(making.uuid, "uuid4", lambda: UUID(int=7))

    def make(suffix, account=None):
        path = tmp_path / f"new{suffix}"
        path.unlink(missing_ok=True)
        new_workbook(path, account or Account())
        return parts_of(path.read_bytes())

    return make


def test_only_what_is_stamped_tells_your_workbook_from_the_one_that_everybody_gets(made):
    common = parts_of(COMMITTED.read_bytes())
    yours = made(".xlsx", Account("acme", "test", profile=object()))
    sheets = {f"xl/worksheets/sheet{at}.xml": sheet.name for at, sheet in enumerate(TEMPLATE.sheets, 1)}
    assert yours.keys() == common.keys()
    # The parts that may differ, and in the sheets the cells.
    differing = {part for part in common if common[part] != yours[part]}
    assert differing - sheets.keys() == {"xl/sharedStrings.xml"}
    different_cells = {}
    for part, name in sheets.items():
        before, after = cells(common, part), cells(yours, part)
        different_cells[name] = {at for at in before | after if before.get(at) != after.get(at)}
        assert around_cells(common, part) == around_cells(yours, part)
    conf = different_cells.pop("xlwings.conf")
    assert {name: where for name, where in different_cells.items() if where} == {
        "Start": {"A2"},  # the banner
        "_meta": {meta_cell(common, key) for key in ("profile", "environment", "banner", "book_id")},
    }
    # xlwings.conf names the interpreter of this computer, which is blank in the common one.
    row, system = (1, "INTERPRETER_WIN") if sys.platform == "win32" else (2, "INTERPRETER_MAC")
    assert conf == {f"B{row}"}
    part = next(part for part, name in sheets.items() if name == "xlwings.conf")
    common_conf, your_conf = cells(common, part), cells(yours, part)
    assert common_conf[f"A{row}"][3] == your_conf[f"A{row}"][3] == system
    assert (common_conf[f"B{row}"][3], your_conf[f"B{row}"][3]) == ("", sys.executable)


def test_macros_add_their_parts_and_change_nothing_else(made):
    plain, with_macros = made(".xlsx"), made(".xlsm")
    assert with_macros.keys() - plain.keys() == {
        "customUI/customUI14.xml",
        "xl/vbaProject.bin",
        "xl/drawings/vmlDrawing1.vml",
        "xl/worksheets/_rels/sheet1.xml.rels",
    }
    assert plain.keys() <= with_macros.keys()
    # Part -> what it says with macros that it does not say without.
    more = {
        "[Content_Types].xml": [
            '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>',
            '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>',
        ],
        "_rels/.rels": [
            '<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" Target="customUI/customUI14.xml"/>'
        ],
        "xl/_rels/workbook.xml.rels": [
            '<Relationship Id="rId17" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>'
        ],
        "xl/workbook.xml": [' codeName="{37E998C4-C9E5-D4B9-71C8-EB1FF731991C}"'],
        "xl/worksheets/sheet1.xml": ['<legacyDrawing r:id="rId1"/>'],
    }
    assert {part for part in plain if plain[part] != with_macros[part]} == set(more)
    for part, added in more.items():
        text = with_macros[part].decode()
        for piece in added:
            assert text.count(piece) == 1, (part, piece)
            text = text.replace(piece, "")
        if part == "[Content_Types].xml":
            text = text.replace("vnd.ms-excel.sheet.macroEnabled.main", "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main")  # fmt: skip
        assert text == plain[part].decode(), part


def test_two_workbooks_for_the_same_account_differ_in_nothing_but_their_own_id(tmp_path):
    contents = []
    for name in ("one.xlsx", "two.xlsx"):
        new_workbook(tmp_path / name, Account())
        parts = parts_of((tmp_path / name).read_bytes())
        book_id = cells(parts, f"xl/worksheets/sheet{len(TEMPLATE.sheets)}.xml")[meta_cell(parts, "book_id")][3]
        parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(book_id.encode(), b"")
        contents.append((book_id, parts))
    assert contents[0][0] != contents[1][0]
    assert contents[0][1] == contents[1][1]


@pytest.mark.parametrize("suffix", [".xlsm", ".xlsx"])
@pytest.mark.parametrize("samples", [False, True])
def test_a_new_workbook_is_small_enough_to_mail(tmp_path, suffix, samples):
    path = tmp_path / f"new{suffix}"
    made = new_workbook(path, Account(), samples=samples)
    assert made.size == path.stat().st_size <= LARGEST_FILE


# ----------------------------------------------------------------------------------------------- cells come out again


@a_hundred_cells_at_once
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=60, max_size=100))
def test_every_number_keeps_all_its_digits(read_back, numbers):
    assert [float(number).hex() for number in read_back(numbers)] == [number.hex() for number in numbers]


@a_hundred_cells_at_once
@given(st.lists(st.integers(-(10**12), 10**12).map(lambda cents: cents / 100), min_size=60, max_size=100))
def test_every_amount_stands_in_the_file_as_people_write_it(amounts):
    sheet = parts_of(built([("M.1.2.3", amount, "OTHER") for amount in amounts]))["xl/worksheets/sheet2.xml"]
    values = [cell.find(f"{MAIN}v") for cell in ET.fromstring(sheet).iter(f"{MAIN}c") if cell.get("r")[0] == "B"]
    assert [value.text for value in values if value is not None and "." in value.text] == [
        repr(amount) for amount in amounts
    ]


def test_an_exact_number_has_17_digits_where_it_needs_them():
    assert f"{ExactNumber(0.1 + 0.2):.16G}" == "0.30000000000000004"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "'x", '"x"', "00123", "1.06E+06", "M.1", "TRUE", "#N/A", "2026-01-02", "",
        " blank ", "\tx\t", "a\nb", "a\r\nb", "a\rb", "\x00\x1f", "\x7f\x85\u2028", "\ufeffx", "\ufffe\uffff",
        "_x0041_", "_x005F_", "&amp;<b>", "{=1}", "http://example.com/", "internal:Start!A1", "😀", "𝟙",
        "x" * LONGEST_TEXT,
        "_x005F_x0041_", "_x005F_x0041_x0042_ _x0043_", "<r>", "<r>x</r>", "<r><t>x</t></r>", "<r></r>", "<r>_x005F_x0041_</r>",
    ],
    ids=lambda text: ascii(text)[:20],
)  # fmt: skip
def test_a_text_stays_the_very_same_text(read_back, text):
    assert read_back([text]) == [text]


@a_hundred_cells_at_once
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=60, max_size=100))
def test_any_text_stays_the_very_same_text(read_back, texts):
    assert read_back(texts) == texts


@pytest.mark.parametrize("text", ["<r>\x01</r>", "_x005F_x0041_\x0b"])
def test_a_text_that_would_not_stay_the_same_is_refused_with_its_row(text):
    with pytest.raises(WorkbookError, match=r"^Row 4 holds a text with control characters"):
        built([(text, "1", "OTHER")])


@pytest.mark.parametrize("shown", ["1+1", "HYPERLINK(A1)", "########", "{…}"])
def test_what_is_shown_for_another_error_becomes_no_formula(shown):
    content = built([("M.1.2.3", 1.0, "OTHER", CellError("error", shown))], own_headers=("Mine",))
    sheet = cells(parts_of(content), "xl/worksheets/sheet2.xml")
    assert [(kind, formula, value) for _, kind, formula, value in sheet.values() if value == shown] == [
        ("s", None, shown)
    ]


def test_a_text_is_as_long_as_a_spreadsheet_counts_it():
    Entries([("\N{PACKAGE}" * 16_383, "1", "ORDER_UPDATE")])
    with pytest.raises(WorkbookError, match="longer than 32,767 characters"):
        Entries([("\N{PACKAGE}" * 16_384, "1", "ORDER_UPDATE")])


@pytest.mark.parametrize("cell", [True, False], ids=str)
def test_true_and_false_stay_what_they_are_and_become_no_numbers(read_back, cell):
    assert read_back([cell])[0] is cell


@a_hundred_cells_at_once
@given(st.lists(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)), min_size=60, max_size=100))  # noqa: DTZ001
def test_moments_are_kept_to_the_millisecond(read_back, moments):
    moments = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    assert read_back(moments) == moments


def test_days_times_and_durations_stay_what_a_spreadsheet_counts_them_as(read_back):
    cells = [date(2026, 1, 2), time(3, 4, 5), timedelta(hours=30)]
    wanted = [datetime(2026, 1, 2), EPOCH + timedelta(hours=3, minutes=4, seconds=5), EPOCH + timedelta(hours=30)]  # noqa: DTZ001
    assert read_back(cells) == wanted


@pytest.mark.parametrize("shown", ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"])
def test_an_error_stays_that_error_and_becomes_no_text(read_back, shown):
    assert read_back([CellError("error", shown)]) == [CellError("error", shown)]


def test_cells_are_texts_dates_and_numbers_to_other_programs_too(tmp_path):
    moment = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001
    rows = [("00123", "=1+1", "OTHER", moment), ("M.1", 0.1 + 0.2, "OTHER", True)]
    sheet = openpyxl.load_workbook(io.BytesIO(built(rows, own_headers=("Mine",))))["Actions"]
    for at, row in enumerate(rows, 4):
        found = [sheet.cell(at, column) for column in (1, 2, 3, 13)]
        assert [cell.value for cell in found] == list(row)
        assert [cell.data_type for cell in found] == [
            {str: "s", float: "n", datetime: "d", bool: "b"}[type(value)] for value in row
        ]
    assert sheet["M3"].value == "Mine"
    assert sheet.tables["Actions"].ref == f"A3:M{3 + TEMPLATE_ROWS}"


TEMPLATE_ROWS = next(table for sheet in TEMPLATE.sheets for table in sheet.tables if table.name == "Actions").blank_rows


def test_the_table_grows_with_its_rows_and_never_shrinks_below_the_blank_ones():
    for count in (0, TEMPLATE_ROWS, TEMPLATE_ROWS + 1):
        book = openpyxl.load_workbook(io.BytesIO(built([("M.1.2.3", "1", "OTHER")] * count)))
        assert book["Actions"].tables["Actions"].ref == f"A3:L{3 + max(count, TEMPLATE_ROWS)}"


def test_a_row_that_is_not_filled_in_shows_no_verdict():
    book = openpyxl.load_workbook(io.BytesIO(built([("M.8882.4808.1063415", "0", "REJECTED")])), data_only=True)
    assert [book["Actions"][f"D{row}"].value for row in (4, 5)] == ["OK: reverse", None]


# ----------------------------------------------------------------------------- what is shown before a program calculates

GOOD, UNUSUAL = "M.8882.4808.10634{}", "M.1.2"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ((UNUSUAL, "abc", "ORDER_UPDATE"), "Error: Amount is not a plain number"),
        (("M.1.2", 5.0, "ORDER_UPDATE"), "Warning: ActionId looks unusual"),
        ((GOOD.format(1), "2000000", "ORDER_UPDATE"), "Warning: Amount is unusually large"),
        ((UNUSUAL, "2000000", "ORDER_UPDATE"), "Warning: ActionId looks unusual"),
        ((GOOD.format(1), "12.5", "ORDER_UPDATE"), "OK: new total 12.50"),
        ((GOOD.format(1), "1234.5", "ORDER_UPDATE"), "OK: new total 1,234.50"),
        ((GOOD.format(1), 0.0, "REJECTED"), "OK: reverse"),
        ((None, None, None), ""),
    ],
)
def test_check_shows_what_keeps_a_row_back_before_what_is_only_worth_a_look(row, verdict):
    columns = Entries([row]).columns()
    assert live_verdicts(columns, STAMP.policy, Contents(TEMPLATE, STAMP, Entries()).live_codes) == [verdict]


def test_check_speaks_only_of_rules_that_the_formula_knows():
    columns = Entries([(UNUSUAL, "abc", "ORDER_UPDATE"), ("M.1.3", 5.0, "ORDER_UPDATE")]).columns()
    assert live_verdicts(columns, STAMP.policy, {"id-unusual"})[0] == "Warning: ActionId looks unusual"
    assert live_verdicts(columns, STAMP.policy, {"amount-not-number"}) == [
        "Error: Amount is not a plain number",
        "OK: new total 5.00",
    ]


def test_start_counts_rows_of_every_kind_before_a_program_calculates():
    rows = [(GOOD.format(n), "0", "REJECTED") for n in range(10, 14)]
    rows += [(GOOD.format(n), "12.50", "ORDER_UPDATE") for n in range(20, 22)]
    rows += [(UNUSUAL, "abc", "ORDER_UPDATE"), *((GOOD.format(n), "abc", "ORDER_UPDATE") for n in range(30, 32))]
    rows += [(None, None, None), ("M.1.2.3.4", 5.0, "ORDER_UPDATE")]
    contents = Contents(TEMPLATE, STAMP, Entries(rows))
    figures = {
        name: contents.live("{" + name + "}")[1] for name in ("live_rows", "live_errors", "live_ready", "live_warnings")
    }
    assert figures == {
        "live_rows": 10,
        "live_errors": 3,
        "live_ready": 7,
        "live_warnings": 1,
    }


@pytest.mark.parametrize(
    ("environment", "says"),
    [("test", "TEST: not practice, files are really uploaded"), ("live", "LIVE: what is sent counts")],
)
def test_the_banner_tells_whether_what_is_sent_counts(environment, says):
    assert WorkbookInfo("1.0", "acme", environment).banner == f"Profile acme · {says}"


# ------------------------------------------------------------------------------------------------------- what is refused


def test_a_text_as_long_as_a_cell_holds_is_taken_and_one_character_more_is_not():
    Entries([("x" * LONGEST_TEXT, "1", "ORDER_UPDATE")])
    with pytest.raises(WorkbookError, match=r"^Row 1 holds a text"):
        Entries([("x" * (LONGEST_TEXT + 1), "1", "ORDER_UPDATE")])


def test_as_many_rows_as_a_sheet_has_fit_and_one_more_is_refused_in_words(monkeypatch):
    last = TEMPLATE_ROWS + 50
    monkeypatch.setattr(page, "LAST_ROW", last)
    rows = [("M.1.2.3", "1", "OTHER")] * (last - 3)
    book = openpyxl.load_workbook(io.BytesIO(built(rows)))
    assert book["Actions"].tables["Actions"].ref == f"A3:L{last}"
    with pytest.raises(WorkbookError, match=rf"^{last - 2} rows do not fit a worksheet, .*{last} rows.* Divide them"):
        built([*rows, rows[0]])


def test_a_sheet_has_as_many_rows_as_excel_gives_it():
    assert page.LAST_ROW == 2**20


@pytest.mark.parametrize(
    ("row", "own"), [(("M.1", "1"), ()), (("M.1", "1", "OTHER", "x"), ()), (("M.1", "1", "O"), ("Mine",))]
)
def test_a_row_with_more_or_fewer_cells_than_there_are_columns_is_refused(row, own):
    good = ("M.1", "1", "OTHER", *own)
    with pytest.raises(ValueError, match=rf"^row 2 has {len(row)} cells, there are {len(good)} columns$"):
        Entries([good, row], own_headers=own)


def test_every_text_of_a_file_is_written_by_the_one_function():
    """XlsxWriter's own `write` looks at what a text says, and `write_string` takes some texts for XML."""
    found = {}
    for path in sorted(Path(action_returns.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if name in {"write_string", "write_rich_string"}:
                    found.setdefault(path.name, set()).add(name)
    assert found == {"sheet_writer.py": {"write_string", "write_rich_string"}}
