"""Read an open workbook: its sheets and cells, the fast way or, for unusual XML, through openpyxl."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from action_returns.batch.cells import LAST_ROW, Cell, CellError, area
from action_returns.errors import FileError
from action_returns.readers import translate_open_errors
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError, too_large
from action_returns.readers.xlsx.sheet import ColumnData, SheetReader, Wanted
from action_returns.readers.xlsx.structure import Sheet, Table, structure
from action_returns.readers.xlsx.styles import (
    corrected,
    date_formats,
    number_formats,
    shows_amounts_as_sent,
    shows_date,
)
from action_returns.readers.xlsx.texts import shared_strings

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


_MOST_FOR_OPENPYXL: Final = 2**24
"""Bytes of XML that openpyxl still reads within seconds."""


class XmlWorkbook:
    """An opened workbook, read the fast way."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._structure = structure(package)
        styles = self._structure.styles
        dated = frozenset[int]()
        formats = {}
        if styles is not None and styles in package:
            text = package.read(styles).decode("utf-8", "replace")
            dated = date_formats(text)
            codes = number_formats(text)
            telling = {code for code in set(codes) if not shows_amounts_as_sent(code)}
            formats = {at: code for at, code in enumerate(codes) if code in telling and at not in dated}
        part = self._structure.strings
        strings = shared_strings(package, part) if part is not None and part in package else []
        self._book = CellContext(strings, dated, self._structure.from_1904, formats)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets, in the order of their tabs."""
        return self._structure.sheets

    def rows(self, sheet: Sheet, most: int = LAST_ROW) -> Iterator[tuple[int, list[Cell]]]:
        """Return the rows of a sheet that hold something: number, and cells from column A on."""
        return SheetReader(self.package, sheet.part, self._book).rows(most)

    def columns(self, sheet: Sheet, numbers: Wanted, header: int) -> ColumnData:
        """Return columns of a sheet, from below the header row on."""
        return SheetReader(self.package, sheet.part, self._book).columns(numbers, header + 1)


class OpenpyxlWorkbook:
    """The same through openpyxl, for workbooks whose XML no common program writes."""

    def __init__(self, package: Package, path: Path) -> None:
        if package.largest > _MOST_FOR_OPENPYXL:
            raise too_large(path.name, "it is very large, and written in a way no common spreadsheet program does")
        self._values, self._formulas = load_with_openpyxl(path, values=True), load_with_openpyxl(path, values=False)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets, in the order of their tabs."""
        return tuple(
            Sheet(sheet.title, sheet.title, sheet.sheet_state == "visible", tuple(_openpyxl_tables(sheet)))
            for sheet in self._formulas.worksheets
        )

    def rows(self, sheet: Sheet, most: int = LAST_ROW) -> Iterator[tuple[int, list[Cell]]]:
        """Return the rows of a sheet that hold something: number, and cells from column A on."""
        epoch = self._values.epoch
        for number, cells in openpyxl_rows(self._values[sheet.name], self._formulas[sheet.name], most):
            yield number, [_as_date(cell, epoch) for cell in cells]

    def columns(self, sheet: Sheet, numbers: Wanted, header: int) -> ColumnData:
        """Return columns of a sheet, from below the header row on."""
        filled = ColumnData(tuple([] for _ in numbers))
        formulas = self._formulas[sheet.name]
        telling: dict[str, bool] = {}
        for number, cells in self.rows(sheet):
            picked = [cells[column - 1] if column <= len(cells) else None for column in numbers]
            if number > header and picked[:3] != [None, None, None]:
                filled.rows.append(number)
                for column, cell in zip(filled.columns, picked, strict=True):
                    column.append(cell)
                code = corrected(formulas.cell(number, numbers[1]).number_format)
                if code not in telling:
                    telling[code] = not shows_amounts_as_sent(code) and not shows_date(code)
                if telling[code]:
                    filled.add_format(code, [number])
        for facts in formulas.column_dimensions.values():
            if facts.hidden or not facts.width:
                filled.hidden_columns.update(range(facts.min or 0, (facts.max or 0) + 1))
        filled.hidden.update(number for number, facts in formulas.row_dimensions.items() if facts.hidden)
        if formulas.sheet_format.zeroHeight:
            filled.hidden.update(filled.rows)
        filled.merges += [merge for merged in formulas.merged_cells.ranges if (merge := area(str(merged))) is not None]
        return filled


def _openpyxl_tables(sheet: Any) -> Iterator[Table]:
    for table in sheet.tables.values():
        table_area = area(table.ref)
        if table_area is not None and table.headerRowCount != 0:
            left, top, _, bottom = table_area
            totals = table.totalsRowCount or 0
            headers = tuple(column.name for column in table.tableColumns)
            yield Table(table.displayName, headers, left, top, bottom - totals, totals)


def _as_date(cell: Cell, epoch: datetime) -> Cell:
    """Return a time or a duration as the date that its number is, as the fast way does."""
    match cell:
        case time():
            return datetime.combine(epoch, cell)
        case timedelta():
            return epoch + cell
        case _:
            return cell


def load_with_openpyxl(path: Path, *, values: bool) -> "Workbook":
    """Open a workbook with openpyxl; it is never saved.

    Args:
        path: the file.
        values: whether formulas give the values they had when the file was saved.

    Raises:
        FileError: ``file-unreadable`` when openpyxl cannot read it either.
    """
    import openpyxl

    with (
        translate_open_errors(path),
        path.open("rb") as file,
        warnings.catch_warnings(),
    ):  # openpyxl leaves a file open that it cannot read
        warnings.simplefilter("ignore")  # about parts that are not read, such as drawings
        try:
            return openpyxl.load_workbook(file, data_only=values, keep_links=False)
        except Exception as error:  # noqa: BLE001  # openpyxl raises whatever the damage leads to
            raise FileError(
                "file-unreadable",
                f"{path.name} cannot be read as a workbook ({type(error).__name__}). "
                "Open it in the spreadsheet program and save it as .xlsx.",
            ) from None


def openpyxl_rows(values: Any, formulas: Any, most: int) -> Iterator[tuple[int, list[Cell]]]:
    """Return the rows of a sheet that hold something, each with its number and its cells from column A on.

    Args:
        values: the sheet with values.
        formulas: the same sheet with formulas.
        most: how many rows to give.
    """
    last = min(most, formulas.max_row)
    pairs = zip(values.iter_rows(max_row=last), formulas.iter_rows(max_row=last), strict=False)
    for number, (row, formula_row) in enumerate(pairs, 1):  # iter_rows begins at A1, wherever the sheet does
        cells = [_openpyxl_cell(cell, formula) for cell, formula in zip(row, formula_row, strict=False)]
        if any(cell is not None for cell in cells):
            yield number, cells


def _openpyxl_cell(cell: Any, formula: Any) -> Cell:
    value = cell.value
    if value is None:
        return CellError("no-value", "") if formula.data_type == "f" else None
    if cell.data_type == "e":
        return CellError("error", str(value))
    if isinstance(value, bool | str | datetime | date | time | timedelta):
        return value
    return float(value)


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
        FileError: when the workbook cannot be read.
    """
    with Package(path) as package:
        try:
            return _read(XmlWorkbook(package), path.name, name)
        except UnsupportedXmlError:
            return _read(OpenpyxlWorkbook(package, path), path.name, name)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of all sheets, the hidden ones included.

    Raises:
        FileError: when the workbook cannot be read.
    """
    with Package(path) as package:
        try:
            return tuple(sheet.name for sheet in XmlWorkbook(package).sheets)
        except UnsupportedXmlError:
            return tuple(sheet.name for sheet in OpenpyxlWorkbook(package, path).sheets)


def _read(book: XmlWorkbook | OpenpyxlWorkbook, file: str, name: str) -> TableRows | None:
    found = [(sheet, table) for sheet in book.sheets for table in sheet.tables if table.name.lower() == name.lower()]
    if not found:
        return None
    return _rows(book, file, *found[0])


def _rows(book: XmlWorkbook | OpenpyxlWorkbook, file: str, sheet: Sheet, table: Table) -> TableRows:
    left, width = table.left - 1, len(table.headers)
    rows: list[list[Cell]] = []
    below: list[tuple[int, list[Cell]]] = []
    beside = []
    for number, cells in book.rows(sheet):
        if number > LAST_ROW:
            raise too_large(file, f"it has rows beyond {LAST_ROW:,}, more than a worksheet can hold")
        inside = cells[left : left + width]
        inside += [None] * (width - len(inside))
        if table.top <= number <= table.bottom and _shows_something([*cells[:left], *cells[left + width :]]):
            beside.append(number)
        if table.top < number <= table.bottom:
            at = number - table.top - 1
            rows += ([None] * width for _ in range(len(rows), at + 1))
            rows[at] = inside
        elif number > table.bottom + table.totals and _shows_something(inside):
            below.append((number, inside))
    return TableRows(sheet.name, table.headers, table.top + 1, rows, below, tuple(beside))


def _shows_something(cells: Sequence[Cell]) -> bool:
    """Return whether any cell shows something; a formula with an empty text does not."""
    return any(cell is not None and cell != "" for cell in cells)
