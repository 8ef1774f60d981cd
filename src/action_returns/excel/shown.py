"""Read what the open workbook shows of the three columns: the number formats of Amount, and hidden columns.

Excel tells the number format of a range only where all its cells share one, so a mixed column is asked about in parts.
The number of questions has a limit; what was not looked at is told to the user.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from action_returns.batch.cells import Cell, area, column_number
from action_returns.excel.engine import WINDOWS, column_is_hidden, engine_of, is_refusal

MOST_QUESTIONS: Final = 400
"""Parts of the column that Excel is asked about, until the format of every number is known; each costs two calls.

A COM call takes 0.2 to 1 ms, so these take 0.16 to 0.8 s. They are enough for 300 numbers whatever their formats are. Of
longer columns: one percentage among 100,000 takes 24 questions, ten odd cells among 1,000 take 137, thirty take 331.
"""
_MOST_ABOUT_TEXTS: Final = 8
"""More of them for the texts, which nearly every format shows as they are."""
_FEW: Final = 10
"""As many cells, or numbers with texts between them, are asked about one by one: halving would cost more for a mixture."""
_VISIBLE_CELLS: Final = 12  # xlCellTypeVisible
Ask: TypeAlias = Callable[[int, int], str | None]
"""First and last sheet row -> the one number format of Amount there, None when there are several."""


def read_formats(
    ask: Ask, rows: Sequence[int], amounts: Sequence[Cell], questions: int = MOST_QUESTIONS
) -> tuple[dict[str, list[int]], list[int]]:
    """Return the number formats of the Amount cells, and the numbers whose format is not known.

    Args:
        ask: asks Excel about a part of the column.
        rows: sheet row of each Amount cell, ascending.
        amounts: the cells.
        questions: number of parts to ask about at most, until the format of every number is known.

    Returns:
        Format code -> ascending positions, without formats that show every amount as it is sent; and the positions of
        the numbers that were not looked at.
    """
    column = _Column(ask, rows, questions)
    if rows and column.one_format([range(len(rows))]) is None:
        numbers, texts = _runs(rows, amounts)
        column.read(numbers)
        column.questions = _MOST_ABOUT_TEXTS
        column.read(texts)
    formats = {code: sorted(positions) for code, positions in column.formats.items() if not is_plain(code)}
    known = {at for positions in column.formats.values() for at in positions}
    return formats, [at for at, cell in enumerate(amounts) if _is_number(cell) and at not in known]


class _Column:
    """The column Amount while Excel is asked about its number formats.

    Args:
        ask: asks Excel about a part of the column.
        rows: sheet row of each cell, ascending.
        questions: number of parts that may be asked about still.
    """

    def __init__(self, ask: Ask, rows: Sequence[int], questions: int) -> None:
        self._ask_excel = ask
        self._rows = rows
        self._answers: dict[tuple[int, int], str | None] = {}
        self.questions = questions
        self.formats: dict[str, list[int]] = {}
        """Format code -> positions."""

    def one_format(self, runs: Sequence[range]) -> str | None:
        """Return the one format of all cells from the first to the last of some runs; None when there are several."""
        code = self._ask(runs[0].start, runs[-1].stop - 1)
        if code is not None:
            self.formats.setdefault(code, []).extend(at for run in runs for at in run)
        return code

    def read(self, runs: Sequence[range], not_all: str | None = None) -> str | None:
        """Read the format of every cell of some runs, part by part where there are several, as long as questions are left.

        Args:
            runs: ranges of positions, ascending.
            not_all: a format that not all of these cells have, None when nothing is known of them. They are mostly a
                mixture, so one question about all of them would tell nothing.

        Returns:
            The one format that all have; None when there are several or it is not known.
        """
        if not runs or self.questions <= 0:
            return None
        is_one_cell = len(runs) == len(runs[0]) == 1
        code = self.one_format(runs) if not_all is None or is_one_cell else None
        if code is not None or is_one_cell:
            return code
        if len(runs) > _FEW:
            self.read(runs[: len(runs) // 2])
            self.read(runs[len(runs) // 2 :])
        elif len(runs) > 1:
            for run in runs:
                self.read([run])
        elif len(runs[0]) > _FEW or not_all is not None:
            middle = len(runs[0]) // 2
            found = self.read([runs[0][:middle]])
            self.read([runs[0][middle:]], found if not_all in {None, found} else None)
        else:
            for at in runs[0]:
                self.read([range(at, at + 1)])
        return None

    def _ask(self, first: int, last: int) -> str | None:
        if (first, last) not in self._answers:
            self.questions -= 1
            self._answers[first, last] = self._ask_excel(self._rows[first], self._rows[last])
        return self._answers[first, last]


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


def _runs(rows: Sequence[int], amounts: Sequence[Cell]) -> tuple[list[range], list[range]]:
    """Return the positions of numbers and of other cells, as ranges of cells that stand below each other."""
    runs: tuple[list[range], list[range]] = ([], [])
    start = 0
    for at in range(1, len(rows) + 1):
        ends = at == len(rows) or rows[at] != rows[at - 1] + 1
        if ends or _is_number(amounts[at]) != _is_number(amounts[start]):
            runs[0 if _is_number(amounts[start]) else 1].append(range(start, at))
            start = at
    return runs


def _is_number(cell: Cell) -> bool:
    return cell.__class__ in {float, int}
