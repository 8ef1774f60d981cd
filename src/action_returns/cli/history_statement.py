"""``history statement``: what was sent in a month, what it changed, and what is not known of it."""

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import click

from action_returns.cli.batch_words import iso_time
from action_returns.cli.options import CommandContext, global_options
from action_returns.errors import LedgerError
from action_returns.operations.account import Account, open_account
from action_returns.operations.batch_progress import Progress
from action_returns.operations.export import write_bytes
from action_returns.operations.row_effects import Section
from action_returns.operations.statement import Month, Statement, StatementBatch, read_statement
from action_returns.operations.statement_files import (
    BATCH_HEADERS,
    NOT_KNOWN,
    SECTION_TITLES,
    SUM_HEADERS,
    batch_cells,
    decimal,
    name_of,
    statement_csv,
    statement_page,
    statement_workbook,
    sum_cells,
)
from action_returns.operations.statement_sums import SUMMED, Key, Sums
from action_returns.operations.texts import counted
from action_returns.settings.config import load_settings

_MOST_SHOWN = 20
"""Reasons or partners that a terminal shows; files have all of them."""
_MOST_NAMED = 3
_month = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])").fullmatch


@click.command("statement", short_help="What was sent in a month, and what it changed.")
@click.argument("month", metavar="MONTH")
@click.option("--html", metavar="PATH", help="Write it as a page to print or share.")
@click.option("--csv", "csv_file", metavar="PATH", help="Write it as CSV, one line for each sum.")
@click.option("--xlsx", metavar="PATH", help="Write it as a workbook.")
@click.option("--force", is_flag=True, help="Replace other files of these names.")
@global_options
def statement_command(
    context: CommandContext, *, month: str, html: str | None, csv_file: str | None, xlsx: str | None, force: bool
) -> None:
    """Show what was sent in MONTH (2026-11): rows, amounts and results by reason, partner and currency.

    Without --profile it is of all live profiles. Batches that failed are in no sum; test batches stand apart.
    """
    match = _month(month)
    if match is None or match[1] == "0000":
        raise click.UsageError(f"{month} is not a month. Write it as year and month, such as 2026-11.")
    account = _account(context)
    asked = Month(int(match[1]), int(match[2]), account.time_zone)
    with context.output.working("Reading the record"):
        statement = read_statement(asked, account, context.paths, profile=context.profile, now=context.now())
    files: tuple[tuple[str | None, Callable[[Statement], bytes]], ...] = (
        (html, statement_page),
        (csv_file, statement_csv),
        (xlsx, statement_workbook),
    )
    for path, content in files:
        if path is not None:
            write_bytes(Path(path), content(statement), overwrite=force)
            context.output.info(f"Written: {path}", style="good")
    context.output.json({**_statement_json(statement), "html": html, "csv": csv_file, "xlsx": xlsx})
    if not context.output.as_json:
        _print(context, statement)
    if statement.broken:
        told = " ".join(f"Batch {batch.record.label}: {batch.problem}" for batch in statement.broken[:_MOST_NAMED])
        raise LedgerError(
            f"{counted(len(statement.broken), 'batch')} of {month} cannot be read and is in no sum. {told}"
        )


def _account(context: CommandContext) -> Account:
    """Return the account whose time zone holds; without a profile that is chosen, one with the zone they all have."""
    settings = load_settings(context.paths.config_file)
    if context.profile is not None or settings.default_profile or len(settings.profiles) <= 1:
        return open_account(context.paths, context.profile)
    zones: set[tzinfo] = {profile.zone() for profile in settings.profiles.values()}
    return Account(time_zone=zones.pop() if len(zones) == 1 else UTC)


def _print(context: CommandContext, statement: Statement) -> None:
    output = context.output
    output.info(f"Statement for {statement.month}: {statement.account}; days of the time zone {statement.month.zone}.")
    if not statement.batches:
        output.info(f"Nothing was sent in {statement.month}.")
        return
    for section in SUMMED:
        for by in ("total", "reason", "partner") if section is Section.SENT else ("total",):
            _print_sums(context, statement, section, by)
    output.data("")
    output.table(BATCH_HEADERS, [batch_cells(statement, batch) for batch in statement.batches], right=frozenset({4}))
    for sentence in statement.counted_once():
        output.info(sentence)
    for sentence in statement.not_known():
        output.info(sentence, style="warning")


def _print_sums(context: CommandContext, statement: Statement, section: Section, by: str) -> None:
    sums = statement.of(by, section)
    if not sums:
        return
    head = SECTION_TITLES[section] if by == "total" else by.capitalize()
    rows = [(name_of(key), key.currency or NOT_KNOWN, *sum_cells(each)) for key, each in sums.items()]
    context.output.data("")
    context.output.table((head, "Currency", *SUM_HEADERS), rows[:_MOST_SHOWN], right=frozenset(range(2, 9)))
    if len(rows) > _MOST_SHOWN:
        context.output.info(f"{counted(len(rows) - _MOST_SHOWN, 'line')} more: --csv PATH has all of them.")


def _statement_json(statement: Statement) -> dict[str, Any]:
    return {
        "month": str(statement.month),
        "time_zone": str(statement.month.zone),
        "account": statement.account,
        "sums": [_sum_json(key, sums) for key, sums in statement.sums.items()],
        "batches": [_batch_json(batch) for batch in statement.batches],
        "unsettled": [batch.record.label for batch in statement.unsettled],
        "not_known": statement.not_known(),
        "counted_once": statement.counted_once(),
        "message": f"{counted(len(statement.batches), 'batch')} in {statement.month}.",
    }


def _sum_json(key: Key, sums: Sums) -> dict[str, Any]:
    return {
        "section": key.section.value,
        "by": key.by,
        "name": key.name,
        "currency": key.currency,
        "rows": sums.rows,
        "reversals": sums.reversals,
        "new_totals": sums.new_totals,
        "sent_again": sums.again,
        "changed_again": sums.replaced,
        "not_arrived": sums.not_arrived,
        "actions": sums.actions,
        "new_amounts": decimal(sums.new_total_cents),
        "actions_with_before": sums.known,
        "before": decimal(sums.before_cents) if sums.known else None,
        "change": decimal(sums.change_cents) if sums.known else None,
        "change_applied": decimal(sums.applied_change_cents) if sums.applied_known else None,
        **{verdict.value: number for verdict, number in sums.verdicts.items()},
        "not_looked_for": sums.not_looked_for,
    }


def _batch_json(batch: StatementBatch) -> dict[str, Any]:
    record = batch.record
    return {
        "batch": record.label,
        "section": batch.section.value,
        "created_at": iso_time(record.created_at),
        "who": record.sender,
        "profile": record.profile,
        "environment": record.environment,
        "outcome": record.state,
        "rows": record.rows,
        "reversals": record.reversals,
        "results": Progress(batch.record, batch.results.event).results_json,
        "next": batch.next,
        "problems": [batch.problem] if batch.problem else [],
    }
