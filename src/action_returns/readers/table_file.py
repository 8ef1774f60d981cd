"""The rows of a table in a file of any format, its header row first."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from action_returns.readers import find_format
from action_returns.readers.headers import HEADER_SEARCH_ROWS, names_action_id

Row = Sequence[Any]


class NumberText(str):
    """A number as a JSON file writes it. Its decimal sign is a dot (RFC 8259), whatever other amounts look like."""

    __slots__ = ()


def read_rows(path: Path) -> Iterator[Row]:
    """Read the rows of a download, its header row first.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.

    Raises:
        FileError: when it cannot be read.
    """
    reader = find_format(path)
    rows = (cells for _, cells in reader.rows(path))
    return rows if getattr(reader, "HEADER_FIRST", False) else _from_header(rows)


def _from_header(rows: Iterator[Row]) -> Iterator[Row]:
    """Return the rows from the header row on; without a recognised one, the first filled row is taken for it."""
    above = []
    for row in rows:
        if names_action_id(row):
            yield row
            yield from rows
            return
        if any(row):
            above.append(row)
        if len(above) > HEADER_SEARCH_ROWS:
            break
    yield from above
    yield from rows
