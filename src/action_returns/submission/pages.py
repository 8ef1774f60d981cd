"""Pages to print or share: the review before, the receipt after. One file each, no script, nothing from elsewhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import amount_text
from action_returns.settings import write_atomically
from action_returns.submission.errors import ExportProblem
from action_returns.submission.marking import next_step
from action_returns.submission.money import money
from action_returns.submission.reviewing import UNENCRYPTED

if TYPE_CHECKING:
    from action_returns.ledger import BatchRecord, Ledger
    from action_returns.submission.reviewing import Review

_TEMPLATES: Final = Path(__file__).with_name("templates")
_MOST_ROWS: Final = 5_000
_STATES: Final = {
    "sent": "Sent: the receiver confirmed that it holds the file",
    "handed-over": "Handed over: not yet confirmed by the receiver",
    "failed": "Failed: nothing was delivered",
    "unknown": "Unknown: nobody can tell whether it arrived",
    "prepared": "Being prepared: nothing has left yet",
    "sending": "Being sent",
}


def receipt_lines(record: "BatchRecord") -> list[tuple[str, str]]:
    """Give the receipt of a batch as pairs of label and value."""
    when = record.created_at.astimezone()
    lines = [
        ("Outcome", _outcome(record)),
        ("Batch", record.label),
        ("Environment", record.environment.upper()),
        ("Profile", record.profile),
        ("When", f"{when:%Y-%m-%d %H:%M:%S %Z} ({record.created_at:%Y-%m-%d %H:%M:%S} UTC)"),
        ("Who", f"{record.who} on {record.host}"),
        ("Channel", record.channel),
        ("Destination", record.destination),
        ("File", record.file_name),
        ("Made from", record.source),
        ("Rows", f"{record.rows:,} ({record.reversals:,} reversals, {record.rows - record.reversals:,} changes)"),
        ("Size", f"{record.size:,} bytes"),
        ("SHA-256", record.sha256),
        ("What happened", record.message),
    ]
    lines += [(f"Evidence: {name}", str(value)) for name, value in record.evidence.items()]
    if record.state == "unknown":
        lines.append(("What to do", next_step(record.label)))
    return lines


def _outcome(record: "BatchRecord") -> str:
    if record.by_hand:
        return f"{record.state.capitalize()}: a person who looked says so, the receiver did not"
    return _STATES[record.state]


def keep_receipt(record: "BatchRecord", ledger: "Ledger", folder: Path) -> Path:
    """Write the receipt of a batch beside its file.

    Returns:
        The page.
    """
    path = folder / "receipt.html"
    write_atomically(path, receipt_page(record, ledger.rows(record.number)), overwrite=True)
    return path


def receipt_page(record: "BatchRecord", rows: Sequence[tuple[str, int, str]]) -> bytes:
    """Make the receipt of a batch as one page of HTML."""
    shown = [(action_id, amount_text(cents), reason) for action_id, cents, reason in rows[:_MOST_ROWS]]
    return _render(
        "receipt.html",
        title=f"Receipt for batch {record.label}",
        state=record.state,
        facts=receipt_lines(record),
        rows=shown,
        more=len(rows) - len(shown),
    )


def write_review_page(page: "Review", path: Path) -> None:
    """Write the review of a batch as one page of HTML.

    Raises:
        ExportProblem: when it cannot be written there.
    """
    checked = page.checked
    summary = checked.summary
    current = checked.pending.actions if checked.pending is not None else {}
    shown = []
    for action_id, cents, reason in list(checked.rows)[:_MOST_ROWS]:
        action = current.get(action_id)
        before = "" if action is None or action.cents is None else money(action.cents)
        shown.append((action_id, before, money(cents), reason))
    content = _render(
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
        findings=checked.report[:_MOST_ROWS],
    )
    try:
        write_atomically(path, content, overwrite=True)
    except OSError as error:
        raise ExportProblem(f"{path} cannot be written: {error.strerror or error}. Choose another place.") from None


def _render(template: str, **facts: object) -> bytes:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**facts).encode("utf-8", "replace")
