"""``action-returns check``: what is wrong, where, and what to do."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click

from action_returns.batch.report import CheckResult
from action_returns.cli.options import (
    CommandContext,
    CommandEndedError,
    batch_file,
    global_options,
    live_workbook,
    pending_download,
)
from action_returns.cli.output import Output
from action_returns.errors import Exit, FileError
from action_returns.operations.channels import open_channel
from action_returns.operations.check import CheckedBatch, PendingSource
from action_returns.operations.review import Review, review, review_facts, unchecked, write_review_page
from action_returns.operations.texts import counted

_WIDEST_FOUND = 30
_MOST_PRINTED = 200
"""Findings printed for people; all of them with --verbose or --json."""


@click.command("check", short_help="Check every row; changes nothing, sends nothing.")
@batch_file
@pending_download
@live_workbook
@click.option("--strict", is_flag=True, help="Exit with 4 when there are warnings.")
@global_options
def check_command(
    run: CommandContext, *, file: str, sheet: str | None, pending: PendingSource | None, live: bool, strict: bool
) -> int:
    """Check every row of FILE (.xlsx, .xlsm, .csv, or - for CSV on standard input). Changes nothing, sends nothing."""
    try:
        if live:
            checked = run.checked_live(run.open_workbook(file), pending)
        else:
            checked = run.checked(file, run.account(), pending=pending, sheet=sheet)
    except FileError as problem:
        if run.words.as_json:
            run.words.json(refused_json(file, problem))
            raise CommandEndedError(Exit.BATCH_HAS_ERRORS) from None
        raise
    if run.words.as_json:
        write_json(checked, sys.stdout)
    else:
        print_findings(run.words, checked.report)
        print_totals(run.words, checked)
    if checked.report.ready < checked.report.rows:
        return Exit.BATCH_HAS_ERRORS
    return Exit.WARNINGS if strict and checked.report.warnings else Exit.DONE


def refused_json(file: str, problem: FileError) -> dict[str, object]:
    """Give the JSON of a file that was refused as a whole."""
    empty = {"file": file, "rows": 0, "ready": 0, "errors": 0, "warnings": 0, "findings": []}
    return {**empty, "problem": problem.problem, "message": problem.message}


def write_json(checked: CheckedBatch, stream: TextIO) -> None:
    """Write the verdict, one finding at a time: there may be three million of them."""
    report = checked.report
    head = {
        "file": checked.file,
        "rows": report.rows,
        "ready": report.ready,
        "errors": report.errors,
        "warnings": report.warnings,
        "problem": None,
        "origin": checked.reading.origin,
        "notes": list(notes(checked)),
        "unchecked": unchecked(checked),
    }
    encode = json.JSONEncoder(ensure_ascii=True).encode
    stream.write(encode(head).removesuffix("}") + ', "findings": [')
    between = "\n"
    for finding in report:
        stream.write(f"{between}  {encode(asdict(finding))}")
        between = ",\n"
    stream.write("\n]}\n" if len(report) else "]}\n")


def notes(checked: CheckedBatch) -> tuple[str, ...]:
    """Give what the readers left aside or assumed."""
    return checked.reading.notes + (checked.pending.notes if checked.pending is not None else ())


def print_findings(words: Output, report: CheckResult) -> None:
    """Print the findings as a table, the first ones when there are very many."""
    most = len(report) if words.verbose else _MOST_PRINTED
    if not len(report):
        return
    words.table(
        ("Where", "", "What", "Found", "What to do"),
        (
            (
                f.cell or f"line {f.row} {f.column}",
                f.severity.value,
                f.code,
                _shorten(f.found),
                _advice(f.message, f.fix),
            )
            for f in report[:most]
        ),
    )
    words.show()
    if len(report) > most:
        words.show(f"… and {len(report) - most} more (all of them with --verbose or --json).")
    counts = ", ".join(f"{number} {code}" for code, number in report.counts.items())
    words.show(f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}: {counts}")


def _advice(message: str, fix: str | None) -> str:
    return message if fix is None else f"{message} → {fix}"


def _shorten(found: str) -> str:
    from action_returns.batch.cells import show_invisible

    return show_invisible(found if len(found) <= _WIDEST_FOUND else found[: _WIDEST_FOUND - 1] + "…")


def print_totals(words: Output, checked: CheckedBatch) -> None:
    """Say how many rows are ready, what was left aside, and what nobody could check."""
    report = checked.report
    for note in notes(checked):
        words.say(f"Note: {note}")
    if report.ready == report.rows:
        words.say(f"{counted(report.rows, 'row')} checked, all ready.", style="good")
    else:
        out = report.rows - report.ready
        words.say(
            f"{out:,} of {counted(report.rows, 'row')} would stay behind because of errors; {report.ready:,} ready.",
            style="error",
        )
    words.say("Not checked: " + " ".join(unchecked(checked)), style="quiet")
    if any(finding.fix is not None for _, finding in report.fixable()):
        words.say(f"Next: action-returns fix {checked.file} -o repaired.csv makes the safe corrections in a new file.")
    elif report.ready == report.rows:
        words.say(f"Next: action-returns review {checked.file}")


@click.command("review", short_help="Totals, money effect and destination.")
@batch_file
@pending_download
@click.option("--html", metavar="PATH", help="Also write it as a page to print or share.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def review_command(
    run: CommandContext, *, file: str, sheet: str | None, pending: PendingSource | None, html: str | None, force: bool
) -> int:
    """Show what would be sent from FILE: totals, money effect, destination, and what nobody could check."""
    account = run.account()
    checked = run.checked(file, account, pending=pending, sheet=sheet)
    destination = open_channel(account, run.places).destination if account.profile is not None else ""
    page = review(checked, account, destination=destination)
    if html is not None:
        write_review_page(page, Path(html), overwrite=force)
    if run.words.as_json:
        run.words.json(review_json(page))
    else:
        print_review(run.words, page)
    return Exit.BATCH_HAS_ERRORS if checked.report.ready < checked.report.rows else Exit.DONE


def review_json(page: Review) -> dict[str, object]:
    """Give the review for machines; money in integer cents."""
    summary, report = page.checked.summary, page.checked.report
    return {
        "file": page.checked.file,
        "rows": report.rows,
        "ready": report.ready,
        "errors": report.errors,
        "warnings": report.warnings,
        "sent_before": len(page.checked.repeated),
        "reversals": summary.reversals,
        "changes": summary.changes,
        "new_total_cents": summary.new_total_cents,
        "effect_cents": summary.effect_cents,
        "effect_known_rows": summary.known,
        "currency": summary.currency,
        "reasons": dict(summary.reasons),
        "profile": page.account.name,
        "environment": page.account.environment,
        "channel": page.channel,
        "destination": page.destination,
        "sha256": page.sha256,
        "bytes": page.size,
        "unchecked": list(page.unchecked),
    }


def print_review(words: Output, page: Review) -> None:
    """Print the review."""
    words.table(("Review", page.checked.file), review_facts(page))
    words.show()
    for sentence in page.unchecked:
        words.show(f"Not checked: {sentence}", style="quiet")
