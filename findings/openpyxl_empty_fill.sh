#!/bin/sh
# openpyxl 3.1.5 cannot open a workbook whose styles hold an empty <fill/>, in read-only mode neither. The schema allows
# it: CT_Fill is a choice of patternFill and gradientFill, each with minOccurs="0" (ECMA-376, 18.8.20 and sml.xsd). The
# TypeError speaks of a Fill and names no part of the file. Fills have nothing to do with the values of cells;
# python-calamine 0.9.1 reads them.
#
# Seen on Python 3.11:
#   calamine: [['M.8882.4808.1', 49.9]]
#   openpyxl: TypeError: expected <class 'openpyxl.styles.fills.Fill'>
#   openpyxl, read-only: TypeError: expected <class 'openpyxl.styles.fills.Fill'>
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
"$folder/v/bin/python" - "$folder" <<'PYTHON'
import sys
import zipfile

import openpyxl
import python_calamine
import xlsxwriter

usual, path = sys.argv[1] + "/usual.xlsx", sys.argv[1] + "/fill.xlsx"
book = xlsxwriter.Workbook(usual)
book.add_worksheet("Returns").write_row(0, 0, ["M.8882.4808.1", 49.9])
book.close()
fill = b'<fill><patternFill patternType="gray125"/></fill>'
with zipfile.ZipFile(usual) as source, zipfile.ZipFile(path, "w") as target:
    for part in source.namelist():
        target.writestr(part, source.read(part).replace(fill, b"<fill/>"))
    assert fill in source.read("xl/styles.xml")
rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
print("calamine:", rows)
assert rows == [["M.8882.4808.1", 49.9]]
for title, read_only in (("openpyxl", False), ("openpyxl, read-only", True)):
    try:
        openpyxl.load_workbook(path, read_only=read_only)
        error = "none"
    except TypeError as reason:
        error = f"TypeError: {reason}"
    print(f"{title}: {error}")
    assert error == "TypeError: expected <class 'openpyxl.styles.fills.Fill'>"
PYTHON
