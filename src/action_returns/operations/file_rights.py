"""Check that no other user of this computer can read or change what this program keeps."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from action_returns.errors import SettingsError
from action_returns.files import Paths
from action_returns.private_files import others_can_write
from action_returns.shell import quote

_OTHERS: Final = 0o077
_SHOWN: Final = 5


def check_file_rights(paths: Paths) -> str:
    """Return that only this user can read and change the files of this program.

    Looks at the folders of this program and at the files beside them. A private folder keeps all that is in it. On
    Windows it looks for large groups in the access lists of the folders, which what is made in them inherits.

    Raises:
        SettingsError: others can; the message has the command that mends it. A folder that others can change comes
            first, and the rest when that is mended.
    """
    if os.name != "posix":
        return _check_access_lists(paths)
    for folder in _roots(paths):
        if others_can_write(folder):
            raise SettingsError(
                f"Other users of this computer can change what is in {folder}. Run: chmod go-w {quote(str(folder))}"
            )
    found = [path for folder in _roots(paths) for path in _open_to_others(folder, paths)]
    if found:
        shown = ", ".join(str(path) for path in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        command = " ".join(["chmod -R go-rwx", *(quote(str(path)) for path in found)])
        raise SettingsError(f"Other users of this computer can read or change {shown}{more}. Run: {command}")
    return "only you can read and change them"


def _check_access_lists(paths: Paths) -> str:
    from action_returns.access_lists import (
        LARGE_GROUPS,
        large_groups_with_access,
        removal_of_large_groups,
        this_user,
    )

    for folder in _roots(paths):
        if groups := large_groups_with_access(folder):
            user = quote(f"{this_user()}:(OI)(CI)F")
            raise SettingsError(
                f"What is in {folder} can be read or changed by {', '.join(groups)}. Set ACTION_RETURNS_HOME to a folder "
                f"of your own, or keep this one for you alone. Run: icacls {quote(str(folder))} /inheritance:r "
                f"/grant:r {user} {removal_of_large_groups(folder)}"
            )
    return f"the access lists of their folders do not let in {LARGE_GROUPS}"


def _roots(paths: Paths) -> Iterable[Path]:
    folders = dict.fromkeys((paths.config_file.parent, paths.ledger_file.parent, paths.logs.parent))
    return [folder for folder in folders if folder.is_dir()]


def _open_to_others(folder: Path, paths: Paths) -> list[Path]:
    """Return files and folders of this program that others can use; of a folder and its contents only the folder."""
    if not _is_open(folder):
        return []
    try:
        return sorted(path for path in _ours_in(folder, paths) if _is_open(path))
    except OSError:  # not even this user may list it, and what uses it says so
        return []


def _ours_in(folder: Path, paths: Paths) -> Iterator[Path]:
    ours = {
        paths.config_file,
        paths.pending_answers,
        paths.column_answers,
        paths.submissions,
        paths.exports,
        paths.logs,
        paths.backups,
        paths.pending,
        paths.fetches,
        paths.imports,
        paths.ledger_file.with_name("clicks"),
    }
    ledger = paths.ledger_file.name  # with its log, its index and its copies from before a migration
    return (path for path in folder.iterdir() if path in ours or path.name.startswith(ledger))


def _is_open(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:  # it is not there, or not to be seen even by this user
        return False
    return bool(stat.S_IMODE(mode) & _OTHERS)
