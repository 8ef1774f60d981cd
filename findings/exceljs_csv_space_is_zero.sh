#!/bin/sh
# exceljs 4.4.0 reads a CSV field that holds one space as the number 0. An empty field stays blank, so the two look the
# same in a spreadsheet and mean an amount of nothing and no amount. Ids that look like numbers lose their zeros on the
# same way: every field goes through JavaScript's Number(), for which a text of white space is 0 and "0x1F" is 31.
#
# Seen on Node 20:
#   a space -> 0
#   no space -> null
#   0012 -> 12
#   0x1F -> 31
#   49,90 -> "49,90"
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . exceljs@4.4.0 2>/dev/null
printf 'ActionId;Amount\nM.1; \nM.2;\nM.3;0012\nM.4;0x1F\nM.5;49,90\n' >returns.csv
node - <<'JS'
const assert = require("node:assert");
const ExcelJS = require("exceljs");
const names = ["a space", "no space", "0012", "0x1F", "49,90"];
new ExcelJS.Workbook().csv.readFile("returns.csv", { parserOptions: { delimiter: ";" } }).then((sheet) => {
  const read = names.map((name, row) => sheet.getCell(row + 2, 2).value);
  names.forEach((name, row) => console.log(name, "->", JSON.stringify(read[row])));
  assert.deepStrictEqual(read, [0, null, 12, 31, "49,90"]);
});
JS
