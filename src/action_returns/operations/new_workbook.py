"""Make a new workbook for the user to fill in."""

import os
import shutil
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from action_returns import __version__
from action_returns.batch.cells import COLUMN_NAMES
from action_returns.errors import OutputFileError
from action_returns.files import once_free, packaged_file, what_to_do, write_atomically
from action_returns.operations.account import Account
from action_returns.operations.interpreter import (
    MAC_KEY,
    WINDOWS_KEY,
    interpreters_elsewhere,
    obstacle_to_buttons,
    path_for_buttons,
    way_round_obstacle,
)
from action_returns.operations.workbook_name import unusable_part
from action_returns.workbook_builder.build import build_workbook, make_macros
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.template import Template, load_template

WITH_MACROS: Final = ".xlsm"
WITHOUT_MACROS: Final = ".xlsx"
_MAC_SCRIPTS: Final = "Library/Application Scripts/com.microsoft.Excel"
"""The folder, below the user's home, from which Excel for Mac may run scripts."""
_TABLE: Final = "Actions"
_RENAMED_SHEETS: Final = {"1": {"Batches": "History"}}
"""Version of the template -> name of a sheet -> the name it had there."""
_ADDED_COLUMNS: Final = {"1": frozenset({"locks in"}), "2": frozenset({"locks in"})}
"""Version of the template -> columns of the table Actions that it did not have; one of that name is the user's own."""
_ADDED_SHEETS: Final = {
    "1": frozenset({"Import", "Results", "Insights"}),
    "2": frozenset({"Import", "Results", "Insights"}),
    "3": frozenset({"Results", "Insights"}),
}
"""Version of the template -> sheets that it did not have; one of that name is the user's own."""
_TEMPLATE: Final = "workbook_templates/mobile_actions.toml"


@dataclass(frozen=True, slots=True)
class NewWorkbook:
    """A workbook that was made.

    Args:
        path: the file.
        size: its size in bytes.
        rows: how many rows it has already.
        kept: the new name of a file that had this name, None when there was none.
    """

    path: Path
    size: int
    rows: int
    kept: Path | None = None


def new_workbook(
    path: Path, account: Account, *, samples: bool = False, entries: Entries | None = None, overwrite: bool = False
) -> NewWorkbook:
    """Make a workbook, with macros as .xlsm or without as .xlsx.

    Args:
        path: the new file.
        account: the account whose rules and reason codes it shows.
        samples: whether sample returns are filled in.
        entries: the rows to fill in instead.
        overwrite: whether a file of that name may be renamed.

    Raises:
        OutputFileError: the name cannot be used, another file would be lost, or nothing can be written there.
        action_returns.errors.ActionReturnsError: this installation is incomplete.
    """
    refuse_unusable_name(path)
    entries = _samples() if samples else entries or Entries()
    content = workbook_bytes(account, entries, macros=path.suffix.lower() == WITH_MACROS)
    kept = _rename_existing(path) if overwrite else None
    try:
        _write(path, content)
    except OutputFileError:
        if kept is not None:
            once_free(lambda: kept.rename(path))
        raise
    return NewWorkbook(path, len(content), len(entries.rows), kept)


def workbook_bytes(account: Account, entries: Entries, *, macros: bool) -> bytes:
    """Return the bytes of a workbook for this computer and account.

    Raises:
        OutputFileError: its buttons could not start this Python.
    """
    obstacle = obstacle_to_buttons() if macros else None
    if obstacle is not None:
        outcome = "start another program on this Mac" if sys.platform == "darwin" else "not find it"
        raise OutputFileError(
            f"Python lies at {sys.executable}. That path holds {obstacle}, so a click would {outcome}. Nothing was written. "
            f"{way_round_obstacle()}. Or make a workbook that ends in .xlsx, which has no buttons."
        )
    template = declared_template()
    return build_workbook(
        template,
        workbook_info(account),
        entries=entries,
        macros=make_macros(packaged_file("addin"), template) if macros else None,
    )


def declared_template() -> Template:
    """Read the declaration of the workbook."""
    return load_template(packaged_file(_TEMPLATE))


def tool_columns(version: str = "") -> frozenset[str]:
    """Return the headers of the table Actions that the program fills in itself, in small letters.

    Args:
        version: the version of the workbook's template, as text; the present one when it is not an earlier one.
    """
    tables = (table for sheet in declared_template().sheets for table in sheet.tables if table.name == _TABLE)
    headers = (column.header.casefold() for column in next(tables).columns if column.header not in COLUMN_NAMES)
    return frozenset(headers) - _ADDED_COLUMNS.get(version, frozenset())


def tool_sheets(version: str = "") -> frozenset[str]:
    """Return the names of the sheets of a workbook of this program.

    Args:
        version: the version of its template, as text; the present one when it is not an earlier one.
    """
    earlier = _RENAMED_SHEETS.get(version, {})
    names = frozenset(earlier.get(sheet.name, sheet.name) for sheet in declared_template().sheets)
    return names - _ADDED_SHEETS.get(version, frozenset())


def workbook_info(account: Account) -> WorkbookInfo:
    """Return what a workbook records about this computer and account."""
    return WorkbookInfo(
        tool_version=__version__,
        profile=account.name if account.profile is not None else "",
        environment=account.environment,
        policy=account.policy,
        interpreter={**interpreter(sys.platform, path_for_buttons()), **interpreters_elsewhere()},
        book_id=uuid.uuid4().hex,
    )


def interpreter(platform: str, executable: str) -> Mapping[str, str]:
    """Return the setting by which xlwings finds this very Python, not another one that is first on the path."""
    return {WINDOWS_KEY if platform == "win32" else MAC_KEY: executable}


def refuse_unusable_name(path: Path) -> None:
    """Raise when the buttons cannot work with a name, or when it is not the name of a workbook.

    Raises:
        OutputFileError: the name cannot be used.
    """
    if path.suffix.lower() not in {WITH_MACROS, WITHOUT_MACROS}:
        raise OutputFileError(
            f"{path} ends neither in .xlsm (with buttons) nor in .xlsx (without macros). Choose a name that does."
        )
    absolute = path.absolute()
    unusable = unusable_part(absolute.name, str(absolute.parent), windows=sys.platform == "win32", variables=os.environ)
    if unusable is not None:
        raise OutputFileError(
            f"{absolute} holds {unusable} in its name or folder, which the buttons cannot work with. Choose another "
            "name or folder."
        )


def _samples() -> Entries:
    from action_returns.readers.batch_file import read_batch

    return Entries.from_columns(read_batch(packaged_file("workbook_templates/samples/returns.xlsx")).columns)


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content, overwrite=False, private=False)
    except FileExistsError:
        raise OutputFileError(
            f"{path} exists already and was left as it is. Choose another name, or rename that file with --force."
        ) from None
    except OSError as error:
        todo = what_to_do(error, "Choose a folder that exists and has room.")
        raise OutputFileError(
            f"{path} cannot be written: {error.strerror or error}. Nothing was written. {todo}"
        ) from None


def _rename_existing(path: Path) -> Path | None:
    """Rename a workbook that has this name already, because a user may have worked in it; return its new name."""
    if not path.is_file():
        return None
    kept = next(
        spare
        for number in range(1, sys.maxsize)
        if not (spare := path.with_stem(f"{path.stem} before {number}")).exists()
    )
    try:
        once_free(lambda: path.rename(kept))
    except OSError as error:
        todo = what_to_do(error, "If a program has it open, close it there first.")
        raise OutputFileError(f"{path} cannot be renamed: {error.strerror or error}. {todo}") from None
    return kept


def install_applescript(platform: str, home: Path) -> Path | None:
    """Copy xlwings' AppleScript to the folder from which Excel for Mac may run it. Its name has xlwings' version.

    It is the same copy that ``xlwings runpython install`` makes (xlwings 0.37.8, cli.py, runpython_install).

    Args:
        platform: as in ``sys.platform``; nothing is done except on a Mac.
        home: the user's home folder.

    Returns:
        The script, None when none is needed.

    Raises:
        OutputFileError: the script cannot be written there.
    """
    scripts = _applescript(platform, home)
    if scripts is None:
        return None
    script, target = scripts
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, target)
    except OSError as error:
        raise OutputFileError(
            f"{target} cannot be written ({error.strerror or error}), so the buttons would not work on this Mac. "
            f"The workbook itself was made. Allow the terminal to write there, and copy this file there: {script}"
        ) from None
    return target


def applescript_problem(platform: str, home: Path) -> str:
    """Return what is wrong with the AppleScript through which Excel for Mac starts Python, ``""`` when nothing is.

    Args:
        platform: as in ``sys.platform``; only a Mac needs one.
        home: the user's home folder.
    """
    scripts = _applescript(platform, home)
    if scripts is None:
        return ""
    script, target = scripts
    try:
        if target.read_bytes() == script.read_bytes():
            return ""
        found = "is not the one of the installed xlwings"
    except OSError as error:
        found = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror or error}"
    return (
        f"{target} {found}, so that no button of a workbook can start Python. Make a workbook with action-returns new, which "
        f"puts it there, or run: {sys.executable} -m xlwings.cli runpython install (the command xlwings runpython install)"
    )


def _applescript(platform: str, home: Path) -> tuple[Path, Path] | None:
    """Return the script as xlwings brings it and the place where Excel for Mac looks for it, None when none is needed."""
    spec = find_spec("xlwings")
    if platform != "darwin" or spec is None or spec.origin is None:
        return None
    script = Path(spec.origin).with_name(f"xlwings-{version('xlwings')}.applescript")
    return script, home / _MAC_SCRIPTS / script.name
