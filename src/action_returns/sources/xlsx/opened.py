"""An opened workbook: its sheets and their cells, the fast way or, for unusual XML, through openpyxl."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from action_returns.batch.addresses import area
from action_returns.batch.columns import Cell
from action_returns.sources.xlsx.cells import Book
from action_returns.sources.xlsx.guard import Package, too_large
from action_returns.sources.xlsx.package import Sheet, Table, structure
from action_returns.sources.xlsx.sheet import LAST_ROW, Filled, SheetReader
from action_returns.sources.xlsx.strings import shared_strings
from action_returns.sources.xlsx.styles import date_formats

_MOST_FOR_SLOW: Final = 2**24
"""Bytes of XML that openpyxl still reads within seconds."""


class FastBook:
    """An opened workbook, read the fast way."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._structure = structure(package)
        styles = self._structure.styles
        dated = frozenset[int]()
        if styles is not None and styles in package:
            dated = date_formats(package.read(styles).decode("utf-8", "replace"))
        self._book = Book(shared_strings(package, self._structure.strings), dated, self._structure.from_1904)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets, in the order of their tabs."""
        return self._structure.sheets

    def rows(self, sheet: Sheet, most: int = LAST_ROW) -> Iterator[tuple[int, list[Cell]]]:
        """Give the rows of a sheet that hold something: number, and cells from column A on."""
        return SheetReader(self.package, sheet.part, self._book).rows(most)

    def columns(self, sheet: Sheet, numbers: tuple[int, int, int], header: int) -> Filled:
        """Give three columns of a sheet, from below the header row on."""
        return SheetReader(self.package, sheet.part, self._book).columns(numbers, header + 1)


class SlowBook:
    """The same through openpyxl, for workbooks whose XML no common program writes."""

    def __init__(self, package: Package, path: Path) -> None:
        from action_returns.sources.xlsx import slow

        if package.largest > _MOST_FOR_SLOW:
            raise too_large(path.name, "it is very large, and written in a way no common spreadsheet program does")
        self._slow = slow
        self._values, self._formulas = slow.load(path, values=True), slow.load(path, values=False)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets, in the order of their tabs."""
        return tuple(
            Sheet(sheet.title, sheet.title, sheet.sheet_state == "visible", tuple(_slow_tables(sheet)))
            for sheet in self._formulas.worksheets
        )

    def rows(self, sheet: Sheet, most: int = LAST_ROW) -> Iterator[tuple[int, list[Cell]]]:
        """Give the rows of a sheet that hold something: number, and cells from column A on."""
        epoch = self._values.epoch
        for number, cells in self._slow.rows(self._values[sheet.name], self._formulas[sheet.name], most):
            yield number, [_dated(cell, epoch) for cell in cells]

    def columns(self, sheet: Sheet, numbers: tuple[int, int, int], header: int) -> Filled:
        """Give three columns of a sheet, from below the header row on."""
        filled = Filled()
        for number, cells in self.rows(sheet):
            three = [cells[column - 1] if column <= len(cells) else None for column in numbers]
            if number > header and three != [None, None, None]:
                filled.rows.append(number)
                for column, cell in zip(filled.columns, three, strict=True):
                    column.append(cell)
        formulas = self._formulas[sheet.name]
        filled.hidden.update(number for number, facts in formulas.row_dimensions.items() if facts.hidden)
        filled.merges += [place for merged in formulas.merged_cells.ranges if (place := area(str(merged))) is not None]
        return filled


def _slow_tables(sheet: Any) -> Iterator[Table]:
    for table in sheet.tables.values():
        place = area(table.ref)
        if place is not None and table.headerRowCount != 0:
            left, top, _, bottom = place
            totals = table.totalsRowCount or 0
            headers = tuple(column.name for column in table.tableColumns)
            yield Table(table.displayName, headers, left, top, bottom - totals, totals)


def _dated(cell: Cell, epoch: datetime) -> Cell:
    """Give a time or a duration as the date that its number is, as the fast way does."""
    match cell:
        case time():
            return datetime.combine(epoch, cell)
        case timedelta():
            return epoch + cell
        case _:
            return cell
