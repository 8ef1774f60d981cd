"""Read the lines of lists of returns: returns apps, credit memos of Adobe Commerce, and Amazon's returns.

A return is money only when it was refunded: requests that are open or declined, and exchanges, moved none.
"""

from collections.abc import Iterator

from action_returns.returns.export import Problem, ReturnedOrders, ShopExport
from action_returns.returns.grouping import collect
from action_returns.returns.lines import Line, column, says, unsigned
from action_returns.returns.source import Amounts, Field
from action_returns.returns.statuses import State, states

_REFUNDING = frozenset({None, State.REFUNDED, State.PARTLY_REFUNDED, State.DONE})
_NOTHING = frozenset({State.NOT_DONE, State.CANCELLED, State.EXCHANGED})


def understand_returns(export: ShopExport) -> ReturnedOrders:
    """Return the orders of a list of returns with a refund, a status and perhaps a type in each line."""
    notes: dict[str, int] = {}
    lines = list(_lines(export, notes))
    texts = [
        f"{count} {'line was not counted as a refund' if count == 1 else 'lines were not counted as refunds'}: {why}."
        for why, count in notes.items()
    ]
    return collect(export, lines, Amounts.EVENTS, notes=texts)


def _lines(export: ShopExport, left_out: dict[str, int]) -> Iterator[Line]:
    statuses, types = column(export, Field.STATUS), column(export, Field.LINE_TYPE)
    rows = zip(
        column(export, Field.ORDER),
        unsigned(export),
        column(export, Field.REFUND_ID),
        statuses,
        states(statuses),
        types,
        states(types),
        strict=True,
    )
    for at, (order, refund, refund_id, status, state, kind, kind_state) in enumerate(rows):
        word = next(
            (word for word, said in ((kind, kind_state), (status, state)) if said in _NOTHING),
            None,
        )
        if word is not None:
            if refund:
                why = f"the file says {word}"
                left_out[why] = left_out.get(why, 0) + 1
            yield Line(at, order, no_refund=says(word))
        elif state in _REFUNDING and kind_state is not State.CREDITED:
            yield Line(at, order, refund, refund_id)
        else:
            unknown = kind if kind_state is State.CREDITED else status
            yield Line(at, order, refund, refund_id, problem=_unknown_status(order, unknown) if refund else None)


def _unknown_status(order: str | None, status: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f'A line of order {order} says "{status}", so it is unknown whether money went back to the customer. If all lines '
        "of the file are refunds, delete this column in it; else write the row by hand.",
    )


def understand_amazon(export: ShopExport) -> ReturnedOrders:
    """Return the orders of Amazon's returns: what came back, and no money unless the user added a column of it."""
    if Field.REFUND in export.amounts:
        return understand_returns(export)
    lines = (
        Line(at, order, problem=_no_money(order, quantity))
        for at, (order, quantity) in enumerate(
            zip(column(export, Field.ORDER), column(export, Field.QUANTITY), strict=True)
        )
    )
    return collect(export, lines, Amounts.NONE)


def _no_money(order: str | None, quantity: str | None) -> Problem:
    return Problem(
        "amount-unreadable",
        f"The file says that {quantity or 'something'} came back of order {order}, and no amount of money. It does not say "
        "how much was ordered, so it is unknown whether all of it came back. Add a column Refund Amount with what was "
        "refunded in each line, and import again; or write the row by hand.",
    )
