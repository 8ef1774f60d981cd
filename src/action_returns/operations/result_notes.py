"""Sentences about how old the evidence of results is, and from when on newer evidence tells more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.operations.texts import counted
from action_returns.verdicts.verdict import RowResult, Why

if TYPE_CHECKING:
    from action_returns.operations.reconcile import OpenBatch
    from action_returns.verdicts.by_pending import ListAge

_HOUR: Final = timedelta(hours=1)
_TWO_DAYS: Final = 48


def local_minute(moment: datetime) -> str:
    """Return a moment in local time as people see it: ``2026-11-23 14:05``."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def time_between(start: datetime, end: datetime) -> str:
    """Return how much later one moment is than another: ``less than an hour``, ``3 hours`` or ``4 days``."""
    hours = (end - start) // _HOUR
    if hours < 1:
        return "less than an hour"
    return counted(hours, "hour") if hours < _TWO_DAYS else counted(hours // 24, "day")


def notes_on_age(batch: "OpenBatch", results: Sequence[RowResult], age: "ListAge", hours: int) -> tuple[str, ...]:
    """Return what the user should know of the age of a list, one sentence each.

    Args:
        batch: the batch that was compared with it.
        results: what became of its rows.
        age: when the list was made.
        hours: the time that the network may take.
    """
    reasons = {result.why for result in results}
    sent_at = batch.known.sent_at
    sent = f"batch {batch.record.label}, which was sent on {local_minute(sent_at)}"
    notes = []
    if Why.OLDER in reasons and age.latest <= sent_at:
        notes.append(
            f"The list is of {local_minute(age.latest)}, older than {sent}. Download Pending Actions again. When it was "
            "downloaded later than its file tells, say so: --taken TIME."
        )
    elif Why.OLDER in reasons:
        notes.append(
            f"The list may be older than {sent}: it was made between {local_minute(age.earliest)}, the date of its latest "
            f"action, and {local_minute(age.latest)}, the date of its file. Say when you downloaded it: --taken TIME, such "
            f"as --taken {age.latest.astimezone():%Y-%m-%dT%H:%M}."
        )
    if Why.RECENT in reasons:
        tells = sent_at + timedelta(hours=hours)
        older = "" if age.earliest == age.latest else ", or name the time of the download with --taken TIME"
        notes.append(
            f"The list is of {local_minute(age.earliest)}, {time_between(sent_at, age.earliest)} after {sent}. The network "
            f"may take {counted(hours, 'hour')}. Look again with a list of {local_minute(tells)} or later{older}."
        )
    return tuple(notes)
