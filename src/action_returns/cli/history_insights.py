"""``history insights``: what the ledger and the pending download tell over time, in figures and charts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from action_returns.cli.options import CommandContext, global_options
from action_returns.operations.account import Account, open_account_ledger
from action_returns.operations.export import write_bytes
from action_returns.operations.insights import Insights, Value, find_insights
from action_returns.operations.insights_page import charts_of, insights_page, notes_of
from action_returns.operations.kept_pending import kept_download
from action_returns.operations.pending_source import load_download
from action_returns.operations.pending_texts import pending_age
from action_returns.operations.statement_files import decimal
from action_returns.operations.texts import counted

if TYPE_CHECKING:
    from action_returns.batch.context import PendingDownload


@click.command("insights", short_help="Reversals per week, order value, findings, and days until actions lock.")
@click.option("--html", metavar="PATH", help="Write it as a page with charts.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def insights_command(context: CommandContext, *, html: str | None, force: bool) -> None:
    """Show what was sent over time: reversals per week, order value by reason and partner, findings by cause.

    Days until actions lock are of the pending download that is kept of the account.
    """
    account = context.account()
    with context.output.working("Reading the record"):
        pending, told = _kept(context, account)
        with open_account_ledger(account, context.paths) as ledger:
            insights = find_insights(ledger, account, now=context.now(), pending=pending, told=told)
    if html is not None:
        write_bytes(Path(html), insights_page(insights), overwrite=force)
        context.output.info(f"Written: {html}", style="good")
    context.output.json({**_insights_json(insights), "html": html})
    if not context.output.as_json:
        for chart in charts_of(insights):
            context.output.data("")
            if chart.bars:
                rows = [(bar.label, bar.shown) for bar in chart.bars]
                context.output.table((chart.title, chart.unit), rows, right=frozenset({1}))
            else:
                context.output.info(f"{chart.title}: {chart.empty}")
        for note in notes_of(insights):
            context.output.info(note)


def _kept(context: CommandContext, account: Account) -> "tuple[PendingDownload | None, str]":
    source = kept_download(account, context.paths)
    if source is None:
        return None, ""
    pending = load_download(source, None, account, context.paths, now=context.now())
    age = pending_age(pending.as_of.astimezone(account.time_zone), context.now())
    return pending, f"{source.path.name} ({age})"


def _insights_json(insights: Insights) -> dict[str, Any]:
    return {
        "batches": insights.batches,
        "time_zone": str(insights.zone),
        "reversals_per_week": dict(insights.weeks),
        "by_reason": [_value_json(value) for value in insights.reasons],
        "by_partner": [_value_json(value) for value in insights.partners],
        "findings_by_cause": dict(insights.causes),
        "days_until_lock": None if insights.locks is None else dict(insights.locks),
        "not_known": notes_of(insights),
        "unknown": list(insights.unknown),
        "left_out": list(insights.left_out),
        "message": f"{counted(insights.batches, 'batch')} on record.",
    }


def _value_json(value: Value) -> dict[str, Any]:
    return {
        "name": value.name,
        "currency": value.currency or None,
        "change": decimal(value.cents) if value.known else None,
        "actions": value.actions,
        "actions_with_before": value.known,
    }
