"""``action-returns review``: totals, money effect and destination, before anything leaves."""

from pathlib import Path

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, batch_file, common, pending_download
from action_returns.cli.words import Words
from action_returns.submission.channels import open_channel
from action_returns.submission.download import PendingSource
from action_returns.submission.money import money
from action_returns.submission.pages import write_review_page
from action_returns.submission.reviewing import Review, review


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


def facts(page: Review) -> list[tuple[str, str]]:
    """Give what there is to confirm, as pairs of label and value."""
    summary, report = page.checked.summary, page.checked.report
    out = report.rows - report.ready
    listed = [
        (
            "Rows to send",
            f"{summary.rows:,} of {report.rows:,}" + (f" ({out:,} with errors stay behind)" if out else ""),
        ),
        ("Reversals", f"{summary.reversals:,}"),
        ("Changes", f"{summary.changes:,}, new totals {money(summary.new_total_cents, summary.currency)}"),
        ("Reasons", ", ".join(f"{number:,} {code}" for code, number in summary.reasons.items()) or "none"),
        ("Money effect", _effect(page)),
        ("Warnings", f"{report.warnings:,}"),
    ]
    if page.account.profile is not None:
        environment = page.account.environment.upper()
        listed.append(
            ("Destination", f"{environment} · {page.channel} · {page.destination} (profile {page.account.name})")
        )
    else:
        listed.append(("Destination", "none yet: action-returns profile add NAME"))
    if page.sha256:
        listed.append(("File", f"{page.size:,} bytes, SHA-256 {page.sha256}"))
    return listed


def _effect(page: Review) -> str:
    summary = page.checked.summary
    if summary.effect_cents is None:
        return "unknown without the pending-actions download (--pending FILE)"
    known = "" if summary.known == summary.rows else f" over the {summary.known:,} rows whose current amount is known"
    return f"order value {money(summary.effect_cents, summary.currency, sign=True)}{known}"
