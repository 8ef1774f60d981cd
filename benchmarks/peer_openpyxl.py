"""The usual way: openpyxl in read-only mode, pydantic for each row, csv.DictWriter."""

import csv
import sys

import openpyxl
from peer_model import Row
from pydantic import ValidationError

book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
rows = book["Actions"].iter_rows(values_only=True)
headers = next(rows)
found = []
with open(sys.argv[2], "w", newline="") as file:  # noqa: PTH123
    writer = csv.DictWriter(file, ["ActionId", "Amount", "Reason"])
    writer.writeheader()
    for number, cells in enumerate(rows, 2):
        try:
            row = Row(**dict(zip(headers, cells, strict=False)))
        except ValidationError as error:
            found += [(number, detail["loc"], detail["type"]) for detail in error.errors()]
        else:
            amount = f"{row.Amount:.2f}" if row.Amount else "0"
            writer.writerow({"ActionId": row.ActionId, "Amount": amount, "Reason": row.Reason})
print(len(found))
