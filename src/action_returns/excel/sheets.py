"""Find the sheets and the tables of the open workbook by their names, and bring a sheet to the front."""

from typing import Any

from action_returns.batch.cells import area
from action_returns.errors import ExcelError, UnsupportedWorkbookError
from action_returns.excel import engine
from action_returns.excel.engine import is_refusal
from action_returns.excel.protection import is_visible


class Sheets:
    """The sheets of the open workbook; Excel is asked for each of them, and for each table, once.

    Args:
        book: xlwings' book.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._all: Any = None
        self._found: dict[str, Any] = {}
        self._tables: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return xlwings' sheet of this name.

        Raises:
            UnsupportedWorkbookError: it is missing.
        """
        try:
            if self._all is None:
                self._all = self._book.sheets  # a call to Excel each time
            if name not in self._found:
                self._found[name] = self._all[name]
        except Exception as error:  # the type depends on the program: com_error, KeyError
            if is_refusal(error):
                raise
            raise UnsupportedWorkbookError(
                f'The sheet "{name}" is missing from this workbook. Make a fresh one that takes over your rows: '
                "action-returns upgrade-workbook OLD NEW"
            ) from None
        return self._found[name]

    def table(self, name: str, on: str | None = None) -> Any:
        """Return xlwings' table.

        Args:
            name: its name.
            on: the sheet it stands on, the one of the same name when None.

        Raises:
            UnsupportedWorkbookError: the sheet or its table is missing.
        """
        sheet = self[on or name]
        try:
            if name not in self._tables:
                self._tables[name] = sheet.tables[name]
        except Exception as error:
            if is_refusal(error):
                raise
            raise UnsupportedWorkbookError(
                f"The table {name} is missing from its sheet. Make a fresh workbook that takes over your rows: "
                "action-returns upgrade-workbook OLD NEW"
            ) from None
        return self._tables[name]

    def activate(self, name: str, app: Any) -> None:
        """Show a sheet in front of the others.

        Args:
            name: its name.
            app: xlwings' app that the workbook is open in.

        Raises:
            ExcelError: it is hidden.
            UnsupportedWorkbookError: it is missing.
        """
        sheet = self[name]
        try:
            engine.activate(self._book, sheet, app)
        except Exception as error:  # the type depends on the program: com_error, CommandError
            if is_refusal(error) or is_visible(sheet):
                raise
            raise ExcelError(
                f"The sheet {name} is hidden, so it cannot be shown. Nothing was sent. Unhide it (right-click the tab of "
                "any sheet, Unhide), then click again."
            ) from None

    def selected_row(self, name: str, app: Any) -> int:
        """Return the row of the selected cell, 0 when another sheet than this one is in front."""
        if self._book.sheets.active.name != name:
            return 0
        selection = app.selection
        return 0 if selection is None else int(selection.row)


def corners_of(cells: Any, table: str) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the cells of a table, from their one address.

    Args:
        cells: xlwings' range of the table, headers included.
        table: its name.

    Raises:
        UnsupportedWorkbookError: the cells are not in one piece.
    """
    corners = area(cells.address)
    if corners is None:
        raise UnsupportedWorkbookError(f"The table {table} is not in one piece.")
    return corners
