"""One whole table of a workbook, every column of it, for a fresh workbook that takes its rows over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from action_returns.batch.columns import Cell
from action_returns.sources.errors import SourceProblem
from action_returns.sources.xlsx.guard import Package, UnusualXml, too_large
from action_returns.sources.xlsx.opened import FastBook, SlowBook
from action_returns.sources.xlsx.package import Sheet, Table
from action_returns.sources.xlsx.sheet import LAST_ROW


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table and its rows.

    Args:
        sheet: name of the sheet it stands on.
        headers: its headers, left to right.
        first: number of its first row.
        rows: its rows in order down to the last that holds something, blank ones in between included; one cell a column.
        below: the rows below it that do not belong to it, each with its number and the cells under its columns.
        beside: numbers of the rows of it, its header row included, that go on outside of its columns.
    """

    sheet: str
    headers: tuple[str, ...]
    first: int
    rows: Sequence[Sequence[Cell]]
    below: Sequence[tuple[int, Sequence[Cell]]]
    beside: tuple[int, ...]


def read_table(path: Path, name: str) -> TableRows | None:
    """Read a table, wherever in the workbook it stands.

    Args:
        path: the workbook; never written.
        name: the table's name, in any capitals.

    Returns:
        The table, None when there is none of that name.

    Raises:
        SourceProblem: when the workbook cannot be read.
    """
    with _opened(path) as package:
        try:
            return _read(FastBook(package), path.name, name)
        except UnusualXml:
            return _read(SlowBook(package, path), path.name, name)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Give the names of all sheets, the hidden ones included.

    Raises:
        SourceProblem: when the workbook cannot be read.
    """
    with _opened(path) as package:
        try:
            return tuple(sheet.name for sheet in FastBook(package).sheets)
        except UnusualXml:
            return tuple(sheet.name for sheet in SlowBook(package, path).sheets)


@contextmanager
def _opened(path: Path) -> Iterator[Package]:
    try:
        package = Package(path)
    except OSError as error:
        raise SourceProblem(
            "file-unreadable",
            f"{path} cannot be opened: {error.strerror or error}. Check the name and the folder it is in. If another "
            "program has it open, close it there, and try again.",
        ) from None
    with package:
        yield package


def _read(book: FastBook | SlowBook, file: str, name: str) -> TableRows | None:
    found = [(sheet, table) for sheet in book.sheets for table in sheet.tables if table.name.lower() == name.lower()]
    if not found:
        return None
    return _rows(book, file, *found[0])


def _rows(book: FastBook | SlowBook, file: str, sheet: Sheet, table: Table) -> TableRows:
    left, width = table.left - 1, len(table.headers)
    rows: list[list[Cell]] = []
    below: list[tuple[int, list[Cell]]] = []
    beside = []
    for number, cells in book.rows(sheet):
        if number > LAST_ROW:
            raise too_large(file, f"it has rows beyond {LAST_ROW:,}, more than a worksheet can hold")
        inside = cells[left : left + width]
        inside += [None] * (width - len(inside))
        if table.top <= number <= table.bottom and _shows([*cells[:left], *cells[left + width :]]):
            beside.append(number)
        if table.top < number <= table.bottom:
            at = number - table.top - 1
            rows += ([None] * width for _ in range(len(rows), at + 1))
            rows[at] = inside
        elif number > table.bottom + table.totals and _shows(inside):
            below.append((number, inside))
    return TableRows(sheet.name, table.headers, table.top + 1, rows, below, tuple(beside))


def _shows(cells: Sequence[Cell]) -> bool:
    """Tell whether anything can be seen; a formula that amounts to an empty text cannot."""
    return any(cell is not None and cell != "" for cell in cells)
