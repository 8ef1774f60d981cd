"""Decide which rows restore what a batch changed, and why other rows of it are left out.

An undo is a new change that sends the amount from before. It never overwrites what was changed since, and never restores an
amount that is not known.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from action_returns.batch.context import PendingAction, Policy, ReasonKind
from action_returns.batch.lock_dates import is_locked, takes_no_changes
from action_returns.verdicts.by_pending import PROCESSING, ListAge, is_reversed
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

_NO_ACTION: Final = PendingAction()


class LeftOut(StrEnum):
    """Why a row is not restored."""

    LOCKED = "locked"
    """The action takes no more changes."""
    UNKNOWN = "unknown"
    """The amount from before is not known, or evidence contradicts it."""
    CHANGED_SINCE = "changed_since"
    """The action was changed after the batch."""
    NOTHING_TO_RESTORE = "nothing_to_restore"
    """The amount from before is the one that was sent."""
    NOT_APPLIED = "not_applied"
    """The network did not make the change."""


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
    lists_others: bool = False
    never_left: Collection[str] = frozenset()
    processing: timedelta = PROCESSING


class RowPlan(NamedTuple):
    """What an undo does with one row of a batch.

    Args:
        row: the row that was sent.
        left_out: why it is not restored, None when it is.
        cents: the amount from before, in integer cents; None where it is not known.
        basis: where that is known from.
        batch: label of the earlier batch that sent that amount, ``""`` for most.
        replaced_by: label of the later batch that changed the action again, ``""`` for most.
        seen_cents: the amount in the list of now, None where there is none.
        locks_at: when the action locks, None where that is not known.
        order_id: its order, ``""`` where that is not known.
        is_first_change: whether the amount from before is the one before any change, as far as is known.
    """

    row: SentRow
    left_out: LeftOut | None
    cents: int | None = None
    basis: Basis | None = None
    batch: str = ""
    replaced_by: str = ""
    seen_cents: int | None = None
    locks_at: datetime | None = None
    order_id: str = ""
    is_first_change: bool = False


class _Before(NamedTuple):
    """The amount from before, where it is known from, and the earlier batch that changed the action, ``""`` for none."""

    cents: int
    basis: Basis
    batch: str = ""


def plan_restoring(rows: Sequence[SentRow], evidence: Evidence) -> list[RowPlan]:
    """Return what an undo does with each row, in the order of the rows.

    Args:
        rows: the rows that were sent.
        evidence: what is known about the batch.
    """
    return [_plan(row, evidence) for row in rows]


def restoring_reasons(policy: Policy) -> tuple[str | None, str | None]:
    """Return the reason codes of rows that restore an amount above 0, and 0; None where the profile has none.

    Args:
        policy: the account's rules.
    """
    found = []
    for usual, kind in (("ORDER_UPDATE", ReasonKind.MODIFY), ("REJECTED", ReasonKind.REVERSE)):
        fitting = [code for code, use in policy.reasons.items() if use in {kind, ReasonKind.EITHER}]
        found.append(usual if usual in fitting else next(iter(fitting), None))
    return found[0], found[1]


def plan_resetting(plans: Sequence[RowPlan]) -> list[RowPlan]:
    """Return what becomes of the rows where the network resets whole orders, instead of taking new totals.

    A reset leads back to the amount before any change, and changes every action of the order that has the event type. So
    a row is left out whose amount from before is another one, or whose order has an action that must not be changed.

    Args:
        plans: what :func:`plan_restoring` returned.
    """
    kept = {plan.order_id for plan in plans if not _may_be_reset(plan)}
    return [
        plan._replace(left_out=LeftOut.UNKNOWN)
        if plan.left_out is None and (plan.order_id in kept or not _is_order_id(plan.order_id))
        else plan
        for plan in plans
    ]


def _may_be_reset(plan: RowPlan) -> bool:
    return plan.left_out in {None, LeftOut.NOTHING_TO_RESTORE} and plan.is_first_change


def _is_order_id(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()


def _plan(row: SentRow, evidence: Evidence) -> RowPlan:
    action_id = row.action_id
    recorded = evidence.before.get(action_id, _NO_ACTION)
    listed = evidence.pending.get(action_id, _NO_ACTION)
    locks_at = _lock_date(recorded, listed, evidence)
    before = _amount_before(action_id, recorded, listed, evidence)
    plan = RowPlan(
        row,
        None,
        seen_cents=_amount(listed),
        locks_at=locks_at,
        order_id=listed.order_id or recorded.order_id or "",
    )
    if before is not None:
        plan = plan._replace(
            cents=before.cents,
            basis=before.basis,
            batch=before.batch if before.basis is Basis.EARLIER else "",
            is_first_change=not before.batch and _original(recorded, listed) in {None, before.cents},
        )
    later = evidence.replaced.get(action_id)
    result = evidence.results.get(action_id)
    if _is_locked(locks_at, recorded, listed, result, evidence.now):
        return plan._replace(left_out=LeftOut.LOCKED)
    if later is not None:
        return plan._replace(left_out=LeftOut.CHANGED_SINCE, replaced_by=later)
    against = _evidence_against(plan, result, evidence)
    if against is not None:
        return plan._replace(left_out=against)
    if before is None:
        return plan._replace(left_out=LeftOut.UNKNOWN)
    return plan._replace(left_out=LeftOut.NOTHING_TO_RESTORE) if before.cents == row.cents else plan


def _original(recorded: PendingAction, listed: PendingAction) -> int | None:
    """Return the amount before any change, None where no list has it."""
    return recorded.original_cents if listed.original_cents is None else listed.original_cents


def _amount(action: PendingAction) -> int | None:
    """Return the amount of an action as the network counts it: 0 when it is reversed, whatever the list shows."""
    return 0 if is_reversed(action) else action.cents


def _lock_date(recorded: PendingAction, listed: PendingAction, evidence: Evidence) -> datetime | None:
    """Return when an action locks, as the newer of the two lists has it: a lock date can be put off."""
    older_first = [listed, recorded] if _is_older_than_record(evidence) else [recorded, listed]
    known = [action.locks_at for action in older_first if action.locks_at is not None]
    return known[-1] if known else None


def _is_older_than_record(evidence: Evidence) -> bool:
    """Return whether the list of now is older than the one that was used when the batch was sent."""
    age, before = evidence.age, evidence.before_as_of
    return age is not None and before is not None and age.latest < before


def _is_locked(
    locks_at: datetime | None, recorded: PendingAction, listed: PendingAction, result: RowResult | None, now: datetime
) -> bool:
    states = (recorded.state, listed.state, None if result is None else result.state)
    return (
        is_locked(PendingAction(locks_at=locks_at), now)
        or any(takes_no_changes(state) for state in states)
        or (result is not None and result.verdict is Verdict.LOCKED)
    )


def _amount_before(
    action_id: str, recorded: PendingAction, listed: PendingAction, evidence: Evidence
) -> _Before | None:
    """Return the amount from before a batch, None where it is not known."""
    cents, as_of = _amount(recorded), evidence.before_as_of
    earlier = next((one for one in evidence.earlier.get(action_id, ()) if not _was_not_applied(one.result)), None)
    if earlier is None:
        if cents is not None:
            return _Before(cents, Basis.RECORDED)
        original = _original(recorded, listed)
        return None if original is None else _Before(original, Basis.ORIGINAL)
    if cents == earlier.cents or (
        cents is not None and as_of is not None and as_of >= earlier.sent_at + evidence.processing
    ):
        return _Before(cents, Basis.EARLIER if cents == earlier.cents else Basis.RECORDED, earlier.batch)
    # The age of a list is the least that it can be: another amount in it tells nothing where the list can be a later one,
    # which the network's answer to the earlier batch is in, or not.
    is_doubtful = cents is not None and not earlier.has_same_list
    return (
        _Before(earlier.cents, Basis.EARLIER, earlier.batch) if _is_certain(earlier, is_doubtful=is_doubtful) else None
    )


def _is_certain(earlier: EarlierRow, *, is_doubtful: bool) -> bool:
    """Return whether the network has made the change of an earlier batch, as far as is known."""
    if earlier.result is not None and earlier.result.verdict is not Verdict.TOO_EARLY:
        return earlier.result.verdict is Verdict.APPLIED
    return earlier.has_arrived and not is_doubtful


def _was_not_applied(result: RowResult | None) -> bool:
    return result is not None and (
        result.verdict in {Verdict.REFUSED, Verdict.LOCKED} or result[:2] == (Verdict.DIFFERENT, Why.UNCHANGED)
    )


def _evidence_against(plan: RowPlan, result: RowResult | None, evidence: Evidence) -> LeftOut | None:
    """Return what evidence from after the batch says against restoring a row, None where there is nothing."""
    if plan.row.action_id in evidence.never_left:
        return LeftOut.NOT_APPLIED
    seen_at = evidence.sent_at if result is None or result.seen_at is None else max(evidence.sent_at, result.seen_at)
    if evidence.age is not None and evidence.age.earliest > evidence.sent_at and evidence.age.earliest >= seen_at:
        is_late = evidence.age.earliest >= evidence.sent_at + evidence.processing
        return _list_against(plan, None if result is None else result.verdict, evidence, is_late=is_late)
    if (against := _result_against(result)) is not None:
        return against
    if evidence.age is not None and evidence.age.latest > seen_at:
        # The list can be older than the batch, or newer: it must fit both.
        return None if _list_against(plan, None, evidence, is_late=False) is None else LeftOut.UNKNOWN
    return None


def _result_against(result: RowResult | None) -> LeftOut | None:
    """Return what the latest result of a row says against restoring it."""
    if result is None:
        return None
    if _was_not_applied(result):
        return LeftOut.NOT_APPLIED
    return {Verdict.DIFFERENT: LeftOut.CHANGED_SINCE, Verdict.MISSING: LeftOut.UNKNOWN}.get(result.verdict)


def _list_against(plan: RowPlan, verdict: Verdict | None, evidence: Evidence, *, is_late: bool) -> LeftOut | None:
    """Return what a later pending download says against restoring a row."""
    row, seen = plan.row, plan.seen_cents
    if row.action_id not in evidence.pending:
        if verdict is Verdict.REFUSED:
            return LeftOut.NOT_APPLIED
        # A reversed action leaves the list of pending actions; so does one that locks, which this one has not.
        has_left = row.cents == 0 and plan.locks_at is not None and not evidence.lists_others
        return None if has_left else LeftOut.UNKNOWN
    if seen == row.cents:
        return None
    if seen is None or plan.cents is None:
        return LeftOut.NOT_APPLIED if verdict is Verdict.REFUSED else LeftOut.UNKNOWN
    if seen != plan.cents or verdict is Verdict.APPLIED:
        return LeftOut.CHANGED_SINCE
    return LeftOut.NOT_APPLIED if is_late or verdict is Verdict.REFUSED else None
