"""Files and folders that no other user of this computer can read, change or exchange.

On Windows modes mean nothing. There, what is made has the rights of its folder, in the user's own profile only the
user's; a folder that is made where every user may read gets an access list; and a file with a password or a key is
refused when its own list lets a group of many users read it.
"""

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from action_returns.shell import quote

_OUR_FOLDERS: Final = frozenset(
    {"action-returns", "submissions", "exports", "logs", "log", "backups", "clicks", "pending", "fetches"}
)
"""Names of the folders that only this program uses. The one that ACTION_RETURNS_HOME names may hold other files too."""

_MOVE: Final = "Move it to a folder of your own."
_LONGEST_SECRET: Final = 65_536
_MY_FOLDER: Final = 0o700
_MY_FILE: Final = 0o600
_OTHERS: Final = 0o077
_WRITE: Final = 0o022


class NotPrivateError(PermissionError):
    """Other users can read or exchange a file or a folder, so that it is not used.

    Args:
        path: the file or folder.
        problem: what is wrong, as it follows the file's name: ``can be read by others``.
        remedy: what the user can do, as a sentence; without its full stop where it ends with a command.
    """

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        # Where it is shown, a full stop follows, as after every text of the system.
        super().__init__(errno.EACCES, f"{path} {problem}. {remedy.removesuffix('.')}", str(path))
        self.problem = problem
        self.remedy = remedy


def make_private_folder(folder: Path) -> None:
    """Create a folder for this user only (mode 0700, whatever the umask), and those above it that are missing.

    A folder that was there is narrowed when this user owns it and only this program uses it. The folder that
    ACTION_RETURNS_HOME names keeps its mode: it may hold files of the user that others are to read.

    On Windows a new one gets an access list where it would be open to a group of many users.

    Raises:
        NotPrivateError: it or the folder above is a link of another user, who could lead what is written elsewhere.
        OSError: it cannot be created, for example because a file has its name.
    """
    if os.name != "posix":
        _make_folder_on_windows(folder)
        return
    with suppress(FileNotFoundError):
        refuse_link_of_others(folder.parent)
    try:
        folder.mkdir(mode=_MY_FOLDER)
    except FileNotFoundError:
        if folder.parent.is_dir():  # a file system in which no folder can be made, such as /proc
            raise
        make_private_folder(folder.parent)
        make_private_folder(folder)
    except FileExistsError:
        refuse_link_of_others(folder)
        if not folder.is_dir():
            raise
        _narrow_if_ours(folder)
    else:
        if folder.lstat().st_mode & _MY_FOLDER != _MY_FOLDER:  # the umask took rights of this user
            folder.chmod(_MY_FOLDER)


def _make_folder_on_windows(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        from action_returns import windows_files

        raise windows_files.explain(error, windows_files.WRITE) from None
    if missing:  # what is made in it later inherits its list
        from action_returns.access_lists import keep_for_this_user, large_groups_with_access

        if large_groups_with_access(missing[-1]):
            with suppress(OSError):  # a file system that has no access lists
                for one in reversed(missing):
                    keep_for_this_user(one)


def _narrow_if_ours(folder: Path) -> None:
    if folder.name not in _OUR_FOLDERS and folder.parent.name != "submissions":
        return
    facts = folder.lstat()
    if stat.S_ISDIR(facts.st_mode) and facts.st_uid == _me() and stat.S_IMODE(facts.st_mode) & _OTHERS:
        with suppress(OSError):  # a file system that has no modes
            folder.chmod(stat.S_IMODE(facts.st_mode) & ~_OTHERS)


def refuse_link_of_others(path: Path) -> None:
    """Raise if a path is a link that neither this user nor the administrator made.

    Raises:
        NotPrivateError: another user made the link.
        OSError: there is nothing of that name.
    """
    facts = path.lstat()
    if os.name == "posix" and stat.S_ISLNK(facts.st_mode) and not _is_trusted(facts):
        raise NotPrivateError(path, "is a link that another user made", "Remove the link.")


def private_opener(name: str, flags: int) -> int:
    """Open a file for :func:`open`, new files with mode 0600, whatever the umask. A link is not followed.

    A file that was there with wider rights is narrowed.

    Raises:
        OSError: it is a link or no regular file, or it cannot be opened.
    """
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither
    try:
        handle = _open(name, flags)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise OSError(errno.ELOOP, f"{name} is a link; remove it", name) from None
    if os.name == "posix" and not _narrow_file(handle):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file", name)
    return handle


def _narrow_file(handle: int) -> bool:
    """Make an open file private; return False when it is no regular file."""
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        return False
    if stat.S_IMODE(facts.st_mode) != _MY_FILE:
        with suppress(OSError):  # a file of another user, or a file system that has no modes
            _set_mode(handle, _MY_FILE)
    return True


def read_private_file(path: Path, *, largest: int = _LONGEST_SECRET) -> bytes:
    """Read a file that only this user may read, such as one that holds a password.

    It is opened once, without waiting for a writer, and judged by what was opened: so a link may lead to it. On
    Windows its kind and size are looked at, and whether its access list is open to a group of many users.

    Args:
        path: the file.
        largest: number of bytes that it may have.

    Raises:
        NotPrivateError: another user owns it, or can read, change or replace it.
        OSError: it cannot be read, is no regular file or too large.
    """
    return _read(path, largest, others_may_read=False)


def read_own_file(path: Path, *, largest: int) -> bytes:
    """Read a file that only this user and the administrator may change, such as the profiles.

    A file of this user that others can read is made private. Otherwise as :func:`read_private_file`. On Windows only its
    kind and size are looked at; ``doctor`` looks at its folder.
    """
    return _read(path, largest, others_may_read=True, narrow=True)


def read_trusted_file(path: Path, *, largest: int) -> bytes:
    """Read a file that only this user and the administrator may change and everybody may read, such as certificates.

    Its mode stays as it is. Otherwise as :func:`read_own_file`.
    """
    return _read(path, largest, others_may_read=True)


def _read(path: Path, largest: int, *, others_may_read: bool, narrow: bool = False) -> bytes:
    if os.name == "nt":
        from action_returns.windows_files import check_file_name

        check_file_name(path, reading=True)  # a console and a serial port would wait for their user
    with open(path, "rb", opener=_open_without_waiting) as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if os.name == "posix":
            _refuse_unless_mine(path, facts, others_may_read=others_may_read)
            if narrow and others_can_write(path.parent):
                _narrow_if_ours(path.parent)  # an older version left it open
            for folder in dict.fromkeys((path.parent, path.resolve().parent)):  # of a link, and of what it leads to
                _refuse_shared_folder(path, folder)
            if narrow and facts.st_uid == _me() and stat.S_IMODE(facts.st_mode) & _OTHERS:
                with suppress(OSError):  # a file system that has no modes, or is read-only
                    _set_mode(file.fileno(), stat.S_IMODE(facts.st_mode) & ~_OTHERS)
        elif not others_may_read:
            _refuse_file_of_large_groups(path)
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it is too large: more than {largest:,} bytes", str(path))
    return content


def _open_without_waiting(name: str, flags: int) -> int:
    return _open(name, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for its writer for ever


def _open(name: str, flags: int) -> int:
    if os.name != "nt":
        return os.open(name, flags, _MY_FILE)
    from action_returns import windows_files

    wanted = windows_files.WRITE if flags & (os.O_WRONLY | os.O_RDWR) else windows_files.READ
    return windows_files.once_free(lambda: os.open(name, flags, _MY_FILE), wanted)


def _refuse_unless_mine(path: Path, facts: os.stat_result, *, others_may_read: bool) -> None:
    owner, me = facts.st_uid, _me()
    if owner != me and not (others_may_read and owner == 0):
        raise NotPrivateError(
            path,
            f"belongs to user {_user_name(owner)}, not to user {_user_name(me)} who runs this",
            f"Run this as user {_user_name(owner)}, or make the file your own: chown {_user_name(me)} {quote(str(path))}",
        )
    if stat.S_IMODE(facts.st_mode) & _OTHERS and not others_may_read:
        raise NotPrivateError(path, "can be read by others", f"Run: chmod 600 {quote(str(path))}")
    if others_may_read and _others_can_write(facts):
        raise NotPrivateError(path, "can be changed by others", f"Run: chmod 600 {quote(str(path))}")


def _refuse_file_of_large_groups(path: Path) -> None:
    from action_returns.access_lists import (
        has_access_lists,
        large_groups_with_access,
        removal_of_large_groups,
        this_user,
    )

    if groups := large_groups_with_access(path):
        if not has_access_lists(path):
            raise NotPrivateError(path, "lies on a disk without access lists, where every user can read it", _MOVE)
        command = f"icacls {quote(str(path.absolute()))} /inheritance:r /grant:r {quote(f'{this_user()}:F')}"
        remedy = f"Run: {command} {removal_of_large_groups(path)}"
        raise NotPrivateError(path, f"can be read or changed by {', '.join(groups)}", remedy)


def _refuse_shared_folder(path: Path, folder: Path) -> None:
    facts = folder.stat()
    if not _is_trusted(facts):
        raise NotPrivateError(path, f"lies in a folder of user {_user_name(facts.st_uid)}, who can replace it", _MOVE)
    if others_can_write(folder):
        remedy = f"Run: chmod go-w {quote(str(folder.absolute()))}" if facts.st_uid == _me() else _MOVE
        raise NotPrivateError(path, "lies in a folder in which others can replace it", remedy)


def _is_trusted(facts: os.stat_result) -> bool:
    """Return whether this user or the administrator owns a file."""
    return facts.st_uid in {0, _me()}


def others_can_write(folder: Path) -> bool:
    """Return whether others can replace files in a folder. In a sticky folder only the owners of the files can."""
    facts = folder.stat()
    return os.name == "posix" and _others_can_write(facts) and not facts.st_mode & stat.S_ISVTX


def _others_can_write(facts: os.stat_result) -> bool:
    """Return whether a user other than the owner and the administrator can write, going by the mode."""
    may_write = stat.S_IMODE(facts.st_mode) & _WRITE
    return bool(may_write & 0o002) or (bool(may_write) and not _is_group_of_one(facts))


def _is_group_of_one(facts: os.stat_result) -> bool:
    """Return whether a group has the owner's name and no other member, as many Linux systems make one for each user."""
    if sys.platform == "win32":
        return False
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(facts.st_uid), grp.getgrgid(facts.st_gid)
    except KeyError:  # a user or a group that this system does not know
        return False
    return owner.pw_gid == group.gr_gid and group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name}


def _user_name(number: int) -> str:
    if sys.platform == "win32":
        return str(number)
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _me() -> int:
    """Return the number of this user; -1 on Windows, where users have none."""
    if sys.platform == "win32":
        return -1
    return os.geteuid()


def _set_mode(handle: int, mode: int) -> None:
    if sys.platform != "win32":
        os.fchmod(handle, mode)
