"""Write workbooks with openpyxl; the option ``write-only`` writes row after row."""

import sys

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.table import Table
from orders import area, letters, orders

WRITE_ONLY = "write-only" in sys.argv


def _fill(cell, kind, value, code, formula):
    if formula:
        cell.value = f"={formula}"  # openpyxl keeps no cached value
    elif kind == "text":
        cell.value = value
        cell.data_type = "s"
    elif kind == "error":
        cell.value = value
        cell.data_type = "e"
    elif kind not in {"blank", "none"}:
        cell.value = value
    if code:
        cell.number_format = code
    return cell


def write(order):
    book = openpyxl.Workbook(write_only=WRITE_ONLY)
    page = book.create_sheet(order.sheet) if WRITE_ONLY else book.active
    page.title = order.sheet
    for row in order.hidden_rows:
        page.row_dimensions[row].hidden = True
    for column in order.hidden_columns:
        page.column_dimensions[letters(column)].hidden = True
    if WRITE_ONLY:
        _stream(page, order)
    else:
        for row, column, *rest in order.cells:
            _fill(page.cell(row, column), *rest)
        for merge in order.merges:
            page.merge_cells(area(*merge))
    if order.table:
        name, top, left, bottom, right = order.table
        page.add_table(Table(displayName=name, ref=area(top, left, bottom, right)))
    book.save(order.path)


def _stream(page, order):
    rows, last = order.by_row, 0
    for number, cells in rows.items():
        for _ in range(number - last - 1):
            page.append([])
        page.append(
            [_fill(WriteOnlyCell(page), *cells[at]) if at in cells else None for at in range(1, max(cells) + 1)]
        )
        last = number


for each in orders():
    write(each)
