"""Workbooks for people to fill in: a new one, and a fresh one that takes over the rows of an older one."""

import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from action_returns import __version__
from action_returns.settings import shipped, write_atomically
from action_returns.submission.account import Account
from action_returns.submission.errors import ExportProblem
from action_returns.workbook import Entries, Stamp, Template, build_workbook, load_template, make_macros

UNSAFE_IN_NAMES: Final = '=|$";`'
"""Characters that xlwings hands to the system's command line, where they mean something else."""

WITH_MACROS: Final = ".xlsm"
WITHOUT_MACROS: Final = ".xlsx"
_TEMPLATE: Final = "workbook_templates/mobile_actions.toml"


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook that was made.

    Args:
        path: where it lies.
        size: bytes.
        rows: rows that stand in it already.
        kept: where a workbook that stood under this name lies now, None when there was none.
    """

    path: Path
    size: int
    rows: int
    kept: Path | None = None


def new_workbook(path: Path, account: Account, *, samples: bool = False, overwrite: bool = False) -> Made:
    """Make a workbook, with macros as .xlsm or without as .xlsx.

    Args:
        path: the new file.
        account: whose rules and reason codes it shows.
        samples: whether sample returns stand in it.
        overwrite: whether a file of that name may be put aside for it.

    Raises:
        ExportProblem: when the name cannot be used, another file would be lost, or nothing can be written there.
        action_returns.workbook.WorkbookProblem: when this installation is incomplete.
    """
    refuse_unusable_name(path)
    entries = _samples() if samples else Entries()
    content = workbook_bytes(account, entries, macros=path.suffix.lower() == WITH_MACROS)
    kept = _put_aside(path) if overwrite else None
    try:
        _write(path, content)
    except ExportProblem:
        if kept is not None:
            kept.rename(path)
        raise
    return Made(path, len(content), len(entries.rows), kept)


def workbook_bytes(account: Account, entries: Entries, *, macros: bool) -> bytes:
    """Make the bytes of a workbook for this machine and account."""
    template = declared_template()
    return build_workbook(
        template,
        stamp_for(account),
        entries=entries,
        macros=make_macros(shipped("addin"), template) if macros else None,
    )


def declared_template() -> Template:
    """Read the workbook as it is declared."""
    return load_template(shipped(_TEMPLATE))


def stamp_for(account: Account) -> Stamp:
    """Give what is stamped into a workbook for this machine and account."""
    return Stamp(
        tool_version=__version__,
        profile=account.name if account.profile is not None else "",
        environment=account.environment,
        policy=account.policy,
        interpreter=interpreter(sys.platform, sys.executable),
        book_id=uuid.uuid4().hex,
    )


def interpreter(platform: str, executable: str) -> Mapping[str, str]:
    """Give the setting by which xlwings finds this very Python, never whichever is first on the path."""
    return {"INTERPRETER_WIN" if platform == "win32" else "INTERPRETER_MAC": executable}


def refuse_unusable_name(path: Path) -> None:
    """Refuse a name that the buttons could not work with, or that says nothing of a workbook.

    Raises:
        ExportProblem: when it is one.
    """
    if path.suffix.lower() not in {WITH_MACROS, WITHOUT_MACROS}:
        raise ExportProblem(
            f"{path} ends neither in .xlsm (with buttons) nor in .xlsx (without macros). Choose a name that does."
        )
    unsafe = [character for character in UNSAFE_IN_NAMES if character in path.name]
    unsafe += [character for character in UNSAFE_IN_NAMES.replace("=", "") if character in str(path.absolute().parent)]
    if unsafe:
        raise ExportProblem(
            f"{path.absolute()} holds the character {unsafe[0]} in its name or folder, which the buttons cannot work "
            "with. Choose another name or folder."
        )


def _samples() -> Entries:
    from action_returns.sources import read_batch

    return Entries.from_columns(read_batch(shipped("workbook_templates/samples/returns.xlsx")).columns)


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content, overwrite=False)
    except FileExistsError:
        raise ExportProblem(
            f"{path} exists already and was left as it is. Choose another name, or put that file aside with --force."
        ) from None
    except OSError as error:
        raise ExportProblem(
            f"{path} cannot be written: {error.strerror or error}. Nothing was written. Choose a folder that is there "
            "and has room."
        ) from None


def _put_aside(path: Path) -> Path | None:
    """Keep a workbook that stands under a name: somebody may have worked in it."""
    if not path.is_file():
        return None
    kept = next(
        spare
        for number in range(1, sys.maxsize)
        if not (spare := path.with_stem(f"{path.stem} before {number}")).exists()
    )
    try:
        path.rename(kept)
    except OSError as error:
        raise ExportProblem(
            f"{path} cannot be put aside: {error.strerror or error}. If a program has it open, close it there first."
        ) from None
    return kept
