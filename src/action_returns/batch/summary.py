"""What a batch amounts to: the figures a person confirms."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from action_returns.batch.pending import Pending
from action_returns.batch.ready import ReadyRows


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of the rows that may be sent.

    Args:
        rows: rows that may be sent.
        reversals: those with amount 0.
        changes: those with a new total above 0.
        new_total_cents: sum of the new totals.
        reasons: reason code -> rows.
        known: rows whose current amount the pending download tells; None without a download.
        effect_cents: sum of new minus current amount over the known rows (negative: the orders are worth less).
        currency: the download's currency, None when it does not say.
    """

    rows: int
    reversals: int
    changes: int
    new_total_cents: int
    reasons: Mapping[str, int]
    known: int | None = None
    effect_cents: int | None = None
    currency: str | None = None


def summarise(rows: ReadyRows, pending: Pending | None = None) -> Summary:
    """Add up the rows; with a pending download also what the change is worth."""
    reversals = sum(cents == 0 for cents in rows.cents)
    known = effect = None
    if pending is not None:
        current = [
            (cents, action.cents)
            for action_id, cents in zip(rows.action_ids, rows.cents, strict=True)
            if (action := pending.actions.get(action_id)) is not None and action.cents is not None
        ]
        known, effect = len(current), sum(new - old for new, old in current)
    return Summary(
        rows=len(rows),
        reversals=reversals,
        changes=len(rows) - reversals,
        new_total_cents=sum(rows.cents),
        reasons=dict(Counter(rows.reasons)),
        known=known,
        effect_cents=effect,
        currency=None if pending is None else pending.currency,
    )
