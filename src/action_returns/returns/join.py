"""Find the action of every order through the pending data: by its exact id, else by the known variants of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from itertools import chain, islice
from operator import itemgetter
from typing import Final, NamedTuple

from action_returns.batch.context import PendingDownload
from action_returns.returns.export import ReturnedOrder
from action_returns.returns.order_ids import HASH, loose_key, loose_keys_of, variant_of


class Closeness(IntEnum):
    """How near the id of an order is to that of its action; the lower, the nearer."""

    EXACT = 0
    INTERNAL = 1
    """The shop's internal id is the network's order id. That of another order may look the same."""
    VARIANT = 2
    """The order number, or the internal id, is written in another way."""


class Match(NamedTuple):
    """The actions of an order.

    Args:
        action_ids: every action that the order can be, :data:`MOST_CANDIDATES` at most; one of them when it is certain.
        found_as: how the order was found where not by its exact id, such as ``1001, without #``; else ``""``.
        closeness: how near that is.
        rivals: up to three other orders of the export that lead to the same action, such as ``1001 (line 9)``. With any
            of them the order's action is not certain.
    """

    action_ids: tuple[str, ...] = ()
    found_as: str = ""
    closeness: Closeness = Closeness.EXACT
    rivals: tuple[str, ...] = ()


NO_MATCH: Final = Match()
MOST_CANDIDATES: Final = 100
"""Actions, and ways to write an order id, that are looked at for one order. With so many none of them is certain."""
_NAMED_RIVALS: Final = 3
_NAMED_SPELLINGS: Final = 5
_new: Final = tuple.__new__  # makes a NamedTuple of all its fields in half the time


def loose_keys(orders: Sequence[ReturnedOrder]) -> frozenset[str]:
    """Return the keys by which the actions of these orders are looked for in a pending download."""
    ids = [*(order.order for order in orders), *(order.internal_id for order in orders)]
    return frozenset(loose_keys_of(list(filter(None, ids))))


def match_orders(orders: Sequence[ReturnedOrder], pending: PendingDownload) -> list[Match]:
    """Return the actions of every order.

    An exact id wins over every variant. An order whose own id and whose internal id lead to different actions has both:
    which of the two the network was told differs by shop, and an order number may be the internal id of another order.
    No action is left to two orders.

    Args:
        orders: the orders of the export.
        pending: the pending download.
    """
    actions = _Actions(pending)
    matches = actions.of([order.order for order in orders])
    internal_ids = [order.internal_id for order in orders]
    are_known = actions.have_any(internal_ids)
    for at, internal in enumerate(internal_ids):
        if internal is not None and (are_known or not matches[at].action_ids) and internal != orders[at].order:
            matches[at] = _with_internal(matches[at], internal, actions)
    return _without_rivals(orders, matches)


class _Actions:
    """The actions of a pending download by their order ids."""

    def __init__(self, pending: PendingDownload) -> None:
        self._by_id: dict[str, str] = {}
        self._several: dict[str, list[str]] = {}
        """Order ids with more than one action; nearly all have one, and a list for each of those takes time."""
        for action_id, action in pending.actions.items():
            order_id = action.order_id
            if order_id:
                first = self._by_id.setdefault(order_id, action_id)
                if first is not action_id:
                    _add(self._several.setdefault(order_id, [first]), action_id)
        spellings = list(self._by_id)
        keys = loose_keys_of(spellings)
        self._by_key: dict[str, str] = {}
        """What the variants of an order id have in common -> the order id; empty when each order id is that itself."""
        self._same_key: dict[str, list[str]] = {}
        self._are_keys = keys == spellings
        if not self._are_keys:
            for key, order_id in zip(keys, spellings, strict=True):
                first = self._by_key.setdefault(key, order_id)
                if first is not order_id:
                    _add(self._same_key.setdefault(key, [first]), order_id)

    def have_any(self, order_ids: Iterable[str | None]) -> bool:
        """Return whether any action has one of these order ids."""
        return not self._by_id.keys().isdisjoint(order_ids)

    def of(self, orders: Sequence[str]) -> list[Match]:
        """Return the actions with the order id of each order, else those whose order id is a variant of it."""
        matches = []
        find, several, are_keys = self._by_id.get, self._several, self._are_keys
        for order, key in zip(orders, loose_keys_of(orders), strict=True):
            # Most shops write #1001, and their network 1001.
            action_id = find(key) if are_keys and order == HASH + key else None
            if action_id is None or key in several:
                match = self.exactly(order) or self._with_key(order, key)
            else:
                match = _new(Match, ((action_id,), f"{key}, without #", Closeness.VARIANT, ()))
            matches.append(match)
        return matches

    def exactly(self, order: str) -> Match | None:
        """Return the actions with this order id, None without any."""
        action_id = self._by_id.get(order)
        if action_id is None:
            return None
        return Match(tuple(self._several[order]) if order in self._several else (action_id,))

    def nearly(self, order: str) -> Match:
        """Return the actions whose order id is a variant of an order's; none has it exactly."""
        return self._with_key(order, loose_key(order))

    def _with_key(self, order: str, key: str) -> Match:
        found = self._by_key.get(key) if not self._are_keys else key if key in self._by_id else None
        if found is None:
            return NO_MATCH
        if key in self._same_key:
            return self._one_of(order, self._same_key[key])
        words = "without #" if order == HASH + found else variant_of(order, found)
        if words is None:
            return NO_MATCH
        match = self.exactly(found) or NO_MATCH
        return Match(match.action_ids, f"{found}, {words}", Closeness.VARIANT) if words else match

    def _one_of(self, order: str, same_key: Sequence[str]) -> Match:
        found = {order_id: words for order_id in same_key if (words := variant_of(order, order_id)) is not None}
        if len(same_key) == MOST_CANDIDATES:  # there may be more, so not even a single variant is certain
            found = dict.fromkeys(same_key, "in another spelling")
        matches = {order_id: self.exactly(order_id) or NO_MATCH for order_id in found}
        for order_id, words in found.items():
            if not words:
                return matches[order_id]
        if not found:
            return NO_MATCH
        action_ids = tuple(action_id for match in matches.values() for action_id in match.action_ids)
        named = "; ".join(f"{order_id}, {words}" for order_id, words in islice(found.items(), _NAMED_SPELLINGS))
        return Match(action_ids[:MOST_CANDIDATES], named, Closeness.VARIANT)


def _add(listed: list[str], one: str) -> None:
    if len(listed) < MOST_CANDIDATES:
        listed.append(one)


def _with_internal(own: Match, internal: str, actions: _Actions) -> Match:
    """Return the actions of an order whose internal id is another one than its number."""
    found = actions.exactly(internal)
    closeness = Closeness.INTERNAL
    if found is None:
        if own.action_ids:
            return own
        found, closeness = actions.nearly(internal), Closeness.VARIANT
        if not found.action_ids:
            return own
    if set(found.action_ids) <= set(own.action_ids):
        return own
    named = f"{found.found_as or internal}, the shop's internal id"
    if not own.action_ids:
        return Match(found.action_ids, named, closeness)
    both = tuple(dict.fromkeys((*own.action_ids, *found.action_ids)))
    return Match(both[:MOST_CANDIDATES], "; ".join(filter(None, (own.found_as, named))), own.closeness)


def _without_rivals(orders: Sequence[ReturnedOrder], matches: list[Match]) -> list[Match]:
    """Return the matches, with the rivals of every order that does not keep its action.

    Of several orders that lead to one action, the one with the exact id keeps it, unless another one has it as its
    internal id.
    """
    named_ids = list(chain.from_iterable(map(itemgetter(0), matches)))
    if len(set(named_ids)) == len(named_ids):  # nearly always
        return matches
    first: dict[str, int] = {}
    claims: dict[str, list[int]] = {}
    for at, match in enumerate(matches):
        for action_id in match.action_ids:
            before = first.setdefault(action_id, at)
            if before != at:
                claims.setdefault(action_id, [before]).append(at)
    rivals: dict[int, dict[int, None]] = defaultdict(dict)
    for several in claims.values():
        keeper = _keeper(several, lambda at: matches[at].closeness)
        named = several[: _NAMED_RIVALS + 1]  # not all: each of them would name all others
        for at in several:
            if at != keeper:
                rivals[at].update(dict.fromkeys(other for other in named if other != at))
    for at, others in rivals.items():
        first_few = sorted(others)[:_NAMED_RIVALS]
        words = tuple(f"{orders[other].order} (line {orders[other].line})" for other in first_few)
        matches[at] = matches[at]._replace(rivals=words)
    return matches


def _keeper(several: Sequence[int], closeness: Callable[[int], Closeness]) -> int | None:
    nearest = [at for at in several if closeness(at) is Closeness.EXACT]
    is_rivalled = any(closeness(at) is Closeness.INTERNAL for at in several)
    return nearest[0] if len(nearest) == 1 and not is_rivalled else None
