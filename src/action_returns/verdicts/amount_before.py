"""Find the amount that an action had before a batch changed it, and decide whether that is certain enough to be restored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from action_returns.batch.context import PendingAction
from action_returns.verdicts.by_pending import PROCESSING, ListAge, has_unknown_state, is_reversed
from action_returns.verdicts.verdict import RowResult, Verdict, Why

NO_ACTION: Final = PendingAction()
"""An action of which nothing is known."""


class Basis(StrEnum):
    """Where the amount from before is known from."""

    RECORDED = "recorded"
    """The pending download that was used when the batch was sent."""
    EARLIER = "earlier"
    """The batch before it that changed the action."""
    ORIGINAL = "original"
    """The original amount in a pending download: no batch on record changed the action before."""


class EarlierRow(NamedTuple):
    """What an earlier batch of the account sent for an action.

    Args:
        batch: label of that batch.
        sent_at: when it was sent.
        cents: the amount that it sent.
        has_arrived: whether the receiver has it; an unknown batch may have arrived or not.
        has_same_list: whether the pending download that the undone batch was sent with was used for it already, or for
            one before it. Then that list is certainly older than this row.
        result: what became of the row, None when that was not looked up.
    """

    batch: str
    sent_at: datetime
    cents: int
    has_arrived: bool
    has_same_list: bool = False
    result: RowResult | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a batch that is to be undone.

    Args:
        sent_at: when it was sent.
        now: the moment of the undo; lock dates are compared with it.
        before: ActionId -> what the pending download said when it was sent.
        before_as_of: from when that download is at the earliest, None where that is not on record.
        earlier: ActionId -> what batches before it sent, the latest first.
        replaced: ActionId -> label of the later batch that changed it again.
        results: ActionId -> the latest result of its row.
        pending: ActionId -> what a pending download says now.
        age: between which moments that one was made, None when there is none.
        currency: of the actions in that one which name none, None where that is not known.
        lists_others: whether it has actions that are not pending, too. Then a reversed action does not leave it.
        never_left: actions whose row certainly never left, or was refused at once.
        processing: time that the network may take for a file.
    """

    sent_at: datetime
    now: datetime
    before: Mapping[str, PendingAction] = field(default_factory=dict)
    before_as_of: datetime | None = None
    earlier: Mapping[str, Sequence[EarlierRow]] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, RowResult] = field(default_factory=dict)
    pending: Mapping[str, PendingAction] = field(default_factory=dict)
    age: ListAge | None = None
    currency: str | None = None
    lists_others: bool = False
    never_left: Collection[str] = frozenset()
    processing: timedelta = PROCESSING


class Before(NamedTuple):
    """The amount from before, where it is known from, and the earlier batch that changed the action, if one did, and when."""

    cents: int
    basis: Basis
    batch: str = ""
    changed_at: datetime | None = None


def find_amount_before(
    action_id: str, recorded: PendingAction, listed: PendingAction, evidence: Evidence
) -> Before | None:
    """Return the amount from before a batch, None where it is not certain.

    Args:
        action_id: the action.
        recorded: what the pending download said of it when the batch was sent.
        listed: what a pending download says now.
        evidence: what is known about the batch.
    """
    found = _amount_on_record(action_id, recorded, listed, evidence)
    return None if found is None or _is_contradicted(found, recorded, listed, evidence) else found


def _amount_on_record(
    action_id: str, recorded: PendingAction, listed: PendingAction, evidence: Evidence
) -> Before | None:
    """Return the amount from before as the record has it, None where it has none that is certain."""
    cents, as_of = amount_of(recorded), evidence.before_as_of
    earlier = next((one for one in evidence.earlier.get(action_id, ()) if not was_not_applied(one.result)), None)
    if earlier is None:
        if cents is not None:
            return Before(cents, Basis.RECORDED)
        originals = original_amounts(recorded, listed)
        return Before(originals.pop(), Basis.ORIGINAL) if len(originals) == 1 else None
    if cents == earlier.cents or (
        cents is not None and as_of is not None and as_of >= earlier.sent_at + evidence.processing
    ):
        basis = Basis.EARLIER if cents == earlier.cents else Basis.RECORDED
        return Before(cents, basis, earlier.batch, earlier.sent_at)
    # The age of a list is the least that it can be: another amount in it tells nothing where the list can be a later one,
    # which the network's answer to the earlier batch is in, or not.
    is_doubtful = cents is not None and not earlier.has_same_list
    if not _is_certain(earlier, is_doubtful=is_doubtful):
        return None
    return Before(earlier.cents, Basis.EARLIER, earlier.batch, earlier.sent_at)


def _is_certain(earlier: EarlierRow, *, is_doubtful: bool) -> bool:
    """Return whether the network has made the change of an earlier batch, as far as is known."""
    if earlier.result is not None and earlier.result.verdict is not Verdict.TOO_EARLY:
        return earlier.result.verdict is Verdict.APPLIED
    return earlier.has_arrived and not is_doubtful


def was_not_applied(result: RowResult | None) -> bool:
    """Return whether the network did not make the change of a row, as far as its latest result tells."""
    return result is not None and (
        result.verdict in {Verdict.REFUSED, Verdict.LOCKED} or result[:2] == (Verdict.DIFFERENT, Why.UNCHANGED)
    )


def original_amounts(recorded: PendingAction, listed: PendingAction) -> set[int]:
    """Return the amount before any change, as each list has it that tells it."""
    return {action.original_cents for action in (recorded, listed) if action.original_cents is not None}


def _is_contradicted(before: Before, recorded: PendingAction, listed: PendingAction, evidence: Evidence) -> bool:
    """Return whether a list speaks against an amount from before: by its currency, or as it is from that time itself."""
    was, now = recorded.currency, listed.currency or (listed is not NO_ACTION and evidence.currency)
    if was and now and was.casefold() != now.casefold():
        return True
    seen, age = amount_of(listed), evidence.age
    if seen in {None, before.cents} or age is None or age.latest > evidence.sent_at:
        return False  # a list from after the batch is compared with what was sent
    if before.changed_at is not None and age.earliest < before.changed_at + evidence.processing:
        return False
    return before.basis is not Basis.RECORDED or not is_older_than_record(evidence)


def amount_of(action: PendingAction) -> int | None:
    """Return the amount of an action as the network counts it: 0 when it is reversed, whatever the list shows.

    It is not known where the state is a word of which it is not known what it means for the amount.
    """
    if has_unknown_state(action):
        return None
    return 0 if is_reversed(action) else action.cents


def is_older_than_record(evidence: Evidence) -> bool:
    """Return whether the list of now is older than the one that was used when the batch was sent."""
    age, before = evidence.age, evidence.before_as_of
    return age is not None and before is not None and age.latest < before
