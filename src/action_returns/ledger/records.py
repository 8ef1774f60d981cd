"""The states of a batch on record, and which may follow which.

prepared ──► sending ──► sent
   │            ├──────► handed-over ──► sent | failed    when a person says so
   │            ├──────► failed
   ▼            └──────► unknown ──────► sent | failed    when a person says so, or the sender after all
failed

Nothing goes back, and nothing goes from unknown to sending: the database itself refuses it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from action_returns.errors import LedgerError


class DuplicateBatchError(LedgerError):
    """The same content is on record already, and may have arrived.

    Args:
        previous: the latest batch with this content.
    """

    def __init__(self, previous: "BatchRecord") -> None:
        super().__init__(f"The same content is on record as batch {previous.label}.")
        self.previous = previous


class RepeatedRowsError(LedgerError):
    """Rows are on record already that the person who confirmed was not shown as sent before.

    Args:
        rows: ActionId -> label of the batch that held the same action, amount and reason.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        super().__init__(f"{len(rows)} rows were sent before.")
        self.rows = rows


PREPARED: Final = "prepared"
"""Recorded with every byte and row; no byte has left."""
SENDING: Final = "sending"
"""From right before the first byte may leave."""
FAILED: Final = "failed"
"""Certainly not delivered."""
UNKNOWN: Final = "unknown"
"""Nobody can tell whether it arrived."""

OPEN: Final = (PREPARED, SENDING)
"""A program is at work on it, or was when it ended."""
MAY_HAVE_ARRIVED: Final = (PREPARED, SENDING, "sent", "handed-over", UNKNOWN)
"""The receiver holds the content, or may hold it soon."""
TO_BE_MARKED: Final = (UNKNOWN, "handed-over")
"""A person who has looked may say what became of it."""
MARKS: Final = ("sent", FAILED)
"""What a person may say."""


def label(number: int) -> str:
    """Give the label of a batch as people see it: ``0001``."""
    return f"{number:04d}"


@dataclass(frozen=True, slots=True)
class TeamDatabase:
    """Where a team keeps its ledger.

    Args:
        url: ``postgresql://user@host:5432/database``, without a password.
        password: fetches the password when it is needed; None to let PostgreSQL's own ways give it.
    """

    url: str
    password: Callable[[], str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch before it has a number.

    Args:
        profile: the account it goes out under.
        environment: ``live`` or ``test``.
        channel: kind of channel.
        destination: where it goes, as people are shown it.
        source: the file it was made from.
    """

    profile: str
    environment: str
    channel: str
    destination: str
    source: str


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch on record.

    Args:
        number: its number, counted from 1 and never used again.
        profile: the account it went out under.
        environment: ``live`` or ``test``.
        channel: kind of channel.
        destination: where it went.
        source: the file it was made from.
        file_name: the name the file has at the receiver.
        sha256: hash of the exact bytes.
        rows: how many rows.
        reversals: how many of them have amount 0.
        size: how many bytes.
        created_at: when it was recorded, UTC.
        who: the user who sent it.
        host: the machine it was sent from.
        state: see :mod:`action_returns.ledger.states`.
        settled_at: when the outcome was recorded, None while it is being sent.
        message: the outcome in words.
        evidence: what the receiver answered.
        duplicate_of: number of the batch whose content it repeats on purpose, None for most.
        by_hand: whether the outcome is what a person said, not what the receiver did.
    """

    number: int
    profile: str
    environment: str
    channel: str
    destination: str
    source: str
    file_name: str
    sha256: str
    rows: int
    reversals: int
    size: int
    created_at: datetime
    who: str
    host: str
    state: str
    settled_at: datetime | None = None
    message: str = ""
    evidence: Mapping[str, str | int] = field(default_factory=dict)
    duplicate_of: int | None = None
    by_hand: bool = False

    @property
    def label(self) -> str:
        """The label people see: ``0001``."""
        return label(self.number)


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is recorded and may now be sent, once.

    Args:
        number: its number.
        label: the same as people see it.
        file_name: the name the file gets at the receiver.
    """

    number: int
    label: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a batch.

    Args:
        at: when, UTC.
        kind: what: ``prepared``, ``confirmed``, ``sending``, ``outcome``, ``marked``.
        detail: more of it.
    """

    at: datetime
    kind: str
    detail: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One row of a batch on record.

    Args:
        batch: the batch.
        cents: the new order total in integer cents; 0 reverses.
        reason: the reason code.
    """

    batch: BatchRecord
    cents: int
    reason: str
