"""What becomes of every order of an export: a row, or one of the groups of orders that are left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from action_returns.batch.amounts import NO_CENTS, Cents, money


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

NEEDS_A_PERSON: Final = frozenset({Group.TO_DECIDE, Group.REFUSED})
"""The groups of which an order may need a person; the other groups need nothing."""


class Base(StrEnum):
    """What a refund is subtracted from, in words."""

    CURRENT = "the current amount"
    ORIGINAL = "the amount before any refund"
    IMPORTED = "the amount after the earlier import"
    GIVEN = "the new total that the export lists"


class NewTotal(NamedTuple):
    """The new total of an action, and how it came about.

    Args:
        cents: the new total.
        base: what the refund was subtracted from, in cents.
        base_is: which amount that is.
        taken: what was subtracted, in cents.
        refunded: the refund that it was, in cents, before tax and shipping were left out of it.
        takes_back: why the action is taken back as a whole, such as ``it was cancelled``; ``""`` when it is not.
        shares: the order without and with tax and shipping, in cents, where only that part of the refund counts.
        original: what the action was worth before any refund, in cents; None when that is not known.
        refund_ids: the refunds that are in the new total, for a later import.
    """

    cents: Cents
    base: Cents
    base_is: Base = Base.CURRENT
    taken: Cents = NO_CENTS
    refunded: Cents = NO_CENTS
    takes_back: str = ""
    shares: tuple[Cents, Cents] | None = None
    original: Cents | None = None
    refund_ids: frozenset[str] = frozenset()

    @property
    def why(self) -> str:
        """How the new total came about, one or two sentences."""
        if self.takes_back:
            return f"Taken back as a whole: {self.takes_back}."
        if self.base_is is Base.GIVEN:
            return f"{money(self.cents)} is {self.base_is}."
        sentence = f"{money(self.base)}, {self.base_is}, minus {money(self.taken)}."
        if self.shares is not None and self.refunded != self.taken:
            net, total = self.shares
            sentence += (
                f" Of the {money(self.refunded)} refunded, {money(self.taken)} is without tax and shipping: the order is "
                f"{money(net)} without them and {money(total)} with them."
            )
        return sentence


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
        new_total: the new total with its steps.
    """

    action_id: str
    cents: Cents
    reason: str
    order: str
    line: int
    current: Cents | None
    refunded: Cents
    found_as: str
    new_total: NewTotal

    @property
    def why(self) -> str:
        """How the new total came about, one or two sentences."""
        return self.new_total.why  # only the rows that are shown need it: it is text for each of 100,000


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
        has_no_action: whether no pending action belongs to it. Most of these orders came without a partner, and nothing
            has to be done.
    """

    order: str
    line: int
    group: Group
    code: str
    message: str
    candidates: tuple[str, ...] = ()
    refunded: Cents = NO_CENTS
    has_no_action: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    Args:
        rows: the rows it would write, in the order of the export.
        left: every other order, in the order of the export.
        notes: what could not be compared, one sentence each.
    """

    rows: Sequence[NewRow]
    left: Sequence[LeftOrder]
    notes: tuple[str, ...] = ()

    @property
    def orders(self) -> int:
        """How many orders the export has."""
        return len(self.rows) + len(self.left)

    @property
    def without_action(self) -> Sequence[LeftOrder]:
        """The orders to decide that no pending action belongs to."""
        return [left for left in self.left if left.has_no_action]

    @property
    def needs_a_person(self) -> int:
        """How many orders are refused, or to decide although they have an action."""
        return sum(left.group in NEEDS_A_PERSON and not left.has_no_action for left in self.left)

    @property
    def is_settled(self) -> bool:
        """Whether no order at all is to decide or refused."""
        return not any(left.group in NEEDS_A_PERSON for left in self.left)

    def counts(self) -> dict[Group, int]:
        """Return how many orders each group has, every group named; together they are all orders."""
        counts = dict.fromkeys(Group, 0)
        counts[Group.ROW] = len(self.rows)
        for left in self.left:
            counts[left.group] += 1
        return counts
