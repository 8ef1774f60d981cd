"""The connection for the file and its encryption, in whichever order a server begins it and answers."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from action_returns.channels.base import OutgoingFile, State
from action_returns.channels.ftp_data import FileConnection
from action_returns.channels.line_connection import LineConnection
from action_returns.channels.time_limits import TimeLimit
from tests.channels.quick import failed, ftp_channel
from tests.servers.go_between import Peer, listening_for

FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n" * 400)
REPLIES = {b"USER": b"331 password\r\n", b"PASS": b"230 in\r\n", b"FEAT": b"500 what?\r\n", b"MLST": b"500 what?\r\n"}


class Server:
    """An FTP server with TLS from the first byte, whose answer to STOR is a function of the test.

    Args:
        control: the connection on which it answers.
        listener: where the connection for the file arrives.
        context: its own TLS settings.
    """

    def __init__(self, control, listener, context):
        self.control = control
        self.listener = listener
        self.context = context
        self.received = None

    def say(self, words):
        self.control.send(words + b"\r\n")

    def accept(self):
        return self.listener.accept()[0]

    def receive(self, data):
        parts = []
        while part := data.recv(65_536):
            parts.append(part)
        self.received = b"".join(parts)

    def serve(self, take):
        self.say(b"220 hello")
        while line := self.control.line():
            command = line[:4].strip()
            if command == b"PASV":
                port = self.listener.getsockname()[1]
                self.say(b"227 here (127,0,0,1,%d,%d)" % (port >> 8, port & 255))
            elif command == b"SIZE" and command not in REPLIES:
                self.say(b"550 none" if self.received is None else b"213 %d" % len(self.received))
            elif command in {b"STOR", b"LIST"}:
                take(self)
            else:
                self.control.send(REPLIES.get(command, b"200 ok\r\n"))


@contextmanager
def taking(authority, take, name="server"):
    """Run a server that takes a file as the test says; yields its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(getattr(authority, name)))

    def talk(connection):
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            context.wrap_socket(connection, server_side=True) as control,
        ):
            Server(Peer(control), listener, context).serve(take)

    with listening_for(talk) as port:
        yield port


def deliver(port, trusting, **changes):
    channel = ftp_channel(port, trusting, security="implicit-tls", recheck_delays=(), **changes)
    return channel.deliver(FILE)


def answers_when_it_is_encrypted(server):
    with server.context.wrap_socket(server.accept(), server_side=True) as data:
        server.say(b"150 go")
        server.receive(data)
    server.say(b"226 done")


def answers_before_it_is_encrypted(server):
    server.say(b"150 go")
    with server.context.wrap_socket(server.accept(), server_side=True) as data:
        server.receive(data)
    server.say(b"226 done")


def answers_before_it_takes_the_connection(server):
    server.say(b"150 go")
    threading.Event().wait(0.05)
    with server.context.wrap_socket(server.accept(), server_side=True) as data:
        server.receive(data)
    server.say(b"226 done")


@pytest.mark.parametrize(
    "take", [answers_when_it_is_encrypted, answers_before_it_is_encrypted, answers_before_it_takes_the_connection]
)
def test_a_file_arrives_whether_a_server_answers_or_encrypts_first(authority, trusting, take):
    with taking(authority, take) as port:
        outcome = deliver(port, trusting)
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, len(FILE.content)), outcome


def until_closed(data):
    with suppress(OSError):
        while data.recv(1_000):
            pass


def refuses_without_a_word_about_encryption(server):
    with server.accept() as data:
        server.say(b"553 not here")
        until_closed(data)


def refuses_after_it_closed_the_connection_for_the_file(server):
    server.accept().close()
    threading.Event().wait(0.05)
    server.say(b"553 not here")


def refuses_after_it_was_encrypted(server):
    with server.context.wrap_socket(server.accept(), server_side=True) as data:
        server.say(b"553 not here")
        until_closed(data)


def refuses_because_of_words_that_are_no_encryption(server):
    with server.accept() as data:
        data.sendall(b"I do not encrypt here\r\n")
        data.recv(1_000)
    server.say(b"553 not here")


@pytest.mark.parametrize(
    "take",
    [
        refuses_without_a_word_about_encryption,
        refuses_after_it_closed_the_connection_for_the_file,
        refuses_after_it_was_encrypted,
        refuses_because_of_words_that_are_no_encryption,
    ],
)
def test_a_refusal_while_encryption_is_agreed_on_is_told_in_its_own_words(authority, trusting, take):
    with taking(authority, take) as port:
        outcome = deliver(port, trusting, connect_timeout=60, command_timeout=60)
    assert failed(outcome, "did not take the file (it answered: 553 not here)")


def test_a_server_that_hangs_up_while_encryption_is_agreed_on_may_have_made_the_file(authority, trusting):
    def hang_up(server):
        with server.accept():
            server.control.reset()

    with taking(authority, hang_up) as port:
        outcome = deliver(port, trusting, connect_timeout=60, command_timeout=60)
    assert outcome.state is State.UNKNOWN, outcome


@pytest.mark.parametrize("answers_first", [True, False])
def test_a_certificate_that_cannot_be_trusted_gets_no_byte_of_the_file(authority, trusting, wrong_name, answers_first):
    """The connection for the file is one more chance to be somebody else."""
    received = []

    def pretend(server):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(wrong_name[0].server))
        if answers_first:
            server.say(b"150 go")
        with suppress(OSError), context.wrap_socket(server.accept(), server_side=True) as data:
            received.append(data.recv(1_000))
        server.say(b"425 no connection")

    with taking(authority, pretend) as port:
        outcome = deliver(port, trusting)
    assert received in ([], [b""])
    says = (
        "(it answered: 425 no connection; its certificate cannot be trusted: its issuer is not known",
        "both connections",
    )
    assert failed(outcome, "The program ended the second connection", *says)
    assert "firewall" not in outcome.message


@pytest.mark.parametrize("answers_first", [True, False])
def test_a_certificate_that_cannot_be_trusted_is_named_where_the_folder_could_not_be_listed(
    authority, trusting, wrong_name, monkeypatch, answers_first
):
    def pretend(server):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(wrong_name[0].server))
        if answers_first:
            server.say(b"150 go")
        with suppress(OSError), context.wrap_socket(server.accept(), server_side=True) as data:
            data.recv(1_000)
        server.say(b"425 no connection")

    monkeypatch.setitem(REPLIES, b"SIZE", b"500 what?\r\n")
    with taking(authority, pretend) as port:
        outcome = deliver(port, trusting)
    assert failed(
        outcome, "does not show whether a file named", "its certificate cannot be trusted: its issuer is not known"
    )


def test_a_server_that_says_nothing_at_all_is_waited_for_in_one_time_limit():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        control = LineConnection("127.0.0.1", port, connect_timeout=3)
        made = FileConnection(socket.create_connection(("127.0.0.1", port)), control)
        made.encrypt(ssl.create_default_context(), "127.0.0.1")
        with pytest.raises(TimeoutError, match=r"no answer within 0\.05 seconds"):
            made.agree(TimeLimit(0.05, clock=time.monotonic), until_reply=True)
        made.close()
        control.close()


def test_a_connection_that_the_server_closed_at_once_is_told_when_the_file_would_leave():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        control = LineConnection("127.0.0.1", port, connect_timeout=3)
        made = FileConnection(socket.create_connection(("127.0.0.1", port)), control)
        server.accept()[0].close()
        Peer(server.accept()[0]).reset()
        made.socket.settimeout(3)
        with suppress(OSError):
            made.socket.recv(1)
        made.encrypt(ssl.create_default_context(), "127.0.0.1")
        made.agree(TimeLimit(3, clock=time.monotonic))
        with pytest.raises(OSError, match=r"."):
            made.send(b"x", 3)
        made.close()
        control.close()
