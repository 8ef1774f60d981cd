"""What the ledger holds: batches, their states, their rows and events.

The states of a batch, and which may follow which:

prepared ──► sending ──► sent ─────────► failed           when a person marks it
   │            ├──────► handed-over ──► sent | failed    when a person marks it
   │            ├──────► failed
   ▼            └──────► unknown ──────► sent | failed    when a person marks it; or handed-over too,
failed                                                    when its sender, taken for dead, lives after all

A person who knows that a program which lost its connection has ended marks its batch right from sending. When the outcome
of the program comes after a mark, failed becomes sent, handed-over or unknown again: see ``outcomes.py``. No other change is
possible, least of all from unknown back to sending: the database itself refuses it. It also refuses to make a sent batch
failed without the event of a person who marked it.
The states are texts and no enum, because a ledger of a newer version can be read here, and may hold others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from action_returns.batch.context import SentAction
from action_returns.errors import LedgerError
from action_returns.ledger.accounts import Sender, Way


class RepeatedRowsError(LedgerError):
    """The batch has rows that may have arrived before, and the person who confirmed it did not ask for them again.

    Args:
        rows: ActionId -> the batch that holds the same action, amount and reason, and its state.
    """

    def __init__(self, rows: Mapping[str, SentAction]) -> None:
        super().__init__(f"{len(rows)} rows may have arrived before.")
        self.rows = rows


PREPARED: Final = "prepared"
"""On record with every byte and row; no byte has left."""
SENDING: Final = "sending"
"""The first byte is about to leave, or has left; there is no outcome yet."""
SENT: Final = "sent"
"""The receiver confirmed every byte, or a person found it there."""
HANDED_OVER: Final = "handed-over"
"""A draft, a folder or a mail server took it; the receiver has confirmed nothing."""
FAILED: Final = "failed"
"""Certainly not delivered."""
UNKNOWN: Final = "unknown"
"""It may have arrived or not."""

OPEN: Final = (PREPARED, SENDING)
"""States without an outcome: a program is at work on the batch, or ended before it recorded one."""
MAY_HAVE_ARRIVED: Final = (PREPARED, SENDING, SENT, HANDED_OVER, UNKNOWN)
"""States in which the receiver holds the content, or may hold it soon.

``prepared`` is one of them while its program is at work; if that has ended, the batch becomes ``failed`` as soon as
any program opens the ledger.
"""
NOT_SENT: Final = "not-sent"
"""State of a row that never left, though its batch is settled: see ``row_states.py``."""
LATE: Final = "late-outcome"
"""Kind of the event that keeps an outcome which came after a mark and changed nothing."""
MARKS: Final[Mapping[str, tuple[str, ...]]] = {SENT: (UNKNOWN, HANDED_OVER), FAILED: (UNKNOWN, HANDED_OVER, SENT)}
"""State that a person may mark a batch with, after a look at the receiver's side -> states that may become it."""


def label(number: int) -> str:
    """Return the label of a batch as people see it: ``0001``."""
    return f"{number:04d}"


def database_user(name: str) -> str:
    """Return the words that name a user of the team's database beside another name, ``""`` where there is none."""
    return f" (database user {name})" if name else ""


def marked_message(detail: Mapping[str, str | int], db_user: str = "") -> str:
    """Return the outcome of a batch in words that a person marked.

    Args:
        detail: the facts of the event ``marked``.
        db_user: the user of the team's database who recorded the event, whom the database itself writes into the message.
    """
    return f"Marked {detail['state']} by {detail['who']}{database_user(db_user)}: {detail['why']}"


@dataclass(frozen=True, slots=True)
class TeamDatabase:
    """The database in which a team keeps its ledger.

    Args:
        url: ``postgresql://user@host:5432/database``, without a password.
        password: returns the password when it is needed; None for PostgreSQL's own ways (``~/.pgpass``, a certificate).
        ca_file: certificates that are trusted for it beside those that this computer trusts.
    """

    url: str
    password: Callable[[], str] | None = field(default=None, repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch before it has a number.

    Args:
        sender: the profile it goes out under.
        channel: kind of channel.
        destination: where it goes, as the user is shown it.
        source: the file it was made from.
        needs_approval: whether another person has to approve its bytes before.
    """

    sender: Sender
    channel: str
    destination: str
    source: str
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch on record.

    Args:
        number: its number, counted from 1 and never used again.
        profile: the profile it went out under.
        environment: ``live`` or ``test``.
        channel: kind of channel.
        destination: where it went.
        source: the file it was made from.
        file_name: the name the file has at the receiver.
        sha256: hash of the exact bytes.
        rows: how many rows.
        reversals: how many of them have amount 0.
        size: how many bytes.
        created_at: when it was recorded, UTC; None where that cannot be read.
        who: the user who sent it.
        host: the machine it was sent from.
        state: one of the states of this module.
        settled_at: when the outcome was recorded, UTC; None while there is none.
        message: the outcome in words.
        evidence: what the receiver answered.
        duplicate_of: number of the latest batch of the account with the same content that may have arrived, None for
            most: rows were sent again on purpose, or after another batch had changed them meanwhile.
        account: the name in the ledger of the account it belongs to.
        receiver: who got the file, as the channel's settings told it; ``""`` in batches of older versions.
        answered_late: whether its program recorded an outcome after a person had marked it.
        db_user: the user of the team's database who recorded it, as the database knows them; ``""`` in a ledger of one
            machine, and in batches of older versions.
        recorded_at: when that was by the clock of the database server, UTC; None where ``db_user`` is empty.
        by_hand: whether the outcome is what a person marked, not what the receiver answered.
        sending_until: until when its program may still be sending it although its connection to the ledger is lost, None
            where it is connected or not sending.
        may_have_arrived: whether the receiver holds the content, or may hold it soon: all but ``failed`` batches of which
            an event says so, too.
        broken: what of it cannot be read or does not fit its events, one sentence each; nothing in most.
            :meth:`action_returns.ledger.inspection.LedgerInspection.in_full` looks at its bytes and rows as well.
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
    created_at: datetime | None
    who: str
    host: str
    state: str
    settled_at: datetime | None = None
    message: str = ""
    evidence: Mapping[str, str | int] = field(default_factory=dict)
    duplicate_of: int | None = None
    account: str = ""
    receiver: str = ""
    answered_late: bool = False
    db_user: str = ""
    recorded_at: datetime | None = None
    by_hand: bool = False
    sending_until: datetime | None = None
    may_have_arrived: bool = True
    broken: tuple[str, ...] = ()

    @property
    def user(self) -> str:
        """Who sent it: the name that the program gave, and the user that the database knows."""
        return f"{self.who}{database_user(self.db_user)}"

    @property
    def sender(self) -> str:
        """Who sent it, on which machine: names that the program gave, and the user that the database knows."""
        return f"{self.who} on {self.host}{database_user(self.db_user)}"

    @property
    def label(self) -> str:
        """The number as people see it: ``0001``."""
        return label(self.number)

    @property
    def day_and_time(self) -> str:
        """When it was recorded, in local time as people see it: ``2026-11-23 14:05``; ``?`` where that cannot be read."""
        return "?" if self.created_at is None else f"{self.created_at.astimezone():%Y-%m-%d %H:%M}"

    @property
    def way(self) -> Way:
        """The way it took."""
        return Way(self.account, self.environment, self.profile, self.receiver)


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is recorded and may now be sent, once.

    Args:
        number: its number.
        label: its number as people see it.
        file_name: the name the file gets at the receiver.
    """

    number: int
    label: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a batch.

    Args:
        at: when, UTC; None where that cannot be read.
        kind: ``prepared``, ``confirmed``, ``sending``, ``outcome``, ``marked``, ``late-outcome``, ``reconciled``,
            ``undo-drafted``, ``row-sending`` or ``row-outcome``.
        detail: facts about it, by name.
        chain: the hash that it carries; see ``chain.py``.
        is_whole: whether all of it could be read.
        db_user: the user of the team's database who recorded it; see :class:`BatchRecord`.
        recorded_at: when, by the clock of the database server; see :class:`BatchRecord`.
    """

    at: datetime | None
    kind: str
    detail: Mapping[str, str | int]
    chain: str = ""
    is_whole: bool = True
    db_user: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What belongs to a batch beside its file.

    Args:
        kind: ``before``, ``results`` or ``undo``.
        sha256: hash of the kept bytes, in hex.
        size: how many bytes are kept.
        is_whole: whether they are those of the hash.
    """

    kind: str
    sha256: str
    size: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class BatchInFull:
    """A batch with everything that is on record about it, compared with each other.

    Args:
        record: the batch.
        events: what happened to it, in order.
        content: its bytes, None where they are missing.
        rows: its rows as the bytes have them, in file order; where the bytes are not those that were recorded, as the
            table of rows has them, in the order of their ActionIds.
        has_its_bytes: whether the bytes are those that were recorded.
        problems: what was changed or is missing, one sentence each.
        attachments: what belongs to it beside its file, the oldest first.
    """

    record: BatchRecord
    events: tuple[Event, ...]
    content: bytes | None
    rows: Sequence[tuple[str, int, str]]
    has_its_bytes: bool
    problems: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()

    @property
    def anchor(self) -> str:
        """The hash of its latest event, for a receipt; ``""`` where there is none."""
        return self.events[-1].chain if self.events else ""


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One row of a batch on record, seen from its action.

    Args:
        batch: the batch the row was in.
        cents: the new order total in integer cents; 0 reverses.
        reason: the reason code.
        problems: what of the batch or of this row was changed or is missing, one sentence each.
        state: what became of this row, where its batch is settled and its channel sent rows one by one; ``""`` elsewhere:
            what became of its batch.
    """

    batch: BatchRecord
    cents: int
    reason: str
    problems: tuple[str, ...] = ()
    state: str = ""

    @property
    def may_have_arrived(self) -> bool:
        """Whether the receiver has the row, or may have it."""
        return self.batch.may_have_arrived and self.state not in {FAILED, NOT_SENT}
