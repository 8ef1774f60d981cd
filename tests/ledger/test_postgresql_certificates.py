"""What a connection to the database of a team trusts, and why it does not trust a certificate."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psycopg
import pytest
import trustme

from action_returns.errors import LedgerError
from action_returns.ledger import postgresql_certificates
from action_returns.ledger.location import TeamAddress
from action_returns.ledger.postgresql import PostgresStore
from action_returns.ledger.records import TeamDatabase
from tests.servers import loopback, postgresql
from tests.support.available import missing_postgresql, require


def test_a_database_is_checked_against_the_authorities_that_ftp_and_email_trust_too(tmp_path, monkeypatch):
    """Also where one of them cannot be read, which takes all others from ssl.create_default_context on Windows."""
    authority = loopback.make_authority(tmp_path)

    def trusting():
        return ssl.create_default_context(cafile=authority.bundle)

    monkeypatch.setattr(postgresql_certificates, "trusting_context", trusting)
    own = ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(authority.bundle.read_text("ascii")))
    assert own in postgresql_certificates._trusted_certificates()


@pytest.mark.parametrize(("path", "named"), [("C:/Bücher/ca.pem", "C:/BCHER~1/ca.pem"), ("C:/b/ca.pem", "C:/b/ca.pem")])
def test_on_windows_a_certificate_has_the_short_name_where_the_driver_would_not_find_the_long_one(
    monkeypatch, path, named
):
    monkeypatch.setattr(postgresql_certificates, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr("action_returns.windows_files.short_path", lambda long: long.replace("Bücher", "BCHER~1"))
    assert postgresql_certificates._name_for_libpq(path) == named


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """Return what is said about a database with this certificate, where that of the authority is named."""
    require(missing_postgresql())
    monkeypatch.setattr(TeamAddress, "is_local", False)
    named = tmp_path / "named.pem"

    def said(certificate, authority, *, in_address=False):
        authority.write_to_path(str(named))
        with postgresql.server("ssl=on", certificate=certificate.private_key_and_cert_chain_pem.bytes()) as running:
            running.run("CREATE DATABASE returns")
            url = running.url("returns")
            database = TeamDatabase(f"{url}?sslrootcert={named}") if in_address else TeamDatabase(url, ca_file=named)
            with pytest.raises(LedgerError) as refused:
                PostgresStore(database)
        return str(refused.value)

    return said


@pytest.mark.parametrize("in_address", [False, True])
def test_an_unknown_issuer_and_an_expired_certificate_are_told_apart(refusal, in_address):
    """libpq has the same words for both."""
    ours, other = trustme.CA(), trustme.CA()
    unknown = refusal(ours.issue_cert("127.0.0.1"), other.cert_pem, in_address=in_address)
    assert unknown.startswith(
        "The certificate of the database 127.0.0.1/returns cannot be trusted: its issuer is not known on this computer."
    )
    assert 'ledger_ca_file = "PATH"' in unknown
    assert unknown.endswith("Nothing was sent.")
    past = datetime(2020, 1, 1, tzinfo=UTC)
    expired = ours.issue_cert("127.0.0.1", not_before=past - timedelta(9), not_after=past)
    told = refusal(expired, ours.cert_pem, in_address=in_address)
    assert "cannot be trusted: it has expired, or an authority above it has. Check date and time" in told


def test_an_authority_below_the_topmost_one_is_told_as_that(refusal):
    between = trustme.CA().create_child_ca()
    told = refusal(between.issue_cert("127.0.0.1"), between.cert_pem)
    assert "is not the one of the topmost authority. Name that one in the profile (ledger_ca_file)" in told


def failing(address):
    with pytest.raises(psycopg.OperationalError) as failed, postgresql_certificates.tls_options(address):
        raise psycopg.OperationalError("SSL error: certificate verify failed")
    return str(failed.value)


@pytest.mark.parametrize("answer", [b"N", b"", None])
def test_a_reason_that_cannot_be_found_out_leaves_the_words_of_the_driver(monkeypatch, answer):
    here, there = socket.socketpair()

    def connect(_address, _seconds):
        if answer is None:
            raise ConnectionRefusedError
        return here

    monkeypatch.setattr(socket, "create_connection", connect)
    with here, there:
        there.sendall(answer or b"")
        there.shutdown(socket.SHUT_WR)
        assert failing(TeamAddress("db.example.com", 5432, "r", None, {})) == "SSL error: certificate verify failed"


def test_an_error_about_something_else_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(socket, "create_connection", pytest.fail)
    address = TeamAddress("db.example.com", 5432, "r", None, {})
    with (
        pytest.raises(psycopg.OperationalError, match=r"^no password supplied$"),
        postgresql_certificates.tls_options(address),
    ):
        raise psycopg.OperationalError("no password supplied")
