// Writes workbooks with xlsx-populate.
import { createRequire } from 'node:module';
import { orders } from './orders.mjs';

const XlsxPopulate = createRequire(process.env.PRODUCERS_NODE)('xlsx-populate');

for (const order of orders()) {
  const book = await XlsxPopulate.fromBlankAsync();
  const page = book.sheet(0).name(order.sheet);
  for (const { row, column, kind, value, code, formula } of order.cells) {
    const cell = page.cell(row, column);
    if (formula) cell.formula(formula);
    else if (kind === 'date') cell.value(XlsxPopulate.dateToNumber(new Date(value)));
    else if (kind !== 'blank') cell.value(value);
    if (code) cell.style('numberFormat', code);
  }
  for (const row of order.hiddenRows) page.row(row).hidden(true);
  for (const column of order.hiddenColumns) page.column(column).hidden(true);
  for (const merge of order.merges) page.range(...merge).merged(true);
  await book.toFileAsync(order.path);
}
