"""The clean CSV as a file, without sending it."""

import csv
import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from action_returns.batch.cells import COLUMN_NAMES, Cell, Columns, display_cell
from action_returns.errors import OutputFileError
from action_returns.files import Paths, write_atomically
from action_returns.operations.check import CheckedBatch


def export(checked: CheckedBatch, paths: Paths, *, target: Path | None, today: date, overwrite: bool = False) -> Path:
    """Write the prepared file without sending it.

    Args:
        checked: the batch.
        paths: where exports go when no target is named.
        target: the file to write.
        today: the date in the name of a file without a target.
        overwrite: whether another file of that name may be replaced.

    Returns:
        Where it lies.

    Raises:
        NoRowsToSendError: when no row may be sent.
        OutputFileError: when the file cannot be written, or another one would be lost.
    """
    prepared = checked.prepared
    path = target or paths.exports / f"Batch_Mods_Reversals_{today:%Y_%m_%d}_{prepared.sha256[:12]}.csv"
    write_bytes(path, prepared.content, source=checked.file, overwrite=overwrite)
    return path


def write_bytes(path: Path, content: bytes, *, source: str | None = None, overwrite: bool = False) -> None:
    """Write a file for the user, whole or not at all; a file that holds the same bytes already is left as it is.

    Args:
        path: the file; its folder is made where there is none.
        content: all of it.
        source: the user's file that was read, as the user named it; it is never written, whatever ``path`` calls it.
        overwrite: whether another file of that name may be replaced.

    Raises:
        OutputFileError: when it cannot be written, or another file would be lost.
    """
    if source is not None and path.exists() and Path(source).exists() and path.samefile(source):
        raise OutputFileError(f"{path} is the file that was read; it is never written. Choose another name.")
    try:
        if not overwrite and path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content, overwrite=overwrite)
    except FileExistsError:
        raise OutputFileError(
            f"{path} exists already and holds something else. It was left as it is. "
            "Choose another name, or replace it with --force."
        ) from None
    except OSError as error:
        raise OutputFileError(
            f"{path} cannot be written: {error.strerror or error}. Nothing was written. "
            "Choose another folder, or make room."
        ) from None


def write_repaired(columns: Columns, path: Path, *, source: str, overwrite: bool = False) -> None:
    """Write every row to a new file.

    Args:
        columns: the cells.
        path: ``.csv`` or ``.xlsx``.
        source: the file the rows came from; it is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        OutputFileError: when the file cannot be written, or another one would be lost.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise OutputFileError(f"{path} ends in neither .csv nor .xlsx. Choose a name that does.")
    content = _workbook(columns) if path.suffix.lower() == ".xlsx" else _csv(columns)
    write_bytes(path, content, source=source, overwrite=overwrite)


def _csv(columns: Columns) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMN_NAMES)
    writer.writerows(
        map(display_cell, row) for row in zip(columns.action_id, columns.amount, columns.reason, strict=True)
    )
    return text.getvalue().encode("utf-8", "surrogatepass")


def _workbook(columns: Columns) -> bytes:
    import xlsxwriter

    from action_returns.workbook_builder.contents import invalid_character
    from action_returns.workbook_builder.sheet_writer import ExactNumber

    for number, row in zip(
        columns.rows, zip(columns.action_id, columns.amount, columns.reason, strict=True), strict=True
    ):
        if any(isinstance(cell, str) and invalid_character(cell) for cell in row):
            raise OutputFileError(
                f"Row {number} holds half a character, which no workbook can hold. Nothing was written. Correct it in "
                "the sheet, or choose a name that ends in .csv."
            )
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    sheet = book.add_worksheet("Actions")
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, 2, 26, text)
    for at, row in enumerate(zip(columns.action_id, columns.amount, columns.reason, strict=True), 1):
        for column, cell in enumerate(row):
            _write(sheet, at, column, ExactNumber(cell) if type(cell) is float else cell, text)
    headers = [{"header": name} for name in COLUMN_NAMES]
    sheet.add_table(0, 0, len(columns), 2, {"name": "Actions", "columns": headers, "style": "Table Style Light 9"})
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, text: Any) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, cell)
        case float():
            sheet.write_number(row, column, cell)
        case datetime() | date() | time():
            sheet.write_string(row, column, display_cell(cell), text)
        case _:
            sheet.write_string(row, column, display_cell(cell), text)
