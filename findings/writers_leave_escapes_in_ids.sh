#!/bin/sh
# An id with _x and four hexadecimal digits in it, such as M_x0041_7, is another id after openpyxl 3.1.5, exceljs 4.4.0
# or SheetJS (npm xlsx 0.18.5) wrote it: _x0041_ in a cell means the letter A (ECMA-376, 22.9.2.19: ST_Xstring), and
# these three write the text as it is, where the standard wants its underscore escaped. SheetJS and exceljs read back
# another id than they wrote. openpyxl reads its own well, since it undoes no escape, so a test with openpyxl alone
# finds nothing. XlsxWriter 3.3.1 escapes.
#
# Seen on Python 3.11 and Node 20:
#   XlsxWriter: calamine reads M_x0041_7
#   openpyxl: calamine reads MA7, openpyxl M_x0041_7
#   exceljs: calamine reads MA7, exceljs MA7
#   SheetJS: calamine reads MA7, SheetJS MA7
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5 exceljs@4.4.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
node - >own.json <<'JS'
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["M_x0041_7"]]), "Returns");
XLSX.writeFile(book, "SheetJS.xlsx");
const own = { SheetJS: XLSX.readFile("SheetJS.xlsx").Sheets.Returns.A1.v };
const written = new ExcelJS.Workbook();
written.addWorksheet("Returns").addRow(["M_x0041_7"]);
const read = new ExcelJS.Workbook();
written.xlsx.writeFile("exceljs.xlsx").then(() => read.xlsx.readFile("exceljs.xlsx")).then(() => {
  own.exceljs = read.worksheets[0].getCell("A1").value;
  console.log(JSON.stringify(own));
});
JS
v/bin/python - <<'PYTHON'
import json
import pathlib

import openpyxl
import python_calamine
import xlsxwriter

book = xlsxwriter.Workbook("XlsxWriter.xlsx")
book.add_worksheet("Returns").write_string(0, 0, "M_x0041_7")
book.close()
book = openpyxl.Workbook()
book.active["A1"] = "M_x0041_7"
book.save("openpyxl.xlsx")
own = json.loads(pathlib.Path("own.json").read_text())
own["openpyxl"] = openpyxl.load_workbook("openpyxl.xlsx").active["A1"].value
seen = {}
for writer in ("XlsxWriter", "openpyxl", "exceljs", "SheetJS"):
    seen[writer] = python_calamine.CalamineWorkbook.from_path(f"{writer}.xlsx").get_sheet_by_index(0).to_python()[0][0]
    print(f"{writer}: calamine reads {seen[writer]}", *([f"{writer} {own[writer]}"] if writer in own else []), sep=", ")
assert seen == {"XlsxWriter": "M_x0041_7", "openpyxl": "MA7", "exceljs": "MA7", "SheetJS": "MA7"}
assert own == {"openpyxl": "M_x0041_7", "exceljs": "MA7", "SheetJS": "MA7"}
PYTHON
