"""Convert the cells of an export's columns to texts, order numbers and cents. A text that repeats is read once."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from types import NoneType
from typing import Any, Final, TypeVar

from action_returns.batch.cells import CellError, display_cell, quote, strip_white_space
from action_returns.readers.amount_column import AmountColumn, Unread, currencies, currency_beside, plain_cents
from action_returns.readers.formatted_number import (
    FormattedNumber,
    currencies_of_format,
    currency_of_format,
    shown_otherwise,
)
from action_returns.readers.table_file import NumberText
from action_returns.returns.export import Money, UnreadAmount
from action_returns.returns.source import Field

Value = TypeVar("Value")

_MOST_DIGITS: Final = 10**15
"""A spreadsheet keeps 15 digits of a number (ECMA-376, IEEE 754 double)."""
_BETWEEN: Final = "|"
_WITHOUT_SIGN: Final = f"0123456789.,-{_BETWEEN}"
"""Characters of amounts that have no sign of a currency."""
_SIGNS_OF_DAMAGE: Final = "-/. Ee"
"""Characters one of which every date and every shortened number has."""
_is_exponent = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee][+-]?[0-9]+").fullmatch
_MONTH: Final = "(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec)"
_is_date = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T][0-9:.]+)?|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{4}}"
    rf"|[0-9]{{1,2}}[- ]{_MONTH}(?:[- ][0-9]{{2,4}})?|{_MONTH}[- ][0-9]{{1,4}}"
).fullmatch

_WHY: Final[Mapping[Unread, str]] = {
    Unread.UNSETTLED: "an amount that can mean two things, and no other amount of its column settles which",
    Unread.UNREADABLE: "an amount that cannot be read exactly",
    Unread.OTHER_CURRENCY: "an amount with the sign of another currency than its currency column or header",
    Unread.NEGATIVE: "an amount that cannot be read exactly",
    Unread.BLANK: "no amount",
}
_DATE: Final = "a date, or a number that its cell shows as one"


def text_of(cell: Any) -> str | None:
    """Return what a cell shows, without white space around it; None for a blank one."""
    if cell is None:
        return None
    return strip_white_space(cell if isinstance(cell, str) else display_cell(cell)) or None


def read_texts(cells: Sequence[Any]) -> list[str | None]:
    """Return what the cells of a column show."""
    if joined := _joined(cells):
        return [cell or None for cell in cells] if _BETWEEN * 2 in joined else list(cells)
    return _converted(cells, text_of)


def _joined(cells: Sequence[Any]) -> str:
    """Return the texts of a column in one, when none of them has white space around it; ``""`` for any other column.

    One look at the whole column is many times faster than one at each cell.
    """
    try:
        joined = _BETWEEN.join(("", *cells, ""))
    except TypeError:  # not texts only
        return ""
    is_clean = joined.isascii() and joined.isprintable() and " |" not in joined and "| " not in joined
    return joined if is_clean and NumberText not in set(map(type, cells)) else ""


def _converted(cells: Sequence[Any], convert: Callable[[Any], Value]) -> list[Value]:
    """Return every cell converted; of a column of one type, equal cells are converted once."""
    kinds = set(map(type, cells)) - {NoneType}
    if len(kinds) > 1 or FormattedNumber in kinds:  # True equals 1.0, and is no 1.0; 50% equals 0.50 €
        return list(map(convert, cells))
    known = {cell: convert(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def read_orders(cells: Sequence[Any]) -> tuple[list[str | None], dict[int, str]]:
    """Return the order numbers of a column, and position -> why one is no longer what the shop wrote."""
    joined = _joined(cells)
    if joined and not any(sign in joined for sign in _SIGNS_OF_DAMAGE):
        return read_texts(cells), {}
    damages = _converted(cells, _damage)
    return read_texts(cells), {at: damage for at, damage in enumerate(damages) if damage}


def _damage(cell: Any) -> str:
    """Return what a spreadsheet program did to an order number, ``""`` for a good one."""
    match cell:
        case None | NumberText():
            return ""
        case str() if len(cell) > 3 and _is_exponent(strip_white_space(cell)):  # noqa: PLR2004  # 1E5 may be a number of a shop
            return f"{quote(cell)} is a number that was shortened: a spreadsheet program removed its last digits"
        case str():
            return (
                f"{quote(cell)} is a date: a spreadsheet program makes one of a number such as 1-2"
                if _is_date(strip_white_space(cell))
                else ""
            )
        case bool() | CellError():
            return f"{quote(cell)} is no order number"
        case float() if abs(cell) >= _MOST_DIGITS:
            return f"{quote(cell)} is a number of more than 15 digits: a spreadsheet program removed the others"
        case float() if not cell.is_integer():
            return f"{quote(cell)} is a decimal number: a spreadsheet program removes zeros at its end"
        case datetime() | date() | time() | timedelta():
            return f"{quote(cell)} is a date: a spreadsheet program makes one of a number such as 1-2"
    return ""


def read_amounts(columns: Mapping[Field, Sequence[Any]]) -> dict[Field, list[Money]]:
    """Return the columns of amounts as cents with their signs.

    How a column writes amounts is settled by its own values; where none of these settles it, by the other columns of
    the file: one program wrote all of them.
    """
    readers = {field: AmountColumn() for field in columns}
    plain = {field: plain_cents(cells) for field, cells in columns.items()}
    for field, cells in columns.items():
        # What settles a plain column is its first amount.
        noted = dict.fromkeys(cells) if plain[field] is None else islice(filter(None, cells), 1)
        for cell in noted:
            readers[field].note(cell)
    points = {reader.point for reader in readers.values()} - {None}
    if len(points) == 1:
        (point,) = points
        for reader in readers.values():
            if not reader.proven and point is not None:
                reader.proven[point] = ""
    return {
        field: [*known]
        if (known := plain[field]) is not None
        else _converted(_with_hidden_zeros(field, cells), partial(_money, column=readers[field]))
        for field, cells in columns.items()
    }


def _with_hidden_zeros(field: Field, cells: Sequence[Any]) -> Sequence[Any]:
    """Return a column in which 0 is 0 however it is shown: where no new total is meant, a blank says the same."""
    if field is Field.NEW_TOTAL or FormattedNumber not in set(map(type, cells)):
        return cells
    return [0.0 if cell.__class__ is FormattedNumber and not cell else cell for cell in cells]


def _money(cell: Any, column: AmountColumn) -> Money:
    read = column.read_signed(cell)
    if not isinstance(read, Unread):
        return read
    if read is Unread.BLANK:
        return None
    if read is Unread.SHOWN_OTHERWISE:
        return UnreadAmount(display_cell(cell), shown_otherwise(cell))
    return UnreadAmount(display_cell(cell), _DATE if isinstance(cell, date | time | timedelta) else _WHY[read])


def currencies_in(cells: Sequence[Any]) -> list[frozenset[str] | None] | None:
    """Return the currencies that the signs in the amounts of a column can mean, None when no amount has a sign."""
    joined = _joined(cells)
    if joined and not joined.strip(_WITHOUT_SIGN):  # nearly always
        return None
    known = {cell: currencies(strip_white_space(cell)) for cell in set(cells) if cell.__class__ is str}
    kinds = set(map(type, cells))
    if FormattedNumber not in kinds:
        return [known.get(cell) for cell in cells] if any(known.values()) else None
    found = [currencies_of_format(cell) if cell.__class__ is FormattedNumber else known.get(cell) for cell in cells]
    return found if any(found) else None


def currency_signs(cells: Sequence[Any]) -> list[str | None]:
    """Return the currency beside each amount of a column; the sign itself where it can mean several, such as ``$``."""
    known = {cell: currency_beside(strip_white_space(cell)) for cell in set(cells) if cell.__class__ is str}
    return [currency_of_format(cell) if cell.__class__ is FormattedNumber else known.get(cell) for cell in cells]
