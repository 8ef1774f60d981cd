"""Where a ledger file must not lie: on a network drive, or in a folder that a program copies to a cloud.

SQLite locks and writes ahead through memory that one machine shares; on a network drive two machines corrupt the file
(sqlite.org/wal.html and sqlite.org/useovernet.html), and a program that copies the file while it is written makes a
copy, and later an original, that cannot be read (sqlite.org/howtocorrupt.html, section 1.2).
"""

import sys
from pathlib import Path
from typing import Final

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


def why_unsafe(folder: Path) -> str:
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
