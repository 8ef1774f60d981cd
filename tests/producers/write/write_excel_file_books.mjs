// Writes workbooks with write-excel-file, which takes whole rows.
import { createRequire } from 'node:module';
import { orders } from './orders.mjs';

const { default: writeExcelFile } = createRequire(process.env.PRODUCERS_NODE)('write-excel-file/node');
const TYPES = { text: String, error: String, number: Number, boolean: Boolean, date: Date };

for (const order of orders()) {
  const rows = [];
  for (const { row, column, kind, value, code, formula } of order.cells) {
    while (rows.length < row) rows.push([]);
    const cells = rows[row - 1];
    while (cells.length < column) cells.push(null);
    const format = code && (kind !== 'text' || code === '@') ? { format: code } : {};
    if (formula) cells[column - 1] = { value: `=${formula}`, type: 'Formula', ...format };
    else if (kind !== 'blank') cells[column - 1] = { value: kind === 'date' ? new Date(`${value}Z`) : value, type: TYPES[kind], ...format };
  }
  for (const [top, left, bottom, right] of order.merges) {
    const cell = rows[top - 1][left - 1];
    cell.rowSpan = bottom - top + 1;
    cell.columnSpan = right - left + 1;
    for (let row = top; row < bottom; row += 1) rows[row][left - 1] = null;
  }
  await writeExcelFile(rows, { sheet: order.sheet }).toFile(order.path);
}
