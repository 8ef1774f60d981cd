"""An SSH connection with a time limit for each call, to a server whose host key is checked."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import paramiko

from action_returns.channels import addresses
from action_returns.channels.base import (
    ConnectionLostError,
    DeliveryEndedError,
    Outcome,
    Phase,
    State,
    bracketed,
)
from action_returns.channels.connection_errors import connection_failed, is_retryable, reason
from action_returns.channels.server_words import ServerWords
from action_returns.channels.ssh_transport import (
    CountedSocket,
    NothingInCommonError,
    ServerDisconnectedError,
    Transport,
)
from action_returns.channels.time_limits import ALL_STEPS, Clock, TimeLimit

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


class SshConnection:
    """An SSH connection before the sign-in.

    Args:
        host: the server.
        port: its port.
        algorithms: the host key algorithms to accept, in this order.
        timeout: seconds for connecting, and again for agreeing on keys.
        steps: the time for all steps together, until :meth:`begin` sets another.
        words: makes the words of the server fit to be shown.

    Raises:
        OSError, EOFError, paramiko.SSHException: why no connection came about. Nothing is left open then.
    """

    def __init__(
        self, host: str, port: int, algorithms: Sequence[str], timeout: float, *, steps: TimeLimit, words: ServerWords
    ) -> None:
        self.words = words
        self._steps = steps
        self._socket = CountedSocket(addresses.connect(host, port, steps.step(timeout)))
        self.transport = Transport(self._socket)
        try:
            self.transport.banner_timeout = timeout
            self.transport.get_security_options().key_types = tuple(algorithms)
            self.transport.agree_on_keys(steps.step(timeout).left())
            key = self.transport.get_remote_server_key()
        except BaseException:
            self.close()
            raise
        self.host_key = HostKey(key.get_name(), key.fingerprint)

    def begin(self, seconds: float, what: str = "in all") -> None:
        """Begin steps that must be over in so many seconds together; ``what`` follows "it took longer than N seconds"."""
        self._steps = self._steps.renewed(seconds, what)

    @property
    def security(self) -> str:
        """What protects the connection: the name of its encryption."""
        return str(self.transport.remote_cipher)  # type: ignore[attr-defined]  # the types leave it out

    @property
    def evidence(self) -> dict[str, str | int]:
        """Facts about the server and the encryption, for the receipt."""
        return {
            "server": self.words.show(self.transport.remote_version),
            "security": self.security,
            "host_key": self.host_key.fingerprint,
        }

    @contextlib.contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Close the connection when the block takes longer.

        paramiko itself waits without a limit for the answer to a request for a subsystem (Channel._wait_for_event) and for a
        socket that takes no more (Packetizer.write_all).

        Args:
            seconds: for the block; less when the time for all steps ends before.

        Raises:
            ConnectionLostError: when the time is over, or the connection broke off.
        """
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            self._end()

        timer = threading.Timer(min(seconds, self._steps.left()), end)
        timer.start()
        try:
            yield
        except (OSError, EOFError, paramiko.SSHException) as error:
            if is_over.is_set():
                self._steps.left()
                raise ConnectionLostError(f"no answer within {seconds:g} seconds") from None
            why = self.transport.get_exception() or error  # what ended paramiko's thread says more than what came of it
            told = reason(why) if isinstance(why, OSError) else str(why)
            raise ConnectionLostError(self.words.show(told) or "the server closed the connection") from None
        finally:
            timer.cancel()
            timer.join()

    def close(self) -> None:
        """Close the connection. The server may still carry out a request that it has not answered."""
        self._end()
        self.transport.close()  # does nothing once the connection has broken
        self._socket.close()
        if self.transport.is_alive():
            self.transport.join(_ENDING)
        self.transport.packetizer.complete_handshake()  # ends a timer that would keep the program alive

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


_KINDS: Final = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),  # never with SHA-1 (RFC 8332)
}
"""Kind of host key -> the algorithms that prove it. A server has one key of a kind at most."""


def connect(
    host: str,
    port: int,
    expected: str | None,
    timeout: float,
    *,
    steps_timeout: float = ALL_STEPS,
    words: ServerWords | None = None,
    clock: Clock = time.monotonic,
) -> SshConnection:
    """Connect to the server that has the expected key.

    A fingerprint does not show the kind of its key, and the two sides may agree on another key of the same server. So
    each kind is asked for in turn before the key is reported as different.

    Args:
        host: the server.
        port: its port.
        expected: fingerprint of its key, None to take whichever it shows.
        timeout: seconds for connecting, and again for agreeing on keys.
        steps_timeout: seconds for all steps together, asking for each kind of key included.
        words: makes the words of the server fit to be shown.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.

    Raises:
        DeliveryEndedError: when no connection came about, or the key is another one.
    """
    steps = TimeLimit(steps_timeout, "in all", clock=clock)
    words = words or ServerWords()
    kinds = dict(_KINDS)
    shown: list[HostKey] = []
    for _ in _KINDS:
        algorithms = [algorithm for kind in kinds.values() for algorithm in kind]
        try:
            connection = SshConnection(host, port, algorithms, timeout, steps=steps, words=words)
        except NothingInCommonError as error:
            if shown:
                break  # it has no further key
            from action_returns.channels.ssh_algorithms import nothing_in_common

            raise DeliveryEndedError(
                nothing_in_common(host, port, str(error), error.offered, error.own, words)
            ) from None
        except OSError as error:
            raise DeliveryEndedError(connection_failed(error, host, port), retryable=is_retryable(error)) from None
        except EOFError:
            closed = ConnectionError("it was closed before the keys were agreed on")
            raise DeliveryEndedError(connection_failed(closed, host, port), retryable=True) from None
        except ServerDisconnectedError as error:
            ended = ConnectionError(f"the server ended it; {words.show(str(error))}")
            raise DeliveryEndedError(connection_failed(ended, host, port), retryable=True) from None
        except paramiko.SSHException as error:
            raise DeliveryEndedError(_not_ssh(words.show(str(error)), host, port), retryable=True) from None
        if expected in {None, connection.host_key.fingerprint}:
            return connection
        connection.close()
        shown.append(connection.host_key)
        kinds.pop(connection.host_key.kind, None)
    raise DeliveryEndedError(_wrong_key(host, port, expected or "", shown))


def read_host_key(host: str, port: int, expected: str | None = None, *, timeout: float) -> HostKey:
    """Read the key of a server, without signing in. Nothing is sent.

    Args:
        host: the server.
        port: its port.
        expected: fingerprint that one of its keys must have, None for the key it shows first.
        timeout: seconds for connecting, and again for agreeing on keys.

    Raises:
        DeliveryEndedError: when no connection came about, or the server has no key with that fingerprint.
    """
    connection = connect(host, port, expected, timeout)
    connection.close()
    return connection.host_key


def _not_ssh(problem: str, host: str, port: int) -> Outcome:
    return Outcome(
        State.FAILED,
        f"{bracketed(host)}:{port} does not talk SSH as it should ({problem}). Nothing was sent. Check the port "
        "in the profile; if it is right, try again later, and ask the administrator of the server if it stays.",
        Phase.CONNECT,
    )


def _wrong_key(host: str, port: int, expected: str, shown: list[HostKey]) -> Outcome:
    keys = ", ".join(f"{key.fingerprint} ({key.kind})" for key in shown)
    return Outcome(
        State.FAILED,
        f"THE KEY OF {bracketed(host)}:{port} IS NOT THE EXPECTED ONE. Expected: {expected}. Shown: {keys}. Another computer may be "
        "pretending to be this server. Nothing was sent, not even the password. Ask the administrator of the server, by phone or "
        "in person, whether its key has changed. Only when they name the fingerprint that is shown, take the line host_key "
        "out of the profile and test the connection again: action-returns probe",
        Phase.CONNECT,
        {"expected": expected, "shown": keys},
    )
