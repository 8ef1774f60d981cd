"""``action-returns undo``: a file that restores what a batch changed. It is written, never sent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from action_returns.batch.amounts import amount_text
from action_returns.cli.history import batch_number
from action_returns.cli.options import CommandContext, global_options, pending_download
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.texts import counted, one_or_many
from action_returns.operations.undo import Undo, plan_undo, record_undo, refuse_nothing
from action_returns.operations.undo_file import check_form, check_target, reset_orders, write_undo
from action_returns.operations.undo_texts import next_step, row_sentence, undo_notes, undo_sentence
from action_returns.verdicts.restoring import LeftOut

_MOST_OF_ONE: Final = 10
"""Rows that are left out for one reason and named without --verbose."""


@click.command("undo", short_help="Draft a file that restores what a batch changed.")
@click.argument("batch", metavar="BATCH")
@click.option("-o", "--output", metavar="FILE", required=True, help="New file for the rows: .csv, .xlsx or .xlsm.")
@pending_download
@click.option("--no-reset", is_flag=True, help="Make rows with new totals, although the profile takes reset files.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@global_options
def undo_command(
    context: CommandContext, *, batch: str, output: str, pending: PendingSource | None, no_reset: bool, force: bool
) -> None:
    """Draft the rows that restore the amounts from before a batch. Nothing is sent: look at them, then send the file.

    Rows that are locked, were changed since, or whose amount from before is not certain are left out.
    """
    number, target, account = batch_number(batch), Path(output), context.account()
    check_target(target, read=None if pending is None else pending.path, overwrite=force)
    with context.output.working("Looking up what was there before"):
        undo = plan_undo(number, account, context.paths, pending=pending, now=context.now(), as_rows=no_reset)
    context.output.json(_undo_json(undo))
    if not context.output.as_json:
        _print_left_out(context, undo)
    refuse_nothing(undo)
    check_form(target, undo)
    record_undo(undo, target.name, account, context.paths)
    write_undo(undo, target, account, overwrite=force)
    told = [undo_sentence(undo), *undo_notes(undo), next_step(undo, target)]
    context.output.json({"written": output, "message": " ".join(told)})
    for sentence in told:
        context.output.info(sentence, style="warning" if sentence.startswith("ATTENTION") else None)


def _undo_json(undo: Undo) -> dict[str, Any]:
    """Return an undo for machines, before its file is written."""
    is_reset = undo.reset_event_type is not None
    return {
        "batch": undo.record.label,
        "written": None,
        "rows": len(undo.rows),
        "left_out": {reason.value: number for reason, number in undo.left_out.items()},
        "deadline": None if undo.deadline is None else _utc(undo.deadline),
        "form": "reset" if is_reset else "rows",
        **({"orders": len(reset_orders(undo))} if is_reset else {}),
        "pending": None
        if undo.pending is None
        else {"file": undo.pending_name, "as_of": _utc(undo.pending.as_of), "basis": undo.pending.as_of_basis},
        "results": [
            {
                "row": at,
                "line": at + 1,
                "action": plan.row.action_id,
                "left_out": None if plan.left_out is None else plan.left_out.value,
                "sent": {"amount": amount_text(plan.row.cents), "reason": plan.row.reason},
                "before": None if plan.cents is None else amount_text(plan.cents),
                "known_from": None if plan.basis is None else plan.basis.value,
                "message": row_sentence(plan),
            }
            for at, plan in enumerate(undo.plans, 1)
        ],
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _print_left_out(context: CommandContext, undo: Undo) -> None:
    """Print the rows that are left out, in groups of one reason, each with a number of rows that fits a screen."""
    for reason in LeftOut:
        plans = [plan for plan in undo.plans if plan.left_out is reason]
        if not plans:
            continue
        most = len(plans) if context.output.verbose else _MOST_OF_ONE
        word = reason.value.replace("_", " ")
        context.output.table(
            ("Action", "Sent", "Left out", "What to do"),
            [(plan.row.action_id, amount_text(plan.row.cents), word, row_sentence(plan)) for plan in plans[:most]],
        )
        if more := len(plans[most:]):
            are = one_or_many(more, "is", "are")
            context.output.info(f"{counted(more, 'further row')} {are} left out ({word}): --verbose shows all.")
