"""``action``: everything ever sent for one action, and how many of its modifications are used."""

from typing import Any

import click

from action_returns.batch.amounts import amount_text
from action_returns.batch.cells import quote
from action_returns.batch.rules import MODIFICATION_LIMIT
from action_returns.cli.batch_words import MARK, MARKED_NOTE, iso_time
from action_returns.cli.options import CommandContext, global_options
from action_returns.ledger.records import ActionRecord
from action_returns.operations.history import ActionHistory, action_history
from action_returns.operations.texts import broken_batches


@click.group("action", short_help="Everything ever sent for one action.")
def action_command() -> None:
    """Look at one action, over all batches."""


@action_command.command("show", short_help="Everything ever sent for it, and n of 1,000.")
@click.argument("action_id", metavar="ACTION_ID")
@global_options
def show_action(context: CommandContext, *, action_id: str) -> None:
    """Show everything ever sent for an action, the oldest first, and how many of its 1,000 modifications are used."""
    past = action_history(action_id, context.account(), context.paths)
    if not past.sent:
        context.output.info(f"Nothing that is on record here was ever sent for {quote(past.action_id)}.")
    if context.output.as_json:
        context.output.json(_action_json(past))
    elif past.sent:
        _print_action(context, past)
    if broken := list(dict.fromkeys(row.batch.label for row in past.sent if row.problems)):
        context.output.info(broken_batches(broken), style="warning")
    if past.hint:
        context.output.info(past.hint, style="warning")


def _action_json(past: ActionHistory) -> dict[str, Any]:
    """Return the history of an action for machines."""
    return {
        "action_id": past.action_id,
        "used": past.used,
        "limit": MODIFICATION_LIMIT,
        "environment": past.environment,
        "sent": [
            {
                "batch": row.batch.label,
                "at": iso_time(row.batch.created_at),
                "environment": row.batch.environment,
                "profile": row.batch.profile,
                "channel": row.batch.channel,
                "amount": amount_text(row.cents),
                "reason": row.reason,
                "outcome": row.batch.state,
                "who": row.batch.sender,
                "undoes": past.undoes.get(row.batch.label),
                "undone_by": past.undone_by(row),
                "problems": list(row.problems),
            }
            for row in past.sent
        ],
        **({"message": _modifications_used(past)} if past.sent else {}),
    }


def _print_action(context: CommandContext, past: ActionHistory) -> None:
    context.output.table(
        ("When", "Batch", "Profile", "Amount", "Reason", "Outcome", "Who"),
        (
            (
                row.batch.day_and_time,
                row.batch.label,
                f"{row.batch.profile}, {row.batch.environment.upper()}",
                amount_text(row.cents),
                row.reason,
                _outcome_of_row(row, past),
                row.batch.sender,
            )
            for row in past.sent
        ),
        right=frozenset({3}),
    )
    context.output.data()
    if any(row.batch.by_hand for row in past.sent):
        context.output.data(MARKED_NOTE, style="quiet")
    context.output.data(_modifications_used(past), style="strong")
    context.output.data("What others changed at the network, by hand or over the API, is not counted.", style="quiet")


def _modifications_used(past: ActionHistory) -> str:
    environment = past.environment.upper()
    return f"{past.used:,} of {MODIFICATION_LIMIT:,} modifications used in {environment}, as far as this program knows."


def _outcome_of_row(row: ActionRecord, past: ActionHistory) -> str:
    mark = MARK if row.batch.by_hand else ""
    doubt = " (may have arrived)" if row.batch.state == "unknown" else ""
    broken = "broken: " if row.problems else ""
    counted = "" if past.counts(row) else " (not counted)"
    return broken + row.batch.state + mark + doubt + counted + _undo_of_row(row, past)


def _undo_of_row(row: ActionRecord, past: ActionHistory) -> str:
    """Return which batch a row undoes, and which ones undid it; ``""`` for most."""
    undoes, undone = past.undoes.get(row.batch.label), ", ".join(past.undone_by(row))
    return (f", undoes {undoes}" if undoes else "") + (f", undone by {undone}" if undone else "")
