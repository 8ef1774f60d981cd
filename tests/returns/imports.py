"""Small imports for the tests of the join and the new totals."""

from datetime import UTC, datetime, timedelta

from action_returns.batch.context import PendingAction, PendingDownload, SentAction
from action_returns.returns.decide import decide
from action_returns.returns.export import RefundPart, ReturnedOrder, ReturnedOrders
from action_returns.returns.join import match_orders
from action_returns.returns.known import Choices, ImportedBefore, Known

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
A, B, C = "M.8882.4808.1", "M.8882.4808.2", "M.8882.4808.3"


def order(number="1001", refunded=0, line=2, **facts):
    return ReturnedOrder(number, line, refunded=refunded, **facts)


def parts(**amounts):
    """Return refunds by their id, and their sum as the order's refund."""
    return {
        "refunded": sum(amounts.values()),
        "parts": tuple(RefundPart(name, cents) for name, cents in amounts.items()),
    }


def action(cents=10_000, number="1001", **facts):
    return PendingAction(cents, **{"order_id": number, "state": "PENDING", "currency": "EUR", **facts})


def sent(cents, state="sent", batch="0007", reason="ORDER_UPDATE"):
    return SentAction(1, cents, reason, batch, state)


def imported(new_total, *ids, original=10_000, before=10_000, source=""):
    return ImportedBefore(original, new_total, frozenset(ids), before, source)


def decided(
    orders,
    actions,
    *,
    to_date=False,
    guessed=False,
    choices=None,
    as_of=NOW - timedelta(hours=2),
    currency=None,
    **known,
):
    """Return the preview of an import.

    Args:
        orders: one or more orders.
        actions: ActionId -> action, or one action, which is A.
        to_date: whether the export lists what was refunded until now.
        guessed: whether nothing but a header says so.
        choices: what the user chose.
        as_of: how old the download is.
        currency: of the whole download.
        known: what is known besides.
    """
    orders = orders if isinstance(orders, list) else [orders]
    actions = actions if isinstance(actions, dict) else {A: actions}
    pending = PendingDownload(actions, len(actions), as_of, currency=currency)
    found = ReturnedOrders(orders, len(orders), are_to_date=to_date, is_guessed=guessed)
    return decide(found, match_orders(orders, pending), Known(pending, NOW, **known), choices or Choices())


def row(*given, **known):
    """Return amount and reason of the only row of an import, which leaves nothing."""
    preview = decided(*given, **known)
    assert not preview.left, preview.left
    (only,) = preview.rows
    return only.cents, only.reason


def left(*given, **known):
    """Return the only order that an import leaves, which has no row."""
    preview = decided(*given, **known)
    assert not preview.rows, preview.rows
    (only,) = preview.left
    return only


def outcome(*given, **known):
    """Return code and group of the only order that an import leaves."""
    only = left(*given, **known)
    return only.code, only.group.value
