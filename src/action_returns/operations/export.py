"""Write files for the user, none of which is sent: the clean CSV, the repaired rows."""

import csv
import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import COLUMN_NAMES, Cell, Columns, display_cell
from action_returns.errors import OutputFileError
from action_returns.files import Paths, write_atomically
from action_returns.operations.check import CheckedBatch

_REPLACE: Final = "Choose another name, or replace it with --force."
_ELSEWHERE: Final = "Choose another folder, or make room."


def export(checked: CheckedBatch, paths: Paths, *, target: Path | None, today: date, overwrite: bool = False) -> Path:
    """Write the prepared file without sending it.

    Args:
        checked: the batch.
        paths: the folder of exports, where a file without a target goes.
        target: the file to write, None when the user names none.
        today: the date in the name of a file without a target.
        overwrite: whether another file of that name may be replaced.

    Returns:
        The file that was written.

    Raises:
        NoRowsToSendError: no row may be sent.
        OutputFileError: the file cannot be written, or another one would be lost.
    """
    prepared = checked.prepared
    if target is not None:
        write_bytes(target, prepared.content, source=checked.file, overwrite=overwrite)
        return target
    path = paths.exports / f"Batch_Mods_Reversals_{today:%Y_%m_%d}_{prepared.sha256[:12]}.csv"
    # The program has chosen this name and folder, for a command or for a click, which has no options.
    write_bytes(
        path,
        prepared.content,
        source=checked.file,
        overwrite=overwrite,
        if_taken="Move or rename it, then export again.",
        if_unwritable="Make room, or set ACTION_RETURNS_HOME to a folder that can be written.",
    )
    return path


def write_bytes(
    path: Path,
    content: bytes,
    *,
    source: str | None = None,
    overwrite: bool = False,
    if_taken: str = _REPLACE,
    if_unwritable: str = _ELSEWHERE,
) -> None:
    """Write a file for the user, whole or not at all. A file that has the same bytes already is left as it is.

    Args:
        path: the file; its folder is made when there is none.
        content: all of its bytes.
        source: the file that was read, as the user named it. It is never written, by whatever name ``path`` calls it.
        overwrite: whether another file of that name may be replaced.
        if_taken: what the user can do about another file of that name; by default for a command with ``--force``.
        if_unwritable: what the user can do when nothing can be written there.

    Raises:
        OutputFileError: the file cannot be written, or another file would be lost.
    """
    if source is not None and path.exists() and Path(source).exists() and path.samefile(source):
        raise OutputFileError(f"{path} is the file that was read; it is never written. Choose another name.")
    try:
        if not overwrite and path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content, overwrite=overwrite)
    except OSError as error:
        # The same error of the folder's name means that a file is in its way.
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            problem = f"{path} exists already and holds something else. It was left as it is. {if_taken}"
        else:
            problem = f"{path} cannot be written: {error.strerror or error}. Nothing was written. {if_unwritable}"
        raise OutputFileError(problem) from None


def write_repaired(columns: Columns, path: Path, *, source: str, overwrite: bool = False) -> None:
    """Write every row to a new file.

    Args:
        columns: the cells.
        path: the file, ``.csv`` or ``.xlsx``.
        source: the file that holds the rows; it is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        OutputFileError: the file cannot be written, or another one would be lost.
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
