"""What became of one delivery, and the evidence for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

Leaving: TypeAlias = Callable[[], None]
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
class Parcel:
    """What is to be delivered: the exact bytes under the name they get at the receiver."""

    name: str
    content: bytes


def unrecorded() -> None:
    """Stand in where nobody keeps a record of the moment a file leaves."""


class Channel(Protocol):
    """A way to the receiver. One file in this package each."""

    @property
    def destination(self) -> str:
        """Where it goes, as people are shown it: no secret, no user name."""

    def deliver(self, parcel: Parcel, leaving: Leaving = unrecorded) -> Outcome:
        """Deliver once. Never raises for what a receiver, network or disk may do: that is an Outcome.

        Args:
            parcel: what to deliver.
            leaving: see :data:`Leaving`; what it raises is passed on.
        """

    def probe(self) -> Outcome:
        """Connect, sign in and look at the destination without leaving anything behind.

        SENT here means: everything that can be tested without sending works.
        """
