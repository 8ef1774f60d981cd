"""The last change this program made to the user's own cells, kept so that it can be taken back.

Excel's own Undo is empty after a program wrote (Excel VBA reference, Application.Undo), so the cells as they were are
kept beside the ledger, one file a workbook.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from action_returns.batch.cells import Columns
from action_returns.errors import ExcelError
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import check_table, read_table, show_results
from action_returns.excel.workbook import ActionsTable
from action_returns.files import write_atomically

Plain: TypeAlias = str | float | bool | None
"""What a cell of the user's may hold for a change of it to be taken back."""


@dataclass(frozen=True, slots=True)
class LastChange:
    """Cells of Actions that were changed, as they were and as they became.

    Args:
        what: what was done, in words.
        before: address -> what stood there.
        after: address -> what stands there now.
    """

    what: str
    before: Mapping[str, Plain]
    after: Mapping[str, Plain]


def save_change(path: Path, change: LastChange) -> None:
    """Keep a change, before it is made; the one before it can no longer be taken back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"what": change.what, "before": dict(change.before), "after": dict(change.after)}
    write_atomically(path, json.dumps(facts).encode(), overwrite=True, private=True)


def read_last_change(path: Path) -> LastChange | None:
    """Give the last change, None when there is none that can be taken back."""
    try:
        facts = json.loads(path.read_bytes())
        return LastChange(str(facts["what"]), dict(facts["before"]), dict(facts["after"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_change(path: Path) -> None:
    """Forget the last change, once it was taken back."""
    path.unlink(missing_ok=True)


def apply_change(context: ButtonContext, table: ActionsTable, change: LastChange) -> None:
    """Make a change, after it was kept.

    Args:
        context: the workbook and the account of the click.
        table: the table as it was when the person agreed.
        change: what they agreed to.

    Raises:
        ExcelError: when the rows are no longer what they were: on a Mac, Excel is not blocked while somebody is asked.
    """
    _refuse_changed(context, table)
    save_change(context.last_change, change)
    context.book.change(change.after)


def undo_change(context: ButtonContext, table: ActionsTable) -> bool:
    """Offer to take the last change back, where its cells still are as it left them; tell whether it was offered."""
    change = read_last_change(context.last_change)
    if change is None or not _still_stands(change, table.columns):
        return False
    if context.book.ask(f"There is nothing to correct. Take back {change.what}? The cells become what they were."):
        _refuse_changed(context, table)
        context.book.change(change.before)
        forget_change(context.last_change)
        table, checked = check_table(context)
        show_results(context, table, checked)
        context.tell(f"Taken back: {change.what}. The cells are as they were.")
    return True


def _refuse_changed(context: ButtonContext, table: ActionsTable) -> None:
    if read_table(context)[0].columns != table.columns:
        raise ExcelError("The rows in Actions changed while you were asked. Nothing was changed. Click again.")


def _still_stands(change: LastChange, columns: Columns) -> bool:
    """Return whether only this change touched its cells; of one that was broken off, some are as they were before."""
    if not {address.rstrip("0123456789") for address in change.after} <= set(columns.letters or ()):
        return False  # a column was moved since
    cells = {address: cell_at(columns, address) for address in change.after}
    untouched = all(cell in (change.before[at], change.after[at]) for at, cell in cells.items())
    return untouched and cells != change.before


def rows_to_take_out(repeats: Mapping[str, Sequence[int]], *, keep_first: bool) -> list[int]:
    """Give the rows that go when the first, or the last, of each ActionId stays."""
    return sorted(row for rows in repeats.values() for row in (rows[1:] if keep_first else rows[:-1]))


def cells_of(columns: Columns, rows: Collection[int]) -> dict[str, Plain]:
    """Give what stands in the three columns of some rows, by address.

    Raises:
        ExcelError: when a cell holds what could not be brought back, a date or an error.
    """
    found: dict[str, Plain] = {}
    for letter, cells in zip(columns.letters or (), (columns.action_id, columns.amount, columns.reason), strict=True):
        for row, cell in zip(columns.rows, cells, strict=True):
            if row not in rows:
                continue
            if cell is not None and not isinstance(cell, (str, float, bool, int)):
                raise ExcelError(
                    f"{letter}{row} holds a date or an error, which could not be brought back. Nothing was changed. "
                    "Take that row out by hand."
                )
            found[f"{letter}{row}"] = cell
    return found


def cell_at(columns: Columns, address: str) -> object:
    """Give what stands at an address in the three columns; None in a row without anything."""
    letter, row = address.rstrip("0123456789"), int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    at = dict(zip(columns.letters or (), (columns.action_id, columns.amount, columns.reason), strict=True))[letter]
    return at[columns.rows.index(row)] if row in columns.rows else None
