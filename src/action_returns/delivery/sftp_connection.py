"""One SSH connection, which never waits for ever and leaves no thread behind."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import paramiko

from action_returns.delivery.sftp_problems import Lost

# paramiko reports what went wrong to its log, with tracebacks, which Python prints where nobody asked for a log.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

_LONGEST: Final = 200
_ENDING: Final = 5
"""Seconds for paramiko's thread to notice that its connection is closed; it looks ten times a second."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """The key a server proved to have.

    Args:
        kind: ``ssh-ed25519``, ``ecdsa-sha2-nistp256``, ``ssh-rsa`` and the like.
        fingerprint: as OpenSSH shows it, ``SHA256:`` and 43 letters.
    """

    kind: str
    fingerprint: str


class Connection:
    """An SSH connection over which nobody has signed in yet.

    Args:
        host: the server.
        port: its port.
        algorithms: the host key algorithms to accept, in this order.
        timeout: seconds for connecting, and again for agreeing on keys.

    Raises:
        OSError, EOFError, paramiko.SSHException: why no connection came about. Nothing is left open then.
    """

    def __init__(self, host: str, port: int, algorithms: Sequence[str], timeout: float) -> None:
        self._socket = socket.create_connection((host, port), timeout)
        self.transport = _Transport(self._socket)
        try:
            self.transport.banner_timeout = timeout
            self.transport.get_security_options().key_types = tuple(algorithms)
            self.transport.start_client(timeout=timeout)
            self._insist_on_keys()
            key = self.transport.get_remote_server_key()
        except BaseException:
            self.close()
            raise
        self.host_key = HostKey(key.get_name(), key.fingerprint)

    def _insist_on_keys(self) -> None:
        if not self.transport.initial_kex_done:  # start_client just returns when the time is over
            raise TimeoutError

    @property
    def security(self) -> str:
        """What protects the connection: the name of its encryption."""
        return str(self.transport.remote_cipher)  # type: ignore[attr-defined]  # the types leave it out

    @property
    def evidence(self) -> dict[str, str | int]:
        """What there is to know about the server and the encryption."""
        return {
            "server": printable(self.transport.remote_version),
            "security": self.security,
            "host_key": self.host_key.fingerprint,
        }

    @contextlib.contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Let what is done in it take so long and no longer.

        paramiko itself waits for ever for the answer to a request for a subsystem (Channel._wait_for_event) and for a
        socket that takes no more (Packetizer.write_all).

        Raises:
            Lost: when the time is over, or the connection broke off.
        """
        over = threading.Event()

        def end() -> None:
            over.set()
            self._end()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            yield
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise Lost(_why(error) if not over.is_set() else f"no answer within {seconds:g} seconds") from None
        finally:
            timer.cancel()
            timer.join()

    def close(self) -> None:
        """Close it. What was asked over it and not answered may still be done by the server."""
        self._end()
        self.transport.close()  # does nothing once the connection has broken
        self._socket.close()
        if self.transport.is_alive():
            self.transport.join(_ENDING)
        self.transport.packetizer.complete_handshake()  # ends a timer that would keep the program alive

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


class _Transport(paramiko.Transport):
    """paramiko's, with one kind of error for whatever its thread stumbles over.

    It gives on what it met while reading, a UnicodeDecodeError as well as a ValueError (Transport.run).
    """

    def get_exception(self) -> Exception | None:
        error = super().get_exception()
        if error is None or isinstance(error, OSError | EOFError | paramiko.SSHException):
            return error
        return paramiko.SSHException("its words cannot be read")


def printable(text: str) -> str:
    """Give what a server said, fit to be shown."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST].strip()


def _why(error: Exception) -> str:
    return printable(str(error)) or "the server closed the connection"
