"""Real servers and certificates for the channels to meet."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from action_returns.cli import demo_servers

PASSWORD = "s3cret-canary-pass"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return demo_servers.make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def trusting(authority):
    return ssl.create_default_context(cafile=str(authority.bundle))


@pytest.fixture(scope="session")
def wrong_name(tmp_path_factory):
    """A certificate for another host, and a context that trusts its issuer."""
    made = demo_servers.make_authority(tmp_path_factory.mktemp("wrong"), "elsewhere.example")
    return made, ssl.create_default_context(cafile=str(made.bundle))


@pytest.fixture(scope="session")
def expired(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expired")
    authority = trustme.CA()
    past = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = authority.issue_cert("127.0.0.1", not_before=past - timedelta(9), not_after=past)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    made = demo_servers.Authority(folder / "authority.pem", folder / "server.pem")
    return made, ssl.create_default_context(cafile=str(made.bundle))


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder
