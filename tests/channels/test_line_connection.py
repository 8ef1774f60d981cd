"""A connection in lines: how long it sends and reads, what it says when that takes too long, and whom it trusts."""

import contextlib
import socket
import ssl
import threading
import time

import pytest

from action_returns.channels import line_connection
from action_returns.channels.base import DeliveryEndedError, OutgoingFile, Phase, State, TookTooLongError
from action_returns.channels.line_connection import LineConnection, tls_settings
from action_returns.errors import ConfigError
from tests.channels.quick import PASSWORD, email_channel, failed, ftp_channel
from tests.servers import loopback
from tests.servers.ftp_daemons import USER
from tests.servers.go_between import scripted


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


def test_a_connection_is_checked_against_this_computer_unless_it_is_plain_or_told_otherwise():
    given = ssl.create_default_context()
    assert tls_settings("plain", given) is None
    assert tls_settings("explicit-tls", given) is given
    made = tls_settings("starttls", None)
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.fixture
def unreadable(monkeypatch):
    """A computer of whose certificates none can be read."""

    def fail(_ca_file):
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=b"no certificate")

    monkeypatch.setattr("action_returns.channels.line_connection.trusting_context", fail)


def test_certificates_that_cannot_be_read_end_it_before_anything_is_connected(unreadable):
    with pytest.raises(DeliveryEndedError, match="certificates that this computer trusts cannot be read") as ended:
        tls_settings("starttls", None)
    assert not ended.value.retryable


@pytest.mark.parametrize("channel", [ftp_channel(9), email_channel(9)], ids=["ftp", "email"])
def test_a_channel_tells_that_no_server_can_be_checked(unreadable, channel):
    says = (
        "certificates that this computer trusts cannot be read",
        "Nothing was sent",
        "administrator of this computer",
    )
    assert failed(channel.probe(), *says, phase=Phase.CONNECT)
    assert failed(channel.deliver(OutgoingFile("Batch_1.csv", b"")), *says, phase=Phase.CONNECT)


@pytest.fixture
def strange(tmp_path):
    """An authority that this computer does not know."""
    return loopback.make_authority(tmp_path)


FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n")


def test_an_ftp_server_of_an_own_authority_is_used_once_its_certificate_is_named(inbox, strange):
    with loopback.ftp_server(inbox, username=USER, password=PASSWORD, authority=strange) as server:
        assert failed(ftp_channel(server.port).deliver(FILE), "issuer", phase=Phase.CONNECT)
        named = ftp_channel(server.port, ca_file=strange.bundle)
        assert named.probe().works
        assert named.deliver(FILE).state is State.SENT
    assert (inbox / FILE.name).read_bytes() == FILE.content


@pytest.mark.parametrize("security", ["starttls", "implicit-tls"])
def test_a_mail_server_of_an_own_authority_is_used_once_its_certificate_is_named(strange, security):
    implicit = security == "implicit-tls"
    with loopback.mail_server(username=None, password="", authority=strange, implicit=implicit) as server:
        assert failed(email_channel(server.port, security=security).deliver(FILE), "issuer", phase=Phase.CONNECT)
        named = email_channel(server.port, security=security, ca_file=strange.bundle)
        assert named.probe().works
        assert named.deliver(FILE).state is State.HANDED_OVER
        assert server.attachments() == [(FILE.name, FILE.content)]


@pytest.mark.parametrize("make", [ftp_channel, email_channel])
def test_a_file_of_certificates_that_cannot_be_used_stops_it_before_anything_is_connected(tmp_path, make):
    with scripted([b"220 ready\r\n"]) as server:
        channel = make(server.port, ca_file=tmp_path / "none.pem")
        for attempt in (channel.probe, lambda: channel.deliver(FILE)):
            with pytest.raises(ConfigError, match=r"none.pem \(ca_file in the profile\) does not exist"):
                attempt()
    assert server.connections == 0
