"""Read the lines of Matrixify's orders sheet: items, shipping and transactions of an order, told apart by ``Line: Type``.

A refund is the transactions of kind refund that succeeded. Where the export has no transactions, it is the lines Refund
Line and Refund Shipping, whose quantities and totals are below 0. The two are never added.
"""

from collections.abc import Collection, Iterator, Sequence

from action_returns.batch.amounts import NO_CENTS, Cents
from action_returns.returns.export import Money, Problem, ReturnedOrders, ShopExport, UnreadAmount
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column, net_totals
from action_returns.returns.order_problems import part_cancelled, part_refunded
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states

_REFUND_LINES = frozenset({"refund line", "refund shipping", "refund adjustment", "refund order adjustment"})
_FAILED = frozenset({"failure", "failed", "error", "pending"})


def understand_matrixify(export: ShopExport) -> ReturnedOrders:
    """Return the orders of an orders sheet of Matrixify."""
    refunds, paid, notes = _refunds(export)
    return collect(export, _lines(export, refunds, paid), Amounts.EVENTS, notes=notes)


def _refunds(export: ShopExport) -> tuple[list[Money], set[str | None], list[str]]:
    """Return the whole of each refund in its first line, and None or 0 in all others; and more about them.

    Returns:
        The refunds, the orders whose refunds are transactions, and what the user should know, one sentence each.
    """
    orders, ids = column(export, Field.ORDER), column(export, Field.REFUND_ID)
    types = _folded(column(export, Field.LINE_TYPE))
    kinds = _folded(column(export, Field.EVENT))
    outcomes = _folded(column(export, Field.TRANSACTION_STATUS))
    paid: dict[tuple[str | None, str | None], list[int]] = {}
    listed: dict[tuple[str | None, str | None], list[int]] = {}
    for at, (order, refund_id, line_type) in enumerate(zip(orders, ids, types, strict=True)):
        if line_type in _REFUND_LINES:
            listed.setdefault((order, refund_id), []).append(at)
        elif kinds[at] == "refund" and outcomes[at] not in _FAILED:
            paid.setdefault((order, refund_id), []).append(at)
    refunds: list[Money] = [None] * len(export)
    orders_paid = {order for order, _ in paid}
    money_of, total_of = amounts(export, Field.REFUND), amounts(export, Field.LINE_AMOUNT)
    for positions in paid.values():
        refunds[positions[0]] = _sum([money_of[at] for at in positions])
    has_kinds = Field.EVENT in export.texts
    by_lines = [positions for (order, _), positions in listed.items() if order not in orders_paid]
    for positions in by_lines:
        refunds[positions[0]] = _sum([total_of[at] for at in positions])
    notes = []
    if by_lines and not has_kinds:
        notes.append(
            "The file has no column Transaction: Kind, which tells refunds from payments. So the refunds were taken from the "
            "lines Refund Line and Refund Shipping, with tax only where the shop's prices hold it."
        )
    elif by_lines:
        notes.append(
            "Some refunds have no transaction in the file: their amounts were taken from the lines Refund Line and Refund "
            "Shipping, with tax only where the shop's prices hold it."
        )
    return refunds, orders_paid, notes


def _sum(values: Sequence[Money]) -> Money:
    """Return what these amounts refund together, without their sign; unknown when one of them is."""
    unknown = next((value for value in values if isinstance(value, UnreadAmount)), None)
    if unknown is not None:
        return unknown
    if any(value is None for value in values):
        return UnreadAmount("", "its line has no amount")
    return Cents(abs(sum(value for value in values if isinstance(value, int))))


def _lines(export: ShopExport, refunds: Sequence[Money], paid: Collection[str | None]) -> Iterator[Line]:
    statuses = column(export, Field.STATUS)
    orders = column(export, Field.ORDER)
    refunded: dict[str | None, int] = {}
    unclear = _unclear(export)
    for order, refund in zip(orders, refunds, strict=True):
        if isinstance(refund, int):
            refunded[order] = refunded.get(order, 0) + refund
    rows = zip(
        orders,
        refunds,
        column(export, Field.REFUND_ID),
        statuses,
        states(statuses),
        column(export, Field.CANCELLED),
        amounts(export, Field.TOTAL),
        net_totals(export),
        strict=True,
    )
    for at, (order, refund, refund_id, status, state, cancelled, total, net_total) in enumerate(rows):
        takes_back, problem = "", None
        given = Cents(refunded.get(order, NO_CENTS))
        if cancelled:
            takes_back = "it was cancelled"
            if isinstance(total, int) and 0 < given < total:
                problem = part_cancelled(order or "", given, total, None)
        elif state is State.REFUNDED or state is State.CANCELLED:
            takes_back = f"its status is {status}"
            # Refund lines may be without tax, so only transactions tell that a part was kept.
            if order in paid and isinstance(total, int) and 0 < given < total:
                problem = part_refunded(order or "", status or "", given, total, None)
        elif state is State.PARTLY_REFUNDED and not given and order is not None:
            problem = Problem(
                "amount-unreadable",
                f"The status of order {order} is {status}, but the file has none of its refunds. Export the orders again "
                "with Transactions and Refunds.",
            )
        if order in unclear and not given and not takes_back:
            problem = _kind_missing(order or "")
        yield Line(at, order, refund, refund_id, total, net_total, takes_back, problem)


def _unclear(export: ShopExport) -> frozenset[str | None]:
    """Return the orders with a transaction that has the number of a refund, where no column says its kind."""
    if Field.EVENT in export.texts:
        return frozenset()
    types = _folded(column(export, Field.LINE_TYPE))
    rows = zip(column(export, Field.ORDER), column(export, Field.REFUND_ID), types, strict=True)
    return frozenset(
        order for order, refund_id, line_type in rows if line_type == "transaction" and refund_id is not None
    )


def _kind_missing(order: str) -> Problem:
    return Problem(
        "amount-unreadable",
        f"Order {order} has a transaction with the number of a refund, and the file has no column Transaction: Kind, which "
        "tells refunds from payments. Export the orders again with the column Transaction: Kind.",
    )


def _folded(texts: Sequence[str | None]) -> list[str]:
    known = {text: (text or "").casefold() for text in set(texts)}
    return [known[text] for text in texts]
