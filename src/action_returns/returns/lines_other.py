"""Read the lines of exports that are not known, with all the words that their columns may be named by."""

from collections.abc import Iterator, Sequence
from typing import Final

from action_returns.errors import FileError
from action_returns.returns.counted_amounts import counted_amounts
from action_returns.returns.export import Money, Problem, ReturnedOrders, ShopExport
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, amounts, column, net_totals, says, unsigned
from action_returns.returns.order_problems import part_cancelled
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states

_MOVED_NO_MONEY: Final = frozenset({State.NOT_DONE, State.CANCELLED, State.CREDITED})
"""States of a return whose customer may have got no money, or something else for it."""
_NOT_CANCELLED: Final = frozenset({"false", "no", "n", "0", "-", "nein", "non"})
"""What stands in a column such as Cancelled at where an order was not."""


def understand_other(export: ShopExport, chosen: Amounts | None) -> ReturnedOrders:
    """Return the orders of an export that is not known.

    Args:
        export: the export.
        chosen: what the user says that its refund column counts, None when the user did not say.

    Raises:
        FileError: it has neither amounts nor a status that says what was refunded.
    """
    kind, note, is_guessed = counted_amounts(export, chosen)
    refunds = unsigned(export)
    return collect(
        export,
        _lines(export, refunds, kind),
        kind,
        may_continue=True,
        may_repeat=chosen is None,
        is_guessed=is_guessed,
        notes=(note,) if note else (),
    )


def _lines(export: ShopExport, refunds: Sequence[Money], kind: Amounts) -> Iterator[Line]:
    is_of_order = kind is Amounts.TO_DATE  # else a status may be that of the refund
    statuses, words = column(export, Field.STATUS), column(export, Field.LINE_TYPE)
    types = states(words)
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
            word = words[at] if types[at] is State.EXCHANGED else status
            yield Line(at, order, total=total, net_total=net_total, no_refund=says(word))
            continue
        takes_back, problem = "", None
        if cancelled and cancelled.casefold() not in _NOT_CANCELLED:
            takes_back = "it was cancelled"
        elif (state is State.CANCELLED and is_of_order) or (state is State.REFUNDED and is_of_order and refund is None):
            takes_back = f"its status is {status}"
        elif refund and state in _MOVED_NO_MONEY:
            problem = _contradiction(order, status)
        elif not refund and is_of_order and (state is State.PARTLY_REFUNDED or state is State.REFUNDED):
            problem = _amount_missing(order, status)
        if types[at] in _MOVED_NO_MONEY and (refund or takes_back):
            problem = _contradiction(order, words[at])
        elif takes_back and isinstance(refund, int) and isinstance(total, int) and 0 < refund < total:
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
