#!/bin/sh
# csv-diff 1.2 and csvdiff 0.3.3 compare two CSV files by a key. Where one file has a key on two rows, both keep the last
# row of it and drop the other without a word. An action that a download lists with 5.00 and with 7.00, and a later
# download with 7.00 alone, has not changed for them. Neither counts the rows that it did not compare.
#
# Seen on Python 3.11:
#   csv-diff: {'added': [], 'removed': [], 'changed': [], 'columns_added': [], 'columns_removed': []}
#   csvdiff: added [], changed [], removed []
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check csv-diff==1.2 csvdiff==0.3.3
cd "$folder"
printf 'ActionId,Amount\nM.8882.4808.1,5.00\nM.8882.4808.1,7.00\nM.8882.4808.2,6.00\n' > before.csv
printf 'ActionId,Amount\nM.8882.4808.1,7.00\nM.8882.4808.2,6.00\n' > after.csv
v/bin/python - <<'PYTHON'
import csv_diff
import csvdiff

with open("before.csv") as before, open("after.csv") as after:
    first = csv_diff.compare(csv_diff.load_csv(before, key="ActionId"), csv_diff.load_csv(after, key="ActionId"))
second = csvdiff.diff_files("before.csv", "after.csv", ["ActionId"])
print("csv-diff:", first)
print(f"csvdiff: added {second['added']}, changed {second['changed']}, removed {second['removed']}")
assert not any(first.values())
assert not (second["added"] or second["changed"] or second["removed"])
PYTHON
