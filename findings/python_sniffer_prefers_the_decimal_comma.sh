#!/bin/sh
# csv.Sniffer of Python 3.11 cuts amounts in two: for rows with tabs or semicolons between the fields and a comma in
# each amount it answers that the comma is the delimiter. Each character stands equally often in every row, and among
# such characters a fixed list of favourites decides, with the comma first. A header line without a comma, or one whole
# amount, changes the answer. The first part of the amount stays at the id, and the second begins the next field.
#
# Seen on Python 3.11:
#   semicolons: ',' -> ['M.8882.4808.1;49', '90;REJECTED']
#   tabs: ',' -> ['M.8882.4808.1\t49', '90\tREJECTED']
#   semicolons, one amount without a comma: ';' -> ['M.8882.4808.1', '49,90', 'REJECTED']
set -eu
python3 - <<'PYTHON'
import csv

rows = [("M.8882.4808.1", "49,90", "REJECTED"), ("M.8882.4808.2", "12,50", "OTHER"), ("M.8882.4808.3", "7,25", "OTHER")]
whole = [*rows, ("M.8882.4808.4", "8", "OTHER")]
found = []
for title, delimiter, table in [
    ("semicolons", ";", rows),
    ("tabs", "\t", rows),
    ("semicolons, one amount without a comma", ";", whole),
]:
    text = "".join(delimiter.join(row) + "\n" for row in table)
    dialect = csv.Sniffer().sniff(text)
    print(f"{title}: {dialect.delimiter!r} ->", next(csv.reader(text.splitlines(), dialect)))
    found.append(dialect.delimiter)
assert found == [",", ",", ";"]
PYTHON
