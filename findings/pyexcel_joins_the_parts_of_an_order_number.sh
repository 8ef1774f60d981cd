#!/bin/sh
# pyexcel 0.7.6 reads the order number 1001_2 of a CSV file as the number 10012.0: Python's float() takes an underscore between
# digits, and pyexcel asks float() whether a text is a number. Shops write such numbers for the second delivery of an order. In
# the same column 01001 stays a text and 1002 becomes a number, so that numbers and texts stand side by side.
#
# The order 10012 may be there too; its action gets the refund.
#
# Seen on Python 3.11:
#   01001 -> '01001'
#   1002 -> 1002
#   1001_2 -> 10012.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check pyexcel==0.7.6 pyexcel-io==0.6.8
cd "$folder"
printf 'Order,Refunded\n01001,5.00\n1002,6.00\n1001_2,7.00\n' > refunds.csv
v/bin/python - <<'PYTHON'
import pyexcel

read = [row[0] for row in pyexcel.get_array(file_name="refunds.csv")[1:]]
for text, value in zip(("01001", "1002", "1001_2"), read):
    print(text, "->", repr(value))
assert read == ["01001", 1002, 10012.0]
PYTHON
