"""The TLS settings of a connection: none, those of a test, or those of this computer."""

import ssl

import pytest

from action_returns.channels.base import DeliveryEndedError, OutgoingFile, Phase, State
from action_returns.channels.tls_settings import tls_settings
from action_returns.errors import ConfigError
from tests.channels.quick import PASSWORD, email_channel, failed, ftp_channel
from tests.servers import loopback
from tests.servers.ftp_daemons import USER
from tests.servers.go_between import scripted


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

    monkeypatch.setattr("action_returns.channels.tls_settings.trusting_context", fail)


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
