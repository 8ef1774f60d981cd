"""Changes to the user's own cells, each agreed to, each kept so that it can be taken back."""

from action_returns.batch import Columns
from action_returns.excel import undo
from action_returns.excel.checking import check, read, show_results
from action_returns.excel.clicking import Click
from action_returns.excel.livebook import ActionsTable
from action_returns.excel.problems import ClickProblem
from action_returns.excel.repeats import cell_at
from action_returns.excel.undo import LastChange


def make(click: Click, table: ActionsTable, change: LastChange) -> None:
    """Make a change, after it was kept.

    Args:
        click: the click.
        table: the table as it was when the person agreed.
        change: what they agreed to.

    Raises:
        ClickProblem: when the rows are no longer what they were: on a Mac, Excel is not blocked while somebody is asked.
    """
    _refuse_changed(click, table)
    undo.keep(click.last_change, change)
    click.book.change(change.after)


def take_back(click: Click, table: ActionsTable) -> bool:
    """Offer to take the last change back, where its cells still are as it left them; tell whether it was offered."""
    change = undo.last(click.last_change)
    if change is None or not _still_stands(change, table.columns):
        return False
    if click.book.ask(f"There is nothing to correct. Take back {change.what}? The cells become what they were."):
        _refuse_changed(click, table)
        click.book.change(change.before)
        undo.forget(click.last_change)
        table, checked = check(click)
        show_results(click, table, checked)
        click.tell(f"Taken back: {change.what}. The cells are as they were.")
    return True


def _refuse_changed(click: Click, table: ActionsTable) -> None:
    if read(click)[0].columns != table.columns:
        raise ClickProblem("The rows in Actions changed while you were asked. Nothing was changed. Click again.")


def _still_stands(change: LastChange, columns: Columns) -> bool:
    """Return whether only this change touched its cells; of one that was broken off, some are as they were before."""
    if not {address.rstrip("0123456789") for address in change.after} <= set(columns.letters or ()):
        return False  # a column was moved since
    cells = {address: cell_at(columns, address) for address in change.after}
    untouched = all(cell in (change.before[at], change.after[at]) for at, cell in cells.items())
    return untouched and cells != change.before
