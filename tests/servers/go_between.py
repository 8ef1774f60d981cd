"""What stands between a client and a server, or in a server's place, and does what neither of them expects."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.servers.loopback import LOOPBACK

Kind = Literal["cut", "hang", "garbage"]
KINDS: Final[tuple[Kind, ...]] = ("cut", "hang", "garbage")

GARBAGE: Final = b"\x00\xff\x1b[2J garbage \xc3\x28\r\n"
# Closing then tells the other side at once that the connection is broken; the numbers are shorter on Windows.
_RESET: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Peer:
    """One side of a conversation, read line by line."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._read = b""

    def line(self) -> bytes:
        """Give the next line, nothing at the end."""
        while b"\n" not in self._read:
            some = self.connection.recv(65536)
            if not some:
                return b""
            self._read += some
        line, end, self._read = self._read.partition(b"\n")
        return line + end

    def reply(self) -> bytes:
        """Give the next reply, all its lines."""
        lines = first = self.line()
        if first[3:4] == b"-":
            while line := self.line():
                lines += line
                if line.startswith(first[:3] + b" "):
                    break
        return lines

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()


@dataclass(slots=True)
class Scripted:
    """A server that says what it is told to.

    Args:
        port: its port.
        heard: what it heard, line by line.
        connections: how often it was called.
    """

    port: int
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def scripted(*scripts: Sequence[bytes]) -> Iterator[Scripted]:
    """Run a server that says one thing after the other and then hangs up.

    Between two of them it hears one line, after ``354`` a whole message.

    Args:
        scripts: what it says, the greeting first; one for each connection, the last one for all that follow.
    """
    server = Scripted(0)

    def talk(connection: socket.socket) -> None:
        client = Peer(connection)

        def hear_message(reply: bytes) -> bool:
            while reply.startswith(b"354") and (line := client.line()):
                server.heard.append(line)
                if line == b".\r\n":
                    break
            return reply.startswith(b"354")

        say(client, server, scripts, hear_message)

    with listening_for(talk) as server.port:
        yield server


def say(
    client: Peer, server: Scripted, scripts: Sequence[Sequence[bytes]], take_content: Callable[[bytes], bool]
) -> None:
    """Say what is next in turn, and then hang up.

    Args:
        client: who listens.
        server: what is known of it.
        scripts: what it says; one for each connection, the last one for all that follow.
        take_content: takes what follows on a reply that asks for more than a line; tells whether that was one.
    """
    replies = scripts[min(server.connections, len(scripts) - 1)]
    server.connections += 1
    for previous, reply in zip((b"", *replies), replies, strict=False):
        if previous and not take_content(previous) and (line := client.line()):
            server.heard.append(line)
        client.send(reply)
    client.connection.shutdown(socket.SHUT_WR)
    while line := client.line():
        server.heard.append(line)


@contextmanager
def listening_for(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on this machine; every connection is talked to in a thread of its own. Yields the port."""
    threads: list[threading.Thread] = []
    stopped = threading.Event()

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:  # the other side may go at any moment; that is the point
            talk(connection)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            if stopped.is_set():
                connection.close()
                return
            thread = threading.Thread(target=one, args=(connection,), name="misbehaving server")
            thread.start()
            threads.append(thread)

    with socket.create_server((LOOPBACK, 0)) as listener:
        # So that a message does not fit into what lies between the two ends.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        accepting = threading.Thread(target=accept, name="misbehaving server's door")
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopped.set()
            socket.create_connection(listener.getsockname()).close()
            accepting.join()
            for thread in threads:
                thread.join()
