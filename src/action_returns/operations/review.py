"""Return what the user confirms before a batch is sent: totals, money effect, destination, what was not checked."""

from dataclasses import dataclass
from pathlib import Path

from action_returns.batch.amounts import money
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch
from action_returns.operations.export import write_bytes
from action_returns.operations.texts import MOST_ROWS_ON_A_PAGE, UNENCRYPTED, money_effect, render_page


@dataclass(frozen=True, slots=True)
class Review:
    """One batch on one page.

    Args:
        checked: the batch.
        account: the profile it would go out under.
        channel: kind of channel, ``""`` without a profile.
        destination: where it would go, ``""`` without a profile.
        sha256: hash of the prepared file, ``""`` when no row may be sent.
        size: its size in bytes, 0 when no row may be sent.
        unchecked: what could not be checked, one sentence each.
    """

    checked: CheckedBatch
    account: Account
    channel: str
    destination: str
    sha256: str
    size: int
    unchecked: tuple[str, ...]


def review(checked: CheckedBatch, account: Account, *, destination: str = "") -> Review:
    """Return what the user reads before confirming a batch.

    Args:
        checked: the batch.
        account: the profile it would go out under.
        destination: where it would go.
    """
    prepared = checked.prepared if checked.rows else None
    profile = account.profile
    return Review(
        checked=checked,
        account=account,
        channel="" if profile is None else profile.channel.kind,
        destination=destination,
        sha256="" if prepared is None else prepared.sha256,
        size=0 if prepared is None else len(prepared.content),
        unchecked=tuple(unchecked(checked)),
    )


def unchecked(checked: CheckedBatch) -> list[str]:
    """Return what could not be checked, one sentence each."""
    pending = checked.pending
    if pending is None:
        actions = (
            "Whether the actions exist, are already locked, or were 0 before: no pending-actions download was given."
        )
    else:
        actions = f"What has changed at the network since {pending.as_of:%Y-%m-%d %H:%M %Z} ({pending.as_of_basis})."
    return [
        actions,
        checked.past.unchecked,
        "Whether the network applies every row: that shows in a later download or its File Submissions page.",
    ]


def review_facts(page: Review) -> list[tuple[str, str]]:
    """Return the figures of the review, as pairs of label and value."""
    summary, report = page.checked.summary, page.checked.report
    out = page.checked.rows_with_errors
    facts = [
        (
            "Rows to send",
            f"{summary.rows:,} of {report.rows:,}" + (f" ({out:,} with errors stay behind)" if out else ""),
        ),
        ("Reversals", f"{summary.reversals:,}"),
        ("Changes", f"{summary.changes:,}, new totals {money(summary.new_total_cents, summary.currency)}"),
        ("Reasons", ", ".join(f"{number:,} {code}" for code, number in summary.reasons.items()) or "none"),
        ("Money effect", ("" if summary.effect_cents is None else "order value ") + money_effect(summary)),
        ("Errors", f"{report.errors:,}"),
        ("Warnings", f"{report.warnings:,}"),
    ]
    if before := page.checked.sent_before:
        facts.append(("Sent before", f"{before:,} more rows stay behind: they may have arrived"))
    if page.account.profile is not None:
        environment = page.account.environment.upper()
        facts.append(
            ("Destination", f"{environment} · {page.channel} · {page.destination} (profile {page.account.name})")
        )
        if page.account.unencrypted:
            facts.append(("Encryption", UNENCRYPTED))
    else:
        facts.append(("Destination", "none yet: action-returns profile add NAME"))
    if page.sha256:
        facts.append(("File", f"{page.size:,} bytes, SHA-256 {page.sha256}"))
    return facts


def write_review_page(page: Review, path: Path, *, overwrite: bool = False) -> None:
    """Write the review of a batch as one page of HTML.

    Args:
        page: the review.
        path: the file; the batch's own file is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        action_returns.errors.OutputFileError: the page cannot be written, or another file would be lost.
    """
    checked = page.checked
    current = checked.pending.actions if checked.pending is not None else {}
    rows = []
    for action_id, cents, reason in list(checked.rows)[:MOST_ROWS_ON_A_PAGE]:
        action = current.get(action_id)
        before = "" if action is None or action.cents is None else money(action.cents)
        rows.append((action_id, before, money(cents), reason))
    findings = checked.report[:MOST_ROWS_ON_A_PAGE]
    content = render_page(
        "review.html",
        title=f"Review of {Path(checked.file).name}",
        facts=review_facts(page),
        unchecked=page.unchecked,
        rows=rows,
        more_rows=len(checked.rows) - len(rows),
        findings=findings,
        more_findings=len(checked.report) - len(findings),
        file=checked.file,
    )
    write_bytes(path, content, source=checked.file, overwrite=overwrite)
