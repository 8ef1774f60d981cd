"""The usual way: openpyxl in read-only mode, pydantic for each row, csv.DictWriter."""

import csv
import sys

import openpyxl
from peer_model import Row
from pydantic import ValidationError

book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
rows = book["Actions"].iter_rows(values_only=True)
headers = next(rows)
found, good, seen = [], [], set()
for number, cells in enumerate(rows, 2):
    try:
        row = Row(**dict(zip(headers, cells, strict=False)))
    except ValidationError as error:
        found += [(number, detail["loc"], detail["type"]) for detail in error.errors()]
        continue
    if row.ActionId in seen:
        found.append((number, ("ActionId",), "id-duplicate"))
    else:
        good.append(row)
    seen.add(row.ActionId)
# As with ours, nothing is written before every row was looked at.
with open(sys.argv[2], "w", newline="") as file:  # noqa: PTH123
    writer = csv.DictWriter(file, ["ActionId", "Amount", "Reason"], lineterminator="\r\n")
    writer.writeheader()
    for row in good:
        writer.writerow({**row.model_dump(), "Amount": f"{row.Amount:.2f}" if row.Amount else "0"})
print(len(found))
