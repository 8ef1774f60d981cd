"""Decide what becomes of every order: the new total of its action, or why it is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from action_returns.batch.amounts import NO_CENTS, Cents, money
from action_returns.batch.context import DEFAULT_POLICY, PendingDownload, Policy, ReasonKind, SentAction
from action_returns.returns.export import ReturnedOrder, ReturnedOrders
from action_returns.returns.join import Match
from action_returns.returns.preview import GROUP_OF_CODE, LeftOrder, NewRow, Preview


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for an import.

    Args:
        reasons: the export's word for a reason -> reason code.
        tolerance: cents by which the order's total may differ from the action's amount.
        without_tax_and_shipping: whether the network's amounts are without tax and shipping, and the export's are not.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    tolerance: Cents = NO_CENTS
    without_tax_and_shipping: bool = False


@dataclass(frozen=True, slots=True)
class ImportedBefore:
    """What an earlier import made of an order.

    Args:
        original: the action's amount before any refund was taken from it, in cents.
        new_total: the new total that the import wrote.
        refund_ids: the refunds that are in it.
    """

    original: Cents
    new_total: Cents
    refund_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the export.

    Args:
        pending: the pending download.
        now: the moment of the import, with its time zone.
        policy: the account's rules.
        in_sheet: ActionId -> cents, reason and row of the rows that are in the sheet already.
        sent: ActionId -> what was sent for it before.
        imported: ActionId -> what earlier imports made of it, the latest last.
    """

    pending: PendingDownload
    now: datetime
    policy: Policy = DEFAULT_POLICY
    in_sheet: Mapping[str, tuple[Cents | None, str, int]] = field(default_factory=dict)
    sent: Mapping[str, SentAction] = field(default_factory=dict)
    imported: Mapping[str, Sequence[ImportedBefore]] = field(default_factory=dict)


def decide(found: ReturnedOrders, matches: Sequence[Match], known: Known, choices: Choices) -> Preview:
    """Return what becomes of every order.

    Args:
        found: the orders of the export.
        matches: the actions of each of them.
        known: what is known besides.
        choices: what the user chose.
    """
    rows: list[NewRow] = []
    left: list[LeftOrder] = []
    for order, match in zip(found.orders, matches, strict=True):
        result = _decide(order, match, known)
        if isinstance(result, NewRow):
            rows.append(result)
        else:
            left.append(result)
    del choices
    return Preview(rows, left)


def _left(order: ReturnedOrder, code: str, message: str, candidates: tuple[str, ...] = ()) -> LeftOrder:
    return LeftOrder(order.order, order.line, GROUP_OF_CODE[code], code, message, candidates, order.refunded)


def _decide(order: ReturnedOrder, match: Match, known: Known) -> NewRow | LeftOrder:
    if order.problem is not None:
        return _left(order, order.problem.code, order.problem.message)
    if not order.refunded and not order.takes_back:
        return _left(order, "nothing-refunded", f"Nothing was refunded of order {order.order}.")
    if len(match.action_ids) != 1 or match.rivals:
        code = "order-several-actions" if match.action_ids else "order-unknown"
        return _left(order, code, f"Order {order.order} has {len(match.action_ids)} actions.", match.action_ids)
    (action_id,) = match.action_ids
    action = known.pending.actions[action_id]
    current = action.cents
    if current is None:
        return _left(order, "amount-unreadable", f"What {action_id} is worth now is unknown.")
    if order.refunded > current:
        return _left(
            order, "refund-above-amount", f"{money(order.refunded)} is more than the action's {money(current)}."
        )
    new_total = Cents(0) if order.takes_back else Cents(current - order.refunded)
    wanted = ReasonKind.MODIFY if new_total else ReasonKind.REVERSE
    reason = next(code for code, kind in known.policy.reasons.items() if kind is wanted)
    return NewRow(
        action_id,
        new_total,
        reason,
        order.order,
        order.line,
        Cents(current),
        order.refunded,
        match.found_as,
        f"{money(current)} minus {money(order.refunded)}",
    )
