#!/bin/sh
# openpyxl 3.1.5 knows the currency format 44 without the semicolons between its sections. A file holds such a built-in
# format by its number alone, so openpyxl's own list decides what a program reads: one section for a cell that has four
# (positive, negative, zero, text). Its neighbours 41 to 43 have all four. A program that looks at the section for
# negative amounts finds none, and one that copies the code into another workbook changes what the cell shows.
#
# Seen on Python 3.11:
#   41: 4 sections
#   42: 4 sections
#   43: 4 sections
#   44: 1 section: _("$"* #,##0.00_)_("$"* \(#,##0.00\)_("$"* "-"??_)_(@_)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1
"$folder/v/bin/python" - "$folder/amounts.xlsx" <<'PYTHON'
import sys

import openpyxl
import xlsxwriter

path, numbers = sys.argv[1], range(41, 45)
book = xlsxwriter.Workbook(path)
sheet = book.add_worksheet("Amounts")
for row, number in enumerate(numbers):
    sheet.write(row, 0, -12.5, book.add_format({"num_format": number}))
book.close()
cells = openpyxl.load_workbook(path)["Amounts"]["A"]
codes = {number: cell.number_format for number, cell in zip(numbers, cells, strict=True)}
for number, code in codes.items():
    sections = code.count(";") + 1
    print(f"{number}: {sections} sections" if sections > 1 else f"{number}: {sections} section: {code}")
assert [code.count(";") for code in codes.values()] == [3, 3, 3, 0]
PYTHON
