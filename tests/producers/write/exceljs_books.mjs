// Writes workbooks with exceljs; the option "streaming" writes row after row.
import { createRequire } from 'node:module';
import { orders } from './orders.mjs';

const ExcelJS = createRequire(process.env.PRODUCERS_NODE)('exceljs');
const streaming = process.argv.includes('streaming');

function valueOf({ kind, value, formula }) {
  if (kind === 'date') value = new Date(`${value}Z`);
  if (kind === 'error') value = { error: value };
  if (formula) return kind === 'none' ? { formula } : { formula, result: value };
  return kind === 'blank' ? null : value;
}

for (const order of orders()) {
  const options = { filename: order.path, useStyles: true, useSharedStrings: process.argv.includes('shared') };
  const book = streaming ? new ExcelJS.stream.xlsx.WorkbookWriter(options) : new ExcelJS.Workbook();
  const page = book.addWorksheet(order.sheet);
  for (const column of order.hiddenColumns) page.getColumn(column).hidden = true;
  const values = {};
  for (const cell of order.cells) {
    values[[cell.row, cell.column]] = valueOf(cell);
    const at = page.getCell(cell.row, cell.column);
    at.value = valueOf(cell);
    if (cell.code) at.numFmt = cell.code;
  }
  for (const row of order.hiddenRows) page.getRow(row).hidden = true;
  for (const [top, left, bottom, right] of order.merges) page.mergeCells(top, left, bottom, right);
  if (order.table && !streaming) {
    const [name, top, left, bottom, right] = order.table;
    const rows = [];
    for (let row = top; row <= bottom; row += 1) {
      const cells = [];
      for (let column = left; column <= right; column += 1) cells.push(values[[row, column]] ?? null);
      rows.push(cells);
    }
    const columns = rows[0].map((header) => ({ name: header }));
    page.addTable({ name, ref: page.getCell(top, left).address, headerRow: true, columns, rows: rows.slice(1) });
  }
  if (streaming) await book.commit();
  else await book.xlsx.writeFile(order.path);
}
