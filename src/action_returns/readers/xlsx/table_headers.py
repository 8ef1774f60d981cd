"""Compare the names of a table's columns, which its part holds, with the cells of its header row, which people see.

A spreadsheet program keeps both alike (ECMA-376, 18.5.1.3). Where they differ, another program wrote one of them, and the
column of a name may not be the column that a person reads under this name.
"""

from collections.abc import Collection, Sequence
from typing import Final

from action_returns.batch.cells import Cell, column_letters, display_cell
from action_returns.errors import FileError
from action_returns.readers.headers import fold_header
from action_returns.readers.xlsx.structure import Table
from action_returns.readers.xlsx.texts import unescape

_MOST_SHOWN: Final = 60


def header_cells(table: Table, row: Sequence[Cell]) -> list[Cell]:
    """Return the cells of a table's header row under its columns, one for each.

    Args:
        table: the table.
        row: the row of the sheet, from column A on.
    """
    width = len(table.headers)
    cells = list(row[table.left - 1 : table.left - 1 + width])
    return cells + [None] * (width - len(cells))


def is_alike(name: str, cell: Cell) -> bool:
    """Return whether a header cell shows the name of its column, however it is spelled."""
    shown = display_cell(cell)
    # XlsxWriter escapes _x0041_ in the cell, but not in the name.
    return fold_header(name) in {fold_header(shown), fold_header(unescape(shown))}


def headers_differ(file: str, sheet: str, table: Table, cells: Sequence[Cell], columns: Collection[int]) -> FileError:
    """Return the refusal of a table whose column names are not what its header cells show.

    Args:
        file: name of the file.
        sheet: name of the sheet.
        table: the table.
        cells: its header cells, one for each column.
        columns: indexes of the columns that matter most; the first one that differs is named.
    """
    order = [*columns, *(at for at in range(len(cells)) if at not in columns)]
    pairs = [(at, table.headers[at], cells[at]) for at in order]
    at, name, cell = next(
        (pair for pair in pairs if not is_alike(*pair[1:])),
        next((pair for pair in pairs if pair[1] != pair[2]), pairs[0]),
    )
    address = f"{column_letters(table.left + at)}{table.top}"
    shown = "nothing" if cell is None else f'"{display_cell(cell)[:_MOST_SHOWN]}"'
    return FileError(
        "columns-missing",
        f'{file} contradicts itself: in the table {table.name} on sheet {sheet}, the column of {address} is named "'
        f'{display_cell(name)[:_MOST_SHOWN]}", but the cell {address} shows {shown}. So it is not certain which column is '
        "which, and nothing was used. Open it in the spreadsheet program, check the headers of the table, and save it again.",
    )
