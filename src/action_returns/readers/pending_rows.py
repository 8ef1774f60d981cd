"""Read the rows of a pending download that name an action: only the columns that are needed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from action_returns.batch.amounts import LIMIT
from action_returns.batch.cells import display_cell, quote, strip_white_space
from action_returns.errors import FileError
from action_returns.readers.csv_lines import CsvLines
from action_returns.readers.headers import ACTION_DATES, find_fields, fold_header, pending_columns_missing
from action_returns.readers.table_file import NumberedRow, NumberText, Row, read_table

ID_AT: Final = 0
"""Where the ActionId is in a row of :class:`PendingRows`."""


@dataclass(frozen=True, slots=True)
class PendingRows:
    """The rows of a download.

    Args:
        fields: field -> index of its cell in a row; only the fields that the download has.
        dates: indexes of the cells that are dates of an action.
        rows: the rows that have an ActionId, all of the same width. It is a text without white space around it.
        columns: index of a cell in a row -> index of its column in the file.
        lines: the same rows as lines of a CSV file, None where they cannot be read that way.
        with_id: returns those of some records that have an ActionId, as rows like those in ``rows``.
    """

    fields: Mapping[str, int]
    dates: tuple[int, ...]
    rows: Iterator[Row]
    columns: Sequence[int]
    lines: CsvLines | None
    with_id: Callable[[Iterator[NumberedRow]], Iterator[Row]]


def read_headers(path: Path) -> list[str]:
    """Return the headers of a download.

    Raises:
        FileError: when it cannot be read.
    """
    table = read_table(path)
    return [] if table is None else [str(cell) for cell in table.headers]


def read_pending_rows(path: Path, columns: Mapping[str, str]) -> PendingRows:
    """Read the rows of a download.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        columns: field -> header, where the user named it.

    Raises:
        FileError: it has no column of ids, or an id that is neither a text nor a whole number. While the rows are read,
            too.
    """
    table = read_table(path)
    if table is None:
        raise FileError("pending-empty", f"{path.name} is empty. Download Pending Actions again.")
    found = find_fields(table.headers, columns)
    if "action_id" not in found:
        raise pending_columns_missing(table.headers, path.name)
    dated: dict[str, int] = {}
    for at, header in enumerate(table.headers):
        if (text := fold_header(header)) in ACTION_DATES:
            dated.setdefault(text, at)
    needed = list(dict.fromkeys([found["action_id"], *found.values(), *dated.values()]))
    with_id = partial(_with_id, columns=needed, name=path.name, row_word=table.row_word)
    return PendingRows(
        fields={field: needed.index(at) for field, at in found.items()},
        dates=tuple(needed.index(at) for at in dated.values()),
        rows=with_id(table.rows),
        columns=needed,
        lines=table.lines,
        with_id=with_id,
    )


def _with_id(rows: Iterator[NumberedRow], columns: Sequence[int], name: str, row_word: str) -> Iterator[Row]:
    """Return some cells of the rows that have an id, None where a row ends before one of them.

    The other cells do not stay in memory: a row of a sheet may have 16,384.

    Args:
        rows: the rows.
        columns: indexes of the cells, that of the id first.
        name: of the file.
        row_word: what messages call a row of the file.
    """
    pick = _picker(columns)
    for number, row in rows:
        try:
            cells = pick(row)
        except IndexError:
            cells = tuple(row[at] if at < len(row) else None for at in columns)
        cell = cells[ID_AT]
        if cell.__class__ is str and cell.isascii() and cell.isprintable() and " " not in cell:  # nearly always
            if cell:
                yield cells
            continue
        action_id = _id_text(cell)
        if action_id is None:
            raise FileError(
                "pending-ids-bad",
                f"{name} has {quote(cell)} as the ActionId of {row_word} {number:,}. That is not a text, so it is "
                "unknown which action is meant. Download Pending Actions again.",
            )
        if action_id:
            yield action_id, *cells[ID_AT + 1 :]


def _picker(columns: Sequence[int]) -> Callable[[Row], tuple[Any, ...]]:
    if len(columns) == 1:
        return lambda row: (row[columns[0]],)
    return itemgetter(*columns)


def _id_text(cell: Any) -> str | None:
    """Return an id without white space around it, empty for a blank cell; None for a cell that would be another id."""
    match cell:
        case None:
            return ""
        case NumberText() if not cell.isdigit():  # 1e5 is the id of nothing
            return None
        case str():
            return strip_white_space(cell)
        case float() if cell.is_integer() and 0 <= cell < LIMIT:
            return display_cell(cell)
    return None
