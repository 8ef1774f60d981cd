#!/bin/sh
# openpyxl 3.1.5 opens a workbook with an XML comment in its list of sheets, and cannot open the same file where lxml is
# installed as well. It takes lxml on its own then (openpyxl/xml/functions.py), and lxml keeps comments as nodes, which
# openpyxl takes for a sheet; in the list of relations for a relation, whose name it then misses. XML allows a comment
# there (XML 1.0, 2.5), and so does ECMA-376. So a program that reads a file at one desk fails at the next, because of a
# package that neither asked for; the error speaks of a sheet without a name. The variable OPENPYXL_LXML=False helps.
#
# Seen on Python 3.11, lxml 6.1.3:
#   without lxml, comment in xl/workbook.xml: [['M.8882.4808.1', 49.9]]
#   without lxml, comment in xl/_rels/workbook.xml.rels: [['M.8882.4808.1', 49.9]]
#   with lxml, comment in xl/workbook.xml: TypeError
#   with lxml, comment in xl/_rels/workbook.xml.rels: KeyError
#   with lxml and OPENPYXL_LXML=False, comment in xl/workbook.xml: [['M.8882.4808.1', 49.9]]
#   with lxml and OPENPYXL_LXML=False, comment in xl/_rels/workbook.xml.rels: [['M.8882.4808.1', 49.9]]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/read.py" <<'PYTHON'
import sys
import warnings
import zipfile

import openpyxl
import xlsxwriter

folder, title, *expected = sys.argv[1:]
usual, path = folder + "/usual.xlsx", folder + "/comment.xlsx"
book = xlsxwriter.Workbook(usual)
book.add_worksheet("Returns").write_row(0, 0, ["M.8882.4808.1", 49.9])
book.close()
behind = {"xl/workbook.xml": b"<sheets>", "xl/_rels/workbook.xml.rels": b'package/2006/relationships">'}
for (part, where), outcome in zip(behind.items(), expected, strict=True):
    with zipfile.ZipFile(usual) as source, zipfile.ZipFile(path, "w") as target:
        assert where in source.read(part)
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(where, where + b"<!-- of our shop -->") if name == part else content)
    warnings.simplefilter("ignore")
    try:
        seen = str([list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)])
    except Exception as error:
        seen = type(error).__name__
    print(f"{title}, comment in {part}: {seen}")
    assert seen == outcome
PYTHON
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1
rows="[['M.8882.4808.1', 49.9]]"
"$folder/v/bin/python" "$folder/read.py" "$folder" "without lxml" "$rows" "$rows"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check lxml==6.1.3
"$folder/v/bin/python" "$folder/read.py" "$folder" "with lxml" TypeError KeyError
OPENPYXL_LXML=False "$folder/v/bin/python" "$folder/read.py" "$folder" "with lxml and OPENPYXL_LXML=False" "$rows" "$rows"
