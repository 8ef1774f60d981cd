// Reads the orders for a producer written in JavaScript; tests/producers/cells.py says how they are written.
import { readFileSync } from 'node:fs';

const valueOf = (kind, text) => (kind === 'number' ? Number(text) : kind === 'boolean' ? text === '1' : text);

export function orders() {
  const found = [];
  for (const line of readFileSync(process.argv[2], 'ascii').trimEnd().split('\n')) {
    const [word, ...rest] = line.split('\t').map(decodeURIComponent);
    const order = found.at(-1);
    if (word === 'file') {
      const [path, sheet] = rest;
      found.push({ path, sheet, cells: [], merges: [], hiddenRows: [], hiddenColumns: [], table: null });
    } else if (word === 'cell') {
      const [row, column, kind, text, code, formula] = rest;
      order.cells.push({ row: +row, column: +column, kind, value: valueOf(kind, text), code, formula });
    } else if (word === 'merge') order.merges.push(rest.map(Number));
    else if (word === 'hide-row') order.hiddenRows.push(+rest[0]);
    else if (word === 'hide-column') order.hiddenColumns.push(+rest[0]);
    else if (word === 'table') order.table = [rest[0], ...rest.slice(1).map(Number)];
  }
  return found;
}

export function letters(number) {
  let text = '';
  for (let rest = number; rest; rest = Math.floor((rest - 1) / 26)) text = String.fromCharCode(65 + ((rest - 1) % 26)) + text;
  return text;
}
