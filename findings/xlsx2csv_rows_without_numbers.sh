#!/bin/sh
# xlsx2csv 0.8.6 writes an empty file, without an error, for a sheet whose rows and cells do not state their numbers.
# The attribute r is optional for both (ECMA-376, 18.3.1.73: row, 18.3.1.4: c); the place then follows from the order.
# openpyxl 3.1.5 and python-calamine 0.9.1 read such a sheet.
#
# Seen on Python 3.11:
#   openpyxl: [('M.8882.4808.1', 49.9), ('M.8882.4808.2', 12)]
#   calamine: [['M.8882.4808.1', 49.9], ['M.8882.4808.2', 12.0]]
#   xlsx2csv: ''
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check \
    xlsx2csv==0.8.6 openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
"$folder/v/bin/python" - "$folder" <<'PYTHON'
import io
import re
import sys
import zipfile

import openpyxl
import python_calamine
import xlsx2csv
import xlsxwriter

usual, path = sys.argv[1] + "/usual.xlsx", sys.argv[1] + "/unnumbered.xlsx"
book = xlsxwriter.Workbook(usual)
sheet = book.add_worksheet("Returns")
sheet.write_row(0, 0, ["M.8882.4808.1", 49.9])
sheet.write_row(1, 0, ["M.8882.4808.2", 12])
book.close()
with zipfile.ZipFile(usual) as source, zipfile.ZipFile(path, "w") as target:
    for part in source.namelist():
        content = source.read(part)
        target.writestr(part, re.sub(rb'<(row|c) r="\w+"', rb"<\1", content) if "worksheets/" in part else content)
rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
calamine = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
text = io.StringIO()
xlsx2csv.Xlsx2csv(path).convert(text)
print("openpyxl:", rows)
print("calamine:", calamine)
print("xlsx2csv:", repr(text.getvalue()))
assert rows == [("M.8882.4808.1", 49.9), ("M.8882.4808.2", 12)]
assert [tuple(row) for row in calamine] == rows
assert text.getvalue() == ""
PYTHON
