"""Write workbooks with excelize, the library of Go programs, from Python."""

import excelize
from orders import area, letters, orders


def _fill(book, sheet, at, kind, value, formula):
    if formula:  # a value set before it would stay as the number of a shared text
        book.set_cell_formula(sheet, at, formula)
    elif kind in {"text", "error"}:
        book.set_cell_str(sheet, at, value)
    elif kind == "number":
        book.set_cell_float(sheet, at, value, -1, 64)
    elif kind == "boolean":
        book.set_cell_bool(sheet, at, value)
    elif kind == "date":
        book.set_cell_value(sheet, at, value)


def write(order):
    book = excelize.new_file()
    book.set_sheet_name("Sheet1", order.sheet)
    styles = {}
    for row, column, kind, value, code, formula in order.cells:
        at = f"{letters(column)}{row}"
        _fill(book, order.sheet, at, kind, value, formula)
        if code:
            if code not in styles:
                styles[code] = book.new_style(excelize.Style(custom_num_fmt=code))
            book.set_cell_style(order.sheet, at, at, styles[code])
    for row in order.hidden_rows:
        book.set_row_visible(order.sheet, row, False)
    for column in order.hidden_columns:
        book.set_col_visible(order.sheet, letters(column), False)
    for merge in order.merges:
        book.merge_cell(order.sheet, *area(*merge).split(":"))
    if order.table:
        name, *place = order.table
        book.add_table(order.sheet, excelize.Table(range=area(*place), name=name))
    book.save_as(order.path)
    book.close()


for each in orders():
    write(each)
