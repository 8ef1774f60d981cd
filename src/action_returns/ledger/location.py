"""Where a ledger may be: the address of a team's database in config.toml, and which folders are safe for a file."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from action_returns.errors import SettingsError
from action_returns.files import default_paths
from action_returns.ledger.unsafe_places import (
    ON_ANOTHER_MACHINE,
    folders_behind,
    is_synced_name,
    why_not_of_this_machine,
    why_share_is_unsafe,
)

if TYPE_CHECKING:
    from psutil._ntuples import sdiskpart

_HOST: Final = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_ALLOWED_OPTIONS: Final = frozenset({"host", "sslmode", "sslrootcert", "sslcert", "sslkey"})
_ALLOWED_TEXT: Final = "sqlite, or the team's database in the shape postgresql://USER@HOST:PORT/DATABASE"
_NOT_REPEATED: Final = "(what stands there is not repeated here: it may hold a password)"


@dataclass(frozen=True, slots=True)
class TeamAddress:
    """The address of a team's database.

    Args:
        host: name or address of its machine, or the folder of its socket on this one.
        port: its port.
        database: its name.
        user: the user who signs in, None for the user of this computer.
        encryption: PostgreSQL's options for certificates that the address has (``sslrootcert`` and others).
        ca_file: certificates that are trusted for it beside those that this computer trusts.
    """

    host: str
    port: int
    database: str
    user: str | None
    encryption: Mapping[str, str]
    ca_file: Path | None = None

    def __str__(self) -> str:
        return f"{self.host}/{self.database}"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, so that no byte crosses a network."""
        return self.host.startswith("/") or _is_loopback(self.host)


def parse_team_url(url: str) -> TeamAddress:
    """Read an address as PostgreSQL does, with the few options that are allowed here.

    Args:
        url: ``postgresql://ann@db.example.com/returns``.

    Raises:
        ValueError: it is not allowed; the message says what is. It never repeats the address, which may hold a
            password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise _address_error() from None
    options = dict(_parse_query(parts.query))
    user = unquote(parts.username or "")
    if parts.password is not None or ":" in user or any("password" in name for name in options):
        raise _address_error("a password never stands in it: ledger_password says where it is kept")
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme != "postgresql" or parts.fragment or not url.isprintable() or not database or "/" in database:
        raise _address_error()
    if not options.keys() <= _ALLOWED_OPTIONS:
        raise _address_error(f"after a question mark only {', '.join(sorted(_ALLOWED_OPTIONS))} may follow")
    socket = options.pop("host", "")
    host = parts.hostname or socket
    if (parts.hostname and socket) or (socket and not socket.startswith("/")):
        raise _address_error("?host= only names the folder of a socket on this machine, such as /var/run/postgresql")
    if not socket and not _is_single_host(host):
        raise _address_error("with exactly one HOST")
    address = TeamAddress(host, port, database, user or None, options)
    if not address.is_local and options.get("sslmode", "verify-full") != "verify-full":
        raise _address_error(
            "to another machine sslmode can only be verify-full: with anything less the password could be read on the "
            "way, or another machine could answer in the place of the database. ledger_ca_file names the certificate of an own authority"
        )
    return address


def _address_error(reason: str = "") -> ValueError:
    return ValueError(f"{_ALLOWED_TEXT}; {reason} {_NOT_REPEATED}" if reason else f"{_ALLOWED_TEXT} {_NOT_REPEATED}")


def _parse_query(query: str) -> Iterator[tuple[str, str]]:
    """Split the part after the question mark as PostgreSQL does: a plus sign stays a plus sign."""
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        yield unquote(name), unquote(value)


def _is_single_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host) is not None
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_SYNCED_PARENTS: Final = (("library", "mobile documents"), ("library", "cloudstorage"))
"""The last two folders above those that macOS copies to a cloud, in lower case: it tells no case from another."""

_SYNC_MARKERS: Final = (
    ".dropbox.cache",
    ".849C9593-D756-4E56-8D6E-42412F2A707B",  # OneDrive
    ".shortcut-targets-by-id",  # Google Drive
    ".tmp.drivedownload",
    ".tmp.driveupload",
    ".stfolder",  # Syncthing
    ".sync",  # Resilio Sync
    ".owncloudsync.log",
    ".nextcloudsync.log",
    ".SynologyWorkingDirectory",
    ".tresorit",
    ".megaignore",
    ".seafile-data",
)
"""Files and folders that such programs keep in the folder they copy, or beside it."""
_sync_journal = re.compile(r"\._?sync_[0-9a-f]{8,32}\.db").fullmatch
"""The name of the database that the programs of Nextcloud, ownCloud and their relatives keep in the folder they copy."""

_ONEDRIVE_VARIABLES: Final = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
"""Variables in which Windows' OneDrive tells the folders it copies, whatever their names are."""


def unsafe_folder_reason(folder: Path) -> str:
    """Return why a ledger file must not be in a folder, ``""`` when it may.

    Args:
        folder: the folder; it need not exist yet.
    """
    waiting, seen = [folder], set[Path]()
    while waiting:
        named = _without_prefix(waiting.pop().expanduser().absolute())
        if share := _share_of_windows(named):  # before links are followed, which would wait for a server that is away
            return share
        # Of Windows also a drive that is a folder (subst), and a short name (ONEDRI~1).
        real = _without_prefix(named.resolve())
        if synced := next(filter(None, map(_synced_folder, dict.fromkeys((named, real)))), ""):
            return f"{synced} is copied to a cloud by a program, which can corrupt the ledger while it is written"
        if sys.platform == "win32":
            return _share_of_windows(real)
        disk = _disk_of(real)
        if disk is None or (at := Path(disk.mountpoint)) in seen:
            continue
        if reason := why_not_of_this_machine(disk.fstype):
            return f"{at} {reason}"
        seen.add(at)
        waiting += map(Path, folders_behind(disk))
    return ""


def advice_about_place() -> str:
    """Return what to do about a ledger in an unsafe folder: where it can be, and what moves."""
    example = ""
    with suppress(SettingsError):  # the home folder of this user is not known
        own = default_paths({}).ledger_file.parent
        example = "" if unsafe_folder_reason(own) else f", such as {own}"
    return (
        f"Set ACTION_RETURNS_HOME to a folder on this machine's own disk{example}, and move config.toml, the ledger and the "
        "folders beside it there: the program looks nowhere else then. A team shares a ledger in PostgreSQL."
    )


def _without_prefix(folder: Path) -> Path:
    r"""Return a path of Windows without ``\\?\``, which only says that it may be long."""
    text = str(folder)
    if text[:8].upper() == "\\\\?\\UNC\\":
        return type(folder)("\\\\" + text[8:])
    return type(folder)(text[4:]) if text.startswith("\\\\?\\") and text[5:6] == ":" else folder


def _synced_folder(folder: Path) -> str:
    onedrive = {
        os.path.normcase(os.environ[name].rstrip("\\/")) for name in _ONEDRIVE_VARIABLES if os.environ.get(name)
    }
    home = None
    with suppress(RuntimeError):  # it is not known
        home = Path.home()
    for parent in (folder, *folder.parents):
        if is_synced_name(parent.name, is_of_user=parent == home) or os.path.normcase(parent) in onedrive:
            return str(parent)
        if (parent.parent.parent.name.lower(), parent.parent.name.lower()) in _SYNCED_PARENTS:
            return str(parent)
        if parent.name.lower() in {"desktop", "documents"} and _is_in_icloud(parent):
            return str(parent)
        if _has_sync_mark(parent) or _has_sync_journal(parent):
            return str(parent)
    return ""


def _has_sync_mark(folder: Path) -> bool:
    # A folder of this name in the home of a user holds the settings of Dropbox, and nothing is copied from there.
    return (folder / ".dropbox").is_file() or any((folder / mark).exists() for mark in _SYNC_MARKERS)


def _has_sync_journal(folder: Path) -> bool:
    try:
        return any(map(_sync_journal, os.listdir(folder)))  # noqa: PTH208  # names are enough
    except OSError:  # it is not there yet, or this user may not look
        return False


def _is_in_icloud(folder: Path) -> bool:
    """Return whether a folder of a Mac's user is one of iCloud Drive too: a link of its name leads from one to the other."""
    try:
        return folder.samefile(folder.parent / "Library" / "Mobile Documents" / "com~apple~CloudDocs" / folder.name)
    except OSError:  # there is none
        return False


def _share_of_windows(folder: Path) -> str:
    """Return why a share or a mapped drive is no place for a ledger, ``""`` for a drive of this machine."""
    if folder.drive.startswith("\\\\") and not folder.drive.startswith(("\\\\?\\", "\\\\.\\")):
        return f"{folder.drive} {why_share_is_unsafe(folder.drive)}"
    is_remote = sys.platform == "win32" and _is_remote_on_windows(folder.drive)
    return f"{folder.drive} {ON_ANOTHER_MACHINE}" if is_remote else ""


def _disk_of(folder: Path) -> "sdiskpart | None":
    """Return the disk that a folder is on, None where the system does not say which disks it has."""
    try:
        import psutil

        # Of several disks mounted at one folder, the last one is visible there.
        disks = {Path(disk.mountpoint): disk for disk in psutil.disk_partitions(all=True)}
    except Exception:  # noqa: BLE001  # /proc that may not be read, a psutil for another system
        return None
    return next((disks[parent] for parent in (folder, *folder.parents) if parent in disks), None)


def _is_remote_on_windows(drive: str) -> bool:
    # A list of all disks would wait for network drives that are not connected.
    import ctypes

    remote = 4  # DRIVE_REMOTE (Windows API, GetDriveTypeW)
    kind: int = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")  # type: ignore[attr-defined,unused-ignore]
    return kind == remote
