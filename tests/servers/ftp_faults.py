"""A go-between that breaks a real conversation with an FTP server at one point, on either of its two connections."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal, Self

from tests.servers.go_between import GARBAGE, Kind, Peer, Scripted, listening_for, say
from tests.servers.loopback import LOOPBACK, Authority

_PASSIVE: Final = re.compile(rb"\d+,\d+,\d+,\d+,(\d+),(\d+)")
_EXTENDED: Final = re.compile(rb"\(\|\|\|(\d+)\|\)")

REFUSAL: Final = b"451 Not now\r\n"
HERE: Final = b"227 here (127,0,0,1,PORT)\r\n"
"""In a script: where the server takes files."""


@dataclass(slots=True)
class Disturbance:
    """Where the conversation breaks and how.

    Args:
        kind: ``cut`` resets the client's connection, ``hang`` passes nothing on any more, ``garbage`` says something
            else and closes, ``refuse`` says no to what the server has done and goes on, ``short`` swallows the rest of the file and says nothing about it.
        reply: at which reply of the server, counted from 1. The server has said it; the client does not hear it.
        content: after how many bytes of the file.
        always: whether every later connection breaks at once, else only the first one does.
        reached: set when it came to that.
        over: set when nobody listens any more.
        heard: the first words of every command of the first conversation; in their order, one for each reply.
        stores: the names under which a file was sent, on any connection.
    """

    kind: Kind | Literal["refuse", "short"] = "cut"
    reply: int | None = None
    content: int | None = None
    always: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    heard: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Contexts:
    """TLS settings towards either side; None towards both without TLS."""

    client: ssl.SSLContext | None = None
    server: ssl.SSLContext | None = None


@contextmanager
def disturbed(
    port: int,
    disturbance: Disturbance,
    *,
    authority: Authority,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    implicit: bool = False,
) -> Iterator[int]:
    """Stand between a client and an FTP server on this machine, TLS to both sides from AUTH on, and break their talk.

    Args:
        port: the server's port.
        disturbance: where and how.
        authority: its certificates, which are the server's too.
        version: of TLS.
        implicit: whether TLS begins with the first byte.

    Yields:
        The port for the client.
    """
    towards_client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    towards_client.load_cert_chain(str(authority.server))
    towards_server = ssl.create_default_context(cafile=str(authority.bundle))
    towards_client.maximum_version = towards_server.maximum_version = version
    connections = iter(range(1_000))

    def talk(connection: socket.socket) -> None:
        is_first = next(connections) == 0
        server = Peer(socket.create_connection((LOOPBACK, port)))
        conversation = _Conversation(
            Peer(connection), server, disturbance, _Contexts(towards_client, towards_server), is_first=is_first
        )
        with conversation:
            if implicit:
                conversation.encrypt()
            conversation.run()

    with listening_for(talk) as listening:
        try:
            yield listening
        finally:
            disturbance.over.set()


class _Conversation:
    """One control connection and the data connections that belong to it."""

    def __init__(
        self, client: Peer, server: Peer, disturbance: Disturbance, contexts: _Contexts, *, is_first: bool
    ) -> None:
        self._client = client
        self._server = server
        self._disturbance = disturbance
        self._contexts = contexts
        self._is_first = is_first
        self._is_protected = False
        self._end = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.connection.close()
        self._server.connection.close()
        self._end.close()

    def run(self) -> None:
        """Pass on replies and commands in turn until the conversation ends or is to break."""
        command, replies = b"CONNECT", 0
        while reply := self._server.reply():
            replies += 1
            if self._is_first:
                self._disturbance.heard.append(command.split()[0].decode())
            if self._is_to_break(replies):
                if self._disturbance.kind != "refuse":
                    self._break()
                    return
                if reply.startswith(b"234"):  # the server waits for encryption, and takes no other command
                    self._disturbance.reached.set()
                    self._client.send(REFUSAL)
                    return
                reply = self._refuse(reply)
            self._client.send(self._changed(reply))
            if command == b"AUTH TLS\r\n" and reply.startswith(b"234"):
                self.encrypt()
            if command == b"PROT P\r\n" and reply.startswith(b"200"):
                self._is_protected = True
            if reply.startswith((b"125", b"150")):
                continue  # the next reply follows when the file is there
            command = self._client.line()
            if command.startswith(b"STOR "):
                self._disturbance.stores.append(command[5:].strip().decode())
            self._server.send(command)
            if not command:
                return

    def _is_to_break(self, replies: int) -> bool:
        if self._is_first:
            return replies == self._disturbance.reply
        return self._disturbance.always and self._disturbance.reached.is_set()

    def _refuse(self, reply: bytes) -> bytes:
        """Return a refusal in the place of a reply; what the server says about a file that it waits for is left out."""
        self._disturbance.reached.set()
        if reply.startswith((b"125", b"150")):
            self._client.send(REFUSAL)
            return self._server.reply() and b""
        return REFUSAL

    def _break(self) -> None:
        self._disturbance.reached.set()
        match self._disturbance.kind:
            case "cut":
                self._client.reset()
            case "hang":
                self._disturbance.over.wait()
            case "garbage":
                self._client.send(GARBAGE)

    def encrypt(self) -> None:
        """Talk TLS to both sides from here on."""
        assert self._contexts.client is not None
        assert self._contexts.server is not None
        self._client.connection = self._contexts.client.wrap_socket(self._client.connection, server_side=True)
        self._disturbance.over.wait(0.02)  # ftp-srv says yes before it is ready to decrypt
        self._server.connection = self._contexts.server.wrap_socket(self._server.connection, server_hostname=LOOPBACK)

    def _changed(self, reply: bytes) -> bytes:
        """Put a port of our own in the place of the server's."""
        if reply.startswith(b"227") and (found := _PASSIVE.search(reply)):
            own = self._listen(int(found[1]) * 256 + int(found[2]))
            return f"227 Entering Passive Mode (127,0,0,1,{own >> 8},{own & 255})\r\n".encode()
        if reply.startswith(b"229") and (found := _EXTENDED.search(reply)):
            return f"229 Entering Extended Passive Mode (|||{self._listen(int(found[1]))}|)\r\n".encode()
        return reply

    def _listen(self, port: int) -> int:
        listener = socket.create_server((LOOPBACK, 0))
        # So that a file does not fit into what lies between the two ends.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        is_over = threading.Event()
        thread = threading.Thread(
            target=self._pass_file_on, args=(listener, port, is_over), name="misbehaving data connection"
        )

        def end() -> None:
            is_over.set()
            thread.join()
            listener.close()

        self._end.callback(end)
        thread.start()
        return int(listener.getsockname()[1])

    def _pass_file_on(self, listener: socket.socket, port: int, is_over: threading.Event) -> None:
        with suppress(OSError), ExitStack() as sockets:  # either side may go at any moment; that is the point
            client = Peer(sockets.enter_context(_accept(listener, is_over)))
            server = Peer(sockets.enter_context(socket.create_connection((LOOPBACK, port))))
            if self._is_protected:
                assert self._contexts.client is not None
                assert self._contexts.server is not None
                assert isinstance(self._server.connection, ssl.SSLSocket)
                client.connection = sockets.enter_context(
                    self._contexts.client.wrap_socket(client.connection, server_side=True)
                )
                server.connection = sockets.enter_context(
                    self._contexts.server.wrap_socket(
                        server.connection, server_hostname=LOOPBACK, session=self._server.connection.session
                    )
                )
            self._pump(client, server)

    def _pump(self, client: Peer, server: Peer) -> None:
        left = self._disturbance.content if self._is_first else None
        while some := client.connection.recv(65_536 if left is None else max(1, min(left, 65_536))):
            server.send(some)
            if left is not None:
                left -= len(some)
                if left <= 0:
                    self._break_file(client, server)
                    return
        if isinstance(server.connection, ssl.SSLSocket):
            server.connection = server.connection.unwrap()

    def _break_file(self, client: Peer, server: Peer) -> None:
        self._disturbance.reached.set()
        match self._disturbance.kind:
            case "cut":
                client.reset()
            case "hang":
                self._disturbance.over.wait()
            case "short":
                while client.connection.recv(65_536):
                    pass
        if isinstance(server.connection, ssl.SSLSocket):
            server.connection.unwrap()


def _accept(listener: socket.socket, is_over: threading.Event) -> socket.socket:
    """Wait for a connection.

    Raises:
        OSError: when nobody will connect any more.
    """
    listener.settimeout(0.05)  # on Windows, nothing wakes who waits in accept
    while not is_over.is_set():
        with suppress(TimeoutError):
            connection, _ = listener.accept()
            connection.settimeout(None)
            return connection
    raise OSError


@contextmanager
def scripted(*scripts: Sequence[bytes]) -> Iterator[Scripted]:
    """Run a server that says one thing after the other and then hangs up.

    Between two of them it hears one line, after ``1yz`` a whole file; it says no more on its own after a file for which it had another reply already.

    Args:
        scripts: what it says, the greeting first; one for each connection, the last one for all that follow.
    """
    server = Scripted(0)

    def talk(connection: socket.socket) -> None:
        with socket.create_server((LOOPBACK, 0)) as listener:
            port = listener.getsockname()[1]
            here = HERE.replace(b"PORT", f"{port >> 8},{port & 255}".encode())

            def take_file(reply: bytes) -> bool:
                if reply[:1] != b"1" or not server.heard or not server.heard[-1].startswith(b"STOR "):
                    return False
                # The script may have named another place for the file.
                with suppress(TimeoutError), listener.accept()[0] as data:
                    while data.recv(65_536):
                        pass
                return reply.count(b"\n") == 1

            listener.settimeout(0.3)
            own = [[here if reply == HERE else reply for reply in script] for script in scripts]
            say(Peer(connection), server, own, take_file)

    with listening_for(talk) as server.port:
        yield server
