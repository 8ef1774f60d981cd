"""Write a CSV file again with corrected cells: only the records that are corrected change, not a byte of the others."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from action_returns.batch.cells import ColumnName, display_cell
from action_returns.batch.report import Correction
from action_returns.errors import FileError
from action_returns.readers.batch_columns import ColumnAnswers
from action_returns.readers.csv_file import CsvText, find_header, joined

Corrections = Mapping[int, Mapping[ColumnName, Correction]]
"""Row, or line of a CSV file -> column -> its correction."""


def corrected_csv(content: bytes, name: str, answers: ColumnAnswers, corrections: Corrections) -> bytes:
    """Return the bytes of a CSV file in which the corrected cells stand.

    Encoding, delimiter, line ends, the lines above the headers, blank lines and every other column stay as they are.

    Args:
        content: the bytes of the file.
        name: its name, for messages.
        answers: what the user said about its columns.
        corrections: line -> column -> correction.

    Raises:
        FileError: the file is not the one that was checked.
    """
    text = CsvText(content, name)
    delimiter, header, header_line = find_header(text, answers)
    written = io.BytesIO()
    written.write(text.byte_order_mark)
    width = 0
    for line, record, as_it_stands in text.records_with_text(delimiter):
        width = len(record) if line == header_line else width
        row = corrections.get(line)
        if row is None:
            written.write(text.encoded(as_it_stands))
            continue
        if "Amount" in row and is_split(record, width):
            record = joined_amount(record, header.indexes["Amount"], delimiter)  # noqa: PLW2901
        correct(record, header.indexes, row, name)
        ends = as_it_stands[len(as_it_stands.rstrip("\r\n")) :]
        written.write(text.encoded(_csv_line(record, delimiter) + ends))
    return written.getvalue()


def csv_rows(
    content: bytes, name: str, answers: ColumnAnswers, corrections: Corrections
) -> Iterator[tuple[int, list[str]]]:
    """Return every record of a CSV file with its line, corrected; an amount that a comma split is one field.

    Args:
        content: the bytes of the file.
        name: its name, for messages.
        answers: what the user said about its columns.
        corrections: line -> column -> correction.

    Raises:
        FileError: the file is not the one that was checked.
    """
    text = CsvText(content, name)
    delimiter, header, header_line = find_header(text, answers)
    amount, width = header.indexes["Amount"], 0
    for line, record in text.records(delimiter):
        width = len(record) if line == header_line else width
        row = corrections.get(line, {})
        if line > header_line and is_split(record, width):
            rest = [] if "Amount" in row else record[amount + 1 : width]
            record = [*joined_amount(record, amount, delimiter), *rest]  # noqa: PLW2901
        correct(record, header.indexes, row, name)
        yield line, record


def is_split(record: Sequence[str], width: int) -> bool:
    """Return whether a record has more fields than its header row, as when an amount holds a comma."""
    return len(record) > width and any(record[width:])


def joined_amount(record: list[str], amount: int, delimiter: str) -> list[str]:
    """Return a record up to its Amount, which holds all that follows."""
    return [*record[:amount], joined(record[amount:], delimiter)]


def correct(
    record: list[Any], indexes: Mapping[ColumnName, int], row: Mapping[ColumnName, Correction], name: str
) -> None:
    """Write corrections into a row.

    Args:
        record: its cells from the first column on; made longer where it ends too early.
        indexes: which of them are the three.
        row: column -> correction.
        name: the file's name, for the message.

    Raises:
        FileError: ``file-unreadable`` when it is not the row that was checked: the file was saved again meanwhile.
    """
    for column, correction in row.items():
        at = indexes[column]
        record += [None] * (at + 1 - len(record))
        if display_cell(record[at]) != correction.before:
            raise FileError(
                "file-unreadable",
                f"{name} was changed while it was read (row {correction.row}). Nothing was written. Try again.",
            )
        record[at] = correction.after


def _csv_line(record: Sequence[str], delimiter: str) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(record)  # without it "\n" is not quoted
    return line.getvalue().removesuffix("\r\n")
