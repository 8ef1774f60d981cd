"""Replace a workbook of the user by one with more rows: a copy of the old one is kept, and rights stay as they are."""

import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

from action_returns.errors import OutputFileError
from action_returns.files import check_file_name, open_to_read, what_to_do, write_atomically

_IS_POSIX: Final = os.name != "nt"


def replace_workbook(path: Path, before: bytes, after: bytes, today: date) -> Path:
    """Write a workbook in place of another one, in one step, and keep a copy of that.

    Args:
        path: the workbook; of a link, the file it leads to is replaced.
        before: its bytes as they were read.
        after: its new bytes.
        today: the date in the name of the copy.

    Returns:
        The copy, which lies beside it.

    Raises:
        OutputFileError: it is open, was changed meanwhile, or cannot be written. It is as it was.
    """
    target = path.resolve() if path.is_symlink() else path
    refuse_open(target)
    kept = None
    try:
        _refuse_changed(path, target, before)
        kept = _copy_beside(target, before, today)
        # Writing the copy takes a moment in which another program may save the workbook.
        _refuse_changed(path, target, before, kept)
        write_atomically(target, _with_rights_of(target, after), overwrite=True, private=_IS_POSIX)
    except OSError as error:
        todo = what_to_do(error, "If a program has it open, close it there first.")
        raise OutputFileError(
            f"{path} cannot be written: {error.strerror or error}. It is as it was.{_copied(kept)} {todo}"
        ) from None
    return kept


def refuse_open(path: Path) -> None:
    """Raise when a spreadsheet program has a workbook open: what is typed there would be lost, or would replace the rows.

    Raises:
        OutputFileError: it is open, or only for reading.
    """
    # What Excel and LibreOffice write beside a workbook that they have open.
    locks = (f"~${path.name}", f".~lock.{path.name}#")
    found = next((lock for lock in locks if path.with_name(lock).exists()), None)
    if found is not None:
        raise OutputFileError(
            f"{path} seems to be open in a spreadsheet program: beside it lies the file {found}. Nothing was written. "
            "Save and close it there, then run the command again. If it is open nowhere, delete that file."
        )
    # A file that is replaced needs no right to write it, so nothing else would ask.
    with suppress(OSError):
        if not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise OutputFileError(
                f"{path} may only be read: writing is switched off for this file. Nothing was written. Switch it on in the "
                "properties of the file, or choose another workbook."
            )


def _refuse_changed(path: Path, target: Path, before: bytes, kept: Path | None = None) -> None:
    with open_to_read(target) as file:
        if file.read() == before:
            return
    raise OutputFileError(
        f"{path} was changed while the rows were prepared. It was left as it is now.{_copied(kept)} Run the command again."
    )


def _copied(kept: Path | None) -> str:
    return "" if kept is None else f" A copy of it as it was read is {kept}."


def _copy_beside(path: Path, content: bytes, today: date) -> Path:
    """Write a copy of a file beside it, under a free name and with the same rights."""
    check_file_name(path)
    for number in count(1):
        again = "" if number == 1 else f" {number}"
        kept = path.with_stem(f"{path.stem} before import {today:%Y-%m-%d}{again}")
        try:
            write_atomically(kept, _with_rights_of(path, content), overwrite=False, private=_IS_POSIX)
        except FileExistsError:
            continue
        return kept
    raise AssertionError  # pragma: no cover


def _with_rights_of(path: Path, content: bytes) -> Callable[[Path], None]:
    """Return a function that writes bytes into a draft which only this user may read, and gives it the rights of a file.

    The owner stays too where this user may hand it over. A group that cannot stay gets no rights: it is another one then.
    """

    def write(draft: Path) -> None:
        draft.write_bytes(content)
        if (
            sys.platform == "win32"
        ):  # there, a new file gets the access list of its folder or of the file that it replaces
            return
        old = path.stat()
        with suppress(OSError):
            os.chown(draft, -1, old.st_gid)
        with suppress(OSError):
            os.chown(draft, old.st_uid, -1)
        rights = stat.S_IMODE(old.st_mode) & (stat.S_IRWXU | stat.S_IRWXG | stat.S_IROTH)
        if draft.stat().st_gid != old.st_gid:
            rights &= ~stat.S_IRWXG
        draft.chmod(rights | stat.S_IRUSR | stat.S_IWUSR)

    return write
