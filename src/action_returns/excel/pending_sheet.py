"""The download on the sheet Pending: how it is written there and read back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from action_returns.batch.amounts import amount_text, cents_of_text
from action_returns.batch.cells import Cell
from action_returns.batch.context import PendingAction, PendingDownload


def pending_facts(pending: PendingDownload | None) -> dict[str, str]:
    """Give what is known about a download as the hidden sheet keeps it, side by side."""
    if pending is None:
        return dict.fromkeys(("pending_as_of", "pending_basis", "pending_currency", "pending_count"), "")
    return {
        "pending_as_of": pending.as_of.isoformat(),
        "pending_basis": pending.as_of_basis,
        "pending_currency": pending.currency or "",
        "pending_count": str(pending.count),
    }


def read_back(facts: Mapping[str, Cell], rows: Sequence[Sequence[Cell]]) -> PendingDownload | None:
    """Give the download again, None when none was loaded.

    Args:
        facts: what the hidden sheet says.
        rows: the rows of the table Pending, without its headers.
    """
    if not facts.get("pending_as_of"):
        return None
    actions = {row[0]: _pending_action(row) for row in rows if isinstance(row[0], str) and row[0]}
    return PendingDownload(
        actions=actions,
        count=len(actions),
        as_of=datetime.fromisoformat(str(facts["pending_as_of"])).astimezone(UTC),
        as_of_basis=str(facts.get("pending_basis") or ""),
        currency=str(facts.get("pending_currency") or "") or None,
    )


def pending_rows(pending: PendingDownload) -> list[tuple[str, ...]]:
    """Give a download as the rows of the sheet Pending; :func:`read_back` reads them back."""
    return [
        (
            action_id,
            "" if action.cents is None else amount_text(action.cents),
            action.currency or "",
            action.state or "",
            "" if action.locks_at is None else action.locks_at.isoformat(" ", "minutes"),
            action.order_id or "",
            action.partner or "",
        )
        for action_id, action in pending.actions.items()
    ]


def _pending_action(row: Sequence[Cell]) -> PendingAction:
    _, amount, currency, state, locks_at, order_id, partner = (str(cell) if cell is not None else "" for cell in row)
    return PendingAction(
        cents=cents_of_text(amount),
        locks_at=datetime.fromisoformat(locks_at) if locks_at else None,
        state=state or None,
        order_id=order_id or None,
        partner=partner or None,
        currency=currency or None,
    )
