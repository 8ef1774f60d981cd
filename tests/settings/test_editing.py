"""Changing config.toml: what the user wrote in it stays, and a change that is not right changes nothing."""

import errno
import stat
from pathlib import Path

import pytest

from action_returns.errors import ConfigError
from action_returns.settings import editing
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile, change_profile, remove_profile, use_profile
from tests.settings.texts import FTP, OUTBOX


def test_adding_a_profile_keeps_what_the_user_wrote(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("# mine\n" + FTP)
    add_profile(path, "second", {"environment": "test", "channel": {"kind": "outbox", "directory": "/x"}})
    use_profile(path, "second")
    assert path.read_text().startswith("# mine")
    assert load_settings(path).choose()[0] == "second"
    remove_profile(path, "second")
    assert list(load_settings(path).profiles) == ["acme"]


@pytest.mark.parametrize("make", [add_profile, change_profile])
def test_the_first_profile_becomes_the_default_and_a_later_one_does_not(tmp_path, make):
    path = tmp_path / "made" / "config.toml"
    make(path, "first", OUTBOX)
    make(path, "second", OUTBOX)
    settings = load_settings(path)
    assert (settings.default_profile, list(settings.profiles)) == ("first", ["first", "second"])


def test_removing_a_profile_leaves_the_default_unless_it_was_that_one(tmp_path):
    path = tmp_path / "config.toml"
    for name in ("first", "second"):
        add_profile(path, name, OUTBOX)
    remove_profile(path, "second")
    assert load_settings(path).default_profile == "first"
    remove_profile(path, "first")
    assert load_settings(path).default_profile is None


@pytest.mark.parametrize("kind", ["outbox", "draft"])
def test_another_kind_of_channel_keeps_no_setting_of_the_old_one(tmp_path, kind):
    path = tmp_path / "config.toml"
    path.write_text(FTP)
    change_profile(path, "acme", {"channel": {"kind": kind, "directory": "/x"}})
    profile = load_settings(path).profiles["acme"]
    assert profile.channel.model_dump(exclude_unset=True) == {"kind": kind, "directory": Path("/x")}
    assert (profile.environment, profile.max_amount, profile.time_zone) == ("live", "500.5", "America/Los_Angeles")
    for old in ("host", "port", "username", "password", "security", "upload"):
        assert f"{old} =" not in path.read_text()


def test_a_change_within_a_kind_keeps_every_other_setting_and_comment(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FTP.replace("port = 21", "port = 21  # as agreed"))
    change_profile(path, "acme", {"channel": {"kind": "ftp", "port": 21, "host": "other.example.com", "upload": None}})
    text = path.read_text()
    assert text == FTP.replace("port = 21", "port = 21  # as agreed").replace(
        '"batch.impact.com"', '"other.example.com"'
    ).replace('upload = "direct"\n', "")


def test_only_the_user_can_read_the_profiles(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FTP)
    path.chmod(0o644)
    add_profile(path, "second", OUTBOX)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_profile_that_is_not_right_changes_nothing(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FTP)
    for change in (
        lambda: add_profile(path, "x", {"environment": "nope", "channel": {"kind": "outbox", "directory": "/x"}}),
        lambda: add_profile(path, "acme", {"environment": "test", "channel": {"kind": "outbox", "directory": "/x"}}),
        lambda: use_profile(path, "nobody"),
        lambda: remove_profile(path, "nobody"),
    ):
        with pytest.raises(ConfigError):
            change()
        assert path.read_text() == FTP


def test_a_file_that_is_a_link_into_another_folder_stays_one(tmp_path):
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles" / "returns.toml").write_text("# mine\n" + FTP)
    path = tmp_path / "config.toml"
    path.symlink_to("dotfiles/returns.toml")
    add_profile(path, "second", OUTBOX)
    assert path.is_symlink()
    assert (tmp_path / "dotfiles" / "returns.toml").read_text().startswith("# mine")
    assert list(load_settings(path).profiles) == ["acme", "second"]


def test_a_file_that_cannot_be_written_is_told_and_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "config.toml"
    path.write_text(FTP)

    def full(*_arguments, **_options):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(editing, "write_atomically", full)
    with pytest.raises(ConfigError, match=r"cannot be written: Read-only file system\. Nothing was changed"):
        add_profile(path, "second", OUTBOX)
    assert path.read_text() == FTP
