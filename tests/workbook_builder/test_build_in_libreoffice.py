"""The workbook in a real spreadsheet program: it opens, shows its sheets, and its live checks say what the rules say."""

import random
import subprocess
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from action_returns import __version__
from action_returns.batch.context import Policy
from action_returns.batch.rules import RULES
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import declared_template, new_workbook
from action_returns.workbook_builder import contents
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.info import WorkbookInfo
from tests.workbook_builder import live_cases

TITLES = {rule.code: rule.title for rule in RULES}
BUTTONS = [
    "Load pending...", "Import returns...", "Add these rows...", "Validate", "Review", "Export CSV", "Send...", "Check results...",
    "Receipt",
]  # fmt: skip
VISIBLE = [
    "Start",
    "Actions",
    "Issues",
    "Import",
    "Pending",
    "Review",
    "Batches",
    "Results",
    "Insights",
    "Reasons",
    "Dictionary",
]


def sheet_of(document, name):
    return document.Sheets.getByName(name)


def column(document, letter, first, last):
    return [
        row[0] for row in sheet_of(document, "Actions").getCellRangeByName(f"{letter}{first}:{letter}{last}").DataArray
    ]


@pytest.fixture(scope="module")
def recalculated(office, tmp_path_factory):
    """Every case, its live verdict as LibreOffice calculates it, and what the rules say."""
    rows = list(live_cases.rows())
    path = tmp_path_factory.mktemp("live") / "cases.xlsx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "live_verdicts", lambda columns, *_: ["stale"] * len(columns))
        path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        document.calculateAll()
        after = column(document, "D", 4, 3 + len(rows))
    assert "stale" not in after
    return rows, after, live_cases.expected(path)


def test_the_live_check_says_what_the_rules_say(recalculated):
    rows, after, wanted = recalculated
    assert len(rows) >= 120
    different = [
        (row, got, wanted.get(number, ""))
        for number, (row, got) in enumerate(zip(rows, after, strict=True), 4)
        if got != wanted.get(number, "")
    ]
    assert not different, "\n".join(map(repr, different))


def test_every_verdict_the_live_check_can_give_is_among_the_cases(recalculated):
    _, after, _ = recalculated
    live = contents.Contents(declared_template(), WorkbookInfo(__version__), Entries()).live_codes
    assert {TITLES[code] for code in live} <= {verdict.partition(": ")[2] for verdict in after}


def test_hostile_rows_get_the_same_verdict_live_as_from_the_rules(office, tmp_path):
    dice = random.Random(20261123)
    rows = [live_cases.hostile_row(dice, number) for number in range(3000)]
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        document.calculateAll()
        after = column(document, "D", 4, 3 + len(rows))
    wanted = live_cases.expected(path)
    different = [
        (row, got, wanted.get(number, ""))
        for number, (row, got) in enumerate(zip(rows, after, strict=True), 4)
        if got != wanted.get(number, "")
    ]
    assert not different, "\n".join(map(repr, different))


SHOWN = [
    ("0%", 0.5, "OK: new total 0.50"), ("0", 12.5, "OK: new total 12.50"), ("0.00E+00", 1250.0, "OK: new total 1,250.00"),
    ("yyyy-mm-dd", live_cases.A_DATE, "OK: new total 46,154.00"), ("hh:mm", time(12, 0), "OK: new total 0.50"),
    ("[h]:mm", timedelta(hours=30), "OK: new total 1.25"), ("hh:mm", time(8, 20), "Error: Amount has more than two decimals"),
    ("yyyy-mm-dd", date(2026, 5, 12), "OK: new total 46,154.00"), ("0", 12.345, "Error: Amount has more than two decimals"),
]  # fmt: skip


def test_how_an_amount_is_shown_is_left_to_validate_and_the_sheet_says_so(office, tmp_path):
    rows = [(f"M.8882.4808.{at}", amount, "ORDER_UPDATE") for at, (_, amount, _) in enumerate(SHOWN, 1063415)]
    path = tmp_path / "shown.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        formats = document.NumberFormats
        locale = sheet_of(document, "Actions").getCellRangeByName("B4").CharLocale
        for at, (code, _, _) in enumerate(SHOWN, 4):
            key = formats.queryKey(code, locale, False)
            cell = sheet_of(document, "Actions").getCellRangeByName(f"B{at}")
            cell.NumberFormat = formats.addNew(code, locale) if key < 0 else key
        before = column(document, "D", 4, 3 + len(SHOWN))
        document.calculateAll()
        after = column(document, "D", 4, 3 + len(SHOWN))
        assert before == after == [text for _, _, text in SHOWN]
        assert (
            "Check reads the value alone"
            in sheet_of(document, "Actions").getCellRangeByName("B4").Validation.InputMessage
        )
        assert (
            "what Check does not see: how an amount is shown"
            in sheet_of(document, "Start").getCellRangeByName("C7").String
        )


def test_rows_that_are_deleted_or_put_in_keep_every_check_right(office, tmp_path):
    rows = [(f"M.8882.4808.{1063415 + at // 2}", "12.50", "ORDER_UPDATE") for at in range(600)]
    path = tmp_path / "moving.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        sheet = sheet_of(document, "Actions")
        sheet.Rows.removeByIndex(50, 550)  # rows 51 to 600
        sheet.Rows.insertByIndex(3, 1)
        sheet.Rows.insertByIndex(0, 1)
        sheet.getCellRangeByName("A5:C5").setDataArray((("M.8882.4808.1063415", "12.5", "ORDER_UPDATE"),))
        document.calculateAll()
        good, twice = "OK: new total 12.50", "Error: ActionId stands here twice"
        assert column(document, "D", 6, 9) == [twice, twice, good, twice]
        before = sheet_of(document, "Review").getCellRangeByName("D1").Value
        sheet.getCellRangeByName("B55").String = "99"  # the last row
        document.calculateAll()
        assert column(document, "D", 54, 55) == ["Error: ActionId in contradicting rows"] * 2
        assert sheet_of(document, "Review").getCellRangeByName("D1").Value != before


@pytest.mark.parametrize("blank", ["\u2001", "\u3164", "\u00ad\u034f", "\ufe0f", "\u180e"])
def test_a_rare_blank_is_an_error_too_though_by_another_name(office, tmp_path, blank):
    rows = [
        ("M.1.1.1" + blank, "0", "REJECTED"),
        ("M.1.1.2", "5" + blank, "ORDER_UPDATE"),
        ("M.1.1.3", "0", "REJECTED" + blank),
    ]
    path = tmp_path / "rare.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        document.calculateAll()
        said = column(document, "D", 4, 6)
    assert [text.split()[:2] for text in said] == [["Error:", name] for name in ("ActionId", "Amount", "Reason")]


def test_what_is_typed_is_checked_at_once(office, tmp_path):
    path = tmp_path / "new.xlsx"
    new_workbook(path, Account())
    with office.opened(path) as document:
        sheet = sheet_of(document, "Actions")
        sheet.getCellRangeByName("A4:C5").setDataArray(
            (("M.8882.4808.1", "12,50", "ORDER_UPDATE"), ("M.8882.4808.2", "0", "REJECTED"))
        )
        assert column(document, "D", 4, 6) == ["Error: Amount uses a comma or grouping", "OK: reverse", ""]
        assert (
            sheet.getCellRangeByName("A1").String
            == "2 rows filled in · 1 can be sent · 1 with an error · 0 with a warning"
        )
        assert sheet_of(document, "Start").getCellRangeByName("C13").Value == 2
        assert sheet_of(document, "Review").getCellRangeByName("A2").String == "Nothing was reviewed yet. Click Review."


def test_a_new_total_marks_its_thousands_whatever_their_number(office, tmp_path):
    shown = {
        "999.99": "999.99", "1000": "1,000.00", "999999.9": "999,999.90", "1000000": "1,000,000.00",
        "999999999.99": "999,999,999.99", "1000000000.5": "1,000,000,000.50", "123456789012.25": "123,456,789,012.25",
        "1234567890123": "1,234,567,890,123.00",
    }  # fmt: skip
    rows = [(f"M.8882.4808.{at}", amount, "ORDER_UPDATE") for at, amount in enumerate(shown, 1063415)]
    path = tmp_path / "large.xlsx"
    stamp = WorkbookInfo(__version__, policy=Policy(max_cents=10**17))
    path.write_bytes(build_workbook(declared_template(), stamp, entries=Entries(rows)))
    with office.opened(path) as document:
        before = column(document, "D", 4, 3 + len(rows))
        document.calculateAll()
        assert column(document, "D", 4, 3 + len(rows)) == before == [f"OK: new total {text}" for text in shown.values()]


def test_an_account_with_ids_of_its_own_gets_no_wrong_shape(office, tmp_path):

    rows = [
        ("A-77_b", "0", "REJECTED"),
        ("A-77_b", "0", "REJECTED"),
        ("A 78", "0", "REJECTED"),
        (None, "0", "REJECTED"),
    ]
    path = tmp_path / "own.xlsx"
    stamp = WorkbookInfo(__version__, policy=Policy(action_id_pattern="A-[0-9]+_b"))
    path.write_bytes(build_workbook(declared_template(), stamp, entries=Entries(rows)))
    with office.opened(path) as document:
        document.calculateAll()
        assert column(document, "D", 4, 7) == [
            "OK: reverse", "Error: ActionId stands here twice", "Error: ActionId holds blanks", "Error: ActionId is missing",
        ]  # fmt: skip


def test_reason_codes_of_the_account_are_known(office, tmp_path):
    from action_returns.batch.context import ReasonKind

    reasons = {"FRAUD": ReasonKind.REVERSE, "RESIZE": ReasonKind.MODIFY, "WHATEVER": ReasonKind.EITHER}
    rows = [("M.1.1.1", "0", "FRAUD"), ("M.1.1.2", "5", "FRAUD"), ("M.1.1.3", "0", "RESIZE"), ("M.1.1.4", "0", "WHATEVER"),
            ("M.1.1.5", "5", "WHATEVER"), ("M.1.1.6", "0", "REJECTED")]  # fmt: skip
    path = tmp_path / "reasons.xlsx"
    path.write_bytes(
        build_workbook(
            declared_template(), WorkbookInfo(__version__, policy=Policy(reasons=reasons)), entries=Entries(rows)
        )
    )
    with office.opened(path) as document:
        document.calculateAll()
        contradiction = f"Error: {TITLES['reason-amount-mismatch']}"
        assert column(document, "D", 4, 9) == [
            "OK: reverse", contradiction, contradiction, "OK: reverse", "OK: new total 5.00", "Error: Reason is not a known code",
        ]  # fmt: skip
        assert [row[:2] for row in sheet_of(document, "Reasons").getCellRangeByName("A4:B6").DataArray] == [
            ("FRAUD", "reverse"), ("RESIZE", "modify"), ("WHATEVER", "either"),
        ]  # fmt: skip


def test_repeats_are_left_to_validate_beyond_5000_rows_and_the_sheet_says_so(office, tmp_path):
    rows = [(f"M.1.1.{at // 2}", "0", "REJECTED") for at in range(5001)]
    path = tmp_path / "many.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        document.calculateAll()
        assert set(column(document, "D", 4, 5004)) == {"OK: reverse"}
        assert "only Validate finds repeated ids" in sheet_of(document, "Actions").getCellRangeByName("F1").String


def test_contradictions_are_left_to_validate_beyond_2000_rows_and_the_sheet_says_so(office, tmp_path):
    rows = [
        ("M.1.1.0", str(at), "ORDER_UPDATE") if at in {5, 7} else (f"M.1.1.{at}", "0", "REJECTED")
        for at in range(2_001)
    ]
    said = {}
    for number in (2_000, 2_001):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows[:number])))
        with office.opened(path) as document:
            document.calculateAll()
            note = sheet_of(document, "Actions").getCellRangeByName("F1").String
            said[number] = (note, *column(document, "D", 9, 11)[::2])
    contradiction, repeated = (f"Error: {TITLES[code]}" for code in ("id-conflict", "id-duplicate"))
    assert said[2_000] == ("", contradiction, contradiction)
    assert said[2_001][1:] == (repeated, repeated)
    assert said[2_001][0] == "More than 2000 rows: whether rows of one id contradict each other, only Validate finds"


@pytest.mark.parametrize("suffix", [".xlsm", ".xlsx"])
def test_it_opens_and_shows_its_sheets(office, tmp_path, suffix):
    path = tmp_path / f"new{suffix}"
    new_workbook(path, Account(), samples=True)
    with office.opened(path) as document:
        assert list(document.Sheets.ElementNames) == [*VISIBLE, "xlwings.conf", "_meta"]
        assert [name for name in document.Sheets.ElementNames if sheet_of(document, name).IsVisible] == VISIBLE
        assert [name for name in VISIBLE if not sheet_of(document, name).isProtected()] == ["Actions"]
        forms = sheet_of(document, "Start").DrawPage.Forms
        captions = [forms.getByIndex(0).getByIndex(at).Label for at in range(len(BUTTONS))] if forms.Count else []
        assert captions == (BUTTONS if suffix == ".xlsm" else [])


def test_a_reason_is_picked_from_the_codes_of_the_account(office, tmp_path):
    path = tmp_path / "new.xlsx"
    new_workbook(path, Account())
    with office.opened(path) as document:
        rule = sheet_of(document, "Actions").getCellRangeByName("C100000").Validation
        assert (rule.Type.value, rule.getFormula1()) == ("LIST", "reason_codes")
        assert rule.InputTitle == "Reason code"


def test_every_sheet_can_be_rendered(office, tmp_path):
    path, pdf = tmp_path / "samples.xlsm", tmp_path / "samples.pdf"
    new_workbook(path, Account(), samples=True)
    with office.opened(path) as document:
        office.save_as(document, pdf, "calc_pdf_Export")
    subprocess.run(["pdftoppm", "-r", "50", "-png", pdf, tmp_path / "page"], check=True)
    pages = sorted(Path(tmp_path).glob("page*.png"))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    assert len(pages) >= len(VISIBLE) - 3  # a sheet without rows prints no page
    for words in (
        "Six steps from returns to results",
        "Error: ActionId has no M",
        "The reason codes of the profile",
    ):
        assert words in text
    assert "Err:" not in text
    assert "#NAME?" not in text
