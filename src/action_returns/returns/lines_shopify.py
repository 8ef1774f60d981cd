"""Read the lines of Shopify's own orders export: what was refunded of each order until it was made.

The columns of an order stand in its first line only; lines of further items repeat no more than its name.
"""

from collections.abc import Iterator
from typing import Final

from action_returns.returns.export import Problem, ReturnedOrders, ShopExport
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column, net_totals, unsigned
from action_returns.returns.order_problems import part_cancelled, part_refunded
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states

_new: Final = tuple.__new__  # makes a NamedTuple of all its fields in half the time


def understand_shopify(export: ShopExport) -> ReturnedOrders:
    """Return the orders of an orders export of Shopify."""
    return collect(export, _lines(export), Amounts.TO_DATE)


def _lines(export: ShopExport) -> Iterator[Line]:
    statuses = column(export, Field.STATUS)
    rows = zip(
        column(export, Field.ORDER),
        unsigned(export),
        statuses,
        states(statuses),
        column(export, Field.CANCELLED),
        amounts(export, Field.TOTAL),
        net_totals(export),
        column(export, Field.CURRENCY),
        strict=True,
    )
    for at, (order, refund, status, state, cancelled, total, net_total, currency) in enumerate(rows):
        takes_back, problem = "", None
        if cancelled:
            takes_back = "it was cancelled"
            if isinstance(refund, int) and isinstance(total, int) and 0 < refund < total:
                problem = part_cancelled(order or "", refund, total, currency)
        elif state is State.REFUNDED or state is State.CANCELLED:
            takes_back = f"its status is {status}"
            is_less = isinstance(refund, int) and isinstance(total, int) and refund < total
            if is_less and (refund or state is State.REFUNDED):  # a voided order was never paid
                problem = part_refunded(order or "", status or "", refund, total, currency)
        elif state is State.PARTLY_REFUNDED and not refund:
            problem = _amount_missing(order or "", status or "")
        yield _new(Line, (at, order, refund, None, total, net_total, takes_back, problem, ""))


def _amount_missing(order: str, status: str) -> Problem:
    return Problem(
        "amount-unreadable",
        f"The status of order {order} is {status}, but the file has no amount that was refunded. Export the orders again "
        "with the column Refunded Amount, or write the amount there.",
    )
