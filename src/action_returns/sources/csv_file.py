"""A batch from CSV, however the spreadsheet program of that country writes it."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from action_returns.batch.columns import COLUMN_NAMES, ColumnName, Columns
from action_returns.sources.errors import SourceProblem
from action_returns.sources.headers import columns_missing, find_columns
from action_returns.sources.reading import Reading
from action_returns.sources.text import decode

MOST_ROWS: Final = 1_048_576
"""Rows of a worksheet (ECMA-376); a CSV beyond that was not made by a person."""

DELIMITERS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs"}
_MOST_BYTES: Final = 200 * 2**20
_LONGEST_FIELD: Final = 2**20
_ROWS_ABOVE: Final = 50


def read_csv(content: bytes, name: str) -> Reading:
    """Read a batch from the bytes of a CSV file.

    Cells stay the texts they are, an empty field is None. Row numbers are the lines on which the records start.

    Args:
        content: the whole file.
        name: its name, for messages.

    Raises:
        SourceProblem: when it cannot be read as a whole.
    """
    text, note = csv_text(content, name)
    delimiter, header, line = _find_header(text, name)
    columns, overlong = _columns(text, delimiter, header, line, name)
    notes = [] if note is None else [note]
    if delimiter != ",":
        notes.append(f"The columns of {name} are separated by {DELIMITERS[delimiter]}.")
    if overlong:
        notes.append(
            f"{overlong} records have more fields than the header, as when an amount holds a comma. "
            "Their Amount is shown with all that follows it, so that nothing is dropped."
        )
    return Reading(columns, f"{name}, header in line {line}", tuple(notes))


def csv_text(content: bytes, name: str) -> tuple[str, str | None]:
    """Decode a CSV file; give the text and a note when its encoding was assumed.

    Raises:
        SourceProblem: when it is too large, or no text.
    """
    if len(content) > _MOST_BYTES:
        raise SourceProblem(
            "file-too-large", f"{name} is larger than {_MOST_BYTES >> 20} MB. Split it into several files."
        )
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise SourceProblem(
            "file-unreadable",
            f"{name} is a web page or XML, not CSV. Open it in the spreadsheet program and save it as .xlsx or CSV UTF-8.",
        )
    text, note = decode(content, name)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceProblem("file-unreadable", f"{name} holds a NUL character in line {line}, so it is not CSV.")
    return text, note


def records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Give every record and the line on which it starts.

    Args:
        text: the whole file.
        delimiter: what stands between fields.
        name: the file's name, for messages.

    Raises:
        SourceProblem: ``file-unreadable`` with the line, when quotes do not pair up.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceProblem(
            "file-unreadable",
            f"{name} cannot be read from line {line} on: {error}. A quotation mark without its partner does this. "
            "Open the file in the spreadsheet program, look at that line, and save it again.",
        ) from None


def told_delimiter(text: str) -> str | None:
    """Give the delimiter that a first line ``sep=;`` names, as Excel writes and reads it."""
    first = text[:8].splitlines()[0] if text[:8].splitlines() else ""
    return first[4] if first[:4].lower() == "sep=" and first[4:5] in DELIMITERS else None


def _find_header(text: str, name: str) -> tuple[str, dict[ColumnName, int], int]:
    told = told_delimiter(text)
    seen: list[list[str]] = []
    for delimiter in [told] if told else DELIMITERS:
        for at, (line, record) in enumerate(records(text, delimiter, name)):
            if at == _ROWS_ABOVE:
                break
            header = find_columns(record)
            if header is not None:
                return delimiter, header, line
            seen.append(record)
    raise columns_missing(seen, name)


def _columns(
    text: str, delimiter: str, header: dict[ColumnName, int], header_line: int, name: str
) -> tuple[Columns, int]:
    cells: tuple[list[str | None], list[str | None], list[str | None]] = ([], [], [])
    lines: list[int] = []
    first, amount, last = (header[column] for column in COLUMN_NAMES)
    needed = max(first, amount, last) + 1
    width = overlong = 0
    for line, record in records(text, delimiter, name):
        if line <= header_line:
            width = len(record)
            continue
        if len(record) > width and any(record[width:]):
            # "12,50" without quotes: the comma made two fields of one amount. Taking the first would change money.
            record[amount] = _joined(record[amount:], delimiter)
            overlong += 1
        elif len(record) < needed:
            if not any(record):
                continue
            record.extend([""] * (needed - len(record)))
        three = record[first], record[amount], record[last]
        if not any(three):
            continue
        lines.append(line)
        for column, cell in zip(cells, three, strict=True):
            column.append(cell or None)
    if not lines:
        raise SourceProblem(
            "no-rows", f"{name} has no rows below its header in line {header_line}. Fill in the returns."
        )
    if len(lines) > MOST_ROWS:
        raise SourceProblem("file-too-large", f"{name} has more than {MOST_ROWS:,} rows. Split it into several files.")
    return Columns(*cells, rows=lines), overlong


def _joined(fields: list[str], delimiter: str) -> str:
    return (" | " if delimiter == "\t" else delimiter).join(fields)
