#!/bin/sh
# csv-parse 7.0.3 turns amounts into dates when it is asked to cast dates: "50%" becomes the first of January 1950, "$5"
# and "5-1" the first of May 2001. It takes for a date whatever JavaScript's Date.parse does, which in V8 is nearly any
# text with a number from 1 to 12 or a year in it. What JavaScript reads as a number is a number before, so "49.90"
# stays an amount and a look at plain rows shows nothing.
#
# Seen on Node 20:
#   49.90 -> 49.9
#   $5 -> 2001-05-01
#   50% -> 1950-01-01
#   5-1 -> 2001-05-01
#   49,90 -> 49,90
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . csv-parse@7.0.3
TZ=UTC node - <<'JS'
const { parse } = require("csv-parse/sync");
const amounts = ["49.90", "$5", "50%", "5-1", "49,90"];
const text = amounts.map((amount) => `${amount};OTHER\n`).join("");
const rows = parse(text, { delimiter: ";", cast: true, cast_date: true });
const read = rows.map(([value]) => (value instanceof Date ? value.toISOString().slice(0, 10) : value));
amounts.forEach((amount, row) => console.log(`${amount} -> ${read[row]}`));
require("node:assert").deepStrictEqual(read, [49.9, "2001-05-01", "1950-01-01", "2001-05-01", "49,90"]);
JS
