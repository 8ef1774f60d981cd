#!/bin/sh
# Print what each reader of .xlsx gives for the same small sheets, one line for each reader and kind of cell. The table
# "Readers" in docs/producers.md is written from these lines. Nothing is compared here; the scripts one folder up are
# for that. LibreOffice and Gnumeric are looked at when they are installed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5 exceljs@4.4.0 2>/dev/null
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1 \
    pandas==3.1.1 polars==2.1.0 fastexcel==0.21.0 xlsx2csv==0.8.6
v/bin/python - <<'PYTHON'
import datetime
import re
import zipfile

import xlsxwriter


def write(name, fill, options=None, edit=None):
    book = xlsxwriter.Workbook("usual", options or {})
    fill(book, book.add_worksheet("Returns"))
    book.close()
    with zipfile.ZipFile("usual") as source, zipfile.ZipFile(f"{name}.xlsx", "w") as target:
        for part in source.namelist():
            content = source.read(part).decode()
            target.writestr(part, edit(part, content) if edit else content)


def sheet_only(change):
    return lambda part, content: change(content) if "worksheets/" in part else content


def prefix(part, content):
    if part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        content = re.sub(r"<(/?)(?=\w)", r"<\1x:", content).replace('xmlns="', 'xmlns:x="')
    return content


def strict(part, content):
    for old, new in (
        ("spreadsheetml/2006/main", "spreadsheetml/main"),
        ("drawingml/2006/main", "drawingml/main"),
        ("officeDocument/2006/relationships", "officeDocument/relationships"),
        ("officeDocument/2006/extended-properties", "officeDocument/extendedProperties"),
        ("officeDocument/2006/docPropsVTypes", "officeDocument/docPropsVTypes"),
    ):
        content = content.replace("http://schemas.openxmlformats.org/" + old, "http://purl.oclc.org/ooxml/" + new)
    return content.replace("<workbook ", '<workbook conformance="strict" ')


def one(value, **look):
    return lambda book, sheet: sheet.write_row(0, 0, ["x", value], book.add_format(look) if look else None)


def formula(result):
    def fill(book, sheet):
        sheet.write(0, 0, "x")
        sheet.write_formula(0, 1, "=A9", None, result)

    return fill


def blank(book, sheet):
    sheet.write(0, 0, "x")
    sheet.write_blank(0, 1, None, book.add_format({"bold": 1}))


def three(book, sheet):
    for row in range(3):
        sheet.write_row(row, 0, [f"M.{row}", row + 0.5])


def hidden(book, sheet):
    three(book, sheet)
    sheet.set_row(1, None, None, {"hidden": True})


def all_hidden(book, sheet):
    three(book, sheet)
    sheet.set_default_row(hide_unused_rows=True)


def merged(book, sheet):
    sheet.write_column(0, 0, ["M.0", "M.1"])
    sheet.merge_range("B1:B2", 49.9)


write("01 id as text 0012", one("0012"))
write("02 id as number 8882.4808", one(8882.4808))
write("03 id with spaces around", one(" M.1 "))
write("04 amount 0.30000000000000004", one(1.5), edit=sheet_only(lambda x: x.replace("1.5", "0.30000000000000004")))
write("05 amount with format USD", one(49.9, num_format='0.00 "USD"'))
write("06 error cell", formula("#N/A"))
write("07 formula with the text ''", formula("x"), edit=sheet_only(lambda x: re.sub("<v>x</v>", "<v></v>", x)))
write("08 formula without a value", formula(1), edit=sheet_only(lambda x: re.sub("(</f>)<v>1</v>", r"\1", x)))
write("09 formatted blank", blank)
write("10 hidden row (the second)", hidden)
write("11 rows hidden by zeroHeight", all_hidden)
write("12 date", one(datetime.date(2026, 1, 5), num_format=14))
write("13 date from 1904", one(datetime.date(2026, 1, 5), num_format=14), {"date_1904": True})
iso = sheet_only(lambda x: x.replace('"B1"><v>1.5', '"B1" t="d"><v>2026-01-05'))
write("14 date as ISO text (t=d)", one(1.5), edit=iso)
write("15 merged amount", merged)
write("16 rows without numbers", three, edit=sheet_only(lambda x: re.sub(r'<(row|c) r="\w+"', r"<\1", x)))
write("17 dimension A1:A2", three, edit=sheet_only(lambda x: x.replace('ref="A1:B3"', 'ref="A1:A2"')))
write("18 sheet ends in row 2", three, edit=sheet_only(lambda x: x[: x.index('<c r="B2"')]))
write("19 elements with a prefix", three, edit=prefix)
write("20 the same, texts in their cells", three, {"constant_memory": True}, prefix)
write("21 strict", three, edit=strict)
gray = '<fill><patternFill patternType="gray125"/></fill>'
write("22 empty fill", three, edit=lambda part, content: content.replace(gray, "<fill/>"))
write("23 shared texts with escapes", lambda book, sheet: sheet.write_row(0, 0, ["Mx005F_1", "M_x0041_1", "M\r1"]))
PYTHON
cat >readers.py <<'PYTHON'
import glob
import io
import logging
import warnings

import openpyxl
import pandas
import polars
import python_calamine
import xlsx2csv

warnings.simplefilter("ignore")
logging.disable()


def to_csv(path):
    text = io.StringIO()
    xlsx2csv.Xlsx2csv(path).convert(text)
    return text.getvalue().splitlines()


def rows(path, read_only):
    book = openpyxl.load_workbook(path, data_only=True, read_only=read_only)
    return list(book.worksheets[0].iter_rows(values_only=True))


readers = {
    "openpyxl": lambda path: rows(path, read_only=False),
    "openpyxl, read-only": lambda path: rows(path, read_only=True),
    "calamine": lambda path: python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(),
    "pandas, openpyxl": lambda path: pandas.read_excel(path, header=None, engine="openpyxl").to_numpy().tolist(),
    "pandas, calamine": lambda path: pandas.read_excel(path, header=None, engine="calamine").to_numpy().tolist(),
    "polars": lambda path: polars.read_excel(path, has_header=False).rows(),
    "xlsx2csv": to_csv,
}
for path in sorted(glob.glob("*.xlsx")):
    for name, read in readers.items():
        try:
            answer = repr(read(path))
        except Exception as reason:
            answer = f"{type(reason).__name__}: {' '.join(str(reason).split())[:70]}"
        print(f"{path[:-5]} | {name} | {answer}")
PYTHON
v/bin/python readers.py
cat >readers.js <<'JS'
const fs = require("fs");
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");
const show = (rows) => JSON.stringify(rows, (_, value) => (value === undefined ? null : value));
const sheetjs = (path) => {
  const book = XLSX.readFile(path, { cellDates: true });
  return XLSX.utils.sheet_to_json(book.Sheets.Returns, { header: 1 });
};
const exceljs = async (path) => {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  const rows = [];
  book.worksheets[0].eachRow((row) => rows.push([...row.values.slice(1), ...(row.hidden ? ["hidden"] : [])]));
  return rows;
};
(async () => {
  for (const path of fs.readdirSync(".").filter((name) => name.endsWith(".xlsx")).sort()) {
    for (const [name, read] of [["SheetJS", sheetjs], ["exceljs", exceljs]]) {
      try {
        console.log(`${path.slice(0, -5)} | ${name} | ${show(await read(path))}`);
      } catch (reason) {
        console.log(`${path.slice(0, -5)} | ${name} | ${reason.name}: ${reason.message.slice(0, 70)}`);
      }
    }
  }
})();
JS
TZ=UTC node readers.js
if command -v soffice >/dev/null; then
    profile="-env:UserInstallation=file://$folder/office"
    soffice "$profile" --headless --convert-to csv --outdir lo ./*.xlsx >/dev/null 2>&1 || true
    for file in lo/*.csv; do echo "$(basename "$file" .csv) | LibreOffice | $(tr '\n' '/' <"$file")"; done
fi
if command -v ssconvert >/dev/null; then
    for file in *.xlsx; do
        ssconvert "$file" gnumeric.csv >said 2>&1 || echo "error" >gnumeric.csv
        said=$(grep -v '^$' said | head -1 | cut -c 1-60 || true)
        echo "$(basename "$file" .xlsx) | Gnumeric | $(tr '\n' '/' <gnumeric.csv) $said"
        rm -f gnumeric.csv
    done
fi
