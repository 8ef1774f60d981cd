"""Fill and clear the sheets that only the program writes to: Issues, Import, Pending, Review, Batches and Reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

from action_returns.batch.cells import Cell, column_letters
from action_returns.excel import engine
from action_returns.excel.cell_writer import write_cells
from action_returns.excel.engine import retry_while_busy
from action_returns.excel.protection import own_sheet_open
from action_returns.excel.sheets import Sheets, corners_of


class OwnSheets:
    """The sheets that only the program writes to. They are protected against typing, and again after each write.

    Args:
        book: xlwings' book.
        sheets: its sheets by their names.
    """

    def __init__(self, book: Any, sheets: Sheets) -> None:
        self._book = book
        self._sheets = sheets

    @retry_while_busy
    def read_rows(self, name: str) -> list[list[Cell]]:
        """Read the rows of a table on a sheet of the same name, without its headers.

        Args:
            name: of the sheet and its table.
        """
        return engine.read_cells(self._sheets.table(name).range)[1:]

    @retry_while_busy
    def read_named_range(self, name: str) -> list[list[Cell]]:
        """Read a named range: texts and numbers that the program wrote, or the user into cells that are open."""
        return engine.read_plain_cells(self._book.names[name].refers_to_range)

    @retry_while_busy
    def fill(
        self,
        name: str,
        rows: Sequence[Sequence[object]],
        *,
        sheet: str | None = None,
        ranges: Mapping[str, Sequence[Sequence[object]]] | None = None,
    ) -> None:
        """Replace the rows of a table; what a filter hid shows again.

        Args:
            name: of the table.
            rows: one value for each column; no rows leave one blank row.
            sheet: the sheet it stands on, the one of the same name when None.
            ranges: named ranges on the same sheet that are written first, as in :meth:`write_named_ranges`.
        """
        sheet_name = name if sheet is None else sheet
        target, table = self._sheets[sheet_name], self._sheets.table(name, sheet_name)
        left, top, right, old_bottom = corners_of(table.range, name)
        first, last = column_letters(left), column_letters(right)
        with own_sheet_open(target, sheet_name):
            self._write_ranges(target, ranges or {})
            if engine.filter_is_on(table):  # what is written under it lands in the rows that show
                engine.show_all_rows(table)
            bottom = top + max(1, len(rows))
            if bottom > old_bottom:
                _resize(target, table, f"{first}{top}:{last}{bottom}", bottom)
            blank = [(None,) * (right - left + 1)] * (max(bottom, old_bottom) - top - len(rows))
            write_cells(target, f"{first}{top + 1}:{last}{max(bottom, old_bottom)}", [*rows, *blank])
            if bottom < old_bottom:
                _resize(target, table, f"{first}{top}:{last}{bottom}", bottom)

    @retry_while_busy
    def write_named_ranges(self, sheet: str, ranges: Mapping[str, Sequence[Sequence[object]]]) -> None:
        """Write named ranges on a sheet.

        Args:
            sheet: the sheet they stand on.
            ranges: name -> as many rows and columns as the range has.
        """
        target = self._sheets[sheet]
        with own_sheet_open(target, sheet):
            self._write_ranges(target, ranges)

    def _write_ranges(self, sheet: Any, ranges: Mapping[str, Sequence[Sequence[object]]]) -> None:
        if ranges:
            names = self._book.names
            for name, rows in ranges.items():
                write_cells(sheet, names[name].refers_to_range, rows)

    @retry_while_busy
    def stamp(self) -> Cell:
        """Return the number on the sheet Review that changes when a sent cell of Actions does."""
        return engine.read_plain_cells(self._book.names["stamp_now"].refers_to_range)[0][0]


def _resize(sheet: Any, table: Any, address: str, bottom: int) -> None:
    table.resize(sheet.range(address))
    engine.print_down_to(sheet, bottom)
