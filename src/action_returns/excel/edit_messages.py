"""Return the texts of the dialogues that change cells: what would be changed, what was, and how to take it back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from action_returns.operations.texts import counted, one_or_many

if TYPE_CHECKING:
    from action_returns.batch.cells import Columns
    from action_returns.batch.report import Correction
    from action_returns.operations.check import CheckedBatch


NOTHING_CHANGED: Final = "Nothing was changed."
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
    emptied = "The three cells of the other rows are emptied; Fix safe issues can take that back."
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
    return f"{counted(len(changes), 'cell')} corrected. {rest}\n\nTo take it back, click Fix safe issues again."


def take_back(what: str) -> str:
    """Return the question whether to take the last change back.

    Args:
        what: what was done, such as ``taking out 2 rows``.
    """
    return f"There is nothing to correct. Take back {what}? The cells become what they were."


def taken_back(what: str) -> str:
    """Return the text after a change was taken back."""
    return f"Taken back: {what}. The cells are as they were."


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
        f"{action_id}, {amount} and {reason}."
    )
