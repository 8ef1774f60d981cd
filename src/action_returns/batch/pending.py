"""What a pending-actions download says about actions. Facts only; reading the file is done elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class PendingAction(NamedTuple):
    """One action as the download has it; None where the download does not tell.

    Args:
        cents: its current amount in integer cents.
        locks_at: when it locks, with its time zone.
        state: the network's word for its state, such as ``PENDING``.
        order_id: the order it belongs to.
        partner: who is paid for it.
        currency: what the amount is in.
    """

    cents: int | None = None
    locks_at: datetime | None = None
    state: str | None = None
    order_id: str | None = None
    partner: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending-actions download.

    Args:
        actions: ActionId -> facts, for the actions that were asked for.
        count: rows in the download.
        as_of: how old the data is.
        as_of_basis: what ``as_of`` rests on, for people.
        currency: the one currency of the amounts, None when the download does not say.
        notes: what was left aside or could not be read, one sentence each.
    """

    actions: Mapping[str, PendingAction]
    count: int
    as_of: datetime
    as_of_basis: str = "the file's date"
    currency: str | None = None
    notes: tuple[str, ...] = ()
