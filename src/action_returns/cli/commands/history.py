"""``action-returns history``: what was sent, when, by whom, with which outcome."""

import sys
from pathlib import Path
from typing import Any, Final

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, Stopped, common
from action_returns.cli.words import counted
from action_returns.ledger import BatchRecord, Event, Ledger
from action_returns.ledger.states import MARKS, TO_BE_MARKED
from action_returns.submission.exporting import write_bytes
from action_returns.submission.marking import consequence, next_step
from action_returns.submission.pages import keep_receipt, receipt_lines, receipt_page
from action_returns.submission.records import open_history

BY_HAND: Final = "*"
"""Beside an outcome that a person said."""
WHO_SAID_SO: Final = f"{BY_HAND} a person said so: action-returns history show BATCH tells who and why"


@click.group("history", short_help="What was sent, when, by whom, with which outcome.")
def command() -> None:
    """Look at what was sent. Every batch stays on record, with its exact bytes."""


@command.command("list")
@common
def list_batches(run: Run) -> None:
    """List the batches, the latest first."""
    with open_history(run.places, run.profile) as ledger:
        batches = ledger.batches()
    if run.words.as_json:
        run.words.json([as_json(record) for record in batches])
        return
    if not batches:
        run.words.say("Nothing was sent from this machine yet.")
        return
    run.words.table(
        ("Batch", "When", "Profile", "Environment", "Rows", "Reversals", "Outcome", "File", "Destination"),
        (
            (
                record.label,
                f"{record.created_at.astimezone():%Y-%m-%d %H:%M}",
                record.profile,
                record.environment,
                f"{record.rows:,}",
                f"{record.reversals:,}",
                record.state + (BY_HAND if record.by_hand else ""),
                record.file_name,
                record.destination,
            )
            for record in batches
        ),
        right=frozenset({4, 5}),
    )
    if any(record.by_hand for record in batches):
        run.words.show(WHO_SAID_SO, style="quiet")
    unknown = [record.label for record in batches if record.state == "unknown"]
    if unknown:
        run.words.say(f"Nobody knows whether {', '.join(unknown)} arrived. {next_step(unknown[0])}", style="warning")


@command.command("show")
@click.argument("batch", metavar="BATCH")
@common
def show(run: Run, *, batch: str) -> None:
    """Show everything that is on record about a batch."""
    number = _number(batch)
    with open_history(run.places, run.profile) as ledger:
        record, events = ledger.batch(number), ledger.events(number)
    if run.words.as_json:
        listed = [{"at": event.at.isoformat(), "kind": event.kind, **event.detail} for event in events]
        run.words.json({**as_json(record), "events": listed})
        return
    run.words.table(("Batch", record.label), receipt_lines(record))
    for event in events:
        run.words.show(f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}  {_told(event)}", style="quiet")


def _told(event: Event) -> str:
    """Say what happened, with who and why where a person had a part in it."""
    detail = event.detail
    match event.kind:
        case "confirmed":
            known = f", {detail['repeats']:,} rows shown as sent before" if "repeats" in detail else ""
            again = f", the same list as batch {detail['duplicate_of']}" if "duplicate_of" in detail else ""
            plain = ", over a connection without encryption" if "encryption" in detail else ""
            return f"confirmed by {detail['who']}: {detail.get('how', '')}{plain}{known}{again}"
        case "outcome":
            return f"outcome {detail['state']}: {detail['message']}"
        case "marked":
            return f"marked {detail['state']} by {detail['who']}, it was {detail['was']}: {detail['why']}"
        case _:
            return event.kind


@command.command("file")
@click.argument("batch", metavar="BATCH")
@click.option("-o", "--output", metavar="CSV", default="-", help="File to write; standard output when left out.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@common
def file(run: Run, *, batch: str, output: str, force: bool) -> None:
    """Give the exact bytes that were sent."""
    with open_history(run.places, run.profile) as ledger:
        content = ledger.content(_number(batch))
    if output == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_bytes(Path(output), content, overwrite=force)
    run.words.say(f"Written: {output} ({len(content):,} bytes).", style="good")


@command.command("receipt")
@click.argument("batch", metavar="BATCH")
@click.option("--html", metavar="PATH", help="Write it as a page to print or share.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@common
def receipt(run: Run, *, batch: str, html: str | None, force: bool) -> None:
    """Give the receipt of a batch."""
    number = _number(batch)
    with open_history(run.places, run.profile) as ledger:
        record, rows = ledger.batch(number), ledger.rows(number)
    if html is not None:
        write_bytes(Path(html), receipt_page(record, rows), overwrite=force)
        run.words.say(f"Written: {html}", style="good")
    elif run.words.as_json:
        run.words.json(as_json(record))
    else:
        run.words.table(("Receipt", f"batch {record.label}"), receipt_lines(record))


@command.command("mark")
@click.argument("batch", metavar="BATCH")
@click.argument("state", type=click.Choice(MARKS))
@click.option("--why", required=True, metavar="TEXT", help="What you saw, so that others can follow it later.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@common
def mark(run: Run, *, batch: str, state: str, why: str, yes: bool) -> None:
    """Settle by hand what became of a batch, after you have looked.

    Only for a batch that is unknown or handed over. Nothing is sent; who said so and why stays on record.
    """
    number = _number(batch)
    if not why.strip():
        raise click.UsageError("--why is empty. Say what you saw, so that others can follow it later.")
    with open_history(run.places, run.profile) as ledger:
        record = ledger.batch(number)
        if record.state in TO_BE_MARKED and not yes:
            _ask(run, record, state)
        ledger.mark(number, state, why, seen=record.state)
        record = ledger.batch(number)
        if run.words.as_json:
            run.words.json(as_json(record))
        run.words.say(record.message, style="good")
        _renew_receipt(run, record, ledger)


def _ask(run: Run, record: BatchRecord, state: str) -> None:
    if not run.words.can_ask():
        raise click.UsageError(f"Nobody is here to confirm. Batch {record.label} was not marked. Add --yes.")
    # All in the question itself, so that --quiet leaves nothing out and --json keeps its output to itself.
    question = (
        f"Batch {record.label} of {record.created_at.astimezone():%Y-%m-%d %H:%M}: {counted(record.rows, 'row')} to "
        f"{record.destination} ({record.environment.upper()}), {record.state}. {record.message}\n\n"
        f"{consequence(record, state)}\n\nMark batch {record.label} {state}?"
    )
    if not click.confirm(question, default=False, err=True):
        run.words.say(f"Batch {record.label} stays {record.state}.")
        raise Stopped(Exit.INTERRUPTED)


def _renew_receipt(run: Run, record: BatchRecord, ledger: Ledger) -> None:
    """Write the receipt anew where there is one: it must not tell what is no longer true."""
    folder = run.places.submissions / record.label
    if not (folder / "receipt.html").exists():
        return
    try:
        run.words.say(f"Receipt: {keep_receipt(record, ledger, folder)}")
    except OSError as error:
        run.words.refuse(
            f"the receipt in {folder} is out of date and could not be written anew ({error.strerror or error}). "
            f"The ledger holds everything: action-returns history receipt {record.label}"
        )


@command.command("export")
@click.option("-o", "--output", metavar="FILE", default="-", help="File to write; standard output when left out.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@common
def export(run: Run, *, output: str, force: bool) -> None:
    """Give the whole record as JSON, one batch a line, with every row and event."""
    import io

    with open_history(run.places, run.profile) as ledger:
        if output == "-":
            ledger.export_lines(sys.stdout)
            return
        lines = io.StringIO()
        ledger.export_lines(lines)
    write_bytes(Path(output), lines.getvalue().encode(), overwrite=force)
    run.words.say(f"Written: {output}", style="good")


def as_json(record: BatchRecord) -> dict[str, Any]:
    """Give a batch for machines."""
    return {
        "batch": record.label,
        "outcome": record.state,
        "marked": record.by_hand,
        "profile": record.profile,
        "environment": record.environment,
        "channel": record.channel,
        "destination": record.destination,
        "file": record.file_name,
        "source": record.source,
        "sha256": record.sha256,
        "rows": record.rows,
        "reversals": record.reversals,
        "bytes": record.size,
        "created_at": record.created_at.isoformat(),
        "settled_at": None if record.settled_at is None else record.settled_at.isoformat(),
        "who": record.who,
        "host": record.host,
        "message": record.message,
        "evidence": dict(record.evidence),
    }


def _number(batch: str) -> int:
    if not (batch.isascii() and batch.isdigit() and len(batch) < 19):  # noqa: PLR2004  # what the ledger can count
        raise click.UsageError(
            f"{batch} is not a batch. Batches are numbered, such as 0001: action-returns history list"
        )
    return int(batch)
