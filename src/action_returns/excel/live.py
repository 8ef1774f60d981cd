"""The open workbook from outside, for machines whose policy forbids Office to start programs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from action_returns.batch.context import PendingDownload
from action_returns.errors import ExcelError
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import check_table, show_results
from action_returns.excel.engine import configure_xlwings, retry_while_busy
from action_returns.excel.sending import show_outcome
from action_returns.excel.workbook import ActionsTable, OpenWorkbook
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch


class LiveWorkbook:
    """A workbook that somebody has open in Excel.

    Args:
        name: its file name; a folder before it does not matter.
        places: where things lie on this machine.
        profile: the profile to use instead of the workbook's own.

    Raises:
        ExcelError: when no such workbook is open.
    """

    def __init__(self, name: str, places: Paths, profile: str | None = None) -> None:
        self._click = ButtonContext(OpenWorkbook(retry_while_busy(lambda: _find(Path(name).name))), places, profile)
        self._table: ActionsTable | None = None

    @property
    def account(self) -> Account:
        """Whose rules hold."""
        return self._click.account

    def check(self, pending: PendingDownload | None = None) -> CheckedBatch:
        """Check its rows as Validate does: results are written beside them, your columns are not touched.

        Args:
            pending: the download to compare with, the one on its sheet Pending when None.
        """
        self._table, checked = check_table(self._click, pending=pending)
        show_results(self._click, self._table, checked)
        self._click.book.status(None)
        return checked

    def show_outcome(self, checked: CheckedBatch, batch: str, outcome: str) -> str:
        """Write beside the rows what became of them.

        Returns:
            Why that could not be done, nothing when it was.
        """
        return "" if self._table is None else show_outcome(self._click, self._table, checked, batch, outcome)


def _find(name: str) -> Any:
    import xlwings

    configure_xlwings()
    names = []
    for book in _open_books(xlwings):
        if book.name.casefold() == name.casefold():
            return book
        names.append(book.name)
    there = f"Open are: {', '.join(names)}." if names else "No workbook is open in Excel, or no Excel runs here."
    raise ExcelError(f"{name} is not open in Excel. {there} Open it, or check the saved file without --live.")


def _open_books(xlwings: Any) -> Iterator[Any]:
    if xlwings.engines.active is None:  # neither Windows nor a Mac
        return
    for app in xlwings.apps:
        yield from app.books
