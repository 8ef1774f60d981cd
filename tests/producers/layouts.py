"""The ways in which the same rows stand in a file: where the headers are, what stands around them, and a table or none."""

from dataclasses import dataclass, replace
from typing import Any

from action_returns.batch.cells import CellError, Columns
from tests.producers.cells import Error, Formula, Order, Styled
from tests.producers.rows import MERGED_AREAS, SETS

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""The last cell of a worksheet (ECMA-376, Excel specifications and limits)."""


@dataclass(frozen=True)
class Layout:
    """One way.

    Args:
        headers: the header row, left to right. The cells of the other columns are made up.
        above: the rows above the headers.
        table: whether headers and rows are a table.
        stray: the position of a cell far out that holds nothing but its format.
        hidden_column: the column that is hidden, 0 for none.
    """

    headers: tuple[str, ...] = ("ActionId", "Amount", "Reason")
    above: tuple[tuple[Any, ...], ...] = ()
    table: bool = False
    stray: tuple[int, int] | None = None
    hidden_column: int = 0

    @property
    def top(self):
        """The header row."""
        return len(self.above) + 1

    @property
    def places(self):
        """The column numbers of ActionId, Amount and Reason."""
        return tuple(self.headers.index(name) + 1 for name in ("ActionId", "Amount", "Reason"))


LAYOUTS = {
    "plain": Layout(),
    "table": Layout(table=True),
    "below a title": Layout(above=(("Returns of November",), ("made on Monday", None, 17.5), ())),
    "among other columns": Layout(headers=("Shop", "Reason", "Order", "ActionId", "Pieces", "Amount", "Note")),
    "stray cell": Layout(stray=(1_000, 100)),
    "stray cell in the last row and column": Layout(stray=(LAST_ROW, LAST_COLUMN)),
    "hidden column": Layout(headers=("Note", "ActionId", "Amount", "Reason"), hidden_column=3),
}


def order_for(path, rows_name, layout_name):
    """Return the order for one set of rows in one layout."""
    layout, rows = LAYOUTS[layout_name], SETS[rows_name]
    cells = {
        (number, column): cell
        for number, line in enumerate((*layout.above, layout.headers), 1)
        for column, cell in enumerate(line, 1)
        if cell is not None
    }
    order = Order(path, cells)
    for number, row in enumerate(rows, layout.top + 1):
        if row.cells == (None, None, None):
            continue
        cells |= {(number, at): cell for at, cell in zip(layout.places, row.cells, strict=True) if cell is not None}
        cells |= {
            (number, at): f"{header} {number}" if at % 2 else float(number)
            for at, header in enumerate(layout.headers, 1)
            if at not in layout.places
        }
        if row.hidden:
            order.hidden_rows.append(number)
    if rows_name == "merged":
        first = layout.top + 1
        order.merges = [
            (first + top, layout.places[left], first + bottom, layout.places[right])
            for top, left, bottom, right in MERGED_AREAS
        ]
    if layout.table and not order.merges:  # a table has no merged cells
        order.table = (layout.top, 1, layout.top + len(rows), len(layout.headers))
    if layout.stray is not None:
        cells[layout.stray] = Styled(None, "0.00")
    if layout.hidden_column:
        order.hidden_columns.append(layout.hidden_column)
    return order


CSV_SETS = ("clean", "ids", "amount texts", "numbers", "reasons", "hostile")
"""The sets whose cells are texts and numbers only."""


def csv_order_for(path, rows_name, layout_name):
    """Return the same order with every number as the text of its shortest decimal."""
    order = order_for(path, rows_name, layout_name)
    order.cells = {
        place: repr(cell).removesuffix(".0") if isinstance(cell, float | int) else cell
        for place, cell in order.cells.items()
    }
    return order


def csv_columns_of(order, layout_name):
    """Return the columns that a right reader takes from this order in a CSV file."""
    columns = columns_of(order, layout_name)
    breaks = dict.fromkeys(range(1, max(row for row, _ in order.cells) + 1), 0)
    for (row, _), cell in order.cells.items():
        breaks[row] += cell.count("\n")
    lines, line = {}, 1
    for row, more in breaks.items():
        lines[row] = line
        line += 1 + more
    return replace(columns, rows=[lines[row] for row in columns.rows], sheet=None, letters=None)


def columns_of(order, layout_name):
    """Return the columns that a right reader takes from this order.

    A cell without a value is blank, a formula is its cached value, and rows without a value in the three columns are
    no rows.
    """
    layout = LAYOUTS[layout_name]
    numbers = sorted(
        {row for (row, column), cell in order.cells.items() if column in layout.places and _value(cell) is not None}
    )
    rows = [number for number in numbers if number > layout.top]
    merged = {
        (row, column)
        for top, left, bottom, right in order.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    columns, formats = [], {}
    for place in layout.places:
        values = [_value(order.cells.get((row, place))) for row in rows]
        columns.append(
            [
                CellError("merged", "" if value is None else str(value).removesuffix(".0"))
                if (row, place) in merged
                else value
                for row, value in zip(rows, values, strict=True)
            ]
        )
    for at, row in enumerate(rows):
        cell = order.cells.get((row, layout.places[1]))
        if isinstance(cell, Styled) and cell.value is not None:
            formats.setdefault(cell.code, []).append(at)
    names = ("ActionId", "Amount", "Reason")
    return Columns(
        *columns,
        rows=rows,
        sheet=order.sheet,
        letters=tuple("ABCDEFG"[place - 1] for place in layout.places),
        hidden=frozenset(order.hidden_rows),
        hidden_columns=frozenset(
            name for name, place in zip(names, layout.places, strict=True) if place in order.hidden_columns
        ),
        amount_formats=formats,
    )


def _value(cell):
    """Return what a reader takes from a cell."""
    match cell:
        case Styled():
            return _value(cell.value)
        case Formula(value=None):
            return CellError("no-value", "")
        case Formula():
            return _value(cell.value)
        case Error():
            return CellError("error", cell.shown)
        case bool() | None:
            return cell
        case int():
            return float(cell)
        case _:
            return cell
