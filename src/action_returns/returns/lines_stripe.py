"""Read the lines of Stripe's payments export: charges of orders, each with what was refunded of it until now.

Amounts are in the charge's own currency, as they are displayed: 5000 JPY is 5,000 yen. The converted amounts beside
them are in the currency of the account and are not read. Charges that failed moved no money.
"""

from collections.abc import Iterator
from typing import Final

from action_returns.batch.amounts import NO_CENTS
from action_returns.returns.export import Problem, ReturnedOrders, ShopExport, UnreadAmount
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column, unsigned
from action_returns.returns.source import Amounts, Field

_MOVED_NOTHING: Final = frozenset({"failed", "canceled", "cancelled", "blocked", "uncaptured", "incomplete", "expired"})


def understand_stripe(export: ShopExport) -> ReturnedOrders:
    """Return the orders of a payments export of Stripe."""
    return collect(export, _lines(export), Amounts.TO_DATE, adds_totals=True)


def _lines(export: ShopExport) -> Iterator[Line]:
    seen: set[tuple[str | None, str | None]] = set()
    rows = zip(
        column(export, Field.ORDER),
        unsigned(export),
        column(export, Field.REFUND_ID),
        amounts(export, Field.TOTAL),
        column(export, Field.STATUS),
        strict=True,
    )
    for at, (order, refund, charge, total, status) in enumerate(rows):
        is_again = charge is not None and (order, charge) in seen
        seen.add((order, charge))
        if (status or "").casefold() in _MOVED_NOTHING:
            problem = None
            if refund and not isinstance(refund, UnreadAmount):
                problem = Problem(
                    "amount-unreadable",
                    f"A charge of order {order} has the status {status} and a refund. Look it up in Stripe, and write its "
                    "row by hand.",
                )
            yield Line(at, order, refund, charge, NO_CENTS, problem=problem)
        else:
            yield Line(at, order, refund, charge, None if is_again else total)
