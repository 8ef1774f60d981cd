"""Which store of passwords is used, and what is said when there is none, it is locked, or its back end cannot be loaded."""

import logging
import sys

import keyring
import pytest
from keyring.errors import (
    InitError,
    KeyringError,
    KeyringLocked,
    NoKeyringError,
    PasswordDeleteError,
    PasswordSetError,
)

from action_returns.errors import SecretError
from action_returns.settings.secrets import delete_secret, password_state, read_secret, set_secret
from tests.support.passwords import MemoryStore

ELSEWHERE = 'use password = "env:NAME" or "file:PATH" in the profile'


@pytest.fixture(autouse=True)
def keyring_at_its_start(monkeypatch, tmp_path):
    """keyring as in a new process of a user without settings for it."""
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setattr("keyring.util.platform_.config_root", lambda: tmp_path)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)


@pytest.fixture(params=["variable", "file"])
def name_back_end(request, monkeypatch, tmp_path):
    """Names a back end as a user does; returns where it is named."""

    def name(back_end):
        if request.param == "variable":
            monkeypatch.setenv("PYTHON_KEYRING_BACKEND", back_end)
            return "the variable PYTHON_KEYRING_BACKEND"
        (tmp_path / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring={back_end}\n")
        return str(tmp_path / "keyringrc.cfg")

    return name


@pytest.fixture
def module(monkeypatch, tmp_path):
    """Writes a module that Python finds."""

    def write(name, content):
        monkeypatch.setattr("sys.dont_write_bytecode", True)  # several tests write modules of one name in one second
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / "modules").mkdir()
        (tmp_path / "modules" / f"{name}.py").write_text(content)
        monkeypatch.setattr(sys, "path", [str(tmp_path / "modules"), *sys.path])
        return name

    return write


def refused_alike():
    """Return what is said when a password is read, set and removed, which is the same."""
    said = set()
    for action in (
        lambda: read_secret("keyring", profile="acme"),
        lambda: set_secret("acme", "s3cret"),
        lambda: delete_secret("acme"),
    ):
        with pytest.raises(SecretError) as caught:
            action()
        said.add((str(caught.value), caught.value.state))
        assert "s3cret" not in str(caught.value)
    (both,) = said
    assert both == password_state("keyring", profile="acme")[::-1]
    return both


@pytest.mark.parametrize(
    "back_end",
    [
        "no_such_package.file.PlaintextKeyring",
        "keyring.backends.no_such_module.Keyring",
        "keyring.backends.null.NoSuchClass",
        "PlaintextKeyring",
    ],
)
def test_a_back_end_that_is_named_but_not_installed_is_told_with_the_place_of_its_name(name_back_end, back_end):
    where = name_back_end(back_end)
    said, state = refused_alike()
    assert said.startswith(f"keyring is set up for the back end {back_end} ({where}), which is not installed. ")
    assert said.endswith(f" Take that setting out, or {ELSEWHERE}.")
    assert state == "back end missing"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("import a_library_that_is_not_there", "No module named 'a_library_that_is_not_there' (ModuleNotFoundError)"),
        ("raise ZeroDivisionError", "ZeroDivisionError"),
        ("raise SystemExit('stop')", "stop (SystemExit)"),
        ("def", "invalid syntax"),
        ("class Keyring: priority = 1", "The keyring must be an instance of KeyringBackend (TypeError)"),
        ("class Keyring:\n    priority = 1\n    def __init__(self): raise OSError(5, 'no disk')", "no disk (OSError)"),
    ],
)
def test_a_back_end_that_cannot_be_loaded_is_told_with_the_reason(name_back_end, module, content, why):
    where = name_back_end(f"{module('broken_back_end', content)}.Keyring")
    said, state = refused_alike()
    assert said.startswith(
        f"keyring is set up for the back end broken_back_end.Keyring ({where}), which cannot be loaded: {why}"
    )
    assert said.endswith(f". Take that setting out, or {ELSEWHERE}.")
    assert state == "back end broken"


@pytest.mark.parametrize("raised", ["RuntimeError('no daemon runs')", "keyring.errors.InitError('no daemon runs')"])
def test_a_back_end_whose_store_is_not_there_is_told_with_the_reason(name_back_end, module, raised):
    content = f"import keyring.errors\nclass Keyring:\n    priority = 1\n    def __init__(self): raise {raised}"
    name_back_end(f"{module('back_end_without_store', content)}.Keyring")
    said, state = refused_alike()
    assert "which does not work here: no daemon runs. Take that setting out, or" in said
    assert state == "no store"


def test_a_back_end_that_is_named_and_does_not_encrypt_is_never_used(name_back_end):
    where = name_back_end("keyring.backends.null.Keyring")
    said, state = refused_alike()
    assert said.startswith(f"keyring is set up for the back end keyring.backends.null.Keyring ({where}), which is none")
    assert said.endswith(f"KWallet). Take that setting out, or {ELSEWHERE}.")
    assert state == "no store"


def test_a_variable_that_is_set_to_nothing_is_told(monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "")
    said, state = refused_alike()
    assert "for the back end (none) (the variable PYTHON_KEYRING_BACKEND), which is not installed" in said
    assert state == "back end missing"


@pytest.mark.parametrize("content", [b"default-keyring", b"[backend]\ndefault-keyring=\xff\n", b"[a]\n[a]\n"])
def test_settings_of_keyring_that_are_damaged_are_told_with_their_file(tmp_path, content):
    (tmp_path / "keyringrc.cfg").write_bytes(content)
    assert refused_alike() == (
        f"{tmp_path / 'keyringrc.cfg'}, the settings of keyring, is damaged. Repair or delete it, or {ELSEWHERE}.",
        "back end broken",
    )


@pytest.mark.parametrize("content", ["[backend]\n", "[other]\ndefault-keyring=a.B\n", ""])
def test_settings_of_keyring_that_name_no_back_end_leave_the_choice_to_it(monkeypatch, tmp_path, content):
    (tmp_path / "keyringrc.cfg").write_text(content)
    monkeypatch.setattr("keyring.backend.get_all_keyring", list)
    said, state = refused_alike()
    assert said.startswith("This machine has no password store that encrypts (Keychain, Credential Manager,")
    assert state == "no store"


class Encrypts(MemoryStore):
    __module__ = "keyring.backends.SecretService"
    __qualname__ = "Keyring"


def test_a_back_end_that_was_not_asked_for_and_is_broken_does_not_keep_a_good_one_from_being_used(monkeypatch):
    """keyring 25 makes an object of every installed back end; one that raises stops it."""
    kept = Encrypts()

    def load(name):
        if name != "keyring.backends.SecretService.Keyring":
            raise RuntimeError(name)
        return kept

    def stopped():
        raise ZeroDivisionError("of a back end that another program installed")

    monkeypatch.setattr("keyring.backend.get_all_keyring", stopped)
    monkeypatch.setattr("keyring.core.load_keyring", load)
    set_secret("acme", "s3cret")
    assert read_secret("keyring", profile="acme") == "s3cret"

    def load_none(name):
        raise RuntimeError(name)

    monkeypatch.setattr("keyring.core.load_keyring", load_none)
    said, state = refused_alike()
    assert "cannot be found: of a back end that another program installed (ZeroDivisionError). Use password" in said
    assert state == "no store"


def test_of_several_good_back_ends_the_one_that_keyring_prefers_is_used(monkeypatch):
    class Preferred(Encrypts):
        __module__, __qualname__ = Encrypts.__module__, Encrypts.__qualname__
        priority = 5.1

    def load(name):
        return Preferred() if "kwallet" in name else Encrypts()

    def stopped():
        raise ZeroDivisionError

    monkeypatch.setattr("keyring.backend.get_all_keyring", stopped)
    monkeypatch.setattr("keyring.core.load_keyring", load)
    monkeypatch.setattr(Preferred, "get_password", lambda *_: "of the preferred one")
    assert read_secret("keyring", profile="acme") == "of the preferred one"


def test_nothing_is_printed_about_back_ends_of_others(monkeypatch, caplog):
    """keyring logs a traceback, and Python prints what no one listens to."""

    def noisy():
        logging.getLogger("keyring.backend").error("Error initializing plugin")
        return []

    monkeypatch.setattr("keyring.backend.get_all_keyring", noisy)
    refused_alike()
    assert not caplog.records


# --- what a store raises


class Raising(MemoryStore):
    def __init__(self, reading, *, setting=None, removing=None):
        super().__init__()
        self.errors = {"get": reading, "set": setting or reading, "delete": removing or reading}

    def _raise(self, which):
        if self.errors[which] is not None:
            raise self.errors[which]

    def get_credential(self, *_):
        self._raise("get")

    def set_password(self, *_):
        self._raise("set")

    def delete_password(self, *_):
        self._raise("delete")


def caused(error, cause):
    error.__cause__ = cause
    return error


class PromptDismissedException(Exception):
    """As SecretStorage 3 raises it."""


class LockedException(Exception):
    """As SecretStorage 3 raises it."""


LOCKED = [
    KeyringLocked("Failed to unlock the collection!"),
    LockedException("Item is locked!"),
    caused(InitError("Failed to create the collection: Prompt dismissed.."), PromptDismissedException("dismissed")),
    # A Mac's keychain over SSH, as keyring 25 wraps it.
    caused(KeyringError("Can't get password from keychain"), OSError(-25308, "Unknown Error")),
]


@pytest.mark.parametrize("error", LOCKED)
def test_a_store_behind_a_lock_is_called_locked_never_missing(monkeypatch, error):
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: Raising(error))
    state, reason = password_state("keyring", profile="acme")
    assert state == "locked"
    assert reason.startswith("The password store of this machine did not answer: ")
    assert reason.endswith(f". It is locked: unlock it, then try again. On a server without a desktop, {ELSEWHERE}.")
    assert "!." not in reason
    assert "..." not in reason


@pytest.mark.parametrize(
    "error",
    [
        NoKeyringError("No recommended backend was available."),
        InitError("Failed to open keyring: the daemon is gone."),
        OSError(1312, "A specified logon session does not exist."),
    ],
)
def test_a_store_that_is_not_there_for_this_session_is_called_no_store(monkeypatch, error):
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: Raising(error))
    state, reason = password_state("keyring", profile="acme")
    assert state == "no store"
    assert reason.endswith(f". Sign in at the desktop of this machine, or {ELSEWHERE}.")


def test_whatever_else_a_store_raises_is_called_not_readable(monkeypatch):
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: Raising(ValueError("odd")))
    state, reason = password_state("keyring", profile="acme")
    assert state == "not readable"
    assert reason.endswith(f"did not answer: odd. Try again. If that does not help, {ELSEWHERE}.")


def test_a_password_that_the_words_of_a_store_repeat_is_not_shown(monkeypatch):
    error = ValueError("cannot keep 's3cret' here")
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: Raising(error))
    with pytest.raises(SecretError, match="did not take the password: its words hold the password") as refused:
        set_secret("acme", "s3cret")
    assert "s3cret" not in str(refused.value)


def test_a_password_that_a_locked_store_keeps_is_not_said_to_be_gone_when_it_was_not_removed(monkeypatch):
    """KWallet and a Mac's keychain say with the same error that there is none and that the user may not."""
    refused = PasswordDeleteError("Cancelled by user")
    for reading in (KeyringLocked("Failed to unlock the keyring!"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "")):
        store = Raising(reading, removing=refused)
        monkeypatch.setattr("action_returns.settings.secrets._store", lambda store=store: store)
        with pytest.raises(SecretError, match="did not remove the password: Cancelled by user"):
            delete_secret("acme")
    kept = MemoryStore()
    kept.set_password("action-returns", "acme", "s3cret")
    monkeypatch.setattr(kept, "delete_password", Raising(None, removing=refused).delete_password)
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: kept)
    with pytest.raises(SecretError, match="did not remove the password"):
        delete_secret("acme")
    kept.kept.clear()
    assert delete_secret("acme") is False


def test_a_password_that_a_user_did_not_let_the_store_take_is_told(monkeypatch):
    store = Raising(None, setting=PasswordSetError("Cancelled by user"))
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: store)
    with pytest.raises(SecretError, match=r"did not take the password: Cancelled by user\. Try again"):
        set_secret("acme", "s3cret")


def test_the_store_of_this_machine_is_asked_for_once(monkeypatch):
    asked = []
    monkeypatch.setattr(keyring, "get_keyring", lambda: asked.append(1) or Encrypts())
    with pytest.raises(SecretError, match="There is no password for profile acme yet"):
        read_secret("keyring", profile="acme")
    assert asked == [1]


def test_a_keyring_that_is_not_installed_as_a_whole_is_told_by_every_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delitem(sys.modules, "keyring.errors")
    said, state = refused_alike()
    assert said.startswith("The password store of this machine cannot be found: import of keyring halted")
    assert state == "no store"
