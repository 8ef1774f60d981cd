#!/bin/sh
# price-parser 0.5.1 reads -12.50, (12.50) and 12.50- as 12.50. It is made for prices, and people use it for amounts with
# signs of currencies, as shops export them. Reports write a refund with a minus or in parentheses: of a sale of 12.50 and
# its refund the sum is 25.00 instead of 0. Nothing shows that a sign was there.
#
# Seen on Python 3.11:
#   '12.50' -> 12.50
#   '-12.50' -> 12.50
#   '-12,50 €' -> 12.50
#   '(12.50)' -> 12.50
#   '12.50-' -> 12.50
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1
"$folder/v/bin/python" - <<'PYTHON'
from decimal import Decimal

from price_parser import Price

for text in ("12.50", "-12.50", "-12,50 €", "(12.50)", "12.50-"):
    amount = Price.fromstring(text).amount
    print(repr(text), "->", amount)
    assert amount == Decimal("12.50")
PYTHON
