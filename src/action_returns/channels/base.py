"""What every channel has in common: its protocol, the result of a delivery, and retries before anything has left."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

BeforeFirstByte: TypeAlias = Callable[[], None]
"""Called once, right before the first byte of the file may leave. When it raises, nothing has left and nothing will."""


def bracketed(host: str) -> str:
    """Return a server as it stands in addresses and before a port: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


class State(StrEnum):
    """The four things that can be true after a delivery was tried."""

    SENT = "sent"
    """The receiver gave positive evidence that it holds every byte."""
    HANDED_OVER = "handed-over"
    """A draft, a folder or a mail server took it; more than that is not confirmed."""
    FAILED = "failed"
    """Certainly not delivered."""
    UNKNOWN = "unknown"
    """The file may have arrived or not. Never retried by itself."""


class Phase(StrEnum):
    """How far a delivery had come when it ended."""

    CONNECT = "connect"
    """Looking up, connecting, encrypting, signing in: no byte of value had left."""
    TRANSFER = "transfer"
    """Everything after that."""


MOST_EVIDENCE: Final = 20
"""Facts that an outcome keeps; the channels have seven at most."""
LONGEST_EVIDENCE: Final = 1_000
"""Characters of one of them."""


def _shortened(value: str | int) -> str | int:
    return value[:LONGEST_EVIDENCE] if isinstance(value, str) else value


class RowCounts(NamedTuple):
    """What became of the rows of a batch that were sent one by one.

    Args:
        queued: the receiver has them, and applies them later.
        refused: the receiver has refused them.
        unknown: they may have arrived or not.
        not_sent: they have certainly not arrived.
    """

    queued: int = 0
    refused: int = 0
    unknown: int = 0
    not_sent: int = 0

    @property
    def are_all_queued(self) -> bool:
        """Whether no row is left that the receiver has not confirmed."""
        return not (self.refused or self.unknown or self.not_sent)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one delivery.

    Args:
        state: what is true now.
        message: what happened, why, and what to do next, in plain sentences without secrets.
        phase: how far it had come.
        evidence: what the receiver answered, for the receipt (``{"reply": "226 Transfer complete", "size": 8412}``). No
            more is kept than a receipt needs: it goes into the ledger, and the receiver says what stands in it.
        rows: how many rows have which fate, None where they went as one file.
        row_states: ActionId -> ``sent`` (queued), ``failed`` (refused, or not sent) or ``unknown``, where each went by itself.
    """

    state: State
    message: str
    phase: Phase = Phase.TRANSFER
    evidence: Mapping[str, str | int] = field(default_factory=dict)
    rows: RowCounts | None = None
    row_states: Mapping[str, State] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Whether rows are left that the receiver has not confirmed, although it has others."""
        return self.state is State.SENT and self.rows is not None and not self.rows.are_all_queued

    def __post_init__(self) -> None:
        kept = islice(self.evidence.items(), MOST_EVIDENCE)
        object.__setattr__(self, "evidence", {name: _shortened(value) for name, value in kept})


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of a connection test, which sends nothing.

    Args:
        works: whether everything that can be tested without sending works.
        message: what was tested or what failed, why, and what to do next.
        phase: how far the test had come.
        evidence: what the receiver answered.
    """

    works: bool
    message: str
    phase: Phase = Phase.TRANSFER
    evidence: Mapping[str, str | int] = field(default_factory=dict)


def probe_failed(outcome: Outcome) -> ProbeResult:
    """Return the result of a connection test that ended with a failure."""
    return ProbeResult(works=False, message=outcome.message, phase=outcome.phase, evidence=outcome.evidence)


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """The exact bytes to deliver, and the name they get at the receiver."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewServer:
    """An SFTP server whose key the user has not confirmed yet.

    Args:
        host: the server.
        port: its port.
        fingerprint: of the key it showed, ``SHA256:`` and 43 letters.
    """

    host: str
    port: int
    fingerprint: str

    @property
    def question(self) -> str:
        """The question to the user, asked once."""
        return (
            f"This is the first connection to {bracketed(self.host)}:{self.port}. The server shows this key:\n\n"
            f"    {self.fingerprint}\n\n"
            "Compare it with the one that the administrator of the server gave you, by phone or in person. If "
            "they differ, another computer may be answering in its place. Are they the same?"
        )


Ask: TypeAlias = Callable[[NewServer], bool]
"""Asks the user whether a new server is the right one. The caller keeps the fingerprint when the answer is yes."""


def answer_no(_server: NewServer) -> bool:
    """Return no, where no user can be asked."""
    return False


def do_nothing() -> None:
    """Do nothing, where no record is kept of the moment a file leaves."""


class RowRecord(Protocol):
    """Keeps what becomes of each row, on the disk before the method returns. What it raises stops the delivery."""

    def sending(self, action_id: str, facts: Mapping[str, str | int], /) -> None:
        """Record that the call for a row is about to leave."""

    def outcome(self, action_id: str, state: State, message: str, facts: Mapping[str, str | int], /) -> None:
        """Record what became of it: ``sent`` (queued, too), ``failed`` or ``unknown``, and why."""


class NoRecord:
    """Records nothing, where no ledger is."""

    def sending(self, _action_id: str, _facts: Mapping[str, str | int], /) -> None:
        """Do nothing."""

    def outcome(self, _action_id: str, _state: State, _message: str, _facts: Mapping[str, str | int], /) -> None:
        """Do nothing."""


@runtime_checkable
class RowByRow(Protocol):
    """A channel that sends every row by itself, so that some may arrive and others not."""

    def deliver_rows(self, file: OutgoingFile, before_first_byte: BeforeFirstByte, record: RowRecord, /) -> Outcome:
        """Deliver as :meth:`Channel.deliver` does, and record each row before and after its call."""


class Channel(Protocol):
    """A way to the receiver. One module in this package each."""

    @property
    def destination(self) -> str:
        """Where it goes, as it is shown to users: no secret, no user name."""

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Deliver once. Never raises for what a receiver, network or disk may do: that is an Outcome.

        Args:
            file: what to deliver.
            before_first_byte: see :data:`BeforeFirstByte`; what it raises is passed on.
        """

    def probe(self, ask: Ask = answer_no, accepted: str | None = None, /) -> ProbeResult:
        """Connect, sign in and look at the destination without leaving anything behind.

        Args:
            ask: called once with a server that is new; a no ends the test. What it raises is passed on.
            accepted: the fingerprint that a new server must have; None to take the key it shows first.
        """


class InvalidReplyError(ConnectionError):
    """The server's words are not an answer to the last command."""


class ConnectionLostError(ConnectionError):
    """No answer came; what the server did with the last request is not known."""


class TookTooLongError(ConnectionLostError):
    """Every step was in time, and all of them together were not."""


PAUSES: Final = (2.0, 8.0)
"""Seconds before the second and the third attempt, multiplied by a random factor from 0.5 to 1.5."""

T = TypeVar("T")


class DeliveryEndedError(Exception):
    """Ends a delivery or a connection test with its outcome.

    Args:
        outcome: what is true now.
        retryable: whether the same attempt may succeed a moment later.
    """

    def __init__(self, outcome: Outcome, *, retryable: bool = False) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome
        self.retryable = retryable


def retry(attempt: Callable[[], T], pause: Callable[[float], None]) -> T:
    """Return the result of the first attempt that succeeds, of three at most.

    Args:
        attempt: needs a server; no byte of a file may leave in it.
        pause: waits that many seconds.

    Raises:
        DeliveryEndedError: by an attempt that is not retryable, or by the third one.
    """
    for seconds in PAUSES:
        try:
            return attempt()
        except DeliveryEndedError as ended:
            if not ended.retryable:
                raise
        pause(seconds * random.uniform(0.5, 1.5))  # noqa: S311  # no secret: it only spreads the attempts of many users
    try:
        return attempt()
    except DeliveryEndedError as ended:
        if ended.retryable:
            message = f"{ended.outcome.message} It was tried {len(PAUSES) + 1} times."
            raise DeliveryEndedError(replace(ended.outcome, message=message)) from None
        raise
