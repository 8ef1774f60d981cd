"""Which types of file systems and which names of folders are not only of this machine."""

from types import SimpleNamespace

import pytest

from action_returns.ledger.unsafe_places import (
    folders_behind,
    is_synced_name,
    why_not_of_this_machine,
    why_share_is_unsafe,
)


@pytest.mark.parametrize("prefix", ["", "fuse.", "fusefs.", "macfuse_", "osxfuse_"])
def test_a_network_is_one_however_it_is_mounted(prefix):
    assert "lies on another machine" in why_not_of_this_machine(f"{prefix}sshfs")


@pytest.mark.parametrize(
    "kind", ["", "ext4", "btrfs", "apfs", "hfs", "exfat", "msdos", "iso9660", "fuseblk", "fuse.ntfs-3g"]
)
def test_a_disk_is_a_disk(kind):
    assert why_not_of_this_machine(kind) == ""


@pytest.mark.parametrize(
    ("kind", "device", "folders"),
    [
        ("fuse.mergerfs", "/mnt/a:/mnt/b", ["/mnt/a", "/mnt/b"]),
        ("fuse.mergerfs", "1:2", []),
        ("ecryptfs", "/home/.ecryptfs/ann/.Private", ["/home/.ecryptfs/ann/.Private"]),
        ("fuse.encfs", "encfs", []),
        ("ext4", "/dev/sda1", []),
        ("nfs4", "server:/export", []),
    ],
)
def test_a_view_leads_to_the_folders_it_shows(kind, device, folders):
    assert folders_behind(SimpleNamespace(fstype=kind, device=device)) == folders


@pytest.mark.parametrize("share", ["\\\\wsl$", "\\\\wsl.localhost\\Ubuntu", "\\\\WSL.LOCALHOST\\Ubuntu"])
def test_a_share_of_wsl_is_of_this_computer_and_yet_of_another_system(share):
    assert "is shared by two systems (WSL)" in why_share_is_unsafe(share)
    assert "lies on another machine" in why_share_is_unsafe(share.replace("wsl", "wsx").replace("WSL", "WSX"))


@pytest.mark.parametrize("name", ["Box", "box", "Box (2)", "OneDrive \u2013 Acme", "Google Drive (ann@example.com)"])
def test_a_name_that_a_program_gives_is_known_with_the_account_behind_it(name):
    assert is_synced_name(name)


@pytest.mark.parametrize("name", ["", "Box returns", "Boxing", "Sync-tests", "Mega (of mine", "OneDriveOld"])
def test_the_same_word_with_other_words_around_it_is_the_users_own(name):
    assert not is_synced_name(name)
