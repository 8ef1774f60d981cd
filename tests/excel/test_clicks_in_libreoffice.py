"""The buttons in a real spreadsheet program: a new user's path, and every button on a workbook that calculates."""

import random

import pytest

from action_returns.operations.account import Account, open_account
from action_returns.operations.new_workbook import new_workbook
from action_returns.settings.editing import add_profile
from tests.excel.desk import GOOD, PENDING, Desk
from tests.hosts.calc import calc_excel

EQUAL = 2  # com.sun.star.sheet.FilterOperator2


def uno_struct(name):
    import uno

    return uno.createUnoStruct(name)


@pytest.fixture
def excel(office):
    with calc_excel(office) as running:
        yield running


@pytest.fixture
def desk(excel, paths, tmp_path):
    return Desk(excel, paths, tmp_path)


def messy_rows(number):
    """Returns as people paste them: most are right, every fifth has one of the usual mistakes."""
    dice = random.Random(7)
    mistakes = [
        lambda row: (f" {row[0]}", *row[1:]),
        lambda row: (row[0].lower(), *row[1:]),
        lambda row: (row[0], f"{row[1]} ", row[2]),
        lambda row: (row[0], "12,50", "ORDER_UPDATE"),
        lambda row: (row[0], row[1], row[2].capitalize()),
        lambda row: (row[0], None, row[2]),
        lambda row: (row[0].removeprefix("M."), *row[1:]),
        lambda row: (row[0], "-5", "ORDER_UPDATE"),
    ]
    rows = []
    for at in range(number):
        good = (f"M.8882.4808.{2_000_000 + at}", *dice.choice([("0", "REJECTED"), ("49.90", "ORDER_UPDATE")]))
        rows.append(dice.choice(mistakes)(good) if at % 5 == 0 else good)
    return rows


def test_a_new_user_goes_from_pasted_rows_to_a_receipt(desk, outbox, paths, tmp_path):
    path = tmp_path / "returns.xlsm"
    new_workbook(path, open_account(paths))
    desk.book = desk.excel.open_workbook(path)
    for row, cells in enumerate(messy_rows(200), 4):
        for column, cell in zip("ABC", cells, strict=True):
            desk.excel.put(f"Actions!{column}{row}", cell, book=desk.book)
    said = desk.click("validate")
    assert said.startswith("40 of 200 rows need attention.")
    desk.excel.answer("yes")
    desk.click("fix_safe")
    left = [row[0] for row in desk.peek("Actions!E4:E203") if row[0].startswith("Error")]
    assert 0 < len(left) < 40
    assert desk.click("review").endswith("Nothing was sent. Next: Send.")
    desk.excel.answer("yes", "yes")
    said = desk.click("send")
    assert said.startswith("Handed over.")
    (sent,) = outbox.iterdir()
    assert sent.read_bytes().count(b"\r\n") == 1 + 200 - len(left)
    assert sum(row[0] == "Handed over in batch 0001" for row in desk.peek("Actions!E4:E203")) == 200 - len(left)
    assert len(list(paths.submissions.rglob("receipt.html"))) == 1


def test_validate_writes_results_and_the_live_checks_go_on(desk):
    desk.open([*GOOD, ("M.8882.4808.5", "12,50", "ORDER_UPDATE")])
    desk.click("validate")
    assert [row[0] for row in desk.peek("Actions!E4:E6")] == [
        "Ready: reverse", "Ready: new total 12.50", "Error: Amount uses a comma or grouping",
    ]  # fmt: skip
    desk.excel.put("Actions!B6", "12.50", book=desk.book)
    assert desk.peek("Actions!D6") == "OK: new total 12.50"
    assert desk.peek("Issues!H4") == "Go to B6"
    assert desk.book.sheets["Issues"].api.ProtectContents


def test_cells_are_read_as_what_they_are(desk):
    desk.open([*GOOD, ("M.8882.4808.6", "0", "REJECTED"), (8882.4808, "0", "REJECTED")])
    desk.book.sheets["Actions"].range("B6").impl.uno.getCellByPosition(0, 0).setFormula("=1/0")
    desk.click("validate")
    assert [row[0] for row in desk.peek("Actions!E6:E7")] == [
        "Error: The cell shows an error", "Error: ActionId is a number or a date",
    ]  # fmt: skip


def test_next_issue_selects_the_cell(desk):
    desk.open([*GOOD, ("M.8882.4808.5", "12,50", "ORDER_UPDATE")])
    said = desk.click("next_issue")
    assert said.startswith("Actions!B6:")


def test_load_pending_fills_its_sheet_and_validate_uses_it(desk, monkeypatch):
    monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: PENDING)
    desk.open([("M.8882.4808.1063415", "0", "REJECTED"), ("M.8882.4808.1063417", "0", "REJECTED")])
    desk.click("load_pending")
    assert desk.peek("Pending!A63") == "M.8882.4808.1063474"
    desk.click("validate")
    assert desk.peek("Actions!E5") == "Error: Action is locked"
    assert desk.peek("Actions!G4:K4") == [["ORD-5000", "Coupon Corner", "19.90 EUR", -19.9, "2099-01-31 08:00 UTC"]]


def test_history_grows_and_shrinks_with_the_ledger(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    desk.click("history")
    assert desk.peek("Batches!A4") == "0001"
    assert desk.book.sheets["Batches"].tables["Batches"].range.address == "$A$3:$L$4"


def test_a_profile_made_later_reaches_the_drop_down(desk, paths, tmp_path):
    desk.open(GOOD)
    channel = {"kind": "outbox", "directory": str(tmp_path)}
    reasons = {"FRAUD": "reverse", "REJECTED": "off", "RESIZE": "modify"}
    add_profile(paths.config_file, "acme", {"environment": "live", "reasons": reasons, "channel": channel})
    desk.click("validate")
    assert [row[0] for row in desk.peek("Actions!D4:D5")] == [
        "Error: Reason is not a known code",
        "OK: new total 12.50",
    ]
    assert "Profile acme" in desk.peek("Start!A2")


def test_a_filter_that_is_on_stops_any_write(desk):
    desk.open(GOOD)
    actions = desk.book.impl.uno.DatabaseRanges.getByName("Actions")
    keep = actions.getFilterDescriptor()
    (field,) = [uno_struct("com.sun.star.sheet.TableFilterField2")]
    field.Field, field.IsNumeric, field.StringValue, field.Operator = 2, False, "REJECTED", EQUAL
    keep.setFilterFields2((field,))
    actions.refresh()
    assert "A filter is on" in desk.click("validate")
    assert desk.peek("Actions!E4:E5") == [[None], [None]]


def test_hidden_rows_are_named(desk):
    desk.open(GOOD)
    desk.book.sheets["Actions"].range("A5").impl.uno.Rows.IsVisible = False
    assert "Some rows are hidden" in desk.click("validate")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("rows", [1_000, pytest.param(5_000, marks=pytest.mark.long)])
def test_thousands_of_rows_half_of_them_bad_are_validated(desk, rows):
    desk.open([(f"M.8882.4808.{at}", "12,50" if at % 2 else "49.90", "ORDER_UPDATE") for at in range(rows)])
    said = desk.click("validate")
    assert said.startswith(f"{rows // 2:,} of {rows:,} rows need attention.")
    assert desk.peek(f"Issues!B{rows // 2 + 3}") == rows + 3


def test_the_sample_returns_say_the_same_as_on_the_command_line(desk, tmp_path):
    from action_returns.batch.check import check
    from action_returns.readers.batch_file import read_batch

    path = tmp_path / "samples.xlsm"
    new_workbook(path, Account(), samples=True)
    desk.book = desk.excel.open_workbook(path)
    desk.click("validate")
    report = check(read_batch(path).columns)
    listed = desk.peek(f"Issues!B4:D{3 + len(report)}")
    assert [(int(row[0]), row[2]) for row in listed] == [(finding.row, finding.column) for finding in report]
