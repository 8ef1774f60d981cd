#!/bin/sh
# Gnumeric 1.12.55 exports amounts of two decimals to CSV with up to twenty: ssconvert writes 0.07 of a workbook as
# 0.070000000000000010002 and 9452.71 as 9452.709999999999, on x86-64. Read as a double, each is the number that was in
# the cell; read as a decimal, which is how money is read, it is another amount, with digits that no cent has. Most
# amounts, such as 49.9, come out as they went in, so a look at the first rows shows nothing. The digits are more than
# the 17 that any double needs. Needs Gnumeric (Debian 12: gnumeric).
#
# Seen on Gnumeric 1.12.55:
#   49.9 -> 49.9
#   0.07 -> 0.070000000000000010002
#   9452.71 -> 9452.709999999999
#   9831.88 -> 9831.8799999999989998
set -eu
command -v ssconvert >/dev/null || { echo "needs Gnumeric: apt-get install gnumeric"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1
v/bin/python - <<'PYTHON'
import pathlib
import subprocess

import xlsxwriter

amounts = [49.9, 0.07, 9452.71, 9831.88]
book = xlsxwriter.Workbook("amounts.xlsx")
book.add_worksheet("Returns").write_column(0, 0, amounts)
book.close()
subprocess.run(["ssconvert", "amounts.xlsx", "amounts.csv"], check=True)
written = pathlib.Path("amounts.csv").read_text().split()
for amount, text in zip(amounts, written, strict=True):
    print(amount, "->", text)
assert [float(text) for text in written] == amounts
assert written == ["49.9", "0.070000000000000010002", "9452.709999999999", "9831.8799999999989998"]
PYTHON
