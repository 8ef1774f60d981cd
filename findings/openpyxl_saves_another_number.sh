#!/bin/sh
# openpyxl 3.1.5 reads an id of 17 digits that is a number exactly, as a Python int, and saves another number: a
# workbook that is opened and saved, without a change, has lost the last digit. Numbers are written with 16 digits, also
# when they are whole and Python knows each digit; 0.1 + 0.2 becomes 0.3 on the same way. A file may hold them all
# (ECMA-376, 18.3.1.96: the value is text in the file), and Perl's Excel::Writer::XLSX writes them.
#
# Seen on Python 3.11:
#   in the file: 10634150012345678
#   openpyxl reads: 10634150012345678
#   after saving: 1.063415001234568e+16
#   openpyxl reads: 1.063415001234568e+16
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5
"$folder/v/bin/python" - "$folder" <<'PYTHON'
import re
import sys
import zipfile

import openpyxl

before, after = sys.argv[1] + "/before.xlsx", sys.argv[1] + "/after.xlsx"


def stored(path):
    with zipfile.ZipFile(path) as package:
        return re.findall("<v>([^<]*)</v>", package.read("xl/worksheets/sheet1.xml").decode())


book = openpyxl.Workbook()
book.active["A1"] = 1
book.save(after)
with zipfile.ZipFile(after) as source, zipfile.ZipFile(before, "w") as target:
    for name in source.namelist():
        target.writestr(name, source.read(name).replace(b"<v>1</v>", b"<v>10634150012345678</v>"))
book = openpyxl.load_workbook(before)
first = book.active["A1"].value
book.save(after)
second = openpyxl.load_workbook(after).active["A1"].value
print("in the file:", *stored(before))
print("openpyxl reads:", first)
print("after saving:", *stored(after))
print("openpyxl reads:", second)
assert first == 10634150012345678
assert stored(after) == ["1.063415001234568e+16"]
assert int(second) == 10634150012345680
PYTHON
