"""An SFTP server inside this program, by paramiko: for computers that have no sshd, and to lose answers on any computer."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.servers.go_between import GARBAGE, listening_for
from tests.servers.inbox import Inbox
from tests.support.rights import make_private

USER: Final = "uploader"
Quirk = Literal[
    "",
    "refuses exclusive",
    "refuses exclusive without a word",
    "does not know exclusive",
    "ignores exclusive",
    "says failure for no such file",
    "tells no sizes",
    "renames and refuses",
    "renames nothing",
    "takes files",
]
"""What servers of other makes do differently: words of Apache MINA for EXCL, or its code alone; a rename that is done and refused,
or confirmed and not done; files that are taken away once they are closed."""
_NO_EXCLUSIVE: Final = "Cannot open file in mode: CREATE|EXCLUSIVE|WRITE"
_NAMES: Final = {
    3: "OPEN",
    4: "CLOSE",
    6: "WRITE",
    7: "LSTAT",
    11: "OPENDIR",
    12: "READDIR",
    13: "REMOVE",
    17: "STAT",
    18: "RENAME",
}


@dataclass(slots=True)
class Loss:
    """An answer that the client does not hear.

    Args:
        kind: ``cut``, ``hang`` or ``garbage``; none when empty.
        at: which answer of the first conversation, counted from 0 after the version.
        always: whether every later conversation breaks at once, too.
        after: the first request whose answer is lost, in the place of ``at``; none when empty.
    """

    kind: str = ""
    at: int = 0
    always: bool = False
    after: str = ""
    reached: bool = False


@dataclass(slots=True)
class Server(Inbox):
    """A running server.

    Args:
        inbox: where uploads arrive.
        key: file of a private key that lets the user in.
        password: that lets the user in, too; none when empty.
        read_only: whether it refuses every change.
        hides: whether it does not show what it holds.
        keeps_half: whether it keeps only half of each piece that it confirms.
        loss: what it loses.
        quirk: what it does differently.
        taken: what it took away, by name.
        fingerprints: of its keys, by kind.
        port: where it listens.
        asked: what was asked in each conversation, in order.
    """

    inbox: Path
    key: Path
    password: str = ""
    read_only: bool = False
    hides: bool = False
    keeps_half: bool = False
    loss: Loss = field(default_factory=Loss)
    quirk: Quirk = ""
    taken: dict[str, bytes] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    port: int = 0
    asked: list[list[str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class _SignIn(paramiko.ServerInterface):
    """Lets the one user in."""

    def __init__(self, server: Server, public: str) -> None:
        self.server, self._public = server, public

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey,password" if self.server.password else "publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        return _let_in((username, password) == (USER, self.server.password or None))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return _let_in((username, key.get_base64()) == (USER, self._public))

    def check_channel_request(self, _kind: str, _number: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED


def _let_in(is_right: bool) -> int:
    return paramiko.common.AUTH_SUCCESSFUL if is_right else paramiko.common.AUTH_FAILED


class _HalfHandle(paramiko.SFTPHandle):
    """Writes half of what it is given."""

    def write(self, offset: int, data: bytes) -> Any:
        return super().write(offset, data[: len(data) // 2])


class _Files(paramiko.SFTPServerInterface):
    """The files of the inbox; a path has / between its parts on every system."""

    def __init__(self, sign_in: _SignIn) -> None:
        super().__init__(sign_in)
        self._server = sign_in.server

    def _at(self, path: str) -> Path:
        return self._server.inbox.joinpath(*[part for part in path.split("/") if part not in {"", "."}])

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def lstat(self, path: str) -> Any:
        if self._server.hides:
            return paramiko.sftp.SFTP_PERMISSION_DENIED
        shown = self.stat(path)
        if self._server.quirk == "says failure for no such file" and shown == paramiko.sftp.SFTP_NO_SUCH_FILE:
            return paramiko.sftp.SFTP_FAILURE
        if self._server.quirk == "tells no sizes" and not isinstance(shown, int):
            shown.st_size = None
        return shown

    def list_folder(self, path: str) -> Any:
        if self._server.hides:
            return paramiko.sftp.SFTP_PERMISSION_DENIED
        return [paramiko.SFTPAttributes.from_stat(one.stat(), one.name) for one in self._at(path).iterdir()]

    def open(self, path: str, flags: int, _attributes: Any) -> Any:
        if self._server.read_only:
            return paramiko.sftp.SFTP_PERMISSION_DENIED
        quirk = self._server.quirk
        if flags & os.O_EXCL and "exclusive" in quirk and quirk != "ignores exclusive":
            return (
                paramiko.sftp.SFTP_OP_UNSUPPORTED if quirk == "does not know exclusive" else paramiko.sftp.SFTP_FAILURE
            )
        if quirk == "ignores exclusive":
            flags &= ~os.O_EXCL
        try:
            opened = os.open(self._at(path), flags | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        half = self._server.keeps_half
        handle = _HalfHandle(flags) if half else _Handle(flags, self._server, self._at(path))
        handle.writefile = os.fdopen(opened, "wb")  # type: ignore[attr-defined]  # the types leave it out
        return handle

    def remove(self, path: str) -> int:
        return _status(self._at(path).unlink)

    def rename(self, old: str, new: str) -> int:
        if self._server.quirk == "renames nothing":
            return paramiko.sftp.SFTP_OK
        if self._at(new).exists():
            return paramiko.sftp.SFTP_FAILURE
        answer = _status(lambda: self._at(old).rename(self._at(new)))
        return paramiko.sftp.SFTP_FAILURE if self._server.quirk == "renames and refuses" else answer


class _Handle(paramiko.SFTPHandle):
    """An open file, which may be taken away when it is closed."""

    def __init__(self, flags: int, server: Server, path: Path) -> None:
        super().__init__(flags)
        self._server, self._path = server, path

    def close(self) -> None:
        super().close()
        if self._server.quirk == "takes files":
            self._server.taken[self._path.name] = self._path.read_bytes()
            self._path.unlink()


def _status(change: Any) -> int:
    try:
        change()
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno or 0)
    return paramiko.sftp.SFTP_OK


class _Answers(paramiko.SFTPServer):
    """Answers what is asked, but for what is to be lost."""

    def __init__(self, channel: paramiko.Channel, name: str, sign_in: _SignIn, *rest: Any) -> None:
        super().__init__(channel, name, sign_in, *rest)
        self._server = sign_in.server
        self._asked: list[str] = []
        self._number = len(self._server.asked)
        self._server.asked.append(self._asked)
        self._answered = -1  # the version comes first

    def _process(self, kind: int, number: int, message: paramiko.Message) -> None:
        if kind in _NAMES:
            self._asked.append(_NAMES[kind])
        super()._process(kind, number, message)  # type: ignore[misc]  # the types leave it out

    def _send_status(self, number: int, code: int, words: str | None = None) -> None:
        if self._server.quirk == "refuses exclusive" and self._asked[-1] == "OPEN":
            words = _NO_EXCLUSIVE
        super()._send_status(number, code, words)  # type: ignore[misc]  # as above

    def _send_packet(self, kind: int, packet: Any) -> None:
        loss = self._server.loss
        first = self._number == 0 and self._answered == loss.at and not loss.after
        if loss.after and not loss.reached:
            first = loss.after in self._asked
        if loss.kind and (first or (self._number and loss.always and loss.reached and self._answered == 0)):
            loss.reached = True
            self._lose(loss.kind)
        self._answered += 1
        super()._send_packet(kind, packet)  # type: ignore[misc]  # as above

    def _lose(self, kind: str) -> None:
        channel = self.sock  # type: ignore[attr-defined]  # as above
        if kind == "garbage":
            channel.sendall(GARBAGE * 20)
        if kind == "hang":
            self._server.over.wait(60)
        channel.get_transport().close()
        raise EOFError


@contextmanager
def sftp_server(
    folder: Path, *, password: str = "", read_only: bool = False, hides: bool = False, keeps_half: bool = False
) -> Iterator[Server]:
    """Run the server until the block ends.

    Args:
        folder: an empty folder for all it writes; made when it is not there.
        password: with which the user may sign in beside the key; not at all when empty.
        read_only: whether it refuses every change.
        hides: whether it does not show what it holds.
        keeps_half: whether it keeps only half of each piece that it confirms.
    """
    folder.mkdir(exist_ok=True)
    inbox, key = folder / "inbox", folder / "user_key"
    inbox.mkdir()
    own, users = (_make_key(path) for path in (folder / "host_key", key))
    server = Server(inbox, key, password, read_only, hides, keeps_half, fingerprints={"ed25519": own.fingerprint})

    def talk(connection: Any) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(own)
        transport.set_subsystem_handler("sftp", _Answers, _Files)
        with suppress(OSError, EOFError, paramiko.SSHException):
            transport.start_server(event=threading.Event(), server=_SignIn(server, users.get_base64()))
            while transport.is_alive() and not server.over.wait(0.05):
                pass
        transport.close()
        transport.join(5)

    with listening_for(talk) as server.port:
        try:
            yield server
        finally:
            server.over.set()


def _make_key(path: Path) -> paramiko.PKey:
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    path.touch()
    make_private(path)
    path.write_bytes(made)
    return paramiko.Ed25519Key.from_private_key_file(str(path))
