"""No ledger in a folder where such a file gets damaged: on another machine, or copied to a cloud while it is written."""

import os
import sys
import unicodedata
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import NamedTuple

import psutil
import pytest

from action_returns.ledger import location as folders
from action_returns.ledger.location import advice_about_place, unsafe_folder_reason


class Disk(NamedTuple):
    mountpoint: str
    fstype: str
    opts: str
    device: str = ""


@pytest.fixture
def disks(monkeypatch):
    """Set which disks there are."""

    def there_are(*found):
        # Windows is asked for the kind of one drive instead.
        monkeypatch.setattr("action_returns.ledger.location.sys.platform", "linux")
        monkeypatch.setattr(psutil, "disk_partitions", lambda **_: [Disk(*map(str, disk)) for disk in found])

    return there_are


def test_a_folder_of_this_machine_is_safe(tmp_path):
    assert unsafe_folder_reason(tmp_path / "not" / "yet" / "there") == ""


NETWORK = ["nfs4", "cifs", "smbfs", "fuse.sshfs", "CIFS", "webdav", "afpfs", "fuse.glusterfs", "fuse.ceph", "gpfs"]
SHARED = ["9p", "drvfs", "virtiofs", "vboxsf", "fuse.vmhgfs-fuse", "vmhgfs", "prl_fs", "fuse.prl_fsd", "fuse.grpcfuse"]
SHARED += ["osxfs", "fuse.osxfs", "fakeowner", "AppleVirtIOFS"]
UNKNOWN = ["fuse.gvfsd-fuse", "fuse.kio-fuse", "fuse.gcsfuse", "fuse.goofys", "fuse.blobfuse2", "fuse.juicefs", "fuse"]
UNKNOWN += ["fuse.google-drive-ocamlfuse", "fuse.onedriver", "fuse.pcloud", "fuse.mount-s3", "macfuse", "dfsfuse_DFS"]
LOCAL = ["ext4", "apfs", "fuseblk", "ntfs3", "ecryptfs", "overlay", "zfs", "fuse.gocryptfs", "fuse.encfs", "tmpfs"]
LOCAL += ["fuse.mergerfs", "fuse.bindfs", "fuse.fuse-overlayfs", "fuse.portal", "fuse.ntfs-3g", "fusectl", "lxfs"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        *((kind, "lies on another machine") for kind in NETWORK),
        *((kind, f"is shared by two systems ({kind})") for kind in SHARED),
        *((kind, f"is of a kind ({kind}) that is not known to keep its files on this machine") for kind in UNKNOWN),
    ],
)
def test_a_disk_that_is_not_of_this_machine_alone_is_named(tmp_path, disks, kind, says):
    disks(("/", "ext4", "rw"), (tmp_path / "share", kind, "rw"))
    assert unsafe_folder_reason(tmp_path / "share" / "books").startswith(f"{tmp_path / 'share'} {says}")
    assert unsafe_folder_reason(tmp_path / "shared") == ""


@pytest.mark.parametrize("kind", LOCAL)
def test_a_disk_of_this_machine_is_safe_however_it_is_encrypted_or_put_together(tmp_path, disks, kind):
    disks(("/", "nfs4", "rw"), (tmp_path, kind, "rw"))
    assert unsafe_folder_reason(tmp_path / "books") == ""


@pytest.mark.parametrize("kind", ["fuse.gocryptfs", "ecryptfs", "fuse.bindfs", "fuse.mergerfs"])
def test_another_view_of_folders_is_as_safe_as_they_are(tmp_path, disks, kind):
    for behind, says in (
        (tmp_path / "share" / "cipher", "lies on another machine"),
        (tmp_path / "Dropbox", "to a cloud"),
    ):
        device = f"{tmp_path}:{behind}" if kind == "fuse.mergerfs" else behind
        disks(("/", "ext4", "rw"), (tmp_path / "share", "cifs", "rw"), (tmp_path / "view", kind, "rw", device))
        assert says in unsafe_folder_reason(tmp_path / "view" / "books")
        disks(("/", "ext4", "rw"), (tmp_path / "view", kind, "rw", tmp_path / "cipher"))
        assert unsafe_folder_reason(tmp_path / "view" / "books") == ""


def test_a_view_that_hides_the_folder_it_shows_is_looked_at_once(tmp_path, disks):
    disks(("/", "ext4", "rw"), (tmp_path, "fuse.mergerfs", "rw", f"{tmp_path}:/somewhere"))
    assert unsafe_folder_reason(tmp_path) == ""


class OnWindows(PureWindowsPath):
    """A path as Windows has them, where nothing exists."""

    def expanduser(self):
        return self

    absolute = resolve = expanduser

    def exists(self):
        return False

    is_file = exists


def windows_with_drives(monkeypatch, kind):
    """Be on a Windows all of whose drives are of one kind; return the list of those that are asked about."""
    asked = []
    kernel = SimpleNamespace(GetDriveTypeW=lambda root: asked.append(root) or kind)
    monkeypatch.setattr("ctypes.windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr("action_returns.ledger.location.sys.platform", "win32")
    return asked


@pytest.mark.parametrize(("kind", "says"), [(4, "Z: lies on another machine"), (3, "")])
def test_a_mapped_drive_of_windows_is_named(monkeypatch, kind, says):
    asked = windows_with_drives(monkeypatch, kind)
    assert unsafe_folder_reason(OnWindows(r"Z:\books")).startswith(says)
    assert bool(unsafe_folder_reason(OnWindows(r"Z:\books"))) == bool(says)
    assert set(asked) == {"Z:\\"}


def test_the_disk_nearest_to_the_folder_decides(tmp_path, disks):
    disks(("/", "nfs4", "rw"), (tmp_path, "ext4", "rw"))
    assert unsafe_folder_reason(tmp_path / "books") == ""


def test_of_two_disks_over_one_place_the_one_that_is_seen_decides(tmp_path, disks):
    disks((tmp_path, "autofs", "rw"), (tmp_path, "nfs4", "rw"))
    assert "lies on another machine" in unsafe_folder_reason(tmp_path)


def make_link(link, folder):
    """Make a link to a folder; on Windows a junction, which needs no right of its own."""
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(str(folder), str(link))
    else:
        link.symlink_to(folder)


def test_a_link_to_a_folder_that_goes_to_a_cloud_is_followed(tmp_path):
    (tmp_path / "Dropbox").mkdir()
    make_link(tmp_path / "link", tmp_path / "Dropbox")
    assert unsafe_folder_reason(tmp_path / "link" / "books").startswith(f"{tmp_path / 'Dropbox'} is copied to a cloud")


def test_a_link_to_a_network_drive_is_followed(tmp_path, disks):
    (tmp_path / "share").mkdir()
    make_link(tmp_path / "link", tmp_path / "share")
    disks(("/", "ext4", "rw"), (tmp_path / "share", "nfs", "rw"))
    assert "lies on another machine" in unsafe_folder_reason(tmp_path / "link" / "books")


def test_a_link_on_a_network_drive_may_lead_to_this_machine(tmp_path, disks):
    (tmp_path / "disk").mkdir()
    (tmp_path / "share").mkdir()
    make_link(tmp_path / "share" / "link", tmp_path / "disk")
    disks((tmp_path / "share", "nfs", "rw"), (tmp_path / "disk", "ext4", "rw"))
    assert unsafe_folder_reason(tmp_path / "share" / "link" / "books") == ""


def test_a_machine_that_names_no_disk_is_taken_for_safe(tmp_path, disks):
    disks()
    assert unsafe_folder_reason(tmp_path) == ""


@pytest.mark.parametrize("error", [PermissionError("/proc"), FileNotFoundError("/etc/mtab"), RuntimeError, ImportError])
def test_a_machine_that_may_not_be_asked_for_its_disks_is_taken_for_safe(tmp_path, disks, monkeypatch, error):
    def refused(**_):
        raise error

    disks()
    monkeypatch.setattr(psutil, "disk_partitions", refused)
    assert unsafe_folder_reason(tmp_path) == ""
    assert "is copied to a cloud" in unsafe_folder_reason(tmp_path / "Dropbox")


@pytest.mark.parametrize(
    "share", [r"\\server\books\returns", r"\\?\UNC\server\books\returns", "//server/books/returns"]
)
def test_a_share_named_by_its_server_is_refused_without_asking_for_disks(share):
    assert unsafe_folder_reason(OnWindows(share)).startswith("\\\\server\\books lies on another machine")


@pytest.mark.parametrize("share", [r"\\wsl$\Ubuntu\home\ann", r"\\wsl.localhost\Ubuntu\home\ann", r"\\WSL$\Ubuntu"])
def test_the_disk_of_linux_inside_windows_is_refused_from_the_side_of_windows(share):
    assert " is shared by two systems (WSL), where each can corrupt" in unsafe_folder_reason(OnWindows(share))


@pytest.mark.parametrize("local", ["\\\\?\\C:\\books", "\\\\?\\Volume{0f0c27f4-0000-0000-0000-100000000000}\\books"])
def test_the_long_form_of_a_path_of_this_machine_is_safe(monkeypatch, local):
    windows_with_drives(monkeypatch, 3)
    assert unsafe_folder_reason(OnWindows(local)) == ""


@pytest.mark.parametrize("variable", ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"])
@pytest.mark.parametrize("end", ["", os.sep])
def test_a_folder_that_onedrive_tells_of_is_refused_whatever_its_name_is(tmp_path, monkeypatch, variable, end):
    monkeypatch.setenv(variable, f"{tmp_path / 'Work'}{end}")
    assert unsafe_folder_reason(tmp_path / "Work" / "books").startswith(f"{tmp_path / 'Work'} is copied to a cloud")
    assert unsafe_folder_reason(tmp_path / "Works" / "books") == ""


@pytest.mark.skipif(sys.platform != "win32", reason="Windows takes names in letters of either size")
def test_such_a_folder_is_refused_in_letters_of_another_size(tmp_path, monkeypatch):
    monkeypatch.setenv("OneDrive", str(tmp_path / "Work"))
    assert "is copied to a cloud" in unsafe_folder_reason(Path(str(tmp_path / "WORK" / "books").upper()))


@pytest.mark.skipif(sys.platform != "win32", reason="drives that are folders (subst)")
def test_a_drive_that_is_a_folder_which_goes_to_a_cloud_is_refused(tmp_path):
    import ctypes

    (tmp_path / "OneDrive - Acme" / "books").mkdir(parents=True)
    define, remove = ctypes.windll.kernel32.DefineDosDeviceW, 2  # as subst does (DDD_REMOVE_DEFINITION)
    assert define(0, "Q:", str(tmp_path / "OneDrive - Acme"))
    try:
        assert "is copied to a cloud" in unsafe_folder_reason(Path("Q:\\books"))
    finally:
        define(remove, "Q:", None)


@pytest.mark.skipif(sys.platform != "win32", reason="short names")
def test_a_short_name_of_such_a_folder_is_refused(tmp_path):
    import ctypes

    long = tmp_path / "OneDrive - Acme" / "books"
    long.mkdir(parents=True)
    short = ctypes.create_unicode_buffer(1000)
    ctypes.windll.kernel32.GetShortPathNameW(str(long), short, 1000)
    assert "is copied to a cloud" in unsafe_folder_reason(Path(short.value))


CLOUDS = ["OneDrive", "OneDrive - Acme Ltd", "Dropbox", "Dropbox (Personal)", "Google Drive", "GoogleDrive", "My Drive"]
CLOUDS += [
    "Shared drives",
    "Meine Ablage",
    "Mi unidad",
    "マイドライブ",
    "Dyski współdzielone",
    "iCloudDrive",
    "iCloud Drive",
]
CLOUDS += ["Nextcloud", "Nextcloud2", "ownCloud", "ownCloud - ann@example.com", "Box", "Box Sync", "SynologyDrive"]
CLOUDS += [
    "Synology Drive",
    "SynologyDrive (2)",
    "CloudStation",
    "pCloudDrive",
    "pCloud Drive",
    "pCloud",
    "MEGA",
    "MEGAsync",
]
CLOUDS += [
    "Proton Drive",
    "ProtonDrive",
    "Sync",
    "Tresorit",
    "Yandex.Disk",
    "Yandex.Disk.localized",
    "Seafile",
    "SeaDrive",
]
CLOUDS += ["Creative Cloud Files", "Creative Cloud Files Personal Account ann@example.com", "Resilio Sync", "kDrive"]
CLOUDS += ["kDrive2", "HiDrive", "CloudStorage", "Jottacloud", "Koofr", "Internxt Drive", "Icedrive", "Egnyte Drive"]
CLOUDS += [
    "Library/Mobile Documents/com~apple~CloudDocs",
    "Library/CloudStorage/Box-Box",
    "library/cloudstorage/box-box",
]


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("spelled", [str, str.upper, str.lower])
def test_a_folder_that_goes_to_a_cloud_is_named(tmp_path, name, spelled):
    assert "is copied to a cloud" in unsafe_folder_reason(tmp_path / spelled(name) / "books")


def test_a_name_whose_accents_stand_apart_as_on_a_mac_is_the_same_name(tmp_path):
    assert "is copied to a cloud" in unsafe_folder_reason(tmp_path / unicodedata.normalize("NFD", "Můj disk") / "books")


@pytest.mark.parametrize(
    "name",
    [
        "Boxes", "box-office", "Inbox", "Box 2026 returns", "Mega projects", "megastore", "Sync tests", "rsync", "synchronised",
        "My Drives", "driver", "Synology", "Nextcloudless", "Dropbox exports", "onedriven", "iclouds", "Proton", "Resilio",
        "kDriver", "Seafiles", "shared drive", "returns", "cloud", "Documents", "Box 12", "box2", "Box - old invoices", "Mega 3",
        "Sync 2026",
    ],
)  # fmt: skip
def test_a_folder_of_an_ordinary_name_is_safe(tmp_path, disks, name):
    disks(("/", "ext4", "rw"))
    assert unsafe_folder_reason(tmp_path / name / "books") == ""


@pytest.mark.parametrize("name", ["box", "Sync", "mega"])
def test_a_user_may_be_called_as_a_cloud_is(tmp_path, monkeypatch, disks, name):
    disks(("/", "ext4", "rw"))
    home = tmp_path / name
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert unsafe_folder_reason(home / "books") == ""
    assert unsafe_folder_reason(home / name / "books").startswith(f"{home / name} is copied to a cloud")
    (home / ".dropbox.cache").mkdir(parents=True)
    assert unsafe_folder_reason(home / "books").startswith(f"{home} is copied to a cloud")


def test_the_names_of_clouds_are_known_where_the_home_folder_is_not(tmp_path, monkeypatch):
    def unknown():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", unknown)
    assert "is copied to a cloud" in unsafe_folder_reason(tmp_path / "Dropbox")


@pytest.mark.parametrize("is_link_in_the_cloud", [True, False])
def test_the_documents_of_a_mac_that_icloud_copies_are_named(tmp_path, is_link_in_the_cloud):
    cloud = tmp_path / "Library" / "Mobile Documents" / "com~apple~CloudDocs"
    cloud.mkdir(parents=True)
    own, copied = tmp_path / "Documents", cloud / "Documents"
    there, link = (own, copied) if is_link_in_the_cloud else (copied, own)
    there.mkdir()
    make_link(link, there)
    assert "is copied to a cloud" in unsafe_folder_reason(own / "books")


def test_documents_beside_other_documents_in_icloud_are_not_taken_for_them(tmp_path):
    (tmp_path / "Library" / "Mobile Documents" / "com~apple~CloudDocs" / "Documents").mkdir(parents=True)
    (tmp_path / "Documents").mkdir()
    assert unsafe_folder_reason(tmp_path / "Documents" / "books") == ""


def test_a_home_folder_in_which_dropbox_keeps_its_settings_is_safe(tmp_path, disks):
    """On Linux and a Mac it keeps them in ~/.dropbox; in the folder that it copies, a file has this name."""
    disks(("/", "ext4", "rw"))
    (tmp_path / "ann" / ".dropbox").mkdir(parents=True)
    assert unsafe_folder_reason(tmp_path / "ann" / "books") == ""


@pytest.mark.parametrize("mark", [".dropbox", *folders._SYNC_MARKERS])
def test_what_such_a_program_left_gives_its_folder_away(tmp_path, mark):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / mark).touch()
    assert unsafe_folder_reason(tmp_path / "mine" / "books").startswith(f"{tmp_path / 'mine'} is copied to a cloud")


@pytest.mark.parametrize("journal", [".sync_0123456789ab.db", "._sync_0123456789ab.db"])
def test_the_journal_of_nextcloud_and_its_relatives_gives_their_folder_away(tmp_path, disks, journal):
    disks(("/", "ext4", "rw"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"{journal}x").touch()
    assert unsafe_folder_reason(tmp_path / "mine" / "books") == ""
    (tmp_path / "mine" / journal).touch()
    assert unsafe_folder_reason(tmp_path / "mine" / "books").startswith(f"{tmp_path / 'mine'} is copied to a cloud")


def test_the_advice_names_a_folder_that_is_safe_and_what_moves(tmp_path, disks, monkeypatch):
    disks(("/", "ext4", "rw"), (tmp_path / "share", "nfs4", "rw"))
    for home, example in ((tmp_path, f", such as {tmp_path / 'action-returns'}"), (tmp_path / "share", "")):
        monkeypatch.setattr("platformdirs.user_data_path", lambda *_, home=home, **__: home / "action-returns")
        advice = advice_about_place()
        assert f"Set ACTION_RETURNS_HOME to a folder on this machine's own disk{example}, and move" in advice
        assert "move config.toml, the ledger and the folders beside it there" in advice


def test_the_advice_does_without_a_folder_for_a_user_without_a_home(monkeypatch):
    def unknown(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("platformdirs.user_data_path", unknown)
    assert "such as" not in advice_about_place()


def test_the_users_own_sign_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "Dropbox"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "Dropbox"))
    assert "is copied to a cloud" in unsafe_folder_reason(Path("~/books"))


@pytest.mark.parametrize("name", ["Documents", "Desktop"])
def test_the_documents_of_a_user_without_icloud_are_safe(tmp_path, disks, name):
    disks(("/", "ext4", "rw"))
    (tmp_path / name).mkdir()
    assert unsafe_folder_reason(tmp_path / name / "returns") == ""
