"""What a line of an export says, whatever its source, and the columns that every source has."""

from collections.abc import Sequence
from typing import NamedTuple

from action_returns.batch.amounts import Cents
from action_returns.errors import FileError
from action_returns.returns.export import Money, Problem, ShopExport
from action_returns.returns.source import Field


class Line(NamedTuple):
    """What one line of an export says, in the terms of every source.

    Args:
        at: its position.
        order: the order it belongs to, None when it names none.
        refund: what it refunds: None or 0 for a line that is no refund, never below 0.
        refund_id: what tells this refund from every other one of the order, None when the export has no such numbers.
        total: what the order was worth, or one part of it.
        net_total: the same without tax and shipping.
        takes_back: why the whole action is taken back, ``""`` when it is not.
        problem: why the order cannot become a row.
        no_refund: what the line says, where it is no refund because of that; else ``""``.
    """

    at: int
    order: str | None
    refund: Money = None
    refund_id: str | None = None
    total: Money = None
    net_total: Money = None
    takes_back: str = ""
    problem: Problem | None = None
    no_refund: str = ""


def says(word: str | None) -> str:
    """Return that a line says a word, as a reason why it is no refund."""
    return f'its line says "{word}"'


def column(export: ShopExport, field: Field) -> Sequence[str | None]:
    """Return the texts of a field, None in every line when the export has no such column."""
    return export.texts.get(field) or [None] * len(export)


def amounts(export: ShopExport, field: Field) -> Sequence[Money]:
    """Return the amounts of a field, None in every line when the export has no such column."""
    return export.amounts.get(field) or [None] * len(export)


def unsigned(export: ShopExport, field: Field = Field.REFUND) -> Sequence[Money]:
    """Return the amounts of a field without their sign, which must be the same for all of them.

    Raises:
        FileError: ``export-signs-mixed`` when some are above 0 and others below.
    """
    values = amounts(export, field)
    known = {value for value in set(values) if isinstance(value, int)}
    below = [value for value in known if value < 0]
    if not below:
        return values
    if any(value > 0 for value in known):
        lines = dict(zip(reversed(values), reversed(export.lines), strict=True))
        first_below = min(lines[value] for value in below)
        first_above = min(lines[value] for value in known if value > 0)
        header = next(column.header for column in export.mapping if column.field is field)
        raise FileError(
            "export-signs-mixed",
            f'The column "{header}" of {export.file} has amounts above 0 (first in line {first_above}) and below 0 (first '
            f"in line {first_below}), so it is unknown which of them are refunds. Nothing was added. Export refunds only, "
            "or correct the signs in the file.",
        )
    return [Cents(-value) if isinstance(value, int) else value for value in values]


def net_totals(export: ShopExport) -> Sequence[Money]:
    """Return what the orders were worth without tax and shipping: the total less both, where all three are known.

    A subtotal is none of them: in shops whose prices hold the tax, it holds the tax as well.
    """
    if Field.NET_TOTAL in export.amounts:
        return export.amounts[Field.NET_TOTAL]
    columns = [export.amounts.get(field) for field in (Field.TOTAL, Field.TAX, Field.SHIPPING)]
    if not all(columns):
        return [None] * len(export)
    return [
        Cents(total - tax - shipping)
        if isinstance(total, int) and isinstance(tax, int) and isinstance(shipping, int)
        else None
        for total, tax, shipping in zip(*columns, strict=True)
    ]
