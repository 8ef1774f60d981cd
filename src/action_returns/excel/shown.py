"""Read what the open workbook shows of the three columns: the number formats of Amount, and hidden columns.

Excel tells the number format of a range only where all its cells share one, so a mixed column is asked about in parts.
The number of questions has a limit; what was not looked at is told to the user.
"""

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, Final, TypeAlias

from action_returns.batch.cells import Cell, area, column_number
from action_returns.excel.engine import WINDOWS, column_is_hidden, engine_of, is_refusal

MOST_QUESTIONS: Final = 8
"""Parts of the column that Excel is asked about; each costs two calls. A percentage that is not seen would be sent as 0.50."""
_VISIBLE_CELLS: Final = 12  # xlCellTypeVisible
Ask: TypeAlias = Callable[[int, int], str | None]
"""First and last sheet row -> the one number format of Amount there, None when there are several."""


def read_formats(
    ask: Ask, rows: Sequence[int], amounts: Sequence[Cell], questions: int = MOST_QUESTIONS
) -> tuple[dict[str, list[int]], list[int]]:
    """Return the number formats of the Amount cells, and the numbers whose format is not known.

    A part with numbers is asked about before one with texts, which nearly every format shows as they are.

    Args:
        ask: asks Excel about a part of the column.
        rows: sheet row of each Amount cell, ascending.
        amounts: the cells.
        questions: number of parts to ask about at most.

    Returns:
        Format code -> ascending positions, without formats that show every amount as it is sent; and the positions of
        the numbers that were not looked at.
    """
    formats: dict[str, list[int]] = {}
    parts = [_part(amounts, 0, len(rows))] if rows else []
    while parts and questions:
        _, _, start, stop = heappop(parts)
        code = ask(rows[start], rows[stop - 1])
        questions -= 1
        if code is not None:
            if not is_plain(code):
                formats.setdefault(code, []).extend(range(start, stop))
        elif stop - start > 1:
            for first, last in _halves(amounts, start, stop):
                heappush(parts, _part(amounts, first, last))
    for positions in formats.values():
        positions.sort()
    unread = [at for _, _, start, stop in parts for at in range(start, stop) if _is_number(amounts[at])]
    return formats, sorted(unread)


def is_plain(code: str) -> bool:
    """Return whether a format shows every amount as it is sent, without a currency."""
    if code in {"@", "General", "0.00", "#,##0.00"}:
        return True
    from action_returns.batch.number_formats import read_format

    return read_format(code).is_plain


def hidden_columns(sheet: Any, row: int, letters: Sequence[str]) -> frozenset[str]:
    """Return which columns of a sheet are hidden, where :func:`columns_are_hidden` says that some are.

    Args:
        sheet: xlwings' sheet.
        row: a row that is not hidden and has more than one of the columns.
        letters: the columns.
    """
    if engine_of(sheet) == WINDOWS:
        ordered = sorted(letters, key=column_number)
        try:
            shown = sheet.range(f"{ordered[0]}{row}:{ordered[-1]}{row}").api.SpecialCells(_VISIBLE_CELLS).Address
        except Exception as error:  # a protected sheet, a hidden row: each column is asked about
            if is_refusal(error):
                raise
        else:
            return frozenset(letter for letter in letters if not _has_column(shown, letter))
    return frozenset(letter for letter in letters if column_is_hidden(sheet, letter))


def _has_column(address: str, letter: str) -> bool:
    """Return whether a column is in one of the parts of an address such as ``$A$3,$C$3:$E$3``."""
    parts = filter(None, map(area, address.split(",")))
    return any(left <= column_number(letter) <= right for left, _, right, _ in parts)


def _part(amounts: Sequence[Cell], start: int, stop: int) -> tuple[bool, int, int, int]:
    """Return a part so that the one to ask about first is the smallest: with numbers, then the longest."""
    has_number = any(_is_number(amounts[at]) for at in range(start, stop))
    return not has_number, start - stop, start, stop


def _halves(amounts: Sequence[Cell], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Return the numbers of a part and the texts around them apart; of a part with numbers at both ends, the halves."""
    numbers = [at for at in range(start, stop) if _is_number(amounts[at])]
    first, last = (numbers[0], numbers[-1] + 1) if numbers else (start, stop)
    if (first, last) == (start, stop):
        first = last = (start + stop) // 2
    yield from ((one, other) for one, other in ((start, first), (first, last), (last, stop)) if one < other)


def _is_number(cell: Cell) -> bool:
    return cell.__class__ in {float, int}
