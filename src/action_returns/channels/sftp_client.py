"""The few requests of SFTP that an upload needs, each with its answer (draft-ietf-secsh-filexfer-02, version 3).

paramiko's SFTPFile.close hides what the server answers (sftp_file.py, _close), and its errors lose the status code. The
outcome of an upload depends on both.
"""

import stat
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from action_returns.channels.base import ConnectionLostError, do_nothing
from action_returns.channels.ssh_connection import SshConnection
from action_returns.channels.time_limits import LONGEST_WAIT


class RequestRejectedError(Exception):
    """The server rejected a request.

    Args:
        status: its code (draft-ietf-secsh-filexfer-02, 7).
        text: its words.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{text or 'no reason given'}, status {status}")
        self.status = status


class _Packet(IntEnum):
    """Kinds of packets (3)."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    WRITE = 6
    LSTAT = 7
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    NAME = 104
    ATTRS = 105


class Opening(IntFlag):
    """Ways to open a file (6.3). With EXCL it is refused when something has the name."""

    WRITE = 0x02
    CREAT = 0x08
    TRUNC = 0x10
    EXCL = 0x20


class Status(IntEnum):
    """Codes of a rejection (7) that say what it is about; some servers use those of later versions."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    UNSUPPORTED = 8
    NO_SPACE = 14
    QUOTA_EXCEEDED = 15


_VERSION: Final = 3
_NO_SFTP: Final = "it does not talk SFTP"
_TEXT: Final = "it sends text in place of SFTP, as a file does that the user's shell runs at its start"
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 0x01, 0x02, 0x04, 0x08, 0x80000000
_MOST_NAME_PACKETS: Final = 100
"""Packets of a list of files that are read; OpenSSH puts 100 names into each."""
_PIECE: Final = 32_768
"""Bytes of a file in one packet; every server takes that much (3)."""
_AHEAD: Final = 32
"""Pieces under way at a time."""
_LARGEST: Final = 262_144
"""No answer is longer (OpenSSH's sftp.h); a longer packet is not SFTP."""
_LONGEST_HANDLE: Final = 256
"""Bytes (4); it is sent back with every piece of the file."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts that a server reports about a file, None where it does not."""

    size: int | None
    mode: int | None

    @property
    def is_no_folder(self) -> bool:
        """Whether it is certainly not a folder."""
        return self.mode is not None and not stat.S_ISDIR(self.mode)


class SftpClient:
    """An SFTP session.

    Args:
        connection: signed in.
        timeout: seconds for each answer.
        reply_timeout: seconds for the answer to the end of a file and to its new name; a server may store or copy it then.

    Raises:
        ConnectionLostError: when the server has no SFTP, or the connection broke off.
    """

    def __init__(self, connection: SshConnection, timeout: float, reply_timeout: float) -> None:
        self.connection = connection
        self._timeout = timeout
        self._reply_timeout = reply_timeout
        self._last = 0
        self._under_way: set[int] = set()
        self._answers: dict[int, tuple[int, bytes]] = {}
        with connection.time_limit(timeout):
            self._channel = connection.transport.open_session()
            self._channel.invoke_subsystem("sftp")
            self._send(_Packet.INIT, struct.pack(">I", _VERSION))
            kind, payload = self._receive()
        if kind != _Packet.VERSION:
            raise ConnectionLostError(_NO_SFTP)
        version = _Reader(payload).number()
        if version > _VERSION:  # its answers would be misread
            raise ConnectionLostError(f"it answers in version {version} of SFTP, and version {_VERSION} was asked for")

    def facts(self, path: str, *, follow: bool = False) -> Facts:
        """Return the facts about a file or folder.

        Args:
            path: its path.
            follow: whether a link stands for what it points to.
        """
        kind = _Packet.STAT if follow else _Packet.LSTAT
        return _Reader(self._request(kind, _text(path), _Packet.ATTRS)).facts()

    def names(self, path: str) -> dict[bytes, Facts] | None:
        """Return what a folder holds, by name; None when it is too much.

        Args:
            path: the folder.
        """
        handle = self._handle(_Packet.OPENDIR, _text(path))
        found: dict[bytes, Facts] = {}
        try:
            for _ in range(_MOST_NAME_PACKETS):
                reader = _Reader(self._request(_Packet.READDIR, _text(handle), _Packet.NAME))
                for _ in range(reader.number()):
                    name, _ = reader.text(), reader.text()
                    found[name] = reader.facts(to_the_end=True)
        except RequestRejectedError as rejected:
            if rejected.status != Status.EOF:
                raise
            return found
        finally:
            with suppress(RequestRejectedError):
                self._request(_Packet.CLOSE, _text(handle), _Packet.STATUS)
        return None

    def open(self, path: str, how: Opening) -> bytes:
        """Open a file, and return the handle to write to it."""
        return self._handle(_Packet.OPEN, _text(path) + struct.pack(">II", how, 0))

    def write(self, handle: bytes, content: bytes, before_last_piece: Callable[[], None] = do_nothing) -> None:
        """Write all of a file, many pieces under way at a time.

        The last piece leaves only when all others are confirmed: a file of the full size is then a whole one, whatever
        happens.

        Args:
            handle: of the open file.
            content: of the file.
            before_last_piece: called once right before the server can have all of the file.
        """
        pieces = [(at, content[at : at + _PIECE]) for at in range(0, len(content), _PIECE)]
        under_way: deque[int] = deque()
        for number, (at, piece) in enumerate(pieces, 1):
            while len(under_way) >= (_AHEAD if number < len(pieces) else 1):
                self._answer(under_way.popleft(), _Packet.STATUS)
            if number == len(pieces):
                before_last_piece()
            under_way.append(self._send_request(_Packet.WRITE, _text(handle) + struct.pack(">Q", at) + _text(piece)))
        while under_way:
            self._answer(under_way.popleft(), _Packet.STATUS)

    def close(self, handle: bytes) -> None:
        """Close a file."""
        self._request(_Packet.CLOSE, _text(handle), _Packet.STATUS, self._reply_timeout)

    def rename(self, old: str, new: str) -> None:
        """Rename a file; rejected where a file has that name (6.5)."""
        self._request(_Packet.RENAME, _text(old) + _text(new), _Packet.STATUS, self._reply_timeout)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._request(_Packet.REMOVE, _text(path), _Packet.STATUS)

    def _handle(self, kind: _Packet, payload: bytes) -> bytes:
        handle = _Reader(self._request(kind, payload, _Packet.HANDLE)).text()
        if len(handle) > _LONGEST_HANDLE:
            raise ConnectionLostError("its handle is longer than SFTP allows")
        return handle

    def _request(self, kind: _Packet, payload: bytes, expected: _Packet, timeout: float | None = None) -> bytes:
        return self._answer(self._send_request(kind, payload), expected, timeout)

    def _send_request(self, kind: _Packet, payload: bytes) -> int:
        self._last += 1
        with self.connection.time_limit(self._timeout):
            self._send(kind, struct.pack(">I", self._last) + payload)
        self._under_way.add(self._last)
        return self._last

    def _answer(self, number: int, expected: _Packet, timeout: float | None = None) -> bytes:
        """Wait for the answer to a request; answers may come in any order (6)."""
        # For the whole wait, however many answers to others come in it.
        with self.connection.time_limit(self._timeout if timeout is None else timeout):
            while number not in self._answers:
                self._take_answer()
        kind, payload = self._answers.pop(number)
        if kind == _Packet.STATUS:
            reader = _Reader(payload)
            status = reader.number()
            if status != Status.OK:
                # Some servers send no text, or text in their own encoding.
                text = reader.text() if reader.rest else b""
                raise RequestRejectedError(status, self.connection.words.show(text))
        if kind != expected:
            raise ConnectionLostError("its answer does not belong to the request")
        return payload

    def _take_answer(self) -> None:
        """Read one answer and keep it for its request.

        Raises:
            ConnectionLostError: when no request is under way that it could belong to.
        """
        kind, payload = self._receive()
        reader = _Reader(payload)
        number = reader.number()
        if number not in self._under_way:  # else a server could fill the memory with answers that are never fetched
            raise ConnectionLostError("it answered a request that was not made")
        self._under_way.remove(number)
        self._answers[number] = kind, reader.rest

    def _send(self, kind: _Packet, payload: bytes) -> None:
        self._channel.sendall(struct.pack(">IB", len(payload) + 1, kind) + payload)

    def _receive(self) -> tuple[int, bytes]:
        head = self._exactly(4)
        (length,) = struct.unpack(">I", head)
        if not 0 < length <= _LARGEST:
            raise ConnectionLostError(_TEXT if head.isascii() and head.decode().isprintable() else _NO_SFTP)
        packet = self._exactly(length)
        return packet[0], packet[1:]

    def _exactly(self, length: int) -> bytes:
        received = bytearray()
        self._channel.settimeout(min(self._timeout, LONGEST_WAIT))
        try:
            while len(received) < length:
                with suppress(TimeoutError):  # the time limit around it says when the time is over
                    part = self._channel.recv(length - len(received))
                    if not part:
                        raise ConnectionLostError("the server ended the connection")
                    received += part
        finally:
            self._channel.settimeout(None)  # or a send that has to wait would fail
        return bytes(received)


class _Reader:
    """Reads a packet from front to back (RFC 4251, 5)."""

    def __init__(self, packet: bytes) -> None:
        self.rest = packet

    def number(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def long(self) -> int:
        return int.from_bytes(self._take(8), "big")

    def text(self) -> bytes:
        return self._take(self.number())

    def facts(self, *, to_the_end: bool = False) -> Facts:
        """Read the attributes of a file (5).

        Args:
            to_the_end: whether to read the rest too, because the packet goes on after it.
        """
        flags = self.number()
        size = self.long() if flags & _HAS_SIZE else None
        if flags & _HAS_OWNER:
            self.long()
        mode = self.number() if flags & _HAS_MODE else None
        if to_the_end:
            if flags & _HAS_TIMES:
                self.long()
            for _ in range(self.number() if flags & _HAS_MORE else 0):
                self.text()
                self.text()
        return Facts(size, mode)

    def _take(self, length: int) -> bytes:
        if len(self.rest) < length:
            raise ConnectionLostError("its answer breaks off in the middle")
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken


def _text(text: str | bytes) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return struct.pack(">I", len(content)) + content
