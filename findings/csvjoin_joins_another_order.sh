#!/bin/sh
# csvjoin of csvkit 2.2.0 joins the order 01001 of one file with the order 1001 of another, and writes 1001 for both. It
# finds out the types of the columns first, takes both for numbers, and joins by the numbers. RFC 4180 knows texts only, and
# a shop may have both orders. With --no-inference the rows are joined by what stands in the files.
#
# A refund of the order 01001 is taken from the action of the order 1001.
#
# Seen on Python 3.11:
#   csvjoin: ['1001,5.00,M.8882.4808.1', '1002,6.00,M.8882.4808.2']
#   csvjoin --no-inference: ['1002,6.00,M.8882.4808.2']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
cd "$folder"
printf 'Order,Refunded\n01001,5.00\n1002,6.00\n' > refunds.csv
printf 'OID,ActionId\n1001,M.8882.4808.1\n1002,M.8882.4808.2\n' > pending.csv
v/bin/csvjoin -c Order,OID refunds.csv pending.csv > by_numbers.csv
v/bin/csvjoin --no-inference -c Order,OID refunds.csv pending.csv > by_texts.csv
v/bin/python - <<'PYTHON'
from pathlib import Path

by_numbers = Path("by_numbers.csv").read_text().split()[1:]
by_texts = Path("by_texts.csv").read_text().split()[1:]
print("csvjoin:", by_numbers)
print("csvjoin --no-inference:", by_texts)
assert by_numbers == ["1001,5.00,M.8882.4808.1", "1002,6.00,M.8882.4808.2"]
assert by_texts == ["1002,6.00,M.8882.4808.2"]
PYTHON
