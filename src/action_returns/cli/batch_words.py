"""A batch on record and its events, for people and for machines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from action_returns.ledger.records import BatchRecord, Event
from action_returns.operations.texts import counted
from action_returns.verdicts.verdict import Verdict

MARK: Final = "*"
"""The sign after an outcome that a user marked."""
MARKED_NOTE: Final = f"{MARK} marked by a person: action-returns history show BATCH tells who and why"


def event_text(event: Event) -> str:
    """Return what happened; when a user decided it, also who and why."""
    detail = event.detail
    match event.kind:
        case "confirmed":
            encryption = ", over a connection without encryption" if "encryption" in detail else ""
            repeats = f", {counted(int(detail['repeats']), 'row')} shown as sent before" if "repeats" in detail else ""
            again = f", {counted(int(detail['include_sent']), 'row')} sent again" if "include_sent" in detail else ""
            duplicate = f", the same list as batch {detail['duplicate_of']}" if "duplicate_of" in detail else ""
            return f"confirmed by {detail['who']}: {detail.get('how', '')}{encryption}{repeats}{again}{duplicate}"
        case "outcome":
            return f"outcome {detail['state']}: {detail['message']}"
        case "late-outcome":
            return f"outcome {detail['state']}, which came after another one: {detail['message']}"
        case "marked" if detail["was"] == "sending":
            return (
                f"marked {detail['state']} by {detail['who']}, who said that the program which sent it had ended: "
                f"{detail['why']}"
            )
        case "marked":
            return f"marked {detail['state']} by {detail['who']}, it was {detail['was']}: {detail['why']}"
        case "reconciled":
            return f"reconciled with {_evidence(event)}: {_counts(event)}, by {detail.get('who', '?')}"
        case _:
            return event.kind


def _evidence(event: Event) -> str:
    """Return from what the results of a batch were found, and how old that was."""
    detail = event.detail
    source = detail.get("file") or {"api": "the network's API"}.get(str(detail.get("source")), detail.get("source"))
    try:
        taken = f" of {datetime.fromisoformat(str(detail.get('taken'))).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        taken = ""
    return f"{source}{taken}"


def _counts(event: Event) -> str:
    """Return how many rows have which result, those that none has left out."""
    numbers = ((verdict, event.detail.get(verdict.value, 0)) for verdict in Verdict)
    told = [
        f"{number:,} {verdict.replace('_', ' ')}" for verdict, number in numbers if isinstance(number, int) and number
    ]
    return ", ".join(told) or "no rows"


def batch_json(record: BatchRecord, problems: Sequence[str] | None = None) -> dict[str, Any]:
    """Return a batch for machines.

    Args:
        record: the batch.
        problems: what was changed or is missing, None where only the columns of the batch were looked at.
    """
    return {
        "batch": record.label,
        "outcome": record.state,
        "marked": record.by_hand,
        "profile": record.profile,
        "environment": record.environment,
        "channel": record.channel,
        "destination": record.destination,
        "account": record.account,
        "file": record.file_name,
        "source": record.source,
        "sha256": record.sha256,
        "rows": record.rows,
        "reversals": record.reversals,
        "bytes": record.size,
        "created_at": iso_time(record.created_at),
        "settled_at": iso_time(record.settled_at),
        "who": record.who,
        "host": record.host,
        "database_user": record.db_user or None,
        "recorded_at": iso_time(record.recorded_at),
        "sending_until": iso_time(record.sending_until),
        "answered_after_mark": record.answered_late,
        "message": record.message,
        "evidence": dict(record.evidence),
        "problems": list(record.broken if problems is None else problems),
    }


def iso_time(at: datetime | None) -> str | None:
    """Return a time for machines, None where it cannot be read."""
    return None if at is None else at.isoformat()
