"""A go-between that breaks a real conversation with a mail server at one point."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.servers.go_between import GARBAGE, Kind, Peer, listening_for
from tests.servers.loopback import LOOPBACK, Authority


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

    def encrypt(client: Peer, server: Peer) -> None:
        client.connection = towards_client.wrap_socket(client.connection, server_side=True)
        server.connection = towards_server.wrap_socket(server.connection, server_hostname=LOOPBACK)

    def talk(connection: socket.socket) -> None:
        client, server = Peer(connection), Peer(socket.create_connection((LOOPBACK, port)))
        try:
            if implicit:
                encrypt(client, server)
            _pass_on(client, server, disturbance, encrypt)
        finally:
            client.connection.close()
            server.connection.close()

    with listening_for(talk) as listening:
        try:
            yield listening
        finally:
            disturbance.over.set()


def _pass_on(client: Peer, server: Peer, disturbance: Disturbance, encrypt: Callable[[Peer, Peer], None]) -> None:
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


def _pass_content_on(client: Peer, server: Peer, disturbance: Disturbance) -> bool:
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


def _break(client: Peer, disturbance: Disturbance) -> None:
    disturbance.reached.set()
    match disturbance.kind:
        case "cut":
            client.reset()
        case "hang":
            disturbance.over.wait()
        case "garbage":
            client.send(GARBAGE)
