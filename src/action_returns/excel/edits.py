"""Change the user's own cells, and keep the last change so that it can be taken back.

Excel's own Undo is empty after a program wrote (Excel VBA reference, Application.Undo). So the cells as they were are
kept beside the ledger, in one file for each workbook. The file is written before the first cell is changed, and marked
as complete after the last one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, TypeAlias

from action_returns.batch.cells import Columns, split_address
from action_returns.errors import ExcelError
from action_returns.excel import edit_messages
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import check_table, clear_results, show_results
from action_returns.files import once_free, write_atomically
from action_returns.private_files import make_private_folder

Plain: TypeAlias = str | float | bool | None
"""The content of a cell that can be written back."""


State: TypeAlias = Literal["not made", "half made", "made", "unknown"]


@dataclass(frozen=True, slots=True)
class LastChange:
    """Cells of Actions that were changed, as they were and as they became.

    Args:
        what: what was done, such as ``taking out 2 rows``.
        before: address -> content before the change.
        after: address -> content after it.
        letters: letters of the columns ActionId, Amount and Reason at that time.
        is_complete: whether the last cell was written; of a change that was broken off it was not.
    """

    what: str
    before: Mapping[str, Plain]
    after: Mapping[str, Plain]
    letters: tuple[str, ...]
    is_complete: bool = False


def save_change(path: Path, change: LastChange) -> None:
    """Write a change to its file; the change that was kept there can no longer be taken back."""
    make_private_folder(path.parent)
    facts = {each.name: getattr(change, each.name) for each in fields(change)}  # asdict copies cell by cell
    write_atomically(path, json.dumps(facts).encode(), overwrite=True)


def read_last_change(path: Path) -> LastChange | None:
    """Read the last change, None when there is none that can be taken back."""
    try:
        facts = json.loads(path.read_bytes())
        return LastChange(
            str(facts["what"]),
            dict(facts["before"]),
            dict(facts["after"]),
            tuple(facts["letters"]),
            is_complete=bool(facts["is_complete"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_change(path: Path) -> None:
    """Delete the file of the last change."""
    once_free(lambda: path.unlink(missing_ok=True))


def apply_change(
    context: ButtonContext, table: ActionsTable, what: str, before: Mapping[str, Plain], after: Mapping[str, Plain]
) -> None:
    """Save a change, then make it.

    Args:
        context: the workbook and the account of the click.
        table: the table as it was when the user agreed.
        what: what is done, such as ``taking out 2 rows``.
        before: address -> content before the change.
        after: address -> content after it.

    Raises:
        ExcelError: the rows changed while the user was asked (on a Mac, Excel can be used meanwhile), or the user
            keeps the change that was broken off before.
    """
    _refuse_to_lose(context, table)
    _refuse_changed(context, table)
    change = LastChange(what, before, after, table.columns.letters or ())
    save_change(context.last_change, change)
    context.book.change(change.after)
    save_change(context.last_change, replace(change, is_complete=True))


def settle_broken_off(context: ButtonContext, table: ActionsTable) -> bool:
    """Ask what to do about a change that was broken off in the middle, if there is one.

    Returns:
        Whether the click ends with that: the change was taken back, or the user cancelled.
    """
    change = read_last_change(context.last_change)
    if change is None or change.is_complete or _state(change, table.columns) != "half made":
        return False
    answer = context.book.choose(edit_messages.broken_off(change.what))
    if answer == "no":
        forget_change(context.last_change)
        return False
    if answer == "yes":
        _take_back(context, table, change)
    else:
        context.tell(edit_messages.NOTHING_CHANGED)
    return True


def undo_change(context: ButtonContext) -> None:
    """Take the last change back if the user agrees; tell why where it cannot be taken back."""
    change = read_last_change(context.last_change)
    if change is None:
        context.tell(edit_messages.NOTHING_TO_TAKE_BACK)
        return
    table = context.book.read_actions()
    match _state(change, table.columns):
        case "not made":
            context.tell(edit_messages.not_made(change.what))
        case "unknown" if change.letters != table.columns.letters:
            context.tell(edit_messages.columns_moved(change.what, change.letters))
        case "unknown":
            context.tell(edit_messages.changed_since(change, cells_at(table.columns, change.after)))
        case _:
            if context.book.ask(edit_messages.take_back(change)):
                _take_back(context, table, change)


def _refuse_to_lose(context: ButtonContext, table: ActionsTable) -> None:
    last = read_last_change(context.last_change)
    if last is None or last.is_complete or _state(last, table.columns) not in {"half made", "unknown"}:
        return
    if not context.book.ask(edit_messages.give_up(last.what)):
        raise ExcelError(edit_messages.NOTHING_CHANGED)


def _take_back(context: ButtonContext, table: ActionsTable, change: LastChange) -> None:
    _refuse_changed(context, table)
    formulas = context.book.formula_cells(table) & change.before.keys()
    if formulas:
        raise ExcelError(f"{min(formulas)} holds a formula of yours, which is never overwritten. Nothing was changed.")
    save_change(context.last_change, replace(change, is_complete=False))  # this, too, can be broken off
    context.book.change(change.before)
    forget_change(context.last_change)
    if len(context.book.read_actions().columns):
        table, checked = check_table(context)
        show_results(context, table, checked)
    else:
        clear_results(context, table)
    context.tell(edit_messages.taken_back(change.what))


def _refuse_changed(context: ButtonContext, table: ActionsTable) -> None:
    if context.book.read_actions().columns != table.columns:
        raise ExcelError("The rows in Actions changed while you were asked. Nothing was changed. Click again.")


def _state(change: LastChange, columns: Columns) -> State:
    """Return how much of a change stands in the cells; ``unknown`` when the user changed a cell or moved a column."""
    if change.letters != columns.letters:
        return "unknown"  # an address is another column now
    cells = cells_at(columns, change.after)
    if cells == change.before:
        return "not made"
    if cells == change.after:
        return "made"
    untouched = all(cell in (change.before[address], change.after[address]) for address, cell in cells.items())
    return "half made" if untouched else "unknown"


def rows_to_take_out(
    identical: Mapping[str, Sequence[int]], conflicts: Mapping[str, Sequence[int]], *, keep_first: bool
) -> list[int]:
    """Return the sheet rows to empty so that one row of each Action ID stays.

    Args:
        identical: Action ID -> its sheet rows, of which the first stays.
        conflicts: Action ID -> its sheet rows, of which the user chose the first or the last.
        keep_first: whether the user chose the first.
    """
    out = [row for rows in identical.values() for row in rows[1:]]
    out += [row for rows in conflicts.values() for row in (rows[1:] if keep_first else rows[:-1])]
    return sorted(out)


def cells_of(columns: Columns, rows: Iterable[int]) -> dict[str, Plain]:
    """Return the contents of the three columns in some rows: address -> content.

    Raises:
        ExcelError: a cell holds a date or an error, which cannot be written back.
    """
    wanted = frozenset(rows)
    found: dict[str, Plain] = {}
    for letter, cells in zip(columns.letters or (), (columns.action_id, columns.amount, columns.reason), strict=True):
        for row, cell in zip(columns.rows, cells, strict=True):
            if row not in wanted:
                continue
            if cell is not None and not isinstance(cell, (str, float, bool, int)):
                raise ExcelError(
                    f"{letter}{row} holds a date or an error, which could not be brought back. Nothing was changed. "
                    "Take that row out by hand."
                )
            found[f"{letter}{row}"] = cell
    return found


def cells_at(columns: Columns, addresses: Iterable[str]) -> dict[str, object]:
    """Return the contents of addresses in the three columns: address -> content, None in a blank row."""
    position_of = {row: at for at, row in enumerate(columns.rows)}
    cells_in = dict(zip(columns.letters or (), (columns.action_id, columns.amount, columns.reason), strict=True))
    found: dict[str, object] = {}
    for address in addresses:
        letters, row = split_address(address)
        at = position_of.get(row)
        found[address] = None if at is None else cells_in[letters][at]
    return found
