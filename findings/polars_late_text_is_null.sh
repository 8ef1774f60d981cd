#!/bin/sh
# polars 2.1.0 (with fastexcel 0.21.0) reads an amount that is text, such as "49,90", as null when it stands in row 110
# of a sheet. The same cell in row 90 makes the whole column text, with every amount in it. The kind of a column is
# decided by its first 100 rows (infer_schema_length), and a cell further down that does not fit is neither an error nor
# a warning, so it cannot be told from a blank.
#
# Seen on Python 3.11:
#   text in row 90: String, '49,90', 0 nulls
#   text in row 110: Float64, None, 1 null
#   text in row 110 and infer_schema_length=None: String, '49,90', 0 nulls
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 fastexcel==0.21.0 XlsxWriter==3.3.1
"$folder/v/bin/python" - "$folder/amounts.xlsx" <<'PYTHON'
import logging
import sys

import polars
import xlsxwriter

logging.disable()  # fastexcel says for each such column that it takes text for it
path, seen = sys.argv[1], []


def look(title, row, **options):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Returns")
    sheet.write_row(0, 0, ["ActionId", "Amount"])
    for number in range(1, 200):
        sheet.write_row(number, 0, [f"M.8882.4808.{number}", 12.5])
    sheet.write_string(row - 1, 1, "49,90")
    book.close()
    amounts = polars.read_excel(path, **options)["Amount"]
    nulls = amounts.null_count()
    print(f"{title}: {amounts.dtype}, {amounts[row - 2]!r}, {nulls} null{'' if nulls == 1 else 's'}")
    seen.append((str(amounts.dtype), amounts[row - 2], nulls))


look("text in row 90", 90)
look("text in row 110", 110)
look("text in row 110 and infer_schema_length=None", 110, infer_schema_length=None)
assert seen == [("String", "49,90", 0), ("Float64", None, 1), ("String", "49,90", 0)]
PYTHON
