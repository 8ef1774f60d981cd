"""What is said of a message that was begun: the server's answer decides, and its words where they say more."""

import pytest

from action_returns.channels.base import State
from action_returns.channels.email_texts import EmailTexts
from action_returns.channels.line_protocol import Reply

TEXTS = EmailTexts("mail.example", "returns@brand.example", "account@batch.example")
EVIDENCE = {"message_id": "<1@brand.example>", "reply": "as it was said"}


def reply(code, words):
    return Reply(code, (words,), words)


def test_a_message_that_was_taken_is_handed_over_and_no_more():
    outcome = TEXTS.handed_over(reply(250, "queued as 1"), EVIDENCE)
    assert (outcome.state, dict(outcome.evidence)) == (State.HANDED_OVER, EVIDENCE)
    assert "are not confirmed yet; a bounce would come to returns@brand.example." in outcome.message
    assert "queued" not in outcome.message


def test_a_message_that_was_taken_and_held_back_is_told_with_the_words_of_the_server():
    outcome = TEXTS.handed_over(reply(250, "2.5.0 Ok, id=1, BOUNCE"), EVIDENCE)
    assert outcome.state is State.HANDED_OVER
    assert outcome.message.endswith(
        "Its answer says that the message may go no further: 250 2.5.0 Ok, id=1, BOUNCE. Ask the administrator of the server."
    )


@pytest.mark.parametrize(
    ("code", "words", "todo"),
    [
        (550, "no", "Read what it answered."),
        (450, "no", "It may take it later: try again in a few minutes."),
        (552, "5.3.4 too large", "Split the sheet in two, or send by FTP."),
    ],
)
def test_a_message_that_was_refused_is_failed_although_it_was_sent(code, words, todo):
    outcome = TEXTS.refused(reply(code, words), EVIDENCE)
    assert (outcome.state, dict(outcome.evidence)) == (State.FAILED, EVIDENCE)
    assert outcome.message == (
        f"mail.example got the message and refused it (it answered: {code} {words}), so it does not deliver it. {todo}"
    )


@pytest.mark.parametrize("code", [450, 550])
def test_a_message_that_was_refused_and_kept_is_unknown(code):
    outcome = TEXTS.refused(reply(code, "it is being kept"), EVIDENCE)
    assert outcome.state is State.UNKNOWN
    assert f"says that it keeps it or may deliver it ({code} it is being kept). Do not send it again" in outcome.message
    assert outcome.evidence["reply"] == "as it was said"


def test_a_connection_that_broke_off_has_failed_before_the_end_and_is_unknown_after_it():
    before, after = TEXTS.broken_off("cut", EVIDENCE), TEXTS.unknown("cut", EVIDENCE)
    assert (before.state, after.state) == (State.FAILED, State.UNKNOWN)
    assert "(cut)" in before.message
    assert ": cut." in after.message
    assert before.evidence["lost"] == after.evidence["lost"] == "cut"
