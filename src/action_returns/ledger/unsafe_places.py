"""File systems and names of folders that other machines share: network drives, clusters, virtual machines, clouds."""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from psutil._ntuples import sdiskpart

_OTHER_MACHINES: Final = frozenset(
    {
        "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "openafs", "auristorfs", "coda",
        "ncp", "ncpfs", "webdav", "webdavfs", "davfs", "davfs2", "ftp", "ftpfs", "sshfs", "s3fs", "rclone",
        "ceph", "glusterfs", "lustre", "beegfs", "fhgfs", "gpfs", "panfs", "orangefs", "pvfs2", "wekafs", "quobyte",
        "moosefs", "gfs", "gfs2", "ocfs2", "acfs",
    }
)  # fmt: skip
"""Types of file systems on other machines, or on a disk of several machines, as operating systems name them."""

_OTHER_SYSTEMS: Final = frozenset(
    {
        # WSL, QEMU, Lima, gVisor, ChromeOS; a Mac as guest.
        "9p", "drvfs", "virtiofs", "applevirtiofs", "hostfs",
        # VirtualBox, VMware, Parallels.
        "vboxsf", "vboxfs", "vmhgfs", "vmhgfs-fuse", "prl_fs", "prl_fsd",
        # Docker Desktop, for folders of the computer that a container sees.
        "osxfs", "grpcfuse", "fakeowner",
    }
)  # fmt: skip
"""Types of file systems with which a virtual machine or a container sees folders of its computer, or the other way round."""

_VIEWS: Final = frozenset(
    {
        "bindfs", "cryfs", "cryptomator", "ecryptfs", "encfs", "fuse-overlayfs", "gocryptfs", "mergerfs", "mhddfs",
        "posixovl", "securefs", "unionfs", "unionfs-fuse",
    }
)  # fmt: skip
"""File systems that show the files of other folders: encrypted, together or elsewhere."""

_LOCAL_FUSE: Final = _VIEWS | {
    "apfs-fuse", "bcachefs", "dislocker", "exfat", "exfat-fuse", "ext2", "ext3", "ext4", "fuse-ext2", "fuse2fs", "hfsfuse",
    "lklfuse", "lxcfs", "ntfs", "ntfs-3g", "portal", "snapraid", "veracrypt", "zfs", "zfs-fuse",
}  # fmt: skip
"""File systems of FUSE that keep their files on this machine, without ``fuse.``; the others are mostly networks and clouds."""

_fuse_type = re.compile(r"(?:mac|osx)?fuse(?:fs)?(?:[._](.*))?|dfsfuse_.*").fullmatch
_WINDOWS_SUBSYSTEM: Final = ("\\\\wsl$\\", "\\\\wsl.localhost\\")

_synced_name = re.compile(
    # Names of products, mostly with the account behind them: "OneDrive - Acme Ltd", "Dropbox (Personal)", "Nextcloud2".
    r"(?:onedrive|skydrive|dropbox|google ?drive(?: file stream|.streaming)?|icloud ?drive|icloud ?photos|icloud"
    r"|nextcloud|owncloud|box sync|synology ?drive|cloud ?station|qsync|pcloud(?: ?drive| sync)?|megasync"
    r"|proton ?drive|kdrive|yandex[. ]?disk(?:\.localized)?|creative cloud files|resilio sync|bittorrent sync"
    r"|tresorit(?: drive)?|seafile|seadrive(?:_root)?|magentacloud|jottacloud|sugarsync|spideroak(?: ?one)?(?: hive)?"
    r"|egnyte(?: ?drive)?|hidrive|koofr|internxt(?: drive)?|icedrive|workdocs|sharefile|citrix files"
    r"|cloudstorage|mail\.ru cloud|cloud mail\.ru|baidusyncdisk|nutstore)(?: ?\d+| ?\(.*\)| [-\u2013\u2014] .*)?"
    r"|creative cloud files .*"
    # Google's own names for the two parts of its drive, in languages of its users.
    r"|(?:my drive|meine ablage|mon drive|mi unidad|il mio drive|(?:o )?meu drive|mijn drive|mój dysk|min enhet|mitt drev"
    r"|oma drive|můj disk|мой диск|マイドライブ|我的云端硬盘|我的雲端硬碟|내 드라이브)"
    r"|(?:shared drives|team drives|geteilte ablagen|drives? partagés|unidades compartidas|drive condivisi"
    r"|drives compartilhados|gedeelde drives|dyski współdzielone|общие диски|共有ドライブ|共享云端硬盘)",
    re.IGNORECASE,
).fullmatch
"""The names that programs give to folders they copy; nothing else may stand around them."""
_synced_word = re.compile(r"(?:box|mega|sync|filen)(?: ?\(.*\))?", re.IGNORECASE).fullmatch
"""Those that are ordinary words: with a number or a word behind them they are a user's own."""


def why_not_of_this_machine(file_system: str) -> str:
    """Return what a type of file system means for a file that is locked while it is written, ``""`` when it is local.

    Args:
        file_system: as the operating system names it, such as ``fuse.sshfs``.
    """
    kind = file_system.lower()
    fuse = _fuse_type(kind)
    name = (fuse[1] or "") if fuse else kind
    if name in _OTHER_MACHINES:
        return ON_ANOTHER_MACHINE
    if name in _OTHER_SYSTEMS:
        return _between_systems(file_system)
    if fuse and name not in _LOCAL_FUSE:
        return (
            f"is of a kind ({file_system}) that is not known to keep its files on this machine, so the ledger could be "
            "corrupted without a sign"
        )
    return ""


def folders_behind(disk: "sdiskpart") -> list[str]:
    """Return the folders whose files a file system shows, none for a disk of its own."""
    shows_others = disk.fstype.lower().removeprefix("fuse.") in _VIEWS
    # The device is then a folder, or several with colons between them.
    return [folder for folder in disk.device.split(":") if folder.startswith("/")] if shows_others else []


ON_ANOTHER_MACHINE: Final = "lies on another machine, where two people can corrupt the ledger without noticing"


def why_share_is_unsafe(share: str) -> str:
    r"""Return the same for a share of Windows, such as ``\\server\folder``."""
    return _between_systems("WSL") if f"{share}\\".lower().startswith(_WINDOWS_SUBSYSTEM) else ON_ANOTHER_MACHINE


def is_synced_name(name: str, *, is_of_user: bool = False) -> bool:
    """Return whether only a program that copies folders to a cloud gives a folder this name.

    Args:
        name: of the folder, without those above it.
        is_of_user: whether it is the home folder of a user, who may be called Box.
    """
    if not name.isascii():
        from unicodedata import normalize

        name = normalize("NFC", name)  # names on a Mac can keep letter and accent apart
    return _synced_name(name) is not None or (_synced_word(name) is not None and not is_of_user)


def _between_systems(kind: str) -> str:
    return (
        f"is shared by two systems ({kind}), where each can corrupt the ledger because it does not see the locks of the "
        "other"
    )
