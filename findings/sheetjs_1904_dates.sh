#!/bin/sh
# SheetJS (npm xlsx 0.18.5) reads the dates of a workbook that counts from 1904 four years and a day too early when
# cellDates is asked for, and right when the cell is asked for its text. Both answers come from one cell: the text goes
# through the flag date1904 of the workbook (ECMA-376, 18.2.28), the date does not. Excel for Mac wrote such workbooks
# by itself up to version 2008.
#
# Seen on Python 3.11 and Node 20:
#   written: 2026-01-05
#   text: 1/5/26
#   date: 2022-01-04
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1
v/bin/python - <<'PYTHON'
import datetime

import xlsxwriter

book = xlsxwriter.Workbook("dates.xlsx", {"date_1904": True})
sheet = book.add_worksheet("Returns")
sheet.write_datetime(0, 0, datetime.datetime(2026, 1, 5), book.add_format({"num_format": 14}))
book.close()
print("written: 2026-01-05")
PYTHON
TZ=UTC node - <<'JS'
const assert = require("node:assert");
const XLSX = require("xlsx");
const cell = XLSX.readFile("dates.xlsx", { cellDates: true }).Sheets.Returns.A1;
const date = cell.v.toISOString().slice(0, 10);
console.log("text:", cell.w);
console.log("date:", date);
assert.strictEqual(cell.w, "1/5/26");
assert.strictEqual(date, "2022-01-04");
JS
