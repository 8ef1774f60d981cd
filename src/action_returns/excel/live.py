"""Check a workbook that is open in Excel from the command line, where a policy forbids Office to start programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from action_returns.batch.context import PendingDownload
from action_returns.errors import ExcelError
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.button import ButtonContext, single_click_lock
from action_returns.excel.check_table import check_table, show_results
from action_returns.excel.engine import retry_while_busy
from action_returns.excel.reach import reach_excel
from action_returns.excel.sending import show_outcome
from action_returns.excel.workbook import OpenWorkbook
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch

if TYPE_CHECKING:
    from action_returns.channels.base import Outcome


@contextmanager
def open_live_workbook(name: str, paths: Paths, profile: str | None = None) -> Iterator["LiveWorkbook"]:
    """Find a workbook that is open in Excel, and keep every button and other command away from it meanwhile.

    Args:
        name: its file name; a folder before it does not matter.
        paths: every file and folder of this program.
        profile: the profile to use instead of the workbook's own.

    Raises:
        ExcelError: no such workbook is open, or a click or another command is at work in it.
    """
    book = OpenWorkbook(_find_book(Path(name).name))
    with single_click_lock(paths, book.name):
        yield LiveWorkbook(ButtonContext(book, paths, profile))


class LiveWorkbook:
    """A workbook that is open in Excel, as a command works in it.

    Args:
        context: the workbook, the paths and the account.
    """

    def __init__(self, context: ButtonContext) -> None:
        self._context = context
        self._table: ActionsTable | None = None

    @property
    def account(self) -> Account:
        """The account whose rules hold."""
        return self._context.account

    def check(self, pending: PendingDownload | None = None) -> CheckedBatch:
        """Check its rows as Validate does, and write the results beside them; the user's columns stay as they are.

        Args:
            pending: the download to compare with, the one on its sheet Pending when None.
        """
        self._table, checked = check_table(self._context, pending=pending)
        show_results(self._context, self._table, checked)
        self._context.book.status(None)
        return checked

    def show_outcome(self, checked: CheckedBatch, batch: str, outcome: "Outcome") -> str:
        """Write the outcome of a batch beside its rows.

        Returns:
            Why that was not possible, an empty text when it was.
        """
        return "" if self._table is None else show_outcome(self._context, self._table, checked, batch, outcome)


@retry_while_busy
def _find_book(name: str) -> Any:
    names = []
    for book in reach_excel(_open_books):
        if book.name.casefold() == name.casefold():
            return book
        names.append(book.name)
    open_now = f"Open are: {', '.join(names)}." if names else "No workbook is open in Excel, or no Excel runs here."
    raise ExcelError(f"{name} is not open in Excel. {open_now} Open it, or check the saved file without --live.")


def _open_books(xlwings: Any) -> list[Any]:
    if xlwings.engines.active is None:  # neither Windows nor a Mac
        return []
    return [book for app in xlwings.apps for book in app.books]
