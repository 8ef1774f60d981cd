#!/bin/sh
# Gnumeric 1.12.55 does not know references to the columns of a table, "Returns[Amount]", as Excel writes them when a user
# points at such a column. It gives no error value: every formula that uses a name for a column has the text of that
# reference as its value, and a formula with the reference itself its own text. What compares or counts such cells goes on
# with a text. XlsxWriter writes the file, LibreOffice calculates 42, 42, 42 and TRUE.
#
# Seen with Gnumeric 1.12.55 (Debian 12):
#   the sum of a name for cells (Actions!$B$2:$B$3) -> 42
#   the sum of a name for a column (Returns[Amount]) -> Returns[Amount]
#   the sum of the column -> SUM(Returns[Amount])
#   whether the sum of the name is above 0 -> Returns[Amount]
set -eu
command -v ssconvert >/dev/null || { echo "install gnumeric"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 2>/dev/null
v/bin/python - <<'PYTHON'
import xlsxwriter

book = xlsxwriter.Workbook("returns.xlsx")
sheet = book.add_worksheet("Actions")
sheet.add_table("A1:B3", {"name": "Returns", "columns": [{"header": "Id"}, {"header": "Amount"}]})
for row, amount in enumerate((10, 32), 1):
    sheet.write_row(row, 0, [f"M.{row}", amount])
book.define_name("ByTable", "=Returns[Amount]")
book.define_name("ByCells", "=Actions!$B$2:$B$3")
other = book.add_worksheet("Sums")
for row, formula in enumerate(("=SUM(ByCells)", "=SUM(ByTable)", "=SUM(Returns[Amount])", "=SUM(ByTable)>0")):
    other.write_formula(row, 0, formula)
book.close()
PYTHON
ssconvert --recalc -S returns.xlsx out.csv 2>/dev/null
python3 - <<'PYTHON'
from pathlib import Path

seen = Path("out.csv.1").read_text().splitlines()
names = (
    "the sum of a name for cells (Actions!$B$2:$B$3)",
    "the sum of a name for a column (Returns[Amount])",
    "the sum of the column",
    "whether the sum of the name is above 0",
)
for name, value in zip(names, seen, strict=True):
    print(name, "->", value)
assert seen == ["42", "Returns[Amount]", "SUM(Returns[Amount])", "Returns[Amount]"], seen
PYTHON
