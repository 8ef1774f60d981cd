"""The rows of a table in a file of any format, its header row first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from action_returns.errors import FileError
from action_returns.readers import find_format
from action_returns.readers.csv_lines import CsvLines
from action_returns.readers.headers import HEADER_SEARCH_ROWS, best_header

T = TypeVar("T")
Row: TypeAlias = Sequence[Any]
NumberedRow: TypeAlias = tuple[int, Row]
"""What a person finds a row by (row of the sheet, line of the text, entry of the list), and its cells."""


class NumberText(str):
    """A number as a JSON file writes it. Its decimal sign is a dot (RFC 8259), whatever other amounts look like."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file.

    Args:
        headers: its header row.
        rows: the rows below it.
        row_word: what messages call a row of such a file.
        lines: the same rows as lines of a CSV file, None where they cannot be read that way.
    """

    headers: Row
    rows: Iterator[NumberedRow]
    row_word: str
    lines: CsvLines | None = None


def read_table(path: Path) -> Table | None:
    """Read the table of a download.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.

    Returns:
        The table, None when the file has no rows.

    Raises:
        FileError: when the file cannot be read.
    """
    reader = find_format(path)
    rows = records = reader.rows(path)
    if not getattr(reader, "HEADER_FIRST", False):
        rows = _from_header(records)
    first = next(rows, None)
    if first is None:
        return None
    number, headers = first
    lines_below = getattr(records, "lines_below", None)
    lines = None if lines_below is None else lines_below(number, headers)
    return Table(headers, rows, getattr(reader, "ROW_WORD", "row"), lines)


def in_blocks(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    """Return rows some in one go; those above a row that cannot be read come first.

    Args:
        rows: the rows.
        size: how many in one go.

    Raises:
        FileError: as the rows raise it.
    """
    failure = None
    while failure is None:
        block: list[T] = []
        try:
            block.extend(islice(rows, size))
        except FileError as error:
            failure = error
        if block:
            yield block
        elif failure is None:
            return
    raise failure


def _from_header(rows: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    """Return the rows from the header row on; without a recognised one, the first filled row is taken for it.

    What is wrong with a row below is told when that row is read: that a column is missing comes first.
    """
    first: list[NumberedRow] = []
    below = rows
    try:
        for row in rows:
            if first or any(row[1]):
                first.append(row)
            if len(first) == HEADER_SEARCH_ROWS:
                break
    except FileError as error:
        if not first:
            raise
        below = _refuse(error)
    best = best_header(cells for _, cells in first)
    return chain(first if best is None else first[best[1] :], below)


def _refuse(error: FileError) -> Iterator[NumberedRow]:
    yield from ()  # so that the error is raised when a row is asked for
    raise error
