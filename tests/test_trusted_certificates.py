"""The certificates that this computer trusts: one that cannot be read takes none of the others with it."""

import socket
import ssl
import sys
import threading

import pytest

from action_returns.trusted_certificates import trusting_context
from tests.servers import loopback

BROKEN = b"\x30\x82\x01\x00\x30 no certificate"
ALL, SERVERS, MAIL = True, frozenset({"1.3.6.1.5.5.7.3.1"}), frozenset({"1.3.6.1.5.5.7.3.4"})


@pytest.fixture
def authority(tmp_path):
    return loopback.make_authority(tmp_path)


@pytest.fixture
def windows_keeps(monkeypatch):
    """Let these certificates stand in Windows' store of authorities, also where there is none."""

    def keep(*certificates):
        def load_all_at_once(context, _purpose=None):
            context.load_verify_locations(cadata=b"".join(content for content, *_ in certificates))

        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(ssl.SSLContext, "load_default_certs", load_all_at_once)
        found = {"CA": [], "ROOT": list(certificates)}
        monkeypatch.setattr(ssl, "enum_certificates", found.__getitem__, raising=False)
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    return keep


def content_of(authority):
    return ssl.PEM_cert_to_DER_cert(authority.bundle.read_text("ascii"))


def handshake(context, authority):
    """Shake hands with a server on this machine whose certificate is from this authority."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(authority.server)
    here, there = socket.socketpair()
    for side in (here, there):
        side.settimeout(30)

    def answer():
        try:
            theirs.wrap_socket(there, server_side=True).close()
        except OSError:
            there.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        context.wrap_socket(here, server_hostname="localhost").close()
    finally:
        here.close()
        thread.join()


def test_one_certificate_that_cannot_be_read_takes_no_other_with_it(windows_keeps, authority):
    windows_keeps((content_of(authority), "x509_asn", SERVERS), (BROKEN, "x509_asn", ALL))
    with pytest.raises(ssl.SSLError):
        ssl.create_default_context()
    handshake(trusting_context(), authority)


@pytest.mark.parametrize(("encoding", "purposes"), [("x509_asn", MAIL), ("pkcs_7_asn", ALL)])
def test_a_certificate_that_is_not_for_servers_is_not_trusted_for_them(
    windows_keeps, authority, tmp_path, encoding, purposes
):
    (tmp_path / "other").mkdir()
    other = loopback.make_authority(tmp_path / "other")
    windows_keeps(
        (content_of(authority), encoding, purposes), (content_of(other), "x509_asn", ALL), (BROKEN, "x509_asn", ALL)
    )
    context = trusting_context()
    handshake(context, other)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(context, authority)


def test_name_and_certificate_of_a_server_are_checked_all_the_same(windows_keeps, authority):
    windows_keeps((content_of(authority), "x509_asn", ALL), (BROKEN, "x509_asn", ALL))
    context = trusting_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_store_that_may_not_be_read_takes_no_other_with_it(windows_keeps, authority, monkeypatch):
    windows_keeps((content_of(authority), "x509_asn", ALL), (BROKEN, "x509_asn", ALL))
    stores = ssl.enum_certificates

    def refuse_one(name):
        if name == "CA":
            raise PermissionError(13, "Access is denied")
        return stores(name)

    monkeypatch.setattr(ssl, "enum_certificates", refuse_one)
    handshake(trusting_context(), authority)


def test_where_no_certificate_can_be_read_the_error_says_so(windows_keeps):
    windows_keeps((BROKEN, "x509_asn", ALL))
    with pytest.raises(ssl.SSLError):
        trusting_context()


def test_the_certificates_of_a_file_that_the_user_names_are_trusted_too(
    windows_keeps, authority, tmp_path, monkeypatch
):
    (tmp_path / "other").mkdir()
    other = loopback.make_authority(tmp_path / "other")
    windows_keeps((content_of(other), "x509_asn", ALL), (BROKEN, "x509_asn", ALL))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    handshake(trusting_context(), authority)
