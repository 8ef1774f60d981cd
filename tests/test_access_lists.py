"""On Windows, a group of many users that may read or change a file is found in its access list, and can be shut out."""

import os
import sys
from types import SimpleNamespace

import pytest

from action_returns.access_lists import (
    Allowed,
    allowed_by,
    has_access_lists,
    keep_for_this_user,
    large_groups_in,
    large_groups_with_access,
    removal_of_large_groups,
    this_user,
)
from action_returns.private_files import NotPrivateError, make_private_folder, read_private_file
from tests.support.rights import open_to_everyone

only_windows = pytest.mark.skipif(sys.platform != "win32", reason="the access lists of Windows")
ANN = "S-1-5-21-1004336348-1177238915-682003330-1001"


@pytest.mark.parametrize(
    "sid",
    ["S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546", "S-1-5-4", "S-1-5-2", "S-1-5-7", f"{ANN[:-4]}513"],
)
@pytest.mark.parametrize("rights", [0x120089, 0x2, 0x4, 0x40, 0x10000, 0x40000, 0x80000, 0x1F01FF, 0x10000000, 1 << 31])
def test_a_group_of_many_users_is_found_whatever_it_may_do_with_the_content(sid, rights):
    assert large_groups_in(iter([Allowed(ANN, 0x1F01FF), Allowed(sid, rights)])) == {sid}


@pytest.mark.parametrize("sid", [ANN, "S-1-5-18", "S-1-5-32-544", "S-1-3-4", f"{ANN[:-4]}512", "S-1-5-32-513"])
def test_this_user_the_administrators_and_the_system_are_no_such_group(sid):
    assert large_groups_in(iter([Allowed(sid, 0x1F01FF)])) == set()


def test_a_group_that_may_only_look_at_the_name_is_left_in():
    traverse_and_attributes = 0x1200A0
    assert large_groups_in(iter([Allowed("S-1-1-0", traverse_and_attributes)])) == set()


@only_windows
@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ("D:(A;;FR;;;BU)(A;;FA;;;SY)", {"S-1-5-32-545"}),
        ("D:(A;OICIIO;GA;;;AU)", {"S-1-5-11"}),  # what is made in the folder
        ("D:(D;;FA;;;WD)(A;;FA;;;SY)", set()),
        ("D:", set()),
    ],
)
def test_what_a_list_grants_is_read_from_it(entries, found):
    import win32security

    facts = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(entries, 1)
    assert large_groups_in(allowed_by(facts)) == found


def test_an_entry_that_pywin32_does_not_know_hides_no_other_one(monkeypatch):
    def entry(number):
        if number == 0:
            raise NotImplementedError("Ace type 9 is not supported yet")
        return (0, 0), 0x1F01FF, "S-1-1-0"

    entries = SimpleNamespace(GetAceCount=lambda: 2, GetAce=entry)
    facts = SimpleNamespace(GetSecurityDescriptorDacl=lambda: entries)
    monkeypatch.setitem(sys.modules, "win32security", SimpleNamespace(ConvertSidToStringSid=str))
    assert large_groups_in(allowed_by(facts)) == {"S-1-1-0"}


def test_the_command_that_mends_it_removes_what_is_in_the_files_own_list_too(tmp_path, monkeypatch):
    monkeypatch.setattr("action_returns.access_lists._large_groups", lambda _path: ["S-1-1-0", "S-1-5-11"])
    assert removal_of_large_groups(tmp_path) == "/remove:g *S-1-1-0 *S-1-5-11"


@only_windows
def test_a_file_without_a_list_is_open_to_everyone():
    import win32security

    assert large_groups_in(allowed_by(win32security.SECURITY_DESCRIPTOR())) == {"S-1-1-0"}


@only_windows
def test_a_file_that_everyone_may_read_is_kept_for_this_user(tmp_path):
    path = tmp_path / "Schlüssel 1"
    path.write_bytes(b"s3cret")
    open_to_everyone(path)
    assert large_groups_with_access(path) == [_name_of("S-1-1-0")]
    keep_for_this_user(path)
    assert large_groups_with_access(path) == []
    assert path.read_bytes() == b"s3cret"


@only_windows
def test_a_password_file_that_everyone_may_read_is_refused_with_the_command_that_mends_it(tmp_path):
    path = tmp_path / "my password"
    path.write_bytes(b"s3cret")
    open_to_everyone(path)
    with pytest.raises(NotPrivateError) as caught:
        read_private_file(path)
    assert caught.value.problem == f"can be read or changed by {_name_of('S-1-1-0')}"
    assert caught.value.remedy == f'Run: icacls "{path}" /inheritance:r /grant:r {this_user()}:F /remove:g *S-1-1-0'
    keep_for_this_user(path)
    assert read_private_file(path) == b"s3cret"


@only_windows
def test_a_password_file_on_a_disk_without_lists_is_refused_and_has_to_move(tmp_path, monkeypatch):
    import win32api

    path = tmp_path / "password"
    path.write_bytes(b"s3cret")
    open_to_everyone(path)
    assert has_access_lists(path)
    monkeypatch.setattr(win32api, "GetVolumeInformation", lambda _root: ("STICK", 1, 255, 0x6, "FAT32"))
    with pytest.raises(NotPrivateError) as caught:
        read_private_file(path)
    assert caught.value.problem == "lies on a disk without access lists, where every user can read it"
    assert caught.value.remedy == "Move it to a folder of your own."


@only_windows
def test_what_windows_does_not_tell_is_taken_for_the_usual(tmp_path, monkeypatch):
    import pywintypes
    import win32api

    def refused(*_):
        raise pywintypes.error(
            1355, "GetUserNameEx", "The specified domain either does not exist or could not be contacted."
        )

    monkeypatch.setattr(win32api, "GetVolumeInformation", refused)
    monkeypatch.setattr(win32api, "GetUserNameEx", refused)
    assert has_access_lists(tmp_path)
    assert this_user() == os.environ["USERNAME"]


@only_windows
def test_folders_that_are_made_where_everyone_may_read_are_kept_for_this_user(tmp_path):
    open_to_everyone(tmp_path)
    there = tmp_path / "there"
    there.mkdir()
    open_to_everyone(there)
    make_private_folder(there / "new" / "logs")
    assert large_groups_with_access(there / "new" / "logs") == []
    assert large_groups_with_access(there / "new") == []
    assert large_groups_with_access(there) != []  # a folder that the user made stays as it is
    make_private_folder(there)
    assert large_groups_with_access(there) != []


@only_windows
def test_what_cannot_be_looked_at_names_no_group_and_cannot_be_kept(tmp_path):
    assert large_groups_with_access(tmp_path / "missing") == []
    with pytest.raises(FileNotFoundError):
        keep_for_this_user(tmp_path / "missing")


@only_windows
def test_this_user_is_named_with_the_computer_or_the_domain():
    assert this_user().rpartition("\\")[2].lower() == os.environ["USERNAME"].lower()


def _name_of(sid):
    import win32security

    return win32security.LookupAccountSid(None, win32security.ConvertStringSidToSid(sid))[0]
