"""The sheets that only the program writes to: filled and cleared whatever the user protected, hid, filtered or prints."""

import pytest

from action_returns.errors import ExcelError
from tests.excel.desk import BAD, GOOD, PENDING, told_protected
from tests.hosts.fake_com import VERY_HIDDEN


@pytest.mark.parametrize(
    ("sheet", "button"),
    [
        ("Issues", "validate"),
        ("Issues", "send"),
        ("Issues", "export_csv"),
        ("Review", "review"),
        ("Review", "send"),
        ("Pending", "load_pending"),
        ("Batches", "history"),
    ],
)
def test_a_sheet_of_the_program_that_the_user_protected_with_a_password_is_named_and_keeps_it(
    desk, outbox, sheet, button
):
    desk.open(GOOD)
    desk.excel.protect(sheet, "x", book=desk.book)
    desk.excel.answer(str(PENDING) if button == "load_pending" else "yes")
    assert desk.click(button) == told_protected(sheet)
    assert list(outbox.iterdir()) == []
    with pytest.raises(Exception, match="password you supplied is not correct"):
        desk.book.sheets[sheet].api.Unprotect("")


def test_a_list_that_cannot_be_written_is_protected_again_and_not_put_down_to_the_protection(desk, monkeypatch):
    def odd(*_):
        raise ZeroDivisionError

    desk.open(GOOD)
    monkeypatch.setattr("action_returns.excel.own_sheets.write_cells", odd)
    assert desk.click("history", unexpected="ZeroDivisionError").startswith("Unexpected error")
    assert desk.book.sheets["Batches"].api.ProtectContents


@pytest.mark.parametrize("sheet", ["Issues", "Review", "Pending"])
def test_sheets_that_are_only_written_may_be_hidden(desk, outbox, sheet):
    desk.open(GOOD)
    desk.excel.show(sheet, VERY_HIDDEN, book=desk.book)
    desk.excel.answer("yes")
    assert desk.click("send").startswith("Handed over")


def test_a_filter_on_issues_never_leaves_findings_of_the_last_check_in_the_list(desk):
    desk.open(BAD)
    desk.click("validate")
    desk.excel.filter("Issues", "Severity", ["Warning"], book=desk.book)
    for row, cells in enumerate([GOOD[0], GOOD[1], (None, None, None), (None, None, None)], 4):
        for letter, value in zip("ABC", cells, strict=True):
            desk.put(f"Actions!{letter}{row}", value)
    assert desk.click("validate").startswith("All 2 rows are ready.")
    assert desk.peek("Issues!A4:H7") == [[None] * 8] * 4


def test_a_filter_on_pending_never_leaves_actions_of_the_last_download_in_it(desk):
    desk.open(GOOD)
    desk.excel.answer(str(PENDING))
    desk.click("load_pending")
    loaded = desk.peek("Pending!A5:G8")
    desk.excel.filter("Pending", "State", ["no such state"], book=desk.book)
    desk.excel.put("Pending!B5", "999.00", book=desk.book)
    desk.excel.answer(str(PENDING))
    desk.click("load_pending")
    assert desk.peek("Pending!A5:G8") == loaded


def test_a_print_area_of_the_users_own_stays(desk):
    desk.open(BAD)
    area = desk.book.sheets["Issues"].names["Print_Area"]
    area.refers_to = "=Issues!$A$4:$C$9,Issues!$F$4:$G$9"
    desk.click("validate")
    assert area.refers_to == "=Issues!$A$4:$C$9,Issues!$F$4:$G$9"


def test_a_print_area_that_was_taken_away_stops_no_button(desk):
    desk.open(BAD)
    desk.book.sheets["Issues"].names["Print_Area"].delete()
    assert desk.click("validate").startswith("4 of 4 rows need attention.")


def test_a_click_whose_list_of_findings_grows_costs_few_calls_too(desk):
    desk.open([*GOOD, *BAD])
    desk.excel.answer(str(PENDING))
    desk.click("load_pending")
    for row in range(10, 200):
        desk.put(f"Actions!A{row}", "M.8882.4808.9")
    desk.click("validate")
    assert desk.excel.calls["ListObject.Resize()"] == 1
    assert desk.excel.calls.total() <= 60, desk.excel.calls.most_common(20)


def test_rows_of_a_download_whose_loading_broke_off_stand_beside_no_older_age(desk, monkeypatch):
    desk.open(GOOD)
    desk.excel.answer(str(PENDING), str(PENDING))
    desk.click("load_pending")
    assert "no Pending Actions download is loaded" not in desk.click("validate")

    def broken_off(book, sheet, ranges):
        raise ExcelError("Excel was closed.")

    with monkeypatch.context() as patch:
        patch.setattr("action_returns.excel.own_sheets.OwnSheets.write_named_ranges", broken_off)
        assert desk.click("load_pending") == "Excel was closed."
    assert "no Pending Actions download is loaded" in desk.click("validate")
