"""What the buttons say when the password store of this computer cannot be used."""

import pytest

from action_returns.errors import SecretError
from action_returns.excel.settings_form import answers_of, save
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile
from tests.excel.desk import GOOD

BACK_END = "no_such_package.file.PlaintextKeyring"
FTP = {"kind": "ftp", "host": "127.0.0.1", "port": 9, "username": "ann", "password": "keyring"}


@pytest.fixture
def missing_back_end(paths, monkeypatch):
    """A user whose settings name a back end of keyring that is not installed."""
    add_profile(paths.config_file, "acme", {"environment": "test", "channel": FTP})
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", BACK_END)


@pytest.mark.parametrize("button", ["test_connection", "send", "diagnose"])
def test_a_button_that_needs_a_missing_back_end_names_it_and_what_to_do(desk, missing_back_end, button):
    desk.open(GOOD)
    said = desk.click(button)
    assert f"keyring is set up for the back end {BACK_END} (the variable PYTHON_KEYRING_BACKEND)" in said
    assert "Take that setting out, or use password =" in said


def test_send_asks_nothing_when_the_password_cannot_be_read(desk, missing_back_end):
    desk.open(GOOD)
    before = len(desk.excel.alerts)
    desk.click("send")
    (told,) = desk.excel.alerts[before:]
    assert told.buttons == ("ok",)


def test_the_settings_window_says_what_is_saved_and_what_is_not(paths, missing_back_end):
    answers = answers_of("acme", load_settings(paths.config_file).profiles["acme"])
    with pytest.raises(SecretError, match=f"^Saved: profile acme, but not its password. keyring is set .* {BACK_END} "):
        save(answers, "s3cret", paths)
