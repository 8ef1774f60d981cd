"""What the demo's network says on the next day: a result file that refuses one row, and a pending download in which one differs."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Final

from action_returns.batch.amounts import amount_text
from action_returns.batch.csv_format import parse_csv_bytes
from action_returns.files import packaged_file
from action_returns.operations.export import write_bytes

_MORE: Final = 500
"""Cents by which the network has another amount than was sent."""
_REFUSAL: Final = "ACTION_REF_NOT_FOUND"


def write_next_day(sent: Path, folder: Path, today: datetime) -> tuple[Path, Path]:
    """Write what the network would say of a file: its first reversal is refused, its first new total became another one.

    Args:
        sent: the file that was sent.
        folder: where both files go.
        today: the time of the latest action in the download.

    Returns:
        The result file, and the pending download.
    """
    rows = list(parse_csv_bytes(sent.read_bytes()))
    refused = next(action_id for action_id, cents, _ in rows if cents == 0)
    different = next(action_id for action_id, cents, _ in rows if cents)
    result, pending = folder / f"result_{sent.name}", folder / "next_day.csv"
    errors = [
        ("ActionId", "Amount", "Reason", "Error"),
        *((*row[:1], "0", row[2], _REFUSAL) for row in rows if row[0] == refused),
    ]
    write_bytes(result, _csv(errors), overwrite=True)
    amounts = {
        action_id: cents + (_MORE if action_id == different else 0)
        for action_id, cents, _ in rows
        if action_id != refused
    }
    write_bytes(pending, _csv(_pending_rows(amounts, today)), overwrite=True)
    return result, pending


def _pending_rows(amounts: dict[str, int], today: datetime) -> list[tuple[str, ...]]:
    """Return the sample download as it is on the next day: a reversed action has the state REVERSED and the amount 0."""
    header, *actions = csv.reader(
        StringIO(packaged_file("workbook_templates/samples/pending_actions.csv").read_text("utf-8"))
    )
    at = {name: header.index(name) for name in ("Action ID", "Status", "Sale Amount", "Action Date")}
    for action in actions:
        cents = amounts.get(action[at["Action ID"]])
        if cents is not None:
            action[at["Sale Amount"]] = amount_text(cents)
            action[at["Status"]] = "PENDING" if cents else "REVERSED"
    newest = list(actions[-1])
    newest[at["Action ID"]] += "9"
    newest[at["Action Date"]] = today.astimezone(UTC).isoformat(timespec="milliseconds")
    return [tuple(header), *map(tuple, actions), tuple(newest)]


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
