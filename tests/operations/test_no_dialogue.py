"""Where no user can answer, nothing is asked: every question is answered with no, whatever Enter would answer."""

from action_returns.operations.no_dialogue import NoDialogue


def test_every_question_is_answered_with_no_and_warnings_are_handed_on():
    told = []
    dialogue = NoDialogue("by a test", "a test is not asked", told.append)
    assert (dialogue.name, dialogue.why_not_ask, dialogue.can_ask()) == ("by a test", "a test is not asked", False)
    assert not dialogue.confirm_send(None)
    assert not dialogue.confirm("Send 3 rows again?", default=True)
    assert dialogue.type_number("Type 3 to send.") is None
    dialogue.warn("The list is old.")
    NoDialogue("by a test", "a test is not asked").warn("Nothing takes this.")
    assert told == ["The list is old."]


def test_what_would_be_shown_is_shown_nowhere(capfd):
    dialogue = NoDialogue("by a test", "a test is not asked")
    dialogue.show_review(None)
    dialogue.refuse_changed_rows()
    with dialogue.progress("Sending") as change:
        change("Waiting")
    assert capfd.readouterr() == ("", "")
