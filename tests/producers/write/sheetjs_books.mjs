// Writes workbooks with SheetJS; the option "shared" keeps the texts in a part of their own.
import { createRequire } from 'node:module';
import { orders } from './orders.mjs';

const XLSX = createRequire(process.env.PRODUCERS_NODE)('xlsx');
const ERRORS = { '#NULL!': 0x00, '#DIV/0!': 0x07, '#VALUE!': 0x0f, '#REF!': 0x17, '#NAME?': 0x1d, '#NUM!': 0x24, '#N/A': 0x2a };
const KINDS = { text: 's', number: 'n', boolean: 'b', error: 'e', date: 'd', blank: 'z', none: 'z' };

function cellOf({ kind, value, code, formula }) {
  const cell = { t: KINDS[kind] };
  if (kind === 'error') cell.v = ERRORS[value];
  else if (kind === 'date') cell.v = new Date(value);
  else if (kind !== 'blank' && kind !== 'none') cell.v = value;
  if (formula) cell.f = formula;
  if (formula && kind === 'none') cell.t = 'n';
  if (code) cell.z = code;
  return cell;
}

for (const order of orders()) {
  const page = {};
  const range = { s: { r: 0, c: 0 }, e: { r: 0, c: 0 } };
  for (const cell of order.cells) {
    page[XLSX.utils.encode_cell({ r: cell.row - 1, c: cell.column - 1 })] = cellOf(cell);
    range.e.r = Math.max(range.e.r, cell.row - 1);
    range.e.c = Math.max(range.e.c, cell.column - 1);
  }
  page['!ref'] = XLSX.utils.encode_range(range);
  page['!rows'] = [];
  for (const row of order.hiddenRows) page['!rows'][row - 1] = { hidden: true };
  page['!cols'] = [];
  for (const column of order.hiddenColumns) page['!cols'][column - 1] = { hidden: true };
  page['!merges'] = order.merges.map(([r, c, r2, c2]) => ({ s: { r: r - 1, c: c - 1 }, e: { r: r2 - 1, c: c2 - 1 } }));
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, page, order.sheet);
  XLSX.writeFile(book, order.path, { bookSST: process.argv.includes('shared'), sheetStubs: true, compression: true });
}
