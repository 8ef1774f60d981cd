"""``history``: what was sent, when, by whom, with which outcome."""

import codecs
import importlib
import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO, cast

import click

from action_returns.batch.context import DEFAULT_RESULTS_AFTER_HOURS
from action_returns.cli.batch_words import MARK, MARKED_NOTE, batch_json
from action_returns.cli.options import CommandContext, global_options
from action_returns.cli.row_words import events_in_words
from action_returns.errors import LedgerError
from action_returns.ledger import integrity
from action_returns.ledger.inspection import event_json
from action_returns.ledger.records import BatchInFull, BatchRecord, database_user
from action_returns.operations.account import hours_of_profiles, open_ledger_to_read
from action_returns.operations.batch_progress import Progress, read_progress
from action_returns.operations.export import write_bytes
from action_returns.operations.kept_copies import changed_copy, good_copy
from action_returns.operations.outcome_texts import answered_after_mark, may_be_sending
from action_returns.operations.receipt import lines_of, page_of, read_receipt, server_time
from action_returns.operations.receipt_results import ReceiptResults
from action_returns.operations.texts import broken_batches, counted, next_step_for_unknown

_ELSEWHERE: Final = {"insights": "history_insights", "mark": "history_mark", "statement": "history_statement"}
"""Command -> the module that has it, for those that need what no other command of the history does, such as charts."""


class _History(click.Group):
    """A group that loads some commands only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"action_returns.cli.{_ELSEWHERE[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group("history", cls=_History, short_help="What was sent, when, by whom, with which outcome.")
def history_command() -> None:
    """Look at what was sent. Every batch stays on record, with its exact bytes."""


@history_command.command("list")
@global_options
def list_batches(context: CommandContext) -> None:
    """List the batches, the latest first."""
    with open_ledger_to_read(context.paths, context.profile) as ledger:
        progress = read_progress(ledger)
    batches = [one.record for one in progress]
    steps = _next_steps(context, progress)
    if context.output.as_json:
        context.output.json(
            {
                "batches": [_listed_json(one, step, context.now()) for one, step in zip(progress, steps, strict=True)],
                "message": f"{counted(len(batches), 'batch')} on record.",
            }
        )
        return
    if not batches:
        context.output.info("Nothing was sent from this machine yet.")
        return
    context.output.table(
        (
            "Batch",
            "When",
            "Profile",
            "Environment",
            "Rows",
            "Reversals",
            "Outcome",
            "Applied",
            "Next",
            "File",
            "Destination",
        ),
        (
            (
                record.label,
                record.day_and_time,
                record.profile,
                record.environment,
                f"{record.rows:,}",
                f"{record.reversals:,}",
                ("broken: " if record.broken else "") + record.state + (MARK if record.by_hand else ""),
                one.applied,
                step,
                record.file_name,
                record.destination,
            )
            for one, step in zip(progress, steps, strict=True)
            for record in [one.record]
        ),
        right=frozenset({4, 5, 7}),
        spare=2,
    )
    if any(record.by_hand for record in batches):
        context.output.data(MARKED_NOTE, style="quiet")
    unknown = [record.label for record in batches if record.state == "unknown"]
    if unknown:
        context.output.info(
            f"It is not known whether {', '.join(unknown)} arrived. {next_step_for_unknown(unknown[0])}",
            style="warning",
        )
    for record in batches:
        if record.sending_until is not None:
            context.output.info(may_be_sending(record), style="warning")
        elif record.answered_late:
            context.output.info(answered_after_mark(record.label, record.state), style="warning")
    if broken := [record.label for record in batches if record.broken]:
        context.output.info(broken_batches(broken), style="warning")


def _next_steps(context: CommandContext, batches: Sequence[Progress]) -> list[str]:
    """Return what to do next about each batch; each profile says how long its network may take."""
    hours, now = hours_of_profiles(context.paths), context.now()
    return [one.next_step(now, hours.get(one.record.profile, DEFAULT_RESULTS_AFTER_HOURS)) for one in batches]


def _listed_json(one: Progress, step: str, now: datetime) -> dict[str, Any]:
    until = one.undo_until(now)
    return {
        **batch_json(one.record),
        "results": one.results_json,
        "next": step,
        "undo_until": None if until is None else until.isoformat(),
    }


@history_command.command("show")
@click.argument("batch", metavar="BATCH")
@global_options
def show_batch(context: CommandContext, *, batch: str) -> None:
    """Show everything that is on record about a batch."""
    found, results = _read_receipt(context, batch)
    with open_ledger_to_read(context.paths, context.profile) as ledger:
        undoes, undone_by = ledger.undoes(found.record.number), ledger.undone_by(found.record.number)
    if context.output.as_json:
        listed = [event_json(event) for event in found.events]
        undo = {"undoes": undoes, "undone_by": undone_by}
        context.output.json({**batch_json(found.record, found.problems), **undo, "events": listed})
    else:
        context.output.table(("Batch", found.record.label), lines_of(found, results))
        if undone_by:
            context.output.data(f"Undone by batch {', '.join(undone_by)}", style="strong")
        for event, words in events_in_words(found.events):
            at = "?" if event.at is None else f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}"
            recorded = f", recorded {told}" if (told := server_time(event.at, event.recorded_at)) else ""
            context.output.data(f"{at}  {words}{database_user(event.db_user)}{recorded}", style="quiet")
    warn_of_changed_copy(context, found.record)
    _refuse_broken(found)


def _read_in_full(context: CommandContext, batch: str) -> BatchInFull:
    number = batch_number(batch)
    with open_ledger_to_read(context.paths, context.profile) as ledger:
        return ledger.in_full(number)


def _read_receipt(context: CommandContext, batch: str) -> tuple[BatchInFull, ReceiptResults]:
    number = batch_number(batch)
    with open_ledger_to_read(context.paths, context.profile) as ledger:
        return read_receipt(number, ledger)


def warn_of_changed_copy(context: CommandContext, record: BatchRecord) -> None:
    """Warn of a file that lies under the batch's name in the folder of submissions and holds other bytes."""
    if told := changed_copy(record, context.paths.submissions):
        context.output.info(told, style="warning")


def _refuse_broken(found: BatchInFull) -> None:
    """Raise after a broken batch was shown, so that a script sees it.

    Raises:
        LedgerError: it is broken.
    """
    if found.problems:
        raise LedgerError(integrity.sentence(found.record.number, found.problems))


@history_command.command("file")
@click.argument("batch", metavar="BATCH")
@click.option("-o", "--output", metavar="CSV", default="-", help="File to write; standard output when left out.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def write_file(context: CommandContext, *, batch: str, output: str, force: bool) -> None:
    """Write the exact bytes that were sent; bytes that were changed since are not written.

    With --json and without -o, the object describes the file (bytes, SHA-256); its rows are not printed.
    """
    found = _read_in_full(context, batch)
    record, content = found.record, found.content
    if content is None or not found.has_its_bytes:
        kept = good_copy(record, context.paths.submissions)
        where = f" The copy {kept} has the recorded hash." if kept else ""
        raise LedgerError(f"Nothing was written. {integrity.sentence(record.number, found.problems)}{where}")
    path = None if output == "-" else Path(output)
    if path is not None:
        write_bytes(path, content, overwrite=force)
        context.output.info(f"Written: {path} ({len(content):,} bytes).", style="good")
    elif not context.output.as_json:
        with context.output.exact() as stdout:
            stdout.write(content)
    context.output.json(
        {
            "batch": record.label,
            "file": record.file_name,
            "output": None if path is None else str(path),
            "rows": record.rows,
            "bytes": len(content),
            "sha256": record.sha256,
            "problems": list(found.problems),
        }
    )
    warn_of_changed_copy(context, record)
    _refuse_broken(found)


@history_command.command("receipt")
@click.argument("batch", metavar="BATCH")
@click.option("--html", metavar="PATH", help="Write it as a page to print or share.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def show_receipt(context: CommandContext, *, batch: str, html: str | None, force: bool) -> None:
    """Show the receipt of a batch, or write it as a page."""
    found, results = _read_receipt(context, batch)
    if html is not None:
        write_bytes(Path(html), page_of(found, results), overwrite=force)
        context.output.info(f"Written: {html}", style="good")
    if context.output.as_json:
        progress = Progress(found.record, results.event)
        about = {"results": progress.results_json, "next": _next_steps(context, [progress])[0]}
        context.output.json({**batch_json(found.record, found.problems), **about, "html": html})
    elif html is None:
        context.output.table(("Receipt", f"batch {found.record.label}"), lines_of(found, results))
    warn_of_changed_copy(context, found.record)
    _refuse_broken(found)


@history_command.command("export", short_help="Write the whole record as JSON: every batch, then every approval.")
@click.option("-o", "--output", metavar="FILE", default="-", help="File to write; standard output when left out.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def export_record(context: CommandContext, *, output: str, force: bool) -> None:
    """Write the whole record as JSON, one batch a line, with every row and event.

    One approval a line follows.

    With --json and without -o, these are the lists "batches" and "approvals" of the one object.
    """
    is_printed = output == "-"
    with open_ledger_to_read(context.paths, context.profile) as ledger:
        lines = io.StringIO()
        if is_printed and not context.output.as_json:
            with context.output.exact() as stdout:
                problems = ledger.export_lines(cast("TextIO", codecs.getwriter("utf-8")(stdout)))
        else:
            problems = ledger.export_lines(lines)
    if is_printed and context.output.as_json:
        lines.seek(0)
        again = io.StringIO(lines.getvalue())
        batches = (one for one in map(json.loads, lines) if "approval" not in one)
        approvals = (one for one in map(json.loads, again) if "approval" in one)
        context.output.json({"output": None, "batches": batches, "approvals": approvals})
        context.output.info("The whole record was printed.", style="good")
    elif not is_printed:
        write_bytes(Path(output), lines.getvalue().encode(), overwrite=force)
        context.output.json({"output": output})
        context.output.info(f"Written: {output}", style="good")
    if problems:
        raise LedgerError(f"The whole record was written, and parts of it are broken. {integrity.summary(problems)}")


def batch_number(batch: str) -> int:
    """Return the number of a batch's label, ``0001`` -> 1."""
    if not (batch.isascii() and batch.isdigit() and len(batch) < 19):  # noqa: PLR2004  # digits of a number that the ledger can store
        raise click.UsageError(
            f"{batch} is not a batch. Batches are numbered, such as 0001: action-returns history list"
        )
    return int(batch)
