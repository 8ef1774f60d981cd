"""Sentences about how old the evidence of results is, and from when on newer evidence tells more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.operations.list_age import UNKNOWN_AGE
from action_returns.operations.texts import counted
from action_returns.verdicts.verdict import RowResult, Verdict, Why

if TYPE_CHECKING:
    from action_returns.operations.open_batches import OpenBatch
    from action_returns.operations.reconcile import Found
    from action_returns.verdicts.by_pending import ListAge

_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_TWO_DAYS: Final = 48
_TOLD_BY_SOURCE: Final = {"pending": frozenset({Why.OLDER, Why.RECENT}), "api": frozenset({Why.NOT_ASKED})}
"""What the notes of a source say themselves, with its dates."""
_LOOK_LATER: Final = "Look again with a Pending Actions download of {tells}."
_LOOK_UP: Final = "Look it up in the network."
_TOO_EARLY: Final[Mapping[Why, str]] = {
    Why.PROCESSED: f"the receiver names no error there, and does not tell whether the action changed. {_LOOK_LATER}",
    Why.PARTIAL: "the result file has only a part of the errors. Download all errors under File Submissions in the network, "
    "or look again with a Pending Actions download of {tells}.",
    Why.UNKNOWN_WORD: f"the receiver has a word there that tells neither success nor error. {_LOOK_LATER}",
    Why.QUEUED: f"the receiver has not processed it yet. {_LOOK_LATER}",
    Why.LINE_UNCLEAR: f"the receiver names a line that can be one of two rows. {_LOOK_LATER}",
    Why.OLDER: f"what was compared may be older than the batch. {_LOOK_LATER}",
    Why.RECENT: f"the network may still be at work on the file. {_LOOK_LATER}",
    Why.NOT_UPLOADED: "it is not known when the file was uploaded. When it was, and a day has passed, look it up in the "
    "network. When it was not, upload the file, and look again with a Pending Actions download of a day later.",
    Why.REPLACED: "a later batch changed the action again, and its result counts. Nothing is left to do here.",
    Why.NOT_ASKED: f"too many actions of the batch did not change, so the API was not asked. {_LOOK_LATER}",
    Why.NOT_TOLD: f"the list does not tell the amount or the state, or two rows of it disagree. {_LOOK_UP}",
    Why.OTHER_CURRENCY: f"the list has another currency than before. {_LOOK_UP}",
}
"""Why rows are too early, and what to do; every reason that the verdicts give for it."""


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
    is_dated = age.earliest != UNKNOWN_AGE
    notes = []
    if Why.OLDER in reasons and age.latest <= sent_at:
        notes.append(
            f"The list is of {local_minute(age.latest)}, older than {sent}. Download Pending Actions again. When it was "
            "downloaded later than its file tells, say so: --taken TIME."
        )
    elif Why.OLDER in reasons:
        between = (
            f"it was made between {local_minute(age.earliest)}, the date of its latest action, and "
            f"{local_minute(age.latest)}, the date of its file"
            if is_dated
            else f"no date of an action tells its age, and its file, of {local_minute(age.latest)}, can be a later copy"
        )
        notes.append(
            f"The list may be older than {sent}: {between}. Say when you downloaded it: --taken TIME, such "
            f"as --taken {age.latest.astimezone():%Y-%m-%dT%H:%M}."
        )
    if Why.RECENT in reasons:
        tells = sent_at + timedelta(hours=hours)
        older = "" if age.earliest == age.latest else ", or name the time of the download with --taken TIME"
        notes.append(
            f"The list is of {local_minute(age.earliest)}, {time_between(sent_at, age.earliest)} after {sent}. The network "
            f"may take {counted(hours, 'hour')}. Look again with a list of {local_minute(tells)} or later{older}."
        )
    dated = min(age.earliest + age.zones, age.latest)
    if (Why.OLDER in reasons and age.earliest <= sent_at < dated) or (
        Why.RECENT in reasons and dated >= sent_at + timedelta(hours=hours)
    ):
        notes.append(
            f"The dates of the list name no time zone, and the profile sets none, so they count as "
            f"{counted(age.zones // _HOUR, 'hour')} earlier. Set time_zone in the profile, and compare again."
        )
    return tuple(notes)


def notes_on_newer_results(batch: "OpenBatch", results: Sequence[RowResult], age: "ListAge") -> tuple[str, ...]:
    """Return that a list was not used for rows whose results on record are newer, or may be; nothing where there are none.

    Args:
        batch: the batch that was compared with it.
        results: what became of its rows.
        age: when the list was made.
    """
    seen = [
        result.seen_at
        for row, result in zip(batch.rows, results, strict=True)
        if result.verdict is not Verdict.TOO_EARLY
        and result.source != "result"
        and result is batch.known.earlier.get(row.action_id)
        and row.action_id not in batch.known.replaced
        and result.seen_at is not None
        and age.earliest <= result.seen_at
        and abs(result.seen_at - age.latest) >= _MINUTE  # else it is what this list told before
    ]
    if not seen:
        return ()
    newer = "are newer" if min(seen) > age.latest else "may be newer"
    told = f"The list was not used for {counted(len(seen), 'row')} of batch {batch.record.label}"
    return (f"{told}: the results on record, of {local_minute(max(seen))}, {newer}.",)


def notes_on_too_early(batch: "OpenBatch", found: "Found", hours: int) -> tuple[str, ...]:
    """Return why rows of a batch are too early, and what to do: one note for each reason.

    Args:
        batch: the batch.
        found: what became of its rows.
        hours: the time that the network may take.
    """
    counts = Counter(result.why for result in found.results if result.verdict is Verdict.TOO_EARLY)
    told = _TOLD_BY_SOURCE.get(found.source, frozenset())
    try:
        tells = f"{local_minute(batch.known.sent_at + timedelta(hours=hours))} or later"
    except OverflowError:  # when it was sent is not on record
        tells = "tomorrow or later"
    return tuple(
        f"{counted(number, 'row')} too early: {_TOO_EARLY.get(why, f'it cannot be told yet. {_LOOK_LATER}').format(tells=tells)}"
        for why, number in counts.items()
        if why not in told
    )
