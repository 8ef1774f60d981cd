#!/bin/sh
# daff 1.4.2 (Python and npm) compares two tables. With its usual settings it finds out by itself which columns are the key.
# Two actions that left a list, and two new ones with the same amounts, are for it the same two rows with other ids: it
# reports that the ActionId of a row was changed, and no row as new or gone. With the key named, both are told.
#
# Seen on Python 3.11:
#   usual settings: ['->', 'M.1->M.3', '5.00'] ['->', 'M.2->M.4', '6.00']
#   key named: ['+++', 'M.3', '5.00'] ['+++', 'M.4', '6.00'] ['---', 'M.1', '5.00'] ['---', 'M.2', '6.00']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check daff==1.4.2
cd "$folder"
v/bin/python - <<'PYTHON'
import daff

old = [["ActionId", "Amount"], ["M.1", "5.00"], ["M.2", "6.00"]]
new = [["ActionId", "Amount"], ["M.3", "5.00"], ["M.4", "6.00"]]
found = {}
for name, key in (("usual settings", None), ("key named", "ActionId")):
    flags = daff.CompareFlags()
    if key is not None:
        flags.addPrimaryKey(key)
    before, after = daff.PythonTableView(old), daff.PythonTableView(new)
    shown = daff.PythonTableView([])
    daff.TableDiff(daff.Coopy.compareTables(before, after, flags).align(), flags).hilite(shown)
    found[name] = [row for row in shown.getData() if row[0] != "@@"]
    print(f"{name}:", *found[name])
assert found["usual settings"] == [["->", "M.1->M.3", "5.00"], ["->", "M.2->M.4", "6.00"]]
assert sorted(row[:2] for row in found["key named"]) == [["+++", "M.3"], ["+++", "M.4"], ["---", "M.1"], ["---", "M.2"]]
PYTHON
