"""Convert the lines of an export to its orders: what was refunded of each, once."""

from action_returns.batch.amounts import Cents
from action_returns.returns.export import Problem, ReturnedOrder, ReturnedOrders, ShopExport, UnreadAmount
from action_returns.returns.source import Amounts, Field


def understand(export: ShopExport) -> ReturnedOrders:
    """Return the orders of an export, each once, in the order of the file.

    Raises:
        FileError: the export as a whole cannot be understood.
    """
    blank: list[None] = [None] * len(export)
    orders: dict[str, ReturnedOrder] = {}
    without = 0
    columns = [export.texts.get(name, blank) for name in (Field.ORDER, Field.INTERNAL_ID, Field.STATUS)]
    cancelled = export.texts.get(Field.CANCELLED, blank)
    currencies = export.texts.get(Field.CURRENCY, blank)
    refunds, totals = (export.amounts.get(name, blank) for name in (Field.REFUND, Field.TOTAL))
    for at, (order, internal_id, status) in enumerate(zip(*columns, strict=True)):
        if order is None:
            without += 1
            continue
        if order in orders:
            continue
        refund, total = refunds[at], totals[at]
        problem = None
        if isinstance(refund, UnreadAmount):
            problem = Problem("amount-unreadable", f'The refund "{refund.text}" cannot be read.')
            refund = None
        if isinstance(total, UnreadAmount):
            total = None
        refunded = refund or Cents(0)
        takes_back = ""
        if cancelled[at]:
            takes_back = "it was cancelled"
        elif status and (status.casefold() in {"refunded", "voided"} or (refunded and refunded == total)):
            takes_back = f"its status is {status}"
        orders[order] = ReturnedOrder(
            order,
            export.lines[at],
            internal_id,
            refunded,
            takes_back=takes_back,
            total=total,
            currency=currencies[at],
            problem=problem,
        )
    return ReturnedOrders(
        list(orders.values()), len(export), without, are_to_date=export.source.amounts is Amounts.TO_DATE
    )
