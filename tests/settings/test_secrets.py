"""Where a password comes from: a variable, a private file, or a store that encrypts."""

import os
import sys

import pytest
from keyring.credentials import SimpleCredential
from keyring.errors import KeyringLocked

from action_returns.errors import SecretError
from action_returns.settings.secrets import delete_secret, ledger_account, password_state, read_secret, set_secret
from tests.support.passwords import MemoryStore
from tests.support.rights import make_private, open_to_everyone


def test_a_secret_comes_from_a_variable(monkeypatch):
    monkeypatch.setenv("ACME_PASSWORD", "s3cret")
    assert read_secret("env:ACME_PASSWORD", profile="acme") == "s3cret"
    monkeypatch.delenv("ACME_PASSWORD")
    with pytest.raises(SecretError, match="ACME_PASSWORD, which is not set"):
        read_secret("env:ACME_PASSWORD", profile="acme")


def test_a_secret_comes_from_a_private_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret \n", newline="")
    make_private(path)
    assert read_secret(f"file:{path}", profile="acme") == "s3cret "
    path.write_text("\n")
    with pytest.raises(SecretError, match="empty"):
        read_secret(f"file:{path}", profile="acme")
    with pytest.raises(SecretError, match="cannot be read"):
        read_secret(f"file:{path}x", profile="acme")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_end_of_the_line_is_no_part_of_a_password(tmp_path, end):
    path = tmp_path / "password"
    path.write_bytes(f" s3cret {end}".encode())
    make_private(path)
    assert read_secret(f"file:{path}", profile="acme") == " s3cret "


def test_a_file_that_holds_more_than_a_password_is_refused(tmp_path):
    path = tmp_path / "password"
    path.write_text("x" * 4097)
    make_private(path)
    with pytest.raises(SecretError, match="too large"):
        read_secret(f"file:{path}", profile="acme")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_password_with_umlauts_is_read_as_editors_of_windows_save_it(tmp_path, mark):
    path = tmp_path / "Kennwort für acme"
    path.write_bytes(f"{mark}s3crét€\r\n".encode())
    make_private(path)
    assert read_secret(f"file:{path}", profile="acme") == "s3crét€"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("\ufeffs3cret\r\n".encode("utf-16-le"), r"is UTF-16 text, as PowerShell's > writes it.* Save it as UTF-8\.$"),
        ("s3cret".encode("utf-16-le"), r"is UTF-16 text.* Save it as UTF-8\.$"),
        ("s3crét".encode("cp1252"), "cannot be read: it is not UTF-8 text"),
    ],
)
def test_a_password_file_in_another_encoding_is_refused(tmp_path, content, says):
    path = tmp_path / "password"
    path.write_bytes(content)
    make_private(path)
    with pytest.raises(SecretError, match=says) as caught:
        read_secret(f"file:{path}", profile="acme")
    assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize("change", [True, False])
def test_a_password_file_that_everyone_can_use_is_refused_with_the_command_that_mends_it(tmp_path, change):
    path = tmp_path / "password"
    path.write_text("s3cret")
    make_private(path)
    open_to_everyone(path, change=change)
    with pytest.raises(SecretError, match=r"can be read .*\. Run: (chmod 600|icacls) ") as caught:
        read_secret(f"file:{path}", profile="acme")
    assert "s3cret" not in str(caught.value)
    make_private(path)
    assert read_secret(f"file:{path}", profile="acme") == "s3cret"


def test_a_password_file_that_anyone_else_can_use_is_refused(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret")
    for mode in (0o640, 0o604, 0o644, 0o610, 0o601, 0o620, 0o602, 0o660, 0o606, 0o740):
        path.chmod(mode)
        with pytest.raises(SecretError, match="chmod 600") as caught:
            read_secret(f"file:{path}", profile="acme")
        assert "s3cret" not in str(caught.value)


def test_a_password_file_that_only_the_user_can_use_is_read(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret")
    for mode in (0o600, 0o400, 0o700):
        path.chmod(mode)
        assert read_secret(f"file:{path}", profile="acme") == "s3cret"


def test_a_variable_that_is_empty_holds_no_password(monkeypatch):
    monkeypatch.setenv("ACME_PASSWORD", "")
    with pytest.raises(SecretError, match="ACME_PASSWORD, which is not set"):
        read_secret("env:ACME_PASSWORD", profile="acme")


def test_among_several_password_stores_the_one_that_encrypts_is_used(monkeypatch):
    import keyring
    from keyring.backends import null

    class Store(MemoryStore):
        __module__ = "keyring.backends.SecretService"
        __qualname__ = "Keyring"

        def get_password(self, service, account):
            return f"{service} {account} s3cret"

    class Several:
        backends = (null.Keyring(), Store())

    monkeypatch.setattr(keyring, "get_keyring", Several)
    assert read_secret("keyring", profile="acme") == "action-returns acme s3cret"
    Several.backends = (null.Keyring(),)
    with pytest.raises(SecretError, match="no password store that encrypts"):
        read_secret("keyring", profile="acme")


def test_a_password_store_that_does_not_encrypt_is_never_used(monkeypatch):
    import keyring
    from keyring.backends import null

    monkeypatch.setattr(keyring, "get_keyring", null.Keyring)
    with pytest.raises(SecretError, match="no password store that encrypts"):
        read_secret("keyring", profile="acme")


def test_a_pipe_in_the_place_of_a_password_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SecretError, match=r"pipe, the password file of profile acme, cannot be read: it is no regular"):
        read_secret(f"file:{tmp_path}/pipe", profile="acme")


def test_a_password_file_of_another_user_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(0o600)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 4321)
    with pytest.raises(SecretError, match=f"the password file of profile acme, belongs to .* not to user {me + 4321}"):
        read_secret(f"file:{path}", profile="acme")


def test_a_password_file_in_a_folder_of_others_is_refused(tmp_path):
    (tmp_path / "open").mkdir()
    path = tmp_path / "open" / "password"
    path.write_text("s3cret")
    path.chmod(0o600)
    path.parent.chmod(0o777)
    with pytest.raises(SecretError, match=f"others can replace it. Run: chmod go-w {path.parent}$"):
        read_secret(f"file:{path}", profile="acme")


def test_a_link_to_a_private_password_file_is_followed(tmp_path):
    """Secrets of a container are links that its platform exchanges as a whole."""
    (tmp_path / "password").write_text("s3cret")
    (tmp_path / "password").chmod(0o400)
    (tmp_path / "link").symlink_to("password")
    assert read_secret(f"file:{tmp_path}/link", profile="acme") == "s3cret"


# --- the store of this machine: Windows' own where that is, else one in memory


@pytest.fixture
def passwords(monkeypatch):
    """Keep passwords in Windows' own store, or in memory; a service of its own keeps the user's entries apart."""
    monkeypatch.setattr("action_returns.settings.secrets.SERVICE", "action-returns-test")
    if sys.platform != "win32":
        kept = MemoryStore()
        monkeypatch.setattr("action_returns.settings.secrets._store", lambda: kept)
    yield
    for name in (*NAMES, ledger_account("acme")):
        delete_secret(name)


NAMES = ("acme", "ACME", "third")


@pytest.mark.parametrize("password", ["s3cret", "gr\u00fcn\u20ac \U0001f600 ", "x" * 1280])
def test_the_store_gives_back_every_password_as_it_was_set(passwords, password):
    set_secret("acme", password)
    set_secret(ledger_account("acme"), "of the ledger")
    assert read_secret("keyring", profile="acme") == password
    assert read_secret("keyring", profile=ledger_account("acme")) == "of the ledger"
    assert delete_secret("acme") is True
    assert delete_secret("acme") is False
    with pytest.raises(SecretError, match="There is no password for profile acme yet"):
        read_secret("keyring", profile="acme")
    assert read_secret("keyring", profile=ledger_account("acme")) == "of the ledger"


def test_no_profile_gets_the_password_of_one_whose_name_differs_in_capitals(passwords):
    """Windows keeps one entry for both, and keyring gives either of them its password."""
    for name in NAMES:
        set_secret(name, f"of {name}")
    found = {
        name: read_secret("keyring", profile=name)
        for name in NAMES
        if password_state("keyring", profile=name)[0] is None
    }
    assert "ACME" in found
    assert found == {name: f"of {name}" for name in found}


def test_a_store_that_does_not_tell_whose_password_it_found_is_believed(monkeypatch):
    """As keyring 25's libsecret with the attributes of KeePassXC."""
    store = MemoryStore()
    store.set_password("action-returns", "acme", "s3cret")
    store.get_credential = lambda *account: SimpleCredential(None, store.get_password(*account))
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: store)
    assert read_secret("keyring", profile="acme") == "s3cret"


class Refusing(MemoryStore):
    """A store that raises what its library raises, as Windows' does."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def set_password(self, *_):
        raise self.error

    get_credential = delete_password = set_password


class WindowsError(Exception):
    """As pywin32 raises it."""

    def __init__(self, *facts):
        super().__init__(*facts)
        self.strerror = facts[2]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            WindowsError(1312, "CredWrite", "A specified logon session does not exist."),
            "A specified logon session does",
        ),
        (RuntimeError("no such bus"), "no such bus"),
        (KeyringLocked(), "KeyringLocked"),
        (UnicodeEncodeError("utf-8", "s3cret", 0, 1, "s"), "it has a character that the store cannot keep"),
    ],
)
def test_whatever_a_store_refuses_with_is_told_in_words(monkeypatch, error, says):
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: Refusing(error))
    for action in (
        lambda: set_secret("acme", "s3cret"),
        lambda: read_secret("keyring", profile="acme"),
        lambda: delete_secret("acme"),
    ):
        with pytest.raises(SecretError, match="The password store of this machine did not ") as caught:
            action()
        assert f": {says}" in str(caught.value)
        assert "s3cret" not in str(caught.value)


def test_an_entry_that_is_no_text_is_told(monkeypatch):
    wrong = UnicodeDecodeError("utf-8", b"s3cret\xff", 6, 7, "invalid start byte")
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: Refusing(wrong))
    with pytest.raises(SecretError, match=r"cannot be read: another program wrote it\. Set it: .* secret set acme$"):
        read_secret("keyring", profile="acme")


@pytest.mark.parametrize(("length", "told"), [(1281, True), (1280, False)])
def test_a_password_that_is_too_long_for_windows_is_refused_with_the_limit(monkeypatch, length, told):
    class WinVaultKeyring(Refusing):
        pass

    store = WinVaultKeyring(WindowsError(1783, "CredWrite", "The stub received bad data."))
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: store)
    with pytest.raises(SecretError, match="did not take the password: The stub received bad data") as caught:
        set_secret("acme", "\u00fc" * length)
    assert ("It has 1,281 characters, Windows takes 1,280." in str(caught.value)) is told
