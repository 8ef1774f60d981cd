"""The path of Python that the buttons of a workbook start, and what in it keeps them from that."""

import locale
import os
import sys

from action_returns.operations.workbook_name import unusable_for_sh, unusable_for_vba


def path_for_buttons() -> str:
    """Return the path of this Python as a workbook holds it.

    On Windows it is the short path (as ``UKASZ~1`` for Łukasz) where the buttons cannot use the long one.
    """
    path = sys.executable
    if sys.platform == "win32" and _unusable(path) is not None:
        from action_returns.windows_files import short_path

        short = short_path(path)
        return path if _unusable(short) else short
    return path


def obstacle_to_buttons() -> str | None:
    """Return what the path of this Python holds with which the buttons cannot start it; None when they can.

    Returns:
        ``the character " "`` or ``%TEMP%``, as it can stand after "holds".
    """
    return _unusable(path_for_buttons())


def _unusable(path: str) -> str | None:
    if sys.platform == "darwin":
        character = unusable_for_sh(path)
        return None if character is None else f'the character "{character}"'
    if sys.platform == "win32":
        return unusable_for_vba(path, code_page=locale.getencoding(), variables=os.environ)
    return None
