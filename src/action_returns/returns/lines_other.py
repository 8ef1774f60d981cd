"""Read the lines of WooCommerce and of exports that are not known, whose refund columns count one of two things.

Either each line is one refund, and those of an order add up; or the column says what was refunded of the order until
now, once or in each of its lines. What the file has besides decides: numbers or dates of refunds, or facts of orders.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from action_returns.batch.amounts import NO_CENTS, Cents
from action_returns.errors import FileError
from action_returns.returns.export import Money, Problem, ReturnedOrders, ShopExport
from action_returns.returns.lines import Line, amounts, collect, column, net_totals, part_cancelled, unsigned
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states

_REFUND_DATES: Final = frozenset({"refunddate", "refundedat", "refundcreatedat", "returndate"})
_SO_FAR: Final = ("refunded", "totalrefund")
"""What stands in the folded header of a column that counts everything refunded until now."""


def understand_other(export: ShopExport, chosen: Amounts | None) -> ReturnedOrders:
    """Return the orders of an export that is not known.

    Args:
        export: the export.
        chosen: what the user says that its refund column counts, None when the user did not say.

    Raises:
        FileError: it has neither amounts nor a status that says what was refunded.
    """
    kind, note = _kind(export, chosen)
    refunds = unsigned(export)
    return collect(export, _lines(export, refunds, kind), kind, notes=(note,) if note else ())


def _kind(export: ShopExport, chosen: Amounts | None) -> tuple[Amounts, str]:
    """Return what the refund column counts, and how that was decided."""
    if Field.REFUND not in export.amounts:
        return Amounts.TO_DATE, ""
    if chosen is not None:
        return chosen, ""
    folded = {column.field: _folded(column.header) for column in export.mapping}
    header = next(column.header for column in export.mapping if column.field is Field.REFUND)
    if Field.REFUND_ID in folded or folded.get(Field.DATE) in _REFUND_DATES:
        kind, why = Amounts.EVENTS, "the file has a number or date of each refund"
    elif not {Field.TOTAL, Field.STATUS, Field.CANCELLED}.isdisjoint(folded):
        kind, why = Amounts.TO_DATE, "the file has totals or states of orders"
    elif any(words in folded[Field.REFUND] for words in _SO_FAR):
        kind, why = Amounts.TO_DATE, "its header says so"
    else:
        kind, why = Amounts.EVENTS, "its header says so"
    if kind is Amounts.EVENTS:
        return (
            kind,
            f'"{header}" was read as one refund in each line: {why}. If it counts all until now, add: --amounts to-date',
        )
    return (
        kind,
        f'"{header}" was read as all that was refunded until now: {why}. If each line is one refund, add: --amounts events',
    )


def _folded(header: str) -> str:
    return "".join(filter(str.isalnum, header.casefold()))


def _lines(export: ShopExport, refunds: Sequence[Money], kind: Amounts) -> Iterator[Line]:
    is_of_order = kind is Amounts.TO_DATE  # else a status may be that of the refund
    statuses, types = column(export, Field.STATUS), states(column(export, Field.LINE_TYPE))
    rows = zip(
        column(export, Field.ORDER),
        refunds,
        column(export, Field.REFUND_ID),
        statuses,
        states(statuses),
        column(export, Field.CANCELLED),
        amounts(export, Field.TOTAL),
        net_totals(export),
        strict=True,
    )
    for at, (order, refund, refund_id, status, state, cancelled, total, net_total) in enumerate(rows):
        if types[at] is State.EXCHANGED or state is State.EXCHANGED:
            yield Line(at, order, total=total, net_total=net_total)
            continue
        takes_back, problem = "", None
        if cancelled:
            takes_back = "it was cancelled"
        elif (state is State.CANCELLED and is_of_order) or (state is State.REFUNDED and is_of_order and not refund):
            takes_back = f"its status is {status}"
        elif refund and state in {State.NOT_DONE, State.CANCELLED}:
            problem = _contradiction(order, status)
        elif not refund and state is State.PARTLY_REFUNDED and is_of_order:
            problem = _amount_missing(order, status)
        if takes_back and isinstance(refund, int) and isinstance(total, int) and 0 < refund < total:
            problem = part_cancelled(order or "", refund, total, None)
        yield Line(at, order, refund, refund_id, total, net_total, takes_back, problem)


def _contradiction(order: str | None, status: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f'A line of order {order} has a refund and says "{status}", so it is unknown whether the money went back. Look the '
        "order up in the shop, and write its row by hand.",
    )


def _amount_missing(order: str | None, status: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f'The status of order {order} is "{status}", and the file has no amount that was refunded of it. Export the '
        "refunded amounts, too, or write the row by hand.",
    )


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
    kind, note = _kind(export, chosen)
    return collect(export, _of_orders(export, unsigned(export)), kind, notes=(note,) if note else ())


def _taken_back(state: State | None, status: str | None) -> str:
    return f"its status is {status}" if state is State.REFUNDED or state is State.CANCELLED else ""


def _of_orders(export: ShopExport, refunds: Sequence[Money]) -> Iterator[Line]:
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
        if state is State.CANCELLED and isinstance(refund, int) and isinstance(total, int) and 0 < refund < total:
            problem = part_cancelled(order or "", refund, total, currency)
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
    refunds, totals = unsigned(export), amounts(export, Field.TOTAL)
    order_of = {
        known: order
        for order, internal_id, parent in zip(orders, ids, parents, strict=True)
        if parent is None
        for known in (internal_id, order)
        if known is not None
    }
    by_child = {order_of.get(parent, parent) for parent in parents if parent is not None}
    rows = zip(orders, ids, parents, refunds, totals, net_totals(export), statuses, states(statuses), strict=True)
    for at, (order, internal_id, parent, refund, total, net_total, status, state) in enumerate(rows):
        if parent is not None:
            money = refund or (Cents(abs(total)) if isinstance(total, int) else total)
            yield Line(at, order_of.get(parent, parent), money, internal_id or order)
        elif order in by_child:  # its refunds stand in lines of their own
            yield Line(at, order, total=total, net_total=net_total, takes_back=_taken_back(state, status))
        else:
            yield Line(at, order, refund or NO_CENTS, None, total, net_total, _taken_back(state, status))


def refuse_without_amounts(export: ShopExport) -> None:
    """Refuse an export that says of no order what was refunded: no amounts, and no status that means money.

    Raises:
        FileError: ``export-columns-missing``.
    """
    fields = export.texts.keys()
    if not {Field.REFUND, Field.NEW_TOTAL, Field.CANCELLED, Field.NET_TOTAL}.isdisjoint(fields):
        return
    said = set(states(column(export, Field.STATUS)))
    if said.isdisjoint({State.REFUNDED, State.PARTLY_REFUNDED, State.CANCELLED}):
        raise FileError(
            "export-columns-missing",
            f"{export.file} has no column with refunded amounts, and its status says of no order that it was refunded or "
            'cancelled. Nothing was added. Export the refunds, too, or name their column: --map refund="HEADER"',
        )
