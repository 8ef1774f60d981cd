"""Read the batch of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from action_returns.batch.cells import ColumnName, Columns
from action_returns.readers import find_batch_format


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """A batch as a file held it.

    Args:
        columns: the raw cells.
        origin: where in the file the rows are, for people: ``table Actions on sheet Actions``.
        notes: what the reader left aside or assumed, one sentence each (rows below the table, other sheets, encoding).
        headers: which column each of the three was read from: its letter, a blank and its header as it stands, such as
            ``C New Amount``; the third column of a CSV file is C too. Empty when the rows have no headers.
    """

    columns: Columns
    origin: str
    notes: tuple[str, ...] = ()
    headers: Mapping[ColumnName, str] = field(default_factory=dict)


def read_batch(path: Path, *, sheet: str | None = None) -> LoadedBatch:
    """Read the batch of a file of any format that can hold one.

    Args:
        path: the file; never written.
        sheet: which sheet, when several could be meant.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    return find_batch_format(path).read_batch(path, sheet=sheet)


def read_stream(content: bytes) -> LoadedBatch:
    """Read a batch from CSV bytes that came through a pipe.

    Raises:
        FileError: when they cannot be read as a whole.
    """
    from action_returns.readers.csv_file import read_csv

    return read_csv(content, "standard input")
