"""What Windows refuses, in words: a file that another program has open, a name that it keeps, a path that is too long.

Its own answers say too little. A folder, a file without a right to it and a file that another program has open all come
out of ``open`` as "Permission denied" (Microsoft's C library), and ``NUL`` or ``returns.csv:x`` take every byte and
are no files. Other systems never load this module.
"""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path, PurePath
from time import sleep
from typing import ClassVar, Final, TypeVar

READ: Final = 0x8000_0000
WRITE: Final = 0x4000_0000
DELETE: Final = 0x0001_0000
"""What a step needs of the file that it fails at (GENERIC_READ, GENERIC_WRITE and DELETE of winnt.h)."""
_ADD_FILE: Final = 0x2
_SHARE_ALL: Final = 0x7
_CREATE_NEW: Final = 1
_OPEN_EXISTING: Final = 3
_FOLDERS_TOO: Final = 0x0200_0000
_GONE_WHEN_CLOSED: Final = 0x0400_0000

_MISSING: Final = frozenset({2, 3})
_ACCESS_DENIED: Final = 5
_WRITE_PROTECTED: Final = 19
_IN_USE: Final = frozenset({32, 33, 1224})
"""Numbers of winerror.h; the last three are a file that is not shared, locked bytes, and a file mapped into memory."""

_READ_ONLY: Final = 0x1
_ONLINE_ONLY: Final = 0x1000 | 0x4_0000 | 0x40_0000
"""Attributes of a file; the latter when a program such as OneDrive has to fetch its content (OFFLINE, RECALL_ON_…)."""
_SHORT_PATH: Final = 230
"""Characters of a path that is never too long: Windows takes 247 for a folder and 259 for a file, drafts included."""
_LONGEST_NAME: Final = 255
_LONGEST_PATH: Final = 32_768
_PAUSES: Final = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.4, 0.5)
"""Seconds, 1.5 in all. A virus scanner is done after the first ones."""
_SHORT_PAUSES: Final = _PAUSES[:5]

_DEVICE: Final = r"(?i)(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[1-9\u00b9\u00b2\u00b3]) *(?:[.:]|\Z)"
"""A device has its name in every folder and with every ending (Microsoft, Naming Files, Paths, and Namespaces)."""
_FORBIDDEN: Final = r'[\x00-\x1f<>:"|?*]'

T = TypeVar("T")


class RefusedError(OSError):
    """Windows refuses a file or folder. The text is the reason, as it follows "cannot be written: ".

    Attributes:
        to_write: what the user can do when it was to be written, as a sentence.
        to_read: the same when it was to be read.
    """

    to_write: ClassVar[str]
    to_read: ClassVar[str]


class InUseError(RefusedError):
    """Another program has the file open and does not share it."""

    to_write = "Close it there, then try again."
    to_read = "Close it there or save a copy, and try again."


class UnusableNameError(RefusedError):
    """No file can have the name, or Windows would give it another one."""

    to_write = "Choose another name."
    to_read = "Check the name."


class PathTooLongError(RefusedError, FileNotFoundError):
    """The whole path has more characters than Windows takes."""

    to_write = "Choose a shorter name, or a folder with a shorter path."
    to_read = "Check the name, or copy the file to a folder with a shorter path."


class NoFolderError(RefusedError, FileNotFoundError):
    """The folder cannot be reached, or takes no file of this program."""

    to_write = "Choose another folder."
    to_read = "Check the name and the folder it is in."


class ReadOnlyError(RefusedError, PermissionError):
    """The file has the attribute "Read-only", which only its user should clear."""

    to_write = to_read = 'Choose another name, or clear "Read-only" in the properties of the file.'


class NoRightError(RefusedError, PermissionError):
    """The rights of the file or folder do not include this user."""

    to_write = "Choose another folder, or ask for the right."
    to_read = "Ask for the right to read it, or for a copy."


class OnlineOnlyError(RefusedError):
    """The content is not on this computer, and the program that fetches it did not."""

    to_write = to_read = "Look whether that program runs and is signed in, then try again."


def check_file_name(path: PurePath, *, reading: bool = False) -> None:
    r"""Raise when a name in a path is not what the file would be called.

    Args:
        path: the file. One that begins with ``\\?\`` has the name that it says, whatever it is.
        reading: whether the file is only read: Windows then finds it by other spellings too.

    Raises:
        UnusableNameError: the name is that of a device, has a character that is not allowed, or an end that is dropped.
    """
    if path.drive.startswith("\\\\?\\"):
        return
    for name in path.parts[1 if path.anchor else 0 :]:
        reason = _reason_against(name, reading=reading)
        if reason:
            raise UnusableNameError(errno.EINVAL, reason, str(path))


def _reason_against(name: str, *, reading: bool) -> str:
    if device := re.match(_DEVICE, name):
        return f"Windows keeps the name {device[1]} for a device, whatever follows it"
    if reading:
        return ""
    if forbidden := re.search(_FORBIDDEN, name):
        return f"Windows allows no {forbidden[0] if forbidden[0].isprintable() else 'control character'} in a name"
    if len(name) > _LONGEST_NAME:
        return f"Windows takes no name of more than {_LONGEST_NAME} characters"
    if name.endswith((" ", ".")) and name not in {".", ".."}:
        return f"Windows drops the {'space' if name.endswith(' ') else 'full stop'} at the end of a name"
    return ""


def explain(error: OSError, wanted: int, path: Path | None = None) -> OSError:
    """Return an error with its reason in words: one of the above, or the error itself when it says enough.

    Args:
        error: what Python raised.
        wanted: ``READ``, ``WRITE`` or ``DELETE``, what the step needed of the file. To replace a file is to delete it.
        path: the file; None for the one that the error names.
    """
    path = path or _subject(error)
    if isinstance(error, RefusedError | FileExistsError) or path is None:
        return error
    name, number = str(path), getattr(error, "winerror", None)
    if isinstance(error, PermissionError) and os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises where it may not look
        return IsADirectoryError(errno.EISDIR, "it is a folder", name)
    if number in _IN_USE or isinstance(error, PermissionError):
        return _denied(path, number, wanted) or error
    if isinstance(error, FileNotFoundError):
        return _not_found(path, wanted) or error
    if error.errno == errno.EINVAL:
        return _invalid(path) or error
    return error


def _subject(error: OSError) -> Path | None:
    """Return the file that an error is about; of a draft and the name it is to get, that name if it is taken."""
    names = [name for name in (error.filename2, error.filename) if isinstance(name, str | os.PathLike)]
    return next((Path(name) for name in names if os.path.lexists(name)), Path(names[0]) if names else None)


def _denied(path: Path, number: int | None, wanted: int) -> OSError | None:
    if number not in _IN_USE:
        number = _answer(path, wanted)
        if number in _MISSING:  # it was to be created
            number = _answer(path, WRITE, create=True)
            if number == _ACCESS_DENIED:
                return NoRightError(errno.EACCES, f"this user may not write in {path.parent}", str(path))
        elif wanted != READ and _attributes(path) & _READ_ONLY:
            return ReadOnlyError(errno.EACCES, "it is marked as read-only", str(path))
    if number in _IN_USE or not number:  # by now it may be closed
        return InUseError(errno.EBUSY, "another program has it open", str(path))
    if number == _ACCESS_DENIED:
        return NoRightError(errno.EACCES, "this user has no right to it", str(path))
    if number == _WRITE_PROTECTED:
        return OSError(errno.EROFS, "the disk is write-protected", str(path))
    return None


def _not_found(path: Path, wanted: int) -> OSError | None:
    whole = Path(os.path.abspath(path))  # noqa: PTH100  # Path.absolute keeps "..", which is not counted
    if any(map(os.path.isfile, whole.parents)):
        return NotADirectoryError(errno.ENOTDIR, "Not a directory", str(path))  # as other systems tell it
    if not os.path.exists(whole.anchor):  # noqa: PTH110
        return NoFolderError(errno.ENOENT, f"there is no drive or network folder {whole.anchor}", str(path))
    if len(str(whole)) > _SHORT_PATH and not str(whole).startswith("\\\\?\\"):
        return PathTooLongError(
            errno.ENOENT, f"its whole path of {len(str(whole))} characters may be too long for Windows", str(path)
        )
    if wanted == WRITE and whole.parent.is_dir():
        return NoFolderError(
            errno.ENOENT,
            f"Windows lets this program make no file in {whole.parent}, as its controlled folder access does",
            str(path),
        )
    return None


def _invalid(path: Path) -> OSError | None:
    if _attributes(path) & _ONLINE_ONLY:
        return OnlineOnlyError(
            errno.EINVAL, "its content is not on this computer, and the program that fetches it did not", str(path)
        )
    try:
        check_file_name(path)
    except UnusableNameError as error:
        return error
    return None


def _attributes(path: Path) -> int:
    try:
        facts = path.stat()
    except OSError:
        return 0
    return getattr(facts, "st_file_attributes", 0)


def _answer(path: Path, wanted: int, *, create: bool = False) -> int:
    """Return what Windows answers when a file or folder is opened: 0, or a number of winerror.h."""
    import _winapi  # what Python's own multiprocessing opens pipes with

    mode, flags = (_CREATE_NEW, _GONE_WHEN_CLOSED) if create else (_OPEN_EXISTING, _FOLDERS_TOO)
    try:
        handle = _winapi.CreateFile(str(path), wanted, _SHARE_ALL, 0, mode, flags, 0)  # type: ignore[attr-defined,unused-ignore]
    except OSError as error:
        return getattr(error, "winerror", 0) or 0
    _winapi.CloseHandle(handle)  # type: ignore[attr-defined,unused-ignore]
    return 0


def may_add_files(folder: Path) -> bool:
    """Return whether the rights of a folder let this user make files in it, without making one."""
    return _answer(folder, _ADD_FILE) not in {_ACCESS_DENIED, _WRITE_PROTECTED}


def short_path(path: str) -> str:
    """Return a path with the short names of MS-DOS, ``MLLER~1``; the path itself where its disk keeps none."""
    import ctypes

    buffer = ctypes.create_unicode_buffer(_LONGEST_PATH)
    length = ctypes.windll.kernel32.GetShortPathNameW(path, buffer, _LONGEST_PATH)  # type: ignore[attr-defined,unused-ignore]
    return buffer.value if 0 < length < _LONGEST_PATH else path


def once_free(step: Callable[[], T], wanted: int, *, briefly: bool = False) -> T:
    """Run a step, and run it again while another program has the file open, for 1.5 seconds at most.

    Args:
        step: what uses the file.
        wanted: as for :func:`explain`.
        briefly: whether 0.3 seconds are enough.

    Raises:
        OSError: as :func:`explain` tells it.
    """
    for pause in (*(_SHORT_PAUSES if briefly else _PAUSES), None):
        try:
            return step()
        except OSError as error:
            problem = explain(error, wanted)
            if pause is None or not isinstance(problem, InUseError):
                raise problem from None
        sleep(pause)
    raise AssertionError  # the last time returns or raises
