"""Decide from a later pending download what became of the rows of a batch.

A list of pending actions shows an action with its new total; one that was reversed has the state REVERSED, or is not in the
list any more. A file is processed within a day (the network documents no time), so an unchanged amount means nothing before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import is_locked
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

PROCESSING: Final = timedelta(hours=24)
"""Time that the network may take for a file."""
_REVERSED: Final = frozenset({"REVERSED", "REJECTED"})
_NO_ACTION: Final = PendingAction()


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record about a batch.

    Args:
        sent_at: when it was sent.
        before: ActionId -> what the download said of it when the batch was sent.
        replaced: ActionId -> label of the later batch that changed it again.
        earlier: ActionId -> its latest result.
    """

    sent_at: datetime
    before: Mapping[str, PendingAction] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, RowResult] = field(default_factory=dict)


def decide_by_pending(
    rows: Sequence[SentRow], pending: PendingDownload, known: Known, *, taken: datetime
) -> list[RowResult]:
    """Return what became of each row, in the order of the rows.

    Args:
        rows: the rows that were sent.
        pending: the later download, with at least the actions of the rows.
        known: what is on record.
        taken: how old the download is.
    """
    return [_decide(row, pending.actions.get(row.action_id), known, taken) for row in rows]


def _decide(row: SentRow, action: PendingAction | None, known: Known, taken: datetime) -> RowResult:
    before = known.before.get(row.action_id, _NO_ACTION)
    seen = action or _NO_ACTION

    def result(verdict: Verdict, why: Why, word: str = "") -> RowResult:
        return RowResult(verdict, why, seen.cents, seen.state or "", word, "pending", taken)

    if (later := known.replaced.get(row.action_id)) is not None:
        return result(Verdict.TOO_EARLY, Why.REPLACED, later)
    if taken <= known.sent_at:
        return known.earlier.get(row.action_id) or result(Verdict.TOO_EARLY, Why.OLDER)
    is_reversed = (seen.state or "").upper() in _REVERSED
    if row.cents == 0 and is_reversed:
        return result(Verdict.APPLIED, Why.REVERSED)
    if action is not None and seen.cents == row.cents and not is_reversed:
        return result(Verdict.APPLIED, Why.AS_SENT)
    earlier = known.earlier.get(row.action_id)
    if earlier is not None and earlier.verdict is Verdict.REFUSED:
        return earlier
    if action is None:
        if earlier is not None and earlier.verdict is Verdict.APPLIED:
            return earlier
        if row.cents == 0 and before.locks_at is not None and taken < before.locks_at:
            return result(Verdict.APPLIED, Why.LEFT_THE_LIST)
        return result(Verdict.MISSING, Why.NOT_LISTED)
    if earlier is not None and earlier.verdict is Verdict.APPLIED:
        return result(Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS)
    is_unchanged = before.cents is None or seen.cents == before.cents
    if is_locked(seen, taken):
        return result(Verdict.LOCKED, Why.LOCKED)
    if is_unchanged and taken < known.sent_at + PROCESSING:
        return result(Verdict.TOO_EARLY, Why.RECENT)
    return result(Verdict.DIFFERENT, Why.UNCHANGED if before.cents == seen.cents else Why.OTHER_AMOUNT)
