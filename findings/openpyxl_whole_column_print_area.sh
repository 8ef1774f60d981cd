#!/bin/sh
# openpyxl 3.1.5 loses a print area of whole columns, with a warning that names no area, and saves the workbook without
# it. Excel writes such an area as "Sheet!$A:$H" (ECMA-376, 18.2.5: the built-in name _xlnm.Print_Area), and so does
# XlsxWriter. A report that a program opens and saves with openpyxl prints every column from then on.
#
# Seen on Python 3.11:
#   in the file: Actions!$A:$H
#   warned: Print area cannot be set to Defined name: Actions!$A:$H.
#   openpyxl reads: ''
#   after saving: []
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1
"$folder/v/bin/python" - "$folder/area.xlsx" <<'PYTHON'
import re
import sys
import warnings
import zipfile

import openpyxl
import xlsxwriter


def areas(path):
    with zipfile.ZipFile(path) as package:
        book = package.read("xl/workbook.xml").decode()
    return re.findall(r"<definedName[^>]*Print_Area[^>]*>([^<]*)<", book)


path = sys.argv[1]
book = xlsxwriter.Workbook(path)
sheet = book.add_worksheet("Actions")
sheet.write(0, 0, "ActionId")
sheet.print_area(0, 0, 1_048_575, 7)
book.close()
print("in the file:", *areas(path))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    read = openpyxl.load_workbook(path)
print("warned:", *(str(warning.message) for warning in caught))
print("openpyxl reads:", repr(read["Actions"].print_area))
read.save(path)
print("after saving:", areas(path))
assert [str(warning.message) for warning in caught] == ["Print area cannot be set to Defined name: Actions!$A:$H."]
assert read["Actions"].print_area == ""
assert areas(path) == []
PYTHON
