"""Servers on this computer only, that behave as a test asks: FTP and SMTP, with or without TLS, own certificates.

Each is a context manager and leaves nothing running.
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

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority for one test, and a certificate for this machine.

    Args:
        bundle: PEM file with the authority's certificate, for clients.
        server: PEM file with the server's key and certificates.
    """

    bundle: Path
    server: Path


@dataclass(frozen=True, slots=True)
class FtpServer:
    """A running FTP server.

    Args:
        host: its address.
        port: its port.
        folder: where uploads arrive.
    """

    host: str
    port: int
    folder: Path


@dataclass(slots=True)
class MailServer:
    """A running mail server.

    Args:
        host: its address.
        port: its port.
        messages: the messages it took, as they came.
    """

    host: str
    port: int
    messages: list[bytes] = field(default_factory=list)

    def attachments(self) -> list[tuple[str, bytes]]:
        """Return name and content of every attachment that arrived."""
        found = []
        for raw in self.messages:
            for part in message_from_bytes(raw, policy=policy.SMTP).iter_attachments():
                content = part.get_payload(decode=True)
                found.append((part.get_filename() or "", content if isinstance(content, bytes) else b""))
        return found


def make_authority(folder: Path, *names: str) -> Authority:
    """Make a certificate authority and a certificate for the names, this machine's address when none is given."""
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert(*(names or (LOOPBACK, "localhost")))
    bundle, server = folder / "authority.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(bundle))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(server))
    return Authority(bundle, server)


@contextmanager
def ftp_server(
    folder: Path,
    *,
    username: str,
    password: str,
    authority: Authority | None,
    permissions: str = "elradfmwMT",
    changes: dict[str, Any] | None = None,
) -> Iterator[FtpServer]:
    """Run an FTP server; with an authority it insists on explicit TLS for sign-in and data.

    Args:
        folder: where uploads arrive.
        username: the one user.
        password: its password.
        authority: certificates, None for a server without TLS.
        permissions: what the user may do, in pyftpdlib's letters.
        changes: attributes of the handler that are to differ, for servers that misbehave.
    """
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

    _silence("pyftpdlib")
    authorizer = DummyAuthorizer()
    authorizer.add_user(username, password, str(folder), perm=permissions)
    facts: dict[str, Any] = {
        "authorizer": authorizer,
        "use_gmt_times": True,
        "log_prefix": "",
        "auth_failed_timeout": 0.1,
    }
    facts |= changes or {}
    if authority is not None:
        facts |= {"certfile": str(authority.server), "tls_control_required": True, "tls_data_required": True}
    handler = type("Handler", (FTPHandler if authority is None else TLS_FTPHandler,), facts)
    server = FTPServer((LOOPBACK, 0), handler)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            server.ioloop.loop(0.05, blocking=False)

    thread = threading.Thread(target=serve, name="demo FTP server")
    thread.start()
    try:
        yield FtpServer(LOOPBACK, server.address[1], folder)
    finally:
        stop.set()
        thread.join()
        server.close_all()


@contextmanager
def mail_server(
    *, username: str | None, password: str, authority: Authority | None, handler: Any = None, implicit: bool = False
) -> Iterator[MailServer]:
    """Run a mail server; with an authority it insists on TLS.

    Args:
        username: the one user, None for a server without sign-in.
        password: its password.
        authority: certificates, None for a server without TLS.
        handler: what it does with a message; keeps it when None.
        implicit: TLS from the first byte instead of STARTTLS.
    """
    from aiosmtpd.smtp import AuthResult, LoginPassword

    _silence("mail.log")
    context = None
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(authority.server))

    def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        sent = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
        return AuthResult(success=sent == (username, password), handled=False)

    running = MailServer(LOOPBACK, 0)
    options: dict[str, Any] = {"hostname": LOOPBACK, "port": 0, "server_hostname": "localhost"}
    if context is not None and implicit:
        options["ssl_context"] = context
    elif context is not None:
        options |= {"tls_context": context, "require_starttls": True}
    if username is not None:
        options |= {
            "authenticator": sign_in,
            "auth_required": True,
            "auth_require_tls": context is not None and not implicit,
        }
    controller = _on_any_port(handler or _Store(running.messages), **options)
    controller.start()
    running.port = controller.port
    try:
        yield running
    finally:
        controller.stop()


class _Store:
    """A handler that stores every message."""

    def __init__(self, messages: list[bytes]) -> None:
        self._messages = messages

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self._messages.append(envelope.original_content)
        return "250 2.0.0 Accepted for delivery"


def _silence(logger: str) -> None:
    """Keep a server's own log out of the output."""
    log = logging.getLogger(logger)
    log.propagate = False
    log.addHandler(logging.NullHandler())


def _on_any_port(handler: Any, **options: Any) -> Any:
    from aiosmtpd.controller import Controller

    class OnAnyPort(Controller):
        """A controller that asks the system for a free port."""

        def _trigger_server(self) -> None:
            # aiosmtpd connects to the port it was given to see that it works; with port 0 only the socket knows it.
            sockets: Any = self.server
            self.port = sockets.sockets[0].getsockname()[1]
            super()._trigger_server()  # type: ignore[no-untyped-call]

    return OnAnyPort(handler, **options)
