"""``action-returns action``: what was ever sent for one action."""

from typing import Any

import click

from action_returns.batch.amounts import amount_text
from action_returns.batch.report import quoted
from action_returns.batch.rules import MODIFICATION_LIMIT
from action_returns.cli.commands.history import BY_HAND, WHO_SAID_SO
from action_returns.cli.options import Run, common
from action_returns.ledger import ActionRecord
from action_returns.submission.past import ActionPast, everything_sent


@click.group("action", short_help="Everything ever sent for one action.")
def command() -> None:
    """Look at one action, over all batches."""


@command.command("show", short_help="Everything ever sent for it, and n of 1,000.")
@click.argument("action_id", metavar="ACTION_ID")
@common
def show(run: Run, *, action_id: str) -> None:
    """Show everything ever sent for an action, the oldest first, and how many of its 1,000 modifications are used."""
    past = everything_sent(action_id, run.account(), run.places)
    if run.words.as_json:
        run.words.json(as_json(past))
    elif past.sent:
        _print(run, past)
    else:
        run.words.say(f"Nothing that is on record here was ever sent for {quoted(past.action_id)}.")
    if past.hint:
        run.words.say(past.hint, style="warning")


def as_json(past: ActionPast) -> dict[str, Any]:
    """Give the past of an action for machines."""
    return {
        "action_id": past.action_id,
        "used": past.used,
        "limit": MODIFICATION_LIMIT,
        "environment": past.environment,
        "sent": [
            {
                "batch": row.batch.label,
                "at": row.batch.created_at.isoformat(),
                "environment": row.batch.environment,
                "profile": row.batch.profile,
                "channel": row.batch.channel,
                "amount": amount_text(row.cents),
                "reason": row.reason,
                "outcome": row.batch.state,
                "who": f"{row.batch.who} on {row.batch.host}",
            }
            for row in past.sent
        ],
    }


def _print(run: Run, past: ActionPast) -> None:
    run.words.table(
        ("When", "Batch", "Profile", "Amount", "Reason", "Outcome", "Who"),
        (
            (
                f"{row.batch.created_at.astimezone():%Y-%m-%d %H:%M}",
                row.batch.label,
                f"{row.batch.profile}, {row.batch.environment.upper()}",
                amount_text(row.cents),
                row.reason,
                _outcome(row, past),
                f"{row.batch.who} on {row.batch.host}",
            )
            for row in past.sent
        ),
        right=frozenset({3}),
    )
    environment = past.environment.upper()
    run.words.show()
    if any(row.batch.by_hand for row in past.sent):
        run.words.show(WHO_SAID_SO, style="quiet")
    run.words.show(
        f"{past.used:,} of {MODIFICATION_LIMIT:,} modifications used in {environment}, as far as this program knows.",
        style="strong",
    )
    run.words.show("What others changed at the network, by hand or over the API, is not counted.", style="quiet")


def _outcome(row: ActionRecord, past: ActionPast) -> str:
    by_hand = BY_HAND if row.batch.by_hand else ""
    doubt = " (may have arrived)" if row.batch.state == "unknown" else ""
    return row.batch.state + by_hand + doubt + ("" if past.counts(row) else " (not counted)")
