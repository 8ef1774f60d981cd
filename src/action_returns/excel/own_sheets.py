"""Fill and clear the sheets that only the program writes to: Issues, Import, Pending, Review, Batches, Results and Reasons."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from action_returns.batch.cells import Cell, column_letters
from action_returns.excel import engine
from action_returns.excel.cell_writer import write_cells
from action_returns.excel.engine import retry_while_busy
from action_returns.excel.protection import own_sheet_open
from action_returns.excel.sheets import Sheets, corners_of

NamedRanges: TypeAlias = Mapping[str, Sequence[Sequence[object]]]
"""Name of a range -> as many rows and columns as it has."""


class OwnSheets:
    """The sheets that only the program writes to. They are protected against typing, and again after each write.

    Args:
        sheets: the sheets of the workbook by their names.
    """

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    @retry_while_busy
    def refuse_missing(self, *names: str) -> None:
        """Check that there are tables, each on a sheet of its name, before anything is done that is to be shown there.

        Raises:
            UnsupportedWorkbookError: one is missing.
        """
        for name in names:
            self._sheets.table(name)

    @retry_while_busy
    def selected_in(self, name: str, app: Any) -> list[Cell] | None:
        """Return the row of a table whose cell is selected, None when another sheet is in front or no row of it is.

        Args:
            name: of the sheet and its table.
            app: xlwings' app that the workbook is open in.
        """
        row = self._sheets.selected_row(name, app)
        table = self._sheets.table(name)
        left, top, right, bottom = corners_of(table.range, name)
        if not top < row <= bottom:
            return None
        cells = self._sheets[name].range(f"{column_letters(left)}{row}:{column_letters(right)}{row}")
        return engine.read_plain_cells(cells)[0]

    @retry_while_busy
    def read_rows(self, name: str) -> list[list[Cell]]:
        """Read the rows of a table on a sheet of the same name, without its headers.

        Args:
            name: of the sheet and its table.
        """
        return engine.read_cells(self._sheets.table(name).range)[1:]

    @retry_while_busy
    def read_named_range(self, sheet: str, name: str) -> list[list[Cell]]:
        """Read a named range: texts and numbers that the program wrote, or the user into cells that are open."""
        return engine.read_plain_cells(engine.named_range(self._sheets[sheet], name))

    @retry_while_busy
    def fill(
        self,
        name: str,
        rows: Sequence[Sequence[object]],
        *,
        sheet: str | None = None,
        ranges: NamedRanges | None = None,
        last: NamedRanges | None = None,
    ) -> None:
        """Replace the rows of a table; what a filter hid shows again.

        Args:
            name: of the table.
            rows: one value for each column; no rows leave one blank row.
            sheet: the sheet it stands on, the one of the same name when None.
            ranges: named ranges on the same sheet that are written first, as in :meth:`write_named_ranges`.
            last: the same, written after the rows: what is true only when all of them stand there.
        """
        sheet_name = name if sheet is None else sheet
        target, table = self._sheets[sheet_name], self._sheets.table(name, sheet_name)
        left, top, right, old_bottom = corners_of(table.range, name)
        first, end = column_letters(left), column_letters(right)
        with own_sheet_open(target, sheet_name):
            _write_ranges(target, ranges or {})
            if engine.filter_is_on(table):  # what is written under it lands in the rows that show
                engine.show_all_rows(table)
            bottom = top + max(1, len(rows))
            if bottom > old_bottom:
                _resize(target, table, f"{first}{top}:{end}{bottom}", bottom)
            blank = [(None,) * (right - left + 1)] * (max(bottom, old_bottom) - top - len(rows))
            write_cells(target, f"{first}{top + 1}:{end}{max(bottom, old_bottom)}", [*rows, *blank])
            if bottom < old_bottom:
                _resize(target, table, f"{first}{top}:{end}{bottom}", bottom)
            _write_ranges(target, last or {})

    @retry_while_busy
    def write_named_ranges(self, sheet: str, ranges: NamedRanges) -> None:
        """Write named ranges on a sheet.

        Args:
            sheet: the sheet they stand on.
            ranges: name -> as many rows and columns as the range has.
        """
        target = self._sheets[sheet]
        with own_sheet_open(target, sheet):
            _write_ranges(target, ranges)

    @retry_while_busy
    def stamp(self) -> Cell:
        """Return the number on the sheet Review that changes when a sent cell of Actions does."""
        return self.read_named_range("Review", "stamp_now")[0][0]


def _write_ranges(sheet: Any, ranges: NamedRanges) -> None:
    for name, rows in ranges.items():
        write_cells(sheet, engine.named_range(sheet, name), rows)


def _resize(sheet: Any, table: Any, address: str, bottom: int) -> None:
    table.resize(sheet.range(address))
    engine.print_down_to(sheet, bottom)
