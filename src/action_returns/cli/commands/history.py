"""``action-returns history``: what was sent, when, by whom, with which outcome."""

import sys
from pathlib import Path
from typing import Any

import click

from action_returns.cli.options import Run, common
from action_returns.ledger import BatchRecord, open_ledger
from action_returns.submission.exporting import write_bytes
from action_returns.submission.pages import receipt_lines, receipt_page


@click.group("history", short_help="What was sent, when, by whom, with which outcome.")
def command() -> None:
    """Look at what was sent. Every batch stays on record, with its exact bytes."""


@command.command("list")
@common
def list_batches(run: Run) -> None:
    """List the batches, the latest first."""
    with open_ledger(run.places.ledger_file) as ledger:
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
                record.state,
                record.file_name,
                record.destination,
            )
            for record in batches
        ),
        right=frozenset({4, 5}),
    )


@command.command("show")
@click.argument("batch", metavar="BATCH")
@common
def show(run: Run, *, batch: str) -> None:
    """Show everything that is on record about a batch."""
    number = _number(batch)
    with open_ledger(run.places.ledger_file) as ledger:
        record, events = ledger.batch(number), ledger.events(number)
    if run.words.as_json:
        listed = [{"at": event.at.isoformat(), "kind": event.kind, **event.detail} for event in events]
        run.words.json({**as_json(record), "events": listed})
        return
    run.words.table(("Batch", record.label), receipt_lines(record))
    for event in events:
        run.words.show(f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}  {event.kind}", style="quiet")


@command.command("file")
@click.argument("batch", metavar="BATCH")
@click.option("-o", "--output", metavar="CSV", default="-", help="File to write; standard output when left out.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@common
def file(run: Run, *, batch: str, output: str, force: bool) -> None:
    """Give the exact bytes that were sent."""
    with open_ledger(run.places.ledger_file) as ledger:
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
    with open_ledger(run.places.ledger_file) as ledger:
        record, rows = ledger.batch(number), ledger.rows(number)
    if html is not None:
        write_bytes(Path(html), receipt_page(record, rows), overwrite=force)
        run.words.say(f"Written: {html}", style="good")
    elif run.words.as_json:
        run.words.json(as_json(record))
    else:
        run.words.table(("Receipt", f"batch {record.label}"), receipt_lines(record))


@command.command("export")
@click.option("-o", "--output", metavar="FILE", default="-", help="File to write; standard output when left out.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@common
def export(run: Run, *, output: str, force: bool) -> None:
    """Give the whole record as JSON, one batch a line, with every row and event."""
    import io

    with open_ledger(run.places.ledger_file) as ledger:
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
