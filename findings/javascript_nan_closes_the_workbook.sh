#!/bin/sh
# One amount that is NaN in JavaScript, such as Number("49,90"), makes a workbook that openpyxl 3.1.5 cannot open at
# all. SheetJS (npm xlsx 0.18.5) and exceljs 4.4.0 write it as <v>NaN</v> without an error; a number of a cell has no
# such value in spreadsheets. openpyxl ends with a ValueError for the whole file that names neither sheet nor cell,
# while python-calamine 0.9.1 reads the file and gives nan. Python's writers are not alike either: XlsxWriter 3.3.1
# refuses to write NaN, openpyxl writes a blank.
#
# Seen on Python 3.11 and Node 20:
#   SheetJS: <v>NaN</v>, calamine nan, openpyxl ValueError
#   exceljs: <v>NaN</v>, calamine nan, openpyxl ValueError
#   XlsxWriter: TypeError
#   openpyxl: None
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5 exceljs@4.4.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
node - <<'JS'
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");
const row = ["M.8882.4808.1", Number("49,90")];
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([row]), "Returns");
XLSX.writeFile(book, "SheetJS.xlsx");
const other = new ExcelJS.Workbook();
other.addWorksheet("Returns").addRow(row);
other.xlsx.writeFile("exceljs.xlsx");
JS
v/bin/python - <<'PYTHON'
import math
import re
import zipfile

import openpyxl
import python_calamine
import xlsxwriter

for writer in ("SheetJS", "exceljs"):
    path = f"{writer}.xlsx"
    with zipfile.ZipFile(path) as package:
        stored = re.findall("<v>NaN</v>", package.read("xl/worksheets/sheet1.xml").decode())
    amount = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0][1]
    try:
        openpyxl.load_workbook(path)
        error = "none"
    except ValueError as reason:
        error = type(reason).__name__
        assert "Returns" not in str(reason) and "B1" not in str(reason)
    print(f"{writer}: {', '.join(stored)}, calamine {amount}, openpyxl {error}")
    assert stored == ["<v>NaN</v>"] and math.isnan(amount) and error == "ValueError"
book = xlsxwriter.Workbook("XlsxWriter.xlsx")
try:
    book.add_worksheet("Returns").write(0, 1, math.nan)
    refused = "written"
except TypeError as reason:
    refused = type(reason).__name__
book.close()
print("XlsxWriter:", refused)
book = openpyxl.Workbook()
book.active.append(["M.8882.4808.1", math.nan])
book.save("openpyxl.xlsx")
read = openpyxl.load_workbook("openpyxl.xlsx").active["B1"].value
print("openpyxl:", read)
assert refused == "TypeError" and read is None
PYTHON
