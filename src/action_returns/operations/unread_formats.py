"""What is said and refused where it is not known what the cells of Amount show, because their number formats are too many."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from action_returns.errors import ExcelError
from action_returns.operations.texts import counted, one_or_many

if TYPE_CHECKING:
    from action_returns.batch.cells import Columns
    from action_returns.operations.check import CheckedBatch
    from action_returns.readers.batch_file import LoadedBatch

_ONE_FORMAT: Final = "elect the column Amount, choose Text or Number as its number format, look at the amounts, then"


def note_on_unread_formats(rows: Sequence[int], columns: "Columns") -> str:
    """Return the note about numbers in Amount whose number format was not looked at.

    Args:
        rows: their rows, ascending; at least one.
        columns: the columns of the batch.
    """
    return (
        f"Not checked: whether {counted(len(rows), 'cell')} of Amount ({_where(rows, columns)}) "
        f"{one_or_many(len(rows), 'shows', 'show')} the amount that would be sent. The column has too many different "
        f"number formats. Before you send or export, s{_ONE_FORMAT} validate again."
    )


def refuse_unread_formats(checked: "CheckedBatch", undone: str, again: str) -> None:
    """Check that it is known what the cells of Amount show, of the rows that would leave.

    Args:
        checked: the batch.
        undone: what was not done, ``Nothing was sent.``
        again: what to do after the formats were changed, ``send again``.

    Raises:
        ExcelError: the number format of one was not looked at; it may show 50% and hold 0.5.
    """
    reading: LoadedBatch = checked.reading
    leaving = set(checked.rows.rows) if reading.unread_formats else set()
    rows = [row for row in reading.unread_formats if row in leaving]
    if rows:
        raise ExcelError(
            f"Amount has too many different number formats to look at each of them. It is not known whether "
            f"{counted(len(rows), 'cell')} ({_where(rows, reading.columns)}) {one_or_many(len(rows), 'shows', 'show')} the amount "
            f"that would be sent: 50% would leave as 0.50. {undone} S{_ONE_FORMAT} {again}."
        )


def _where(rows: Sequence[int], columns: "Columns") -> str:
    letter = columns.letters[1] if columns.letters else "row "
    first, last = f"{letter}{rows[0]}", f"{letter}{rows[-1]}"
    return first if first == last else f"{first} to {last}"
