"""The address of a team's ledger as it stands in config.toml: what it may hold, and what it means."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_HOST: Final = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_ALLOWED: Final = frozenset({"host", "sslmode", "sslrootcert", "sslcert", "sslkey"})
_SHAPE: Final = "sqlite, or the team's database in the shape postgresql://USER@HOST:PORT/DATABASE"
_REPEATED: Final = "(what stands there is not repeated here: it may hold a password)"


@dataclass(frozen=True, slots=True)
class TeamAddress:
    """Where a team's database is.

    Args:
        host: name or address of its machine, or the folder of its socket on this one.
        port: its port.
        database: its name.
        user: who signs in, None for the user of this computer.
        encryption: what the address says about certificates, in the words of PostgreSQL (``sslrootcert``).
    """

    host: str
    port: int
    database: str
    user: str | None
    encryption: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.host}/{self.database}"

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, where nobody can listen on the way."""
        return self.host.startswith("/") or _is_loopback(self.host)


def parse_team_url(url: str) -> TeamAddress:
    """Read an address; nothing that PostgreSQL's own variables and files say can lead elsewhere.

    Args:
        url: ``postgresql://ann@db.example.com/returns``.

    Raises:
        ValueError: what is allowed. The message never repeats the address, because it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise _wrong() from None
    said = dict(_said(parts.query))
    if parts.password is not None or any("password" in name for name in said):
        raise _wrong("a password never stands in it: ledger_password says where it is kept")
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme != "postgresql" or parts.fragment or not url.isprintable() or not database or "/" in database:
        raise _wrong()
    if not said.keys() <= _ALLOWED:
        raise _wrong(f"after a question mark only {', '.join(sorted(_ALLOWED))} may follow")
    socket = said.pop("host", "")
    host = parts.hostname or socket
    if (parts.hostname and socket) or (socket and not socket.startswith("/")):
        raise _wrong("?host= only names the folder of a socket on this machine, such as /var/run/postgresql")
    if not socket and not _is_one_host(host):
        raise _wrong("with exactly one HOST")
    address = TeamAddress(host, port, database, unquote(parts.username) if parts.username else None, said)
    if not address.is_here and said.get("sslmode", "verify-full") != "verify-full":
        raise _wrong(
            "to another machine sslmode can only be verify-full: with anything less somebody on the way could read the "
            "password, or answer in the place of the database. sslrootcert=FILE names the certificates of an own authority"
        )
    return address


def _wrong(why: str = "") -> ValueError:
    return ValueError(f"{_SHAPE}; {why} {_REPEATED}" if why else f"{_SHAPE} {_REPEATED}")


def _said(query: str) -> Iterator[tuple[str, str]]:
    """Cut what follows the question mark as PostgreSQL does: a plus sign is a plus sign."""
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        yield unquote(name), unquote(value)


def _is_one_host(host: str) -> bool:
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


_NETWORK: Final = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "afpfs",
        "afs",
        "webdav",
        "davfs",
        "fuse.davfs2",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "ceph",
        "fuse.ceph",
        "glusterfs",
        "fuse.glusterfs",
        "lustre",
        "ncpfs",
        "coda",
        "gfs2",
        "ocfs2",
        "beegfs",
    ]
)
"""File systems of other machines, as systems name them."""

_SYNCED: Final = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "owncloud", "box sync")
"""How names of folders begin that a program copies to a cloud."""

_SYNCED_PARENTS: Final = (("Library", "Mobile Documents"), ("Library", "CloudStorage"))
"""Where macOS keeps what it copies to a cloud."""

_MARKS: Final = (".dropbox", ".dropbox.cache", ".stfolder", ".sync", ".owncloudsync.log", ".tmp.drivedownload")
"""What such programs leave in the folder they copy."""


def unsafe_folder_reason(folder: Path) -> str:
    """Say why a ledger must not lie in a folder, or nothing when it may.

    Args:
        folder: the folder; it need not exist yet.
    """
    folder = folder.expanduser().absolute()
    if synced := _synced(folder):
        return f"{synced} is copied to a cloud by a program, which can corrupt the ledger while it is written"
    if network := _network(folder):
        return f"{network} lies on another machine, where two people can corrupt the ledger without noticing"
    return ""


def _synced(folder: Path) -> str:
    for place in (folder, *folder.parents):
        if place.name.lower().startswith(_SYNCED):
            return str(place)
        if (place.parent.parent.name, place.parent.name) in _SYNCED_PARENTS:
            return str(place)
        if any((place / mark).exists() for mark in _MARKS):
            return str(place)
    return ""


def _network(folder: Path) -> str:
    if folder.drive.startswith("\\\\"):
        return folder.drive
    if sys.platform == "win32":
        return folder.drive if _is_remote_on_windows(folder.drive) else ""
    import psutil

    real = folder.resolve()
    # The last disk mounted over a place is the one that is seen there.
    disks = {Path(disk.mountpoint): disk for disk in psutil.disk_partitions(all=True)}
    for place in (real, *real.parents):
        disk = disks.get(place)
        if disk is not None:
            return str(place) if disk.fstype.lower() in _NETWORK else ""
    return ""


def _is_remote_on_windows(drive: str) -> bool:
    # A list of all disks would wait for network drives that are not connected.
    import ctypes

    remote = 4  # DRIVE_REMOTE (Windows API, GetDriveTypeW)
    kind: int = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")  # type: ignore[attr-defined,unused-ignore]
    return kind == remote
