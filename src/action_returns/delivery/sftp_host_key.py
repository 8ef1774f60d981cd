"""The server's key: the pinned one or no conversation.

It is compared before anything else is said, so that no password ever goes to another server.
"""

import socket
from typing import Final

import paramiko

from action_returns.delivery.connecting import not_connected
from action_returns.delivery.outcome import Outcome, Phase, State
from action_returns.delivery.sftp_connection import Connection, HostKey, printable
from action_returns.delivery.stopping import Stopped

_KINDS: Final = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),  # never with SHA-1 (RFC 8332)
}
"""Kind of host key -> the algorithms that prove it. A server has one key of a kind at most."""


def connect(host: str, port: int, expected: str | None, timeout: float) -> Connection:
    """Connect to the server that has the expected key.

    A fingerprint does not tell the kind of its key, and the two sides may agree on another key of the same server. So
    each kind is asked for in turn before the server is called a stranger.

    Args:
        host: the server.
        port: its port.
        expected: fingerprint of its key, None to take whichever it shows.
        timeout: seconds for connecting, and again for agreeing on keys.

    Raises:
        Stopped: when no connection came about, or the key is another one.
    """
    kinds = dict(_KINDS)
    shown: list[HostKey] = []
    for _ in _KINDS:
        algorithms = [algorithm for kind in kinds.values() for algorithm in kind]
        try:
            connection = Connection(host, port, algorithms, timeout)
        except paramiko.ssh_exception.IncompatiblePeer as error:
            if shown:
                break  # it has no further key
            raise Stopped(_nothing_in_common(error, host, port)) from None
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise Stopped(_not_connected(error, host, port), may_pass=_may_pass(error)) from None
        if expected in {None, connection.host_key.fingerprint}:
            return connection
        connection.close()
        shown.append(connection.host_key)
        kinds.pop(connection.host_key.kind, None)
    raise Stopped(_other_key(host, port, expected or "", shown))


def ask_host_key(host: str, port: int, expected: str | None = None, *, timeout: float = 15) -> HostKey | Outcome:
    """Ask a server for its key. Nobody signs in, and nothing is sent.

    Args:
        host: the server.
        port: its port.
        expected: fingerprint that one of its keys must have, None for the key it shows first.
        timeout: seconds for connecting, and again for agreeing on keys.

    Returns:
        The key, or why there is none.
    """
    try:
        connection = connect(host, port, expected, timeout)
    except Stopped as stopped:
        return stopped.outcome
    connection.close()
    return connection.host_key


def _may_pass(error: Exception) -> bool:
    return not isinstance(error, socket.gaierror) or error.errno == socket.EAI_AGAIN


def _not_connected(error: Exception, host: str, port: int) -> Outcome:
    if isinstance(error, OSError):
        return not_connected(error, host, port)
    if isinstance(error, EOFError):
        return not_connected(ConnectionError("it was closed before the keys were agreed on"), host, port)
    return Outcome(
        State.FAILED,
        f"{host}:{port} does not talk SSH as it should ({printable(str(error))}). Nothing was sent. Check channel.port "
        "in the profile; if it is right, try again later, and ask whoever runs the server if it stays.",
        Phase.CONNECT,
    )


def _nothing_in_common(error: Exception, host: str, port: int) -> Outcome:
    return Outcome(
        State.FAILED,
        f"{host}:{port} and this program have no safe kind of encryption in common ({printable(str(error))}). Nothing "
        "was sent. Ask whoever runs the server to bring it up to date.",
        Phase.CONNECT,
    )


def _other_key(host: str, port: int, expected: str, shown: list[HostKey]) -> Outcome:
    keys = ", ".join(f"{key.fingerprint} ({key.kind})" for key in shown)
    return Outcome(
        State.FAILED,
        f"THE KEY OF {host}:{port} IS NOT THE EXPECTED ONE. Expected: {expected}. Shown: {keys}. Somebody may be "
        "pretending to be this server. Nothing was sent, not even the password. Ask whoever runs the server, by phone or "
        "in person, whether its key has changed. Only when they name the fingerprint that is shown, take the line host_key "
        "out of the profile and test the connection again: action-returns probe",
        Phase.CONNECT,
        {"expected": expected, "shown": keys},
    )
