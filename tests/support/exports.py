"""Exports of shops for tests: a text in, the orders that are understood of it out."""

from collections.abc import Mapping
from pathlib import Path

from action_returns.readers.exports import read_export
from action_returns.returns.export import ReturnedOrder, ReturnedOrders, ShopExport
from action_returns.returns.orders import understand
from action_returns.returns.source import Amounts, Field


def written(folder: Path, text: str, name: str = "export.csv") -> Path:
    """Write an export, with the line ends of Windows."""
    path = folder / name
    path.write_text(text, "utf-8", newline="\r\n")
    return path


def exported(folder: Path, text: str, columns: Mapping[Field, str] | None = None) -> ShopExport:
    """Return an export as it is read."""
    return read_export(written(folder, text), columns=columns)


def understood(folder: Path, text: str, amounts: Amounts | None = None) -> ReturnedOrders:
    """Return the orders of an export; every line of it is counted, and the parts of each refund are all of it."""
    export = exported(folder, text)
    found = understand(export, amounts=amounts)
    assert found.lines == len(export)
    named = {order.order for order in found.orders}
    ids = [order for order in export.texts.get(Field.ORDER, ()) if order not in named]
    assert export.source.code in {"appsflyer-events", "woocommerce-orders"} or found.lines_without_order == len(ids)
    assert len({order.order for order in found.orders}) == len(found.orders)
    for order in found.orders:
        assert not order.parts or sum(part.cents for part in order.parts) == order.refunded
    return found


def by_order(found: ReturnedOrders) -> dict[str, ReturnedOrder]:
    """Return the orders by their ids."""
    return {order.order: order for order in found.orders}


def refunds(found: ReturnedOrders) -> dict[str, int]:
    """Return what was refunded of each order that has no problem."""
    return {order.order: order.refunded for order in found.orders if order.problem is None}


def problems(found: ReturnedOrders) -> dict[str, str]:
    """Return the code of the problem of each order that has one."""
    return {order.order: order.problem.code for order in found.orders if order.problem is not None}
