"""What a person's mark of a batch may change, and the words where it may change nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from action_returns.ledger.records import FAILED, HANDED_OVER, OPEN, SENDING, SENT, UNKNOWN, BatchRecord, Event

_MOST_NAMED: Final = 5
"""Rows that a refusal names."""


def makes_more_of(mark: Event, now: str, state: str) -> bool:
    """Return whether an outcome that comes after a mark shows that rows which count as not arrived may have arrived.

    Args:
        mark: the latest mark.
        now: the state of the batch.
        state: the outcome.
    """
    return now == FAILED and (state in {SENT, HANDED_OVER} or (state == UNKNOWN and mark.detail["was"] == SENDING))


def not_to_be_marked(record: BatchRecord, state: str, now: datetime) -> str:
    """Return why a batch cannot be marked, and what to do."""
    if (until := record.sending_until) is not None:
        return (
            f"Batch {record.label} may still be being sent until {clock_time(until, now)}: the program of {record.sender} "
            "lost its connection to the ledger, which does not show whether it has ended. Nothing was marked. Wait until "
            "then and look again. If you know that it has ended, look at the receiver's side, and add --program-ended."
        )
    if record.state in OPEN:
        return (
            f"Batch {record.label} is {record.state}: the program of {record.sender} is still at work on it. "
            f"Nothing was marked. Wait until it has an outcome, or end that program and mark it then."
        )
    return (
        f"Batch {record.label} is {record.state}, so it cannot be marked {state}. Nothing was changed. "
        f"See: action-returns history show {record.label}"
    )


def rows_have_arrived(record: BatchRecord, action_ids: Sequence[str], now: datetime) -> str:
    """Return why a batch of which some rows have certainly arrived cannot be marked failed, and what to do.

    Args:
        record: the batch.
        action_ids: the rows that have.
        now: the time.
    """
    named = ", ".join(action_ids[:_MOST_NAMED]) + (
        f" and {len(action_ids) - _MOST_NAMED:,} more" if len(action_ids) > _MOST_NAMED else ""
    )
    until = record.sending_until
    look = "Look" if until is None else f"Wait until {clock_time(until, now)}, when it counts as unknown, then look"
    rows, has, them = ("row", "is", "it") if len(action_ids) == 1 else ("rows", "are", "them")
    return (
        f"Batch {record.label} cannot be marked failed: it is on record that {len(action_ids):,} {rows} of it {has} at the "
        f"receiver ({named}), and failed would let the next send take {them} again. Nothing was marked. {look} what became "
        f"of every row: action-returns reconcile {record.label}. Rows that were refused or never left go out with the "
        "next send anyway. To send the others again on purpose, add --include-sent to the send."
    )


def clock_time(until: datetime, now: datetime) -> str:
    """Return a time of this day as people read it, with the minutes until then: ``14:05 (18 minutes)``."""
    minutes = max(1, round((until - now).total_seconds() / 60))
    return f"{until.astimezone():%H:%M} ({minutes} {'minute' if minutes == 1 else 'minutes'})"
