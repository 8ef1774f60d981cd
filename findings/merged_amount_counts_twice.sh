#!/bin/sh
# exceljs 4.4.0 gives the amount of a merged cell once for each row of the merged area, so that the sum of a column is
# too high: 49.90 over two rows counts 99.80. Only the first cell of such an area holds a value (ECMA-376, 18.3.1.55:
# mergeCells); python-calamine 0.9.1 and openpyxl 3.1.5 give the amount once and a blank. The row that belongs to the
# second half looks, to a program with exceljs, like a row of its own with an amount.
#
# Seen on Python 3.11 and Node 20:
#   calamine: [['M.8882.4808.1', 49.9], ['M.8882.4808.2', '']]
#   openpyxl: [('M.8882.4808.1', 49.9), ('M.8882.4808.2', None)]
#   exceljs: [["M.8882.4808.1",49.9],["M.8882.4808.2",49.9]], sum 99.8
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . exceljs@4.4.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
v/bin/python - <<'PYTHON'
import openpyxl
import python_calamine
import xlsxwriter

book = xlsxwriter.Workbook("merged.xlsx")
sheet = book.add_worksheet("Returns")
sheet.write_column(0, 0, ["M.8882.4808.1", "M.8882.4808.2"])
sheet.merge_range("B1:B2", 49.9)
book.close()
calamine = python_calamine.CalamineWorkbook.from_path("merged.xlsx").get_sheet_by_index(0).to_python()
rows = list(openpyxl.load_workbook("merged.xlsx").active.iter_rows(values_only=True))
print("calamine:", calamine)
print("openpyxl:", rows)
assert calamine == [["M.8882.4808.1", 49.9], ["M.8882.4808.2", ""]]
assert rows == [("M.8882.4808.1", 49.9), ("M.8882.4808.2", None)]
PYTHON
node - <<'JS'
const assert = require("node:assert");
const book = new (require("exceljs").Workbook)();
book.xlsx.readFile("merged.xlsx").then(() => {
  const rows = [];
  book.worksheets[0].eachRow((row) => rows.push(row.values.slice(1)));
  console.log(`exceljs: ${JSON.stringify(rows)}, sum ${rows[0][1] + rows[1][1]}`);
  assert.deepStrictEqual(rows, [["M.8882.4808.1", 49.9], ["M.8882.4808.2", 49.9]]);
});
JS
