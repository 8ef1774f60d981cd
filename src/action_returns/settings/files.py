"""Writing a file so that it is there as a whole or not at all."""

import os
import secrets
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, overwrite: bool, private: bool = False) -> None:
    """Write a file under its name only when every byte is on the disk.

    Args:
        path: the file.
        content: all of it.
        overwrite: whether a file of that name is replaced; else it is left as it is.
        private: whether only this user may read it.

    Raises:
        FileExistsError: when there is a file of that name that must not be replaced.
        OSError: when it cannot be written, a full disk included; nothing is left behind then.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(draft, "xb", opener=_private if private else None) as file:  # Path.open has no opener
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            draft.replace(path)
        else:
            _put_beside(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _settle_folder(path.parent)


def _put_beside(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # fails when the name is taken, in one step
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        path.touch(exist_ok=False)
        try:
            draft.replace(path)
        except OSError:
            path.unlink(missing_ok=True)  # ours, and empty
            raise


def _settle_folder(folder: Path) -> None:
    """Make the name itself survive a power cut; Windows does that on its own."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
