"""What the ledger knows about a batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def label(number: int) -> str:
    """Give the label of a batch as people see it: ``0001``."""
    return f"{number:04d}"


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
        state: ``sending``, ``sent``, ``handed-over``, ``failed`` or ``unknown``.
        settled_at: when the outcome was recorded, None while it is being sent.
        message: the outcome in words.
        evidence: what the receiver answered.
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
        kind: what: ``claimed``, ``settled``, ``found-unfinished``.
        detail: more of it.
    """

    at: datetime
    kind: str
    detail: Mapping[str, str | int]
