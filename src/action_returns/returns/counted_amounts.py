"""Decide what a refund column counts, where the source leaves that open.

Either each line is one refund, and those of an order add up; or the column says what was refunded of the order until
now, once or in each of its lines. What the file has besides decides: numbers or dates of refunds, or facts of orders.
"""

from typing import Final

from action_returns.returns.export import ShopExport
from action_returns.returns.source import Amounts, Field

_REFUND_DATES: Final = ("refunddate", "refundedat", "refundcreatedat", "returndate")
"""How the folded header of a column begins that has the date of each refund."""
_SO_FAR: Final = ("refunded", "totalrefund")
"""What stands in the folded header of a column that counts everything refunded until now."""


def counted_amounts(export: ShopExport, chosen: Amounts | None) -> tuple[Amounts, str]:
    """Return what the refund column counts, and a sentence that says how that was decided.

    Args:
        export: the export.
        chosen: what the user says that it counts, None when the user did not say.
    """
    if Field.REFUND not in export.amounts:
        return Amounts.TO_DATE, ""
    if chosen is not None:
        return chosen, ""
    folded = {column.field: _folded(column.header) for column in export.mapping}
    header = next(column.header for column in export.mapping if column.field is Field.REFUND)
    if Field.REFUND_ID in folded or folded.get(Field.DATE, "").startswith(_REFUND_DATES):
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
