#!/bin/sh
# openpyxl 3.1.5 drops the six characters "x005F_" out of any text in the list of shared strings, also where they are a
# part of an id, and leaves the same text whole in an inline string. _x005F_ is the escape for an underscore that would
# else begin an escape such as _x000D_ (ECMA-376, 22.9.2.19: ST_Xstring); without the underscore before it, x005F_ is
# plain text. The other escapes openpyxl does not undo. python-calamine 0.9.1 reads all as the standard says.
#
# Seen on Python 3.11:
#   Mx005F_1: shared Mx005F_1, openpyxl M1, calamine Mx005F_1
#   M_x0041_1: shared M_x005F_x0041_1, openpyxl M_x0041_1, calamine M_x0041_1
#   a carriage return: shared M_x000D_1, openpyxl 'M_x000D_1', calamine 'M\r1'
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
"$folder/v/bin/python" - "$folder/ids.xlsx" <<'PYTHON'
import re
import sys
import zipfile

import openpyxl
import python_calamine
import xlsxwriter

path, ids = sys.argv[1], ["Mx005F_1", "M_x0041_1", "M\r1"]
book = xlsxwriter.Workbook(path)
book.add_worksheet("Returns").write_column(0, 0, ids)
book.close()
with zipfile.ZipFile(path) as package:
    shared = re.findall("<t>([^<]*)</t>", package.read("xl/sharedStrings.xml").decode())
read = [cell.value for cell in openpyxl.load_workbook(path).active["A"]]
calamine = [row[0] for row in python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]
for row in (0, 1):
    print(f"{ids[row]}: shared {shared[row]}, openpyxl {read[row]}, calamine {calamine[row]}")
print(f"a carriage return: shared {shared[2]}, openpyxl {read[2]!r}, calamine {calamine[2]!r}")
assert shared == ["Mx005F_1", "M_x005F_x0041_1", "M_x000D_1"]
assert read == ["M1", "M_x0041_1", "M_x000D_1"]
assert calamine == ids
PYTHON
