"""Mail servers that misbehave: a go-between that breaks a real conversation at one point, and one that says anything."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from action_returns.cli.demo_servers import LOOPBACK, Authority

Kind = Literal["cut", "hang", "garbage"]
KINDS: Final[tuple[Kind, ...]] = ("cut", "hang", "garbage")

_GARBAGE: Final = b"\x00\xff\x1b[2J garbage \xc3\x28\r\n"
_RESET: Final = struct.pack("ii", 1, 0)  # closing then tells the other side at once that the connection is broken


@dataclass(slots=True)
class Disturbance:
    """Where the conversation breaks and how.

    Args:
        kind: ``cut`` resets the client's connection, ``hang`` passes nothing on any more, ``garbage`` says something
            else and closes.
        reply: at which reply of the server, counted from 1. The server has said it; the client does not hear it.
        content: after how many bytes of the message that the client sends.
        dot: whether in place of passing on the line that ends the message.
        reached: set when it came to that.
        over: set when nobody listens any more.
        replies: how many replies the longest conversation had.
    """

    kind: Kind = "cut"
    reply: int | None = None
    content: int | None = None
    dot: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    replies: int = 0


class _Peer:
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
        lines = b""
        while line := self.line():
            lines += line
            if line[3:4] != b"-":
                break
        return lines

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()


@contextmanager
def disturbed(port: int, disturbance: Disturbance, *, authority: Authority, implicit: bool) -> Iterator[int]:
    """Stand between a client and a mail server on this machine, TLS to both sides, and break their conversation.

    Args:
        port: the mail server's port.
        disturbance: where and how; the same for every connection.
        authority: its certificates, which are the server's too.
        implicit: TLS from the first byte, else from STARTTLS on.

    Yields:
        The port for the client.
    """
    towards_client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    towards_client.load_cert_chain(str(authority.server))
    towards_server = ssl.create_default_context(cafile=str(authority.bundle))

    def encrypt(client: _Peer, server: _Peer) -> None:
        client.connection = towards_client.wrap_socket(client.connection, server_side=True)
        server.connection = towards_server.wrap_socket(server.connection, server_hostname=LOOPBACK)

    def talk(connection: socket.socket) -> None:
        client, server = _Peer(connection), _Peer(socket.create_connection((LOOPBACK, port)))
        try:
            if implicit:
                encrypt(client, server)
            _pass_on(client, server, disturbance, encrypt)
        finally:
            client.connection.close()
            server.connection.close()

    with _listening(talk) as listening:
        try:
            yield listening
        finally:
            disturbance.over.set()


def _pass_on(client: _Peer, server: _Peer, disturbance: Disturbance, encrypt: Callable[[_Peer, _Peer], None]) -> None:
    """Pass on replies and commands in turn until the conversation ends or is to break."""
    command, replies = b"", 0
    while reply := server.reply():
        replies += 1
        disturbance.replies = max(disturbance.replies, replies)
        if replies == disturbance.reply:
            _break(client, disturbance)
            return
        client.send(reply)
        if command == b"STARTTLS\r\n" and reply.startswith(b"220"):
            encrypt(client, server)
        if reply.startswith(b"354"):
            if not _pass_content_on(client, server, disturbance):
                return
        else:
            command = client.line()
            server.send(command)
            if not command:
                return


def _pass_content_on(client: _Peer, server: _Peer, disturbance: Disturbance) -> bool:
    passed = 0
    while line := client.line():
        ends = line == b".\r\n"
        if (ends and disturbance.dot) or (disturbance.content is not None and passed >= disturbance.content):
            _break(client, disturbance)
            return False
        server.send(line)
        passed += len(line)
        if ends:
            return True
    return False


def _break(client: _Peer, disturbance: Disturbance) -> None:
    disturbance.reached.set()
    match disturbance.kind:
        case "cut":
            client.reset()
        case "hang":
            disturbance.over.wait()
        case "garbage":
            client.send(_GARBAGE)


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
def scripted(replies: Sequence[bytes]) -> Iterator[Scripted]:
    """Run a server that says one thing after the other and then hangs up.

    Between two of them it hears one line, after ``354`` a whole message.

    Args:
        replies: what it says, the greeting first.
    """
    server = Scripted(0)

    def talk(connection: socket.socket) -> None:
        client = _Peer(connection)
        server.connections += 1
        for previous, reply in zip((b"", *replies), replies, strict=False):
            while previous and (line := client.line()):
                server.heard.append(line)
                if not previous.startswith(b"354") or line == b".\r\n":
                    break
            client.send(reply)
        connection.shutdown(socket.SHUT_WR)
        while line := client.line():
            server.heard.append(line)

    with _listening(talk) as server.port:
        yield server


@contextmanager
def _listening(talk: Callable[[socket.socket], None]) -> Iterator[int]:
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
            thread = threading.Thread(target=one, args=(connection,), name="misbehaving mail server")
            thread.start()
            threads.append(thread)

    with socket.create_server((LOOPBACK, 0)) as listener:
        # So that a message does not fit into what lies between the two ends.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        accepting = threading.Thread(target=accept, name="misbehaving mail server's door")
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopped.set()
            socket.create_connection(listener.getsockname()).close()
            accepting.join()
            for thread in threads:
                thread.join()
