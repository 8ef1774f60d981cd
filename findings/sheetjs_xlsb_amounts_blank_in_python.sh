#!/bin/sh
# A .xlsb that SheetJS (npm xlsx 0.18.5) writes loses its amounts without an error in both Python readers of the format.
# MS-XLSB has two forms of a cell record: with a column number (BrtCellReal, BrtCellIsst) and, for a cell that follows
# its left neighbour, without (BrtShortReal, BrtShortSt). SheetJS writes the first cell of a row in the first form and
# the others in the second. python-calamine 0.9.1 and pyxlsb 1.0.10 skip records of the second form, so that all columns
# but one are blank; pyxlsb also skips BrtCellSt, so that nothing is left. SheetJS itself and LibreOffice 7.4 read all.
#
# Seen on Python 3.11 and Node 20:
#   SheetJS: [["ActionId","Amount","Reason"],["M.8882.4808.1",49.9,"OTHER"],["M.8882.4808.2",12,"REJECTED"]]
#   calamine: [['ActionId'], ['M.8882.4808.1'], ['M.8882.4808.2']]
#   pyxlsb: [[None, None, None], [None, None, None], [None, None, None]]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 pyxlsb==1.0.10
node - <<'JS'
const XLSX = require("xlsx");
const rows = [["ActionId", "Amount", "Reason"], ["M.8882.4808.1", 49.9, "OTHER"], ["M.8882.4808.2", 12, "REJECTED"]];
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), "Returns");
XLSX.writeFile(book, "returns.xlsb");
const read = XLSX.utils.sheet_to_json(XLSX.readFile("returns.xlsb").Sheets.Returns, { header: 1 });
console.log("SheetJS:", JSON.stringify(read));
require("node:assert").deepStrictEqual(read, rows);
JS
v/bin/python - <<'PYTHON'
import pyxlsb
import python_calamine

calamine = python_calamine.CalamineWorkbook.from_path("returns.xlsb").get_sheet_by_index(0).to_python()
with pyxlsb.open_workbook("returns.xlsb") as book, book.get_sheet(1) as sheet:
    cells = [[cell.v for cell in row] for row in sheet.rows()]
print("calamine:", calamine)
print("pyxlsb:", cells)
assert calamine == [["ActionId"], ["M.8882.4808.1"], ["M.8882.4808.2"]]
assert cells == [[None] * 3] * 3
PYTHON
