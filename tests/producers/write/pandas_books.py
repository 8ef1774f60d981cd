"""Write workbooks with pandas, as it does when a user says no more than the name of the file and the engine."""

import sys

import pandas as pd
from orders import orders


def write(order):
    rows = order.by_row
    top = min(rows)
    headers = {column: value for column, (_, value, *_) in rows[top].items()}
    lines = [
        [cells[column][1] if column in cells and cells[column][0] != "blank" else None for column in headers]
        for cells in (rows.get(number, {}) for number in range(top + 1, max(rows) + 1))
    ]
    frame = pd.DataFrame(lines, columns=list(headers.values()), dtype=object)
    if order.path.endswith(".csv"):
        frame.to_csv(order.path, index=False)
    else:
        frame.to_excel(order.path, sheet_name=order.sheet, index=False, engine=sys.argv[2])


for each in orders():
    write(each)
