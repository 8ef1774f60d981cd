"""SSH servers that say too much: before the keys, after them, and while someone signs in."""

import socket
import struct
import threading

import paramiko
import pytest

from action_returns.channels import ssh_transport
from action_returns.channels.base import DeliveryEndedError, Phase, State
from action_returns.channels.server_words import ServerWords
from action_returns.channels.ssh_auth import sign_in
from action_returns.channels.ssh_connection import connect
from action_returns.channels.ssh_credentials import Credentials
from action_returns.channels.ssh_transport import MOST_BEFORE_KEYS, CountedSocket
from tests.servers.go_between import listening_for, scripted
from tests.servers.ssh_stranger import QUESTIONS, Asking, Policy, message, stranger

DISCONNECT, IGNORE, DEBUG, SERVICE_ACCEPT, BANNER = 1, 2, 4, 6, 53
PASSWORD = "s3cret-canary-pass"


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:  # the server's own may still be on its way out
        thread.join(10)
        assert not thread.is_alive()


def signing_in(port, *, password=PASSWORD, timeout=30):
    """What comes of connecting and signing in with a password."""
    try:
        connection = connect("127.0.0.1", port, None, 30, words=ServerWords(password))
    except DeliveryEndedError as ended:
        return ended.outcome
    try:
        sign_in(connection, Credentials("brand", password=password), "127.0.0.1", timeout)
    except DeliveryEndedError as ended:
        return ended.outcome
    finally:
        connection.close()
    return None


def failed(outcome, *words):
    assert (outcome.state, outcome.phase) == (State.FAILED, Phase.CONNECT)
    for some in (*words, "Nothing was sent"):
        assert some in outcome.message
    assert PASSWORD not in outcome.message + str(outcome.evidence)
    return True


@pytest.mark.parametrize("said", [b"x" * (MOST_BEFORE_KEYS + 1_000), b"SSH-2.0-any\r\n" + b"\0" * MOST_BEFORE_KEYS])
def test_a_server_that_never_comes_to_the_point_is_not_read_any_further(said):
    with scripted([said]) as server:
        assert failed(signing_in(server.port), "does not talk SSH as it should")


def test_keys_are_waited_for_in_pieces_and_no_longer_than_told(monkeypatch):
    monkeypatch.setattr(ssh_transport, "LONGEST_WAIT", 0.01)
    over = threading.Event()
    with listening_for(lambda _connection: over.wait(30)) as port:
        try:
            with pytest.raises(DeliveryEndedError, match="did not answer in time"):
                connect("127.0.0.1", port, None, 0.3)
        finally:
            over.set()
    with stranger(Policy()) as port:
        assert signing_in(port) is None


def test_a_packet_is_not_given_the_memory_that_the_server_announces():
    here, there = socket.socketpair()
    asked = []

    class Noting(socket.socket):
        def recv(self, size, flags=0):
            asked.append(size)
            return super().recv(size, flags)

    class Counted(CountedSocket, Noting):
        pass

    with there, Counted(here, 10) as counted:
        there.sendall(b"abc")
        assert counted.recv(4_294_967_295) == b"abc"
    assert max(asked) <= 65_536


def test_bytes_are_counted_whatever_they_are_and_to_the_last_one():
    here, there = socket.socketpair()
    with there, CountedSocket(here, 10) as counted:
        there.sendall(b"x" * 11)
        assert counted.recv(10) == b"x" * 10
        with pytest.raises(paramiko.SSHException, match="says more than a server has to say"):
            counted.recv(10)


@pytest.mark.parametrize("kind", [IGNORE, DEBUG, BANNER])
def test_messages_that_nobody_reads_are_counted_too(monkeypatch, kind):
    monkeypatch.setattr(ssh_transport, "MOST_IN_ALL", 20_000)

    class Flooding(Policy):
        def check_auth_password(self, username, password):
            for _ in range(100):
                self.transport._send_message(message(kind, *([True] if kind == DEBUG else []), b"x" * 1_000, ""))
            return super().check_auth_password(username, password)

    with stranger(Flooding()) as port:
        assert failed(signing_in(port), "ended the connection while signing in (it says more than a server has to say)")


def test_an_honest_server_is_far_from_the_limit(monkeypatch):
    monkeypatch.setattr(ssh_transport, "MOST_IN_ALL", 20_000)
    with stranger(Policy()) as port:
        assert signing_in(port) is None


def test_one_question_is_answered_with_the_password():
    with stranger(Asking(PASSWORD, ["Password: "])) as port:
        assert signing_in(port) is None


def test_questions_are_shown_shortened_and_not_answered():
    with stranger(Asking(PASSWORD, ["Password: ", "x" * 5_000, "\x1b[2J"])) as port:
        outcome = signing_in(port)
    assert failed(outcome, "asks for more to sign in than the profile has (it asked: Password:")
    assert len(outcome.message) < 800
    assert "\x1b" not in outcome.message


def test_a_question_that_repeats_the_password_is_not_shown():
    with stranger(Asking(PASSWORD, ["Password: ", f"Is it {PASSWORD}?"])) as port:
        assert failed(signing_in(port), "it asked: (not shown, because it repeats the sign-in)")


@pytest.mark.parametrize("number", [17, 100])
def test_questions_that_are_announced_and_never_come_are_not_waited_for(number):
    """paramiko makes a list of as many questions as are announced, blank ones when none follow."""

    class Announces(Policy):
        def check_auth_interactive(self, _username, _submethods):
            self.transport._send_message(message(QUESTIONS, "title", "words", "", number))
            return paramiko.InteractiveQuery("", "", ("Password: ", False))

    with stranger(Announces("keyboard-interactive")) as port:
        assert failed(signing_in(port), "it asks more questions than a sign-in has")


@pytest.mark.parametrize(("said", "shown"), [("Too many users", "it said: Too many users"), ("", "it gave no reason")])
def test_a_server_that_ends_the_connection_is_shown_with_its_words(said, shown):
    class Ending(Policy):
        def check_auth_password(self, _username, _password):
            self.transport._send_message(message(DISCONNECT, 11, said, "en"))
            return paramiko.common.AUTH_FAILED

    with stranger(Ending()) as port:
        assert failed(signing_in(port), f"ended the connection while signing in ({shown})")


def test_a_server_that_turns_everyone_away_before_the_keys_is_shown_with_its_words():
    words = b"Too many connections"
    text = struct.pack(">I", 2) + struct.pack(">I", len(words)) + words + b"\0\0\0\0"
    padding = 8 - (6 + len(text)) % 8 + 8
    packet = struct.pack(">IBB", 2 + len(text) + padding, padding, DISCONNECT) + text + bytes(padding)
    with scripted([b"SSH-2.0-any\r\n" + packet]) as server:
        assert failed(signing_in(server.port), "broke off (the server ended it; it said: Too many connections)")


def test_a_service_that_is_accepted_twice_gets_no_second_password():
    asked = []

    class Accepting(Policy):
        def check_auth_password(self, _username, password):
            asked.append(password)
            self.transport._send_message(message(SERVICE_ACCEPT, "ssh-userauth"))
            return paramiko.common.AUTH_FAILED

    with stranger(Accepting()) as port:
        assert failed(signing_in(port), "it accepted a service that was not requested")
    assert asked == [PASSWORD]
