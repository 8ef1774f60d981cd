"""The orders that become no row although their new total is certain, or whose action is not certain: what is so, why, what to do."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from action_returns.batch.amounts import Cents, money
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.returns.export import ReturnedOrder
from action_returns.returns.join import MOST_CANDIDATES, Match
from action_returns.returns.preview import GROUP_OF_CODE, Group, LeftOrder, NewTotal

_NAMED: Final = 5
"""Candidates that a message names at most."""


def leave(
    order: ReturnedOrder, code: str, message: str, *, group: Group | None = None, candidates: tuple[str, ...] = ()
) -> LeftOrder:
    """Return an order that becomes no row.

    Args:
        order: the order.
        code: why, as a code of the contract.
        message: what is so, why and what to do.
        group: what becomes of it, where that is not the usual group of the code.
        candidates: ActionIds or reason codes between which a person decides.
    """
    return LeftOrder(
        order.order,
        order.line,
        group or GROUP_OF_CODE.get(code, Group.REFUSED),
        code,
        message,
        candidates,
        order.refunded,
    )


def age_of(pending: PendingDownload, now: datetime) -> str:
    """Return how old the pending download is, and what to do when it is not of today."""
    days = (now - pending.as_of) // timedelta(days=1)
    if days < 1:
        return "The pending download is less than a day old."
    return (
        f"The pending download is of {pending.as_of:%Y-%m-%d}, {days} {'day' if days == 1 else 'days'} old: newer orders "
        "are not in it. Load a new one to be sure."
    )


def unknown_order(order: ReturnedOrder, age: str) -> LeftOrder:
    """Return an order that no pending action belongs to.

    Args:
        order: the order.
        age: how old the pending download is, as :func:`age_of` words it.
    """
    if order.action_ids:
        return leave(
            order,
            "order-unknown",
            f"No pending action has the order ID {order.order}.{_named_by_export(order)} Look that action up in the network's "
            f"interface. If it is pending and has to change, enter its row by hand. {age}",
            candidates=order.action_ids,
        )
    return leave(
        order,
        "order-unknown",
        f"No pending action has the order ID {order.order}. Either no partner is paid for the order, and there is nothing "
        f"to do; or its action is no longer pending, or not yet. {age}",
    )._replace(has_no_action=True)


def uncertain_order(order: ReturnedOrder, match: Match, pending: PendingDownload) -> LeftOrder:
    """Return an order with several actions, or with one that another order leads to as well."""
    ids = match.action_ids
    listed = [_action_words(action_id, pending) for action_id in ids[:_NAMED]]
    if len(ids) > _NAMED:
        listed.append(f"{len(ids) - _NAMED:,} more")
    found = f" (found as {match.found_as})" if match.found_as else ""
    if match.rivals:
        message = (
            f"Order {order.order}{found} leads to {', '.join(listed)}, and so does {_listed(match.rivals)}. An action "
            "belongs to one order only. Find out which order it is, and enter its row by hand."
        )
    else:
        message = (
            f"Order {order.order}{found} leads to {'at least ' if len(ids) == MOST_CANDIDATES else ''}{len(ids):,} actions: {', '.join(listed)}. It is unknown which of them "
            "was returned. Enter the row of the right one by hand."
        )
    message += _named_by_export(order)
    return leave(order, "order-several-actions", message, candidates=ids)


def other_action(order: ReturnedOrder, match: Match, pending: PendingDownload) -> LeftOrder:
    """Return an order that leads to one action by its number, and for which the export names another one."""
    (action_id,) = match.action_ids
    found = f" (found as {match.found_as})" if match.found_as else ""
    return leave(
        order,
        "order-several-actions",
        f"Order {order.order}{found} leads to {_action_words(action_id, pending)}, but the export names "
        f"{_listed(order.action_ids[:_NAMED])} for it. Find out which of them was returned, and enter its row by hand.",
        candidates=tuple(dict.fromkeys((action_id, *order.action_ids))),
    )


def _named_by_export(order: ReturnedOrder) -> str:
    return f" The export names {_listed(order.action_ids[:_NAMED])} for it." if order.action_ids else ""


def _action_words(action_id: str, pending: PendingDownload) -> str:
    action = pending.actions[action_id]
    worth = "amount unknown" if action.cents is None else money(action.cents, pending.currency_of(action_id))
    return f"{action_id} (order {action.order_id}, {worth})"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def locked(
    order: ReturnedOrder, action_id: str, action: PendingAction, now: datetime, wanted: NewTotal | None, currency: str
) -> LeftOrder:
    """Return an order whose action takes no more changes.

    Args:
        order: the order.
        action_id: its action.
        action: the facts about it.
        now: the moment of the import.
        wanted: the new total that it would get, None when that is not certain.
        currency: of the action.
    """
    if action.locks_at is not None and action.locks_at <= now:
        since = f"locked on {action.locks_at:%Y-%m-%d at %H:%M %Z}"
    else:
        since = f"has the state {action.state}, which takes no more changes"
    difference = ""
    if wanted is not None and action.cents is not None:
        difference = (
            f" Its new total would be {money(wanted.cents, currency)} and not {money(action.cents, currency)}: "
            f"{money(action.cents - wanted.cents, currency)} less."
        )
    return leave(
        order,
        "action-locked",
        f"The action {action_id} of order {order.order} {since}, so the network would refuse a row.{difference} Settle "
        "what was paid for it with a fund transfer or with the partner.",
        candidates=(action_id,),
    )


def other_currency(order: ReturnedOrder, action_id: str, currency: str) -> LeftOrder:
    """Return an order whose amounts are not in the currency of its action."""
    full = " Was all of it refunded? Then enter a row with the amount 0 by hand." if order.takes_back else ""
    return leave(
        order,
        "currency-differs",
        f"Order {order.order} is in {order.currency}, its action {action_id} in {currency}. Amounts in two currencies cannot "
        f"be subtracted. Convert the refund as the network does, and enter the row by hand.{full}",
    )


def in_sheet(order: ReturnedOrder, action_id: str, row: int, cents: Cents, currency: str) -> LeftOrder:
    """Return an order whose row is in the sheet already."""
    return leave(
        order,
        "already-in-sheet",
        f"Row {row:,} of the sheet has {money(cents, currency)} for {action_id} already, the new total of order "
        f"{order.order}. There is nothing to do.",
    )


def otherwise_in_sheet(
    order: ReturnedOrder, action_id: str, there: tuple[Cents | None, str, int], new: tuple[Cents, str], currency: str
) -> LeftOrder:
    """Return an order whose action has another row in the sheet.

    Args:
        order: the order.
        action_id: its action.
        there: amount, reason and number of the row in the sheet.
        new: amount and reason of the row that the import would add.
        currency: of the action.
    """
    cents, reason, row = there
    amount = "an amount that cannot be read" if cents is None else money(cents, currency)
    return leave(
        order,
        "already-in-sheet",
        f"Row {row:,} of the sheet has {amount} and {reason or 'no reason'} for {action_id}; order {order.order} gives "
        f"{money(new[0], currency)} and {new[1] or 'no certain reason'}. Two rows of one action would both be held back. "
        f"Correct row {row:,}, or delete it and import again.",
        group=Group.TO_DECIDE,
        candidates=(action_id,),
    )


def unmapped_reason(order: ReturnedOrder, cents: Cents, candidates: tuple[str, ...], currency: str) -> LeftOrder:
    """Return an order for whose reason no code is certain."""
    amount = money(cents, currency)
    if not candidates:
        message = (
            f"Order {order.order} gets the new total {amount}, and no reason code of the profile goes with it. Add one to "
            "`reasons` in the profile, then import again."
        )
    elif order.reason:
        message = (
            f'The reason of order {order.order} is "{order.reason}", which stands for no reason code yet. Choose one of '
            f'{", ".join(candidates)} for the new total {amount}: --reason "{order.reason}=CODE", or on the sheet Import.'
        )
    else:
        message = (
            f"The export says no reason for order {order.order}, and several codes go with its new total {amount}: "
            f"{', '.join(candidates)}. Enter its row by hand."
        )
    return leave(order, "reason-unmapped", message, candidates=candidates)
