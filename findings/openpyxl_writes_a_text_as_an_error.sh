#!/bin/sh
# openpyxl 3.1.5, and pandas 3.1.1 through it, write the text "#N/A" as an error cell (t="e"; ECMA-376, 18.18.11). The
# seven names of errors are looked for in every text. python-calamine 0.9.1 gives "" for the cell and pandas a missing
# value, so a note "#N/A" that a person typed is gone after one round. XlsxWriter 3.3.1 writes a text. Setting data_type
# to "s" after the value keeps it a text.
#
# Seen on Python 3.11:
#   XlsxWriter: calamine '#N/A'
#   openpyxl: calamine ''
#   pandas: calamine ''
#   openpyxl, data_type s: calamine '#N/A'
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check \
    openpyxl==3.1.5 pandas==3.1.1 XlsxWriter==3.3.1 python-calamine==0.9.1
v/bin/python - <<'PYTHON'
import openpyxl
import pandas
import python_calamine
import xlsxwriter

book = xlsxwriter.Workbook("XlsxWriter.xlsx")
book.add_worksheet("Returns").write_row(0, 0, ["M.8882.4808.1", "#N/A"])
book.close()
book = openpyxl.Workbook()
book.active.append(["M.8882.4808.1", "#N/A"])
book.save("openpyxl.xlsx")
book.active["B1"].data_type = "s"
book.save("openpyxl, data_type s.xlsx")
pandas.DataFrame([["M.8882.4808.1", "#N/A"]]).to_excel("pandas.xlsx", index=False, header=False, engine="openpyxl")
seen = []
for writer in ("XlsxWriter", "openpyxl", "pandas", "openpyxl, data_type s"):
    rows = python_calamine.CalamineWorkbook.from_path(f"{writer}.xlsx").get_sheet_by_index(0).to_python()
    print(f"{writer}: calamine {rows[0][1]!r}")
    seen.append(rows[0][1])
assert seen == ["#N/A", "", "", "#N/A"]
PYTHON
