#!/bin/sh
# python-calamine 0.9.1 cannot read a .ods that has a line break between two cells in its XML, as SheetJS (npm xlsx
# 0.18.5) writes it; the files of Gnumeric 1.12 have them too. White space between elements that hold no text of their
# own means nothing in OpenDocument (1.2, part 1, white space processing). The error speaks of an expected table-cell
# and names no cell. The same file without the line breaks is read, and pandas 3.1.1 reads both with odfpy 1.4.1.
#
# Seen on Python 3.11 and Node 20:
#   as written, calamine: CalamineError: Expecting 'table-cell', found 'Text(...)'
#   as written, pandas: [['M.8882.4808.1', 49.9]]
#   without line breaks, calamine: [['M.8882.4808.1', 49.9]]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 pandas==3.1.1 odfpy==1.4.1
node - <<'JS'
const XLSX = require("xlsx");
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["M.8882.4808.1", 49.9]]), "Returns");
XLSX.writeFile(book, "returns.ods");
JS
v/bin/python - <<'PYTHON'
import re
import zipfile

import pandas
import python_calamine

with zipfile.ZipFile("returns.ods") as source, zipfile.ZipFile("joined.ods", "w") as target:
    for name in source.namelist():
        content = source.read(name)
        target.writestr(name, re.sub(rb">\s+<", b"><", content) if name == "content.xml" else content)
try:
    python_calamine.CalamineWorkbook.from_path("returns.ods").get_sheet_by_index(0)
    error = "none"
except python_calamine.CalamineError as reason:
    error = re.sub(r"\(.*\)", "(...)", str(reason), flags=re.DOTALL)
print("as written, calamine: CalamineError:", error)
rows = pandas.read_excel("returns.ods", header=None, engine="odf").to_numpy().tolist()
print("as written, pandas:", rows)
joined = python_calamine.CalamineWorkbook.from_path("joined.ods").get_sheet_by_index(0).to_python()
print("without line breaks, calamine:", joined)
assert error == "Expecting 'table-cell', found 'Text(...)'"
assert rows == joined == [["M.8882.4808.1", 49.9]]
PYTHON
