"""The buttons know what was sent before, and say so when they cannot know."""

from tests.excel.desk import GOOD

UNREAD = "It could not be looked up what was sent before, so these rows may have been sent already. The ledger"
NEW = ("M.8882.4808.3", "0", "REJECTED")


def send(desk):
    desk.excel.answer("yes")
    return desk.click("send")


def test_validate_shows_rows_that_were_sent_before(desk, outbox):
    desk.open(GOOD)
    assert send(desk).startswith("Handed over.")
    desk.open([*GOOD, NEW], name="again.xlsm")
    said = desk.click("validate")
    assert said.startswith("2 of 3 rows need attention.")
    assert "2 warnings do not. 1 can be sent." in said
    assert desk.column("E", [4, 5, 6]) == [
        "Warning: Row may have arrived before",
        "Warning: Row may have arrived before",
        "Ready: reverse",
    ]
    assert "in batch 0001" in desk.peek("Actions!F4")


def test_who_confirms_is_told_how_many_rows_go_out_again(desk, outbox):
    desk.open(GOOD)
    send(desk)
    desk.open([*GOOD, NEW], name="again.xlsm")
    desk.excel.answer("no", "yes")
    assert desk.click("send").startswith("Handed over. 3 rows")
    leave_out, question = (alert.text for alert in desk.excel.alerts[-3:-1])
    assert leave_out.startswith(
        "2 of 3 rows may have arrived before with the same amount and reason:\nrows 4 and 5 in batch"
    )
    assert question.startswith("Send 3 rows to TEST now?")
    assert "2 rows that may have arrived before go out again." in question


def test_rows_that_were_sent_before_stay_here_when_the_user_leaves_them_out(desk, outbox):
    desk.open(GOOD)
    send(desk)
    desk.open([*GOOD, NEW], name="again.xlsm")
    desk.excel.answer("yes", "yes")
    assert desk.click("send").startswith("Handed over. 1 row,")
    assert "2 rows that may have arrived before stay here." in desk.excel.alerts[-2].text
    assert desk.column("E", [4, 5, 6]) == [
        "Warning: Row may have arrived before",
        "Warning: Row may have arrived before",
        "Handed over in batch 0002",
    ]


def test_validate_says_when_the_record_cannot_be_read(desk, outbox, paths):
    paths.ledger_file.write_bytes(b"this is no ledger" * 1_000)
    desk.open(GOOD)
    said = desk.click("validate")
    assert said.startswith("All 2 rows are ready.")
    assert UNREAD in said


def test_every_button_says_that_it_is_not_known_what_was_sent_before_and_sends_nothing(desk, outbox, paths):
    paths.ledger_file.write_bytes(b"this is no ledger" * 1_000)
    desk.open(GOOD)
    for button, begins in (
        ("next_issue", "No findings in 2 rows."),
        ("review", ""),
        ("export_csv", "Written, not sent: 2 rows."),
        ("send", ""),
    ):
        said = desk.click(button)
        assert said.startswith(begins), button
        assert UNREAD in said, button
    assert str(paths.ledger_file) in desk.click("history")
    assert list(outbox.iterdir()) == []


def test_rows_with_errors_do_not_hide_that_the_record_cannot_be_read(desk, outbox, paths):
    paths.ledger_file.write_bytes(b"this is no ledger" * 1_000)
    desk.open([*GOOD, ("M.8882.4808.3", "?", "REJECTED")])
    assert UNREAD in desk.click("validate")


def test_validate_makes_no_record(desk, outbox, paths):
    desk.open(GOOD)
    assert "what was sent before" not in desk.click("validate")
    assert not paths.ledger_file.exists()
