"""Read the lines of AppsFlyer's raw data: events in an app, of which some are refunds.

The order number is in the JSON text of ``Event Value``, unless the user names another column. A refund has a revenue
below 0, or a name that says so; every other event with an order number is a sale of it, or nothing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from action_returns.batch.amounts import Cents
from action_returns.returns.export import Certainty, Money, Problem, ReturnedOrders, ShopExport
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column
from action_returns.returns.source import Amounts, Field

_ORDER_KEYS: Final = ("af_order_id", "order_id", "orderid", "order_number")
_is_refund = re.compile(r"(?i)refund|cancel_?purchase|purchase_?cancel|order_?return|return_?order").search
_MOST_CHARACTERS: Final = 100_000


def understand_appsflyer(export: ShopExport) -> ReturnedOrders:
    """Return the orders of raw data of AppsFlyer."""
    return collect(export, _lines(export), Amounts.EVENTS, adds_totals=True)


def _lines(export: ShopExport) -> Iterator[Line]:
    values = column(export, Field.ORDER)
    is_json = any(column.field is Field.ORDER and column.certainty is Certainty.KNOWN for column in export.mapping)
    orders = {value: _order_in(value) if is_json else value for value in set(values)}
    names = column(export, Field.EVENT)
    refunding = {name: bool(name and _is_refund(name)) for name in set(names)}
    for at, (value, name, revenue) in enumerate(zip(values, names, amounts(export, Field.REFUND), strict=True)):
        order = orders[value]
        if refunding[name] or (isinstance(revenue, int) and revenue < 0):
            refund: Money = Cents(abs(revenue)) if isinstance(revenue, int) else revenue
            yield Line(at, order, refund, problem=None if refund else _amount_missing(order, name))
        else:
            yield Line(at, order, total=revenue or None)


def _order_in(value: str | None) -> str | None:
    """Return the order number in the JSON text of an event, None when there is none."""
    if not value or len(value) > _MOST_CHARACTERS:
        return None
    try:
        found: Any = json.loads(value, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    named = {str(key).casefold(): text for key, text in found.items()}
    order = next((named[key] for key in _ORDER_KEYS if named.get(key)), None)
    return order.strip() or None if isinstance(order, str) else None


def _amount_missing(order: str | None, name: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f'Order {order} has an event "{name}" without an amount in the column Event Revenue, so it is unknown how much was '
        "refunded. Look the order up in the shop, and write its row by hand.",
    )
