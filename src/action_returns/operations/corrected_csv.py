"""Write a CSV file again with corrected cells: only the records that are corrected change, not a byte of the others."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from action_returns.batch.cells import ColumnName, display_cell, strip_white_space
from action_returns.batch.report import Correction
from action_returns.errors import FileError
from action_returns.operations.formula_texts import FormulaTexts, may_hold_formulas
from action_returns.readers.batch_columns import ColumnAnswers
from action_returns.readers.csv_file import CsvText, find_header
from action_returns.readers.csv_shape import RecordShape

Corrections = Mapping[int, Mapping[ColumnName, Correction]]
"""Row, or line of a CSV file -> column -> its correction."""


def corrected_csv(content: bytes, name: str, answers: ColumnAnswers, corrections: Corrections) -> tuple[bytes, str]:
    """Return the bytes of a CSV file in which the corrected cells stand, and what the user should know about them, mostly ``""``.

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
    shape = RecordShape(header, delimiter, name)
    amount = header.indexes["Amount"]
    written = io.BytesIO()
    written.write(text.byte_order_mark)
    formulas = FormulaTexts()
    for line, record, as_it_stands in text.records_with_text(delimiter):
        row = corrections.get(line)
        if row is None:
            if may_hold_formulas(as_it_stands):
                formulas.look_at(line, record)
            written.write(text.encoded(as_it_stands))
            continue
        if "Amount" in row and line > header_line:
            record = _with_whole_amount(record, shape.fit(line, record.copy()), amount)  # noqa: PLW2901
        correct(record, header.indexes, row, name)
        formulas.look_at(line, record)
        ends = as_it_stands[len(as_it_stands.rstrip("\r\n")) :]
        written.write(text.encoded(_csv_line(record, delimiter) + ends))
    return written.getvalue(), formulas.sentence()


def csv_rows(
    content: bytes, name: str, answers: ColumnAnswers, corrections: Corrections
) -> Iterator[tuple[int, list[str]]]:
    """Return every record of a CSV file with its line, corrected; its Amount is what was checked.

    Where a comma without quotation marks may have cut an amount, the Amount shows all the fields that may belong to it.

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
    shape = RecordShape(header, delimiter, name)
    amount = header.indexes["Amount"]
    for line, record in text.records(delimiter):
        row = corrections.get(line, {})
        if line > header_line:
            fitting = shape.fit(line, record.copy())
            shown = (
                _with_whole_amount(record, fitting, amount) if "Amount" in row else _as_checked(record, fitting, shape)
            )
            record = shown  # noqa: PLW2901
        correct(record, header.indexes, row, name)
        yield line, record


def _with_whole_amount(record: list[str], fitting: list[str] | None, amount: int) -> list[str]:
    """Return a record up to its Amount where that holds all that follows, else the record as it is."""
    return record if fitting is None or fitting[amount] == record[amount] else fitting[: amount + 1]


def _as_checked(record: list[str], fitting: list[str] | None, shape: RecordShape) -> list[str]:
    """Return a record with the Amount that was checked: it may show the fields beyond the header row too."""
    if fitting is None:
        return record if strip_white_space("".join(record)) else []  # a line of blanks would be a row of a sheet
    return fitting[: shape.width]


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
