"""Write the rows of a file again with corrected cells, as a fresh workbook or as CSV: every column, in its place."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import (
    COLUMN_NAMES,
    EPOCH,
    LAST_ROW,
    LONGEST_TEXT,
    Cell,
    ColumnName,
    column_number,
    display_cell,
    utf16_length,
)
from action_returns.errors import OutputFileError
from action_returns.operations.corrected_csv import Corrections, correct, csv_rows
from action_returns.operations.formula_texts import FormulaTexts
from action_returns.readers.batch_columns import ColumnAnswers, own_table
from action_returns.readers.batch_file import LoadedBatch

_LONGEST_HEADER: Final = 255
_NOT_KEPT: Final = (
    "Formulas stand in it as the values they showed. Formats, column widths, colours, notes, filters, hidden and merged "
    "cells are not kept."
)


@dataclass(slots=True)
class SheetCopy:
    """Rows of a file, corrected, on their way into another one.

    Args:
        rows: number of each row and its cells from column A on.
        header: number of the header row.
        end: the last row below it that belongs to it.
        indexes: which of its columns are the three.
        sheet: the name of the sheet.
        formats: row -> number format of its Amount, where that shows another amount than would be sent.
        not_kept: what of the file is not in it, one sentence each.
    """

    rows: list[tuple[int, list[Cell]]]
    header: int
    end: int
    indexes: Mapping[ColumnName, int]
    sheet: str = "Actions"
    formats: Mapping[int, str] = field(default_factory=dict)
    not_kept: tuple[str, ...] = ()


def copy_of_csv(
    content: bytes, reading: LoadedBatch, name: str, answers: ColumnAnswers, corrections: Corrections
) -> SheetCopy:
    """Return the records of a CSV file as rows of a sheet, one below the other.

    Args:
        content: the bytes of the file.
        reading: the batch in it.
        name: its name, for messages.
        answers: what the user said about its columns.
        corrections: line -> column -> correction.

    Raises:
        action_returns.errors.FileError: the file is not the one that was checked.
    """
    rows: list[tuple[int, list[Cell]]] = []
    header = 0
    for number, (line, record) in enumerate(csv_rows(content, name, answers, corrections), 1):
        if line == reading.header_row:
            header = number
        rows.append((number, [cell or None for cell in record]))
    indexes = {column: column_number(reading.headers[column].split(" ", 1)[0]) - 1 for column in COLUMN_NAMES}
    return SheetCopy(rows, header, len(rows), indexes)


def copy_of_sheet(path: Path, reading: LoadedBatch, corrections: Corrections) -> SheetCopy:
    """Return the rows of the sheet a batch is on, in their places; of a workbook of ours only what the user wrote.

    Args:
        path: the workbook; never written.
        reading: the batch in it.
        corrections: row -> column -> correction.

    Raises:
        action_returns.errors.FileError: the workbook cannot be read, or is not the one that was checked.
    """
    from action_returns.readers.xlsx.batch import read_grid
    from action_returns.readers.xlsx.workbook import sheet_names

    columns = reading.columns
    numbers = [column_number(letters) for letters in columns.letters or ()]
    indexes = {name: number - 1 for name, number in zip(COLUMN_NAMES, numbers, strict=True)}
    rows = []
    for number, cells in read_grid(path, sheet=columns.sheet):
        correct(cells, indexes, corrections.get(number, {}), path.name)
        rows.append((number, cells))
    copy = SheetCopy(
        rows,
        reading.header_row,
        reading.table_end or LAST_ROW,
        indexes,
        columns.sheet or "Actions",
        {columns.rows[at]: code for code, positions in columns.amount_formats.items() for at in positions},
        (_NOT_KEPT,),
    )
    headers = ["" if cell is None else str(cell) for cell in dict(rows)[copy.header]]
    others = [name for name in sheet_names(path) if name != columns.sheet]
    if own_table(headers, 1) is not None:
        from action_returns.operations.new_workbook import tool_columns
        from action_returns.operations.upgrade_notes import own_sheets

        others = [name for name in own_sheets(path) if name != columns.sheet]
        copy = _without_columns(copy, headers, tool_columns())
    if others:
        copy.not_kept += (f"Other sheets are not in it: {', '.join(others)}.",)
    return copy


def _without_columns(copy: SheetCopy, headers: Sequence[str], filled_in: Collection[str]) -> SheetCopy:
    """Return the rows of a workbook of ours without what the program fills in: it would be out of date."""
    keep = [at for at, header in enumerate(headers) if header.casefold() not in filled_in]
    above = copy.header - 1
    rows = [
        (number - above, [cells[at] if at < len(cells) else None for at in keep])
        for number, cells in copy.rows
        if number > above
    ]
    left_out = [header for header in headers if header.casefold() in filled_in]
    return SheetCopy(
        rows,
        1,
        copy.end - above,
        {name: keep.index(at) for name, at in copy.indexes.items()},
        copy.sheet,
        {number - above: code for number, code in copy.formats.items()},
        (*copy.not_kept, f"Columns that the program fills in are not in it: {', '.join(left_out)}."),
    )


def csv_of(copy: SheetCopy) -> tuple[bytes, str]:
    """Return the rows as CSV, each in the line of its row's number, and what the user should know about them, mostly ``""``."""
    from action_returns.batch.number_formats import percentage_text, read_format

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    line, formulas = 1, FormulaTexts()
    amount = copy.indexes["Amount"]
    for number, cells in copy.rows:
        for _ in range(line, number):
            writer.writerow([])
        line = number + 1
        texts = [_text_of(cell) for cell in cells]
        code = copy.formats.get(number)  # of a row that has an Amount
        if code is not None and isinstance(cell := cells[amount], float) and read_format(code).sections[0].is_percent:
            texts[amount] = percentage_text(cell)
        formulas.look_at(number, cells)
        writer.writerow(texts)
    content = text.getvalue().encode("utf-8", "surrogatepass")
    if not content.isascii():
        content = b"\xef\xbb\xbf" + content  # spreadsheet programs read UTF-8 only with this mark
    return content, formulas.sentence()


def _text_of(cell: Cell) -> str:
    if type(cell) is float:
        return repr(cell).removesuffix(".0")
    return display_cell(cell)


def workbook_of(copy: SheetCopy) -> bytes:
    """Return the rows as a workbook with one sheet; every text stays a text, whatever it begins with.

    Raises:
        OutputFileError: a workbook cannot hold one of the cells.
    """
    import xlsxwriter

    from action_returns.workbook_builder.sheet_writer import TEXTS_STAY_TEXTS

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **TEXTS_STAY_TEXTS})
    try:
        sheet = book.add_worksheet(copy.sheet)
    except xlsxwriter.exceptions.XlsxWriterException:  # a name that only other programs allow
        sheet = book.add_worksheet("Actions")
    formats = _Formats(book)
    for at in copy.indexes.values():
        sheet.set_column(at, at, 26, formats["@"])
    for number, cells in copy.rows:
        own = {copy.indexes["Amount"]: formats[copy.formats[number]]} if number in copy.formats else {}
        for at, cell in enumerate(cells):
            if cell is not None:
                _write(sheet, number, at, cell, formats, own.get(at))
    _add_table(sheet, copy)
    sheet.freeze_panes(copy.header, 0)
    book.close()
    return buffer.getvalue()


class _Formats(dict[str, Any]):
    """Number format code -> the format of the workbook, made when it is first used."""

    def __init__(self, book: Any) -> None:
        super().__init__()
        self._book = book

    def __missing__(self, code: str) -> Any:
        self[code] = self._book.add_format({"num_format": code})
        return self[code]


def _write(sheet: Any, number: int, at: int, cell: Cell, formats: _Formats, own: Any) -> None:
    from action_returns.workbook_builder.sheet_writer import ExactNumber, write_text

    row = number - 1
    match cell:
        case bool():
            done = sheet.write_boolean(row, at, cell)
        case float() | int():
            done = sheet.write_number(row, at, ExactNumber(cell), own)
        case datetime():
            code = "yyyy-mm-dd" if cell.time() == time() else "yyyy-mm-dd hh:mm:ss"
            done = sheet.write_number(row, at, (cell - EPOCH) / timedelta(days=1), formats[code])
        case _:
            text = display_cell(cell)
            _refuse_text(text, number)
            # An empty text is left out: it is no more than the blank cell that it looks like.
            done = write_text(sheet, row, at, text, own or formats["@"]) if text else 0
    if done:
        raise OutputFileError(
            f"Row {number:,} is beyond what a worksheet can hold ({LAST_ROW:,} rows). Nothing was written. Choose a name "
            "that ends in .csv."
        )


def _refuse_text(text: str, number: int) -> None:
    """Refuse a text that no workbook can hold.

    Raises:
        OutputFileError: it is too long, or holds half a character.
    """
    from action_returns.workbook_builder.contents import invalid_character

    if utf16_length(text) > LONGEST_TEXT:
        why = f"a text of more than {LONGEST_TEXT:,} characters"
    elif invalid_character(text):
        why = "half a character"
    else:
        return
    raise OutputFileError(
        f"Row {number:,} holds {why}, which no workbook can hold. Nothing was written. Correct it in the file, or choose "
        "a name that ends in .csv."
    )


def _add_table(sheet: Any, copy: SheetCopy) -> None:
    """Make a table of the header row and its rows down to the last filled one, where its headers allow that."""
    end = max(number for number, cells in copy.rows if number <= copy.end and any(cell is not None for cell in cells))
    cells = next(cells for number, cells in copy.rows if number == copy.header)
    first, last = min(copy.indexes.values()), max(copy.indexes.values())
    while first and _is_header(cells[first - 1]):
        first -= 1
    while last + 1 < len(cells) and _is_header(cells[last + 1]):
        last += 1
    headers = cells[first : last + 1]
    texts = [str(header) for header in headers]
    if all(map(_is_header, headers)) and len({text.casefold() for text in texts}) == len(texts):
        columns = [{"header": text} for text in texts]
        options = {"name": "Actions", "columns": columns, "style": "Table Style Light 9"}
        sheet.add_table(copy.header - 1, first, end - 1, last, options)


def _is_header(cell: Cell) -> bool:
    return (
        isinstance(cell, str)
        and cell.isprintable()
        and bool(cell.strip())
        and len(cell) <= _LONGEST_HEADER
        and not cell.startswith("<r>")  # XlsxWriter would write it as XML of its own
    )
