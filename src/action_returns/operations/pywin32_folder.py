"""Check the folder in which pywin32 keeps modules about Excel, and say what to do where it is damaged.

pywin32 makes it as ``gen_py`` in the user's temporary folder. A file there that was half written, after a crash for
example, keeps every program of this user from Excel (pywin32 312, win32com/client/gencache.py; pywin32 issues 1215 and
1923).
"""

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import Final

from action_returns.errors import ExcelError

MISSING: Final = "The package pywin32 is missing or damaged. Install Action Returns anew, then try again."
_CACHE: Final = "win32com.client.gencache"


def check_pywin32() -> str:
    """Import what xlwings needs of pywin32, and every module in its folder. Windows only.

    Returns:
        Where the folder is.

    Raises:
        ExcelError: pywin32 is missing, or cannot use its folder.
    """
    try:
        # pywin32 prints when it makes its folder anew, and a command may be printing JSON.
        with redirect_stdout(StringIO()):
            import win32com
            from win32com.client import gencache

            for module in set(gencache.clsidToTypelib.values()):
                with suppress(ImportError):  # it was deleted, and is made anew when it is needed
                    gencache.GetModuleForTypelib(*module)
    except Exception as error:
        raise ExcelError(folder_problem(error) or MISSING) from error
    return f"pywin32 is in place; its folder is {win32com.__gen_path__}"


def folder_problem(error: BaseException) -> str | None:
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
