"""The totals of the rows that would be sent, and what they are worth beside the pending download."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import PendingDownload

MOST_RAISES: Final = 5
"""Rows that :attr:`Summary.largest_raises` names at most."""


class Raise(NamedTuple):
    """One row whose new amount is above the current one.

    Args:
        row: the row number a person sees, None when the rows come from elsewhere.
        action_id: its action.
        before: the current amount in cents, as the pending download has it.
        after: the new amount in cents.
    """

    row: int | None
    action_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of the rows that would be sent.

    Args:
        rows: rows that would be sent.
        reversals: those with amount 0.
        changes: those with a new total above 0.
        new_total_cents: sum of the new totals.
        reasons: reason code -> rows.
        known: rows whose current amount the pending download holds; None without a download.
        effect_cents: sum of new minus current amount over the known rows (negative: the orders are worth less);
            None where no current amount is known.
        currency: the download's currency, None when it holds none.
        raised_cents: sum of what single rows raise order value by; 0 where no row is above its current amount.
        raised_rows: how many rows do.
        largest_raises: the largest of them, the largest first.
        unknown_cents: sum of the new totals whose current amount is unknown: they may raise order value up to this.
    """

    rows: int
    reversals: int
    changes: int
    new_total_cents: int
    reasons: Mapping[str, int]
    known: int | None = None
    effect_cents: int | None = None
    currency: str | None = None
    raised_cents: int = 0
    raised_rows: int = 0
    largest_raises: tuple[Raise, ...] = ()
    unknown_cents: int = 0


def summarise(rows: ReadyRows, pending: PendingDownload | None = None) -> Summary:
    """Return the totals of the rows; with a pending download also what the change is worth."""
    reversals = sum(cents == 0 for cents in rows.cents)
    new_total = sum(rows.cents)
    plain = Summary(
        rows=len(rows),
        reversals=reversals,
        changes=len(rows) - reversals,
        new_total_cents=new_total,
        reasons=dict(Counter(rows.reasons)),
        unknown_cents=new_total,
    )
    if pending is None:
        return plain
    current = [
        (at, new, action.cents)
        for at, (action_id, new) in enumerate(zip(rows.action_ids, rows.cents, strict=True))
        if (action := pending.actions.get(action_id)) is not None and action.cents is not None
    ]
    raised = [(new - old, at, old) for at, new, old in current if new > old]
    largest = sorted(raised, key=lambda one: (-one[0], one[1]))[:MOST_RAISES]
    return replace(
        plain,
        known=len(current),
        effect_cents=sum(new - old for _, new, old in current) if current else None,
        currency=pending.currency,
        raised_cents=sum(more for more, _, _ in raised),
        raised_rows=len(raised),
        largest_raises=tuple(
            Raise(rows.rows[at] if rows.rows else None, rows.action_ids[at], old, rows.cents[at])
            for _, at, old in largest
        ),
        unknown_cents=new_total - sum(new for _, new, _ in current),
    )
