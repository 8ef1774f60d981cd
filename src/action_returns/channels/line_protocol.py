"""A connection on which commands go out and numbered replies come in, as SMTP and FTP have it.

Neither smtplib nor ftplib looks whether a server spoke before it was asked, so that a stray line is taken for the answer
to the next command; here it never is.
"""

import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

LONGEST_REPLY: Final = 65_536
_CHUNK: Final = 65_536
_NOTHING_THERE: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class InvalidReplyError(ConnectionError):
    """The server said something that is no answer to what it was asked."""


class LineConnection:
    """A connection to a server that talks in lines.

    Args:
        host: the server.
        port: its port.
        connect_timeout: seconds for connecting and for each TLS handshake.

    Raises:
        OSError: when no connection came about.
    """

    def __init__(self, host: str, port: int, *, connect_timeout: float) -> None:
        self._host = host
        self._connect_timeout = connect_timeout
        self._unread = b""
        self._secrets: Sequence[str] = ()
        self.socket = socket.create_connection((host, port), timeout=connect_timeout)
        # A firewall in between may forget a connection on which nothing is said for long.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    @property
    def security(self) -> str:
        """What protects the connection now: ``TLSv1.3``, or ``not encrypted``."""
        return (isinstance(self.socket, ssl.SSLSocket) and self.socket.version()) or "not encrypted"

    def keep_to_oneself(self, *secrets: str) -> None:
        """Never show a line of the server that repeats one of these."""
        self._secrets = secrets

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """Encrypt the connection from here on.

        Raises:
            InvalidReplyError: when something came that would be taken for the first encrypted words (CVE-2011-0411).
            OSError: when no encrypted connection came about.
        """
        if self._unread:
            raise InvalidReplyError(f"it said without being asked: {self.shown(self._unread)[:80]}")
        self.socket.settimeout(self._connect_timeout)
        try:
            self.socket = tls.wrap_socket(self.socket, server_hostname=self._host)
        except OSError:
            self.socket.close()
            raise

    def line(self, until: float) -> bytes:
        """Read one line, its end included.

        Args:
            until: the moment by which it must be there, as ``time.monotonic`` counts.

        Raises:
            InvalidReplyError: when it is too long to be one.
            OSError: when none came.
        """
        while b"\n" not in self._unread:
            if len(self._unread) > LONGEST_REPLY:
                raise InvalidReplyError(f"it said: {self.shown(self._unread)[:80]}")
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self.socket.settimeout(left)
            self._read()
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end

    def send(self, data: bytes, timeout: float) -> None:
        """Send bytes.

        Args:
            data: all of them.
            timeout: seconds for that.

        Raises:
            OSError: when they did not all leave.
        """
        self.socket.settimeout(timeout)
        try:
            self.socket.sendall(data)
        except ssl.SSLError as error:  # not a handshake: the wording for those would mislead
            raise ConnectionError(error.reason or str(error)) from None

    def has_spoken(self) -> bool:
        """Tell whether the server has said something since its last reply.

        Raises:
            ConnectionError: when it closed the connection.
        """
        if not self._unread:
            self.socket.settimeout(0)
            with suppress(*_NOTHING_THERE):
                self._read()
        return bool(self._unread)

    def expect_silence(self) -> None:
        """See that the server has said nothing since its last reply.

        Raises:
            InvalidReplyError: when it did.
            ConnectionError: when it closed the connection.
        """
        if self.has_spoken():
            raise InvalidReplyError(f"it said without being asked: {self.shown(self._unread)[:80]}")

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def shown(self, said: bytes) -> str:
        """Give the words of a server without secrets, and without what plays tricks on a terminal or in a log."""
        words = said.decode("utf-8", "replace").strip()
        if any(secret[:8] in words for secret in self._secrets):
            return "(not shown, because it repeats the sign-in)"
        return "".join(sign if sign.isprintable() else "?" for sign in words)

    def _read(self) -> None:
        try:
            read = self.socket.recv(_CHUNK)
        except _NOTHING_THERE:
            raise
        except ssl.SSLError as error:
            raise ConnectionError(error.reason or str(error)) from None
        if not read:
            raise ConnectionError("the server closed it")
        self._unread += read
