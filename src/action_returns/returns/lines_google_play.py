"""Read the lines of Google Play's sales report: one for each charge and each refund, possibly of different months.

The sign of a refund's amount differs between generations of the report, so the status decides. A renewal of a
subscription is an order of its own (``GPA.…..0``). Times are in UTC and only shown.
"""

from collections.abc import Iterator

from action_returns.batch.amounts import Cents
from action_returns.returns.export import Money, Problem, ReturnedOrders, ShopExport
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states

_CHARGED = frozenset({"charged", "charge"})


def understand_google_play(export: ShopExport) -> ReturnedOrders:
    """Return the orders of a sales report of Google Play."""
    return collect(export, _lines(export), Amounts.EVENTS, adds_totals=True)


def _lines(export: ShopExport) -> Iterator[Line]:
    statuses = column(export, Field.STATUS)
    rows = zip(
        column(export, Field.ORDER),
        amounts(export, Field.REFUND),
        amounts(export, Field.NET_TOTAL),
        statuses,
        states(statuses),
        strict=True,
    )
    for at, (order, charged, price, status, state) in enumerate(rows):
        if state is State.REFUNDED or state is State.PARTLY_REFUNDED:
            refund = _unsigned(charged)
            yield Line(at, order, refund, problem=None if refund else _amount_missing(order))
        elif (status or "").casefold() in _CHARGED:
            yield Line(at, order, total=charged, net_total=price)
        else:
            yield Line(at, order, problem=_unknown_status(order, status))


def _unsigned(amount: Money) -> Money:
    return Cents(abs(amount)) if isinstance(amount, int) else amount


def _amount_missing(order: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f"Order {order} has a refund without an amount in the column Charged Amount. Look it up in the Play Console, and "
        "write its row by hand.",
    )


def _unknown_status(order: str | None, status: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f'The Financial Status of order {order} is "{status or ""}", which is neither a charge nor a refund, so it is '
        "unknown whether money went back. Look it up in the Play Console, and write its row by hand.",
    )
