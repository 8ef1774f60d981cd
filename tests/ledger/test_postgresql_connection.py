"""What a connection to the database of a team trusts."""

import ssl
from types import SimpleNamespace

import pytest

from action_returns.ledger import postgresql_connection
from tests.servers import loopback


def test_a_database_is_checked_against_the_authorities_that_ftp_and_email_trust_too(tmp_path, monkeypatch):
    """Also where one of them cannot be read, which takes all others from ssl.create_default_context on Windows."""
    authority = loopback.make_authority(tmp_path)

    def trusting():
        return ssl.create_default_context(cafile=authority.bundle)

    monkeypatch.setattr(postgresql_connection, "trusting_context", trusting)
    own = ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(authority.bundle.read_text("ascii")))
    assert own in postgresql_connection._trusted_certificates()


@pytest.mark.parametrize(("path", "named"), [("C:/Bücher/ca.pem", "C:/BCHER~1/ca.pem"), ("C:/b/ca.pem", "C:/b/ca.pem")])
def test_on_windows_a_certificate_has_the_short_name_where_the_driver_would_not_find_the_long_one(
    monkeypatch, path, named
):
    monkeypatch.setattr(postgresql_connection, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr("action_returns.windows_files.short_path", lambda long: long.replace("Bücher", "BCHER~1"))
    assert postgresql_connection._name_for_libpq(path) == named
