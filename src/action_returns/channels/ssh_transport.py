"""paramiko's transport, with limits to what a server may say.

paramiko keeps whatever comes: it reads lines of any length before the encryption, packets of four gigabytes, data that
no request asked for and output that is never read. So all bytes of a connection are counted right at the socket, whatever
they are. The questions of a sign-in are counted in ssh_auth_step.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import paramiko

from action_returns.channels.ssh_auth_step import Reply, Step
from action_returns.channels.time_limits import LONGEST_WAIT, TimeLimit

# paramiko logs errors with tracebacks, and Python prints them where no log is set up.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

MOST_BEFORE_KEYS: Final = 262_144
"""Bytes from the server until the keys are agreed on: a few lines and packets, 3 kB from OpenSSH."""
MOST_IN_ALL: Final = 8_388_608
"""Bytes from the server in a conversation: some 100 for each piece of a file, of which the largest file has 2,000."""
_CHUNK: Final = 65_536
_LOOK: Final = 0.1
"""Seconds between two looks whether the connection is still there."""
_RENAMED: Final = {"curve25519-sha256": "curve25519-sha256@libssh.org"}
"""Name of a key exchange (RFC 8731) -> the name by which paramiko knows it."""


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


class NothingInCommonError(paramiko.ssh_exception.IncompatiblePeer):
    """The server has no algorithm of some kind that this program has.

    Args:
        problem: in paramiko's words.
        offered: kind of algorithm, by paramiko's name -> those of the server; empty when it named none.
        own: the same kinds -> those of this program.
    """

    def __init__(self, problem: str, offered: Mapping[str, list[str]], own: Mapping[str, Sequence[str]]) -> None:
        super().__init__(problem)
        self.offered = offered
        self.own = own


class ServerDisconnectedError(paramiko.SSHException):
    """The server ended the connection and said why."""


class Transport(paramiko.Transport):
    """paramiko's transport with these limits; converts unexpected errors of its thread to SSHException.

    paramiko passes on any error that it met while reading, such as UnicodeDecodeError or ValueError (Transport.run).

    Args:
        connection: to the server.
    """

    def __init__(self, connection: CountedSocket) -> None:
        super().__init__(connection)
        self._connection = connection
        self._offered: dict[str, list[str]] = {}
        self._is_first_step = True
        self._add_names()

    def agree_on_keys(self, seconds: float) -> None:
        """Agree on keys with the server; paramiko's own way looks at a clock that can be set back.

        Raises:
            TimeoutError: when it took longer.
            NothingInCommonError: when the server has no algorithm of some kind that this program has.
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
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            return NothingInCommonError(str(error), self._offered, self._own)
        if error is None or isinstance(error, OSError | EOFError | paramiko.SSHException):
            return error
        return paramiko.SSHException("its words cannot be read")

    def try_to_sign_in(self, begin: Callable[[Step], None]) -> Reply:
        """Carry out one step of a sign-in, and return the answer of the server.

        Args:
            begin: makes the request of the step.

        Raises:
            OSError, EOFError, paramiko.SSHException: why there is no answer.
        """
        self.auth_handler = step = Step(self, is_first=self._is_first_step)
        self._is_first_step = False
        begin(step)
        while not step.answered.wait(_LOOK) and self.is_active():
            pass
        if not self.is_active():
            raise self.get_exception() or EOFError
        return step.reply

    def _add_names(self) -> None:
        known: dict[str, Any] = self._kex_info  # type: ignore[has-type]  # the types leave it out
        renamed = {name: known[older] for name, older in _RENAMED.items() if older in known}
        self._kex_info = {**known, **renamed}
        options = self.get_security_options()
        options.kex = (*options.kex, *renamed)

    @property
    def _own(self) -> dict[str, Sequence[str]]:
        options = self.get_security_options()
        return {
            "kex_algo_list": options.kex,
            "server_key_algo_list": options.key_types,
            "client_encrypt_algo_list": options.ciphers,
            "server_encrypt_algo_list": options.ciphers,
            "client_mac_algo_list": options.digests,
            "server_mac_algo_list": options.digests,
        }

    def _really_parse_kex_init(self, message: paramiko.Message, **how: Any) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(message, **how)  # type: ignore[misc]  # as above
        self._offered = {
            name: list(parsed[name]) for name in self._own
        }  # paramiko takes some names out of its own lists
        return parsed

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        message.get_int()
        words = message.get_string().decode("utf-8", "replace")
        raise ServerDisconnectedError(f"it said: {words}" if words else "it gave no reason")
