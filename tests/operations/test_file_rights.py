"""What other users of this computer can read or change is told, with the command that mends it."""

import os
import shlex
import subprocess
import sys

import pytest

from action_returns.access_lists import LARGE_GROUPS, keep_for_this_user, this_user
from action_returns.errors import SettingsError
from action_returns.files import Paths
from action_returns.operations.file_rights import check_file_rights
from tests.support.rights import open_to_everyone

FINE = "only you can read and change them"


@pytest.fixture
def used(home, paths):
    """A folder that the user chose, with everything that an older version left readable in it."""
    home.chmod(0o755)
    for name in ("config.toml", "ledger.sqlite3", "ledger.sqlite3.before-step-2", "pending-columns.json", "mine.txt"):
        (home / name).write_bytes(b"")
        (home / name).chmod(0o644)
    for name in ("submissions/0001", "exports", "logs", "backups", "clicks", "pending", "fetches", "pictures"):
        (home / name).mkdir(parents=True)
        (home / name).chmod(0o755)
    (home / "submissions").chmod(0o755)
    return paths


def told(paths):
    with pytest.raises(SettingsError) as caught:
        check_file_rights(paths)
    return str(caught.value)


def run(message):
    subprocess.run(shlex.split(message.split("Run: ")[1]), check=True)


def test_the_command_that_is_told_mends_everything_of_ours_and_nothing_else(home, used):
    message = told(used)
    assert f"Other users of this computer can read or change {home / 'backups'}, " in message
    assert "and 6 more. Run: chmod -R go-rwx " in message
    run(message)
    assert check_file_rights(used) == FINE
    assert {path.name for path in home.iterdir() if path.stat().st_mode & 0o077} == {"mine.txt", "pictures"}
    assert (home / "submissions" / "0001").stat().st_mode & 0o077 == 0


def test_a_folder_in_which_others_can_write_is_told_by_itself(home, used):
    home.chmod(0o777)
    message = told(used)
    assert message == f"Other users of this computer can change what is in {home}. Run: chmod go-w {home}"
    run(message)
    assert home.stat().st_mode & 0o777 == 0o755
    run(told(used))
    assert check_file_rights(used) == FINE


def test_what_is_in_a_private_folder_is_private(home, used):
    home.chmod(0o700)
    assert check_file_rights(used) == FINE


def test_before_the_first_use_there_is_nothing_to_tell(tmp_path):
    none = tmp_path / "none"
    fine = FINE if os.name == "posix" else f"the access lists of their folders do not let in {LARGE_GROUPS}"
    assert check_file_rights(Paths(none / "config.toml", none / "ledger.sqlite3", *[none / "x"] * 3)) == fine


def test_a_folder_that_cannot_be_listed_is_no_failure(home, used, monkeypatch):
    def refused(_folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(home), "iterdir", refused)
    assert check_file_rights(used) == FINE


@pytest.mark.skipif(sys.platform != "win32", reason="the access lists of Windows")
def test_a_folder_that_everyone_may_read_is_told_on_windows(home, paths):
    fine = check_file_rights(paths)
    assert fine.startswith("the access lists of their folders do not let in Everyone, Users,")
    open_to_everyone(home)
    message = told(paths)
    assert message.startswith(f"What is in {home} can be read or changed by ")
    assert f'Run: icacls {home} /inheritance:r /grant:r "{this_user()}:(OI)(CI)F" /remove:g *S-1-1-0' in message
    keep_for_this_user(home)
    assert check_file_rights(paths) == fine
