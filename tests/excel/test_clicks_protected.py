"""A table that the user has protected: a button says so and what to do, and sends nothing."""

import pytest

from tests.excel.desk import BAD, GOOD, PENDING, told_protected


@pytest.mark.parametrize("password", ["", "x"])
@pytest.mark.parametrize("button", ["validate", "review", "export_csv", "send", "load_pending"])
def test_a_protected_table_is_named_before_anything_is_sent(desk, outbox, button, password):
    desk.open(GOOD)
    desk.excel.protect("Actions", password, book=desk.book)
    desk.excel.answer(str(PENDING) if button == "load_pending" else "yes")
    before = len(desk.excel.alerts)
    assert desk.click(button) == told_protected("Actions")
    assert len(desk.excel.alerts) == before + 1
    assert list(outbox.iterdir()) == []
    assert not desk.paths.ledger_file.exists()


@pytest.mark.parametrize(("button", "rows"), [("fix_safe", BAD), ("remove_duplicates", [*GOOD, *GOOD])])
def test_cells_of_a_protected_table_are_not_changed_and_nothing_is_half_made(desk, button, rows):
    desk.open(rows)
    desk.excel.protect("Actions", "x", book=desk.book)
    before = desk.entered()
    desk.excel.answer("yes")
    assert desk.click(button) == told_protected("Actions")
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
    assert "The results beside the rows could not be written: the sheet Actions is protected." in said
    assert "Nothing was sent" not in said
    assert len(list(outbox.iterdir())) == 1


def test_cells_that_the_user_unlocked_are_written_on_a_protected_sheet(desk):
    desk.open(GOOD)
    desk.excel.unlock("Actions!E4:L203", book=desk.book)
    desk.excel.protect("Actions", "x", book=desk.book)
    assert desk.click("validate").startswith("All 2 rows are ready.")
    assert desk.column("E", [4, 5]) == ["Ready: reverse", "Ready: new total 12.50"]


def test_an_error_of_another_kind_is_not_put_down_to_the_protection(desk, monkeypatch):
    def odd(*_):
        raise ZeroDivisionError

    desk.open(GOOD)
    monkeypatch.setattr("action_returns.excel.workbook.write_cells", odd)
    assert desk.click("validate", unexpected="ZeroDivisionError").startswith("Unexpected error")
