"""Stands between client and a server of SFTP, speaks SSH with both, and breaks a conversation at one answer.

Unlike ``sftp_faults`` it needs nothing of the server: what it passes on is SFTP, whatever program answers.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import paramiko

from tests.servers.go_between import GARBAGE, listening_for
from tests.servers.openssh import USER

Fault = Literal["", "cut", "hang", "garbage", "lost", "denied", "refused"]
FAULTS: Final[tuple[Fault, ...]] = ("cut", "hang", "garbage", "lost", "denied", "refused")
"""The answer is cut off, never comes, or is none; the request is lost with the connection, or denied without being passed
on; what was asked is done, and the answer says that it failed."""
_REQUESTS: Final = {
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
_STATUS, _FAILURE = 101, 4


@dataclass(slots=True)
class Relay:
    """A running relay.

    Args:
        target: port of the server.
        password: of the user, at both.
        fingerprints: of its own key, by kind.
        fault: what happens.
        at: at which answer of the first conversation, counted from 0 after the version.
        always: whether every later conversation breaks at once, too.
        port: where it listens.
        asked: what was asked in each conversation, in order, whether or not it was passed on.
        reached: whether it came to that.
    """

    target: int
    password: str
    fingerprints: dict[str, str]
    fault: Fault = ""
    at: int = 0
    always: bool = False
    port: int = 0
    key: None = None
    asked: list[list[str]] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class _SignIn(paramiko.ServerInterface):
    """Lets the one user in."""

    def __init__(self, password: str) -> None:
        self._password = password

    def get_allowed_auths(self, _username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        is_right = (username, password) == (USER, self._password)
        return paramiko.common.AUTH_SUCCESSFUL if is_right else paramiko.common.AUTH_FAILED

    def check_channel_request(self, _kind: str, _number: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, _channel: paramiko.Channel, name: str) -> bool:
        return name == "sftp"


class _Conversation:
    """One of them, with the client on one side and the server on the other."""

    def __init__(self, relay: Relay, client: paramiko.Channel, server: paramiko.Channel) -> None:
        self._relay, self._client, self._server = relay, client, server
        self._number = len(relay.asked)
        self._asked: list[str] = []
        relay.asked.append(self._asked)
        self._breaks_at = self._break()

    def _break(self) -> int | None:
        relay = self._relay
        if self._number == 0:
            return relay.at if relay.fault else None
        return 0 if relay.always and relay.reached.is_set() else None

    def run(self) -> None:
        """Pass on what is asked and answered until the conversation ends or breaks."""
        answering = threading.Thread(target=self._pass_answers)
        answering.start()
        self._pass_requests()
        self._end()
        answering.join()

    def _pass_requests(self) -> None:
        for packet in _packets(self._client):
            kind, fault = packet[4], self._relay.fault
            if kind in _REQUESTS:
                self._asked.append(_REQUESTS[kind])
                if len(self._asked) - 1 == self._breaks_at and fault in {"lost", "denied"}:
                    self._relay.reached.set()
                    if fault == "lost":
                        return
                    self._client.sendall(_failure(packet[5:9]))
                    continue
            self._server.sendall(packet)

    def _pass_answers(self) -> None:
        with suppress(OSError, EOFError):
            for number, packet in enumerate(_packets(self._server), -1):  # the version comes first
                if number == self._breaks_at and self._relay.fault not in {"lost", "denied"}:
                    self._relay.reached.set()
                    if self._relay.fault != "refused":
                        self._lose(self._relay.fault)
                        break
                    self._client.sendall(_failure(packet[5:9]))
                    continue
                self._client.sendall(packet)
        self._end()

    def _lose(self, fault: Fault) -> None:
        if fault == "garbage":
            self._client.sendall(GARBAGE * 20)
        if fault == "hang":
            self._relay.over.wait(60)

    def _end(self) -> None:
        for side in (self._client, self._server):
            side.get_transport().close()


def _packets(channel: paramiko.Channel) -> Iterator[bytes]:
    with suppress(OSError, EOFError):
        while (head := _exactly(channel, 4)) and (body := _exactly(channel, struct.unpack(">I", head)[0])):
            yield head + body


def _exactly(channel: paramiko.Channel, length: int) -> bytes:
    received = b""
    while len(received) < length:
        some = channel.recv(length - len(received))
        if not some:
            return b""
        received += some
    return received


def _failure(number: bytes) -> bytes:
    answer = bytes([_STATUS]) + number + struct.pack(">II", _FAILURE, 7) + b"Failure" + struct.pack(">I", 0)
    return struct.pack(">I", len(answer)) + answer


@contextmanager
def relay(target: int, password: str) -> Iterator[Relay]:
    """Run a relay before a server until the block ends.

    Args:
        target: port of the server.
        password: of the user, at both.
    """
    own = paramiko.ECDSAKey.generate()
    running = Relay(target, password, {"ecdsa": own.fingerprint})

    def talk(connection: Any) -> None:
        to_client = paramiko.Transport(connection)
        to_client.add_server_key(own)
        with suppress(OSError, EOFError, paramiko.SSHException):
            to_client.start_server(event=threading.Event(), server=_SignIn(password))
            client = to_client.accept(20)
            if client is not None:
                to_server = paramiko.Transport(socket.create_connection(("127.0.0.1", target)))
                try:
                    to_server.connect(username=USER, password=password)
                    server = to_server.open_session()
                    server.invoke_subsystem("sftp")
                    _Conversation(running, client, server).run()
                finally:
                    to_server.close()
                    to_server.join(5)
        to_client.close()
        to_client.join(5)

    with listening_for(talk) as running.port:
        try:
            yield running
        finally:
            running.over.set()
