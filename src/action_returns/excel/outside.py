"""The open workbook from outside, for machines whose policy forbids Office to start programs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from action_returns.batch import Pending
from action_returns.excel.checking import check, show_results
from action_returns.excel.clicking import Click
from action_returns.excel.livebook import ActionsTable, LiveBook
from action_returns.excel.patience import patiently, tame_xlwings
from action_returns.excel.problems import ClickProblem
from action_returns.excel.sending import show_outcome
from action_returns.settings import Places
from action_returns.submission.account import Account
from action_returns.submission.checking import Checked


class OpenWorkbook:
    """A workbook that somebody has open in Excel.

    Args:
        name: its file name; a folder before it does not matter.
        places: where things lie on this machine.
        profile: the profile to use instead of the workbook's own.

    Raises:
        ClickProblem: when no such workbook is open.
    """

    def __init__(self, name: str, places: Places, profile: str | None = None) -> None:
        self._click = Click(LiveBook(patiently(lambda: _find(Path(name).name))), places, profile)
        self._table: ActionsTable | None = None

    @property
    def account(self) -> Account:
        """Whose rules hold."""
        return self._click.account

    def check(self, pending: Pending | None = None) -> Checked:
        """Check its rows as Validate does: results are written beside them, your columns are not touched.

        Args:
            pending: the download to compare with, the one on its sheet Pending when None.
        """
        self._table, checked = check(self._click, pending=pending)
        show_results(self._click, self._table, checked)
        self._click.book.status(None)
        return checked

    def show_outcome(self, checked: Checked, batch: str, outcome: str) -> str:
        """Write beside the rows what became of them.

        Returns:
            Why that could not be done, nothing when it was.
        """
        return "" if self._table is None else show_outcome(self._click, self._table, checked, batch, outcome)


def _find(name: str) -> Any:
    import xlwings

    tame_xlwings()
    names = []
    for book in _open_books(xlwings):
        if book.name.casefold() == name.casefold():
            return book
        names.append(book.name)
    there = f"Open are: {', '.join(names)}." if names else "No workbook is open in Excel, or no Excel runs here."
    raise ClickProblem(f"{name} is not open in Excel. {there} Open it, or check the saved file without --live.")


def _open_books(xlwings: Any) -> Iterator[Any]:
    if xlwings.engines.active is None:  # neither Windows nor a Mac
        return
    for app in xlwings.apps:
        yield from app.books
