"""One FTP conversation: commands out, replies in, one file over a connection of its own (RFC 959, 2428, 3659, 4217).

ftplib is not used: it knows no TLS session reuse, which vsftpd and proftpd insist on (CPython issue 63699, open since
2013), takes a stray reply for the answer to the next command, and opens the data connection and sends STOR in one step,
so that a refused data connection cannot be told from a file that may have arrived.
"""

import re
import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Final

from action_returns.channels.line_protocol import LONGEST_REPLY, InvalidReplyError, LineConnection

_FIRST_LINE: Final = re.compile(rb"([1-6][0-9][0-9])([ -])(.*)", re.DOTALL)
_PASSIVE: Final = re.compile(r"(?:[0-9]{1,3},){4}([0-9]{1,3}),([0-9]{1,3})")
_EXTENDED: Final = re.compile(r"\(([!-~])\1\1([0-9]{1,5})\1\)")
_FACTS_SIZE: Final = re.compile(r"(?:^|;| )size=([0-9]{1,18});", re.IGNORECASE)
_CHUNK: Final = 65_536
_GOOD_BYE: Final = 5.0
_REFUSED: Final = 400  # and above (RFC 959, 4.2.1)


@dataclass(frozen=True, slots=True)
class FtpReply:
    """One answer of the server.

    Args:
        code: its three digits.
        text: its words, lines joined by blanks, printable signs only.
    """

    code: int
    text: str

    @property
    def good(self) -> bool:
        """Whether what was asked for is done (RFC 959, 4.2: 2yz)."""
        return self.code // 100 == 2  # noqa: PLR2004

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()[:300]


class FtpClient:
    """A control connection to an FTP server.

    Args:
        host: the server.
        port: its port.
        connect_timeout: seconds for connecting and for each TLS handshake.
        reply_timeout: seconds for a whole reply.
        tls: settings for TLS from the first byte; None to begin without.

    Attributes:
        wire: the connection.
        features: what the server says it can do, in capitals (RFC 2389).

    Raises:
        OSError: when no connection came about.
    """

    def __init__(
        self, host: str, port: int, *, connect_timeout: float, reply_timeout: float, tls: ssl.SSLContext | None
    ) -> None:
        self._host = host
        self._connect_timeout = connect_timeout
        self._reply_timeout = reply_timeout
        self._protected: ssl.SSLContext | None = None
        self._is_over = False
        self.features: frozenset[str] = frozenset()
        self.wire = LineConnection(host, port, connect_timeout=connect_timeout)
        if tls is not None:
            self.wire.encrypt(tls)

    @property
    def security(self) -> str:
        """What protects the conversation: ``TLSv1.3``, or ``not encrypted``."""
        return self.wire.security

    def reply(self, timeout: float | None = None) -> FtpReply:
        """Read one whole reply (RFC 959, 4.2).

        Args:
            timeout: seconds for all of it, when other than usual.

        Raises:
            InvalidReplyError: when what came is not one.
            OSError: when none came.
        """
        until = time.monotonic() + (self._reply_timeout if timeout is None else timeout)
        self._is_over = True  # unless all of it comes: what is said after a part of it cannot be told apart
        line = self.wire.line(until)
        found = _FIRST_LINE.fullmatch(line.rstrip(b"\r\n"))
        if found is None:
            raise InvalidReplyError(f"it said: {self.wire.shown(line)[:80]}")
        code, more = found[1], found[2] == b"-"
        lines, size = [found[3]], len(line)
        while more:
            line = self.wire.line(until)
            size += len(line)
            if size > LONGEST_REPLY:
                raise InvalidReplyError(f"it said: {self.wire.shown(line)[:80]}")
            more = not line.startswith(code + b" ")
            lines.append(line if more else line[4:])
        self._is_over = False
        return FtpReply(int(code), " ".join(map(self.wire.shown, lines)).strip())

    def ask(self, command: str) -> FtpReply:
        """Send one command and read the reply to it.

        Raises:
            InvalidReplyError: when the server had spoken without being asked, so that the next reply would belong to
                something else; when the reply is none; or when the command would be two.
            OSError: when the command or its reply was lost.
        """
        if "\r" in command or "\n" in command:
            raise InvalidReplyError("a name holds a line break, which would be a second command")
        self.wire.expect_silence()
        self.wire.send(command.encode("utf-8", "surrogateescape") + b"\r\n", self._reply_timeout)
        return self.reply()

    def look_at_features(self) -> None:
        """Ask what the server can do; one that does not know the question can nothing special."""
        reply = self.ask("FEAT")
        self.features = frozenset(reply.text.upper().split()) if reply.good else frozenset()

    def protect(self, tls: ssl.SSLContext) -> FtpReply:
        """Have data connections encrypted, resuming the session of this one (RFC 4217, 9)."""
        self.ask("PBSZ 0")
        reply = self.ask("PROT P")
        if reply.good:
            self._protected = tls
        return reply

    def size(self, name: str) -> int | None:
        """Ask how many bytes the server holds; None when it holds no such file or does not tell (RFC 3659, 4 and 7).

        Raises:
            OSError: see :meth:`ask`.
        """
        if "MLST" in self.features and "SIZE" not in self.features:
            reply = self.ask(f"MLST {name}")
            found = _FACTS_SIZE.search(reply.text) if reply.good else None
            return int(found[1]) if found else None
        reply = self.ask(f"SIZE {name}")
        return int(reply.text) if reply.code == 213 and re.fullmatch("[0-9]{1,18}", reply.text) else None  # noqa: PLR2004

    def remove(self, name: str) -> bool:
        """Remove a file; tell whether the server did.

        Raises:
            OSError: see :meth:`ask`.
        """
        return self.ask(f"DELE {name}").good

    def open_data(self) -> socket.socket | FtpReply:
        """Open a connection for one file; a refusal of the server is given as its reply.

        The address the server names is not looked at: behind a router it is often wrong, and a wrong one on purpose
        would send the file to somebody else (CVE-2021-4189).

        Raises:
            OSError: when no connection came about; nothing of the file has left.
        """
        address = self.wire.socket.getpeername()[0]
        reply = FtpReply(0, "")
        for command in ("EPSV",) if self.wire.socket.family == socket.AF_INET6 else ("PASV", "EPSV"):
            reply = self.ask(command)
            port = _port_of(reply)
            if port is not None:
                data = socket.create_connection((address, port), timeout=self._connect_timeout)
                data.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                return data
        return reply

    def send_content(self, data: socket.socket, content: bytes, *, timeout: float) -> FtpReply | None:
        """Send the bytes of a file that the server has agreed to take, and end the data connection.

        Args:
            data: as :meth:`open_data` gave it.
            content: all of them.
            timeout: seconds for each part.

        Returns:
            What the server said against it before the file was whole.

        Raises:
            InvalidReplyError: when it said before that it has everything.
            OSError: when the bytes did not all leave.
        """
        data.settimeout(timeout)
        if self._protected is not None:
            session = self.wire.socket.session if isinstance(self.wire.socket, ssl.SSLSocket) else None
            data = self._protected.wrap_socket(data, server_hostname=self._host, session=session)
        with closing(data):
            for start in range(0, len(content), _CHUNK):
                data.sendall(content[start : start + _CHUNK])
            if self.wire.has_spoken():
                early = self.reply()
                if early.code < _REFUSED:
                    raise InvalidReplyError(f"it said before the file was whole: {early}")
                return early
            _end(data)
        return None

    def close(self) -> None:
        """End the conversation. Nothing depends on the good-bye being heard; one that broke off has none."""
        with suppress(OSError):
            if not self._is_over:
                self._say_good_bye()
        self.wire.close()

    def _say_good_bye(self) -> None:
        self.wire.expect_silence()
        self.wire.send(b"QUIT\r\n", self._reply_timeout)
        self.reply(min(_GOOD_BYE, self._reply_timeout))


def _port_of(reply: FtpReply) -> int | None:
    match reply.code:
        case 227:
            found = _PASSIVE.search(reply.text)
            port = int(found[1]) * 256 + int(found[2]) if found else 0
        case 229:  # RFC 2428, 3
            found = _EXTENDED.search(reply.text)
            port = int(found[2]) if found else 0
        case _:
            return None
    return port if 0 < port <= 65535 else None  # noqa: PLR2004


def _end(data: socket.socket) -> None:
    if isinstance(data, ssl.SSLSocket):
        # Some servers close at once or never answer the close_notify; the reply on the control connection is what
        # counts (CPython issues 103443, 78738).
        with suppress(OSError, ValueError):
            data.settimeout(_GOOD_BYE)
            data.unwrap()
