"""One FTP session: commands out, replies in, one file over a connection of its own (RFC 959, 2428, 3659, 4217).

ftplib is not used: it knows no TLS session reuse, which vsftpd and proftpd insist on (CPython issue 63699, open since
2013), takes a stray reply for the answer to the next command, and opens the data connection and sends STOR in one step,
so that a refused data connection cannot be told from a file that may have arrived.
"""

import re
import socket
import ssl
from collections.abc import Iterable
from contextlib import closing
from typing import Final, Protocol

from action_returns.channels.addresses import connect
from action_returns.channels.base import InvalidReplyError
from action_returns.channels.connection_errors import reason
from action_returns.channels.ftp_data import FileConnection
from action_returns.channels.ftp_looks import from_facts, from_folder, from_list, from_size
from action_returns.channels.line_protocol import LineClient, Reply
from action_returns.channels.looks import FREE, Look, Unseen
from action_returns.channels.time_limits import file_seconds

_PASSIVE: Final = re.compile(r"(?:[0-9]{1,3},){4}([0-9]{1,3}),([0-9]{1,3})")
_EXTENDED: Final = re.compile(r"\(([!-~])\1\1([0-9]{1,5})\1\)")
_LONGEST_LIST: Final = 4_000_000
"""Bytes of a listing that are read: some 40,000 files, where a server lists the whole folder instead of one name."""
_CUT_OFF: Final = 426  # connection closed (RFC 959, 4.2.2)
_ABOUT_A_FILE: Final = (125, 150, 226)  # RFC 959, 5.4
_DONE: Final = 250
_CODE: Final = re.compile(r"^[1-5][0-9]{2}[- ]")
_TLS: Final = re.compile(r"\bTLS\b")
_REFUSED: Final = 400  # and above (RFC 959, 4.2.1)


class DataConnectionError(Exception):
    """The connection for the file did not come about. The control connection works.

    Args:
        port: that the server named for it.
        problem: why.
    """

    def __init__(self, port: int, problem: OSError) -> None:
        super().__init__(f"port {port}: {problem}")
        self.port = port
        self.problem = problem


class _Way(Protocol):
    """One way to look at a name."""

    def __call__(self, name: str, /, *, is_first: bool) -> Look:
        """Return what it shows; ``is_first``: see :func:`~action_returns.channels.ftp_looks.from_size`."""


class FtpClient(LineClient):
    """A control connection to an FTP server.

    Attributes:
        wire: the connection.
        features: the names of what the server says it can do, in capitals (RFC 2389).
        offers_tls: whether encryption with TLS is among it.
    """

    REPLY_LINE = re.compile(rb"([1-6][0-9][0-9])([ -])(.*)", re.DOTALL)
    ENCODING = ("utf-8", "surrogateescape")

    _data_tls: ssl.SSLContext | None = None
    features: frozenset[str] = frozenset()
    offers_tls = False

    @property
    def security(self) -> str:
        """What protects the connection: ``TLSv1.3``, or ``not encrypted``."""
        return self.wire.security

    def _next_line(self, code: bytes, line: bytes) -> tuple[bool, bytes]:
        is_last = line.startswith(code + b" ")  # lines between may hold anything (RFC 959, 4.2)
        return is_last, line[4:] if is_last else line

    def read_features(self) -> None:
        """Ask what the server can do; a server that does not know FEAT offers nothing special.

        Each line of the reply is one feature, its name first (RFC 2389, 3.2). ProFTPD can begin each of them with the
        code, too (MultilineRFC2228).

        Raises:
            OSError: see :meth:`ask`.
        """
        reply = self.ask("FEAT")
        if not reply.is_positive:
            return
        features = [_CODE.sub("", line, count=1).upper().split(maxsplit=1) for line in reply.lines]
        self.features = frozenset(words[0] for words in features if words)
        self.offers_tls = any(words[0] == "AUTH" and _TLS.search(words[-1]) for words in features if words)

    def protect(self, tls: ssl.SSLContext) -> Reply:
        """Encrypt data connections from here on, resuming the session of this one (RFC 4217, 9)."""
        self.ask("PBSZ 0")
        reply = self.ask("PROT P")
        if reply.is_positive:
            self._data_tls = tls
        return reply

    def look(self, name: str, *, closely: bool = False) -> Look:
        """Return what the server shows under a name, in the first of the ways that tells it.

        Args:
            name: the name.
            closely: whether a name is only free when SIZE and MLST say so, where the server knows both.

        Raises:
            OSError: see :meth:`ask`.
        """
        look = self._look_by(name, self._ways)
        return (closely and look == FREE and self.look_otherwise(name)) or look

    def look_otherwise(self, name: str) -> Look | None:
        """Return what the server shows when it is asked by MLST; None where it is not known to have both MLST and SIZE.

        Raises:
            OSError: see :meth:`ask`.
        """
        if not {"SIZE", "MLST"} <= self.features:
            return None
        return self._look_by(name, (self._look_by_facts, self._look_by_size, self._look_by_list))

    @property
    def _ways(self) -> tuple[_Way, ...]:
        """The ways to look at a name. The first two cost one command; a server may know more than it lists (RFC 2389)."""
        if "MLST" in self.features and "SIZE" not in self.features:
            return self._look_by_facts, self._look_by_size, self._look_by_list
        return self._look_by_size, self._look_by_facts, self._look_by_list

    def _look_by(self, name: str, ways: Iterable[_Way]) -> Look:
        answers: list[str] = []
        for way in ways:
            look = way(name, is_first=not answers)
            if not isinstance(look, Unseen):
                return look
            answers.append(look.answers)
        return Unseen("; ".join(answers))

    def _look_by_size(self, name: str, *, is_first: bool) -> Look:
        return from_size(self._inquire(f"SIZE {name}"), is_first=is_first)

    def _look_by_facts(self, name: str, *, is_first: bool) -> Look:
        return from_facts(name, self._inquire(f"MLST {name}", may_be_done=True), is_first=is_first)

    def _look_by_list(self, name: str, *, is_first: bool) -> Look:
        del is_first
        look: Look = Unseen("")
        # A server that lists nothing under a name has to show that it lists anything at all.
        for command, read in ((f"LIST {name}", from_list), ("LIST", from_folder), ("LIST -a", from_folder)):
            try:
                data = self.open_data()
            except DataConnectionError as error:
                return Unseen(f"LIST: {error}")
            if isinstance(data, Reply):
                return Unseen(f"LIST: {data}")
            look = read(name, *self._read_list(data, command))
            if not isinstance(look, Unseen):
                break
        return look

    def _read_list(self, data: FileConnection, command: str) -> tuple[Reply, list[str]]:
        """Ask for a listing; return the reply that ends it, and its lines.

        Args:
            data: the connection for it.
            command: for example ``LIST NAME``.

        Raises:
            OSError: see :meth:`ask`.
        """
        with closing(data):
            reply = self._begin(command, data)
            if reply.code // 100 != 1:
                return reply, []
            data.agree(self.wire.step(self._connect_timeout))
            try:
                content = data.receive(self._reply_timeout, _LONGEST_LIST)
            except OSError as error:
                self.reply()
                return Reply(_CUT_OFF, (), f"the listing broke off ({reason(error)})"), []
        return self.reply(), content.decode("utf-8", "replace").splitlines()

    def remove(self, name: str) -> bool:
        """Remove a file; return whether the server did.

        Raises:
            OSError: see :meth:`ask`.
        """
        return self._inquire(f"DELE {name}", may_be_done=True).is_positive

    def open_data(self) -> FileConnection | Reply:
        """Open a connection for one file; return the server's reply instead where it refuses.

        The address that the server names is ignored. Behind a router it is often wrong, and a hostile server could
        name another computer (CVE-2021-4189).

        Raises:
            DataConnectionError: when no connection came about; nothing of the file has left.
            OSError: see :meth:`ask`.
        """
        address = self.wire.socket.getpeername()[0]
        reply = Reply(0, (), "")
        for command in ("EPSV",) if self.wire.socket.family == socket.AF_INET6 else ("PASV", "EPSV"):
            reply = self._inquire(command)
            port = _port_of(reply)
            if port is not None:
                try:
                    connection = connect(address, port, self.wire.step(self._connect_timeout))
                except OSError as error:
                    raise DataConnectionError(port, error) from None
                return FileConnection(connection, self.wire)
        return reply

    def store(self, name: str, data: FileConnection) -> Reply:
        """Ask the server to take a file, and return its answer. No byte of the file leaves.

        Both happen at once because some servers answer when the connection for the file is encrypted (ftp-srv), and
        others encrypt it when they have answered (vsftpd, proftpd). RFC 4217 settles neither.

        Args:
            name: of the file.
            data: as :meth:`open_data` gave it.

        Raises:
            OSError: see :meth:`ask`.
        """
        return self._begin(f"STOR {name}", data)

    def _inquire(self, command: str, *, may_be_done: bool = False) -> Reply:
        """Send a command that sends no file, and return the reply to it.

        Args:
            command: the command.
            may_be_done: whether 250 may answer it.

        Raises:
            InvalidReplyError: when the answer is a late one to a file, so that the next ones belong to something else, too.
            OSError: see :meth:`ask`.
        """
        reply = self.ask(command)
        if reply.code in _ABOUT_A_FILE or (reply.code == _DONE and not may_be_done):
            raise InvalidReplyError(f"it said: {reply}")
        return reply

    def _begin(self, command: str, data: FileConnection) -> Reply:
        """Send a command that uses a data connection, encrypt that meanwhile, and return the first reply."""
        if self._data_tls is not None:
            data.encrypt(self._data_tls, self._host)
        self.say(command)
        limit = self.wire.step(self._reply_timeout)
        data.agree(limit, until_reply=True)
        return data.explain(self._read_reply(limit))

    def send_content(self, data: FileConnection, content: bytes, *, timeout: float) -> Reply | None:
        """Send the bytes of a file that the server has agreed to take, and end the data connection.

        Args:
            data: that :meth:`store` was given.
            content: all of them.
            timeout: seconds for each part. The rest of the TLS handshake before them has the time for connecting, and the
                whole has :func:`~action_returns.channels.time_limits.file_seconds`.

        Returns:
            The server's refusal where it came before the file was whole, else None.

        Raises:
            InvalidReplyError: when the server confirmed the file before it was whole.
            OSError: when the bytes did not all leave.
        """
        self.wire.begin(file_seconds(len(content)), "for the file")
        with closing(data):
            data.agree(self.wire.step(self._connect_timeout))
            data.send(content, timeout)
            if self.wire.has_spoken():
                early = self.reply()
                if early.code < _REFUSED:
                    raise InvalidReplyError(f"it said before the file was whole: {early}")
                return early
            data.end()
        return None


def _port_of(reply: Reply) -> int | None:
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
