#!/bin/sh
# Gnumeric 1.12.55: EXACT over a range compares one cell only, so that SUMPRODUCT(--EXACT(range, text)), the usual way to count
# with upper and lower case told apart, counts 0 or 1 of many. It gives no error. LibreOffice counts 3 in the same file,
# as Excel's documentation of SUMPRODUCT has it; a comparison with = is taken over the whole range by all.
#
# Seen with Gnumeric 1.12.55 (Debian 12):
#   ids: M.7, M.7, m.7, M.7
#   SUMPRODUCT(--EXACT(ids,"M.7")) -> 1
#   SUMPRODUCT(--(ids="M.7")) -> 4
set -eu
command -v ssconvert >/dev/null || { echo "install gnumeric"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 2>/dev/null
v/bin/python - <<'PYTHON'
import xlsxwriter

book = xlsxwriter.Workbook("ids.xlsx")
sheet = book.add_worksheet()
sheet.write_column(0, 0, ["M.7", "M.7", "m.7", "M.7"])
for row, formula in enumerate(('=SUMPRODUCT(--EXACT(A1:A4,"M.7"))', '=SUMPRODUCT(--(A1:A4="M.7"))')):
    sheet.write_formula(row, 1, formula)
book.close()
PYTHON
ssconvert --recalc ids.xlsx out.csv 2>/dev/null
python3 - <<'PYTHON'
import csv
from pathlib import Path

rows = list(csv.reader(Path("out.csv").read_text().splitlines()))
print("ids:", ", ".join(row[0] for row in rows))
seen = [row[1] for row in rows[:2]]
for formula, value in zip(('EXACT(ids,"M.7")', '(ids="M.7")'), seen, strict=True):
    print(f"SUMPRODUCT(--{formula}) -> {value}")
assert seen == ["1", "4"], seen
PYTHON
