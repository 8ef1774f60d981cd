"""What the pending download said of the actions of a batch when it was sent, as text that the ledger keeps.

CSV (RFC 4180) with the header of :data:`COLUMNS`: amounts as plain decimals with a dot, times in ISO 8601 with their offset,
``""`` where the download said nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from action_returns.batch.amounts import amount_text, cents_of_text
from action_returns.batch.context import PendingAction
from action_returns.verdicts.csv_text import moment_of, read_csv_text, write_csv_text

COLUMNS: Final = ("ActionId", "Amount", "LocksAt", "State", "OrderId", "Partner", "Currency", "OriginalAmount")


def write_before(action_ids: Iterable[str], actions: Mapping[str, PendingAction]) -> bytes:
    """Return the text about the actions of a batch that the download has; nothing when it has none.

    Args:
        action_ids: those of the batch, in file order.
        actions: what the download says.
    """
    found = [(one, actions[one]) for one in action_ids if one in actions]
    if not found:
        return b""
    return write_csv_text(
        COLUMNS,
        (
            (
                action_id,
                "" if action.cents is None else amount_text(action.cents),
                "" if action.locks_at is None else action.locks_at.isoformat(),
                action.state or "",
                action.order_id or "",
                action.partner or "",
                action.currency or "",
                "" if action.original_cents is None else amount_text(action.original_cents),
            )
            for action_id, action in found
        ),
    )


def read_before(content: bytes) -> dict[str, PendingAction]:
    """Return ActionId -> what was known of it.

    Raises:
        ValueError: this is no such text.
    """
    if not content:
        return {}
    columns = list(zip(*read_csv_text(COLUMNS, content), strict=True))
    if not columns:
        return {}
    # A column at a time is three times as fast as a row at a time, and dates and words repeat.
    ids, amounts, dates, *words, originals = columns
    moments = {date: moment_of(date) for date in set(dates)}
    facts = zip(
        [cents_of_text(amount) if amount else None for amount in amounts],
        map(moments.__getitem__, dates),
        *([word or None for word in column] for column in words),
        [cents_of_text(original) if original else None for original in originals],
        strict=True,
    )
    return dict(zip(ids, map(PendingAction._make, facts), strict=True))
