"""An SSH server that says more than a server has to say, at the moment that a test chooses."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import paramiko

from tests.servers.go_between import listening_for

QUESTIONS: Final = 60
"""SSH_MSG_USERAUTH_INFO_REQUEST (RFC 4256, 5)."""


class Policy(paramiko.ServerInterface):
    """What the server answers; a test overrides what it needs.

    Args:
        methods: the ways to sign in that are offered.

    Attributes:
        transport: of the one conversation.
    """

    transport: paramiko.Transport

    def __init__(self, methods: str = "password") -> None:
        self.methods = methods

    def get_allowed_auths(self, _username: str) -> str:
        return self.methods

    def check_auth_password(self, _username: str, _password: str) -> int:
        return paramiko.common.AUTH_SUCCESSFUL if self.methods == "password" else paramiko.common.AUTH_FAILED

    def check_channel_request(self, _kind: str, _number: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED


class Asking(Policy):
    """Asks questions, the right answer to which is the password alone.

    Args:
        password: the answer.
        questions: what it asks, all at once.
        shown: whether the answers may be shown while they are typed.
    """

    def __init__(self, password: str, questions: Sequence[str], *, shown: bool = False) -> None:
        super().__init__("keyboard-interactive")
        self._password, self._questions, self._shown = password, questions, shown

    def check_auth_interactive(self, _username: str, _submethods: str) -> paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("title", "words", *[(question, self._shown) for question in self._questions])

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        return paramiko.common.AUTH_SUCCESSFUL if responses == [self._password] else paramiko.common.AUTH_FAILED


@contextmanager
def stranger(policy: Policy) -> Iterator[int]:
    """Run the server for one conversation; yields its port."""
    key = paramiko.ECDSAKey.generate()
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        policy.transport = transport = paramiko.Transport(connection)
        transport.add_server_key(key)
        with suppress(OSError, EOFError, paramiko.SSHException):
            transport.start_server(event=threading.Event(), server=policy)
            over.wait(10)
        transport.close()
        transport.join(5)

    with listening_for(talk) as port:
        try:
            yield port
        finally:
            over.set()


def message(kind: int, *parts: str | bytes | int | bool) -> paramiko.Message:
    """Build a message: numbers of four bytes, texts with their length before them."""
    built = paramiko.Message()
    built.add_byte(bytes([kind]))
    for part in parts:
        if isinstance(part, bool):
            built.add_boolean(part)
        elif isinstance(part, int):
            built.add_int(part)
        else:
            built.add_string(part)
    return built
