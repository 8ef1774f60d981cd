"""The settings window on a real screen: what it shows, keeps, refuses, and never shows."""

import keyring
import pytest

from action_returns.channels.base import NewServer
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile, change_profile
from tests.support.passwords import MemoryStore


@pytest.fixture
def window(screen, paths, monkeypatch):
    monkeypatch.setenv("DISPLAY", screen.display)
    from action_returns.excel.settings_window import SettingsWindow

    opened = []

    def open_window(profile=None):
        opened.append(SettingsWindow(paths, profile))
        opened[-1].root.update()
        return opened[-1]

    yield open_window
    for one in opened:
        one.root.destroy()


def fill(window, **settings):
    for key, text in settings.items():
        window._fields[key].set(text)


def test_a_first_profile_is_made_in_the_window(window, paths, store):
    opened = window()
    opened._profile.set("acme")
    opened._environment.set("test")
    fill(opened, username="brand-1")
    opened._password.set("s3cret!")
    opened.save()
    profile = load_settings(paths.config_file).profiles["acme"]
    assert (profile.channel.kind, profile.channel.host, profile.channel.username) == (
        "ftp",
        "batch.impact.com",
        "brand-1",
    )
    assert profile.channel.password.get_secret_value() == "keyring"
    assert store.kept == {("action-returns", "acme"): "s3cret!"}
    assert "Saved: profile acme" in opened.message


TEST_UPLOADS = "TEST is not practice: a file of this profile is really uploaded to its receiver."


@pytest.mark.parametrize(("environment", "told"), [("test", True), ("live", False)])
def test_choosing_test_says_that_it_really_uploads_and_so_does_saving(window, paths, store, environment, told):
    opened = window()
    opened._environment.set(environment)
    opened._tell_environment()
    assert (opened.message == TEST_UPLOADS) is told
    fill(opened, username="brand-1")
    opened.save()
    assert opened.message.startswith("Saved: profile main")
    assert opened.message.endswith(TEST_UPLOADS) is told


def test_a_profile_without_a_chosen_environment_is_not_saved(window, paths, store):
    opened = window()
    fill(opened, username="brand-1")
    opened._password.set("s3cret!")
    assert opened._environment.get() == ""
    opened.save()
    assert "Choose test or live" in opened.message
    assert (paths.config_file.exists(), store.kept) == (False, {})


def test_another_name_does_not_take_over_the_environment_of_the_profile_that_was_shown(window, paths, store, tmp_path):
    channel = {"kind": "outbox", "directory": str(tmp_path)}
    add_profile(paths.config_file, "acme", {"environment": "live", "channel": channel})
    opened = window("acme")
    assert opened._environment.get() == "live"
    opened._profile.set("acme")
    assert opened._environment.get() == "live"
    opened._profile.set("second")
    assert opened._environment.get() == ""
    opened.save()
    assert "Choose test or live" in opened.message
    assert list(load_settings(paths.config_file).profiles) == ["acme"]
    opened._environment.set("test")
    opened._tell_environment()
    opened._profile.set("second-try")
    assert opened._environment.get() == "test", "what was chosen by hand stays"
    opened.save()
    assert load_settings(paths.config_file).profiles["second-try"].environment == "test"


def test_a_profile_that_is_gone_is_shown_under_its_own_name_with_nothing_chosen(window, paths, store):
    opened = window("gone")
    assert (opened._profile.get(), opened._environment.get()) == ("gone", "")


def test_the_password_is_masked_and_gone_from_the_window_once_it_is_kept(window, paths, store):
    opened = window()
    opened._environment.set("test")
    fill(opened, username="brand-1")
    opened._password.set("s3cret!")
    masked = [widget for widget in opened._rows if widget.winfo_class() == "TEntry" and widget.cget("show")]
    assert [widget.cget("show") for widget in masked] == ["•"]
    opened.save()
    assert opened._password.get() == ""
    assert "s3cret" not in paths.config_file.read_text() + opened.message


def test_what_is_not_allowed_is_said_and_nothing_is_written(window, paths, store):
    opened = window()
    opened._environment.set("test")
    fill(opened, host="ftp://batch.impact.com/", username="brand-1")
    opened.save()
    assert "host" in opened.message
    assert not paths.config_file.exists()


def test_plain_ftp_needs_a_yes(window, paths, store):
    opened = window()
    opened._environment.set("test")
    fill(opened, username="brand-1", security="plain")
    opened.save()
    assert "accept_plaintext" in opened.message
    fill(opened, accept_plaintext="yes")
    opened.save()
    assert load_settings(paths.config_file).profiles["main"].channel.accept_plaintext


def test_another_channel_asks_other_questions(window):
    opened = window()
    opened._kind.set("email")
    opened._show(type(opened.answers())("main", "test", "email"))
    assert list(opened._fields) == ["host", "port", "security", "accept_plaintext", "username", "sender", "recipient"]


def test_a_change_keeps_what_the_window_does_not_ask_and_the_comments(window, paths, store, tmp_path):
    paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(
        '# mine\ndefault_profile = "acme"\n[profiles.acme]\nenvironment = "live"  # really\nmax_amount = "500"\n'
        f'[profiles.acme.channel]\nkind = "outbox"\ndirectory = "{tmp_path}"\n'
    )
    opened = window("acme")
    fill(opened, directory=str(tmp_path / "other"))
    opened.save()
    text = paths.config_file.read_text()
    assert "# mine" in text
    assert "# really" in text
    profile = load_settings(paths.config_file).profiles["acme"]
    assert (profile.max_amount, str(profile.channel.directory)) == ("500", str(tmp_path / "other"))


def test_the_connection_is_tested_with_what_is_saved(window, paths, store, tmp_path):
    add_profile(
        paths.config_file, "box", {"environment": "test", "channel": {"kind": "outbox", "directory": str(tmp_path)}}
    )
    opened = window("box")
    opened.test()
    assert "may be written to" in opened.message
    opened._profile.set("nobody")
    opened.test()
    assert 'no profile "nobody"' in opened.message


def test_without_a_password_store_the_profile_is_kept_and_the_reason_is_said(window, paths, monkeypatch):
    monkeypatch.setattr(keyring, "get_keyring", lambda: MemoryStore())
    opened = window()
    opened._environment.set("test")
    fill(opened, username="brand-1")
    opened._password.set("s3cret!")
    opened.save()
    assert "s3cret" not in opened.message
    assert "password" in opened.message.lower()


def test_the_window_can_be_looked_at(window, screen, tmp_path):
    opened = window()
    opened.root.geometry("+40+40")
    opened.root.update()
    screen.picture(tmp_path / "settings.png")
    assert (tmp_path / "settings.png").stat().st_size > 1000


KEY = "SHA256:" + "x" * 43


def sftp(opened, **settings):
    opened._kind.set("sftp")
    opened._show(type(opened.answers())("acme", "test", "sftp"))
    fill(opened, host="sftp.example.com", username="brand-1", **settings)


def test_a_key_that_was_confirmed_stays_with_its_server_and_goes_with_another_one(window, paths, store):
    opened = window()
    sftp(opened, port="22")
    opened.save()
    channel = {"kind": "sftp", "host_key": KEY}
    change_profile(paths.config_file, "acme", {"channel": channel})
    fill(opened, directory="/in")
    opened.save()
    kept = load_settings(paths.config_file).profiles["acme"].channel
    assert (kept.directory, kept.host_key, kept.password.get_secret_value()) == ("/in", KEY, "keyring")
    fill(opened, host="other.example.com")
    opened.save()
    assert load_settings(paths.config_file).profiles["acme"].channel.host_key is None


def test_a_private_key_wants_a_password_only_where_one_is_typed(window, paths, store):
    opened = window()
    sftp(opened, port="22", private_key="~/key")
    opened.save()
    assert load_settings(paths.config_file).profiles["acme"].channel.password is None
    opened._password.set("opens the key")
    opened.save()
    opened.save()
    assert load_settings(paths.config_file).profiles["acme"].channel.password.get_secret_value() == "keyring"
    assert store.kept == {("action-returns", "acme"): "opens the key"}


@pytest.mark.parametrize("answer", [True, False])
def test_a_new_server_is_asked_about_in_the_window(window, monkeypatch, answer):
    asked = []
    monkeypatch.setattr(
        "action_returns.excel.settings_window.messagebox.askyesno",
        lambda *words, **facts: asked.append((*words, facts["default"])) or answer,
    )
    opened = window()
    assert opened.confirm(NewServer("sftp.example.com", 22, KEY)) is answer
    assert KEY in asked[0][1]
    assert asked[0][2] == "no"


def test_the_window_shows_every_character_of_what_others_say(window, paths, monkeypatch):
    asked = []
    monkeypatch.setattr("tkinter.messagebox.askyesno", lambda _title, text, **_options: asked.append(text))
    opened = window()
    opened._try(lambda: "it said: \x1b[2J\u202e")
    assert opened.message == "it said: [U+001B][2J[U+202E]"
    opened.confirm(NewServer("sftp.example.com\u202e", 22, "SHA256:x"))
    assert "sftp.example.com[U+202E]" in asked[0]
