"""Decide what a refund column counts, where the source leaves that open.

Either each line is one refund, and those of an order add up; or the column says what was refunded of the order until
now, once or in each of its lines. What the file has besides decides: numbers or dates of refunds, or facts of orders.
"""

from typing import Final, NamedTuple

from action_returns.returns.export import ShopExport
from action_returns.returns.source import Amounts, Field

_REFUND_DATES: Final = ("refunddate", "refundedat", "refundcreatedat", "returndate")
"""How the folded header of a column begins that has the date of each refund."""
_SO_FAR: Final = ("refunded", "totalrefund")
"""What stands in the folded header of a column that counts everything refunded until now."""
_HEADER_SAYS: Final = "its header says so"


class Counted(NamedTuple):
    """What the refund column of an export counts.

    Args:
        kind: what it counts.
        note: how that was decided, one sentence; ``""`` where nothing had to be decided.
        is_guessed: whether nothing but the header of the column says so.
    """

    kind: Amounts
    note: str = ""
    is_guessed: bool = False


def counted_amounts(export: ShopExport, chosen: Amounts | None) -> Counted:
    """Return what the refund column counts, and how that was decided.

    Args:
        export: the export.
        chosen: what the user says that it counts, None when the user did not say.
    """
    if Field.REFUND not in export.amounts:
        return Counted(Amounts.TO_DATE)
    if chosen is not None:
        return Counted(chosen)
    folded = {column.field: _folded(column.header) for column in export.mapping}
    header = next(column.header for column in export.mapping if column.field is Field.REFUND)
    if Field.REFUND_ID in folded or folded.get(Field.DATE, "").startswith(_REFUND_DATES):
        kind, why = Amounts.EVENTS, "the file has a number or date of each refund"
    elif not {Field.TOTAL, Field.STATUS, Field.CANCELLED}.isdisjoint(folded):
        kind, why = Amounts.TO_DATE, "the file has totals or states of orders"
    elif any(words in folded[Field.REFUND] for words in _SO_FAR):
        kind, why = Amounts.TO_DATE, _HEADER_SAYS
    else:
        kind, why = Amounts.EVENTS, _HEADER_SAYS
    if kind is Amounts.EVENTS:
        note = (
            f'"{header}" was read as one refund in each line: {why}. If it counts all until now, add: --amounts to-date'
        )
    else:
        note = (
            f'"{header}" was read as all that was refunded until now: {why}. If each line is one refund, add: --amounts '
            "events"
        )
    return Counted(kind, note, is_guessed=why == _HEADER_SAYS)


def _folded(header: str) -> str:
    return "".join(filter(str.isalnum, header.casefold()))
