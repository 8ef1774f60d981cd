"""Sentences about an undo: how many rows it restores until when, why the others are left out, and what to know first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import amount_text
from action_returns.ledger.records import UNKNOWN
from action_returns.operations.pending_texts import pending_age
from action_returns.operations.texts import command, command_for, counted, one_or_many, settling_command
from action_returns.operations.undo_file import formula_sentence, reset_orders
from action_returns.verdicts.amount_before import Basis
from action_returns.verdicts.restoring import LeftOut, RowPlan

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.operations.undo import Undo

_LEFT_OUT: Final[Mapping[LeftOut, tuple[str, str]]] = {
    LeftOut.LOCKED: ("is locked", "are locked"),
    LeftOut.UNKNOWN: ("has no certain amount from before", "have no certain amount from before"),
    LeftOut.CHANGED_SINCE: ("was changed since", "were changed since"),
    LeftOut.NOTHING_TO_RESTORE: ("has its amount from before", "have their amount from before"),
    LeftOut.NOT_APPLIED: ("was not changed by the network", "were not changed by the network"),
}
"""Why rows are left out, to follow the number of one row, or of several."""

_MOST_NAMED: Final = 5
"""Rows that a warning names."""


def undo_sentence(undo: "Undo") -> str:
    """Return the figures: ``181 of 205 rows can be restored until 2026-12-31 09:00 CET; 24 are locked.``."""
    rows, deadline = len(undo.rows), undo.deadline
    until = "" if deadline is None else f" until {deadline.astimezone(undo.now.tzinfo):%Y-%m-%d %H:%M %Z}"
    others = "".join(
        f"; {number:,} {one_or_many(number, *_LEFT_OUT[reason])}" for reason, number in undo.left_out.items() if number
    )
    return f"Batch {undo.record.label}: {rows:,} of {counted(len(undo.plans), 'row')} can be restored{until}{others}."


def undo_notes(undo: "Undo", *, button: bool = False) -> list[str]:
    """Return what the user should know before the undo is sent, one text each, what concerns money first.

    Args:
        undo: the undo.
        button: whether the user has clicked, so that buttons are named and no options.
    """
    look = "load a new Pending Actions download with Load pending" if button else "add --pending FILE with a new one"
    return [note for note in (undo.unread, *_warnings(undo), *_reset_notes(undo), *_notes(undo, look)) if note]


def _warnings(undo: "Undo") -> list[str]:
    reversals = sum(plan.row.cents == 0 for plan in undo.included)
    zeros = sum(cents == 0 for cents in undo.rows.cents)
    warnings = []
    if reversals and undo.reset_event_type is None:
        one = one_or_many(
            reversals, "row restores an action that was reversed", "rows restore actions that were reversed"
        )
        warnings.append(
            f"ATTENTION: {reversals:,} {one}. The network documents RESET for that. Whether a new total revives a reversed "
            "action is not documented, so look at these actions in the network a day after sending. If your account takes "
            "reset files, set reset_event_type in the profile (docs/undo.md)."
        )
    if zeros and undo.reset_event_type is None:
        warnings.append(
            f"{counted(zeros, 'row')} had the amount 0 before, so the undo sends 0 with a reversing reason code."
        )
    if undo.record.state == UNKNOWN:
        warnings.append(
            f"It is not known whether batch {undo.record.label} arrived. Where it did not, the undo sends the amount that the "
            f"action has already. Settle it first where you can: {settling_command(undo.record.label)}"
        )
    elif uncertain := [plan.row.action_id for plan in undo.included if plan.row.action_id in undo.uncertain]:
        more = f" and {len(uncertain) - _MOST_NAMED:,} more" if len(uncertain) > _MOST_NAMED else ""
        warnings.append(
            f"It is not known whether {counted(len(uncertain), 'row')} of batch {undo.record.label} arrived: "
            f"{', '.join(uncertain[:_MOST_NAMED])}{more}. Where one did not, the undo sends the amount that the "
            f"action has already. Look first, with a new pending download: {command('reconcile', undo.record.label, '--pending', 'FILE')}"
        )
    return warnings


def _reset_notes(undo: "Undo") -> list[str]:
    if undo.reset_event_type is None:
        return []
    orders = len(reset_orders(undo))
    return [
        (
            f"This is a reset file for {counted(orders, 'order')}. Upload it by hand in the network: action-returns send takes only "
            "files with ActionId, Amount and Reason."
        ),
        (
            f"A reset takes back every change of all actions of these orders with event type {undo.reset_event_type}. It works "
            "only before an action locks, and it skews some reports of the network."
        ),
        formula_sentence(undo),
    ]


def _notes(undo: "Undo", look: str) -> list[str]:
    included = undo.included
    originals = sum(plan.basis is Basis.ORIGINAL for plan in included)
    undated = sum(plan.locks_at is None for plan in included)
    earlier = sorted({plan.batch for plan in included if plan.basis is Basis.EARLIER})
    return [
        f"What batch {', '.join(earlier)} sent counts as the amount from before." if earlier else "",
        f"For {counted(originals, 'row')} only the original amount is known. A change by hand before the batch would be lost."
        if originals
        else "",
        f"The lock date of {counted(undated, 'row')} is not known." if undated else "",
        _compared_with(undo, look),
        f"An undo of this batch was drafted before ({counted(undo.drafted_before, 'time')})."
        if undo.drafted_before
        else "",
    ]


def _compared_with(undo: "Undo", look: str) -> str:
    if undo.pending is not None:
        age = pending_age(undo.pending.as_of.astimezone(undo.now.tzinfo), undo.now)
        older = undo.record.created_at is not None and undo.pending.as_of <= undo.record.created_at
        known = f" It may be older than the batch. To look first, {look}." if older else ""
        return f"{age}: {undo.pending_name}.{known}"
    kept = f"{undo.problem} It was not used." if undo.problem else "No pending download is kept."
    return f"{kept} What was changed or locked since the batch is not known. To look first, {look}."


def next_step(undo: "Undo", path: "Path") -> str:
    """Return that nothing was sent, and how the file is sent."""
    if undo.reset_event_type is not None:
        return "Nothing was sent."
    return f"Nothing was sent. To send it: {command_for('send', str(path))}"


def row_sentence(plan: RowPlan) -> str:
    """Return what an undo does with one row, or why it leaves it out, and what to do."""
    sent, before = amount_text(plan.row.cents), "" if plan.cents is None else amount_text(plan.cents)
    match plan.left_out:
        case None:
            return f"{before} again, in place of {sent}."
        case LeftOut.LOCKED:
            return "It is locked, so it can no longer be changed. Settle it with the partner outside of this program."
        case LeftOut.CHANGED_SINCE if plan.replaced_by:
            undo_that = command("undo", plan.replaced_by, "-o", "undo.csv")
            return f"Batch {plan.replaced_by} changed it again. Undo that one first: {undo_that}"
        case LeftOut.CHANGED_SINCE:
            seen = "another amount" if plan.seen_cents is None else amount_text(plan.seen_cents)
            return f"The network has {seen}, not {sent}: it was changed since. Look it up in the network."
        case LeftOut.NOTHING_TO_RESTORE:
            return f"It had {sent} before, too."
        case LeftOut.NOT_APPLIED:
            return "The network did not make the change, so there is nothing to take back."
        case _:
            return "The amount from before is not certain. Look it up in the network, and add a row for it by hand."
