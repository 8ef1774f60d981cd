"""How far a batch has come after it was sent: how many of its rows are applied, and what to do next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.ledger.attachment_kinds import UNDOES
from action_returns.ledger.records import HANDED_OVER, OPEN, SENT, UNKNOWN
from action_returns.operations.texts import counted
from action_returns.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from action_returns.ledger.accounts import AccountBatches
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord, Event

FIRST_LOCK: Final = "first_lock"
"""Fact of the event ``confirmed``: when the first action of the batch locks, ISO 8601 in UTC."""
_NOT_APPLIED: Final = (Verdict.DIFFERENT, Verdict.MISSING, Verdict.REFUSED, Verdict.LOCKED)
"""Verdicts that a person has to look at, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A batch, and how many of its rows have which result.

    Args:
        record: the batch.
        reconciled: the event with its latest results, None where there are none.
        first_lock: when the first of its actions locks; None where that is not on record, or where it was undone.
    """

    record: "BatchRecord"
    reconciled: "Event | None" = None
    first_lock: datetime | None = None

    @property
    def results_json(self) -> "dict[str, object] | None":
        """How many rows have which result, for machines; None where results were never looked for."""
        if self.reconciled is None:
            return None
        facts, numbers = self.reconciled.detail, {name: self.count(name) for name in (*Verdict, "open")}
        return {"source": facts.get("source"), "taken": facts.get("taken"), **numbers}

    def count(self, fact: str) -> int:
        """Return a number of the latest results, 0 where there are none: ``applied``, ``different``, ``open``."""
        return 0 if self.reconciled is None else int(self.reconciled.detail.get(fact, 0))

    @property
    def waits_for_results(self) -> bool:
        """Whether the receiver may have the batch, and a row has no result yet or one that may still change."""
        if self.record.state not in {SENT, HANDED_OVER, UNKNOWN}:
            return False
        return self.reconciled is None or self.count("open") > 0

    @property
    def applied(self) -> str:
        """How many rows are applied, ``3 of 4``; ``""`` without results."""
        return "" if self.reconciled is None else f"{self.count(Verdict.APPLIED):,} of {self.record.rows:,}"

    @property
    def differences(self) -> str:
        """The results that a person has to look at, ``1 different, 2 refused``; ``""`` for none."""
        counts = ((self.count(verdict), verdict.value) for verdict in _NOT_APPLIED)
        return ", ".join(f"{number:,} {word}" for number, word in counts if number)

    def next_step(self, now: datetime, hours: int) -> str:
        """Return what to do about the batch, and until when it can be undone; ``""`` where nothing is left to do.

        Args:
            now: the local time.
            hours: the time that the network may take for a file.
        """
        until = self.undo_until(now)
        told = "" if until is None else f"undo possible until {until.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
        return "; ".join(filter(None, [self._next_step(now, hours), told]))

    def undo_until(self, now: datetime) -> datetime | None:
        """Return until when all rows can be changed back; None where that is not known, not possible, or over.

        Args:
            now: the local time.
        """
        may_have_arrived = self.record.state in {SENT, HANDED_OVER, UNKNOWN}
        is_refused = self.reconciled is not None and not self.count("open") and not self.count(Verdict.APPLIED)
        if self.first_lock is None or self.first_lock <= now or not may_have_arrived or is_refused:
            return None
        return self.first_lock

    def _next_step(self, now: datetime, hours: int) -> str:
        if self.record.broken:
            return "see what is broken"
        if self.record.state in OPEN:
            return "wait until it is sent"
        if self.differences:
            return f"look at the results: {self.differences}"
        if not self.waits_for_results:
            return ""
        if self.record.state == UNKNOWN:
            return f"settle first: check results, or look in the network whether it arrived ({age(self.record.created_at, now)})"
        sent, processing = self.record.created_at, timedelta(hours=hours)
        if sent is not None and now < sent + processing:
            return f"check results from {(sent + processing).astimezone(now.tzinfo):%Y-%m-%d %H:%M} on"
        if self.reconciled is not None:
            return f"check results again: {counted(self.count('open'), 'row')} too early ({age(sent, now)})"
        return f"check results ({age(sent, now)})"


def age(since: datetime | None, now: datetime) -> str:
    """Return how long ago something was, ``3 days``; ``?`` where that is not known."""
    return "?" if since is None else counted(days_since(since, now), "day")


def days_since(since: datetime, now: datetime) -> int:
    """Return the whole days since a moment, never fewer than 0."""
    return max(0, (now - since) // timedelta(days=1))


def waiting_batches(batches: Iterable[Progress], ours: "AccountBatches") -> list[Progress]:
    """Return the batches of an account that wait for results, in their order."""
    return [one for one in batches if one.waits_for_results and ours.include(one.record.way)]


def waiting_sentence(waiting: Sequence[Progress], now: datetime) -> str:
    """Return how many batches wait for results, how long the oldest one does, and when that was counted.

    Args:
        waiting: them.
        now: the local time.
    """
    counted_at = f"Counted {now:%Y-%m-%d %H:%M}."
    if not waiting:
        return f"0. {counted_at}"
    sent = [one.record.created_at for one in waiting if one.record.created_at is not None]
    oldest = f", the oldest sent {age(min(sent), now)} ago" if sent else ""
    return f"{len(waiting):,}{oldest}. {counted_at}"


def read_progress(ledger: "Ledger") -> list[Progress]:
    """Return every batch with the event of its latest results, the latest batch first. No attachment is read."""
    reconciled, confirmed = ledger.latest_reconciled(), ledger.confirmations()
    batches = ledger.batches()
    may_have_arrived = {record.number for record in batches if record.may_have_arrived}
    undone = {event.detail.get(UNDOES) for number, event in confirmed.items() if number in may_have_arrived}
    return [
        Progress(
            record,
            reconciled.get(record.number),
            None if record.label in undone else _first_lock(confirmed.get(record.number)),
        )
        for record in batches
    ]


def _first_lock(confirmed: "Event | None") -> datetime | None:
    """Return when the first action of a batch locks, None where its record has no such time."""
    try:
        first = datetime.fromisoformat("" if confirmed is None else str(confirmed.detail.get(FIRST_LOCK, "")))
    except ValueError:
        return None
    return None if first.tzinfo is None else first
