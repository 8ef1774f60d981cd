#!/bin/sh
# pandas 3.1.1 cuts a CSV file at the letter "o" when it is asked to find the delimiter (sep=None) and the delimiter is
# "|". It shows the first line alone to Python's csv.Sniffer, which counts characters; "o" stands in each of the three
# names ActionId, Amount and Reason. The rows hold no "o", so each becomes one value with blanks beside it; no error.
# csv.Sniffer itself finds "|" when it gets the whole text.
#
# Seen on Python 3.11:
#   csv.Sniffer, whole text: '|'
#   pandas, columns: ['Acti', 'nId|Am', 'unt|Reas', 'n']
#   pandas, first row: M.8882.4808.1|1.90|REJECTED and 3 blanks
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1
"$folder/v/bin/python" - <<'PYTHON'
import csv
import io

import pandas

text = "ActionId|Amount|Reason\n" + "".join(f"M.8882.4808.{row}|{row}.90|REJECTED\n" for row in range(1, 30))
delimiter = csv.Sniffer().sniff(text).delimiter
table = pandas.read_csv(io.StringIO(text), sep=None, engine="python")
print("csv.Sniffer, whole text:", repr(delimiter))
print("pandas, columns:", list(table.columns))
print("pandas, first row:", table.iloc[0, 0], "and", table.iloc[0, 1:].isna().sum(), "blanks")
assert delimiter == "|"
assert list(table.columns) == ["Acti", "nId|Am", "unt|Reas", "n"]
assert table.iloc[0, 0] == "M.8882.4808.1|1.90|REJECTED"
assert table.iloc[:, 1:].isna().all(axis=None)
PYTHON
