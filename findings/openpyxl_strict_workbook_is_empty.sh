#!/bin/sh
# openpyxl 3.1.5 opens a workbook of the strict kind and finds no sheet in it; the warning does not say why. Excel
# writes such files with "Save as: Strict Open XML Spreadsheet"; they differ in the names of their namespaces (ISO/IEC
# 29500-1, annex A: http://purl.oclc.org/ooxml/...). A program that goes over all sheets reports that there was nothing
# to read. python-calamine 0.9.1 reads the sheet.
#
# Seen on Python 3.11:
#   calamine: ['Returns'] [['M.8882.4808.1', 49.9]]
#   openpyxl: []
#   warned: File contains an invalid specification for 0. This will be removed
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
"$folder/v/bin/python" - "$folder" <<'PYTHON'
import sys
import warnings
import zipfile

import openpyxl
import python_calamine
import xlsxwriter

usual, strict = sys.argv[1] + "/usual.xlsx", sys.argv[1] + "/strict.xlsx"
names = {
    "spreadsheetml/2006/main": "spreadsheetml/main",
    "drawingml/2006/main": "drawingml/main",
    "officeDocument/2006/relationships": "officeDocument/relationships",
    "officeDocument/2006/extended-properties": "officeDocument/extendedProperties",
    "officeDocument/2006/docPropsVTypes": "officeDocument/docPropsVTypes",
}
book = xlsxwriter.Workbook(usual)
book.add_worksheet("Returns").write_row(0, 0, ["M.8882.4808.1", 49.9])
book.close()
with zipfile.ZipFile(usual) as source, zipfile.ZipFile(strict, "w") as target:
    for part in source.namelist():
        content = source.read(part).decode()
        for old, new in names.items():
            content = content.replace("http://schemas.openxmlformats.org/" + old, "http://purl.oclc.org/ooxml/" + new)
        target.writestr(part, content.replace("<workbook ", '<workbook conformance="strict" '))
calamine = python_calamine.CalamineWorkbook.from_path(strict)
rows = calamine.get_sheet_by_index(0).to_python()
print("calamine:", calamine.sheet_names, rows)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    names = openpyxl.load_workbook(strict).sheetnames
print("openpyxl:", names)
print("warned:", *(str(warning.message) for warning in caught))
assert rows == [["M.8882.4808.1", 49.9]]
assert names == []
PYTHON
