"""What a person confirms before anything leaves: totals, money effect, destination, and what nobody could check."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from action_returns.batch.amounts import money
from action_returns.errors import OutputFileError
from action_returns.files import write_atomically
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch
from action_returns.operations.texts import MOST_ROWS_ON_A_PAGE, render_page


def write_review_page(page: "Review", path: Path) -> None:
    """Write the review of a batch as one page of HTML.

    Raises:
        OutputFileError: when it cannot be written there.
    """
    checked = page.checked
    summary = checked.summary
    current = checked.pending.actions if checked.pending is not None else {}
    shown = []
    for action_id, cents, reason in list(checked.rows)[:MOST_ROWS_ON_A_PAGE]:
        action = current.get(action_id)
        before = "" if action is None or action.cents is None else money(action.cents)
        shown.append((action_id, before, money(cents), reason))
    content = render_page(
        "review.html",
        title=f"Review of {Path(checked.file).name}",
        page=page,
        summary=summary,
        report=checked.report,
        unencrypted=UNENCRYPTED,
        effect=None if summary.effect_cents is None else money(summary.effect_cents, summary.currency, sign=True),
        new_total=money(summary.new_total_cents, summary.currency),
        rows=shown,
        more=len(checked.rows) - len(shown),
        findings=checked.report[:MOST_ROWS_ON_A_PAGE],
    )
    try:
        write_atomically(path, content, overwrite=True)
    except OSError as error:
        raise OutputFileError(f"{path} cannot be written: {error.strerror or error}. Choose another place.") from None


UNENCRYPTED: Final = "NONE: password and rows can be read and changed on the way (accepted in the profile)"
"""What a person is told each time before something leaves over a plain connection."""


@dataclass(frozen=True, slots=True)
class Review:
    """One batch on one page.

    Args:
        checked: the batch.
        account: the profile it would go out under.
        channel: kind of channel, ``""`` without a profile.
        destination: where it would go, ``""`` without a profile.
        sha256: hash of the exact bytes, ``""`` when no row may be sent.
        size: how many bytes.
        unchecked: what nobody could check, one sentence each.
    """

    checked: CheckedBatch
    account: Account
    channel: str
    destination: str
    sha256: str
    size: int
    unchecked: tuple[str, ...]


def review(checked: CheckedBatch, account: Account, *, destination: str = "") -> Review:
    """Put together what a person has to know before saying yes.

    Args:
        checked: the batch.
        account: the profile it would go out under.
        destination: where it would go.
    """
    from action_returns.operations.export import make_file

    made = make_file(checked) if checked.rows else None
    profile = account.profile
    return Review(
        checked=checked,
        account=account,
        channel="" if profile is None else profile.channel.kind,
        destination=destination,
        sha256="" if made is None else made.sha256,
        size=0 if made is None else len(made.content),
        unchecked=tuple(unchecked(checked)),
    )


def unchecked(checked: CheckedBatch) -> list[str]:
    """Say what nobody could check, one sentence each."""
    said = []
    pending = checked.pending
    if pending is None:
        said.append(
            "Whether the actions exist, are already locked, or were 0 before: no pending-actions download was given."
        )
    else:
        said.append(f"What has changed at the network since {pending.as_of:%Y-%m-%d %H:%M %Z} ({pending.as_of_basis}).")
    said.append(checked.past.unchecked)
    said.append("Whether the network applies every row: that shows in a later download or its File Submissions page.")
    return said


def review_facts(page: Review) -> list[tuple[str, str]]:
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
    if repeated := len(page.checked.repeated):
        listed.append(("Sent before", f"{repeated:,} of these rows, with the same amount and reason"))
    if page.account.profile is not None:
        environment = page.account.environment.upper()
        listed.append(
            ("Destination", f"{environment} · {page.channel} · {page.destination} (profile {page.account.name})")
        )
        if page.account.unencrypted:
            listed.append(("Encryption", UNENCRYPTED))
    else:
        listed.append(("Destination", "none yet: action-returns profile add NAME"))
    if page.sha256:
        listed.append(("File", f"{page.size:,} bytes, SHA-256 {page.sha256}"))
    return listed


def _effect(page: Review) -> str:
    summary = page.checked.summary
    if summary.effect_cents is None:
        return "unknown without a pending-actions download"
    known = "" if summary.known == summary.rows else f" over the {summary.known:,} rows whose current amount is known"
    return f"order value {money(summary.effect_cents, summary.currency, sign=True)}{known}"
