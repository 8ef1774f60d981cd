"""Write workbooks with rust_xlsxwriter, from Python: one record a row, without formats."""

from orders import orders
from rustpy_xlsxwriter import FastExcel


def write(order):
    rows = order.by_row
    top = min(rows)
    headers = {column: value for column, (_, value, *_) in rows[top].items()}
    records = [
        {
            header: cells[column][1] if column in cells and cells[column][0] != "blank" else None
            for column, header in headers.items()
        }
        for cells in (rows.get(number, {}) for number in range(top + 1, max(rows) + 1))
    ]
    FastExcel(order.path).sheet(order.sheet, records).save()


for each in orders():
    write(each)
