#!/bin/sh
# exceljs 4.4.0 puts a row one column too far left when its array has a hole at index 0, as in row = []; row[1] = 12.5:
# the amount then stands under ActionId and the reason under Amount. An array with undefined at index 0 is placed well,
# though JavaScript prints and reads both alike. addRow takes an array without an own element 0 for one that counts from
# 1, as row.values does. A hole further right keeps its column, so only rows without an id are moved.
#
# Seen on Node 20:
#   undefined at 0: A null, B 12.5, C "REJECTED"
#   a hole at 0: A 12.5, B "REJECTED", C null
#   a hole at 1: A "M.8882.4808.1", B null, C "REJECTED"
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . exceljs@4.4.0 2>/dev/null
node - <<'JS'
const assert = require("node:assert");
const sheet = new (require("exceljs").Workbook)().addWorksheet("Returns");
const hole = [];
hole[1] = 12.5;
hole[2] = "REJECTED";
const later = ["M.8882.4808.1"];
later[2] = "REJECTED";
const rows = { "undefined at 0": [undefined, 12.5, "REJECTED"], "a hole at 0": hole, "a hole at 1": later };
const seen = Object.entries(rows).map(([name, values]) => {
  const row = sheet.addRow(values);
  const cells = ["A", "B", "C"].map((column) => row.getCell(column).value);
  console.log(`${name}: ${["A", "B", "C"].map((column, at) => `${column} ${JSON.stringify(cells[at])}`).join(", ")}`);
  return cells;
});
assert.deepStrictEqual(seen[0], [null, 12.5, "REJECTED"]);
assert.deepStrictEqual(seen[1], [12.5, "REJECTED", null]);
assert.deepStrictEqual(seen[2], ["M.8882.4808.1", null, "REJECTED"]);
JS
