"""ftplib with what it lacks for FTPS: session reuse, implicit TLS, and an end of data that is no failure.

Sources: RFC 959 (FTP), RFC 4217 (explicit TLS), CPython issue 63699 (no session reuse in ftplib up to 3.15).
"""

import contextlib
import ftplib
import socket
import ssl
from typing import Any


class TlsClient(ftplib.FTP_TLS):
    """FTP over TLS whose data connections resume the control connection's session.

    Servers such as vsftpd and proftpd refuse data connections that do not (``522 session reuse required``).
    """

    def __init__(self, context: ssl.SSLContext, *, implicit: bool, timeout: float) -> None:
        super().__init__(context=context, timeout=timeout)
        self._implicit = implicit

    def connect(self, host: str = "", port: int = 0, timeout: float = -999, source_address: Any = None) -> str:
        """Connect; with implicit TLS the very first byte is encrypted already."""
        if not self._implicit:
            return super().connect(host, port, timeout, source_address)
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), self.timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """Open a data connection that resumes the control connection's TLS session."""
        data, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:  # type: ignore[attr-defined]
            data = self.context.wrap_socket(data, server_hostname=self.host, session=self.sock.session)  # type: ignore[union-attr]
        return data, size


class Upload:
    """One STOR, with its phases told apart so that a failure can be judged."""

    def __init__(self, client: ftplib.FTP) -> None:
        self._client = client
        self.started = False
        """Whether a byte may have left."""

    def run(self, name: str, content: bytes, *, reply_timeout: float) -> str:
        """Send the bytes under a name and wait for the server's word.

        Args:
            name: file name at the server, without a folder.
            content: the exact bytes.
            reply_timeout: seconds to wait for the reply after the last byte.

        Returns:
            The server's reply, ``226 ...``.

        Raises:
            ftplib.Error, OSError, EOFError: as ftplib; :attr:`started` tells how far it had come.
        """
        self._client.voidcmd("TYPE I")
        with contextlib.closing(self._client.transfercmd(f"STOR {name}")) as data:
            self.started = True
            data.sendall(content)
            self._end(data)
        control = self._client.sock
        if control is not None:
            control.settimeout(reply_timeout)
        return self._client.voidresp()

    @staticmethod
    def _end(data: socket.socket) -> None:
        if isinstance(data, ssl.SSLSocket):
            # Some servers close at once or never answer the close_notify; the reply on the control connection is
            # what counts (CPython issues 103443, 78738).
            with contextlib.suppress(OSError, ValueError):
                data.settimeout(5)
                data.unwrap()
