"""Sheets that the user has protected, hidden or filtered: a button says which one and what to do, and sends nothing."""

import pytest

from tests.excel.desk import BAD, GOOD, PENDING
from tests.hosts.fake_com.sheets import HIDDEN, VERY_HIDDEN


def told(sheet):
    return (
        f"The sheet {sheet} is protected, so results cannot be written. Lift it (Review, Unprotect Sheet), then click again. "
        "Nothing was sent."
    )


@pytest.mark.parametrize("password", ["", "x"])
@pytest.mark.parametrize("button", ["validate", "review", "export_csv", "send", "load_pending"])
def test_a_protected_table_is_named_before_anything_is_sent(desk, outbox, button, password):
    desk.open(GOOD)
    desk.excel.protect("Actions", password, book=desk.book)
    desk.excel.answer(str(PENDING) if button == "load_pending" else "yes")
    before = len(desk.excel.alerts)
    assert desk.click(button) == told("Actions")
    assert len(desk.excel.alerts) == before + 1
    assert list(outbox.iterdir()) == []
    assert not desk.paths.ledger_file.exists()


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
    assert desk.click(button) == told(sheet)
    assert list(outbox.iterdir()) == []
    with pytest.raises(Exception, match="password you supplied is not correct"):
        desk.book.sheets[sheet].api.Unprotect("")


@pytest.mark.parametrize(("button", "rows"), [("fix_safe", BAD), ("remove_duplicates", [*GOOD, *GOOD])])
def test_cells_of_a_protected_table_are_not_changed_and_nothing_is_half_made(desk, button, rows):
    desk.open(rows)
    desk.excel.protect("Actions", "x", book=desk.book)
    before = desk.entered()
    desk.excel.answer("yes")
    assert desk.click(button) == told("Actions")
    assert desk.entered() == before
    desk.book.sheets["Actions"].api.Unprotect("x")
    desk.excel.answer("yes")
    assert "was broken off" not in desk.click(button)
    assert desk.entered() != before


def test_a_table_that_is_protected_after_the_yes_was_sent_and_the_outcome_says_why_nothing_stands_beside_the_rows(
    desk, outbox, monkeypatch
):
    from action_returns.channels.folder import OutboxChannel

    deliver = OutboxChannel.deliver

    def deliver_and_protect(channel, *parcel):
        desk.excel.protect("Actions", "x", book=desk.book)
        return deliver(channel, *parcel)

    monkeypatch.setattr(OutboxChannel, "deliver", deliver_and_protect)
    desk.open(GOOD)
    desk.excel.answer("yes")
    said = desk.click("send")
    assert said.endswith("The results beside the rows could not be written: the sheet Actions is protected.")
    assert "Nothing was sent" not in said
    assert len(list(outbox.iterdir())) == 1


def test_cells_that_the_user_unlocked_are_written_on_a_protected_sheet(desk):
    desk.open(GOOD)
    desk.excel.unlock("Actions!E4:K203", book=desk.book)
    desk.excel.protect("Actions", "x", book=desk.book)
    assert desk.click("validate").startswith("All 2 rows are ready.")
    assert desk.column("E", [4, 5]) == ["Ready: reverse", "Ready: new total 12.50"]


def test_an_error_of_another_kind_is_not_put_down_to_the_protection(desk, monkeypatch):
    def odd(*_):
        raise ZeroDivisionError

    desk.open(GOOD)
    monkeypatch.setattr("action_returns.excel.workbook.write_cells", odd)
    assert desk.click("validate", unexpected="ZeroDivisionError").startswith("Unexpected error")
    assert desk.click("history", unexpected="ZeroDivisionError").startswith("Unexpected error")
    assert desk.book.sheets["Batches"].api.ProtectContents


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
    from tests.hosts.fake_com.com import excel_error

    def refuse(sheet, refusal):
        raise excel_error(refusal)

    desk.open(GOOD)
    monkeypatch.setattr("tests.hosts.fake_com.sheets.Worksheet.come_forward", refuse)
    assert desk.click("show_help", unexpected="pywintypes.com_error").startswith("Unexpected error (com_error)")


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
