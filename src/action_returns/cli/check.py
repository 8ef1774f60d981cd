"""``check`` and ``review``: what is wrong, where, and what to do; what would be sent, and where to."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import click

from action_returns.batch.cells import ColumnName
from action_returns.batch.report import Finding
from action_returns.cli.findings import print_findings
from action_returns.cli.next_step import next_command, repaired_name
from action_returns.cli.options import (
    CommandContext,
    batch_file,
    global_options,
    live_workbook,
    pending_download,
)
from action_returns.cli.output import Output
from action_returns.errors import FileError
from action_returns.operations.account import open_channel
from action_returns.operations.check import CheckedBatch, exit_code
from action_returns.operations.findings import write_findings_page, write_findings_table
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.pending_texts import age_in_days, age_of_used, locks_soon
from action_returns.operations.review import (
    Kind,
    Review,
    errors_by_kind,
    notes,
    review,
    review_facts,
    unchecked,
    warnings_by_kind,
    write_review_page,
)
from action_returns.operations.texts import columns_read, command, counted

_LOOK_AGAIN = "As soon as the ledger can be read, look up what was sent before."


@click.command("check", short_help="Check every row; changes nothing, sends nothing.")
@batch_file
@pending_download
@live_workbook
@click.option("--csv", "csv_path", metavar="PATH", help="Also write every finding to a CSV file that Excel opens.")
@click.option("--html", metavar="PATH", help="Also write the findings as a page to print or share.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@click.option("--strict", is_flag=True, help="Exit with 4 when there are warnings.")
@global_options
def check_command(
    context: CommandContext,
    *,
    file: str,
    sheet: str | None,
    columns: Mapping[ColumnName, str],
    pending: PendingSource | None,
    live: bool,
    csv_path: str | None,
    html: str | None,
    force: bool,
    strict: bool,
) -> int:
    """Check every row of FILE (.xlsx, .xlsm, .csv, or - for CSV on standard input). Changes nothing, sends nothing."""
    try:
        if live:
            checked = context.checked_live(context.open_workbook(file), pending)
        else:
            checked = context.checked(file, context.account(), pending=pending, sheet=sheet, columns=columns)
    except FileError:
        context.output.json({"file": file, "rows": 0, "ready": 0, "errors": 0, "warnings": 0, "findings": []})
        raise
    if context.output.as_json:
        context.output.json(check_json(checked))
    else:
        print_findings(context.output, checked)
        print_totals(context.output, checked, live=live)
    if csv_path is not None:
        write_findings_table(checked.report, Path(csv_path), source=file, overwrite=force)
        context.output.info(f"Written: {csv_path} ({counted(len(checked.report), 'finding')}).", style="good")
    if html is not None:
        write_findings_page(checked, Path(html), overwrite=force)
        context.output.info(f"Written: {html}.", style="good")
    return exit_code(checked, strict=strict)


def check_json(checked: CheckedBatch) -> dict[str, Any]:
    """Return the result for machines; the findings are an iterator, for there may be three million of them."""
    report = checked.report
    names = [field.name for field in fields(Finding)]
    facts_of = attrgetter(*names)
    return {
        "file": checked.file,
        "rows": report.rows,
        "columns": dict(checked.reading.headers),
        "ready": report.ready,
        "errors": report.errors,
        "warnings": report.warnings,
        "locks_within_3_days": None if checked.locks_soon is None else len(checked.locks_soon),
        "pending": _pending_json(checked),
        "origin": checked.reading.origin,
        "notes": list(notes(checked)),
        "unchecked": unchecked(checked),
        "findings": (dict(zip(names, facts_of(finding), strict=True)) for finding in report),
        "message": _verdict(checked),
    }


def _verdict(checked: CheckedBatch) -> str:
    """Return how many rows are ready, and how many stay behind."""
    report, with_errors, sent_before = checked.report, checked.rows_with_errors, checked.sent_before
    if with_errors:
        verdict = f"{with_errors:,} of {counted(report.rows, 'row')} would stay behind because of errors; {report.ready:,} ready."
    else:
        verdict = f"{counted(report.rows, 'row')} checked, all ready."
    if sent_before:
        stay = "stays" if sent_before == 1 else "stay"
        verdict += f" {sent_before:,} of the ready rows may have arrived before and {stay} behind."
    # Without errors the command ends with this warning.
    return f"{verdict} {checked.past.warning}".rstrip() if with_errors else verdict


def print_totals(output: Output, checked: CheckedBatch, *, live: bool = False) -> None:
    """Print how many rows are ready, what was left out, what the check cannot know, and the next command."""
    report = checked.report
    if checked.reading.headers:
        output.info(f"Read: {columns_read(checked.reading.headers)}.")
    for note in notes(checked):
        output.info(f"Note: {note}")
    if age := age_of_used(checked):
        output.info(f"{age}.")
    if soon := locks_soon(checked.locks_soon or []):
        output.info(f"{soon}.", style="warning")
    output.info(_verdict(checked), style="good" if report.ready == report.rows else "error")
    output.info(f"Not checked: {' '.join(unchecked(checked))}", style="quiet")
    for line in next_step(checked, live=live):
        output.info(line)


def next_step(checked: CheckedBatch, *, live: bool) -> list[str]:
    """Return what the user does next; the last line is a command that can be pasted.

    Args:
        checked: the batch.
        live: whether it stands in a workbook that is open in Excel, where buttons change cells.
    """
    file, corrections, all_sent = (
        checked.file,
        checked.report.safe_corrections,
        checked.sent_before == checked.report.ready,
    )
    can_be = f"{counted(corrections, 'cell')} can be corrected safely (->)"
    if corrections and live:
        return [f"{can_be}: click Fix safe issues in Excel.", f"Next: {next_command('check', file)}"]
    if corrections:
        repaired = next_command("fix", file, "-o", repaired_name(file))
        return [f"{can_be}, in a new file.", f"Next: {repaired}"]
    if checked.rows_with_errors:
        saves = "" if live else " and save it"
        return [f"Correct the rows with errors in {file}{saves}.", f"Next: {next_command('check', file)}"]
    if checked.past.error is not None:
        return [_LOOK_AGAIN, f"Next: {next_command('check', file)}"]
    if all_sent:
        return ["There is nothing new to send.", f"Next: {command('history', 'list')}"]
    return [f"Next: {next_command('send' if live else 'review', file)}"]


@click.command("review", short_help="Totals, money effect and destination.")
@batch_file
@pending_download
@click.option("--html", metavar="PATH", help="Also write it as a page to print or share.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def review_command(
    context: CommandContext,
    *,
    file: str,
    sheet: str | None,
    columns: Mapping[ColumnName, str],
    pending: PendingSource | None,
    html: str | None,
    force: bool,
) -> int:
    """Show what would be sent from FILE: totals, money effect, destination, and what was not checked."""
    from action_returns.operations.approval_check import with_approval  # inside: a check needs no ledger

    account = context.account()
    checked = context.checked(file, account, pending=pending, sheet=sheet, columns=columns)
    destination = open_channel(account, context.paths).destination if account.profile is not None else ""
    page = with_approval(review(checked, account, destination=destination), account, context.paths, context.now())
    if html is not None:
        write_review_page(page, Path(html), overwrite=force)
    if context.output.as_json:
        context.output.json({**review_json(page), "message": _verdict(checked) + " Nothing was sent."})
    else:
        print_review(context.output, page)
        for line in step_after_review(page):
            context.output.info(line)
    return exit_code(checked)


def step_after_review(page: Review) -> list[str]:
    """Return what the user does after reading a review; the last line is a command."""
    checked = page.checked
    if not checked.rows and not checked.rows_with_errors:
        return ["There is nothing new to send.", f"Next: {command('history', 'list')}"]
    if not checked.rows:
        return ["No row would be sent.", f"Next: {next_command('check', checked.file)}"]
    if checked.past.error is not None:
        return [_LOOK_AGAIN, f"Next: {next_command('review', checked.file)}"]
    if page.account.profile is None:
        return ["A profile says where the rows go.", f"Next: {command('profile', 'add', 'NAME')}"]
    if page.refused:
        return ["The channel of the profile cannot send these rows.", f"Next: {next_command('export', checked.file)}"]
    only_ready = ["--only-ready"] if checked.rows_with_errors else []
    return [f"Next: {next_command('send', checked.file, *only_ready)}"]


def review_json(page: Review) -> dict[str, object]:
    """Return the review for machines; money in integer cents."""
    summary, report = page.checked.summary, page.checked.report
    return {
        "file": page.checked.file,
        "rows": report.rows,
        "columns": dict(page.checked.reading.headers),
        "ready": report.ready,
        "errors": report.errors,
        "warnings": report.warnings,
        "sent_before": page.checked.sent_before,
        "to_send": summary.rows,
        "left_out": {"errors": page.checked.rows_with_errors, "sent_before": page.checked.sent_before},
        "error_kinds": _kinds(errors_by_kind(page.checked)),
        "warning_kinds": _kinds(warnings_by_kind(page.checked)),
        "reversals": summary.reversals,
        "changes": summary.changes,
        "new_total_cents": summary.new_total_cents,
        "effect_cents": summary.effect_cents,
        "effect_known_rows": summary.known,
        "raised_rows": summary.raised_rows,
        "raised_cents": summary.raised_cents,
        "largest_raises": [
            {"row": one.row, "action": one.action_id, "current_cents": one.before, "new_cents": one.after}
            for one in summary.largest_raises
        ],
        "unknown_total_cents": summary.unknown_cents,
        "currency": summary.currency,
        "reasons": dict(summary.reasons),
        "approval": page.approval or None,
        "not_sendable": page.refused or None,
        "profile": page.account.name,
        "environment": page.account.environment,
        "channel": page.channel,
        "destination": page.destination,
        "sha256": page.sha256,
        "bytes": page.size,
        "notes": list(notes(page.checked)),
        "locks_within_3_days": None if page.checked.locks_soon is None else len(page.checked.locks_soon),
        "pending": _pending_json(page.checked),
        "unchecked": list(page.unchecked),
    }


def _pending_json(checked: CheckedBatch) -> dict[str, object] | None:
    """Return the download a batch was compared with for machines, and the row that locks first within 3 days."""
    pending, now = checked.pending, checked.report.context.now
    if pending is None or now is None:
        return None
    first = checked.locks_soon[0] if checked.locks_soon else None
    return {
        "actions": pending.count,
        "as_of": pending.as_of.isoformat(),
        "basis": pending.as_of_basis,
        "age_days": age_in_days(pending.as_of, now),
        "locks_first": None
        if first is None
        else {"row": first.row, "action": first.action_id, "locks_at": first.locks_at.isoformat(), "days": first.days},
    }


def _kinds(kinds: Sequence[Kind]) -> list[dict[str, object]]:
    """Return the findings by rule, with the first rows of each."""
    return [{"code": kind.code, "number": kind.number, "rows": kind.rows} for kind in kinds]


def print_review(output: Output, page: Review) -> None:
    """Print the review."""
    output.data(f"Review of {page.checked.file}", style="strong")
    widest = len("Largest raises")  # so that a SHA-256 beside its label takes 80 characters
    for label, value, level in review_facts(page):
        # A command or an address is to be pasted, so its line is never broken.
        text = f"{label.ljust(widest)}  {value}"
        lines = (
            [text]
            if label == "Destination" or "action-returns " in value
            else output.wrapped(text, indent=" " * (widest + 2))
        )
        for line in lines:
            output.data(line, style=level or None)
    output.data()
    for sentence in page.unchecked:
        output.data(f"Not checked: {sentence}", style="quiet")
