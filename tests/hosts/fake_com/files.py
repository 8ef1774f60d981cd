"""Workbooks for the fake: from a file, or from rows that a test writes down."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from tests.hosts.fake_com import cells
from tests.hosts.fake_com.books import Workbook
from tests.hosts.fake_com.filters import UNKNOWN, Filtering
from tests.hosts.fake_com.grid import LAST_ROW, Area
from tests.hosts.fake_com.links import Hyperlink
from tests.hosts.fake_com.names import new_name
from tests.hosts.fake_com.sheets import HIDDEN, VERY_HIDDEN, VISIBLE
from tests.hosts.fake_com.tables import ListObject

_VISIBILITY = {"visible": VISIBLE, "hidden": HIDDEN, "veryHidden": VERY_HIDDEN}


def read_book(application, path, *, location=None, read_only=False):
    """Opens an .xlsx or .xlsm file: what its cells hold, its tables, filters, names, sheet states, links and hidden rows."""
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    folder = str(Path(path).resolve().parent) if location is None else location
    book = Workbook(application, Path(path).name, folder=folder, read_only=read_only)
    for source in formulas.worksheets:
        sheet = book.add_sheet(source.title)
        sheet.visibility = _VISIBILITY[source.sheet_state]
        _read_column_formats(sheet, source)
        _read_cells(sheet, source, values[source.title])
        _read_rows_and_columns(sheet, source)
        _read_tables(sheet, source)
        for name, defined in source.defined_names.items():
            new_name(book, name, f"={defined.attr_text}", sheet)
        if source.print_area:
            new_name(book, "Print_Area", f"={source.print_area}", sheet)
    for name, defined in formulas.defined_names.items():
        new_name(book, name, f"={defined.attr_text}")
    book.show(book.sheets[formulas.worksheets.index(formulas.active)])
    book.saved = True
    return book


def _read_cells(sheet, source, values):
    for row in source.iter_rows():
        for cell in row:
            place = cell.row, cell.column
            if cell.data_type == "f":
                text = cell.value.text if isinstance(cell.value, (ArrayFormula, DataTableFormula)) else cell.value
                cached = values.cell(*place)
                _hold(sheet.grid, place, cached.value, cell.number_format, is_error=cached.data_type == "e")
                sheet.grid.formulas[place] = text
            else:
                _hold(sheet.grid, place, cell.value, cell.number_format, is_error=cell.data_type == "e")
            if not cell.protection.locked:
                sheet.grid.layers["Locked"].cells[place] = False
            if cell.hyperlink:
                sheet.grid.links[place] = Hyperlink(
                    sheet,
                    place,
                    cell.hyperlink.target or "",
                    cell.hyperlink.location or "",
                    cell.hyperlink.tooltip or "",
                )


def _hold(grid, place, value, number_format, *, is_error):
    if number_format != grid.number_format(place):
        grid.layers["NumberFormat"].cells[place] = number_format
    if isinstance(value, (dt.datetime, dt.date, dt.time, dt.timedelta)):
        value = openpyxl.utils.datetime.to_excel(value)
    if is_error:
        value = cells.cell_error(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        value = float(value)
    grid.hold(place, None if value == "" else value)


def _read_column_formats(sheet, source):
    for dimension in source.column_dimensions.values():
        if dimension.number_format != cells.GENERAL:
            columns = Area.between((1, dimension.min), (LAST_ROW, dimension.max))
            sheet.grid.layers["NumberFormat"].put(columns, dimension.number_format)


def _read_rows_and_columns(sheet, source):
    sheet.grid.hidden_rows.update(row for row, dimension in source.row_dimensions.items() if dimension.hidden)
    for dimension in source.column_dimensions.values():
        if dimension.hidden:
            sheet.grid.hidden_columns.update(range(dimension.min, dimension.max + 1))
    sheet.grid.merged.extend(Area.parse(merged.coord) for merged in source.merged_cells.ranges)
    if source.auto_filter.ref:
        area = Area.parse(source.auto_filter.ref)
        sheet.filtering = Filtering(sheet, lambda: area)
        _read_criteria(sheet.filtering, source.auto_filter)
    if source.protection.sheet:
        # The file keeps a hash of the password, from which no password can be told.
        sheet.protection = {"password": object() if source.protection.password else "", "people_only": False}


def _read_tables(sheet, source):
    for table in source.tables.values():
        made = ListObject(
            sheet,
            table.displayName,
            Area.parse(table.ref),
            empty=bool(table.insertRow),
            filter_shown=table.autoFilter is not None,
        )
        made.style = table.tableStyleInfo.name if table.tableStyleInfo else ""
        if table.autoFilter:
            _read_criteria(made.filtering, table.autoFilter)
        sheet.tables.append(made)


def _read_criteria(filtering, auto_filter):
    for column in auto_filter.filterColumn:
        filtering.criteria[column.colId + 1] = UNKNOWN, None, None


def make_book(application, name, rows_by_sheet, *, location, read_only, tables):
    """A book in memory. Values are held as they are: text stays text, a date and a Decimal get their number format."""
    book = Workbook(application, name, folder=location, read_only=read_only)
    for title, rows in rows_by_sheet.items():
        sheet = book.add_sheet(title)
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values, start=1):
                put_in(sheet.grid, (row, column), value)
    for table, place in tables.items():
        title, address = place.split("!")
        sheet = next(sheet for sheet in book.sheets if sheet.name == title)
        area = Area.parse(address)
        body = area._replace(row=area.row + 1, height=area.height - 1)
        empty = not any(body.holds(cell) for cell in sheet.grid.filled())
        sheet.tables.append(ListObject(sheet, table, area, empty=empty))
    book.show(book.sheets[0])
    book.saved = True
    return book


def put_in(grid, cell, value):
    """Sets what a cell holds: only numbers, dates and Decimals are understood, and "=" opens a formula."""
    if isinstance(value, str) and value.startswith("="):
        grid.hold(cell, None)
        grid.formulas[cell] = value
    elif isinstance(value, str):
        grid.hold(cell, value or None)
    elif isinstance(value, Decimal):
        # Unlike a Decimal that a program writes, what a person typed keeps all its places; only Value rounds them.
        grid.hold(cell, float(value), cells.CURRENCY)
    else:
        grid.hold(cell, *cells.taken(value, grid.number_format(cell)))
