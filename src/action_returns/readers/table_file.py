"""The rows of a pending-actions download, whatever kind of file it is."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from action_returns.errors import FileError
from action_returns.readers.csv_file import CsvText
from action_returns.readers.headers import ALIASES, fold_header

Row = Sequence[Any]

_ROWS_ABOVE: Final = 50
_API_LISTS: Final = ("Actions", "actions")
_ID_ALIASES: Final = frozenset(ALIASES["action_id"])


def read_rows(path: Path) -> Iterator[Row]:
    """Give the rows of a download, its header row first.

    Args:
        path: CSV, workbook, or the API's list of actions as JSON; its content decides.

    Raises:
        FileError: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64)
        if start.startswith(b"PK"):
            return _from_workbook(path)
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            "file-unreadable",
            f"The pending-actions download {path} cannot be opened: {error.strerror or error}. Check its name and folder.",
        ) from None
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return _from_json(content, path.name)
    return _from_csv(content, path.name)


def _from_workbook(path: Path) -> Iterator[Row]:
    from action_returns.readers.xlsx.batch import read_grid

    grid = (cells for _, cells in read_grid(path))
    return _from_header(grid)


def _from_csv(content: bytes, name: str) -> Iterator[Row]:
    text = CsvText(content, name)
    heads = {delimiter: _header_line(text, delimiter) for delimiter in text.delimiters}
    delimiter = min(heads, key=lambda mark: (heads[mark] is None, heads[mark] or 0))
    return _from_header(record for _, record in text.records(delimiter))


def _header_line(text: CsvText, delimiter: str) -> int | None:
    for at, (_, record) in enumerate(islice(text.records(delimiter), _ROWS_ABOVE)):
        if len(record) > 1 and _is_header(record):
            return at
    return None


def _is_header(row: Row) -> bool:
    return any(fold_header(cell) in _ID_ALIASES for cell in row)


def _from_header(rows: Iterator[Row]) -> Iterator[Row]:
    """Leave out what stands above the headers; with no recognised header row, the first filled row is taken for it."""
    above = []
    for row in rows:
        if _is_header(row):
            yield row
            yield from rows
            return
        if any(row):
            above.append(row)
        if len(above) > _ROWS_ABOVE:
            break
    yield from above
    yield from rows


def _from_json(content: bytes, name: str) -> Iterator[Row]:
    try:
        # Numbers stay the texts they are: money is never a binary fraction on its way here.
        found = json.loads(content, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise FileError(
            "file-unreadable", f"{name} is not valid JSON: {error}. Fetch the list of actions again."
        ) from None
    if isinstance(found, dict):
        found = next((found[key] for key in _API_LISTS if key in found), None)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise FileError(
            "pending-columns-missing", f"{name} holds no list of actions, as the API's list of all actions gives it."
        )
    headers = list(dict.fromkeys(key for item in found for key in item))
    return iter([headers, *([item.get(key) for key in headers] for item in found)])
