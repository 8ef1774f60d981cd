"""Read the lines of WooCommerce: what was refunded of orders, or refunds, in forms that differ by the plug-in.

Some plug-ins write refunds below 0. In some exports a refund is an order of its own, which names its parent.
"""

from collections.abc import Iterator, Sequence

from action_returns.batch.amounts import NO_CENTS, Cents
from action_returns.returns.counted_amounts import counted_amounts
from action_returns.returns.export import Money, Problem, ReturnedOrders, ShopExport
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column, net_totals, unsigned
from action_returns.returns.order_problems import part_cancelled, part_refunded
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states


def understand_woocommerce(export: ShopExport, chosen: Amounts | None) -> ReturnedOrders:
    """Return the orders of an export of WooCommerce, whose forms differ by the plug-in that made them.

    Args:
        export: the export.
        chosen: what the user says that its refund column counts, None when the user did not say.

    Raises:
        FileError: the signs of its refunds do not say which of them are refunds.
    """
    if Field.PARENT in export.texts:
        return collect(export, _with_parents(export), Amounts.EVENTS)
    if Field.REFUND not in export.amounts and Field.NET_TOTAL in export.amounts:
        return collect(export, _of_analytics(export), Amounts.EVENTS, adds_totals=True)
    kind, note, is_guessed = counted_amounts(export, chosen)
    return collect(
        export,
        _of_orders(export, unsigned(export), kind),
        kind,
        may_continue=True,
        may_repeat=chosen is None,
        is_guessed=is_guessed,
        notes=(note,) if note else (),
    )


def _taken_back(state: State | None, status: str | None) -> str:
    return f"its status is {status}" if state is State.REFUNDED or state is State.CANCELLED else ""


def _of_orders(export: ShopExport, refunds: Sequence[Money], kind: Amounts) -> Iterator[Line]:
    statuses = column(export, Field.STATUS)
    rows = zip(
        column(export, Field.ORDER),
        refunds,
        column(export, Field.REFUND_ID),
        statuses,
        states(statuses),
        amounts(export, Field.TOTAL),
        net_totals(export),
        column(export, Field.CURRENCY),
        strict=True,
    )
    for at, (order, refund, refund_id, status, state, total, net_total, currency) in enumerate(rows):
        problem = None
        if isinstance(refund, int) and isinstance(total, int) and 0 < refund < total:
            if state is State.CANCELLED:
                problem = part_cancelled(order or "", refund, total, currency)
            elif state is State.REFUNDED and kind is Amounts.TO_DATE:  # one of several refunds may be a part of it
                problem = part_refunded(order or "", status or "", refund, total, currency)
        yield Line(at, order, refund, refund_id, total, net_total, _taken_back(state, status), problem)


def _of_analytics(export: ShopExport) -> Iterator[Line]:
    """Read the orders of WooCommerce Analytics: a refund is a line of its own with a net revenue below 0."""
    statuses = column(export, Field.STATUS)
    rows = zip(column(export, Field.ORDER), amounts(export, Field.NET_TOTAL), statuses, states(statuses), strict=True)
    for at, (order, revenue, status, state) in enumerate(rows):
        if isinstance(revenue, int) and revenue < 0:
            yield Line(at, order, Cents(-revenue), takes_back=_taken_back(state, status))
        else:
            yield Line(at, order, total=revenue, net_total=revenue, takes_back=_taken_back(state, status))


def _with_parents(export: ShopExport) -> Iterator[Line]:
    """Read an export in which a refund is an order of its own that names the order it belongs to."""
    statuses = column(export, Field.STATUS)
    orders, ids = column(export, Field.ORDER), column(export, Field.INTERNAL_ID)
    parents = [None if parent == "0" else parent for parent in column(export, Field.PARENT)]
    refunds = [_unsigned(refund) for refund in amounts(export, Field.REFUND)]  # the parent says which are refunds
    totals = amounts(export, Field.TOTAL)
    order_of = {
        known: order
        for order, internal_id, parent in zip(orders, ids, parents, strict=True)
        if parent is None
        for known in (internal_id, order)
        if known is not None
    }
    # Where order numbers are other than internal ids, the id of an order that is not in the file may be another's number.
    are_other = any(None not in {order, known} and order != known for order, known in zip(orders, ids, strict=True))
    by_child = {order_of.get(parent, parent) for parent in parents if parent is not None}
    rows = zip(orders, ids, parents, refunds, totals, net_totals(export), statuses, states(statuses), strict=True)
    for at, (order, internal_id, parent, refund, total, net_total, status, state) in enumerate(rows):
        if parent is not None:
            problem = _parent_missing(parent) if are_other and parent not in order_of else None
            refunded = refund or _unsigned(total)
            yield Line(at, order_of.get(parent, parent), refunded, internal_id or order, problem=problem)
        elif order in by_child:  # its refunds stand in lines of their own
            yield Line(at, order, total=total, net_total=net_total, takes_back=_taken_back(state, status))
        else:
            yield Line(at, order, refund or NO_CENTS, None, total, net_total, _taken_back(state, status))


def _parent_missing(parent: str) -> Problem:
    return Problem(
        "order-unknown",
        f"A refund names its order only by the internal id {parent}, and that order is not in the file. Order numbers are "
        f"other than internal ids here, so {parent} may be the number of another order. Export the orders of the refunds, "
        'too. If the network has internal ids, name their column instead: --map order="HEADER"',
    )


def _unsigned(amount: Money) -> Money:
    return Cents(abs(amount)) if isinstance(amount, int) else amount
