#!/bin/sh
# xlsx2csv 0.8.6 writes a blank for every text that stands in its cell (t="inlineStr") when the elements of the sheet
# have a prefix, <x:c> for <c>, as Microsoft's Open XML SDK writes them. Amounts stay, so rows leave with an amount and
# without an id. The prefix is free to choose (Namespaces in XML 1.0, 4). openpyxl 3.1.5 reads the texts; exceljs 4.4.0
# cannot open the workbook at all.
#
# Seen on Python 3.11 and Node 20:
#   openpyxl: [('M.8882.4808.1', 49.9, 'REJECTED')]
#   xlsx2csv, no prefix: M.8882.4808.1,49.9,REJECTED
#   xlsx2csv, prefix: ,49.9,
#   exceljs: Cannot set properties of undefined (setting 'sheetNo')
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . exceljs@4.4.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check xlsx2csv==0.8.6 openpyxl==3.1.5 XlsxWriter==3.3.1
v/bin/python - <<'PYTHON'
import io
import re
import zipfile

import openpyxl
import xlsx2csv
import xlsxwriter

book = xlsxwriter.Workbook("usual.xlsx", {"constant_memory": True})  # texts stand in their cells
book.add_worksheet("Returns").write_row(0, 0, ["M.8882.4808.1", 49.9, "REJECTED"])
book.close()
with zipfile.ZipFile("usual.xlsx") as source, zipfile.ZipFile("prefixed.xlsx", "w") as target:
    for part in source.namelist():
        content = source.read(part).decode()
        if part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            content = re.sub(r"<(/?)(?=\w)", r"<\1x:", content).replace('xmlns="', 'xmlns:x="')
        target.writestr(part, content)


def written(path):
    text = io.StringIO()
    xlsx2csv.Xlsx2csv(path).convert(text)
    return text.getvalue().strip()


rows = list(openpyxl.load_workbook("prefixed.xlsx").active.iter_rows(values_only=True))
print("openpyxl:", rows)
print("xlsx2csv, no prefix:", written("usual.xlsx"))
print("xlsx2csv, prefix:", written("prefixed.xlsx"))
assert rows == [("M.8882.4808.1", 49.9, "REJECTED")]
assert written("usual.xlsx") == "M.8882.4808.1,49.9,REJECTED"
assert written("prefixed.xlsx") == ",49.9,"
PYTHON
node - <<'JS'
const book = new (require("exceljs").Workbook)();
book.xlsx.readFile("prefixed.xlsx").then(() => "none", (reason) => reason.message).then((error) => {
  console.log("exceljs:", error);
  require("node:assert").strictEqual(error, "Cannot set properties of undefined (setting 'sheetNo')");
});
JS
