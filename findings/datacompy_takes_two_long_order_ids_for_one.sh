#!/bin/sh
# datacompy 1.1.0 compares two lists by a key. A column of whole numbers or of Decimals is compared as binary fractions,
# also with both tolerances at 0. The order ids 9007199254740993 and 9007199254740992 of one action are equal for it, and
# matches() is True. pandas itself, which holds the same two columns, says that they differ. As texts they differ too.
#
# Seen on Python 3.11 with pandas 3.0.6:
#   whole numbers: pandas says equal: False, datacompy says matches: True
#   Decimals: pandas says equal: False, datacompy says matches: True
#   texts: pandas says equal: False, datacompy says matches: False
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check datacompy==1.1.0 pandas==3.0.6
cd "$folder"
v/bin/python - <<'PYTHON'
from decimal import Decimal

import datacompy
import pandas

seen = {}
for name, kind in (("whole numbers", int), ("Decimals", Decimal), ("texts", str)):
    ids = ["M.8882.4808.1", "M.8882.4808.2"]
    first = pandas.DataFrame({"ActionId": ids, "OrderId": [kind("9007199254740993"), kind("1001")]})
    second = pandas.DataFrame({"ActionId": ids, "OrderId": [kind("9007199254740992"), kind("1001")]})
    compared = datacompy.PandasCompare(first, second, join_columns="ActionId", abs_tol=0, rel_tol=0)
    equal, matches = first.equals(second), bool(compared.matches())
    print(f"{name}: pandas says equal: {equal}, datacompy says matches: {matches}")
    seen[name] = (equal, matches)
assert seen == {"whole numbers": (False, True), "Decimals": (False, True), "texts": (False, False)}
PYTHON
