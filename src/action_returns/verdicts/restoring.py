"""Decide which rows restore what a batch changed, and why other rows of it are left out.

An undo is a new change that sends the amount from before. It never overwrites what was changed since, and never restores an
amount that is not known.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from action_returns.batch.context import PendingAction, Policy, ReasonKind
from action_returns.batch.lock_dates import is_locked, takes_no_changes
from action_returns.verdicts.amount_before import (
    NO_ACTION,
    Basis,
    Evidence,
    amount_of,
    find_amount_before,
    is_older_than_record,
    original_amounts,
    was_not_applied,
)
from action_returns.verdicts.by_pending import has_unknown_state
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict


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


def plan_resetting(plans: Sequence[RowPlan], changed: Collection[str] = ()) -> list[RowPlan]:
    """Return what becomes of the rows where the network resets whole orders, instead of taking new totals.

    A reset leads back to the amount before any change, and changes every action of the order that has the event type. So
    a row is left out whose amount from before is another one, or whose order has an action that must not be changed.

    Args:
        plans: what :func:`plan_restoring` returned.
        changed: orders with actions outside of the batch that were changed, too.
    """
    kept = {_folded(plan.order_id) for plan in plans if not _may_be_reset(plan)} | {_folded(order) for order in changed}
    return [
        plan._replace(left_out=LeftOut.UNKNOWN)
        if plan.left_out is None and (_folded(plan.order_id) in kept or not _is_order_id(plan.order_id))
        else plan
        for plan in plans
    ]


def _may_be_reset(plan: RowPlan) -> bool:
    return plan.left_out in {None, LeftOut.NOTHING_TO_RESTORE} and plan.is_first_change


def _folded(order_id: str) -> str:
    """Return an order number to be compared: how the network treats blanks and capitals is not documented."""
    return "".join(order_id.split()).casefold()


def _is_order_id(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()


def _plan(row: SentRow, evidence: Evidence) -> RowPlan:
    action_id = row.action_id
    recorded = evidence.before.get(action_id, NO_ACTION)
    listed = evidence.pending.get(action_id, NO_ACTION)
    locks_at = _lock_date(recorded, listed, evidence)
    before = find_amount_before(action_id, recorded, listed, evidence)
    plan = RowPlan(
        row,
        None,
        seen_cents=amount_of(listed),
        locks_at=locks_at,
        order_id=listed.order_id or recorded.order_id or "",
    )
    if before is not None:
        plan = plan._replace(
            cents=before.cents,
            basis=before.basis,
            batch=before.batch if before.basis is Basis.EARLIER else "",
            is_first_change=not before.batch and original_amounts(recorded, listed) <= {before.cents},
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
    if before is None or has_unknown_state(recorded) or has_unknown_state(listed):
        return plan._replace(left_out=LeftOut.UNKNOWN)
    return plan._replace(left_out=LeftOut.NOTHING_TO_RESTORE) if before.cents == row.cents else plan


def _lock_date(recorded: PendingAction, listed: PendingAction, evidence: Evidence) -> datetime | None:
    """Return when an action locks, as the newer of the two lists has it: a lock date can be put off."""
    older_first = [listed, recorded] if is_older_than_record(evidence) else [recorded, listed]
    known = [action.locks_at for action in older_first if action.locks_at is not None]
    return known[-1] if known else None


def _is_locked(
    locks_at: datetime | None, recorded: PendingAction, listed: PendingAction, result: RowResult | None, now: datetime
) -> bool:
    states = (recorded.state, listed.state, None if result is None else result.state)
    return (
        is_locked(PendingAction(locks_at=locks_at), now)
        or any(takes_no_changes(state) for state in states)
        or (result is not None and result.verdict is Verdict.LOCKED)
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
    if was_not_applied(result):
        return LeftOut.NOT_APPLIED
    if has_unknown_state(PendingAction(state=result.state)):
        return LeftOut.UNKNOWN
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
