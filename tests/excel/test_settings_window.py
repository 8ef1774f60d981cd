"""The settings window on a real screen: what it shows, keeps, refuses, and never shows."""

import tkinter as tk

import keyring
import pytest

from action_returns.channels.base import NewServer
from action_returns.errors import LedgerError
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile, change_profile
from tests.support.passwords import MemoryStore


@pytest.fixture
def window(desktop, paths):
    from action_returns.excel.settings_window import SettingsWindow

    opened = []

    def open_window(profile=None):
        opened.append(SettingsWindow(paths, profile))
        opened[-1].root.update()
        return opened[-1]

    yield open_window
    for one in opened:
        if is_open(one):
            one.root.destroy()


def is_open(opened):
    try:
        return bool(opened.root.winfo_exists())
    except tk.TclError:  # its interpreter is gone
        return False


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
    assert "s3cret" not in paths.config_file.read_text(encoding="utf-8") + opened.message


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
    encrypted = ["host", "port", "security", "accept_plaintext", "ca_file"]
    assert list(opened._fields) == [*encrypted, "username", "sender", "recipient"]


def test_a_change_keeps_what_the_window_does_not_ask_and_the_comments(window, paths, store, tmp_path):
    paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(
        '# mine\ndefault_profile = "acme"\n[profiles.acme]\nenvironment = "live"  # really\nmax_amount = "500"\n'
        f"[profiles.acme.channel]\nkind = \"outbox\"\ndirectory = '{tmp_path}'\n"
    )
    opened = window("acme")
    fill(opened, directory=str(tmp_path / "other"))
    opened.save()
    text = paths.config_file.read_text(encoding="utf-8")
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
    opened = window("nobody")
    opened.test()
    assert 'no profile "nobody"' in opened.message


def test_what_is_not_saved_is_not_tested(window, paths, store, tmp_path):
    channel = {"kind": "outbox", "directory": str(tmp_path)}
    add_profile(paths.config_file, "box", {"environment": "test", "channel": channel})
    opened = window("box")
    fill(opened, directory=str(tmp_path / "other"))
    opened.test()
    assert opened.message == "Not tested: what you changed is not saved yet. Save, then test."
    opened.save()
    opened.test()
    assert str(tmp_path / "other") in opened.message


def test_a_profile_that_is_chosen_again_is_shown_as_it_was_saved(window, paths, store, tmp_path):
    channel = {"kind": "outbox", "directory": str(tmp_path)}
    for name in ("box", "other"):
        add_profile(paths.config_file, name, {"environment": "test", "channel": channel})
    opened = window("box")
    fill(opened, directory=str(tmp_path / "new"))
    opened.save()
    for name in ("other", "box"):
        opened._profile.set(name)
        opened._first_field.event_generate("<<ComboboxSelected>>")
    assert opened.answers().settings["directory"] == str(tmp_path / "new")


def test_a_new_profile_can_be_chosen_once_it_is_saved(window, paths, store, tmp_path):
    add_profile(
        paths.config_file, "box", {"environment": "test", "channel": {"kind": "outbox", "directory": str(tmp_path)}}
    )
    opened = window("box")
    opened._profile.set("second")
    opened._environment.set("test")
    opened.save()
    assert opened._first_field.cget("values") == ("box", "second")


def test_a_password_stays_in_the_window_until_it_is_kept(window, paths, store):
    opened = window()
    fill(opened, username="brand-1")
    opened._password.set("s3cret!")
    opened.save()
    assert "Choose test or live" in opened.message
    opened._environment.set("test")
    opened.save()
    assert store.kept == {("action-returns", "main"): "s3cret!"}
    assert opened._password.get() == ""


@pytest.mark.parametrize("answer", [True, False])
def test_closing_asks_about_what_was_changed_and_not_saved(window, monkeypatch, answer):
    asked = []
    monkeypatch.setattr(
        "action_returns.excel.settings_window.messagebox.askokcancel",
        lambda *words, **facts: asked.append((*words, facts["default"])) or answer,
    )
    opened = window()
    opened._password.set("s3cret!")
    opened.close()
    assert asked == [("Action Returns", "Close without saving what you changed?", "cancel")]
    assert is_open(opened) is not answer


def test_closing_asks_nothing_when_everything_is_saved(window, paths, store, monkeypatch):
    monkeypatch.setattr("action_returns.excel.settings_window.messagebox.askokcancel", lambda *_words, **_facts: 1 / 0)
    untouched = window()
    untouched.close()
    opened = window()
    opened._environment.set("test")
    fill(opened, username="brand-1")
    opened.save()
    opened.close()
    assert not is_open(untouched)
    assert not is_open(opened)


def test_tab_goes_through_the_fields_from_top_to_bottom_and_then_to_the_buttons(window):
    opened = window()
    opened._kind.set("email")
    opened._show(type(opened.answers())("main", "test", "email"))
    opened.root.update()
    places, widget = [], opened._first_field
    for _ in range(15):
        places.append((widget.winfo_rooty(), widget.winfo_rootx()))
        widget = widget.tk_focusNext()
    assert widget is opened._first_field
    assert places == sorted(places)


def test_no_turn_of_the_wheel_makes_test_live_or_an_encrypted_connection_plain(window):
    opened = window()
    opened._environment.set("test")
    opened.root.update()
    before = opened.answers()
    for box in (*opened._frame.winfo_children(), *opened._rows):
        if box.winfo_class() == "TCombobox":
            box.event_generate("<MouseWheel>", delta=-120)
            if box.tk.call("tk", "windowingsystem") == "x11":
                box.event_generate("<Button-5>")
    opened.root.update()
    assert opened.answers() == before


def test_an_unexpected_error_is_shown_in_the_window_and_its_details_are_kept(window, paths, monkeypatch):
    monkeypatch.setattr("action_returns.excel.settings_window.save", lambda *_words: {}["gone"])
    opened = window()
    opened.root.after(0, opened.save)
    opened.root.update()
    (details,) = paths.logs.iterdir()
    assert opened.message == f"Unexpected error (KeyError). Nothing was sent. Details are in {details}."


def test_another_error_than_one_of_the_settings_is_shown_too(window):
    opened = window()
    opened._try(lambda: (_ for _ in ()).throw(LedgerError("The ledger cannot be opened.")))
    assert opened.message == "The ledger cannot be opened."


def test_without_a_password_store_the_profile_is_kept_and_the_reason_is_said(window, paths, monkeypatch):
    monkeypatch.setattr(keyring, "get_keyring", lambda: MemoryStore())
    opened = window()
    opened._environment.set("test")
    fill(opened, username="brand-1")
    opened._password.set("s3cret!")
    opened.save()
    assert "s3cret" not in opened.message
    assert "password" in opened.message.lower()
    assert opened._first_field.cget("values") == ("main",)


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
