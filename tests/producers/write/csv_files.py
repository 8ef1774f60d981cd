"""Write CSV files with every field quoted: with Python's csv module, or with pandas when the option ``pandas`` is given."""

import csv
import sys

import pandas as pd
from orders import orders

_, _, delimiter, *more = sys.argv
DELIMITER = "\t" if delimiter == "tab" else delimiter


def write(order):
    rows = order.by_row
    width = max(column for cells in rows.values() for column in cells)
    lines = [
        [rows.get(number, {}).get(column, ("", ""))[1] for column in range(1, width + 1)]
        for number in range(1, max(rows) + 1)
    ]
    if "pandas" in more:
        frame = pd.DataFrame(lines[1:], columns=lines[0], dtype=object)
        frame.to_csv(order.path, index=False, sep=DELIMITER, quoting=csv.QUOTE_ALL)
    else:
        with open(order.path, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            csv.writer(file, delimiter=DELIMITER, quoting=csv.QUOTE_ALL).writerows(lines)


for each in orders():
    write(each)
