#!/bin/sh
# exceljs 4.4.0 cannot open a workbook that has a sheet named History. Excel's own dialogue refuses that name, because it
# keeps it for its change history, but the file format does not forbid it (ECMA-376, 18.2.19: any text of up to 31
# characters), and openpyxl, XlsxWriter, LibreOffice and SheetJS write and read it. All other sheets are lost with it.
#
# Seen on Node 20:
#   sheets in the file: Returns, History
#   SheetJS reads: Returns, History
#   exceljs: The name "History" is protected. Please use a different name.
#   exceljs, the same file with the sheet named Batches: Returns, Batches
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5
npm install --silent --no-audit --no-fund --prefix . exceljs@4.4.0 xlsx@0.18.5 2>/dev/null
v/bin/python - <<'PYTHON'
from openpyxl import Workbook

for last in ("History", "Batches"):
    book = Workbook()
    book.active.title = "Returns"
    book.active.append(["ActionId", "Amount"])
    book.create_sheet(last)
    book.save(f"{last}.xlsx")
    if last == "History":
        print("sheets in the file:", ", ".join(book.sheetnames))
PYTHON
node - <<'JS'
const assert = require("node:assert");
const ExcelJS = require("exceljs");
const sheetjs = require("xlsx").readFile("History.xlsx").SheetNames.join(", ");
console.log("SheetJS reads:", sheetjs);
assert.strictEqual(sheetjs, "Returns, History");
(async () => {
  let problem = "";
  try {
    await new ExcelJS.Workbook().xlsx.readFile("History.xlsx");
  } catch (error) {
    problem = error.message;
  }
  console.log("exceljs:", problem);
  assert.match(problem, /The name "History" is protected/);
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile("Batches.xlsx");
  const names = book.worksheets.map((sheet) => sheet.name).join(", ");
  console.log("exceljs, the same file with the sheet named Batches:", names);
  assert.strictEqual(names, "Returns, Batches");
})();
JS
