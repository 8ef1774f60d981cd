"""Read the rows of a shop's export: only the cells of the columns that are needed.

A record of a CSV file that does not fit the header row may have its cells in wrong columns, and a file that ends early
lacks refunds. Both are refused: a new total would be wrong, and nothing would show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from action_returns.batch.cells import LAST_ROW
from action_returns.errors import FileError
from action_returns.readers.export_table import ExportTable
from action_returns.readers.table_file import in_blocks

_BLOCK: Final = 128
"""Rows that are read in one go: their cells fit the processor's cache."""
_MOST_KNOWN: Final = 1_000
"""Different texts of a column up to which an equal one is looked for."""
_DIGITS: Final = str.maketrans("012345678", "9" * 9)


@dataclass(frozen=True, slots=True)
class ExportCells:
    """The cells of some columns.

    Args:
        lines: what a person finds each row by.
        columns: the cells, one sequence for each column that was asked for.
        repeats: positions of the rows all cells of which stand in an earlier row, too.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[Any]]
    repeats: frozenset[int]


def read_cells(table: ExportTable, indexes: Sequence[int], needed: Sequence[int], *, with_repeats: bool) -> ExportCells:
    """Read the cells of some columns. Blank rows are left out.

    Args:
        table: the table.
        indexes: of the columns.
        needed: indexes of those without which a row says nothing.
        with_repeats: whether repeated rows are looked for.

    Raises:
        FileError: a record does not fit the header row, or the file has no rows or too many.
    """
    shape = _Shape(table, max(needed, default=0))
    picked = _Picked(table.headers, indexes, with_repeats=with_repeats, are_texts=bool(table.delimiter))
    last_line, last_row = 0, None
    for block in in_blocks(table.rows, _BLOCK):
        lines, rows = zip(*block, strict=True)
        first_line = lines[0] if last_row is None else last_line + 1
        are_consecutive = lines[-1] - first_line == len(lines) - 1
        if (are_consecutive or not table.delimiter) and picked.take_usual(lines, rows):
            last_line, last_row = block[-1]
            continue
        for line, row in block:
            if line - last_line > 1 and last_row is not None and table.delimiter:
                shape.refuse_swallowed(last_line, last_row)
            last_line, last_row = line, row
            picked.take(line, row if len(row) == len(table.headers) else shape.fit(line, row))
    if last_row is not None and table.delimiter:
        shape.refuse_swallowed(last_line, last_row)
    shape.refuse_broken(picked.lines)
    if not picked.lines:
        raise FileError(
            "no-rows", f"{table.name} has headers and no rows below them. Nothing was added. Export the orders again."
        )
    if len(picked.lines) > LAST_ROW:
        raise FileError("file-too-large", f"{table.name} has more than {LAST_ROW:,} rows. Export a shorter time.")
    return ExportCells(picked.lines, picked.columns, frozenset(picked.repeats))


class _Picked:
    """The cells that are kept, column by column.

    Args:
        headers: the header row.
        indexes: of the columns that are kept.
        with_repeats: whether repeated rows are looked for.
        are_texts: whether every cell is a text.
    """

    def __init__(self, headers: Sequence[str], indexes: Sequence[int], *, with_repeats: bool, are_texts: bool) -> None:
        self._headers = headers
        self._pick = itemgetter(*indexes)
        self._with_repeats = with_repeats
        self._first_of: dict[int, int] = {}
        self.lines: list[int] = []
        self.columns: list[list[Any]] = [[] for _ in indexes]
        self._known: list[dict[Any, Any]] = [{} for _ in indexes]
        self._are_texts = are_texts
        self.repeats: set[int] = set()

    def take(self, line: int, cells: Sequence[Any]) -> None:
        """Keep one row, unless it is blank."""
        if not any(cells) or cells == self._headers:  # two files of one shop, one below the other
            return
        at = len(self.lines)
        self._keep((line,), (cells,))
        if self._with_repeats:
            first = self._first_of.setdefault(hash(tuple(cells)), at)
            if first < at and all(
                column[first] == column[at] for column in self.columns
            ):  # -1.0 and -2.0 have one hash
                self.repeats.add(at)

    def take_usual(self, lines: Sequence[int], rows: Sequence[Sequence[Any]]) -> bool:
        """Keep some rows in one go, which is many times faster; return whether they are usual and were kept.

        Usual rows have as many cells as there are headers. None of them is blank, a header row or a repeat.
        """
        if {*map(len, rows)} != {len(self._headers)} or not all(map(any, rows)) or self._headers in rows:
            return False
        if self._with_repeats:
            first_of = {hash(tuple(row)): at for at, row in enumerate(rows, len(self.lines))}
            if len(first_of) < len(rows) or not self._first_of.keys().isdisjoint(first_of):
                return False
            self._first_of |= first_of
        self._keep(lines, rows)
        return True

    def _keep(self, lines: Sequence[int], rows: Sequence[Sequence[Any]]) -> None:
        self.lines += lines
        picked = map(self._pick, rows)
        if len(self.columns) == 1:
            self.columns[0].extend(picked)
        else:
            for column, known, cells in zip(self.columns, self._known, zip(*picked, strict=True), strict=True):
                # Equal texts as one object are faster to look at later. 1.0 and True are equal, and not the same.
                are_few = self._are_texts and len(known) < _MOST_KNOWN
                column.extend(map(known.setdefault, cells, cells) if are_few else cells)


class _Shape:
    """Fits rows to the header row, and remembers those that are shorter."""

    def __init__(self, table: ExportTable, last_needed: int) -> None:
        self._name = table.name
        self._delimiter = table.delimiter
        self._width = len(table.headers)
        self._last_needed = last_needed
        self._shorter: list[tuple[int, int]] = []

    def fit(self, line: int, row: Sequence[Any]) -> Sequence[Any]:
        """Return a row with as many cells as there are headers; a blank one stays as it is.

        Raises:
            FileError: it has more cells than headers, and its cells may stand in wrong columns.
        """
        if not any(row):
            return row
        if len(row) > self._width:
            if self._delimiter and any(row[self._width :]):
                raise FileError(
                    "file-unreadable",
                    f"{self._name} cannot be read from line {line} on: the line has {len(row)} fields, and the header row "
                    f"has {self._width}. Cells may stand in wrong columns, as when a text or an amount holds a delimiter "
                    "without quotation marks around it. Nothing was added. Export it again.",
                )
            return row[: self._width]
        if self._delimiter:
            self._shorter.append((line, len(row)))
        return [*row, *[None] * (self._width - len(row))]

    def refuse_broken(self, lines: Sequence[int]) -> None:
        """Refuse a file that ends within its last record, or in which a line break cut a record.

        Raises:
            FileError: ``export-truncated`` or ``file-unreadable``.
        """
        if not self._shorter:
            return
        line, size = self._shorter[0]
        cut = next(((line, size) for line, size in self._shorter if size <= self._last_needed), None)
        if line == lines[-1] and len(lines) > 1:
            raise FileError(
                "export-truncated",
                f"{self._name} ends within its last line, line {line}: that has {size} of {self._width} fields, and all "
                "others have all of them. Orders after it may be missing. Nothing was added. Export it again; if the line "
                "is no order, delete it.",
            )
        if cut is not None:
            line, size = cut
            raise FileError(
                "file-unreadable",
                f"{self._name} cannot be read from line {line} on: the line has {size} fields, and the header row has "
                f"{self._width}. A line break without quotation marks around it does this. Nothing was added. Export it "
                "again; if the line is no order, delete it.",
            )

    def refuse_swallowed(self, line: int, row: Sequence[Any]) -> None:
        """Refuse a field of several lines that holds the row below it: two quotation marks, each alone, make a pair.

        Raises:
            FileError: ``file-unreadable`` with the line.
        """
        for cell in row:
            if cell and "\n" in cell and cell.count(self._delimiter) >= self._width - 1:
                shapes = {_shape(part.split(self._delimiter)[0]) for part in cell.splitlines()[1:]}
                if _shape(row[0]) in shapes:
                    raise FileError(
                        "file-unreadable",
                        f"{self._name} cannot be read from line {line} on: one field of it holds the row below it as well. "
                        "A quotation mark without its partner does this. Nothing was added. Export it again, or look at "
                        "that line in a text editor.",
                    )


def _shape(text: str) -> str:
    """Return what the first cells of two rows have in common: ``#9999`` for ``#1001``."""
    return text.strip().translate(_DIGITS)
