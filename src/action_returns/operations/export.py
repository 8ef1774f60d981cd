"""Write files for the user, none of which is sent."""

import errno
from datetime import date
from pathlib import Path
from typing import Final

from action_returns.errors import OutputFileError
from action_returns.files import (
    Paths,
    check_file_name,
    is_same_file,
    make_folder,
    open_to_read,
    what_to_do,
    write_atomically,
)
from action_returns.operations.check import CheckedBatch
from action_returns.operations.unread_formats import refuse_unread_formats
from action_returns.private_files import make_private_folder

_REPLACE: Final = "Choose another name, or replace it with --force."
_ELSEWHERE: Final = "Choose another folder, or make room."


def export(checked: CheckedBatch, paths: Paths, *, target: Path | None, today: date, overwrite: bool = False) -> Path:
    """Write the prepared file without sending it.

    Args:
        checked: the batch.
        paths: the folder of exports, where a file without a target goes.
        target: the file to write, None when the user names none.
        today: the date in the name of a file without a target.
        overwrite: whether another file of that name may be replaced.

    Returns:
        The file that was written.

    Raises:
        NoRowsToSendError: no row may be sent.
        action_returns.errors.ExcelError: it is not known whether the cells show what would be written.
        OutputFileError: the file cannot be written, or another one would be lost.
    """
    prepared = checked.prepared
    refuse_unread_formats(checked, "Nothing was written.", "export again")
    if target is not None:
        write_bytes(target, prepared.content, source=checked.file, overwrite=overwrite)
        return target
    path = paths.exports / f"Batch_Mods_Reversals_{today:%Y_%m_%d}_{prepared.sha256[:12]}.csv"
    # The program has chosen this name and folder, for a command or for a click, which has no options.
    write_bytes(
        path,
        prepared.content,
        source=checked.file,
        overwrite=overwrite,
        private=True,
        if_taken="Move or rename it, then export again.",
        if_unwritable="Make room, or set ACTION_RETURNS_HOME to a folder that can be written.",
    )
    return path


def write_bytes(
    path: Path,
    content: bytes,
    *,
    source: str | None = None,
    overwrite: bool = False,
    private: bool = False,
    if_taken: str = _REPLACE,
    if_unwritable: str = _ELSEWHERE,
) -> None:
    """Write a file for the user, whole or not at all. A file that has the same bytes already is left as it is.

    Args:
        path: the file; its folder is made when there is none.
        content: all of its bytes.
        source: the file that was read, as the user named it. It is never written, by whatever name ``path`` calls it.
        overwrite: whether another file of that name may be replaced.
        private: whether only this user may read it: for a folder of this program, and not where the user chose a place.
        if_taken: what the user can do about another file of that name; by default for a command with ``--force``.
        if_unwritable: what the user can do when nothing can be written there.

    Raises:
        OutputFileError: the file cannot be written, or another file would be lost.
    """
    try:
        check_file_name(path)
        if source is not None and is_same_file(path, Path(source)):
            raise OutputFileError(f"{path} is the file that was read; it is never written. Choose another name.")
        if private:
            make_private_folder(path.parent)
        else:
            make_folder(path.parent)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not overwrite and path.is_file() and _holds(path, content):
            return
        write_atomically(path, content, overwrite=overwrite, private=private)
    except OSError as error:
        # The same error of the folder's name means that a file is in its way.
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            problem = f"{path} exists already and holds something else. It was left as it is. {if_taken}"
        else:
            why = f"{error.filename} is no folder" if isinstance(error, FileExistsError) else error.strerror or error
            problem = f"{path} cannot be written: {why}. Nothing was written. {what_to_do(error, if_unwritable)}"
        raise OutputFileError(problem) from None


def _holds(path: Path, content: bytes) -> bool:
    with open_to_read(path) as file:
        return file.read() == content
