"""The servers of the demo, on this computer only: FTP with TLS and SMTP with STARTTLS, with certificates of their own.

They need the extra ``demo`` (pyftpdlib, aiosmtpd, trustme). Each is a context manager and leaves nothing running.
"""

import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

from action_returns.files import write_atomically

HOST: Final = "127.0.0.1"
"""Loopback: no other computer can connect."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """A certificate authority for one demo, and the certificate of its servers.

    Args:
        authority: PEM file with the authority's certificate, for clients.
        server: PEM file with the servers' key and certificates.
    """

    authority: Path
    server: Path


@dataclass(slots=True)
class MailServer:
    """A running mail server.

    Args:
        port: its port.
        messages: the bytes of each message that arrived.
    """

    port: int = 0
    messages: list[bytes] = field(default_factory=list)

    def attachments(self) -> list[tuple[str, bytes]]:
        """Return name and content of every attachment that arrived."""
        found = []
        for message in self.messages:
            for part in message_from_bytes(message, policy=policy.SMTP).iter_attachments():
                content = part.get_payload(decode=True)
                found.append((part.get_filename() or "", content if isinstance(content, bytes) else b""))
        return found

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Store a message that arrived, and return the server's reply."""
        self.messages.append(envelope.original_content)
        return "250 2.0.0 Accepted for delivery"


def make_certificates(folder: Path) -> Certificates:
    """Write the certificates of a new authority to a folder."""
    import trustme

    authority = trustme.CA()
    certificates = Certificates(folder / "authority.pem", folder / "server.pem")
    write_atomically(certificates.authority, authority.cert_pem.bytes(), overwrite=True)
    issued = authority.issue_cert(HOST, "localhost")
    write_atomically(certificates.server, issued.private_key_and_cert_chain_pem.bytes(), overwrite=True)
    return certificates


@contextmanager
def ftp_server(folder: Path, *, username: str, password: str, certificates: Certificates) -> Iterator[int]:
    """Run an FTP server that requires explicit TLS for sign-in and data; yield its port.

    Args:
        folder: where uploads arrive.
        username: the one user.
        password: its password.
        certificates: of the server.
    """
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

    _silence("pyftpdlib")
    authorizer = DummyAuthorizer()
    authorizer.add_user(username, password, str(folder), perm="elradfmwMT")
    settings = {
        "authorizer": authorizer,
        "certfile": str(certificates.server),
        "tls_control_required": True,
        "tls_data_required": True,
        "log_prefix": "",
    }
    server = FTPServer((HOST, 0), type("Handler", (TLS_FTPHandler,), settings))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            server.ioloop.loop(0.05, blocking=False)

    thread = threading.Thread(target=serve, name="demo FTP server")
    thread.start()
    try:
        yield server.address[1]
    finally:
        stop.set()
        thread.join()
        server.close_all()


@contextmanager
def mail_server(*, username: str, password: str, certificates: Certificates) -> Iterator[MailServer]:
    """Run a mail server that requires STARTTLS and a sign-in; yield it.

    Args:
        username: the one user.
        password: its password.
        certificates: of the server.
    """
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword

    class AnyPortController(Controller):
        """A controller that listens on a free port, which the operating system chooses."""

        def _trigger_server(self) -> None:
            # aiosmtpd connects to the port it was given, to see that it works. With port 0 only the socket knows it.
            listening: Any = self.server
            self.port = listening.sockets[0].getsockname()[1]
            super()._trigger_server()  # type: ignore[no-untyped-call]

    def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        matches = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (
            username,
            password,
        )
        return AuthResult(success=matches, handled=False)

    _silence("mail.log")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(str(certificates.server))
    running = MailServer()
    controller = AnyPortController(
        running,
        hostname=HOST,
        port=0,
        server_hostname="localhost",
        tls_context=tls,
        require_starttls=True,
        authenticator=sign_in,
        auth_required=True,
        auth_require_tls=True,
    )
    controller.start()
    running.port = controller.port
    try:
        yield running
    finally:
        controller.stop()


def _silence(logger: str) -> None:
    """Keep a server's own log out of the output of the demo."""
    log = logging.getLogger(logger)
    log.propagate = False
    log.addHandler(logging.NullHandler())
