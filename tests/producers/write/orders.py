"""Read the orders for a producer written in Python; tests/producers/cells.py says how they are written."""

import sys
from datetime import datetime
from urllib.parse import unquote


class Order:
    """One file to be written, with ``cells`` as (row, column, kind, value, format, formula)."""

    def __init__(self, path, sheet):
        self.path, self.sheet = path, sheet
        self.cells, self.merges, self.hidden_rows, self.hidden_columns, self.table = [], [], [], [], None

    @property
    def by_row(self):
        """Row number -> column number -> (kind, value, format, formula), in order."""
        rows = {}
        for row, column, *cell in self.cells:
            rows.setdefault(row, {})[column] = tuple(cell)
        return rows


def orders():
    """Return the orders in the file that the command line names."""
    order = None
    with open(sys.argv[1], encoding="ascii") as lines:  # noqa: PTH123
        for line in lines:
            word, *rest = map(unquote, line.rstrip("\n").split("\t"))
            if word == "file":
                order = Order(*rest)
            elif word == "cell":
                row, column, kind, text, code, formula = rest
                order.cells.append((int(row), int(column), kind, _value(kind, text), code, formula))
            elif word == "merge":
                order.merges.append(tuple(map(int, rest)))
            elif word == "hide-row":
                order.hidden_rows.append(int(rest[0]))
            elif word == "hide-column":
                order.hidden_columns.append(int(rest[0]))
            elif word == "table":
                order.table = (rest[0], *map(int, rest[1:]))
            else:
                yield order


def _value(kind, text):
    if kind == "number":
        return float(text)
    if kind == "boolean":
        return text == "1"
    if kind == "date":
        return datetime.fromisoformat(text)
    return text


def letters(number):
    """Return the letters of a column."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def area(top, left, bottom, right):
    """Return an area as A1:C9."""
    return f"{letters(left)}{top}:{letters(right)}{bottom}"
