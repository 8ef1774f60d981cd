"""Real servers and certificates for the channels to meet."""

import math
import socket
import ssl
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from action_returns.channels import line_connection
from tests.channels.quick import MINUTE, PASSWORD
from tests.servers import exim, loopback, postfix, smtp_server
from tests.servers.ftp_daemons import DAEMONS
from tests.support.available import missing_exim, missing_node, missing_postfix, missing_programs, require


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


def _first_word(sent):
    return next(iter(bytes(sent).split()), b"").decode("utf-8", "replace")


@pytest.fixture
def waits(monkeypatch):
    """Note what this thread does over its sockets, each with the whole minutes that it would wait for that."""
    noted, here = [], threading.get_ident()
    monkeypatch.setattr(line_connection, "LONGEST_WAIT", math.inf)  # it cuts waits into pieces on Windows

    def noting(kind, name, word):
        does = getattr(kind, name)

        def note_and_do(self, *given):
            seconds = self.gettimeout()
            if threading.get_ident() == here and seconds != 0:  # at once: only a look
                note = (word or _first_word(given[0]), seconds and round(seconds / MINUTE))
                if noted[-1:] != [note]:
                    noted.append(note)
            return does(self, *given)

        monkeypatch.setattr(kind, name, note_and_do)

    noting(socket.socket, "connect", "connect")
    noting(socket.socket, "send", "")
    noting(socket.socket, "recv", "reply")
    noting(ssl.SSLSocket, "do_handshake", "handshake")
    noting(ssl.SSLSocket, "send", "")
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


@pytest.fixture(scope="session")
def exim_server(authority, tmp_path_factory):
    """Exim, started once for all tests that need it as it usually is."""
    require(missing_exim())
    with exim.exim(tmp_path_factory.mktemp("exim"), authority.server, PASSWORD) as running:
        yield running


@pytest.fixture(scope="session")
def smtp_server_of_node(authority, tmp_path_factory):
    """Node's smtp-server, started once for all tests that need it as it usually is."""
    require(missing_node("smtp-server"))
    with smtp_server.smtp_server(tmp_path_factory.mktemp("smtp-server"), authority.server, PASSWORD) as running:
        yield running


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
