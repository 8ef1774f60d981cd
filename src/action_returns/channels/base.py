"""What became of one delivery, and the evidence for it."""

import random
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Protocol, TypeAlias, TypeVar

BeforeFirstByte: TypeAlias = Callable[[], None]
"""Called once, right before the first byte of the file may leave. When it raises, nothing has left and nothing will."""


class State(StrEnum):
    """The four things that can be true after a delivery was tried."""

    SENT = "sent"
    """The receiver gave positive evidence that it holds every byte."""
    HANDED_OVER = "handed-over"
    """A draft, a folder or a mail server took it; nobody has confirmed more than that."""
    FAILED = "failed"
    """Certainly not delivered."""
    UNKNOWN = "unknown"
    """Nobody can tell. Never retried by itself."""


class Phase(StrEnum):
    """How far a delivery had come when it ended."""

    CONNECT = "connect"
    """Looking up, connecting, encrypting, signing in: no byte of value had left."""
    TRANSFER = "transfer"
    """Everything after that."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery.

    Args:
        state: what is true now.
        message: what happened, why, and what to do next, in plain sentences without secrets.
        phase: how far it had come.
        evidence: what the receiver answered, for the receipt (``{"reply": "226 Transfer complete", "size": 8412}``).
    """

    state: State
    message: str
    phase: Phase = Phase.TRANSFER
    evidence: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """What is to be delivered: the exact bytes under the name they get at the receiver."""

    name: str
    content: bytes


def do_nothing() -> None:
    """Stand in where nobody keeps a record of the moment a file leaves."""


class Channel(Protocol):
    """A way to the receiver. One file in this package each."""

    @property
    def destination(self) -> str:
        """Where it goes, as people are shown it: no secret, no user name."""

    def deliver(self, parcel: OutgoingFile, leaving: BeforeFirstByte = do_nothing) -> Outcome:
        """Deliver once. Never raises for what a receiver, network or disk may do: that is an Outcome.

        Args:
            parcel: what to deliver.
            leaving: see :data:`BeforeFirstByte`; what it raises is passed on.
        """

    def probe(self) -> Outcome:
        """Connect, sign in and look at the destination without leaving anything behind.

        SENT here means: everything that can be tested without sending works.
        """


def connection_failed(error: Exception, host: str, port: int) -> Outcome:
    """Say why no connection came about.

    Args:
        error: what the socket or TLS layer said.
        host: the server that was called.
        port: its port.
    """
    return Outcome(State.FAILED, f"{_why(error, host, port)} Nothing was sent.", Phase.CONNECT)


def is_retryable(error: OSError) -> bool:
    """Tell whether a connection that did not come about may come about a moment later."""
    match error:
        case ssl.SSLEOFError():  # it broke off in the middle of agreeing on encryption
            return True
        case socket.gaierror():
            return error.errno == socket.EAI_AGAIN
    return not isinstance(error, ssl.SSLError)


def _why(error: Exception, host: str, port: int) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"The certificate of {host} cannot be trusted: {_certificate(error)}. "
                "Somebody may be pretending to be the server, or the host name in the profile is not the one the "
                "certificate is made for. Check channel.host, and ask whoever runs the server."
            )
        case ssl.SSLError():
            return (
                f"{host}:{port} did not agree on an encrypted connection ({error.reason or error}). "
                "Check channel.port and channel.security in the profile: explicit and implicit TLS use different ports."
            )
        case socket.gaierror():
            return f"There is no server named {host}, or the network is down. Check channel.host and your connection."
        case ConnectionRefusedError():
            return f"{host} refuses connections on port {port}. Check channel.port, or try again later."
        case TimeoutError():
            return f"{host}:{port} did not answer in time. Check channel.host and channel.port; a firewall may be in the way."
        case _:
            return f"The connection to {host}:{port} broke off ({error}). Try again; if it stays, ask whoever runs the server."


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    return {
        10: "it has expired",  # X509_V_ERR_CERT_HAS_EXPIRED (openssl-verification-options)
        18: "it is self-signed",
        19: "its issuer is not known on this machine",
        20: "its issuer is not known on this machine",
        62: "it is made for another host name",
        64: "it is made for another address",
    }.get(error.verify_code, error.verify_message or "it could not be verified")


PAUSES: Final = (2.0, 8.0)
"""Seconds before the second and the third attempt; chance makes them half or half as long again."""

T = TypeVar("T")


class DeliveryEndedError(Exception):
    """Ends a conversation with the outcome it has led to.

    Args:
        outcome: what is true now.
        may_pass: whether the same may go well a moment later.
    """

    def __init__(self, outcome: Outcome, *, may_pass: bool = False) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome
        self.may_pass = may_pass


def retry(once: Callable[[], T], pause: Callable[[float], None]) -> T:
    """Do something that needs a server, up to three times.

    Args:
        once: does it; nothing of a file may leave in it.
        pause: waits that many seconds.

    Returns:
        What it gave.

    Raises:
        Stopped: by an outcome that will not pass, or by the third one that might have.
    """
    for seconds in PAUSES:
        try:
            return once()
        except DeliveryEndedError as stopped:
            if not stopped.may_pass:
                raise
        pause(seconds * random.uniform(0.5, 1.5))  # noqa: S311  # no secret, only not everybody at once
    try:
        return once()
    except DeliveryEndedError as stopped:
        if stopped.may_pass:
            told = f"{stopped.outcome.message} It was tried {len(PAUSES) + 1} times."
            raise DeliveryEndedError(replace(stopped.outcome, message=told)) from None
        raise
