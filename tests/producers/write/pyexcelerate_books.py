"""Write workbooks with PyExcelerate."""

import pyexcelerate
from orders import area, orders


def write(order):
    book = pyexcelerate.Workbook()
    page = book.new_sheet(order.sheet)
    for row, column, kind, value, code, formula in order.cells:
        if formula:
            page.set_cell_value(row, column, f"={formula}")
        elif kind != "blank":
            page.set_cell_value(row, column, value)
        if code:
            page.set_cell_style(row, column, pyexcelerate.Style(format=pyexcelerate.Format(code)))
    for row in order.hidden_rows:
        page.set_row_style(row, pyexcelerate.Style(size=0))
    for top, left, bottom, right in order.merges:
        first, last = area(top, left, bottom, right).split(":")
        page.range(first, last).merge()
    book.save(order.path)


for each in orders():
    write(each)
