#!/bin/sh
# A date that openpyxl 3.1.5 writes with iso_dates lies in 1905 for exceljs 4.4.0. The cell says t="d" and holds
# 2026-01-05T00:00:00 (ECMA-376, 18.18.11: a date in the form of ISO 8601). exceljs reads the digits before the first
# hyphen as a number: the year 2026, which as a day of the calendar of spreadsheets is 18 July 1905. Without a date
# format on the cell it stays the number 2026, an amount like any other. openpyxl and python-calamine 0.9.1 read the
# date.
#
# Seen on Python 3.11 and Node 20:
#   openpyxl: 2026-01-05, without a date format 2026-01-05
#   calamine: 2026-01-05, without a date format 2026-01-05
#   exceljs: 1905-07-18, without a date format 2026
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . exceljs@4.4.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1
v/bin/python - <<'PYTHON'
import datetime

import openpyxl
import python_calamine

book = openpyxl.Workbook(iso_dates=True)
for row in (1, 2):
    book.active.cell(row, 1).value = datetime.datetime(2026, 1, 5)
book.active["A2"].number_format = "General"
book.save("dates.xlsx")
read = [cell.value for cell in openpyxl.load_workbook("dates.xlsx").active["A"]]
other = [row[0] for row in python_calamine.CalamineWorkbook.from_path("dates.xlsx").get_sheet_by_index(0).to_python()]
for reader, values in (("openpyxl", read), ("calamine", other)):
    first, second = (str(value)[:10] for value in values)
    print(f"{reader}: {first}, without a date format {second}")
    assert first == second == "2026-01-05"
PYTHON
node - <<'JS'
const assert = require("node:assert");
const book = new (require("exceljs").Workbook)();
book.xlsx.readFile("dates.xlsx").then(() => {
  const [first, second] = ["A1", "A2"].map((name) => book.worksheets[0].getCell(name).value);
  console.log(`exceljs: ${first.toISOString().slice(0, 10)}, without a date format ${second}`);
  assert.strictEqual(first.toISOString().slice(0, 10), "1905-07-18");
  assert.strictEqual(second, 2026);
});
JS
