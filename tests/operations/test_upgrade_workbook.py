"""A fresh workbook that takes over an older one: every cell is found again, or nothing is written and it is said why."""

import datetime as dt
import math
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.batch.cells import CellError
from action_returns.batch.check import check
from action_returns.batch.context import ReasonKind
from action_returns.errors import FileError, OutputFileError, SettingsError
from action_returns.operations import upgrade_workbook as upgrading
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import new_workbook, workbook_bytes
from action_returns.operations.upgrade_workbook import upgrade_workbook
from action_returns.readers.batch_file import read_batch
from action_returns.readers.xlsx.workbook import read_table
from action_returns.workbook_builder.contents import Entries
from tests.support.profiles import paths_of

ROW = ("M.8882.4808.1063415", 0.0, "REJECTED")
TOOL = ["Check", "Result", "What to do", "Order ID", "Partner", "Current amount", "Change", "Locks at", "Locks in"]
NOON = datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001  # a spreadsheet's dates have no time zone


@pytest.fixture
def profiles(home):
    """Two profiles, and none of them the default one."""
    lines = []
    for name, environment, reasons in (("acme", "live", {"DAMAGED": "reverse"}), ("trial", "test", {})):
        lines += [f"[profiles.{name}]", f"environment = '{environment}'"]
        lines += [f"reasons = {{ {', '.join(f'{k} = {v!r}' for k, v in reasons.items())} }}"] if reasons else []
        lines += [f"[profiles.{name}.channel]", "kind = 'outbox'", f"directory = '{home}'"]
    (home / "config.toml").write_text("\n".join(lines))


def make(path, rows=(ROW,), own=(), *, account=None, **entries):
    """Make an older workbook that holds these rows."""
    filled = Entries(rows=rows, own_headers=own, **entries)
    path.write_bytes(workbook_bytes(account or Account(), filled, macros=path.suffix == ".xlsm"))
    return path


def edited(path, change):
    """Let somebody change a workbook: change(book) with openpyxl, which drops what formulas amounted to."""
    book = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm")
    change(book)
    book.save(path)
    if book.vba_archive is not None:  # openpyxl leaves it to the garbage collector, which complains
        book.vba_archive.close()
    return path


def rewritten(path, **changes):
    """Replace something in the XML of a workbook's parts: part=(old, new), the part named by its stem."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for stem, (before, after) in changes.items():
        (part,) = [name for name in parts if name.endswith(f"/{stem}.xml")]
        assert before in parts[part]
        parts[part] = parts[part].replace(before, after)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def resized(book, *, right="L", bottom):
    book["Actions"].tables["Actions"].ref = f"A3:{right}{bottom}"
    book["Actions"].tables["Actions"].autoFilter.ref = f"A3:{right}{bottom}"


def kept(path, own=()):
    """Give the rows of a workbook: the three columns that are sent, then these, down to the last filled one."""
    table = read_table(path, "Actions")
    at = [table.headers.index(header) for header in ("ActionId", "Amount", "Reason", *own)]
    rows = [tuple(row[place] for place in at) for row in table.rows]
    while rows and set(rows[-1]) == {None}:
        rows.pop()
    return rows


def typed(rows):
    return [[(type(cell), cell) for cell in row] for row in rows]


def refusal(kind, old, new, paths, **options):
    """Give the words of a refusal, after which the new workbook is not there."""
    before = new.read_bytes() if new.is_file() else None
    with pytest.raises(kind) as caught:
        upgrade_workbook(old, new, paths, **options)
    assert (new.read_bytes() if new.is_file() else None) == before
    assert [path for path in new.parent.iterdir() if path.name.endswith(".part")] == []
    return str(caught.value)


# --- every cell

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
cells = st.one_of(
    st.none(),
    st.booleans(),
    texts,
    st.sampled_from(
        ["", " a ", "007", "=1+1", "'x", "_x0041_", "a\r\nb\tc", "<&>\"'", "\x01", "x" * 300, "é😀", "#N/A"]
    ),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1 + 0.2, 1e15 + 0.3, -0.0, 5e-324, 1.7976931348623157e308, 12345678901234567.0]),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
    st.sampled_from(["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]).map(
        lambda shown: CellError("error", shown)
    ),
)
headers = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map("Own ".__add__)
awkward = st.sampled_from(
    ['Owner\'s "note"', "<b>&amp;", "[x]#@", "two\nlines", "Größe €", "=1+1", "Result ", "Amount 2"]
)


@st.composite
def filled(draw):
    own = draw(st.lists(headers | awkward, max_size=3, unique_by=str.casefold))
    rows = draw(st.lists(st.lists(cells, min_size=3 + len(own), max_size=3 + len(own)).map(tuple), max_size=12))
    blank = (None,) * (3 + len(own))
    for at in sorted(draw(st.sets(st.integers(0, 12), max_size=3))):
        rows.insert(at, blank)
    return rows, tuple(own)


@settings(max_examples=settings().max_examples // 8)
@given(filled())
def test_every_cell_of_every_row_is_found_again_with_its_type_and_in_its_row(tmp_path_factory, entered):
    rows, own = entered
    folder = tmp_path_factory.mktemp("books")
    old, new = make(folder / "old.xlsx", rows, own), folder / "new.xlsx"
    upgraded = upgrade_workbook(old, new, paths_of(folder))
    while rows and set(rows[-1]) == {None}:
        rows.pop()
    assert typed(kept(new, own)) == typed(kept(old, own)) == typed(rows)
    assert (upgraded.rows, upgraded.own_headers) == (sum(set(row) != {None} for row in rows), own)


def test_another_program_finds_the_same_cells_too(tmp_path, paths):
    rows = [
        ("M.8882.4808.1063415", 49.9, "ORDER_UPDATE", True),
        (None, None, None, None),
        ("007", "12,50", " x ", NOON),
        (1.0600000000000001, 0.1 + 0.2, "é", CellError("error", "#N/A")),
    ]
    upgrade_workbook(make(tmp_path / "old.xlsx", rows, ("My note",)), tmp_path / "new.xlsm", paths)
    sheet = openpyxl.load_workbook(tmp_path / "new.xlsm", data_only=True)["Actions"]
    column = [cell.value for cell in sheet[3]].index("My note")
    found = [(row[0], row[1], row[2], row[column]) for row in sheet.iter_rows(min_row=4, max_row=7, values_only=True)]
    assert found == [*rows[:3], (*rows[3][:3], "#N/A")]
    assert sheet.cell(7, column + 1).data_type == "e"
    assert sheet.tables["Actions"].tableColumns[column].name == "My note"


@pytest.mark.parametrize(
    ("entered", "serial"),
    [
        (dt.time(14, 30), 14.5 / 24),
        (dt.time(0), 0),
        (dt.time(23, 59, 59), 86399 / 86400),
        (dt.timedelta(hours=25, minutes=30), 25.5 / 24),
        (dt.timedelta(days=59), 59),
        (dt.timedelta(days=60), 60),
    ],
)
def test_times_of_day_and_durations_keep_the_number_they_are(tmp_path, paths, entered, serial):
    old = make(tmp_path / "old.xlsx", [(*ROW, entered)], ("Collected at",))
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    sheet = zipfile.ZipFile(tmp_path / "new.xlsx").read("xl/worksheets/sheet2.xml").decode()
    written = sheet.split('<c r="M4"')[1].split("<v>")[1].split("</v>")[0]
    assert math.isclose(float(written), serial, abs_tol=1e-9)
    shown = openpyxl.load_workbook(tmp_path / "new.xlsx")["Actions"]["M4"]
    assert shown.number_format == ("hh:mm:ss" if isinstance(entered, dt.time) else "[h]:mm:ss")


def test_dates_counted_from_1904_are_the_same_dates(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", [(*ROW, NOON)], ("When",))
    rewritten(old, workbook=(b"<workbookPr ", b'<workbookPr date1904="1" '))
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert kept(tmp_path / "new.xlsx", ["When"])[0][3] == NOON + dt.timedelta(days=1462)


def test_the_same_cells_give_the_same_hash_and_any_other_cell_another(tmp_path, paths):
    told = [
        upgrade_workbook(make(tmp_path / f"old{n}.xlsx", rows, own), tmp_path / f"new{n}.xlsx", paths).sha256
        for n, (rows, own) in enumerate(
            [([(*ROW, "1")], ("A",)), ([(*ROW, "1")], ("A",)), ([(*ROW, 1.0)], ("A",)), ([(*ROW, "1")], ("B",))]
        )
    ]
    assert told[0] == told[1]
    assert len(set(told)) == 3


def test_what_validate_filled_in_does_not_come_along_but_ones_own_columns_do(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", [(*ROW, "call back", 7.0)], ("Note", "Agent"))

    def validated(book):
        for at, header in enumerate(TOOL, 4):
            assert book["Actions"].cell(3, at).value == header
            book["Actions"].cell(4, at).value = f"old {header}"

    upgraded = upgrade_workbook(edited(old, validated), tmp_path / "new.xlsx", paths)
    table = read_table(tmp_path / "new.xlsx", "Actions")
    assert table.headers == ("ActionId", "Amount", "Reason", *TOOL, "Note", "Agent")
    assert table.rows[0][:4] == [*ROW, "OK: reverse"]
    assert table.rows[0][4:] == [None] * 8 + ["call back", 7.0]
    assert upgraded.own_headers == ("Note", "Agent")


def test_the_old_file_is_neither_written_nor_touched(tmp_path, paths):
    old = make(tmp_path / "old.xlsm")
    old.chmod(0o400)
    before = old.read_bytes(), old.stat().st_mtime_ns
    upgrade_workbook(old, tmp_path / "new.xlsm", paths)
    refusal(OutputFileError, old, tmp_path / "new.xlsm", paths)
    assert (old.read_bytes(), old.stat().st_mtime_ns) == before


def test_rows_move_from_xlsx_to_xlsm_and_back(tmp_path, paths):
    rows = [ROW, (None, None, None, None)[:3], ("x", 12.5, "y")]
    upgrade_workbook(make(tmp_path / "1.xlsx", rows), tmp_path / "2.xlsm", paths)
    upgrade_workbook(tmp_path / "2.xlsm", tmp_path / "3.xlsx", paths)
    assert kept(tmp_path / "1.xlsx") == kept(tmp_path / "2.xlsm") == kept(tmp_path / "3.xlsx") == rows
    has_macros = ["xl/vbaProject.bin" in zipfile.ZipFile(tmp_path / n).namelist() for n in ("2.xlsm", "3.xlsx")]
    assert has_macros == [True, False]


def test_a_workbook_just_made_moves_with_its_samples(tmp_path, paths):
    new_workbook(tmp_path / "old.xlsm", Account(), samples=True)
    assert upgrade_workbook(tmp_path / "old.xlsm", tmp_path / "new.xlsm", paths).rows == 48
    new_workbook(tmp_path / "blank.xlsm", Account())
    assert upgrade_workbook(tmp_path / "blank.xlsm", tmp_path / "blank new.xlsm", paths).rows == 0


def test_a_workbook_of_version_2_gets_the_column_locks_in(tmp_path, paths):
    old = Path(__file__).parent / "workbooks" / "version_2.xlsx"
    assert meta(old)["template_version"] == 2
    made = upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert meta(made.path)["template_version"] == 4
    assert kept(made.path, ["Note"]) == [(*ROW, "call back"), ("M.8882.4808.1063416", "38.50", "ORDER_UPDATE", None)]
    assert read_table(made.path, "Actions").headers == ("ActionId", "Amount", "Reason", *TOOL, "Note")


def test_a_workbook_of_version_3_gets_the_sheet_results_and_keeps_every_row(tmp_path, paths):
    old = Path(__file__).parent / "workbooks" / "version_3.xlsx"
    assert meta(old)["template_version"] == 3
    assert "Results" not in openpyxl.load_workbook(old).sheetnames
    made = upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert kept(made.path, ["Note"]) == kept(old, ["Note"])
    assert len(kept(old, ["Note"])) == 4
    assert reasons(made.path)["SWAPPED"] == "modify"
    sheets = openpyxl.load_workbook(made.path).sheetnames
    assert sheets.index("Results") == sheets.index("Batches") + 1
    assert not any("Sheets of your own" in note for note in made.notes)


@pytest.mark.parametrize(("version", "name"), [(2, "Import"), (2, "Results"), (3, "Results")])
def test_a_sheet_of_ones_own_that_is_called_like_a_new_one_of_the_program_is_told_as_ones_own(
    tmp_path, paths, version, name
):
    old = tmp_path / "old.xlsx"
    old.write_bytes((Path(__file__).parent / "workbooks" / f"version_{version}.xlsx").read_bytes())
    made = upgrade_workbook(edited(old, lambda book: book.create_sheet(name)), tmp_path / "new.xlsx", paths)
    assert f"Sheets of your own stay in the old workbook: {name}." in made.notes


def test_a_column_of_ones_own_that_is_called_like_a_new_one_of_the_program_is_never_lost(tmp_path, paths):
    older = Path(__file__).parent / "workbooks" / "version_2.xlsx"
    old = tmp_path / "old.xlsx"
    old.write_bytes(older.read_bytes())
    rewritten(old, table1=(b'name="Note"', b'name="Locks In"'), sharedStrings=(b"<t>Note</t>", b"<t>Locks In</t>"))
    told = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert 'The column "Locks In" of old.xlsx is your own.' in told


def test_a_workbook_of_version_1_moves_with_its_rows_own_columns_and_codes(tmp_path, paths):
    old = Path(__file__).parent / "workbooks" / "version_1.xlsx"
    assert "History" in openpyxl.load_workbook(old).sheetnames, "Excel keeps this name for itself and repairs the file"
    made = upgrade_workbook(old, tmp_path / "new.xlsm", paths)
    assert kept(made.path, ["Note", "Since"]) == [
        (*ROW[:1], "0", *ROW[2:], "shop 12", NOON),
        ("M.8882.4808.1063416", "38.50", "ORDER_UPDATE", None, None),
        (None, None, None, None, None),
        ("M.8882.4808.1063417", 12.5, "SWAPPED", "=1+1", 7.0),
    ]
    assert (made.rows, made.own_headers) == (3, ("Note", "Since"))
    assert reasons(made.path)["SWAPPED"] == "modify"
    assert ("CONDA PATH", "") in conf(made.path)
    assert any(note.startswith("Settings of xlwings stay in the old workbook: CONDA PATH.") for note in made.notes)
    assert "Batches" in (sheets := openpyxl.load_workbook(made.path).sheetnames)
    assert "History" not in sheets
    assert not any("Sheets of your own" in note for note in made.notes), "History was the program's"
    assert meta(made.path)["template_version"] == 4


def test_a_sheet_of_ones_own_is_named_also_when_a_sheet_of_the_program_is_called_so_today(tmp_path, paths):
    book = openpyxl.load_workbook(Path(__file__).parent / "workbooks" / "version_1.xlsx")
    book.create_sheet("Batches")["A1"] = "what I sent last year"
    book.save(tmp_path / "old.xlsx")
    made = upgrade_workbook(tmp_path / "old.xlsx", tmp_path / "new.xlsx", paths)
    assert any(note == "Sheets of your own stay in the old workbook: Batches." for note in made.notes)
    assert openpyxl.load_workbook(tmp_path / "old.xlsx")["Batches"]["A1"].value == "what I sent last year"
    assert openpyxl.load_workbook(tmp_path / "new.xlsx")["Batches"]["A1"].value == "Batches"


def test_a_sheet_with_the_earlier_name_is_ones_own_in_a_workbook_of_today(tmp_path, paths):
    old = edited(make(tmp_path / "old.xlsx"), lambda book: book.create_sheet("History"))
    notes = upgrade_workbook(old, tmp_path / "new.xlsx", paths).notes
    assert any(note == "Sheets of your own stay in the old workbook: History." for note in notes)


def test_twenty_thousand_rows_move(tmp_path, paths):
    rows = [(f"M.8882.4808.{at}", at / 100, "ORDER_UPDATE") for at in range(20_000)]
    book = xlsxwriter.Workbook(tmp_path / "old.xlsx")
    columns = [{"header": header} for header in ("ActionId", "Amount", "Reason")]
    book.add_worksheet("Actions").add_table(0, 0, 20_000, 2, {"name": "Actions", "columns": columns, "data": rows})
    book.close()
    assert upgrade_workbook(tmp_path / "old.xlsx", tmp_path / "new.xlsx", paths).rows == 20_000
    assert kept(tmp_path / "new.xlsx") == rows


def test_a_table_drawn_over_the_whole_sheet_takes_no_more_than_its_rows(tmp_path, paths):
    def drawn(book):
        resized(book, bottom=1_048_576)
        book["Actions"]["D9000"] = "a Check that was copied down"

    old = edited(make(tmp_path / "old.xlsx"), drawn)
    assert upgrade_workbook(old, tmp_path / "new.xlsx", paths).rows == 1
    assert openpyxl.load_workbook(tmp_path / "new.xlsx")["Actions"].tables["Actions"].ref.endswith("203")


# --- what people do to their workbooks


def test_columns_that_were_moved_are_found_by_their_headers(tmp_path, paths):
    def moved(book):
        sheet = book["Actions"]
        names = [*TOOL, "Reason", "Colour", "ActionId", "Amount"]
        resized(book, right="M", bottom=5)
        columns = sheet.tables["Actions"].tableColumns
        columns.append(openpyxl.worksheet.table.TableColumn(id=12, name=""))
        for at, name in enumerate(names, 1):
            columns[at - 1].name = sheet.cell(3, at).value = name
            columns[at - 1].calculatedColumnFormula = None
            for row in (4, 5):
                sheet.cell(row, at).value = None if name in TOOL else f"{name} {row}"

    old = edited(make(tmp_path / "old.xlsx"), moved)
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert kept(tmp_path / "new.xlsx", ["Colour"]) == [
        tuple(f"{name} {row}" for name in ("ActionId", "Amount", "Reason", "Colour")) for row in (4, 5)
    ]


def renamed(**names):
    def change(book):
        sheet = book["Actions"]
        for column in sheet.tables["Actions"].tableColumns:
            if column.name.replace(" ", "_") in names:
                new = names[column.name.replace(" ", "_")]
                next(cell for cell in sheet[3] if cell.value == column.name).value = column.name = new

    return change


def test_columns_that_were_renamed_to_another_spelling_are_still_the_ones_that_are_sent(tmp_path, paths):
    change = renamed(ActionId="Action ID", Amount="New Amount", Reason="reason_code")
    upgrade_workbook(edited(make(tmp_path / "old.xlsx"), change), tmp_path / "new.xlsx", paths)
    assert kept(tmp_path / "new.xlsx") == [ROW]


def test_a_column_that_was_renamed_beyond_recognition_is_asked_for(tmp_path, paths):
    old = edited(make(tmp_path / "old.xlsx"), renamed(Reason="Grund"))
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert "lacks one of ActionId, Amount, Reason. Give its columns their names back." in said


def test_two_columns_that_could_be_meant_are_asked_about(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", [(*ROW, "x")], ("Action ID",))
    assert "stands there 2 times" in refusal(FileError, old, tmp_path / "new.xlsx", paths)


def test_a_column_of_the_program_in_other_capitals_is_still_the_programs(tmp_path, paths):
    old = edited(make(tmp_path / "old.xlsx"), renamed(Result="RESULT", Check="check"))
    assert upgrade_workbook(old, tmp_path / "new.xlsx", paths).own_headers == ()
    assert read_table(tmp_path / "new.xlsx", "Actions").headers[3:] == tuple(TOOL)


def test_a_column_of_the_program_that_got_a_name_of_ones_own_is_ones_own(tmp_path, paths):
    old = edited(make(tmp_path / "old.xlsx"), renamed(Partner="Shop"))
    assert upgrade_workbook(old, tmp_path / "new.xlsx", paths).own_headers == ("Shop",)


@pytest.mark.parametrize("name", ["a\tb", "a\x01b", "a_x0041_b", "a\r"])
def test_a_header_with_characters_nobody_sees_is_named(tmp_path, paths, name):
    old = make(tmp_path / "old.xlsx", [(*ROW, 1.0)], ("Own",))
    escaped = "".join(f"_x{ord(c):04X}_" if c < " " else c for c in name).replace("_x0041_", "_x005F_x0041_")
    cell = (b"<t>Own</t>", f"<t>{escaped}</t>".encode())
    rewritten(old, table1=(b'name="Own"', f'name="{escaped}"'.encode()), sharedStrings=cell)
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert f'The column "{name}" of old.xlsx cannot keep its name' in said


def test_two_columns_of_ones_own_that_differ_only_in_capitals_are_refused_in_words(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", [(*ROW, 1.0, 2.0)], ("Note", "Other"))
    rewritten(old, table1=(b'name="Other"', b'name="NOTE"'), sharedStrings=(b"<t>Other</t>", b"<t>NOTE</t>"))
    assert "another one is called like it" in refusal(FileError, old, tmp_path / "new.xlsx", paths)


def test_a_row_of_totals_is_no_row(tmp_path, paths):
    def with_totals(book):
        book["Actions"]["A6"] = "Total"
        book["Actions"]["B6"] = 99
        resized(book, bottom=6)
        book["Actions"].tables["Actions"].totalsRowCount = 1

    old = edited(make(tmp_path / "old.xlsx", [ROW, ("x", 1.0, "y")]), with_totals)
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert kept(tmp_path / "new.xlsx") == [ROW, ("x", 1.0, "y")]


def test_rows_below_the_table_are_refused_with_their_place(tmp_path, paths):
    old = edited(make(tmp_path / "old.xlsx", [ROW] * 9), lambda book: resized(book, bottom=8))
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert "old.xlsx has 4 filled rows below its table (from row 9)" in said
    assert "Drag the corner of the table over them or delete them" in said


@pytest.mark.parametrize(
    "below", [("M.8882.4808.9", None, None), (None, 5.0, None), (None, None, "REJECTED"), (ROW[0], 5.0, None)]
)
def test_half_filled_rows_below_the_table_are_refused_too(tmp_path, paths, below):
    old = edited(make(tmp_path / "old.xlsx", [ROW, below]), lambda book: resized(book, bottom=4))
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert "old.xlsx has 1 filled row below its table (from row 5)" in said


def test_a_note_of_ones_own_below_the_table_is_refused_too(tmp_path, paths):
    rows = [(*ROW, "here"), (None, None, None, "call back")]
    old = edited(make(tmp_path / "old.xlsx", rows, ("My note",)), lambda book: resized(book, right="M", bottom=4))
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert "old.xlsx has 1 filled row below its table (from row 5)" in said


@pytest.mark.parametrize(
    ("column", "value"),
    [("A", "M.8882.4808.7"), ("B", 0), ("B", "12.50"), ("C", "REJECTED"), ("M", "call back"), ("M", False)],
)
def test_a_row_below_the_table_that_is_filled_in_only_partly_is_refused_too(tmp_path, paths, column, value):
    old = make(tmp_path / "old.xlsx", [(*ROW, None)], ("Note",))

    def below(book):
        resized(book, right="M", bottom=8)
        book["Actions"][f"{column}9"] = value

    said = refusal(FileError, edited(old, below), tmp_path / "new.xlsx", paths)
    assert "old.xlsx has 1 filled row below its table (from row 9)" in said


def test_rows_below_the_table_in_which_nothing_can_be_seen_do_not_matter(tmp_path, paths):
    old = make(tmp_path / "old.xlsx")
    rewritten(old, table1=(b'ref="A3:L203"', b'ref="A3:L9"'))
    assert '<c r="D10"' in zipfile.ZipFile(old).read("xl/worksheets/sheet2.xml").decode(), "Check, which says nothing"
    assert upgrade_workbook(old, tmp_path / "new.xlsx", paths).rows == 1


def test_what_stands_beside_the_table_is_said_to_stay(tmp_path, paths):
    def beside(book):
        book["Actions"]["M5"] = "asked the shop"
        book["Actions"]["M8"] = 7

    old = edited(make(tmp_path / "old.xlsx"), beside)
    notes = upgrade_workbook(old, tmp_path / "new.xlsx", paths).notes
    assert any(
        "What stands beside the table, in 2 rows (from row 5), stays in the old workbook" in note for note in notes
    )
    notes = upgrade_workbook(tmp_path / "new.xlsx", tmp_path / "newer.xlsx", paths).notes
    assert not any("beside" in note for note in notes)


def test_sheets_of_ones_own_are_named_and_stay(tmp_path, paths):
    def with_sheets(book):
        book.create_sheet("Meine Notizen")
        book.create_sheet("Pivot").sheet_state = "hidden"
        book["Actions"].title = "Rückgaben"

    old = edited(make(tmp_path / "old.xlsx"), with_sheets)
    notes = upgrade_workbook(old, tmp_path / "new.xlsx", paths).notes
    assert "Sheets of your own stay in the old workbook: Meine Notizen, Pivot." in notes
    assert not any("Rückgaben" in note for note in notes), "its rows moved"
    assert kept(tmp_path / "new.xlsx") == [ROW]


def test_values_come_along_and_formulas_do_not(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", [(*ROW, 41.5)], ("Double",))
    rewritten(old, sheet2=(b"<v>41.5</v>", b"<f>1+41</f><v>42</v>"))
    notes = upgrade_workbook(old, tmp_path / "new.xlsx", paths).notes
    assert kept(tmp_path / "new.xlsx", ["Double"])[0][3] == 42
    assert b"1+41" not in zipfile.ZipFile(tmp_path / "new.xlsx").read("xl/worksheets/sheet2.xml")
    assert any("Values were taken over, not formulas, colours or number formats" in note for note in notes)


def test_a_download_that_was_loaded_is_said_to_stay(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", [ROW])
    load = "The Pending Actions download stays in the old workbook: click Load pending in the fresh one."
    assert load not in upgrade_workbook(old, tmp_path / "first.xlsx", paths).notes
    with_download = openpyxl.load_workbook(old)
    for key, value in with_download["_meta"].iter_rows(max_col=2):
        if key.value == "pending_as_of":
            value.value = "2026-03-01T09:30:00+00:00"
    with_download.save(old)
    assert load in upgrade_workbook(old, tmp_path / "second.xlsx", paths).notes


def test_a_formula_nobody_has_calculated_is_refused_with_its_place(tmp_path, paths):
    def with_formulas(book):
        book["Actions"]["M5"] = "=1+1"
        book["Actions"]["M6"] = "=B6"

    old = edited(make(tmp_path / "old.xlsx", [(*ROW, None)] * 3, ("Own sum",)), with_formulas)
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert 'old.xlsx has 2 cells that cannot be taken over, the first one in row 5 under "Own sum"' in said
    assert "Open it in the spreadsheet program, save it, and try again." in said


def test_the_check_that_openpyxl_left_uncalculated_is_no_reason_to_refuse(tmp_path, paths):
    old = edited(make(tmp_path / "old.xlsx"), lambda _: None)
    assert isinstance(read_table(old, "Actions").rows[0][3], CellError)
    assert upgrade_workbook(old, tmp_path / "new.xlsx", paths).rows == 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"<v>1e999</v>", "larger than any spreadsheet holds"),
        (b"<is><t>_xD83D_</t></is>", "too long or damaged"),
        (b"<is><t>" + b"x" * 32_768 + b"</t></is>", "too long or damaged"),
        (b"<v>#GETTING_DATA</v>", "cannot be shown (#GETTING_DATA)"),
        (b"<v>2026-01-02T03:04:05Z</v>", "has a time zone"),
    ],
)
def test_a_cell_that_no_spreadsheet_can_hold_is_refused_with_its_place(tmp_path, paths, value, says):
    old = make(tmp_path / "old.xlsx", [ROW, (None, 41.0, None)])
    kind = {b"<i": b' t="inlineStr"', b"#G": b' t="e"', b"20": b' t="d"'}.get(
        value[:2] if value[:2] == b"<i" else value[3:5], b""
    )
    sheet = zipfile.ZipFile(old).read("xl/worksheets/sheet2.xml")
    start = sheet.index(b'<c r="B5"')
    cell = sheet[start : sheet.index(b"</c>", start)]
    rewritten(old, sheet2=(cell, b'<c r="B5"' + kind + b">" + value))
    said = refusal(FileError, old, tmp_path / "new.xlsx", paths)
    assert 'has 1 cell that cannot be taken over, the first one in row 5 under "Amount"' in said
    assert says in said


# --- reason codes, settings, profiles


def reasons(path):
    return {row[0]: row[1] for row in read_table(path, "Reasons").rows}


def test_reason_codes_of_ones_own_stay_and_are_named(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", reasons={"DAMAGED": ReasonKind.REVERSE, "lost": ReasonKind.EITHER})
    notes = upgrade_workbook(old, tmp_path / "new.xlsx", paths).notes
    assert reasons(tmp_path / "new.xlsx") == reasons(old)
    assert reasons(old)["DAMAGED"] == "reverse"
    assert any("stay on the sheet Reasons: DAMAGED, lost. Rows with them are refused" in note for note in notes)
    assert not any("It is for the profile" in note for note in notes), "there is none"
    choices = openpyxl.load_workbook(tmp_path / "new.xlsx").defined_names["reason_codes"]
    assert choices.value.startswith("OFFSET(Reasons!$A$4,"), "they are in the drop-down"


def test_a_reason_code_of_the_profile_does_what_the_profile_says(tmp_path, paths, profiles):
    old = make(tmp_path / "old.xlsx", reasons={"DAMAGED": ReasonKind.MODIFY})
    notes = upgrade_workbook(old, tmp_path / "new.xlsx", paths, profile="acme").notes
    assert reasons(tmp_path / "new.xlsx")["DAMAGED"] == "reverse"
    assert not any("DAMAGED" in note for note in notes)


@pytest.mark.parametrize(
    ("effect", "then"), [(None, "either"), ("Reverse ", "reverse"), ("?", "either"), (5, "either")]
)
def test_a_reason_code_that_was_typed_in_without_care_stays_too(tmp_path, paths, effect, then):
    def typed_in(book):
        sheet = book["Reasons"]
        top, bottom = sheet.tables["Reasons"].ref.split(":")
        at = int(bottom[1:]) + 1
        sheet.cell(at, 1).value, sheet.cell(at, 2).value = "LATE", effect
        sheet.tables["Reasons"].ref = f"{top}:C{at}"

    upgrade_workbook(edited(make(tmp_path / "old.xlsx"), typed_in), tmp_path / "new.xlsx", paths)
    assert reasons(tmp_path / "new.xlsx")["LATE"] == then


def test_a_reason_code_that_no_cell_can_hold_is_left_out(tmp_path, paths):
    old = make(tmp_path / "old.xlsx", reasons={"L" * 20: ReasonKind.REVERSE})
    rewritten(old, sharedStrings=(b"L" * 20, b"L" * 40_000))
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert set(reasons(tmp_path / "new.xlsx")) == {"ORDER_UPDATE", "REJECTED"}


def test_a_sheet_reasons_that_somebody_rebuilt_or_deleted_is_no_obstacle(tmp_path, paths):
    for number, change in enumerate((lambda book: book.remove(book["Reasons"]), lambda book: rebuilt(book))):
        old = edited(make(tmp_path / f"old{number}.xlsx"), change)
        upgrade_workbook(old, tmp_path / f"new{number}.xlsx", paths)
        assert reasons(tmp_path / f"new{number}.xlsx")["REJECTED"] == "reverse"


def rebuilt(book):
    table = book["Reasons"].tables["Reasons"]
    table.ref = "A3:A6"
    del table.tableColumns[1:]


def conf(path):
    rows = openpyxl.load_workbook(path)["xlwings.conf"].iter_rows(values_only=True)
    return [(key, value) for key, value, *_ in rows]


def settings_note(old, new, paths, settings):
    """Return what is said of the settings of an old workbook whose sheet xlwings.conf holds these; none is taken over."""
    ours = conf(make(old.with_stem("fresh")))

    def set_up(book):
        sheet = book["xlwings.conf"]
        sheet.delete_rows(1, sheet.max_row)
        for pair in settings:
            sheet.append(pair)

    notes = upgrade_workbook(edited(make(old), set_up), new, paths).notes
    assert conf(new) == ours
    return [note for note in notes if "Settings of xlwings" in note]


def test_no_setting_of_the_old_workbook_is_taken_over_and_those_that_name_something_are_told(tmp_path, paths):
    strange = {
        "PYTHONPATH": "C:\\Users\\Zoë\\code",
        "conda path": "C:\\conda",
        "CONDA ENV": "base",
        "TEMP DIR": "\\\\server\\share",
        "INTERPRETER": "python",
        "ADD_WORKBOOK_TO_PYTHONPATH": "True",
        "Use UDF Server": True,
        "ONEDRIVE_CONSUMER_WIN": "C:\\Users\\Zoë\\OneDrive",
        "Log Level": 5,
    }
    said = settings_note(tmp_path / "old.xlsm", tmp_path / "new.xlsm", paths, strange.items())
    named = ", ".join(strange)
    assert said[0].startswith(f"Settings of xlwings stay in the old workbook: {named}. They can name programs")


@pytest.mark.parametrize(
    "setting",
    [
        ("INTERPRETER_WIN", "C:\\python.exe"),
        ("interpreter_mac", "/usr/bin/python"),
        ("show console", False),
        ("TEMP DIR", "%temp%"),
        ("PYTHONPATH", None),
        ("OWN", ""),
        (None, "no key"),
        (7, "no key either"),
    ],
)
def test_settings_of_the_program_itself_and_blank_ones_are_no_news(tmp_path, paths, setting):
    assert settings_note(tmp_path / "old.xlsm", tmp_path / "new.xlsm", paths, [setting]) == []


def test_many_long_and_odd_names_of_settings_stay_one_readable_line(tmp_path, paths):
    settings = [("EVIL\u202e\nKEY", "x"), ("K" * 500, "x"), *((f"KEY {at}", "x") for at in range(5_000))]
    (said,) = settings_note(tmp_path / "old.xlsm", tmp_path / "new.xlsm", paths, settings)
    assert f"EVIL[U+202E][U+000A]KEY, {'K' * 40}…, KEY 0, " in said
    assert "KEY 7 and 4,992 more. They can name" in said
    assert len(said) < 400


def meta(path):
    return dict(row[:2] for row in openpyxl.load_workbook(path)["_meta"].iter_rows(values_only=True))


def account(name):
    return Account(name, "live", profile=object())


def test_the_profile_the_old_one_was_made_for_is_used(tmp_path, paths, profiles):
    upgrade_workbook(make(tmp_path / "old.xlsx", account=account("acme")), tmp_path / "new.xlsx", paths)
    assert (meta(tmp_path / "new.xlsx")["profile"], meta(tmp_path / "new.xlsx")["environment"]) == ("acme", "live")
    assert set(reasons(tmp_path / "new.xlsx")) >= {"DAMAGED", "REJECTED"}


def test_a_profile_that_the_old_workbook_decides_is_told_with_its_environment(tmp_path, paths, profiles):
    for name, kind in (("acme", "LIVE"), ("trial", "TEST")):
        old = make(tmp_path / f"{name}.xlsx", account=account(name))
        told = upgrade_workbook(old, tmp_path / f"{name} new.xlsx", paths).notes[0]
        assert told.startswith(f'It is for the profile "{name}" ({kind}), because the old workbook names it')
        assert "--profile NAME" in told
        asked_for = upgrade_workbook(old, tmp_path / f"{name} again.xlsx", paths, profile=name)
        assert not any("the old workbook names it" in note for note in asked_for.notes)


def test_a_name_that_no_profile_can_have_is_repeated_shortened_and_visible(tmp_path, paths, profiles):
    def renamed_profile(book):
        cell = next(row[1] for row in book["_meta"].iter_rows() if row[0].value == "profile")
        cell.value = "\u202eacme\n" + "x" * 30_000

    old = edited(make(tmp_path / "old.xlsx"), renamed_profile)
    said = refusal(SettingsError, old, tmp_path / "new.xlsx", paths)
    assert 'There is no profile "[U+202E]acme[U+000A]xxx' in said
    assert len(said) < 700


def test_another_profile_is_used_when_it_is_asked_for(tmp_path, paths, profiles):
    for name in ("acme", "gone"):
        old = make(tmp_path / f"{name}.xlsx", account=account(name))
        upgrade_workbook(old, tmp_path / f"{name} new.xlsx", paths, profile="trial")
        found = meta(tmp_path / f"{name} new.xlsx")
        assert (found["profile"], found["environment"]) == ("trial", "test")


def test_a_profile_that_is_gone_is_named_with_the_way_out(tmp_path, paths, profiles):
    old = make(tmp_path / "old.xlsx", account=account("gone"))
    said = refusal(SettingsError, old, tmp_path / "new.xlsx", paths)
    assert 'There is no profile "gone"' in said
    assert 'old.xlsx was made for the profile "gone"; to make the fresh one for another, say --profile.' in said
    said = refusal(SettingsError, old, tmp_path / "new.xlsx", paths, profile="gone too")
    assert "was made for" not in said


def test_a_mistake_in_the_profiles_is_told_without_blaming_the_old_workbook(tmp_path, paths, home):
    (home / "config.toml").write_text("[profiles")
    said = refusal(SettingsError, make(tmp_path / "old.xlsx", account=account("acme")), tmp_path / "new.xlsx", paths)
    assert "is not valid TOML" in said
    assert "was made for" not in said


def test_an_old_one_without_a_profile_needs_none(tmp_path, paths):
    old = make(tmp_path / "old.xlsx")
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    assert not meta(tmp_path / "new.xlsx")["profile"]


def test_of_several_profiles_none_is_guessed(tmp_path, paths, profiles):
    said = refusal(SettingsError, make(tmp_path / "old.xlsx"), tmp_path / "new.xlsx", paths)
    assert (
        "Name the profile with --profile NAME (acme, trial), or choose the default: action-returns profile use NAME"
        in said
    )
    assert "None" not in said


def test_a_workbook_without_its_hidden_sheets_moves_as_well(tmp_path, paths):
    def bare(book):
        del book["_meta"]
        del book["xlwings.conf"]

    upgrade_workbook(edited(make(tmp_path / "old.xlsx"), bare), tmp_path / "new.xlsx", paths)
    assert kept(tmp_path / "new.xlsx") == [ROW]


# --- files that cannot be


def test_a_new_name_that_is_taken_or_unusable_is_refused(tmp_path, paths):
    old = make(tmp_path / "old.xlsx")
    (tmp_path / "new.xlsx").write_text("mine")
    said = refusal(OutputFileError, old, tmp_path / "new.xlsx", paths)
    assert "exists already and was left as it is" in said
    assert "exists already" in refusal(OutputFileError, old, old, paths)
    assert "ends neither in" in refusal(OutputFileError, old, tmp_path / "new.csv", paths)
    assert "holds the character =" in refusal(OutputFileError, old, tmp_path / "a=b.xlsm", paths)


def test_a_name_that_is_taken_while_it_works_is_not_replaced(tmp_path, paths, monkeypatch):
    old, new = make(tmp_path / "old.xlsx"), tmp_path / "new.xlsx"
    real = upgrading.workbook_bytes

    def slowly(*arguments, **options):
        new.write_text("somebody was quicker")
        return real(*arguments, **options)

    monkeypatch.setattr(upgrading, "workbook_bytes", slowly)
    with pytest.raises(OutputFileError, match="exists already and was left as it is"):
        upgrade_workbook(old, new, paths)
    assert new.read_text() == "somebody was quicker"


def test_a_folder_that_is_missing_or_cannot_be_written_is_refused_in_words(tmp_path, paths):
    old = make(tmp_path / "old.xlsx")
    for folder in ("none", "old.xlsx"):
        with pytest.raises(OutputFileError, match=r"cannot be written: .*the old workbook is as it was\."):
            upgrade_workbook(old, tmp_path / folder / "new.xlsx", paths)
    assert [path.name for path in tmp_path.iterdir()] == ["old.xlsx"]


def broken(path):
    content = make(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def damaged(path):
    content = bytearray(make(path).read_bytes())
    at = content.index(b"xl/worksheets/sheet2.xml") + 200
    content[at : at + 50] = bytes(50)
    path.write_bytes(content)


def encrypted(path):
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(400))


def foreign(path):
    book = openpyxl.Workbook()
    book.active.append(["ActionId", "Amount", "Reason"])
    book.active.append(ROW)
    book.save(path)


UNREADABLE = {
    "without a table Actions": (foreign, "has no table Actions, so it was not made by this program"),
    "CSV": (lambda path: path.write_text("ActionId,Amount,Reason\r\n"), "is not a workbook"),
    "cut off": (broken, "is not a workbook"),
    "damaged inside": (damaged, "is damaged"),
    "password": (encrypted, "is protected with a password"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "folder": (lambda path: path.mkdir(), "is a folder. Name a file that is in it."),
    "missing": (lambda _: None, "There is no file"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_workbook_of_ours_is_refused_in_words(tmp_path, paths, what):
    put, says = UNREADABLE[what]
    put(tmp_path / "old.xlsx")
    assert says in refusal(FileError, tmp_path / "old.xlsx", tmp_path / "new.xlsx", paths)


# --- the proof


def lose_a_cell(rows):
    rows[1][3] = None


def lose_a_row(rows):
    del rows[1]


def swap_rows(rows):
    rows.reverse()


def make_text_of_a_number(rows):
    rows[0][1] = "0.0"


def move_a_row_down(rows):
    rows.insert(1, [None] * 4)


def lose_the_last_digit(rows):
    rows[1][1] = 0.3


@pytest.mark.parametrize(
    "spoil", [lose_a_cell, lose_a_row, swap_rows, move_a_row_down, make_text_of_a_number, lose_the_last_digit]
)
def test_when_a_cell_is_not_found_again_nothing_is_written_and_it_is_said(tmp_path, paths, monkeypatch, spoil):
    old = make(tmp_path / "old.xlsx", [(*ROW, "a"), ("x", 0.1 + 0.2, "y", "b")], ("Note",))
    before = old.read_bytes()
    real = upgrading.workbook_bytes

    def spoiled(account, entries, *, macros):
        rows = [list(row) for row in entries.rows]
        spoil(rows)
        return real(account, Entries(rows, entries.own_headers), macros=macros)

    monkeypatch.setattr(upgrading, "workbook_bytes", spoiled)
    said = refusal(OutputFileError, old, tmp_path / "new.xlsx", paths)
    assert "would not hold exactly the cells of the old workbook, so it was not written" in said
    assert "Go on working in the old one" in said
    assert ([path.name for path in tmp_path.iterdir()], old.read_bytes()) == (["old.xlsx"], before)


def test_when_the_new_one_loses_a_header_or_its_table_nothing_is_written(tmp_path, paths, monkeypatch):
    old = make(tmp_path / "old.xlsx", [(*ROW, "a")], ("Note",))
    real = upgrading.workbook_bytes

    def other_header(account, entries, *, macros):
        return real(account, Entries(entries.rows, ("Not",)), macros=macros)

    def no_table(account, entries, *, macros):
        path = tmp_path / "draft.xlsx"
        path.write_bytes(real(account, entries, macros=macros))
        return rewritten(path, table1=(b'displayName="Actions"', b'displayName="Other"')).read_bytes()

    for build in (other_header, no_table):
        monkeypatch.setattr(upgrading, "workbook_bytes", build)
        assert "would not hold exactly" in refusal(OutputFileError, old, tmp_path / "new.xlsx", paths)


def test_a_percentage_in_amount_never_becomes_an_amount_of_that_many_hundredths(tmp_path, paths):
    def type_percentages(book):
        for row, (number, code) in enumerate(((0.5, "0%"), (0.125, "0.0 %"), (12.5, "0.00")), 4):
            book["Actions"].cell(row, 2, number).number_format = code

    rows = [(f"M.8882.4808.106341{last}", "1.00", "ORDER_UPDATE") for last in range(3)]
    old = edited(make(tmp_path / "old.xlsx", rows), type_percentages)
    upgrade_workbook(old, tmp_path / "new.xlsx", paths)
    columns = read_batch(tmp_path / "new.xlsx").columns
    assert list(columns.amount) == ["50%", "12.5%", 12.5]
    assert [(finding.row, finding.code) for finding in check(columns) if finding.column == "Amount"] == [
        (columns.rows[0], "amount-percent"),
        (columns.rows[1], "amount-percent"),
    ]
