"""What stands between a client and a PostgreSQL server and keeps one session for each connection."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.servers.go_between import listening_for
from tests.servers.loopback import LOOPBACK

_OWN_KEY = b"K" + struct.pack("!III", 12, 77_777, 88_888)
"""BackendKeyData of its own, as every pooler sends it (PostgreSQL manual, 55.7)."""


@dataclass(slots=True)
class Relay:
    """A running relay.

    Args:
        port: its port.
        connections: how often it was called.
        round_trips: how often the server answered.
    """

    port: int
    connections: int = 0
    round_trips: int = 0


@contextmanager
def relay(target: int, *, own_key: bool = False) -> Iterator[Relay]:
    """Run a relay until the block ends.

    Args:
        target: the port of the server.
        own_key: whether it gives clients a number of its own for cancelling, as a pooler does; else it passes bytes on as
            they are, as an SSH tunnel does.
    """
    running = Relay(0)

    def talk(client: socket.socket) -> None:
        running.connections += 1
        with socket.create_connection((LOOPBACK, target)) as server:
            conversation = _Conversation(running, client, server, own_key=own_key)
            answers = threading.Thread(target=conversation.pass_answers_on, name="relay's answers")
            answers.start()
            try:
                while some := client.recv(65536):
                    conversation.is_asked = True
                    server.sendall(some)
            finally:
                with contextlib.suppress(OSError):
                    server.shutdown(socket.SHUT_RDWR)
                answers.join()

    with listening_for(talk) as running.port:
        yield running


@dataclass(slots=True)
class _Conversation:
    """The conversation of one client with the server; the end of the server's connection ends the client's."""

    running: Relay
    client: socket.socket
    server: socket.socket
    own_key: bool
    is_asked: bool = False

    def pass_answers_on(self) -> None:
        with contextlib.suppress(OSError):
            self._pass_on(self._read(1))  # whether the server takes encryption, which it does not
            while self.own_key and (message := self._message()):
                self._pass_on(_OWN_KEY if message[:1] == b"K" else message)
                self.own_key = message[:1] != b"K"
            while some := self.server.recv(65536):
                self._pass_on(some)
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, some: bytes) -> None:
        self.running.round_trips += self.is_asked
        self.is_asked = False
        self.client.sendall(some)

    def _message(self) -> bytes:
        head = self._read(5)
        return head + self._read(int.from_bytes(head[1:], "big") - 4) if head else b""

    def _read(self, length: int) -> bytes:
        received = b""
        while len(received) < length and (some := self.server.recv(length - len(received))):
            received += some
        return received
