"""What becomes of every order of an export: a row, or one of the groups of orders that are left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from action_returns.batch.amounts import NO_CENTS, Cents


class Group(StrEnum):
    """What becomes of an order. The numbers of all groups together are the orders of the export."""

    ROW = "rows"
    IN_SHEET = "in_sheet"
    SENT_BEFORE = "sent_before"
    NOTHING_TO_DO = "nothing_to_do"
    TO_DECIDE = "to_decide"
    REFUSED = "refused"


GROUP_OF_CODE: Final[Mapping[str, Group]] = {
    "already-in-sheet": Group.IN_SHEET,
    "sent-before": Group.SENT_BEFORE,
    "nothing-refunded": Group.NOTHING_TO_DO,
    "order-unknown": Group.TO_DECIDE,
    "order-several-actions": Group.TO_DECIDE,
    "action-locked": Group.TO_DECIDE,
    "reason-unmapped": Group.TO_DECIDE,
    "lines-identical": Group.TO_DECIDE,
    "refund-above-amount": Group.REFUSED,
    "currency-differs": Group.REFUSED,
    "total-differs": Group.REFUSED,
    "amount-unreadable": Group.REFUSED,
}
"""Code -> the group it is usually in. A code can be in "to decide" instead, where a person can settle it."""


class NewRow(NamedTuple):
    """A row for the batch.

    Args:
        action_id: the action.
        cents: its new total.
        reason: the reason code.
        order: the order as the export writes it.
        line: the line of the export.
        current: what the action is worth now, in cents; None where the download does not say.
        refunded: what the export says was refunded, in cents.
        found_as: how the order was found where not by its exact id, such as ``1001, without #``; else ``""``.
        why: how the new total came about, one or two sentences.
    """

    action_id: str
    cents: Cents
    reason: str
    order: str
    line: int
    current: Cents | None
    refunded: Cents
    found_as: str
    why: str


class LeftOrder(NamedTuple):
    """An order that becomes no row.

    Args:
        order: the order as the export writes it.
        line: the line of the export.
        group: what became of it.
        code: why, as a code of the contract.
        message: what is so, why and what to do.
        candidates: ActionIds, or reason codes, between which a person decides.
        refunded: what the export says was refunded, in cents.
    """

    order: str
    line: int
    group: Group
    code: str
    message: str
    candidates: tuple[str, ...] = ()
    refunded: Cents = NO_CENTS


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    Args:
        rows: the rows it would write, in the order of the export.
        left: every other order, in the order of the export.
    """

    rows: Sequence[NewRow]
    left: Sequence[LeftOrder]

    @property
    def orders(self) -> int:
        """How many orders the export has."""
        return len(self.rows) + len(self.left)

    def counts(self) -> dict[Group, int]:
        """Return how many orders each group has, every group named; together they are all orders."""
        counts = dict.fromkeys(Group, 0)
        counts[Group.ROW] = len(self.rows)
        for left in self.left:
            counts[left.group] += 1
        return counts
