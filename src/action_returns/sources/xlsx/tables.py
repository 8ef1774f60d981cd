"""One whole table of a workbook, every column of it, for a fresh workbook that takes its rows over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from action_returns.batch.columns import Cell
from action_returns.sources.xlsx.guard import Package, UnusualXml
from action_returns.sources.xlsx.opened import FastBook, SlowBook
from action_returns.sources.xlsx.package import Sheet, Table


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table and its rows.

    Args:
        headers: its headers, left to right.
        rows: its rows in order, blank ones in between included; one cell a column.
        below: numbers of the filled rows below it that do not belong to it.
    """

    headers: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    below: tuple[int, ...]


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
    with Package(path) as package:
        try:
            return _read(FastBook(package), name)
        except UnusualXml:
            return _read(SlowBook(package, path), name)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Give the names of all sheets, the hidden ones included.

    Raises:
        SourceProblem: when the workbook cannot be read.
    """
    with Package(path) as package:
        try:
            return tuple(sheet.name for sheet in FastBook(package).sheets)
        except UnusualXml:
            return tuple(sheet.name for sheet in SlowBook(package, path).sheets)


def _read(book: FastBook | SlowBook, name: str) -> TableRows | None:
    found = [(sheet, table) for sheet in book.sheets for table in sheet.tables if table.name.lower() == name.lower()]
    if not found:
        return None
    return _rows(book, *found[0])


def _rows(book: FastBook | SlowBook, sheet: Sheet, table: Table) -> TableRows:
    left, width = table.left - 1, len(table.headers)
    rows: list[list[Cell]] = [[None] * width for _ in range(table.top, table.bottom)]
    below = []
    for number, cells in book.rows(sheet):
        inside = cells[left : left + width]
        if table.top < number <= table.bottom:
            rows[number - table.top - 1][: len(inside)] = inside
        elif number > table.bottom + table.totals and any(cell is not None for cell in inside):
            below.append(number)
    return TableRows(table.headers, rows, tuple(below))
