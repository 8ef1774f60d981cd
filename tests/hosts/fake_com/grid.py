"""The cells of one sheet and where they lie. Plain Python: nothing here crosses the line to Excel."""

import re
from collections import defaultdict
from typing import NamedTuple

from openpyxl.utils import column_index_from_string, get_column_letter

from tests.hosts.fake_com import cells

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 1, as in Excel."""

    row: int
    column: int
    height: int = 1
    width: int = 1

    @classmethod
    def between(cls, first, last):
        (top, left), (bottom, right) = first, last
        row, column = min(top, bottom), min(left, right)
        return cls(row, column, max(top, bottom) - row + 1, max(left, right) - column + 1)

    @classmethod
    def parse(cls, text):
        """The area of an address such as `A1`, `$A$1:B2`, `A:C` or `2:5`; None where `text` is no address."""
        if columns := _COLUMNS.fullmatch(text):
            left, right = map(column_index_from_string, columns.groups())
            return cls.between((1, left), (LAST_ROW, right))
        if rows := _ROWS.fullmatch(text):
            top, bottom = map(int, rows.groups())
            return cls.between((top, 1), (bottom, LAST_COLUMN))
        corners = [_CELL.fullmatch(part) for part in text.split(":")]
        if len(corners) > 2 or not all(corners):
            return None
        places = [(int(corner[2]), column_index_from_string(corner[1])) for corner in corners]
        return cls.between(places[0], places[-1])

    @property
    def rows(self):
        return range(self.row, self.row + self.height)

    @property
    def columns(self):
        return range(self.column, self.column + self.width)

    @property
    def size(self):
        return self.height * self.width

    @property
    def end(self):
        return self.row + self.height - 1, self.column + self.width - 1

    def cells(self):
        return ((row, column) for row in self.rows for column in self.columns)

    def holds(self, cell):
        return cell[0] in self.rows and cell[1] in self.columns

    def overlap(self, other):
        first = max(self.row, other.row), max(self.column, other.column)
        last = min(self.end[0], other.end[0]), min(self.end[1], other.end[1])
        return Area.between(first, last) if first[0] <= last[0] and first[1] <= last[1] else None

    def address(self, row_absolute=True, column_absolute=True):
        rows, columns = "$" if row_absolute else "", "$" if column_absolute else ""
        (bottom, right), left = self.end, get_column_letter(self.column)
        right = get_column_letter(right)
        if self.height == LAST_ROW:
            return f"{columns}{left}:{columns}{right}"
        if self.width == LAST_COLUMN:
            return f"{rows}{self.row}:{rows}{bottom}"
        first = f"{columns}{left}{rows}{self.row}"
        return first if self.size == 1 else f"{first}:{columns}{right}{rows}{bottom}"


WHOLE_SHEET = Area(1, 1, LAST_ROW, LAST_COLUMN)


class Layer:
    """One property of the cells, such as their number format; whole columns are kept as such."""

    def __init__(self):
        self.cells = {}
        self._columns = {}

    def get(self, cell, default):
        return self.cells.get(cell, self._columns.get(cell[1], default))

    def put(self, area, value):
        if area.height == LAST_ROW:
            self.drop(area)
            self._columns.update(dict.fromkeys(area.columns, value))
        else:
            self.cells.update(dict.fromkeys(area.cells(), value))

    def drop(self, area):
        for cell in [cell for cell in self.cells if area.holds(cell)]:
            del self.cells[cell]
        if area.height == LAST_ROW:
            self._columns = {column: kept for column, kept in self._columns.items() if column not in area.columns}

    def common(self, area, default):
        """The one value that all cells of the area share, else None: as Excel answers for a mixed range."""
        found = [value for cell, value in self.cells.items() if area.holds(cell)]
        values = set(found)
        if len(found) < area.size:
            values.update(self._columns.get(column, default) for column in area.columns)
        return values.pop() if len(values) == 1 else None


class Grid:
    """Values, formulas, formats and hidden rows of one sheet."""

    hides_apostrophes_in_text_cells = False
    """Whether an apostrophe in front is hidden in a cell with the format Text as in others; no source says which."""

    def __init__(self):
        self.values = {}
        self.formulas = {}
        self.layers = defaultdict(Layer)
        self.links = {}
        self.merged = []
        self.hidden_rows = set()
        self.hidden_columns = set()

    def number_format(self, cell):
        return self.layers["NumberFormat"].get(cell, cells.GENERAL)

    def hold(self, cell, held, number_format=None):
        """Sets what the cell holds, without asking what Excel would make of it."""
        self.formulas.pop(cell, None)
        self.values.pop(cell, None)
        if held is not None:
            self.values[cell] = held
        if number_format is not None and number_format != self.number_format(cell):
            self.layers["NumberFormat"].cells[cell] = number_format

    def put(self, cell, given):
        """Gives the cell a value as a person or a program does, so that Excel may understand it in its own way."""
        number_format = self.number_format(cell)
        formula = cells.opened_formula(given, number_format) if isinstance(given, str) else None
        if formula is not None:
            self.hold(cell, None)
            self.formulas[cell] = formula
        elif self.hides_apostrophes_in_text_cells and number_format == cells.TEXT and isinstance(given, str):
            self.hold(cell, given.removeprefix("'"))
        else:
            self.hold(cell, *cells.taken(given, number_format))

    def refuse(self, cell, given):
        """Raises where Excel would not take this."""
        if isinstance(given, str):
            cells.refuse_text(given, self.number_format(cell))

    def forget(self, area, *, formats=False):
        for kept in (self.values, self.formulas, *((self.links,) if formats else ())):
            for cell in [cell for cell in kept if area.holds(cell)]:
                del kept[cell]
        if formats:
            self.forget_formats(area)

    def forget_formats(self, area):
        for layer in self.layers.values():
            layer.drop(area)

    def shift_down(self, row, columns, by):
        """Moves the cells of these columns from `row` on; a negative `by` moves them up."""
        for kept in (self.values, self.formulas, self.links, *(layer.cells for layer in self.layers.values())):
            moved = {cell: held for cell, held in kept.items() if cell[0] >= row and cell[1] in columns}
            for cell in moved:
                del kept[cell]
            kept.update({(cell[0] + by, cell[1]): held for cell, held in moved.items()})

    def filled(self):
        return self.values.keys() | self.formulas.keys()

    def used(self):
        keys = self.filled().union(*(layer.cells.keys() for layer in self.layers.values()))
        return bounds(keys) if keys else Area(1, 1)


def bounds(keys):
    rows, columns = zip(*keys, strict=True)
    return Area.between((min(rows), min(columns)), (max(rows), max(columns)))


def runs(numbers):
    """Consecutive numbers as (first, count)."""
    found = []
    for number in sorted(numbers):
        if found and number == sum(found[-1]):
            found[-1] = found[-1][0], found[-1][1] + 1
        else:
            found.append((number, 1))
    return found
