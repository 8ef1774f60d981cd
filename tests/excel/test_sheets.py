"""Sheets and tables that are found by their names, and what is said where they are missing or hidden."""

from types import SimpleNamespace

import pytest

from action_returns.errors import UnsupportedWorkbookError
from action_returns.excel.sheets import Sheets, corners_of
from tests.excel.desk import BAD, GOOD, PENDING
from tests.hosts.fake_com import HIDDEN, VERY_HIDDEN
from tests.hosts.fake_com.com import com_error, excel_error


@pytest.mark.parametrize("visibility", [HIDDEN, VERY_HIDDEN])
@pytest.mark.parametrize(
    ("sheet", "button"),
    [("Review", "review"), ("Batches", "history"), ("Start", "show_help"), ("Actions", "next_issue")],
)
def test_a_hidden_sheet_that_would_be_shown_is_named(desk, outbox, sheet, button, visibility):
    desk.open(BAD)
    desk.excel.show(sheet, visibility, book=desk.book)
    assert desk.click(button) == (
        f"The sheet {sheet} is hidden, so it cannot be shown. Nothing was sent. Unhide it (right-click the tab of any sheet, "
        "Unhide), then click again."
    )


def test_a_sheet_that_cannot_be_shown_for_another_reason_is_not_called_hidden(desk, monkeypatch):
    def refuse(sheet, refusal):
        raise excel_error(refusal)

    desk.open(GOOD)
    monkeypatch.setattr("tests.hosts.fake_com.sheets.Worksheet.come_forward", refuse)
    assert desk.click("show_help", unexpected="pywintypes.com_error").startswith("Unexpected error (com_error)")


@pytest.mark.parametrize(("sheet", "button"), [("Issues", "send"), ("Pending", "load_pending"), ("_meta", "validate")])
def test_a_sheet_that_was_deleted_is_named(desk, outbox, sheet, button):
    desk.open(GOOD)
    desk.book.sheets[sheet].delete()
    desk.excel.answer(str(PENDING) if button == "load_pending" else "yes")
    assert desk.click(button) == (
        f'The sheet "{sheet}" is missing from this workbook. Make a fresh one that takes over your rows: '
        "action-returns upgrade-workbook OLD NEW"
    )
    assert list(outbox.iterdir()) == []


@pytest.mark.parametrize(("table", "button"), [("Actions", "validate"), ("Batches", "history")])
def test_a_table_that_was_renamed_is_named(desk, outbox, table, button):
    desk.open(GOOD)
    desk.book.sheets[table].tables[table].name = "Other"
    assert desk.click(button) == (
        f"The table {table} is missing from its sheet. Make a fresh workbook that takes over your rows: "
        "action-returns upgrade-workbook OLD NEW"
    )


def test_excel_is_asked_once_for_each_sheet_and_table(desk):
    sheets = Sheets(desk.open(GOOD))
    for _ in range(2):
        assert (sheets["Issues"].name, sheets.table("Issues").name) == ("Issues", "Issues")
    desk.excel.calls.clear()
    assert sheets.table("Issues") is sheets.table("Issues")
    assert sheets["Issues"] is sheets["Issues"]
    assert desk.excel.calls.total() == 0


def test_an_excel_that_is_busy_is_not_taken_for_a_sheet_or_table_that_is_missing(desk, monkeypatch):
    monkeypatch.setattr("xlwings._xlwindows.N_COM_ATTEMPTS", 1)
    sheets = Sheets(desk.open(GOOD))
    for find in (sheets.__getitem__, sheets.table):
        desk.excel.busy(1, "editing")
        with pytest.raises(com_error, match="-2146777998"):
            find("Issues")
        assert find("Issues").name == "Issues"


def test_a_table_in_several_pieces_is_named():
    with pytest.raises(UnsupportedWorkbookError, match=r"The table Actions is not in one piece\."):
        corners_of(SimpleNamespace(address="$A$3:$C$9,$E$3:$F$9"), "Actions")
