"""Return the texts of the dialogues that change cells: what would be changed, what was, and how to take it back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from action_returns.batch.cells import quote, split_address
from action_returns.operations.texts import counted, one_or_many

if TYPE_CHECKING:
    from action_returns.batch.cells import Columns
    from action_returns.batch.report import Correction
    from action_returns.excel.edits import LastChange, Plain
    from action_returns.operations.check import CheckedBatch


NOTHING_CHANGED: Final = "Nothing was changed."
NOTHING_TO_TAKE_BACK: Final = (
    "There is nothing to take back. No button has changed cells of Actions since this workbook was made, or the last "
    "change was taken back already."
)
_BLANK: Final = "blank"
_MOST_LISTED: Final = 12


def nothing_to_fix(checked: "CheckedBatch", *, formulas: int) -> str:
    """Return the text of Fix safe issues when no cell can be corrected.

    Args:
        checked: the batch.
        formulas: number of cells that could be corrected if they held no formula.
    """
    if formulas:
        holds = one_or_many(formulas, "holds a formula of yours, which is", "hold formulas of yours, which are")
        return f"{counted(formulas, 'cell')} could be corrected, but {holds} never overwritten."
    left = checked.report.errors
    if not left:
        return "There is nothing to correct."
    return (
        f"Nothing can be corrected safely. {counted(left, 'error')} {one_or_many(left, 'needs', 'need')} a decision of yours: "
        "press Next issue."
    )


def fixes(changes: "Sequence[Correction]", *, formulas: int) -> str:
    """Return the question of Fix safe issues, with each correction before and after."""
    lines = [f"Row {c.row}, {c.column}:  {c.before}  →  {c.after}" for c in changes[:_MOST_LISTED]]
    more = len(changes) - len(lines)
    if more:
        lines.append(f"... and {more:,} more like these.")
    if formulas:
        stays = one_or_many(formulas, "stays as it is", "stay as they are")
        lines.append(f"{counted(formulas, 'cell')} with a formula of yours {stays}.")
    return f"Correct {counted(len(changes), 'cell')}? Each can mean only one thing.\n\n" + "\n".join(lines)


def no_repeats(checked: "CheckedBatch") -> str:
    """Return the text of Remove duplicates when no Action ID is repeated."""
    return f"No Action ID stands twice in {counted(checked.report.rows, 'row')}."


def repeats(
    identical: "Mapping[str, Sequence[int]]", conflicts: "Mapping[str, Sequence[int]]", columns: "Columns"
) -> str:
    """Return the question of Remove duplicates: which rows of the repeated Action IDs are emptied.

    Args:
        identical: Action ID -> its sheet rows, which hold the same amount and reason.
        conflicts: Action ID -> its sheet rows, which hold different ones.
        columns: the table.
    """
    parts = []
    if conflicts:
        stands = one_or_many(len(conflicts), "stands", "stand")
        parts += [
            f"{counted(len(conflicts), 'Action ID')} {stands} in rows that contradict each other.",
            _rows_of_actions(conflicts, columns, _MOST_LISTED),
        ]
    if identical:
        stands = one_or_many(len(identical), "stands", "stand")
        parts += [
            f"{counted(len(identical), 'Action ID')} {stands} in identical rows; the first row stays.",
            _rows_of_actions(identical, columns, max(1, _MOST_LISTED - len(conflicts))),
        ]
    emptied = "The three cells of the other rows are emptied; Undo tool change takes that back."
    if conflicts:
        parts.append(
            "Which of the contradicting rows stay? Yes keeps the first row of each Action ID, No keeps the last, Cancel "
            f"changes nothing. To keep another row, cancel and delete the wrong rows yourself. {emptied}"
        )
    else:
        parts.append(f"Take the later rows out? {emptied}")
    return "\n\n".join(parts)


def _rows_of_actions(found: "Mapping[str, Sequence[int]]", columns: "Columns", most: int) -> str:
    amounts = dict(zip(columns.rows, columns.amount, strict=True))
    reasons = dict(zip(columns.rows, columns.reason, strict=True))
    lines = []
    for action_id, rows in list(found.items())[:most]:
        listed = rows if len(rows) <= _MOST_LISTED else [*rows[: _MOST_LISTED - 1], rows[-1]]  # the last one may stay
        shown = [f"row {row} ({amounts[row]}, {reasons[row]})" for row in listed]
        if len(rows) > len(listed):
            shown.insert(-1, f"... {counted(len(rows) - len(listed), 'row')} ...")
        lines.append(f"{action_id}:  " + "   ".join(shown))
    if len(found) > len(lines):
        lines.append(f"... and {len(found) - len(lines):,} more.")
    return "\n".join(lines)


def taken_out(rows: "Sequence[int]", checked: "CheckedBatch") -> str:
    """Return the text after Remove duplicates.

    Args:
        rows: the sheet rows whose cells were emptied.
        checked: what is left.
    """
    shown = ", ".join(map(str, rows[:_MOST_LISTED])) + (", ..." if len(rows) > _MOST_LISTED else "")
    left = checked.report.rows
    return (
        f"{counted(len(rows), 'row')} taken out ({shown}). {counted(left, 'row')} {one_or_many(left, 'is', 'are')} left, "
        f"{counted(checked.report.errors, 'error')}."
    )


def fixed(changes: "Sequence[Correction]", checked: "CheckedBatch") -> str:
    """Return the text after Fix safe issues."""
    left = checked.report.errors
    rest = f"{counted(left, 'error')} left: press Next issue." if left else "No errors are left. Next: Review."
    return f"{counted(len(changes), 'cell')} corrected. {rest}\n\nUndo tool change takes it back."


def take_back(change: "LastChange") -> str:
    """Return the question whether to take the last change back, with each cell now and then."""
    half = "" if change.is_complete else " It was broken off in the middle."
    return (
        f"Take back {change.what}?{half} The cells of Actions become what they were:\n\n"
        f"{_now_and_then(change.after, change.before)}"
    )


def _now_and_then(now: "Mapping[str, Plain]", then: "Mapping[str, Plain]") -> str:
    """Return what stands in the cells and what will stand there, a line for each row."""
    rows: dict[int, list[str]] = {}
    for address in sorted(now, key=split_address):
        rows.setdefault(split_address(address)[1], []).append(address)
    lines = []
    for row, addresses in sorted(rows.items())[:_MOST_LISTED]:
        place = addresses[0] if len(addresses) == 1 else f"Row {row}"
        lines.append(f"{place}:  {_shown(now, addresses)}  →  {_shown(then, addresses)}")
    if len(rows) > len(lines):
        lines.append(f"... and {counted(len(rows) - len(lines), 'row')} more.")
    return "\n".join(lines)


def _shown(cells: "Mapping[str, Plain]", addresses: "Sequence[str]") -> str:
    """Return the contents of the cells of one row."""
    contents = [_named(cells[address]) for address in addresses]
    return _BLANK if set(contents) == {_BLANK} else ", ".join(contents)


def _named(cell: object) -> str:
    return _BLANK if cell is None else quote(cell)


def taken_back(what: str) -> str:
    """Return the text after a change was taken back."""
    return f"Taken back: {what}. The cells are as they were."


def not_made(what: str) -> str:
    """Return why there is nothing to take back when the cells hold what they held before the last change."""
    return f"There is nothing to take back: the cells of the last change ({what}) hold what they held before it."


def changed_since(change: "LastChange", now: "Mapping[str, object]") -> str:
    """Return why the last change cannot be taken back after the user changed one of its cells.

    Args:
        change: the last change.
        now: address -> what the cell holds now.
    """
    address = next(at for at in sorted(now, key=split_address) if now[at] not in (change.before[at], change.after[at]))
    return (
        f"The last change ({change.what}) cannot be taken back, because its cells were changed since: {address} held "
        f"{_named(change.after[address])} after it and holds {_named(now[address])} now. Nothing was changed. Put back "
        f"what {address} held, then click Undo tool change again, or correct the cells by hand."
    )


def broken_off(what: str) -> str:
    """Return the question what to do about a change of which only some cells were written."""
    return (
        f"A change was broken off in the middle: {what}.\n\nYes takes it back: the cells become what they were. No "
        "leaves the cells as they are now; then it can no longer be taken back. Cancel changes nothing."
    )


def give_up(what: str) -> str:
    """Return the question before a new change replaces one that was broken off and cannot be taken back now."""
    return (
        f"A change was broken off in the middle ({what}), and its cells or columns were changed since. After the new "
        "change it can no longer be taken back. Go on?"
    )


def columns_moved(what: str, letters: "Sequence[str]") -> str:
    """Return where the three columns must stand for the last change to be taken back.

    Args:
        what: what was done.
        letters: of the columns ActionId, Amount and Reason.
    """
    action_id, amount, reason = letters
    return (
        f"The last change ({what}) can only be taken back while Action ID, Amount and Reason stand in the columns "
        f"{action_id}, {amount} and {reason}. Nothing was changed. Move them back, then click Undo tool change again."
    )
