"""The workbook in a real spreadsheet program: it opens, shows its sheets, and its live checks say what the rules say."""

import random
import subprocess
from itertools import groupby
from pathlib import Path

import pytest

from action_returns import __version__
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.check import check
from action_returns.batch.context import Policy
from action_returns.batch.rules import RULES
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import declared_template, new_workbook
from action_returns.readers.batch_file import read_batch
from action_returns.workbook_builder import contents
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.info import WorkbookInfo
from tests.workbook_builder import live_cases

TITLES = {rule.code: rule.title for rule in RULES}
BUTTONS = ["Load pending...", "Validate", "Review", "Export CSV", "Send..."]
VISIBLE = ["Start", "Actions", "Issues", "Pending", "Review", "Batches", "Reasons", "Dictionary"]
ONLY_WITH_VALIDATE = {"id-mixed-campaigns"}
ONLY_IN_SOME_FORMATS = {"amount-shown-otherwise"}


def sheet_of(document, name):
    return document.Sheets.getByName(name)


def column(document, letter, first, last):
    return [
        row[0] for row in sheet_of(document, "Actions").getCellRangeByName(f"{letter}{first}:{letter}{last}").DataArray
    ]


def expected(path):
    """What the rules say of each row of the file, in the words of the live Check."""
    columns = read_batch(path).columns
    report = check(columns)
    said = {}
    for row, found in groupby(report, key=lambda finding: finding.row):
        findings = [finding for finding in found if finding.code not in ONLY_WITH_VALIDATE]
        first = next(
            (finding for finding in findings if finding.severity == "error"), findings[0] if findings else None
        )
        if first is not None:
            code = first.code
            if code == "id-conflict":  # the live check names first what is wrong with the id itself
                code = badly_written(columns.action_id[row - columns.rows[0]]) or code
            said[row] = f"{'Error' if first.severity == 'error' else 'Warning'}: {TITLES[code]}"
    ready = report.ready_rows()
    for at, row in enumerate(ready.rows):
        cents = ready.cents[at]
        said.setdefault(row, f"OK: new total {cents // 100:,}.{cents % 100:02d}" if cents else "OK: reverse")
    return said


def badly_written(action_id):
    """The finding about an id alone, if it is an error."""
    code = CellRules(Policy()).action_id(action_id)
    return code if code != "id-unusual" else None


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
    return rows, after, expected(path)


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
    assert {TITLES[code] for code in live - ONLY_IN_SOME_FORMATS} <= {verdict.partition(": ")[2] for verdict in after}


def test_hostile_rows_get_the_same_verdict_live_as_from_the_rules(office, tmp_path):
    dice = random.Random(20261123)
    rows = [live_cases.hostile_row(dice, number) for number in range(3000)]
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        document.calculateAll()
        after = column(document, "D", 4, 3 + len(rows))
    wanted = expected(path)
    different = [
        (row, got, wanted.get(number, ""))
        for number, (row, got) in enumerate(zip(rows, after, strict=True), 4)
        if got != wanted.get(number, "")
    ]
    assert not different, "\n".join(map(repr, different))


SHOWN = [
    ("0%", 0.5, "Error: Amount is a percentage"), ("0.00%", 12.5, "Error: Amount is a percentage"),
    ("0.0%", -1.0, "Error: Amount is a percentage"), ("0%", "50", "OK: new total 50.00"), ("0", 12.0, "OK: new total 12.00"), ("#,##0", 12.0, "OK: new total 12.00"),
    ("#,##0", 1234.5, "Warning: Amount is shown with other digits"), ("0.0", 12.55, "Warning: Amount is shown with other digits"),
    ("0.0", 12.5, "OK: new total 12.50"), ("0.00", 12.55, "OK: new total 12.55"), ("#,##0.00", 12.55, "OK: new total 12.55"),
    ("0.00E+00", 1250.0, "Warning: Amount is shown with other digits"), ("General", 12.55, "OK: new total 12.55"),
    ("0", 12.345, "Error: Amount has more than two decimals"), ("0", 0.1 + 0.2 - 0.3, "OK: reverse"),
]  # fmt: skip


def test_what_the_usual_formats_show_is_checked_live(office, tmp_path):
    rows = [(f"M.8882.4808.{at}", amount, "ORDER_UPDATE") for at, (_, amount, _) in enumerate(SHOWN)]
    rows[-1] = (rows[-1][0], 0.0, "REJECTED")
    path = tmp_path / "shown.xlsx"
    path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    with office.opened(path) as document:
        formats = document.NumberFormats
        locale = sheet_of(document, "Actions").getCellRangeByName("B4").CharLocale
        for at, (code, _, _) in enumerate(SHOWN, 4):
            usual = formats.getStandardIndex(locale)
            key = usual if code == "General" else formats.queryKey(code, locale, False)
            cell = sheet_of(document, "Actions").getCellRangeByName(f"B{at}")
            cell.NumberFormat = formats.addNew(code, locale) if key < 0 else key
        document.calculateAll()
        after = column(document, "D", 4, 3 + len(SHOWN))
    assert list(zip([code for code, *_ in SHOWN], after, strict=True)) == [(code, text) for code, _, text in SHOWN]


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
        assert sheet_of(document, "Start").getCellRangeByName("C12").Value == 2
        assert sheet_of(document, "Review").getCellRangeByName("A2").String == "Nothing was reviewed yet. Click Review."


def test_a_new_total_marks_its_thousands_whatever_their_number(office, tmp_path):
    from action_returns.batch.context import Policy

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
    from action_returns.batch.context import Policy

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
    from action_returns.batch.context import Policy, ReasonKind

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


@pytest.mark.parametrize("suffix", [".xlsm", ".xlsx"])
def test_it_opens_and_shows_its_sheets(office, tmp_path, suffix):
    path = tmp_path / f"new{suffix}"
    new_workbook(path, Account(), samples=True)
    with office.opened(path) as document:
        assert list(document.Sheets.ElementNames) == [*VISIBLE, "xlwings.conf", "_meta"]
        assert [name for name in document.Sheets.ElementNames if sheet_of(document, name).IsVisible] == VISIBLE
        assert [name for name in VISIBLE if not sheet_of(document, name).isProtected()] == ["Actions"]
        forms = sheet_of(document, "Start").DrawPage.Forms
        captions = [forms.getByIndex(0).getByIndex(at).Label for at in range(5)] if forms.Count else []
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
        "Five steps from returns to a receipt",
        "Error: ActionId has no M",
        "The reason codes of the profile",
    ):
        assert words in text
    assert "Err:" not in text
    assert "#NAME?" not in text
