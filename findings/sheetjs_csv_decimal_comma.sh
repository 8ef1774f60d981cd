#!/bin/sh
# SheetJS (npm xlsx 0.18.5) reads the decimal comma of a CSV file as a thousands separator, wherever it stands: 49,90
# becomes 4990 and 49,9 becomes 499. The cell is a number, no warning is given. With a point before the comma the amount
# is a thousandth, and a comma at an end makes a date. The file is plain: semicolons between the fields, as Excel writes
# CSV in most of Europe, so the delimiter is found and only the amounts differ. RFC 4180 knows text only. The option
# raw: true keeps the texts.
#
# Seen on Node 20:
#   49,90 -> 4990
#   49,9 -> 499
#   0,05 -> 5
#   1.249,90 -> 1.2499
#   12, -> 37226
#   with raw: 49,90 49,9 0,05 1.249,90 12,
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5
node - <<'JS'
const assert = require("node:assert");
const XLSX = require("xlsx");
const amounts = ["49,90", "49,9", "0,05", "1.249,90", "12,"];
const csv = "ActionId;Amount;Reason\n" + amounts.map((amount, row) => `M.8882.4808.${row};${amount};OTHER\n`).join("");
const column = (options) => {
  const book = XLSX.read(csv, { type: "string", ...options });
  return XLSX.utils.sheet_to_json(book.Sheets.Sheet1).map((row) => row.Amount);
};
const read = column({});
amounts.forEach((amount, row) => console.log(`${amount} -> ${read[row]}`));
console.log("with raw:", ...column({ raw: true }));
assert.deepStrictEqual(read, [4990, 499, 5, 1.2499, 37226]);
assert.deepStrictEqual(column({ raw: true }), amounts);
JS
