"""Import xlwings and reach Excel with it; where files of pywin32 prevent that, name the folder to delete.

pywin32 keeps modules about Excel's commands in a folder ``gen_py`` of the user's temporary folder. One that was half
written, after a crash for example, keeps every program of this user from Excel (pywin32 312, win32com/client/gencache.py;
pywin32 issues 1215 and 1923).
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any, Final, TypeVar

from action_returns.errors import ExcelError
from action_returns.excel.engine import configure_xlwings

_CACHE: Final = "win32com.client.gencache"

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
        problem = cache_problem(error)
        if problem is None:
            raise
        raise ExcelError(f"Excel cannot be reached. Nothing was changed. {problem}") from error


def _check_pywin32(xlwings: Any) -> None:
    """Raise an error on Windows where xlwings has left out Excel, which it does in silence without pywin32."""
    if sys.platform == "win32" and all(engine.name != "excel" for engine in xlwings.engines):
        raise ExcelError(
            "Excel cannot be reached, because the package pywin32 is missing or damaged. Nothing was changed. Install "
            "Action Returns anew, then try again."
        )


def cache_problem(error: BaseException) -> str | None:
    """Return why pywin32 cannot use its folder and what to do; None for an error that does not come from there."""
    reason = next(filter(_is_from_cache, _chain(error)), None)
    if reason is None:
        return None
    folder = getattr(sys.modules.get("win32com"), "__gen_path__", "") or r"%TEMP%\gen_py"
    said = (isinstance(reason, OSError) and reason.strerror) or type(reason).__name__
    return (
        f"pywin32 cannot use its folder {folder} ({said}). Delete this folder, or the file in its place, and try again; "
        "pywin32 makes it anew. Should that be refused, set the variable TEMP to a folder of your own and start Excel "
        "again."
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Iterate over an error and those before it; xlwings raises one about a busy Excel while it handles another."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_from_cache(error: BaseException) -> bool:
    """Return whether an error was raised while pywin32 was at work in its folder."""
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_globals.get("__name__") == _CACHE:
            return True
        step = step.tb_next
    return False
