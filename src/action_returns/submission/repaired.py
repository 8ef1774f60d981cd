"""All rows of a batch in a new file, after safe corrections: nothing of the user's is left out or rounded."""

import csv
import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from action_returns.batch import Columns
from action_returns.batch.columns import COLUMN_NAMES, Cell
from action_returns.batch.report import shown
from action_returns.submission.errors import ExportProblem
from action_returns.submission.exporting import write_bytes
from action_returns.workbook.exact import ExactNumber


def write_repaired(columns: Columns, path: Path, *, source: str, overwrite: bool = False) -> None:
    """Write every row to a new file.

    Args:
        columns: the cells.
        path: ``.csv`` or ``.xlsx``.
        source: the file the rows came from; it is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        ExportProblem: when the file cannot be written, or another one would be lost.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise ExportProblem(f"{path} ends in neither .csv nor .xlsx. Choose a name that does.")
    if Path(source).exists() and path.exists() and path.samefile(source):
        raise ExportProblem(f"{path} is the file that was read; it is never written. Choose another name with -o.")
    content = _workbook(columns) if path.suffix.lower() == ".xlsx" else _csv(columns)
    write_bytes(path, content, overwrite=overwrite)


def _csv(columns: Columns) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMN_NAMES)
    writer.writerows(map(shown, row) for row in zip(columns.action_id, columns.amount, columns.reason, strict=True))
    return text.getvalue().encode("utf-8", "surrogatepass")


def _workbook(columns: Columns) -> bytes:
    import xlsxwriter

    from action_returns.workbook.entries import half_character

    for number, row in zip(
        columns.rows, zip(columns.action_id, columns.amount, columns.reason, strict=True), strict=True
    ):
        if any(isinstance(cell, str) and half_character(cell) for cell in row):
            raise ExportProblem(
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
            _write(sheet, at, column, cell, text)
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
            sheet.write_number(row, column, ExactNumber(cell))
        case datetime() | date() | time():
            sheet.write_string(row, column, shown(cell), text)
        case _:
            sheet.write_string(row, column, shown(cell), text)
