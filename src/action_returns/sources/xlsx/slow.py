"""The way for workbooks whose XML no common program writes: openpyxl, slower, with the same cells as outcome."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from action_returns.batch.columns import Cell, CellError
from action_returns.sources.errors import SourceProblem

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


def load(path: Path, *, values: bool) -> "Workbook":
    """Open a workbook with openpyxl; it is never saved.

    Args:
        path: the file.
        values: whether formulas give the values they had when the file was saved.

    Raises:
        SourceProblem: ``file-unreadable`` when openpyxl cannot read it either.
    """
    import openpyxl

    with path.open("rb") as file, warnings.catch_warnings():  # openpyxl leaves a file open that it cannot read
        warnings.simplefilter("ignore")  # about parts that are not read, such as drawings
        try:
            return openpyxl.load_workbook(file, data_only=values, keep_links=False)
        except Exception as error:  # noqa: BLE001  # openpyxl raises whatever the damage leads to
            raise SourceProblem(
                "file-unreadable",
                f"{path.name} cannot be read as a workbook ({type(error).__name__}). "
                "Open it in the spreadsheet program and save it as .xlsx.",
            ) from None


def rows(values: Any, formulas: Any, most: int) -> Iterator[tuple[int, list[Cell]]]:
    """Give the rows of a sheet that hold something, each with its number and its cells from column A on.

    Args:
        values: the sheet with values.
        formulas: the same sheet with formulas.
        most: how many rows to give.
    """
    last = min(most, formulas.max_row)
    pairs = zip(values.iter_rows(max_row=last), formulas.iter_rows(max_row=last), strict=False)
    for number, (row, formula_row) in enumerate(pairs, 1):  # iter_rows begins at A1, wherever the sheet does
        cells = [_cell(cell, formula) for cell, formula in zip(row, formula_row, strict=False)]
        if any(cell is not None for cell in cells):
            yield number, cells


def _cell(cell: Any, formula: Any) -> Cell:
    value = cell.value
    if value is None:
        return CellError("no-value", "") if formula.data_type == "f" else None
    if cell.data_type == "e":
        return CellError("error", str(value))
    if isinstance(value, bool | str | datetime | date | time | timedelta):
        return value
    return float(value)
