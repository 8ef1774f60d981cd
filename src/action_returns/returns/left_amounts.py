"""The orders whose new total is not certain, or not new, with what is so, why, and what to do."""

from typing import Final

from action_returns.batch.amounts import Cents, money
from action_returns.batch.context import SentAction
from action_returns.returns.export import ReturnedOrder
from action_returns.returns.left_orders import leave
from action_returns.returns.preview import Group, LeftOrder

_BY_HAND: Final = "Look the action up in the network's interface. If it has to change, enter its row by hand."
FITS_WITHOUT_TAX: Final = (
    "Tax and shipping explain it: without them the order was worth {net}. Import again with "
    "--without-tax-and-shipping, or choose it on the sheet Import."
)
FITS_WITH_TAX: Final = (
    "With tax and shipping the order's total fits. Import again without --without-tax-and-shipping, or choose it on the "
    "sheet Import."
)
MAY_BE_ALLOWED: Final = (
    "If only tax or shipping is more in the export, allow it with --tolerance AMOUNT or on the sheet Import. Else look the "
    "order up."
)
MAY_BE_APPLIED: Final = f"The refund explains the difference, so the network may have it already. {_BY_HAND}"


def unknown_amount(order: ReturnedOrder, action_id: str) -> LeftOrder:
    """Return an order of whose action the current amount is unknown."""
    return leave(
        order,
        "amount-unreadable",
        f"The pending download has no amount for {action_id} that can be read, so the new total of order {order.order} "
        "cannot be computed. Download Pending Actions again, with the amounts.",
    )


def nothing_refunded(order: ReturnedOrder) -> LeftOrder:
    """Return an order of which nothing was refunded."""
    if order.no_refund:
        return leave(
            order,
            "nothing-refunded",
            f"Nothing of order {order.order} counts as refunded: {order.no_refund}. There is nothing to do now. If money "
            "went back, enter its row by hand.",
        )
    return leave(order, "nothing-refunded", f"Nothing of order {order.order} was refunded. There is nothing to do.")


def applied_already(order: ReturnedOrder, action_id: str, cents: Cents, currency: str) -> LeftOrder:
    """Return an order whose action has its new total at the network already."""
    return leave(
        order,
        "nothing-refunded",
        f"The network has {money(cents, currency)} for {action_id} already, which is the new total of order {order.order}. "
        "There is nothing to do.",
    )


def sent_before(order: ReturnedOrder, action_id: str, sent: SentAction, currency: str) -> LeftOrder:
    """Return an order whose new total is what was sent for its action before."""
    return leave(
        order,
        "sent-before",
        f"The new total of order {order.order}, {money(sent.cents, currency)} for {action_id}, {_told(sent)}. "
        f"{_advice(sent, 'There is nothing to do')}.",
    )


def sent_by_amount(order: ReturnedOrder, action_id: str, sent: SentAction, currency: str) -> LeftOrder:
    """Return an order whose refund is taken for the one that was sent, because nothing but the amounts tells it."""
    same = sent_before(order, action_id, sent, currency)
    refund = money(order.refunded, currency)
    return same._replace(
        message=f"{same.message} The refund of {refund} is taken for the one in that batch, as the amounts are equal. If it is "
        "another one, enter its row by hand."
    )


def sent_otherwise(order: ReturnedOrder, action_id: str, sent: SentAction, current: Cents, currency: str) -> LeftOrder:
    """Return an order whose action was changed before, so that it is unknown whether the refund is in that change."""
    return leave(
        order,
        "sent-before",
        f"{money(sent.cents, currency)} for {action_id}, the action of order {order.order}, {_told(sent)}. The network has "
        f"{money(current, currency)}. It is unknown whether the {money(order.refunded, currency)} that the export lists are "
        f"in it. {_advice(sent, _BY_HAND.removesuffix('.'))}.",
        group=Group.TO_DECIDE,
        candidates=(action_id,),
    )


def _told(sent: SentAction) -> str:
    if sent.state in {"prepared", "sending"}:
        return f"is being sent at this moment, in batch {sent.batch}"
    if sent.state == "unknown":
        return f"may have arrived in batch {sent.batch}, of which it is not known whether it arrived"
    return f"was already sent in batch {sent.batch}"


def _advice(sent: SentAction, otherwise: str) -> str:
    if sent.state in {"prepared", "sending"}:
        return f"Wait until batch {sent.batch} has an outcome, then import again"
    if sent.state == "unknown":
        return f"Settle batch {sent.batch} first (history mark {sent.batch}), then import again"
    return otherwise


def negative_total(order: ReturnedOrder, listed: Cents, currency: str) -> LeftOrder:
    """Return an order whose new total in the export is below 0."""
    return leave(
        order,
        "amount-unreadable",
        f"The new total of order {order.order} is {money(listed, currency)} in the export, and no order is worth less than 0. "
        "Look the order up in the shop, and write its row by hand.",
    )


def refund_above(
    order: ReturnedOrder, action_id: str, taken: Cents, base: Cents, currency: str, hint: str
) -> LeftOrder:
    """Return an order of which more was refunded than its action is worth.

    Args:
        order: the order.
        action_id: its action.
        taken: what would have to be subtracted.
        base: what it would be subtracted from.
        currency: of the action.
        hint: what explains it and what to do, ``""`` when that is unknown.
    """
    return leave(
        order,
        "refund-above-amount",
        f"{money(taken, currency)} was refunded of order {order.order}, which is {money(taken - base, currency)} more than "
        f"the {money(base, currency)} of its action {action_id}. A row would have an amount below 0. {hint or _BY_HAND}",
    )


def other_total(order: ReturnedOrder, action_id: str, total: Cents, base: Cents, currency: str, hint: str) -> LeftOrder:
    """Return an order whose total in the export is not the amount of its action.

    Args:
        order: the order.
        action_id: its action.
        total: what the export says the order was worth.
        base: what the network says.
        currency: of the action.
        hint: what explains it and what to do, ``""`` when that is unknown.
    """
    usual = (
        "If the difference is right, allow it with --tolerance AMOUNT or on the sheet Import. Else look the order up."
    )
    return leave(
        order,
        "total-differs",
        f"Order {order.order} was worth {money(total, currency)} in the export and {money(base, currency)} in the network "
        f"({action_id}): {money(abs(total - base), currency)} {'more' if total > base else 'less'}. So the refund and the "
        f"action's amount may not count the same things. {hint or usual}",
    )


def contradicts_itself(order: ReturnedOrder, new_total: Cents, currency: str) -> LeftOrder:
    """Return an order whose new total in the export does not follow from its other amounts."""
    says = order.takes_back or (
        f"{money(order.refunded, currency)} of {money(order.total or 0, currency)} was refunded"
    )
    return leave(
        order,
        "total-differs",
        f"The export lists {money(new_total, currency)} as the new total of order {order.order}, but also that {says}. Look "
        "up which is right, and enter the row by hand.",
    )


def part_taken_back(order: ReturnedOrder, action_id: str, worth: Cents, currency: str) -> LeftOrder:
    """Return an order that a status takes back as a whole, and of which less was refunded than its action is worth."""
    return leave(
        order,
        "total-differs",
        f"Order {order.order} would be taken back as a whole, because {order.takes_back}, but only "
        f"{money(order.refunded, currency)} was refunded of the {money(worth, currency)} of {action_id}. The other refunds "
        "may be in another file, or only a part was refunded. Look the order up in the shop, and write its row by hand.",
    )


def raises_amount(
    order: ReturnedOrder, action_id: str, cents: Cents, ceiling: Cents, currency: str, *, given: bool
) -> LeftOrder:
    """Return an order whose new total would be above what its action has, or may have soon.

    Args:
        order: the order.
        action_id: its action.
        cents: the new total.
        ceiling: the lower of the current amount and the amount that was sent last.
        currency: of the action.
        given: whether the export lists the new total itself.
    """
    return leave(
        order,
        "total-differs",
        f"The new total of order {order.order} would be {money(cents, currency)}, and its action {action_id} has "
        f"{money(ceiling, currency)} or gets it by what was sent. A return never raises an amount. {_BY_HAND}",
        group=None if given else Group.TO_DECIDE,
        candidates=() if given else (action_id,),
    )


def counted_unknown(order: ReturnedOrder, action_id: str, currency: str) -> LeftOrder:
    """Return an order with a later refund that may have the refunds of an earlier import in it."""
    return leave(
        order,
        "total-differs",
        f"An earlier import took refunds of order {order.order} from {action_id}, and this file lists another amount: "
        f"{money(order.refunded, currency)}. It is unknown whether that is one more refund, or all until now. If each line "
        "of the file is one refund, add: --amounts events. If the lines count all until now, add: --amounts to-date",
        group=Group.TO_DECIDE,
        candidates=(action_id,),
    )


def changed_elsewhere(order: ReturnedOrder, action_id: str, before: Cents, current: Cents, currency: str) -> LeftOrder:
    """Return an order whose action was changed by another way than this program, perhaps by the same refund.

    Args:
        order: the order.
        action_id: its action.
        before: the amount that was known before.
        current: the amount of the download.
        currency: of the action.
    """
    return leave(
        order,
        "total-differs",
        f"The action {action_id} of order {order.order} had {money(before, currency)} and has {money(current, currency)} now, "
        "which this program did not send. It is unknown whether a refund of the export is in that change already. "
        f"{_BY_HAND}",
        group=Group.TO_DECIDE,
        candidates=(action_id,),
    )
