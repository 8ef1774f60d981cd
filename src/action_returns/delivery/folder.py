"""Putting one file into a folder so that it is there as a whole or not at all, and never over another one."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from action_returns.delivery.outcome import Outcome, State


def put(directory: Path, name: str, content: bytes, *, done: str) -> Outcome:
    """Write a file into a folder.

    Args:
        directory: the folder; it must exist.
        name: the file's name.
        content: all of it.
        done: what to say when it is there; may name ``{path}``.
    """
    path = directory / name
    draft = directory / f".{name}.{secrets.token_hex(4)}.part"
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _name_it(draft, path)
    except FileExistsError:
        return Outcome(
            State.FAILED,
            f"{path} exists already and was left as it is. Nothing was written. Look what it is before you send again.",
        )
    except OSError as error:
        return _failed(directory, error)
    finally:
        with suppress(OSError):  # a folder that has gone, or never was one
            draft.unlink(missing_ok=True)
    return Outcome(State.HANDED_OVER, done.format(path=path), evidence={"path": str(path), "size": len(content)})


def look_at(directory: Path) -> Outcome:
    """Tell whether files could be put into a folder, without leaving one there."""
    if not directory.is_dir():
        return _failed(directory, FileNotFoundError(errno.ENOENT, "there is no such folder"))
    if not os.access(directory, os.W_OK):
        return _failed(directory, PermissionError(errno.EACCES, "this user may not write there"))
    return Outcome(State.SENT, f"The folder {directory} is there and may be written to. Nothing was written.")


def _name_it(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # fails when the name is taken, in one step
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        path.touch(exist_ok=False)
        draft.replace(path)


def _failed(directory: Path, error: OSError) -> Outcome:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            why, todo = "the disk is full", "Make room and send again."
        case errno.ENOENT | errno.ENOTDIR:
            why, todo = "there is no such folder", "Make it, or change channel.directory in the profile."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            why, todo = "this user may not write there", "Ask for the right to write, or choose another folder."
        case _:
            why, todo = error.strerror or str(error), "Choose another folder in the profile."
    return Outcome(State.FAILED, f"Nothing was written to {directory}: {why}. {todo}")
