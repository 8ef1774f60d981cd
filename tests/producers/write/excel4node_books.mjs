// Writes workbooks with excel4node.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { orders } from './orders.mjs';

const excel4node = createRequire(process.env.PRODUCERS_NODE)('excel4node');

for (const order of orders()) {
  const book = new excel4node.Workbook();
  const page = book.addWorksheet(order.sheet);
  for (const [top, left, bottom, right] of order.merges) page.cell(top, left, bottom, right, true);
  for (const { row, column, kind, value, code, formula } of order.cells) {
    const cell = page.cell(row, column);
    if (formula) cell.formula(formula);
    else if (kind === 'text' || kind === 'error') cell.string(value);
    else if (kind === 'number') cell.number(value);
    else if (kind === 'boolean') cell.bool(value);
    else if (kind === 'date') cell.date(new Date(value));
    if (code) cell.style({ numberFormat: code });
  }
  for (const row of order.hiddenRows) page.row(row).hide();
  for (const column of order.hiddenColumns) page.column(column).hide();
  writeFileSync(order.path, await book.writeToBuffer());
}
