#!/bin/sh
# SheetJS (npm xlsx 0.18.5) gives an error cell and a blank the same way in sheet_to_json: the key is missing from the
# row. An amount that could not be computed (#N/A, #DIV/0!) is then no amount, and a total goes on without it. The cell
# itself says t: "e" and sheet_to_csv writes "#N/A", so only the most used way to the rows hides it.
#
# Seen on Python 3.11 and Node 20:
#   sheet_to_csv: ActionId,Amount / M.1,#N/A / M.2, / M.3,12.5
#   sheet_to_json: [{"ActionId":"M.1"},{"ActionId":"M.2"},{"ActionId":"M.3","Amount":12.5}]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1
v/bin/python - <<'PYTHON'
import xlsxwriter

book = xlsxwriter.Workbook("returns.xlsx")
sheet = book.add_worksheet("Returns")
sheet.write_column(0, 0, ["ActionId", "M.1", "M.2", "M.3"])
sheet.write(0, 1, "Amount")
sheet.write_formula(1, 1, "=NA()", None, "#N/A")
sheet.write(3, 1, 12.5)
book.close()
PYTHON
node - <<'JS'
const assert = require("node:assert");
const XLSX = require("xlsx");
const sheet = XLSX.readFile("returns.xlsx").Sheets.Returns;
const rows = XLSX.utils.sheet_to_json(sheet);
const csv = XLSX.utils.sheet_to_csv(sheet).split("\n").join(" / ");
console.log("sheet_to_csv:", csv);
console.log("sheet_to_json:", JSON.stringify(rows));
assert.strictEqual(csv, "ActionId,Amount / M.1,#N/A / M.2, / M.3,12.5");
assert.deepStrictEqual(rows.map((row) => "Amount" in row), [false, false, true]);
JS
