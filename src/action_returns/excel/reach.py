"""Import xlwings and reach Excel with it; where files of pywin32 prevent that, name the folder to delete."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any, TypeVar

from action_returns.errors import ExcelError
from action_returns.excel.engine import configure_xlwings
from action_returns.operations.pywin32_folder import MISSING, folder_problem

Found = TypeVar("Found")


def reach_excel(find: Callable[[Any], Found]) -> Found:
    """Import xlwings and find something in Excel.

    Args:
        find: gets xlwings and returns what it found.

    Raises:
        ExcelError: pywin32 is missing, or cannot use its folder.
    """
    try:
        # pywin32 prints when it makes its folder anew, and a command may be printing JSON.
        with redirect_stdout(StringIO()):
            import xlwings
        _check_pywin32(xlwings)
        configure_xlwings()
        return find(xlwings)
    except Exception as error:
        problem = folder_problem(error)
        if problem is None:
            raise
        raise ExcelError(f"Excel cannot be reached. Nothing was changed. {problem}") from error


def _check_pywin32(xlwings: Any) -> None:
    """Raise an error on Windows where xlwings has left out Excel, which it does in silence without pywin32."""
    if sys.platform == "win32" and all(engine.name != "excel" for engine in xlwings.engines):
        raise ExcelError(f"Excel cannot be reached. Nothing was changed. {MISSING}")
