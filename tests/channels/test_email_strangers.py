"""Mail servers that are slow on purpose, or that say more than they should."""

import itertools

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.quick import PASSWORD, email_channel, failed
from tests.servers.go_between import scripted

FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n")
LARGE = OutgoingFile(FILE.name, b"x" * 4_000_000)
WELCOME = b"220 mail.example ready\r\n"
EHLO = b"250-mail.example\r\n250 AUTH PLAIN\r\n"
UNTIL_DATA = (WELCOME, EHLO, b"235 in\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go\r\n")


def ticking(seconds):
    """A clock on which each look takes so long."""
    return itertools.count(step=seconds).__next__


def channel(server, **changes):
    facts = {"username": "user", "password": lambda: PASSWORD, "security": "plain", **changes}
    return email_channel(server.port, None, **facts)


PATIENT = {
    "connect_timeout": 60,
    "command_timeout": 60,
    "data_timeout": 180,
    "accept_timeout": 600,
    "steps_timeout": 10_000,
}


def test_a_server_whose_every_step_is_in_time_and_all_together_are_not_gets_no_message_and_is_not_called_again():
    paused = []
    with scripted([WELCOME, EHLO, b"235 in\r\n"]) as server:
        outcome = channel(server, clock=ticking(1), steps_timeout=10, pause=paused.append).deliver(FILE)
    assert failed(outcome, "is too slow: it took longer than 10 seconds in all", phase=Phase.CONNECT)
    assert (paused, server.connections) == ([], 1)


def test_a_message_that_is_taken_bit_by_bit_is_given_up_before_its_last_line_and_certainly_not_delivered():
    """RFC 5321, 4.1.1.10: a server that has not seen the last line must throw the message away."""
    with scripted([*UNTIL_DATA, b"250 ok\r\n"]) as server:
        outcome = channel(server, clock=ticking(6), **PATIENT).deliver(LARGE)
    assert failed(outcome, "in the middle of the message (it took longer than", "seconds for the message)")
    assert outcome.evidence["lost"].startswith("it took longer than")
    assert b".\r\n" not in server.heard


def test_an_answer_to_the_message_that_comes_letter_by_letter_leaves_doubt_and_its_evidence():
    hours = itertools.count(step=3_600)
    with scripted([*UNTIL_DATA, b"250" + b"-" * 100]) as server:
        made = channel(server, clock=lambda: next(hours) if b".\r\n" in server.heard else 0, **PATIENT)
        outcome = made.deliver(FILE)
    assert outcome.state is State.UNKNOWN
    assert outcome.evidence["lost"] in outcome.message
    assert {"message_id", "security", "server", "lost"} == set(outcome.evidence)


@pytest.mark.parametrize(
    "offers", [b"250-OPTION\r\n" * 1_100 + b"250 AUTH PLAIN\r\n", b"250-" + b"x" * 70_000 + b"\r\n"]
)
def test_a_server_that_offers_more_than_any_server_has_is_refused(offers):
    with scripted([WELCOME, offers, b"235 in\r\n"]) as server:
        outcome = channel(server).deliver(FILE)
    assert failed(outcome, "does not talk as a mail server should", phase=Phase.CONNECT)


def test_what_a_server_offers_and_calls_itself_is_shortened_and_clean_in_messages_and_evidence():
    with scripted([*UNTIL_DATA, b"250 " + b"\x1b" * 20_000 + b"\r\n"]) as server:
        outcome = channel(server).deliver(FILE)
    assert outcome.state is State.HANDED_OVER
    assert len(outcome.evidence["reply"]) <= 304
    assert "\x1b" not in str(dict(outcome.evidence))
    named = b"220 " + b"\x1b" * 20_000 + b"\r\n"
    with scripted([named, *UNTIL_DATA[1:], b"250 ok\r\n"]) as server:
        assert len(channel(server).deliver(FILE).evidence["server"]) <= 255
    with scripted([WELCOME, b"250-mail.example\r\n250 AUTH " + b"X\x1b " * 9_000 + b"\r\n"]) as server:
        outcome = channel(server).deliver(FILE)
    assert failed(outcome, "ways to sign in that are not supported here (it offers X[U+001B]", phase=Phase.CONNECT)
    assert len(outcome.message) < 1_000


def test_a_server_that_knows_the_password_from_before_does_not_get_it_shown_before_the_sign_in():
    with scripted([f"554 what is {PASSWORD}\r\n".encode()]) as server:
        assert failed(channel(server).deliver(FILE), "(not shown, because", phase=Phase.CONNECT)


def test_a_sign_in_works_where_a_weak_password_stands_in_what_the_server_offers():
    """Only what is shown is searched for the password."""
    with scripted([*UNTIL_DATA, b"250 ok\r\n"]) as server:
        assert channel(server, password=lambda: "AUTH PLAIN").deliver(FILE).state is State.HANDED_OVER
