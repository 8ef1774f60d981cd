"""Find the action of every order through the pending data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from action_returns.batch.cells import strip_white_space
from action_returns.batch.context import PendingDownload
from action_returns.returns.export import ReturnedOrder
from action_returns.returns.order_ids import loose_key


class Match(NamedTuple):
    """The actions of an order.

    Args:
        action_ids: every action that the order can be; one of them when it is certain.
        found_as: how the order was found where not by its exact id, such as ``1001, without #``; else ``""``.
    """

    action_ids: tuple[str, ...] = ()
    found_as: str = ""


def loose_keys(orders: Iterable[ReturnedOrder]) -> frozenset[str]:
    """Return the keys by which the actions of these orders are looked for in a pending download."""
    ids = (text for order in orders for text in (order.order, order.internal_id) if text)
    return frozenset(map(loose_key, ids))


def match_orders(orders: Sequence[ReturnedOrder], pending: PendingDownload) -> list[Match]:
    """Return the actions of every order: by its exact id, else by the known variants of it.

    Args:
        orders: the orders of the export.
        pending: the pending download.
    """
    by_key: dict[str, list[tuple[str, str]]] = {}
    for action_id, action in pending.actions.items():
        if action.order_id:
            by_key.setdefault(loose_key(action.order_id), []).append((action.order_id, action_id))
    return [_match(order, by_key) for order in orders]


def _match(order: ReturnedOrder, by_key: Mapping[str, Sequence[tuple[str, str]]]) -> Match:
    for text in filter(None, (order.order, order.internal_id)):
        found = by_key.get(loose_key(text), ())
        exact = tuple(action_id for order_id, action_id in found if order_id == strip_white_space(text))
        if exact:
            return Match(exact, "" if text == order.order else f"{text}, the shop's internal id")
        if found:
            return Match(tuple(action_id for _, action_id in found), found[0][0])
    return Match()
