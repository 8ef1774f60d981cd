// Writes CSV files with exceljs, or with SheetJS when the option "sheetjs" is given; "semicolon" for another delimiter.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { orders } from './orders.mjs';

const require = createRequire(process.env.PRODUCERS_NODE);
const delimiter = process.argv.includes('semicolon') ? ';' : ',';

for (const order of orders()) {
  const rows = [];
  for (const { row, column, value } of order.cells) {
    while (rows.length < row) rows.push([]);
    rows[row - 1][column - 1] = value;
  }
  if (process.argv.includes('sheetjs')) {
    const XLSX = require('xlsx');
    const page = XLSX.utils.aoa_to_sheet(rows);
    writeFileSync(order.path, XLSX.utils.sheet_to_csv(page, { FS: delimiter, forceQuotes: process.argv.includes('quoted') }));
  } else {
    const ExcelJS = require('exceljs');
    const book = new ExcelJS.Workbook();
    book.addWorksheet(order.sheet).addRows(rows);
    const formatterOptions = { delimiter, quoteColumns: process.argv.includes('quoted') };
    await book.csv.writeFile(order.path, { formatterOptions });
  }
}
