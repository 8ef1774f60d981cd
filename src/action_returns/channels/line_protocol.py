"""A connection on which commands go out and numbered replies come in, as FTP and SMTP have it.

Neither ftplib nor smtplib checks whether a server spoke before it was asked. A stray line is then taken for the answer
to the next command; here it never is.
"""

import re
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Final

from action_returns.channels.base import InvalidReplyError

LONGEST_REPLY: Final = 65_536
_CHUNK: Final = 65_536
_NO_DATA_YET: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
QUIT_TIMEOUT: Final = 5.0
_WAITS_FOR_MORE: Final = range(300, 400)  # the server waits for the rest of a command (RFC 959, 4.2; RFC 5321, 4.2.1)


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
        # A firewall in between may forget a connection that is idle for long.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    @property
    def security(self) -> str:
        """What protects the connection now: ``TLSv1.3``, or ``not encrypted``."""
        return (isinstance(self.socket, ssl.SSLSocket) and self.socket.version()) or "not encrypted"

    def redact(self, *secrets: str) -> None:
        """Replace every later line of the server that repeats one of these secrets."""
        self._secrets = secrets

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """Encrypt the connection from here on.

        Raises:
            InvalidReplyError: when something came that would be taken for the first encrypted words (CVE-2011-0411).
            OSError: when no encrypted connection came about.
        """
        if self._unread:
            raise InvalidReplyError(f"it said without being asked: {self.printable(self._unread)[:80]}")
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
                raise self.invalid_reply(self._unread)
            seconds = until - time.monotonic()
            if seconds <= 0:
                raise TimeoutError("timed out")
            self.socket.settimeout(seconds)
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
        """Return whether the server has said something since its last reply.

        Raises:
            ConnectionError: when it closed the connection.
        """
        if not self._unread:
            self.socket.settimeout(0)
            with suppress(*_NO_DATA_YET):
                self._read()
        return bool(self._unread)

    def expect_silence(self) -> None:
        """Check that the server has said nothing since its last reply.

        Raises:
            InvalidReplyError: when it did.
            ConnectionError: when it closed the connection.
        """
        if self.has_spoken():
            raise InvalidReplyError(f"it said without being asked: {self.printable(self._unread)[:80]}")

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def printable(self, words: bytes) -> str:
        """Return the words of a server, with secrets removed and control characters replaced."""
        text = words.decode("utf-8", "replace").strip()
        if any(secret[:8] in text for secret in self._secrets):
            return "(not shown, because it repeats the sign-in)"
        return "".join(sign if sign.isprintable() else "?" for sign in text)

    def invalid_reply(self, line: bytes) -> InvalidReplyError:
        """Return the error for a line that is not a reply."""
        return InvalidReplyError(f"it said: {self.printable(line)[:80]}")

    def _read(self) -> None:
        try:
            read = self.socket.recv(_CHUNK)
        except _NO_DATA_YET:
            raise
        except ssl.SSLError as error:
            raise ConnectionError(error.reason or str(error)) from None
        if not read:
            raise ConnectionError("the server closed it")
        self._unread += read


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server.

    Args:
        code: its three digits.
        lines: its words, line by line, printable signs only.
    """

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its words in one line."""
        return " ".join(self.lines).strip()

    @property
    def is_positive(self) -> bool:
        """Whether the command was carried out (RFC 959, 4.2: 2yz)."""
        return self.code // 100 == 2  # noqa: PLR2004

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()[:300]


class LineClient:
    """A client that sends one command at a time and reads the reply to it.

    Args:
        host: the server.
        port: its port.
        connect_timeout: seconds for connecting and for each TLS handshake.
        reply_timeout: seconds for a whole reply, however slowly it comes.
        tls: settings for TLS from the first byte; None to begin without.

    Attributes:
        wire: the connection.

    Raises:
        OSError: when no connection came about.
    """

    REPLY_LINE: ClassVar["re.Pattern[bytes]"]
    """Three digits, then ``-`` where lines follow, then words."""
    ENCODING: ClassVar[tuple[str, str]]
    """How a command becomes bytes: the encoding, and what happens with a character it does not have."""

    def __init__(
        self, host: str, port: int, *, connect_timeout: float, reply_timeout: float, tls: ssl.SSLContext | None
    ) -> None:
        self._reply_timeout = reply_timeout
        self._may_quit = False
        self.wire = LineConnection(host, port, connect_timeout=connect_timeout)
        if tls is not None:
            self.wire.encrypt(tls)

    def reply(self, timeout: float | None = None) -> Reply:
        """Read one whole reply.

        Args:
            timeout: seconds for all of it, None for the usual ones.

        Raises:
            InvalidReplyError: when the words are not a reply.
            OSError: when no reply came.
        """
        until = time.monotonic() + (self._reply_timeout if timeout is None else timeout)
        self._may_quit = False  # unless all of it comes: the rest of a half reply would answer the next command
        line = self.wire.line(until)
        found = self.REPLY_LINE.fullmatch(line.rstrip(b"\r\n"))
        if found is None or len(line) > LONGEST_REPLY:
            raise self.wire.invalid_reply(line)
        code, words, size = found[1], [found[3] or b""], len(line)
        is_last = found[2] != b"-"
        while not is_last:
            line = self.wire.line(until)
            size += len(line)
            if size > LONGEST_REPLY:
                raise self.wire.invalid_reply(line)
            is_last, text = self._next_line(code, line)
            words.append(text)
        self._may_quit = int(code) not in _WAITS_FOR_MORE
        return Reply(int(code), tuple(map(self.wire.printable, words)))

    def ask(self, command: str) -> Reply:
        """Send one command and read the reply to it.

        Raises:
            InvalidReplyError: when the server had spoken without being asked, so that the next reply would belong to
                something else; when the words are not a reply; or when the command would be two.
            OSError: when the command or its reply was lost.
        """
        if "\r" in command or "\n" in command:
            raise InvalidReplyError("a command holds a line break, which would make it two commands")
        self.wire.expect_silence()
        self._send(command.encode(*self.ENCODING) + b"\r\n", self._reply_timeout)
        return self.reply()

    def close(self) -> None:
        """End the connection, with QUIT where the server waits for a command.

        Nothing depends on the answer to QUIT. It is not sent in the middle of a command or of a reply.
        """
        if self._may_quit:
            with suppress(OSError):
                self.wire.expect_silence()
                self._send(b"QUIT\r\n", self._reply_timeout)
                self.reply(min(QUIT_TIMEOUT, self._reply_timeout))
        self.wire.close()

    def _next_line(self, code: bytes, line: bytes) -> tuple[bool, bytes]:
        """Return whether a further line ends the reply, and its words."""
        raise NotImplementedError

    def _send(self, data: bytes, timeout: float) -> None:
        self._may_quit = False
        self.wire.send(data, timeout)
