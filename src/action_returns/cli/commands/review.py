"""``action-returns review``: totals, money effect and destination, before anything leaves."""

from pathlib import Path

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, batch_file, common, pending_download
from action_returns.cli.words import Words
from action_returns.submission.channels import open_channel
from action_returns.submission.download import PendingSource
from action_returns.submission.pages import write_review_page
from action_returns.submission.reviewing import Review, facts, review


@click.command("review", short_help="Totals, money effect and destination.")
@batch_file
@pending_download
@click.option("--html", metavar="PATH", help="Also write it as a page to print or share.")
@common
def command(run: Run, *, file: str, sheet: str | None, pending: PendingSource | None, html: str | None) -> int:
    """Show what would be sent from FILE: totals, money effect, destination, and what nobody could check."""
    account = run.account()
    checked = run.checked(file, account, pending=pending, sheet=sheet)
    destination = open_channel(account, run.places).destination if account.profile is not None else ""
    page = review(checked, account, destination=destination)
    if html is not None:
        write_review_page(page, Path(html))
    if run.words.as_json:
        run.words.json(as_json(page))
    else:
        print_review(run.words, page)
    return Exit.BATCH_HAS_ERRORS if checked.report.ready < checked.report.rows else Exit.DONE


def as_json(page: Review) -> dict[str, object]:
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


def print_review(words: Words, page: Review) -> None:
    """Print the review."""
    words.table(("Review", page.checked.file), facts(page))
    words.show()
    for sentence in page.unchecked:
        words.show(f"Not checked: {sentence}", style="quiet")
