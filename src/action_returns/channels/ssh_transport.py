"""paramiko's transport, with limits to what a server may say.

paramiko keeps whatever comes: it reads lines of any length before the encryption, packets of four gigabytes, data that
no request asked for and output that is never read, and it makes a list of as many questions as the server announces.
So all bytes of a connection are counted right at the socket, whatever they are, and questions before they are listed.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

import paramiko
from paramiko.auth_handler import AuthHandler

from action_returns.channels.time_limits import LONGEST_WAIT, TimeLimit

# paramiko logs errors with tracebacks, and Python prints them where no log is set up.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

MOST_BEFORE_KEYS: Final = 262_144
"""Bytes from the server until the keys are agreed on: a few lines and packets, 3 kB from OpenSSH."""
MOST_IN_ALL: Final = 8_388_608
"""Bytes from the server in a conversation: some 100 for each piece of a file, of which the largest file has 2,000."""
_MOST_QUESTIONS: Final = 16
_CHUNK: Final = 65_536

Questions = Callable[[str, str, list[tuple[str, bool]]], list[str]]
"""Answers the questions of a sign-in (RFC 4256): title, instructions, questions -> answers."""


class CountedSocket(socket.socket):
    """A socket of which no more than a number of bytes is read.

    Args:
        connection: the socket, which this one replaces.
        most: bytes that may still come.
    """

    def __init__(self, connection: socket.socket, most: int = MOST_BEFORE_KEYS) -> None:
        super().__init__(connection.family, connection.type, connection.proto, fileno=connection.detach())
        self.most = most

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Read some bytes.

        Raises:
            paramiko.SSHException: when more came than may come.
        """
        received = super().recv(min(size, _CHUNK), flags)  # paramiko asks for as much as the server announced
        self.most -= len(received)
        if self.most < 0:
            raise paramiko.SSHException("it says more than a server has to say")
        return received


class Transport(paramiko.Transport):
    """paramiko's transport with these limits; converts unexpected errors of its thread to SSHException.

    paramiko passes on any error that it met while reading, such as UnicodeDecodeError or ValueError (Transport.run).

    Args:
        connection: to the server.
    """

    def __init__(self, connection: CountedSocket) -> None:
        super().__init__(connection)
        self._connection = connection

    def agree_on_keys(self, seconds: float) -> None:
        """Agree on keys with the server; paramiko's own way looks at a clock that can be set back.

        Raises:
            TimeoutError: when it took longer.
            OSError, EOFError, paramiko.SSHException: why it did not come about.
        """
        is_over = threading.Event()
        self.start_client(event=is_over)
        limit = TimeLimit(seconds, clock=time.monotonic)
        while not is_over.wait(min(limit.left(), LONGEST_WAIT)):
            pass
        if not self.is_active():
            raise self.get_exception() or paramiko.SSHException("it gave no reason")
        self._connection.most = MOST_IN_ALL

    def get_exception(self) -> Exception | None:
        """Return the last error, and forget it."""
        error = super().get_exception()
        if error is None or isinstance(error, OSError | EOFError | paramiko.SSHException):
            return error
        return paramiko.SSHException("its words cannot be read")

    def auth_interactive(self, username: str, handler: Questions, submethods: str = "") -> list[str]:
        """Sign in by answering questions, of which there must not be too many; see paramiko.Transport."""
        answered = threading.Event()
        self.auth_handler = asked = _AuthHandler(self)
        asked.auth_interactive(username, handler, answered, submethods)
        return asked.wait_for_response(answered)


class _AuthHandler(AuthHandler):
    """Counts the questions of a server before paramiko makes a list of them."""

    def _parse_userauth_info_request(self, message: paramiko.Message) -> None:
        ahead = paramiko.Message(message.asbytes())
        for _ in ("name", "instruction", "language tag"):  # RFC 4256, 3.2
            ahead.get_string()
        if ahead.get_int() > _MOST_QUESTIONS:
            raise paramiko.SSHException("it asks more questions than a sign-in has")
        super()._parse_userauth_info_request(message)  # type: ignore[misc]  # the types leave it out
