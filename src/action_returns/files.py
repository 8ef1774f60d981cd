"""Paths on this computer, and the one way to write a file that is whole or not there."""

import errno
import os
import secrets
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from action_returns.errors import SettingsError
from action_returns.private_files import private_opener

_APP: Final = "action-returns"
_USUAL_MODE: Final = 0o664
"""The mode of a file whose place the user chose, less the umask."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The files and folders this program writes to.

    Args:
        config_file: the profiles.
        ledger_file: the record of what was sent, for profiles that keep it on this computer.
        submissions: a folder with one folder for each batch: exact bytes and receipt.
        exports: folder of CSV files that were exported without sending.
        logs: folder of the details of unexpected errors.
    """

    config_file: Path
    ledger_file: Path
    submissions: Path
    exports: Path
    logs: Path

    @property
    def backups(self) -> Path:
        """Folder of the daily copies of the ledger."""
        return self.ledger_file.with_name("backups")

    @property
    def pending(self) -> Path:
        """Folder of the pending downloads that are kept, the latest two of each account."""
        return self.ledger_file.with_name("pending")

    @property
    def fetches(self) -> Path:
        """Folder of what was read of fetches that did not end."""
        return self.ledger_file.with_name("fetches")

    @property
    def imports(self) -> Path:
        """File of what earlier imports made of actions."""
        return self.ledger_file.with_name("imports.sqlite3")

    @property
    def pending_answers(self) -> Path:
        """File of the user's answers to which column is which in a pending download."""
        return self.config_file.with_name("pending-columns.json")

    @property
    def column_answers(self) -> Path:
        """File of the user's answers to which column is which in a batch."""
        return self.config_file.with_name("batch-columns.json")

    @property
    def import_answers(self) -> Path:
        """File of the user's answers about the exports of shops."""
        return self.config_file.with_name("import-answers.json")


def expand_user(path: Path) -> Path:
    """Return a path with the user's home folder in place of ``~``.

    Raises:
        RuntimeError: it is not known. On Windows none of other users is: Python makes one up for every ``~NAME``.
    """
    if os.name == "nt" and path.parts[:1] != ("~",) and str(path).startswith("~"):
        raise RuntimeError
    return path.expanduser()


def default_paths(environ: Mapping[str, str]) -> Paths:
    """Return the paths below ``ACTION_RETURNS_HOME``, without it those the operating system has for such files.

    Args:
        environ: the environment variables.

    Raises:
        SettingsError: the home folder that they lie in is not known. A folder of that name below the current one would
            be another ledger in each folder, and rows would go out twice.
    """
    home = environ.get("ACTION_RETURNS_HOME")
    try:
        if home:
            data = config = logs = expand_user(Path(home))
        else:
            import platformdirs

            data = platformdirs.user_data_path(_APP, appauthor=False)
            config = platformdirs.user_config_path(_APP, appauthor=False)
            logs = platformdirs.user_log_path(_APP, appauthor=False)
    except RuntimeError:  # ~NAME and there is no such user, or a user whom the system does not know and no HOME
        whose = "the user it names" if home else "the user who runs this, and HOME is not set"
        raise SettingsError(
            f"{'ACTION_RETURNS_HOME: t' if home else 'T'}his computer knows no home folder of {whose}, so there is no "
            "place for profiles and the record of what was sent. Nothing was sent. Set ACTION_RETURNS_HOME to the whole "
            "path of a folder of your own, always the same one."
        ) from None
    return Paths(
        config_file=config / "config.toml",
        ledger_file=data / "ledger.sqlite3",
        submissions=data / "submissions",
        exports=data / "exports",
        logs=logs if not home else data / "logs",
    )


def packaged_file(name: str) -> Path:
    """Return the path of a file or folder that is installed with this program.

    Args:
        name: path below the repository root, such as ``workbook_templates/samples/returns.xlsx``.

    Raises:
        FileNotFoundError: when the installation is incomplete.
    """
    package = Path(__file__).parent
    for root in (package / "shipped", package.parents[1]):  # a wheel, a clone of the repository
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation; install action-returns again")


def write_atomically(
    path: Path, content: bytes | Callable[[Path], object], *, overwrite: bool, private: bool = True
) -> None:
    """Write a file under its name only when every byte is on the disk.

    The bytes first go into a draft beside it, whose name begins with a dot and ends in ``.part``. A program that is
    killed leaves the whole file or none, and perhaps the draft. One exception: on a file system without hard links
    (FAT, some network drives) a new file is empty for a moment before it is whole; not so on Windows.

    Args:
        path: the file; its folder must exist.
        content: all of its bytes, or a function that writes them into the empty draft whose path it is given.
        overwrite: whether a file of that name is replaced; else it is left as it is.
        private: whether only this user may read it (mode 0600, whatever the umask). False for a file whose place the
            user chose: its mode is that of any new file, but never wider than that of the file it replaces, and never
            open for everyone to write. On Windows the same goes for access lists, whose groups of many users count.

    Raises:
        FileExistsError: there is a file of that name, and it is not to be replaced.
        OSError: it cannot be written, for example because the disk is full or, on Windows, because another program has
            had it open for more than a second. The name is as it was before. :func:`what_to_do` reads it.
        Exception: what ``content`` raised. The name is as it was before.
    """
    check_file_name(path)
    # A random part: two programs that write the same file at once never share a draft. Its name is no longer than the
    # file's, unless that is very short: a name and a path that the system takes are not too long for the draft.
    draft = path.with_name(f".{path.name[:-14]}{secrets.token_hex(4)}.part")
    try:
        _write_draft(draft, content, private_opener if private else _usual_opener(path))
        if overwrite:
            once_free(lambda: _replace(draft, path))
        else:
            once_free(lambda: _give_name(draft, path))
    finally:
        with suppress(OSError):  # the folder may be gone; and the file is there, whatever becomes of its draft
            once_free(lambda: draft.unlink(missing_ok=True), briefly=True)
    _flush_folder(path.parent)


def check_file_name(path: Path) -> None:
    """Raise when no file can have the name, or when the system would give it another one without a word.

    Raises:
        IsADirectoryError: there is no name, as in ``.`` and ``/``.
        OSError: on Windows, a name of the path is that of a device, or has a character or an end that is not kept.
    """
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if os.name == "nt":
        from action_returns.windows_files import check_file_name

        check_file_name(path)


def make_folder(folder: Path) -> None:
    """Create a folder where the user chose a place, and those above it that are missing.

    Raises:
        FileExistsError: there is a file of its name or of one above it.
        OSError: it cannot be created; on Windows, with the reason in words.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error) from None


def explain(error: OSError) -> OSError:
    """Return why a file or folder cannot be written: on Windows with the reason in words, elsewhere the error as it is."""
    if os.name != "nt":
        return error
    from action_returns import windows_files

    return windows_files.explain(error, windows_files.WRITE)


def open_to_read(path: Path) -> BinaryIO:
    """Open a file of the user. On Windows it is tried again while another program has the file to itself.

    Raises:
        OSError: it cannot be opened; on Windows, with the reason in words, and without waiting for a device.
    """
    if os.name != "nt":
        return path.open("rb")
    from action_returns import windows_files

    windows_files.check_file_name(path, reading=True)
    return windows_files.once_free(lambda: path.open("rb"), windows_files.READ)


def once_free(step: Callable[[], object], *, briefly: bool = False) -> None:
    """Run a step that renames or removes a file. On Windows it is run again while another program has the file open.

    Args:
        step: the step. It fails when another program, such as a virus scanner, holds a file of it open on Windows.
        briefly: whether to wait for 0.3 seconds at most, and not for 1.5.

    Raises:
        OSError: what the step raised; on Windows, with the reason in words.
    """
    if os.name != "nt":
        step()
        return
    from action_returns import windows_files

    windows_files.once_free(step, windows_files.DELETE, briefly=briefly)


def what_to_do(error: OSError, otherwise: str) -> str:
    """Return what the user can do about a file that cannot be written, as a sentence.

    Args:
        error: why it cannot be written.
        otherwise: what to do about most errors, such as a full disk.
    """
    if isinstance(error, IsADirectoryError):
        return "Name a file in it."
    return str(getattr(error, "to_write", otherwise))


def may_write_in(folder: Path) -> bool:
    """Return whether this user may make files in a folder."""
    if os.name != "nt":
        return os.access(folder, os.W_OK)
    from action_returns.windows_files import may_add_files  # os.access knows no access list there

    return may_add_files(folder)


def _write_draft(draft: Path, content: bytes | Callable[[Path], object], opener: Callable[[str, int], int]) -> None:
    # Path.open has no opener, and a mode that is changed later is too late.
    with open(draft, "xb", opener=opener) as file:
        if isinstance(content, bytes):
            file.write(content)
            file.flush()
            _flush_to_disk(file.fileno())
            return
    content(draft)
    once_free(lambda: _flush(draft))


def _flush(draft: Path) -> None:
    with draft.open("rb+") as file:
        _flush_to_disk(file.fileno())


def _usual_opener(path: Path) -> Callable[[str, int], int]:
    mode = _USUAL_MODE
    with suppress(OSError):
        mode &= stat.S_IMODE(path.stat().st_mode) | 0o600

    def open_usual(name: str, flags: int) -> int:
        try:
            handle = os.open(name, flags, mode)
        except OSError as error:
            raise explain(error) from None
        if os.name == "nt" and path.exists():
            _narrow_like(path, Path(name))
        return handle

    return open_usual


def _narrow_like(path: Path, draft: Path) -> None:
    """Copy the access list of the replaced file to a draft when the one from the draft's folder allows more users."""
    from action_returns.access_lists import copy_access, large_groups_with_access

    if not set(large_groups_with_access(draft)) <= set(large_groups_with_access(path)):
        with suppress(OSError):  # a file system that has no access lists
            copy_access(path, draft)


def _give_name(draft: Path, path: Path) -> None:
    """Rename the draft in one step, which fails when the name is taken."""
    drafted, on_windows = draft.stat(), os.name == "nt"
    try:
        if on_windows:  # there, a rename replaces nothing; it needs no hard links and leaves no draft
            draft.rename(path)
        else:
            os.link(draft, path)
    except OSError:
        if _has_its_name(path, drafted):
            return
        if on_windows:
            raise
        _take_name(draft, path)


def _take_name(draft: Path, path: Path) -> None:
    """Rename the draft where there are no hard links."""
    # An empty file takes the name in one step, which fails when it is taken. Its mode is never wider than the draft's.
    path.touch(mode=stat.S_IMODE(draft.stat().st_mode), exist_ok=False)
    try:
        _replace(draft, path)
    except OSError:
        with suppress(OSError):
            if path.stat().st_size == 0:  # the empty file of above, and nothing another program wrote meanwhile
                path.unlink()
        raise


def _replace(draft: Path, path: Path) -> None:
    drafted = draft.stat()
    try:
        draft.replace(path)
    except OSError:
        if not _has_its_name(path, drafted):
            raise


def is_same_file(path: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, whatever they call it.

    Raises:
        OSError: one of them cannot be looked at.
    """
    if not path.exists() or not other.exists():
        return False
    if path.stat().st_ino == 0:  # a file system without file numbers, where every file looks like every other
        first, second = (os.path.normcase(os.path.realpath(one)) for one in (path, other))
        return first == second
    return path.samefile(other)


def _has_its_name(path: Path, drafted: os.stat_result) -> bool:
    """Return whether the draft has its name although the system reported an error.

    A network file system may do its work, lose its answer, and refuse its own second try.
    """
    try:
        found = path.stat()
    except OSError:
        return False
    # Number 0: a file system without file numbers, where every file would look like every other.
    return drafted.st_ino != 0 and os.path.samestat(found, drafted)


def _flush_folder(folder: Path) -> None:
    """Write the name itself to the disk, so that it survives a power cut.

    Windows lets no program do so, and some file systems cannot: the file is whole in any case, so this is no error.
    """
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            _flush_to_disk(handle)
        finally:
            os.close(handle)


def _flush_to_disk(handle: int) -> None:
    """Write an open file to the disk. On a Mac, fsync leaves the bytes in the drive's own memory, which a power cut empties."""
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # a file system that cannot, such as that of a network drive
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)
