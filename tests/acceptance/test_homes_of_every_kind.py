"""Wherever the folder of profiles and record should lie, each command ends in words that say what to do."""

import pytest

from action_returns.errors import SettingsError
from action_returns.files import default_paths
from tests.support.batches import ONE
from tests.support.cli import run_here

OUTBOX = ("profile", "add", "acme", "--environment", "test", "--kind", "outbox", "--set", "directory=/x")
COMMANDS = [("doctor",), ("history", "list"), ("profile", "list"), ("check", "FILE"), ("send", "FILE"), OUTBOX]
TOO_LONG = "x" * 300
"""More than the 255 bytes that file systems allow in a name, so that not even a look at it succeeds."""


def run(capsys, tmp_path, command):
    file = tmp_path / "returns.csv"
    file.write_text(f"ActionId,Amount,Reason\n{ONE},12.50,ORDER_UPDATE\n", encoding="utf-8")
    return run_here(capsys, *(str(file) if word == "FILE" else word for word in command))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_home_of_a_user_whom_the_system_does_not_know_is_told_and_is_no_folder_here(
    capsys, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACTION_RETURNS_HOME", "~nosuchuser/returns")
    ended = run(capsys, tmp_path, command)
    assert ended.code == 9
    assert ended.err.startswith("Stopped: ACTION_RETURNS_HOME: this computer knows no home folder of the user it names")
    assert "whole path" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["returns.csv"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_user_without_a_home_reads_which_variable_to_set(capsys, tmp_path, monkeypatch, command):
    import pwd

    for name in ("ACTION_RETURNS_HOME", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(number):
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    ended = run(capsys, tmp_path, command)
    assert ended.code == 9
    assert "HOME is not set" in ended.err
    assert "Set ACTION_RETURNS_HOME" in ended.err


def test_python_programs_get_the_same_error(monkeypatch):
    with pytest.raises(SettingsError, match="Set ACTION_RETURNS_HOME"):
        default_paths({"ACTION_RETURNS_HOME": "~nosuchuser"})


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_home_that_cannot_even_be_looked_at_is_no_unexpected_error(capsys, tmp_path, monkeypatch, command):
    monkeypatch.setenv("ACTION_RETURNS_HOME", str(tmp_path / TOO_LONG))
    ended = run(capsys, tmp_path, command)
    assert "Unexpected" not in ended.printed.decode()


@pytest.mark.parametrize("variable", ["XDG_DATA_HOME", "XDG_CONFIG_HOME"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_folder_of_the_desktop_that_cannot_be_looked_at_is_no_unexpected_error(
    capsys, tmp_path, monkeypatch, variable, command
):
    monkeypatch.delenv("ACTION_RETURNS_HOME")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv(variable, str(tmp_path / TOO_LONG))
    ended = run(capsys, tmp_path, command)
    assert "Unexpected" not in ended.printed.decode()


def test_a_profile_that_cannot_be_written_is_told(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("ACTION_RETURNS_HOME", str(tmp_path / "home"))
    (tmp_path / "home").write_text("a file where the folder should be")
    ended = run(capsys, tmp_path, OUTBOX)
    assert ended.code == 9
    assert "Not a directory" in ended.err


def test_an_export_tells_that_the_ledger_could_not_be_looked_at(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("ACTION_RETURNS_HOME", str(tmp_path / "home"))
    run(capsys, tmp_path, OUTBOX)
    (tmp_path / "home" / "ledger.sqlite3").mkdir()
    ended = run(capsys, tmp_path, ("export", "FILE"))
    assert ended.code == 11
    assert "It could not be looked up what was sent before" in ended.err
