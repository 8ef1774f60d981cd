"""Read an open workbook: its sheets and cells, each part the fast way or, where its XML is unusual, the exact way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from action_returns.batch.cells import LAST_ROW, Cell, show_nothing
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError
from action_returns.readers.xlsx.sheet import ColumnData, SheetReader, Wanted
from action_returns.readers.xlsx.structure import Sheet, Table, structure
from action_returns.readers.xlsx.styles import Styles, read_styles
from action_returns.readers.xlsx.table_headers import header_cells, headers_differ, is_alike
from action_returns.readers.xlsx.texts import shared_strings


class XmlWorkbook:
    """An opened workbook.

    The fast way over bytes knows the XML that common programs write. The exact way parses any XML; both give the same.

    Args:
        package: the workbook.
        with_formats: whether a number is a :class:`FormattedNumber` where its format may show another amount.

    Raises:
        FileError: when it is damaged or no workbook.
    """

    def __init__(self, package: Package, *, with_formats: bool = False) -> None:
        self.package = package
        self._parts_read_exactly: set[str | None] = set()
        self._structure = structure(package)
        styles = (
            Styles(frozenset(), {}) if self._structure.styles is None else read_styles(package, self._structure.styles)
        )
        kept = styles.codes if with_formats else {}
        self._book = CellContext(self._strings(), styles.dated, self._structure.from_1904, styles.codes, kept)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets, in the order of their tabs; at least one."""
        return self._structure.sheets

    def rows(self, sheet: Sheet, most: int = LAST_ROW, first_row: int = 1) -> Iterator[tuple[int, list[Cell]]]:
        """Return the rows of a sheet that hold something: number, and cells from column A on.

        Args:
            sheet: the sheet.
            most: how many rows to return.
            first_row: the rows above it are left out.

        Raises:
            FileError: when the sheet is damaged, also after some of its rows.
        """
        given = 0
        if sheet.part not in self._parts_read_exactly:
            try:
                for row in SheetReader(self.package, sheet.part, self._book).rows(most, first_row):
                    given += 1
                    yield row
            except UnsupportedXmlError:
                self._parts_read_exactly.add(sheet.part)
            else:
                return
        from action_returns.readers.xlsx.exact import ExactSheet

        yield from islice(ExactSheet(self.package, sheet.part, self._book).rows(most, first_row), given, None)

    def is_unusual(self, sheet: Sheet) -> bool:
        """Return whether a sheet, or the texts in it, were read the exact way."""
        return not self._parts_read_exactly.isdisjoint({sheet.part, self._structure.strings})

    def row(self, sheet: Sheet, number: int) -> list[Cell]:
        """Return the cells of one row from column A on, none when it holds nothing."""
        return next((cells for at, cells in self.rows(sheet, first_row=number) if at == number), [])

    def columns(self, sheet: Sheet, numbers: Wanted, header: int) -> ColumnData:
        """Return columns of a sheet, from below the header row on.

        Raises:
            FileError: when the sheet is damaged.
        """
        if sheet.part not in self._parts_read_exactly:
            try:
                return SheetReader(self.package, sheet.part, self._book).columns(numbers, header + 1)
            except UnsupportedXmlError:
                self._parts_read_exactly.add(sheet.part)
        from action_returns.readers.xlsx.exact import ExactSheet

        return ExactSheet(self.package, sheet.part, self._book).columns(numbers, header + 1)

    def _strings(self) -> list[str]:
        part = self._structure.strings
        if part is None or part not in self.package:
            return []
        try:
            return shared_strings(self.package, part)
        except UnsupportedXmlError:
            from action_returns.readers.xlsx.exact import exact_strings

            self._parts_read_exactly.add(part)
            return exact_strings(self.package, part)


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
        FileError: when the workbook cannot be read, or its header cells do not show the names of its columns.
    """
    with Package(path) as package:
        return _read(XmlWorkbook(package), path.name, name)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of all sheets, the hidden ones included.

    Raises:
        FileError: when the workbook cannot be read.
    """
    with Package(path) as package:
        return tuple(sheet.name for sheet in structure(package).sheets)


def visible_sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the visible sheets.

    Raises:
        FileError: when the workbook cannot be read.
    """
    with Package(path) as package:
        return tuple(sheet.name for sheet in structure(package).sheets if sheet.visible)


def _read(book: XmlWorkbook, file: str, name: str) -> TableRows | None:
    found = [(sheet, table) for sheet in book.sheets for table in sheet.tables if table.name.lower() == name.lower()]
    if not found:
        return None
    return _rows(book, file, *found[0])


def _rows(book: XmlWorkbook, file: str, sheet: Sheet, table: Table) -> TableRows:
    left, width = table.left - 1, len(table.headers)
    rows: list[list[Cell]] = []
    shown = header_cells(table, ())
    below: list[tuple[int, list[Cell]]] = []
    beside = []
    for number, cells in book.rows(sheet):
        inside = cells[left : left + width]
        inside += [None] * (width - len(inside))
        if number == table.top:
            shown = inside
        if table.top <= number <= table.bottom and not show_nothing([*cells[:left], *cells[left + width :]]):
            beside.append(number)
        if table.top < number <= table.bottom:
            at = number - table.top - 1
            rows += ([None] * width for _ in range(len(rows), at + 1))
            rows[at] = inside
        elif number > table.bottom + table.totals and not show_nothing(inside):
            below.append((number, inside))
    if not all(map(is_alike, table.headers, shown)):
        raise headers_differ(file, sheet.name, table, shown, ())
    return TableRows(sheet.name, table.headers, table.top + 1, rows, below, tuple(beside))
