"""The path of Python that the buttons of a workbook start, on this computer and on others, and what keeps them from it."""

import locale
import os
import re
import sys
from pathlib import Path
from typing import Final

from action_returns.operations.workbook_name import unusable_for_sh, unusable_for_vba

WINDOWS_KEY: Final = "INTERPRETER_WIN"
MAC_KEY: Final = "INTERPRETER_MAC"

_WINDOWS_VARIABLES: Final = ("LOCALAPPDATA", "APPDATA", "USERPROFILE")
"""Variables that name a folder of the user, those of the inner folders first."""
_RECEIPTS: Final = {"uv-receipt.toml": "uv", "pipx_metadata.json": "pipx"}
"""The file that an installer keeps in the environment of a program, and the installer."""
_ENVIRONMENTS: Final = {
    # docs.astral.sh/uv/reference/storage; on Windows as uv 0.11 does (crate uv-dirs, user_state_dir).
    "uv": {WINDOWS_KEY: r"%APPDATA%\uv\tools", MAC_KEY: "$HOME/.local/share/uv/tools"},
    # pipx.pypa.io/latest/how-to/configure-paths, since pipx 1.5.
    "pipx": {WINDOWS_KEY: r"%USERPROFILE%\pipx\venvs", MAC_KEY: "$HOME/.local/pipx/venvs"},
}
"""Where an installer puts the environments of its programs, unless its own variables say otherwise."""
_PYTHON: Final = {WINDOWS_KEY: r"\{}\Scripts\python.exe", MAC_KEY: "/{}/bin/python"}
_plain_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*").fullmatch


def interpreters_elsewhere() -> dict[str, str]:
    """Return where Python is on computers of other systems where the same installer has put the program.

    Returns:
        Key of the sheet ``xlwings.conf`` -> path; nothing where no installer did it that uses the same place everywhere.
    """
    environment = Path(sys.executable).parent.parent
    installer = next((_RECEIPTS[name] for name in _RECEIPTS if (environment / name).exists()), None)
    if installer is None or not _plain_name(environment.name):
        return {}
    own = {"win32": WINDOWS_KEY, "darwin": MAC_KEY}.get(sys.platform)
    others = {key: folder for key, folder in _ENVIRONMENTS[installer].items() if key != own}
    return {key: folder + _PYTHON[key].format(environment.name) for key, folder in others.items()}


def path_for_buttons() -> str:
    """Return the path of this Python as a workbook holds it, with a variable for the user's folder in front.

    xlwings puts in the value of ``%NAME%`` on Windows, and of ``$HOME`` at the front on a Mac (xlwings 0.37.8,
    ExpandEnvironmentStrings in xlwings.bas). So the workbook works for another user too.

    On Windows it is the short path (as ``UKASZ~1`` for Łukasz) where the buttons cannot use the long one.
    """
    path = _usable_path()
    if sys.platform == "win32":
        return _with_variable(path)
    home = os.environ.get("HOME", "").rstrip("/")
    return f"$HOME{path[len(home) :]}" if sys.platform == "darwin" and home and path.startswith(f"{home}/") else path


def obstacle_to_buttons() -> str | None:
    """Return what the path of this Python holds with which the buttons cannot start it; None when they can.

    Returns:
        ``the character " "`` or ``%TEMP%``, as it can stand after "holds".
    """
    return _unusable(_usable_path())


def way_round_obstacle() -> str:
    """Return what to do about an obstacle to the buttons."""
    todo = "Install Action Returns in a folder without such characters"
    if sys.platform == "darwin":
        todo += (
            ": with uv tool install action-returns, or with pipx after export PIPX_HOME=~/.local/pipx. Or make a link to its "
            "folder that has none and start the Python behind it: ln -s FOLDER ~/action-returns, then "
            "~/action-returns/bin/python -m action_returns new"
        )
    return todo


def _usable_path() -> str:
    path = sys.executable
    if sys.platform == "win32" and _unusable(path) is not None:
        from action_returns.windows_files import short_path

        short = short_path(path)
        return path if _unusable(short) else short
    return path


def _with_variable(path: str) -> str:
    """Return a path of Windows with ``%NAME%`` for the folder of the user that it begins with."""
    for name in _WINDOWS_VARIABLES:
        folder = os.environ.get(name, "").rstrip("\\")
        if "\\" in folder and path.lower().startswith(f"{folder.lower()}\\"):
            return f"%{name}%{path[len(folder) :]}"
    return path


def _unusable(path: str) -> str | None:
    if sys.platform == "darwin":
        character = unusable_for_sh(path)
        return None if character is None else f'the character "{character}"'
    if sys.platform == "win32":
        return unusable_for_vba(path, code_page=locale.getencoding(), variables=os.environ)
    return None
