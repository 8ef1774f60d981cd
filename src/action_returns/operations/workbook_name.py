"""Check that the buttons can work with the name and folder of a workbook, and with the path of Python.

xlwings hands both to the system's command line (xlwings 0.37.8: ExecuteWindows and ExecuteMac in xlwings.bas, the
AppleScript beside it, prepare_sys_path in utils.py), where some characters mean something else. addin/vba/Obstacles.bas
refuses the same on each click, because people rename and move workbooks.
"""

import re
from collections.abc import Container, Iterator
from typing import Final

UNSAFE_ON_WINDOWS: Final = '|";^<>'
"""For cmd.exe the folder stands outside of quotes; ``;`` separates what xlwings hands over, ``&`` it escapes itself."""
UNSAFE_ON_MAC: Final = '|";\\$`\n\r'
"""The folder stands in double quotes in AppleScript and in sh, then in single ones in Python."""
UNSAFE_IN_NAME: Final = "="
"""xlwings reads the name up to the first one."""
OF_CMD: Final = frozenset(
    {
        "CD", "__CD__", "__APPDIR__", "DATE", "TIME", "RANDOM", "ERRORLEVEL", "CMDCMDLINE", "CMDEXTVERSION",
        "HIGHESTNUMANODENUMBER",
    }
)  # fmt: skip
"""The variables that cmd.exe knows beside those of the environment (``set /?``)."""

_special_for_sh = re.compile(r"(?![A-Za-z0-9/._+@%,:=-])[\x00-\x7f]").search
_after_dollar = re.compile(r"\$(?:\{([^{}]*+)\}|([A-Za-z0-9_-]+))").finditer


def unusable_part(name: str, folder: str, *, windows: bool, variables: Container[str]) -> str | None:
    """Return what the buttons cannot work with in a name or folder, None when they can work with both.

    Args:
        name: the file name.
        folder: the absolute path of its folder.
        windows: whether the workbook is for Windows; otherwise the rules of a Mac hold.
        variables: names of the environment's variables, in capitals.

    Returns:
        ``the character ^``, ``a line break`` or ``%PATH%``, as it can stand after "holds".
    """
    unsafe = UNSAFE_ON_WINDOWS if windows else UNSAFE_ON_MAC
    found = next((character for character in UNSAFE_IN_NAME + unsafe if character in name), None)
    found = found or next((character for character in unsafe if character in folder), None)
    if found is not None:
        return "a line break" if found in "\n\r" else f"the character {found}"
    if not windows:
        return None
    return next((text for text, variable in _variables(f"{folder}\\{name}") if _exists(variable, variables)), None)


def unusable_for_sh(interpreter: str) -> str | None:
    """Return a character in the path of Python for which a Mac would start another program, None when there is none.

    The path stands in the line for sh as it is, without quotes.
    """
    found = _special_for_sh(interpreter)
    return None if found is None else found[0]


def unusable_for_vba(interpreter: str, *, code_page: str, variables: Container[str]) -> str | None:
    """Return what in the path of Python keeps a click on Windows from starting it, None when nothing does.

    For ``%NAME%`` xlwings' VBA and cmd.exe put the value of a variable. VBA looks for the file with functions that know
    only the characters of the system's code page (``Dir`` and ``GetAttr``).

    Args:
        interpreter: the path of Python.
        code_page: that code page, as Python names it.
        variables: names of the environment's variables, in capitals.
    """
    found = next((text for text, variable in _variables_of_cmd(interpreter) if _exists(variable, variables)), None)
    if found is None:
        try:
            interpreter.encode(code_page)
        except UnicodeEncodeError as error:
            found = f'the character "{interpreter[error.start]}"'
    return found


def _variables(path: str) -> Iterator[tuple[str, str]]:
    """Return what may be put in place of a variable, by cmd.exe or, for ``$NAME``, by Python."""
    yield from _variables_of_cmd(path)
    yield from ((match[0], match[1] or match[2] or "") for match in _after_dollar(path))


def _variables_of_cmd(path: str) -> Iterator[tuple[str, str]]:
    """Return what cmd.exe may put in place of a variable: for ``%NAME%``, and for ``!NAME!`` where that is switched on.

    Between two marks that name no variable it goes on with the second one.
    """
    for mark in "%!":
        inner = path.split(mark)[1:-1]
        yield from ((f"{mark}{variable}{mark}", variable) for variable in inner)


def _exists(variable: str, variables: Container[str]) -> bool:
    capitals = variable.upper()
    return capitals in OF_CMD or (capitals != "" and capitals in variables)
