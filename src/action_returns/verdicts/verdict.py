"""What became of a row of a batch: its verdict, why, and what was seen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Final, NamedTuple


class Verdict(StrEnum):
    """What became of a row."""

    APPLIED = "applied"
    """The network has the action as it was sent."""
    DIFFERENT = "different"
    """The network has the action with another amount, though there was time enough."""
    MISSING = "missing"
    """The action is not in the list, and nothing on record explains that."""
    LOCKED = "locked"
    """The action is locked without the change; it cannot be changed any more."""
    REFUSED = "refused"
    """The receiver names the row as an error."""
    TOO_EARLY = "too_early"
    """It cannot be told yet, or not from this source."""


class Why(StrEnum):
    """What a verdict rests on; the texts of rows are made from it."""

    AS_SENT = "as-sent"
    """The amount is the one that was sent."""
    REVERSED = "reversed"
    """The state says that the action is reversed."""
    LEFT_THE_LIST = "left-the-list"
    """A reversed action left the list of pending actions before it can have locked."""
    OTHER_AMOUNT = "other-amount"
    """Neither the amount from before nor the one that was sent."""
    UNCHANGED = "unchanged"
    """Still the amount from before."""
    CHANGED_AFTERWARDS = "changed-afterwards"
    """It was as sent before, and is not any more."""
    NOT_LISTED = "not-listed"
    """The list does not have the action."""
    NOT_KNOWN = "not-known"
    """The network's API does not know the action."""
    NOT_ASKED = "not-asked"
    """Too many actions of the batch did not change, so the network's API was not asked about this one."""
    LOCK_DATE_PASSED = "lock-date-passed"
    """The list does not have the action, whose lock date has passed: approved actions leave a list of pending ones."""
    FEWER_ROWS = "fewer-rows"
    """The list does not have the action, and is much shorter than the one at sending: it may be filtered."""
    LOCKED = "locked"
    """It is locked with another amount."""
    NAMED_AS_ERROR = "named-as-error"
    """The receiver's result names the row."""
    NOT_ARRIVED = "not-arrived"
    """The row never left, or the receiver refused it when it was sent."""
    PROCESSED = "processed"
    """The receiver's result names no error of the row; whether the action changed is not in it."""
    PARTIAL = "partial"
    """The receiver's result has only a part of the errors, and this row is not among them."""
    UNKNOWN_WORD = "unknown-word"
    """The receiver's result has a word for the row that tells neither success nor error."""
    QUEUED = "queued"
    """The receiver has not processed it yet."""
    OLDER = "older"
    """The list may be older than the batch."""
    RECENT = "recent"
    """The batch was sent too short a time ago."""
    NOT_UPLOADED = "not-uploaded"
    """Still the amount from before, and it is not known when a person uploaded the file, if at all."""
    REPLACED = "replaced"
    """A later batch changed the action again."""
    NOT_TOLD = "not-told"
    """The list has the action, and does not tell its amount or its state; or two rows of it disagree."""
    OTHER_CURRENCY = "other-currency"
    """The amount is in another currency than before, so the two cannot be compared."""
    LINE_UNCLEAR = "line-unclear"
    """The receiver names a line that can be this row or the one beside it."""


FINAL: Final = frozenset({Verdict.APPLIED, Verdict.REFUSED, Verdict.LOCKED})
"""Verdicts that no later evidence is waited for."""


class SentRow(NamedTuple):
    """One row of a batch, as it was sent."""

    action_id: str
    cents: int
    reason: str


class RowResult(NamedTuple):
    """What became of one row.

    Args:
        verdict: the verdict.
        why: what it rests on.
        cents: the amount that was seen, in integer cents; None where none was.
        state: the network's word for the action's state, ``""`` where none was seen.
        word: the receiver's word for an error, or the label of the batch that replaced the row; ``""`` for most.
        source: ``pending``, ``result`` or ``api``: where that was seen.
        seen_at: how old that is, UTC.
    """

    verdict: Verdict
    why: Why
    cents: int | None = None
    state: str = ""
    word: str = ""
    source: str = ""
    seen_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether later evidence may still tell more: then the batch is not settled."""
        return self.verdict not in FINAL and self.why is not Why.REPLACED


def count_verdicts(results: Iterable[RowResult]) -> Mapping[Verdict, int]:
    """Return how many rows have each verdict, in the order of :class:`Verdict`."""
    counts = Counter(map(itemgetter(0), results))  # the verdict
    return {verdict: counts[verdict] for verdict in Verdict}
