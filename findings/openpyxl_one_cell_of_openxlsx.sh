#!/bin/sh
# openpyxl 3.1.5 sees one cell of a workbook that R's openxlsx 4.2.5 writes, or none. openxlsx states the used range A1
# for every sheet (ECMA-376, 18.3.1.35: dimension), whatever the sheet holds; in read-only mode openpyxl believes it and
# gives the header's first cell as the whole sheet, without a warning. In its usual mode openpyxl ends with a KeyError,
# because openxlsx names a drawing that it does not write. python-calamine 0.9.1 reads every row. reset_dimensions() of
# openpyxl's read-only sheets gives all rows too. Needs R and openxlsx (Debian 12: r-cran-openxlsx).
#
# Seen on Python 3.11, R 4.2.2, openxlsx 4.2.5.2:
#   dimension: A1
#   calamine: [['ActionId', 'Amount'], ['M.8882.4808.1', 49.9], ['M.8882.4808.2', 12.0]]
#   openpyxl, read-only: [('ActionId',)]
#   openpyxl, read-only, dimensions reset: [('ActionId', 'Amount'), ('M.8882.4808.1', 49.9), ('M.8882.4808.2', 12)]
#   openpyxl: KeyError: "There is no item named 'xl/drawings/drawing1.xml' in the archive"
set -eu
Rscript --vanilla -e 'library(openxlsx)' 2>/dev/null || { echo "needs R: apt-get install r-cran-openxlsx"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1
Rscript --vanilla -e 'openxlsx::write.xlsx(
    data.frame(ActionId = c("M.8882.4808.1", "M.8882.4808.2"), Amount = c(49.9, 12)), "returns.xlsx")'
v/bin/python - <<'PYTHON'
import re
import zipfile

import openpyxl
import python_calamine

with zipfile.ZipFile("returns.xlsx") as package:
    dimension = re.findall(r'<dimension ref="([^"]*)"', package.read("xl/worksheets/sheet1.xml").decode())
calamine = python_calamine.CalamineWorkbook.from_path("returns.xlsx").get_sheet_by_index(0).to_python()
sheet = openpyxl.load_workbook("returns.xlsx", read_only=True).worksheets[0]
believed = list(sheet.iter_rows(values_only=True))
sheet.reset_dimensions()
whole = list(sheet.iter_rows(values_only=True))
try:
    openpyxl.load_workbook("returns.xlsx")
except KeyError as reason:
    error = f"KeyError: {reason}"
print("dimension:", *dimension)
print("calamine:", calamine)
print("openpyxl, read-only:", believed)
print("openpyxl, read-only, dimensions reset:", whole)
print("openpyxl:", error)
assert dimension == ["A1"]
assert believed == [("ActionId",)]
assert [list(row) for row in whole] == calamine and len(whole) == 3
assert "xl/drawings/drawing1.xml" in error
PYTHON
