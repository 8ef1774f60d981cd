"""Write to sheets that may be protected: those of the program without a password, those of the user as they like."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from action_returns.errors import SheetProtectedError
from action_returns.excel.engine import MAC, WINDOWS, engine_of, is_refusal, protect, unprotect


@contextmanager
def own_sheet_open(sheet: Any, name: str) -> Iterator[None]:
    """Lift the protection of a sheet that only the program writes to, and protect it again afterwards.

    Args:
        sheet: xlwings' sheet.
        name: its name.

    Raises:
        SheetProtectedError: the user has protected it with a password.
    """
    with protection_explained(sheet, name):
        unprotect(sheet)
    try:
        yield
    finally:
        protect(sheet)


@contextmanager
def protection_explained(sheet: Any, name: str) -> Iterator[None]:
    """Raise that a sheet is protected where that is why a change of it failed.

    Args:
        sheet: xlwings' sheet.
        name: its name.

    Raises:
        SheetProtectedError: the sheet is protected. Other errors pass.
    """
    try:
        yield
    except Exception as error:  # the type depends on the program: com_error, CommandError
        if is_refusal(error) or not is_protected(sheet):
            raise
        raise SheetProtectedError(name) from None


def is_visible(sheet: Any) -> bool:
    """Return whether a sheet is not hidden, in either of Excel's ways."""
    visible = -1  # xlSheetVisible; xlSheetVeryHidden is 2
    return bool(sheet.api.Visible == visible if engine_of(sheet) == WINDOWS else sheet.visible)


def is_protected(sheet: Any) -> bool:
    """Return whether the cells of a sheet are protected."""
    return bool(sheet.api.protect_contents.get() if engine_of(sheet) == MAC else sheet.api.ProtectContents)
