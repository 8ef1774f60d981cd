"""Cells as the test means them, and the text in which a producer is told to write them.

Producers are programs in six languages, and not each of them has a JSON parser at hand. So the orders are lines of
words with tabs between them, each word percent-encoded (RFC 3986, 2.1):

    file PATH SHEET                            begins a file
    cell ROW COLUMN KIND VALUE FORMAT FORMULA  one cell; rows and columns count from 1
    merge TOP LEFT BOTTOM RIGHT
    hide-row ROW, hide-column COLUMN
    table NAME TOP LEFT BOTTOM RIGHT
    end                                        ends the file: now it is written

KIND is ``text``, ``number``, ``boolean`` (1 or 0), ``date`` (an ISO date and time), ``error``, or ``blank`` for a cell
that holds nothing but its format. A cell with a FORMULA has its cached value in VALUE; KIND ``none`` means without one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

DATE_FORMAT = "yyyy\\-mm\\-dd"
"""The number format of a date that names no other."""


@dataclass(frozen=True)
class Error:
    """An error value, such as #N/A."""

    shown: str


@dataclass(frozen=True)
class Formula:
    """A formula and the value that the program calculated: None where it calculated none."""

    text: str
    value: Any


@dataclass(frozen=True)
class Styled:
    """A value, or None, in a cell with a number format."""

    value: Any
    code: str


@dataclass
class Order:
    """One file to be written.

    Args:
        path: where to.
        cells: (row, column) -> cell, counted from 1. What is not in it is not written.
        sheet: the name of the sheet.
        merges: top, left, bottom, right of each merged area.
        hidden_rows: rows to hide.
        hidden_columns: columns to hide.
        table: top, left, bottom, right of the table, None for no table.
    """

    path: Path
    cells: dict[tuple[int, int], Any]
    sheet: str = "Returns"
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    table: tuple[int, int, int, int] | None = None

    def lines(self):
        """Return the order as lines of words."""
        yield "file", str(self.path), self.sheet
        for (row, column), cell in sorted(self.cells.items()):
            yield "cell", row, column, *_words(cell)
        for merge in self.merges:
            yield "merge", *merge
        for row in self.hidden_rows:
            yield "hide-row", row
        for column in self.hidden_columns:
            yield "hide-column", column
        if self.table is not None:
            yield "table", "Returned", *self.table
        yield ("end",)


def write_orders(path, orders):
    """Write the orders for one producer as a file."""
    lines = ("\t".join(quote(str(word), safe="") for word in line) for order in orders for line in order.lines())
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def _words(cell):
    """Return the kind, value, format and formula of a cell."""
    code, formula = "", ""
    if isinstance(cell, Styled):
        cell, code = cell.value, cell.code
    if isinstance(cell, Formula):
        cell, formula = cell.value, cell.text
    match cell:
        case None:
            return "none" if formula else "blank", "", code, formula
        case bool():
            return "boolean", int(cell), code, formula
        case str():
            return "text", cell, code, formula
        case datetime():
            return "date", cell.isoformat(), code or DATE_FORMAT, formula
        case Error():
            return "error", cell.shown, code, formula
        case _:
            return "number", repr(cell), code, formula
