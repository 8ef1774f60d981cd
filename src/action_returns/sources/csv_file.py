"""A batch from CSV, however the spreadsheet program of that country writes it."""

from itertools import islice
from typing import Final

from action_returns.batch.columns import COLUMN_NAMES, ColumnName, Columns
from action_returns.sources.csv_text import DELIMITERS, CsvText
from action_returns.sources.errors import SourceProblem
from action_returns.sources.headers import columns_missing, find_columns
from action_returns.sources.reading import Reading

MOST_ROWS: Final = 1_048_576
"""Rows of a worksheet (ECMA-376); a CSV beyond that was not made by a person."""

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
    text = CsvText(content, name)
    delimiter, header, line = _find_header(text)
    columns, overlong = _columns(text, delimiter, header, line)
    notes = [] if text.note is None else [text.note]
    if delimiter != ",":
        notes.append(f"The columns of {name} are separated by {DELIMITERS[delimiter]}.")
    if overlong:
        notes.append(
            f"{overlong} records have more fields than the header, as when an amount holds a comma. "
            "Their Amount is shown with all that follows it, so that nothing is dropped."
        )
    return Reading(columns, f"{name}, header in line {line}", tuple(notes))


def _find_header(text: CsvText) -> tuple[str, dict[ColumnName, int], int]:
    seen: list[list[str]] = []
    for delimiter in text.delimiters:
        for line, record in islice(text.records(delimiter), _ROWS_ABOVE):
            header = find_columns(record)
            if header is not None:
                return delimiter, header, line
            seen.append(record)
    raise columns_missing(seen, text.name)


def _columns(text: CsvText, delimiter: str, header: dict[ColumnName, int], header_line: int) -> tuple[Columns, int]:
    cells: tuple[list[str | None], list[str | None], list[str | None]] = ([], [], [])
    lines: list[int] = []
    first, amount, last = (header[column] for column in COLUMN_NAMES)
    needed = max(first, amount, last) + 1
    width = overlong = 0
    for line, record in text.records(delimiter):
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
            "no-rows", f"{text.name} has no rows below its header in line {header_line}. Fill in the returns."
        )
    if len(lines) > MOST_ROWS:
        raise SourceProblem(
            "file-too-large", f"{text.name} has more than {MOST_ROWS:,} rows. Split it into several files."
        )
    return Columns(*cells, rows=lines), overlong


def _joined(fields: list[str], delimiter: str) -> str:
    return (" | " if delimiter == "\t" else delimiter).join(fields)
