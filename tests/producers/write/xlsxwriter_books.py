"""Write workbooks with XlsxWriter; the option ``constant-memory`` writes row after row, with texts in the cells."""

import sys

import xlsxwriter
from orders import orders

OPTIONS = {
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "constant_memory": "constant-memory" in sys.argv,
}


def write(order):
    book = xlsxwriter.Workbook(order.path, OPTIONS)
    page = book.add_worksheet(order.sheet)
    formats = {"": None}
    for row, column, kind, value, code, formula in order.cells:
        if code not in formats:
            formats[code] = book.add_format({"num_format": code})
        at, style = (row - 1, column - 1), formats[code]
        if formula:
            page.write_formula(*at, f"={formula}", style, _cached(kind, value))
        elif kind == "text":
            page.write_string(*at, value, style)
        elif kind == "number":
            page.write_number(*at, value, style)
        elif kind == "boolean":
            page.write_boolean(*at, value, style)
        elif kind == "date":
            page.write_datetime(*at, value, style)
        elif kind == "error":
            # XlsxWriter knows error values as results of formulas only.
            page.write_formula(*at, "=NA()" if value == "#N/A" else f"={value}", style, value)
        else:
            page.write_blank(*at, None, style)
    for row in order.hidden_rows:
        page.set_row(row - 1, options={"hidden": True})
    for column in order.hidden_columns:
        page.set_column(column - 1, column - 1, options={"hidden": True})
    _merge(page, order)
    if order.table:
        name, top, left, bottom, right = order.table
        headers = [{"header": value} for row, _, _, value, *_ in order.cells if row == top]
        page.add_table(top - 1, left - 1, bottom - 1, right - 1, {"name": name, "columns": headers})
    book.close()


def _merge(page, order):
    cells = {(row, column): rest for row, column, *rest in order.cells}
    for top, left, bottom, right in order.merges:
        page.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
        kind, value, *_ = cells.get((top, left), ("blank", ""))
        if kind == "text":
            page.write_string(top - 1, left - 1, value)
        elif kind == "number":
            page.write_number(top - 1, left - 1, value)


def _cached(kind, value):
    """Return the cached value as XlsxWriter wants it; it writes <v>0</v> where none is given, so "" means none."""
    return "" if kind == "none" else value


for each in orders():
    write(each)
