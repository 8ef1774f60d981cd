#!/bin/sh
# xlsx2csv 0.8.6 writes the number format instead of the amount when the format holds a quoted currency with a D, H, M,
# S or Y in it, such as "USD", "CHF" or "AED". It takes the letter for a part of a date, does not look whether it is
# quoted, and puts the day into the code: the amount 49.90 leaves as the text '#,##0.00 "us17"'. Negative amounts of the
# same format are written as numbers. Quoted text is literal (ECMA-376, 18.8.31). A currency in brackets, [$USD], is
# read well.
#
# Seen on Python 3.11:
#   #,##0.00 "USD": -12.5 -> -12.5, 49.9 -> #,##0.00 "us17"
#   #,##0.00 "CHF": -12.5 -> -12.5, 49.9 -> #,##0.00 "c09f"
#   "AED" 0.00: -12.5 -> -12.5, 49.9 -> "ae17" 0.00
#   [$USD] #,##0.00: -12.5 -> -12.5, 49.9 -> 49.9
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check xlsx2csv==0.8.6 XlsxWriter==3.3.1
"$folder/v/bin/python" - "$folder/amounts.xlsx" <<'PYTHON'
import csv
import io
import sys

import xlsx2csv
import xlsxwriter

path, formats = sys.argv[1], ['#,##0.00 "USD"', '#,##0.00 "CHF"', '"AED" 0.00', "[$USD] #,##0.00"]
book = xlsxwriter.Workbook(path)
sheet = book.add_worksheet("Amounts")
for row, code in enumerate(formats):
    sheet.write_row(row, 0, [-12.5, 49.9], book.add_format({"num_format": code}))
book.close()
text = io.StringIO()
xlsx2csv.Xlsx2csv(path).convert(text)
rows = list(csv.reader(io.StringIO(text.getvalue())))
for code, (credit, amount) in zip(formats, rows, strict=True):
    print(f"{code}: -12.5 -> {credit}, 49.9 -> {amount}")
assert [amount for _, amount in rows] == ['#,##0.00 "us17"', '#,##0.00 "c09f"', '"ae17" 0.00', "49.9"]
assert [float(credit) for credit, _ in rows] == [-12.5] * 4
PYTHON
