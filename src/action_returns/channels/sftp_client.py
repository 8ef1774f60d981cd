"""The few requests of SFTP that an upload needs, each with its answer (draft-ietf-secsh-filexfer-02, version 3).

paramiko's SFTPFile.close hides what the server answers (sftp_file.py, _close), and its errors lose the status code. The
outcome of an upload depends on both.
"""

import stat
import struct
from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from action_returns.channels.base import ConnectionLostError, Outcome
from action_returns.channels.ssh_connection import SshConnection, printable
from action_returns.channels.upload import Upload


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
    REMOVE = 13
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    ATTRS = 105


OK: Final = 0
NO_SUCH_FILE: Final = 2

_VERSION: Final = 3
_NEW_FILE: Final = 0x02 | 0x08 | 0x20
"""SSH_FXF_WRITE, CREAT and EXCL: refused when there is a file of that name (6.3)."""
_HAS_SIZE, _HAS_OWNER, _HAS_MODE = 0x01, 0x02, 0x04
_PIECE: Final = 32_768
"""Bytes of a file in one packet; every server takes that much (3)."""
_AHEAD: Final = 32
"""Pieces under way at a time."""
_NO_SPACE: Final = ("space", "quota")
"""Words of servers whose disk is full; version 3 of SFTP has no code for it."""
_LARGEST: Final = 262_144
"""No answer to these requests is longer; a longer packet is not SFTP."""


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

    Raises:
        ConnectionLostError: when the server has no SFTP, or the connection broke off.
    """

    def __init__(self, connection: SshConnection, timeout: float) -> None:
        self.connection = connection
        self._timeout = timeout
        self._last = 0
        self._answers: dict[int, tuple[int, bytes]] = {}
        with connection.time_limit(timeout):
            self._channel = connection.transport.open_session()
            self._channel.invoke_subsystem("sftp")
            self._send(_Packet.INIT, struct.pack(">I", _VERSION))
            kind, _ = self._receive()
        if kind != _Packet.VERSION:
            raise ConnectionLostError("it does not talk SFTP")

    def facts(self, path: str, *, follow: bool = False) -> Facts:
        """Return the facts about a file or folder.

        Args:
            path: its path.
            follow: whether a link stands for what it points to.
        """
        reader = _Reader(self._request(_Packet.STAT if follow else _Packet.LSTAT, _text(path), _Packet.ATTRS))
        flags = reader.number()
        size = reader.long() if flags & _HAS_SIZE else None
        if flags & _HAS_OWNER:
            reader.long()
        return Facts(size, reader.number() if flags & _HAS_MODE else None)

    def create(self, path: str) -> bytes:
        """Create a file that was not there, and return the handle to write to it."""
        payload = _text(path) + struct.pack(">II", _NEW_FILE, 0)
        return _Reader(self._request(_Packet.OPEN, payload, _Packet.HANDLE)).text()

    def write(self, handle: bytes, content: bytes) -> None:
        """Write all of a file, many pieces under way at a time.

        The last piece leaves only when all others are confirmed: a file of the full size is then a whole one, whatever
        happens.
        """
        pieces = [(at, content[at : at + _PIECE]) for at in range(0, len(content), _PIECE)]
        under_way: deque[int] = deque()
        for number, (at, piece) in enumerate(pieces, 1):
            while len(under_way) >= (_AHEAD if number < len(pieces) else 1):
                self._answer(under_way.popleft(), _Packet.STATUS)
            under_way.append(self._send_request(_Packet.WRITE, _text(handle) + struct.pack(">Q", at) + _text(piece)))
        while under_way:
            self._answer(under_way.popleft(), _Packet.STATUS)

    def close(self, handle: bytes) -> None:
        """Close a file."""
        self._request(_Packet.CLOSE, _text(handle), _Packet.STATUS)

    def rename(self, old: str, new: str) -> None:
        """Rename a file; rejected where a file has that name (6.5)."""
        self._request(_Packet.RENAME, _text(old) + _text(new), _Packet.STATUS)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._request(_Packet.REMOVE, _text(path), _Packet.STATUS)

    def _request(self, kind: _Packet, payload: bytes, expected: _Packet) -> bytes:
        return self._answer(self._send_request(kind, payload), expected)

    def _send_request(self, kind: _Packet, payload: bytes) -> int:
        self._last += 1
        with self.connection.time_limit(self._timeout):
            self._send(kind, struct.pack(">I", self._last) + payload)
        return self._last

    def _answer(self, number: int, expected: _Packet) -> bytes:
        """Wait for the answer to a request; answers may come in any order (6)."""
        while number not in self._answers:
            with self.connection.time_limit(self._timeout):
                kind, payload = self._receive()
            reader = _Reader(payload)
            request = reader.number()
            self._answers[request] = kind, reader.rest
        kind, payload = self._answers.pop(number)
        if kind == _Packet.STATUS:
            reader = _Reader(payload)
            status = reader.number()
            if status != OK:
                # Some servers send no text, or text in their own encoding.
                text = reader.text().decode("utf-8", "replace") if reader.rest else ""
                raise RequestRejectedError(status, printable(text))
        if kind != expected:
            raise ConnectionLostError("its answer does not belong to the request")
        return payload

    def _send(self, kind: _Packet, payload: bytes) -> None:
        self._channel.sendall(struct.pack(">IB", len(payload) + 1, kind) + payload)

    def _receive(self) -> tuple[int, bytes]:
        (length,) = struct.unpack(">I", self._exactly(4))
        if not 0 < length <= _LARGEST:
            raise ConnectionLostError("it does not talk SFTP")
        packet = self._exactly(length)
        return packet[0], packet[1:]

    def _exactly(self, length: int) -> bytes:
        received = b""
        while len(received) < length:
            part = self._channel.recv(length - len(received))
            if not part:
                raise ConnectionLostError("the server ended the connection")
            received += part
        return received


class SftpFolder:
    """The receiving folder, over an open connection.

    Args:
        client: the connection.
        directory: the folder; ``/`` is where the user arrives.
    """

    def __init__(self, client: SftpClient, directory: str) -> None:
        self._client = client
        self._directory = "" if directory in {"", ".", "/"} else directory.rstrip("/") + "/"

    @property
    def security(self) -> str:
        """What protects the connection."""
        return self._client.connection.security

    @property
    def evidence(self) -> dict[str, str | int]:
        """Facts about the server and the encryption, for the receipt."""
        return self._client.connection.evidence

    def exists(self) -> bool:
        """Return whether the folder exists. A folder whose facts are refused may exist."""
        try:
            return not self._client.facts(self._directory or ".", follow=True).is_no_folder
        except RequestRejectedError as rejected:
            return rejected.status != NO_SUCH_FILE

    def size(self, name: str) -> int | None:
        """Return how many bytes a file there has; None when there is none or the server does not tell."""
        try:
            return self._client.facts(self._directory + name).size
        except RequestRejectedError:
            return None

    def create(self, name: str) -> bytes:
        """Create a file that was not there, and return the handle to write to it.

        Raises:
            RequestRejectedError: when the server refuses; a file of that name, if there is one, is not ours.
        """
        return self._client.create(self._directory + name)

    def write(self, handle: bytes, content: bytes) -> str | None:
        """Write all of a file and close it; return the server's refusal, None where there is none."""
        refusal = None
        try:
            self._client.write(handle, content)
        except RequestRejectedError as rejected:
            refusal = str(rejected)
        try:
            self._client.close(handle)
        except RequestRejectedError as rejected:
            refusal = refusal or str(rejected)
        return refusal

    def rename(self, old: str, new: str) -> str | None:
        """Rename a file; return the server's refusal, None where there is none."""
        try:
            self._client.rename(self._directory + old, self._directory + new)
        except RequestRejectedError as rejected:
            return str(rejected)
        return None

    def remove(self, name: str) -> bool:
        """Remove a file; return whether the server did."""
        try:
            self._client.remove(self._directory + name)
        except RequestRejectedError:
            return False
        return True

    def close(self) -> None:
        """Close the connection."""
        self._client.connection.close()


class SftpUpload(Upload):
    """The SFTP requests that upload a file."""

    def run(self, folder: SftpFolder) -> Outcome:
        """Upload; never raises for what a server or network may do."""
        try:
            return self._store(folder)
        except ConnectionLostError as error:
            folder.close()
            return self.check_on_server(str(error))

    def _store(self, folder: SftpFolder) -> Outcome:
        try:
            handle = folder.create(self.name)
        except RequestRejectedError as rejected:
            return self.texts.refused(str(rejected), no_space=_is_no_space(str(rejected)))
        refusal = folder.write(handle, self.file.content)
        if refusal is not None:
            return self.rejected_after_upload(folder, refusal, no_space=_is_no_space(refusal))
        return self.confirmed(folder, folder.evidence, lambda: self._rename(folder))

    def _rename(self, folder: SftpFolder) -> str | None:
        self.renaming = True
        return folder.rename(self.name, self.file.name)


def _is_no_space(answer: str) -> bool:
    return any(word in answer.lower() for word in _NO_SPACE)


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

    def _take(self, length: int) -> bytes:
        if len(self.rest) < length:
            raise ConnectionLostError("its answer breaks off in the middle")
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken


def _text(text: str | bytes) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return struct.pack(">I", len(content)) + content
