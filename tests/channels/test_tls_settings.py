"""The TLS settings of a connection: none, those of a test, or those of this computer."""

import ssl

import pytest

from action_returns.channels.base import DeliveryEndedError, OutgoingFile, Phase
from action_returns.channels.tls_settings import tls_settings
from tests.channels.quick import email_channel, failed, ftp_channel


def test_a_connection_is_checked_against_this_computer_unless_it_is_plain_or_told_otherwise():
    given = ssl.create_default_context()
    assert tls_settings("plain", given) is None
    assert tls_settings("explicit-tls", given) is given
    made = tls_settings("starttls", None)
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.fixture
def unreadable(monkeypatch):
    """A computer of whose certificates none can be read."""

    def fail():
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
