"""A connection in lines: how long it sends and reads, and what it says when that takes too long."""

import contextlib
import socket
import ssl
import threading
import time

import pytest

from action_returns.channels import line_connection
from action_returns.channels.base import TookTooLongError
from action_returns.channels.line_connection import LineConnection


@contextlib.contextmanager
def connected(**facts):
    """A connection, and the socket of the server at its other end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        wire = LineConnection("127.0.0.1", listener.getsockname()[1], connect_timeout=5, **facts)
        with contextlib.closing(wire), listener.accept()[0] as server:
            yield wire, server


def send_much(wire, timeout):
    """Send more than the system holds, in pieces: Windows takes one of any size at once."""
    for _ in range(1_000):
        wire.send(b"x" * 65_536, timeout)


def test_a_server_that_takes_nothing_is_sent_to_no_longer_than_a_step_may_take():
    with connected() as (wire, _), pytest.raises(TimeoutError, match=r"^no answer within 0\.05 seconds$"):
        send_much(wire, 0.05)


def test_a_server_that_takes_nothing_is_sent_to_no_longer_than_all_steps_may_take():
    with connected() as (wire, _):
        wire.begin(0.05, "for the file")
        with pytest.raises(TookTooLongError, match="seconds for the file"):
            send_much(wire, 30)


def test_a_line_is_waited_for_no_longer_than_all_steps_may_take():
    with connected() as (wire, server):
        wire.begin(0.05)
        server.sendall(b"half a li")
        with pytest.raises(TookTooLongError, match="seconds in all"):
            wire.line(wire.step(30))


@pytest.fixture
def short_calls(monkeypatch):
    """A system on which no call waits long, as it is on Windows, and how often one was made."""
    made = []
    monkeypatch.setattr(line_connection, "LONGEST_WAIT", 0.01)
    receive = socket.socket.recv

    def noting(self, *given):
        made.append(self.gettimeout())
        return receive(self, *given)

    monkeypatch.setattr(socket.socket, "recv", noting)
    return made


def test_a_wait_is_made_of_short_calls_so_that_the_user_can_end_it(short_calls):
    with connected() as (wire, server):
        says = threading.Timer(0.3, server.sendall, [b"late\n"])
        says.start()
        assert wire.line(wire.step(30)) == b"late\n"
        says.join()
    assert len(short_calls) > 1
    assert max(short_calls) <= 0.01


def test_bytes_that_leave_slowly_leave_in_order_and_whole(short_calls):
    sent, taken = bytes(range(256)) * 40_000, bytearray()
    with connected() as (wire, server):

        def take():
            time.sleep(0.2)
            while len(taken) < len(sent):
                taken.extend(server.recv(65_536))

        taker = threading.Thread(target=take)
        taker.start()
        wire.send(sent, 30)
        taker.join()
    assert taken == sent


def test_encrypted_bytes_that_leave_slowly_leave_in_order_and_whole(short_calls, trusting, authority):
    sent, taken = bytes(range(256)) * 40_000, bytearray()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(authority.server)
    with connected() as (wire, server):

        def take():
            with theirs.wrap_socket(server, server_side=True) as encrypted:
                time.sleep(0.2)
                while len(taken) < len(sent):
                    taken.extend(encrypted.recv(65_536))

        taker = threading.Thread(target=take)
        taker.start()
        wire.encrypt(trusting)
        wire.send(sent, 30)
        taker.join()
    assert taken == sent


def test_an_encryption_that_does_not_come_about_in_time_closes_the_connection():
    with connected() as (wire, server):
        wire.begin(0.05)
        with pytest.raises(OSError, match=r"timed out|took longer"):
            wire.encrypt(ssl.create_default_context())
        assert wire.socket.fileno() == -1
        server.settimeout(5)
        while server.recv(65_536):
            pass
