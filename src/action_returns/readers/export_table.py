"""The table of a shop's export in a file of any format: its header row, and the cells of the columns that are needed.

A record of a CSV file that does not fit the header row may have its cells in wrong columns, and a file that ends early
lacks refunds. Both are refused: a new total would be wrong, and nothing would show it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import LAST_ROW, display_cell
from action_returns.errors import FileError
from action_returns.readers import find_format
from action_returns.readers.csv_file import DELIMITERS, CsvText
from action_returns.readers.export_columns import export_header_score
from action_returns.readers.headers import HEADER_SEARCH_ROWS
from action_returns.readers.zipped_csv import is_zipped_csv
from action_returns.readers.zipped_csv import read_text as read_zipped_text

_ORDERS_SHEET: Final = "orders"
"""Name of the sheet that Matrixify writes orders to."""
_BAR: Final = "|"


@dataclass(frozen=True, slots=True)
class ExportTable:
    """The table of an export.

    Args:
        name: of the file, for messages.
        headers: its header row.
        rows: the rows below it, with what a person finds each by.
        is_text: whether every row has as many cells as its line has fields, as in CSV.
    """

    name: str
    headers: Sequence[str]
    rows: Iterator[tuple[int, Sequence[Any]]]
    is_text: bool


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


def open_export_table(path: Path, chosen: frozenset[str]) -> ExportTable:
    """Read the header row of an export.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        chosen: folded headers that the user named.

    Raises:
        FileError: when it cannot be read, or is empty.
    """
    if is_zipped_csv(path):
        return _table_of_text(read_zipped_text(path), chosen)
    reader = find_format(path)
    if hasattr(reader, "read_text"):
        return _table_of_text(reader.read_text(path), chosen)
    if getattr(reader, "HEADER_FIRST", False):
        rows = _translated(reader.rows(path), path.name)
        first = next(rows, None)
    else:
        rows = _from_header(_sheet_rows(path) if _is_workbook(reader) else reader.rows(path), chosen)
        first = next(rows, None)
    if first is None:
        raise _is_empty(path.name)
    return ExportTable(path.name, list(map(_header, first[1])), rows, is_text=False)


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
    lines: list[int] = []
    picked: list[Any] = []
    repeats: set[int] = set()
    seen: set[int] = set()
    pick = itemgetter(*indexes)
    width = len(table.headers)
    for line, row in table.rows:
        cells = row if len(row) == width else shape.fit(line, row)
        if not any(cells):
            continue
        if with_repeats:
            mark = hash(tuple(cells))
            if mark in seen:
                repeats.add(len(lines))
            seen.add(mark)
        lines.append(line)
        picked.append(pick(cells))
    shape.refuse_broken(lines)
    if not lines:
        raise FileError(
            "no-rows", f"{table.name} has headers and no rows below them. Nothing was added. Export the orders again."
        )
    if len(lines) > LAST_ROW:
        raise FileError("file-too-large", f"{table.name} has more than {LAST_ROW:,} rows. Export a shorter time.")
    columns = [picked] if len(indexes) == 1 else list(zip(*picked, strict=True))
    return ExportCells(lines, columns, frozenset(repeats))


class _Shape:
    """Fits rows to the header row, and remembers those that are shorter."""

    def __init__(self, table: ExportTable, last_needed: int) -> None:
        self._name = table.name
        self._is_text = table.is_text
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
            if self._is_text and any(row[self._width :]):
                raise FileError(
                    "file-unreadable",
                    f"{self._name} cannot be read from line {line} on: the line has {len(row)} fields, and the header row "
                    f"has {self._width}. Cells may stand in wrong columns, as when a text or an amount holds a delimiter "
                    "without quotation marks around it. Nothing was added. Export it again.",
                )
            return row[: self._width]
        if self._is_text:
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
        if line == lines[-1]:
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


def _table_of_text(text: CsvText, chosen: frozenset[str]) -> ExportTable:
    delimiters = text.delimiters if len(text.delimiters) == 1 else (*DELIMITERS, _BAR)
    best: tuple[tuple[int, int], str, int] | None = None
    damage: FileError | None = None
    for delimiter in delimiters:
        found, error = _header_of_text(text, delimiter, chosen)
        damage = damage or error
        if found is not None and (best is None or found[0] > best[0]):
            best = found[0], delimiter, found[1]
    if best is None:
        raise damage or _is_empty(text.name)
    (score, _), delimiter, header_line = best
    if damage is not None and not score:
        raise damage
    records = text.records(delimiter)
    headers = next(record for line, record in records if line == header_line)
    return ExportTable(text.name, headers, records, is_text=True)


def _header_of_text(
    text: CsvText, delimiter: str, chosen: frozenset[str]
) -> tuple[tuple[tuple[int, int], int] | None, FileError | None]:
    """Return how good the best header row is that a delimiter shows (score, then fields), its line, and any damage."""
    filled: list[tuple[int, list[str]]] = []
    damage = None
    try:
        for line, record in text.records(delimiter):
            if any(record):
                filled.append((line, record))
            if len(filled) == HEADER_SEARCH_ROWS:
                break
    except FileError as error:  # or the quoted fields have another delimiter between them
        damage = error
    if not filled:
        return None, damage
    at = _best_header((record for _, record in filled), chosen)
    line, record = filled[at]
    return ((export_header_score(record, chosen), len(record)), line), damage


def _from_header(
    rows: Iterator[tuple[int, Sequence[Any]]], chosen: frozenset[str]
) -> Iterator[tuple[int, Sequence[Any]]]:
    first = list(islice((row for row in rows if any(row[1])), HEADER_SEARCH_ROWS))
    return chain(first[_best_header((cells for _, cells in first), chosen) :], rows)


def _best_header(rows: Iterable[Sequence[Any]], chosen: frozenset[str]) -> int:
    """Return the index of the row that looks most like a header row; the first one when none does."""
    scores = [export_header_score(row, chosen) for row in rows]
    return scores.index(max(scores)) if scores else 0


def _is_workbook(reader: object) -> bool:
    from action_returns.readers import workbook_file

    return reader is workbook_file


def _sheet_rows(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """Return the rows of the sheet ``Orders``, as Matrixify names it, or else of the first visible sheet."""
    from action_returns.readers.xlsx.batch import read_grid
    from action_returns.readers.xlsx.workbook import sheet_names

    named = [name for name in sheet_names(path) if name.casefold() == _ORDERS_SHEET]
    return read_grid(path, sheet=named[0] if named else None)


def _translated(rows: Iterator[tuple[int, Sequence[Any]]], name: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """Return rows; convert a refusal that speaks of a list of actions to one that speaks of orders.

    Raises:
        FileError: as the rows raise it.
    """
    try:
        yield from rows
    except FileError as error:
        if error.problem != "pending-columns-missing":
            raise
        raise FileError(
            "export-columns-missing",
            f"{name} holds no list of orders: it is JSON, and no list of objects. Nothing was added. Export it as CSV.",
        ) from None


def _header(cell: object) -> str:
    return cell if isinstance(cell, str) else display_cell(cell)


def _is_empty(name: str) -> FileError:
    return FileError("no-rows", f"{name} is empty. Nothing was added. Export the orders or refunds of the shop again.")
