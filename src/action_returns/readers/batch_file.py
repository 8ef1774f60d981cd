"""Read the batch of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from action_returns.batch.cells import ColumnName, Columns
from action_returns.readers import find_batch_format
from action_returns.readers.batch_columns import NO_ANSWERS, ColumnAnswers


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """A batch as a file held it.

    Args:
        columns: the raw cells.
        origin: where in the file the rows are, for people: ``table Actions on sheet Actions``.
        notes: what the reader left aside or assumed, one sentence each (rows below the table, other sheets, encoding).
        headers: which column each of the three was read from: its letter, a blank and its header as it stands, such as
            ``C New Amount``; the third column of a CSV file is C too. Empty when the rows have no headers.
        signature: what is the same for all files with these headers; the user's answers about columns are kept by it.
        header_row: the row, or the line, of the headers; 0 when there are none.
        table_end: the last row of the table they are the headers of; 0 when they stand in no table.
        unread_formats: rows of the numbers in Amount whose number format was not looked at, ascending. Only Excel leaves
            some out; a file tells the format of every cell.
    """

    columns: Columns
    origin: str
    notes: tuple[str, ...] = ()
    headers: Mapping[ColumnName, str] = field(default_factory=dict)
    signature: str = ""
    header_row: int = 0
    table_end: int = 0
    unread_formats: Sequence[int] = ()


def note_on_rows_below(rows: Sequence[int], table: str) -> str:
    """Return the note about filled rows below a table, which are not part of it.

    Args:
        rows: their numbers.
        table: name of the table.
    """
    if len(rows) == 1:
        what, where, them = "1 filled row", f"was not read (row {rows[0]})", "it if it belongs"
    else:
        what, where, them = (
            f"{len(rows)} filled rows",
            f"were not read (rows {rows[0]} to {rows[-1]})",
            "them if they belong",
        )
    return f"{what} below the table {table} {where}. Drag the corner of the table over {them} to it."


def read_batch(path: Path, *, sheet: str | None = None, columns: ColumnAnswers = NO_ANSWERS) -> LoadedBatch:
    """Read the batch of a file of any format that can hold one.

    Args:
        path: the file; never written.
        sheet: which sheet, when several could be meant.
        columns: what the user said about its columns.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    return find_batch_format(path).read_batch(path, sheet=sheet, columns=columns)


def read_stream(content: bytes, columns: ColumnAnswers = NO_ANSWERS) -> LoadedBatch:
    """Read a batch from CSV bytes that came through a pipe.

    Args:
        content: all of them.
        columns: what the user said about its columns.

    Raises:
        FileError: when they cannot be read as a whole.
    """
    from action_returns.readers.csv_file import read_csv

    return read_csv(content, "standard input", columns)
