"""Real servers and certificates for the channels to meet."""

import socket
import ssl
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from action_returns.channels.base import Phase, ProbeResult, State
from action_returns.channels.email import EmailChannel
from action_returns.channels.ftp import FtpChannel
from action_returns.channels.sftp import SftpChannel
from tests.servers import loopback, openssh, postfix
from tests.servers.ftp_daemons import DAEMONS, USER
from tests.support.available import missing_postfix, missing_programs, require

PASSWORD = "s3cret-canary-pass"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return loopback.make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def trusting(authority):
    return ssl.create_default_context(cafile=str(authority.bundle))


@pytest.fixture(scope="session")
def wrong_name(tmp_path_factory):
    """A certificate for another host, and a context that trusts its issuer."""
    made = loopback.make_authority(tmp_path_factory.mktemp("wrong"), "elsewhere.example")
    return made, ssl.create_default_context(cafile=str(made.bundle))


@pytest.fixture(scope="session")
def expired(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expired")
    authority = trustme.CA()
    past = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = authority.issue_cert("127.0.0.1", not_before=past - timedelta(9), not_after=past)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    made = loopback.Authority(folder / "authority.pem", folder / "server.pem")
    return made, ssl.create_default_context(cafile=str(made.bundle))


def failed(result, *says, phase=Phase.TRANSFER):
    """Whether a delivery or a connection test certainly failed in this phase, and says this, and no password."""
    assert not result.works if isinstance(result, ProbeResult) else result.state is State.FAILED, result
    assert result.phase is phase, result
    for words in says:
        assert words in result.message
    assert PASSWORD not in result.message + str(result.evidence)
    return True


MINUTE = 60
"""The timeouts of the tests that compare them: so far apart that no busy machine mixes them up."""


@pytest.fixture
def waits(monkeypatch):
    """Note what this thread does over its sockets, each with the whole minutes that it would wait for that."""
    noted, here = [], threading.get_ident()

    def noting(kind, name, word):
        does = getattr(kind, name)

        def note_and_do(self, *given):
            seconds = self.gettimeout()
            if threading.get_ident() == here and seconds != 0:  # at once: only a look
                note = (word or given[0].split()[0].decode(), seconds and round(seconds / MINUTE))
                if noted[-1:] != [note]:
                    noted.append(note)
            return does(self, *given)

        monkeypatch.setattr(kind, name, note_and_do)

    noting(socket.socket, "connect", "connect")
    noting(socket.socket, "sendall", "")
    noting(socket.socket, "recv", "reply")
    noting(ssl.SSLSocket, "do_handshake", "handshake")
    noting(ssl.SSLSocket, "sendall", "")
    return noted


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def postfix_server(authority, tmp_path_factory):
    """Postfix, started once for all tests that need it."""
    require(missing_postfix())
    with postfix.postfix(tmp_path_factory.mktemp("postfix"), authority.server) as running:
        yield running


def email_channel(port, context=None, **changes):
    """An e-mail channel to a server on this machine that does not wait long for anything."""
    facts = {
        "host": "127.0.0.1",
        "port": port,
        "security": "starttls",
        "sender": "returns@brand.example",
        "recipient": "account@batch.example",
        "context": context,
        "connect_timeout": 5,
        "command_timeout": 3,
        "data_timeout": 3,
        "accept_timeout": 3,
        "pause": lambda _seconds: None,
    }
    return EmailChannel(**{**facts, **changes})


@pytest.fixture(scope="session")
def ftp_daemons(authority, tmp_path_factory):
    """vsftpd and proftpd, started once for all tests that need them."""
    require(missing_programs(*DAEMONS))
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(daemon(tmp_path_factory.mktemp(name), authority.server, PASSWORD))
            for name, daemon in DAEMONS.items()
        }


@pytest.fixture(params=list(DAEMONS))
def ftp_daemon(request, ftp_daemons):
    """Each of the two in turn."""
    return ftp_daemons[request.param]


def ftp_channel(port, context=None, **changes):
    """An FTP channel to a server on this machine that does not wait long for anything."""
    facts = {
        "host": "127.0.0.1",
        "port": port,
        "security": "explicit-tls",
        "username": USER,
        "password": lambda: PASSWORD,
        "context": context,
        "connect_timeout": 5,
        "reply_timeout": 3,
        "command_timeout": 3,
        "data_timeout": 3,
        "pause": lambda _seconds: None,
    }
    return FtpChannel(**{**facts, **changes})


def sftp_channel(server, **changes):
    """An SFTP channel to a server on this machine that does not wait long for anything."""
    facts = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": openssh.USER,
        "private_key": server.key,
        "host_key": server.fingerprints["ed25519"],
        "connect_timeout": 5,
        "command_timeout": 3,
        "pause": lambda _seconds: None,
    }
    return SftpChannel(**{**facts, **changes})
