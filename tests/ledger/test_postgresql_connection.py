"""What a connection to the database of a team trusts."""

import ssl

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
