#!/bin/sh
# pylightxl 1.61 reads every text of a workbook that openpyxl 3.1.5 (and so pandas) writes as "". openpyxl puts texts
# into their cells (t="inlineStr"; ECMA-376, 18.18.11), pylightxl knows the list of shared strings only. Numbers are
# read, so a sheet of returned actions has its amounts and no ids, and there is no error.
#
# Seen on Python 3.11:
#   openpyxl: [('M.8882.4808.1', 49.9), ('M.8882.4808.2', 12)]
#   pylightxl: [['', 49.9], ['', 12]]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 pylightxl==1.61
"$folder/v/bin/python" - "$folder/returns.xlsx" <<'PYTHON'
import sys

import openpyxl
import pylightxl

path = sys.argv[1]
book = openpyxl.Workbook()
book.active.append(["M.8882.4808.1", 49.9])
book.active.append(["M.8882.4808.2", 12])
book.save(path)
rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
read = pylightxl.readxl(path)
other = list(read.ws(read.ws_names[0]).rows)
print("openpyxl:", rows)
print("pylightxl:", other)
assert rows == [("M.8882.4808.1", 49.9), ("M.8882.4808.2", 12)]
assert other == [["", 49.9], ["", 12]]
PYTHON
