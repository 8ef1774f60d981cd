"""Modes and owners by which other users of this computer can neither read nor exchange a file or folder."""

import errno
import os
import re
import stat
from functools import partial
from pathlib import Path

import pytest

from action_returns import private_files
from action_returns.private_files import (
    NotPrivateError,
    make_private_folder,
    private_opener,
    read_own_file,
    read_private_file,
    read_trusted_file,
)
from tests.support.rights import both

OTHER = os.geteuid() + 4321 if hasattr(os, "geteuid") else 0
UMASKS = [0o000, 0o002, 0o022, 0o077, 0o277, 0o777]


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def as_other_user(monkeypatch):
    """Run as a user who owns none of the files."""
    monkeypatch.setattr(os, "geteuid", lambda: OTHER)


# --- folders


def test_a_new_folder_and_those_above_it_are_private_whatever_the_umask(tmp_path, umask):
    make_private_folder(tmp_path / "a" / "b" / "submissions")
    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/submissions")] == [0o700] * 3


@pytest.mark.parametrize(
    "name", ["submissions", "exports", "logs", "backups", "clicks", "pending", "fetches", "action-returns"]
)
def test_a_folder_of_ours_that_an_older_version_left_open_is_made_private(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name).chmod(0o2775)
    make_private_folder(tmp_path / name)
    assert mode(tmp_path / name) == 0o2700


def test_the_folder_of_a_batch_that_an_older_version_left_open_is_made_private(tmp_path):
    (tmp_path / "submissions" / "0001").mkdir(parents=True)
    make_private_folder(tmp_path / "submissions" / "0001")
    assert mode(tmp_path / "submissions" / "0001") == 0o700


def test_a_folder_that_the_user_chose_keeps_its_mode(tmp_path):
    (tmp_path / "Documents").mkdir(mode=0o755)
    (tmp_path / "Documents").chmod(0o755)
    make_private_folder(tmp_path / "Documents")
    make_private_folder(tmp_path / "Documents" / "exports")
    assert (mode(tmp_path / "Documents"), mode(tmp_path / "Documents" / "exports")) == (0o755, 0o700)


def test_the_folder_of_another_user_is_left_as_it_is(tmp_path, as_other_user):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports").chmod(0o777)
    make_private_folder(tmp_path / "exports")
    assert mode(tmp_path / "exports") == 0o777


def test_a_link_that_the_user_made_is_followed_and_its_folder_left_as_it_is(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk").chmod(0o755)
    (tmp_path / "submissions").symlink_to(tmp_path / "disk")
    make_private_folder(tmp_path / "submissions")
    make_private_folder(tmp_path / "submissions" / "0001")
    assert (mode(tmp_path / "disk"), mode(tmp_path / "disk" / "0001")) == (0o755, 0o700)


@pytest.fixture
def link_of_another_user(tmp_path, monkeypatch):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "submissions").symlink_to(tmp_path / "theirs")
    monkeypatch.setattr(private_files, "_is_trusted", lambda _: False)
    return tmp_path / "submissions"


def test_a_link_that_another_user_made_is_not_followed(link_of_another_user):
    with pytest.raises(NotPrivateError, match=r"is a link that another user made\. Remove the link"):
        make_private_folder(link_of_another_user)


def test_a_file_or_a_broken_link_under_the_name_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "exports").write_bytes(b"")
    (tmp_path / "logs").symlink_to(tmp_path / "none")
    for name in ("exports", "logs"):
        with pytest.raises(FileExistsError):
            make_private_folder(tmp_path / name)


# --- files that are written


def write(path, how):
    with open(path, how, opener=private_opener) as file:
        file.write(b"row")


@pytest.mark.parametrize("how", ["xb", "ab", "wb"])
def test_a_new_file_is_private_whatever_the_umask(tmp_path, umask, how):
    with open(tmp_path / "f", how, opener=private_opener) as file:
        file.write(b"row")
    assert mode(tmp_path / "f") == 0o600


def test_a_file_that_was_open_to_others_is_narrowed_when_it_is_opened(tmp_path):
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o666)
    with open(tmp_path / "f", "ab", opener=private_opener):
        pass
    assert (mode(tmp_path / "f"), (tmp_path / "f").read_bytes()) == (0o600, b"old")


def test_a_file_whose_mode_cannot_be_changed_is_opened_all_the_same(tmp_path, monkeypatch):
    def refused(_handle, _mode):
        raise PermissionError(1, "Operation not permitted")

    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o644)
    monkeypatch.setattr(os, "fchmod", refused)
    with open(tmp_path / "f", "ab", opener=private_opener):
        pass
    assert mode(tmp_path / "f") == 0o644


@pytest.mark.parametrize("how", ["xb", "ab", "wb"])
@pytest.mark.parametrize("target", ["there", "not there"])
def test_no_link_is_followed_when_a_file_is_written(tmp_path, how, target):
    (tmp_path / "there").write_bytes(b"of another program")
    (tmp_path / "f").symlink_to(tmp_path / target)
    with pytest.raises(OSError, match=r"is a link; remove it|File exists"):
        write(tmp_path / "f", how)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "there"]
    assert (tmp_path / "there").read_bytes() == b"of another program"


def test_a_pipe_in_the_place_of_a_file_is_an_error_and_does_not_wait(tmp_path):
    os.mkfifo(tmp_path / "f")
    reader = os.open(tmp_path / "f", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(OSError, match="no regular file"):
            write(tmp_path / "f", "ab")
    finally:
        os.close(reader)
    with pytest.raises(OSError, match="No such device"):
        write(tmp_path / "f", "ab")


# --- files that are read


@pytest.fixture
def secret(tmp_path):
    (tmp_path / "mine").mkdir(mode=0o700)
    path = tmp_path / "mine" / "secret"
    path.write_bytes(b"s3cret")
    path.chmod(0o600)
    return path


@both
@pytest.mark.parametrize("rights", [0o600, 0o400, 0o700])
def test_a_file_of_this_user_alone_is_read(secret, read, rights):
    secret.chmod(rights)
    assert read(secret) == b"s3cret"
    assert mode(secret) == rights


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o644, 0o610, 0o601, 0o620, 0o602, 0o660, 0o606, 0o740])
def test_a_private_file_that_others_can_use_is_refused_with_the_command_that_mends_it(secret, rights):
    secret.chmod(rights)
    with pytest.raises(NotPrivateError, match=f"can be read by others. Run: chmod 600 {secret}"):
        read_private_file(secret)
    assert mode(secret) == rights


@pytest.mark.parametrize("rights", [0o620, 0o602, 0o666, 0o664, 0o660, 0o606])
def test_an_own_file_that_others_can_change_is_refused_with_the_command_that_mends_it(secret, rights, monkeypatch):
    monkeypatch.setattr(private_files, "_is_group_of_one", lambda _: False)
    secret.chmod(rights)
    with pytest.raises(NotPrivateError, match=f"can be changed by others. Run: chmod 600 {secret}"):
        read_own_file(secret, largest=9)
    assert mode(secret) == rights


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o444, 0o400), (0o755, 0o700)])
def test_an_own_file_that_others_can_only_read_is_read_and_made_private(secret, before, after):
    secret.chmod(before)
    assert read_own_file(secret, largest=9) == b"s3cret"
    assert mode(secret) == after


def test_a_file_that_everybody_may_read_is_read_and_keeps_its_mode(secret):
    secret.chmod(0o644)
    assert read_trusted_file(secret, largest=9) == b"s3cret"
    assert mode(secret) == 0o644
    secret.chmod(0o646)
    with pytest.raises(NotPrivateError, match="can be changed by others"):
        read_trusted_file(secret, largest=9)


def test_an_own_file_whose_mode_cannot_be_changed_is_read(secret, monkeypatch):
    def refused(_handle, _mode):
        raise OSError(30, "Read-only file system")

    secret.chmod(0o644)
    monkeypatch.setattr(os, "fchmod", refused)
    assert read_own_file(secret, largest=9) == b"s3cret"


@both
def test_a_file_of_another_user_is_refused(secret, read, monkeypatch):
    known = os.fstat

    def of_another(handle):
        facts = list(known(handle))
        facts[stat.ST_UID] = OTHER
        return os.stat_result(facts)

    monkeypatch.setattr(os, "fstat", of_another)
    with pytest.raises(NotPrivateError, match=f"belongs to user {OTHER}, not to .* Run this as user {OTHER}, or make"):
        read(secret)


def owned_by_root(monkeypatch):
    known_file, known_path = os.fstat, type(private_files.Path()).stat

    def as_root(facts):
        facts = list(facts)
        facts[stat.ST_UID] = 0
        return os.stat_result(facts)

    monkeypatch.setattr(os, "geteuid", lambda: OTHER)
    monkeypatch.setattr(os, "fstat", lambda handle: as_root(known_file(handle)))
    monkeypatch.setattr(private_files.Path, "stat", lambda path: as_root(known_path(path)))


def test_profiles_that_the_administrator_wrote_are_read_and_left_as_they_are(secret, monkeypatch):
    secret.chmod(0o644)
    owned_by_root(monkeypatch)
    assert read_own_file(secret, largest=9) == b"s3cret"
    monkeypatch.undo()
    assert mode(secret) == 0o644


def test_a_password_of_the_administrator_is_refused(secret, monkeypatch):
    owned_by_root(monkeypatch)
    with pytest.raises(NotPrivateError, match="belongs to user root"):
        read_private_file(secret)


@both
def test_a_folder_in_which_others_can_exchange_the_file_is_refused(secret, read, monkeypatch):
    secret.parent.chmod(0o777)
    with pytest.raises(NotPrivateError, match=f"others can replace it. Run: chmod go-w {secret.parent}"):
        read(secret)
    secret.parent.chmod(0o1777)
    assert read(secret) == b"s3cret"


@both
def test_a_shared_folder_of_the_administrator_is_refused_with_what_this_user_can_do(secret, read, monkeypatch):
    known = private_files.Path.stat

    def of_root(path):
        facts = list(known(path))
        facts[stat.ST_UID] = 0
        return os.stat_result(facts)

    secret.parent.chmod(0o777)
    monkeypatch.setattr(private_files.Path, "stat", of_root)
    monkeypatch.setattr(os, "geteuid", lambda: OTHER)
    monkeypatch.setattr(private_files, "_refuse_unless_mine", lambda *_, **__: None)
    with pytest.raises(NotPrivateError, match=r"others can replace it\. Move it to a folder of your own: "):
        read(secret)


@both
def test_a_folder_that_a_group_can_write_is_refused_unless_the_group_is_this_user_alone(secret, read, monkeypatch):
    secret.parent.chmod(0o770)
    monkeypatch.setattr(private_files, "_is_group_of_one", lambda _: False)
    with pytest.raises(NotPrivateError, match="chmod go-w"):
        read(secret)
    monkeypatch.setattr(private_files, "_is_group_of_one", lambda _: True)
    assert read(secret) == b"s3cret"


def test_a_folder_of_ours_that_an_older_version_left_open_is_made_private_when_the_profiles_are_read(secret):
    folder = secret.parent.rename(secret.parent.with_name("action-returns"))
    folder.chmod(0o777)
    assert read_own_file(folder / "secret", largest=9) == b"s3cret"
    assert mode(folder) == 0o700


def test_the_folder_of_a_password_is_never_changed(secret):
    folder = secret.parent.rename(secret.parent.with_name("exports"))
    folder.chmod(0o755)
    assert read_private_file(folder / "secret") == b"s3cret"
    assert mode(folder) == 0o755


@both
def test_a_folder_of_another_user_is_refused(secret, read, monkeypatch):
    known = private_files.Path.stat

    def of_another(path):
        facts = list(known(path))
        facts[stat.ST_UID] = OTHER
        return os.stat_result(facts)

    monkeypatch.setattr(private_files.Path, "stat", of_another)
    with pytest.raises(NotPrivateError, match=f"lies in a folder of user {OTHER}, who can replace it"):
        read(secret)


@pytest.mark.parametrize(
    ("group", "members", "alone"),
    [("ana", [], True), ("ana", ["ana"], True), ("ana", ["ana", "ben"], False), ("staff", [], False)],
)
def test_a_group_is_of_one_when_it_has_the_users_name_and_no_other_member(secret, monkeypatch, group, members, alone):
    facts = secret.stat()

    class Record:
        pw_name, pw_gid, gr_gid, gr_name, gr_mem = "ana", facts.st_gid, facts.st_gid, group, members

    monkeypatch.setattr("pwd.getpwuid", lambda _: Record)
    monkeypatch.setattr("grp.getgrgid", lambda _: Record)
    assert private_files._is_group_of_one(facts) is alone


def test_a_group_that_this_system_does_not_know_may_have_members(secret, monkeypatch):
    def unknown(number):
        raise KeyError(number)

    monkeypatch.setattr("grp.getgrgid", unknown)
    assert not private_files._is_group_of_one(secret.stat())


@both
def test_a_pipe_is_refused_at_once(tmp_path, read):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(OSError, match="is no regular file"):
        read(tmp_path / "pipe")


@both
def test_a_link_to_a_private_file_is_judged_by_the_file(secret, read):
    link = secret.with_name("link")
    link.symlink_to(secret)
    assert read(link) == b"s3cret"
    secret.chmod(0o666)
    with pytest.raises(NotPrivateError, match="others"):
        read(link)


def test_what_is_judged_is_what_was_opened(secret, monkeypatch):
    known = os.open

    def exchanged_after_opening(name, flags, *rest):
        handle = known(name, flags, *rest)
        secret.unlink()
        secret.write_bytes(b"another's")
        secret.chmod(0o666)
        return handle

    monkeypatch.setattr(os, "open", exchanged_after_opening)
    assert read_private_file(secret) == b"s3cret"


def test_a_name_with_spaces_is_quoted_in_the_command(tmp_path):
    path = tmp_path / "my secret"
    path.write_bytes(b"s3cret")
    path.chmod(0o644)
    with pytest.raises(NotPrivateError, match=f"chmod 600 '{path}'"):
        read_private_file(path)


def test_where_no_folder_can_be_made_the_first_refusal_is_told(tmp_path, monkeypatch):
    tried = []

    def refuse(folder, *_mode, **_options):
        tried.append(folder)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(folder))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(FileNotFoundError):
        make_private_folder(tmp_path / "a" / "b")
    assert tried == [tmp_path / "a" / "b", tmp_path / "a"]


READERS = [read_private_file, partial(read_own_file, largest=100), partial(read_trusted_file, largest=100)]


@pytest.mark.parametrize("read", READERS)
def test_a_link_of_the_user_into_a_folder_of_others_is_refused(tmp_path, read):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "file").write_text("secret")
    (tmp_path / "shared" / "file").chmod(0o600)
    (tmp_path / "link").symlink_to("shared/file")
    assert read(tmp_path / "link") == b"secret"
    (tmp_path / "shared").chmod(0o777)
    with pytest.raises(NotPrivateError, match=f"chmod go-w {re.escape(str(tmp_path / 'shared'))}"):
        read(tmp_path / "link")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the administrator can give a link to another user"
)
def test_no_folder_is_made_behind_a_link_of_another_user(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "home").symlink_to("theirs")
    make_private_folder(tmp_path / "home" / "exports")
    os.lchown(tmp_path / "home", OTHER, OTHER)
    with pytest.raises(NotPrivateError, match=r"is a link that another user made\. Remove the link: "):
        make_private_folder(tmp_path / "home" / "logs")
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["exports"]
