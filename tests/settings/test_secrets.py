"""Where a password comes from: a variable, a private file, or a store that encrypts."""

import os

import pytest

from action_returns.errors import SecretError
from action_returns.settings.secrets import read_secret

posix = pytest.mark.skipif(os.name != "posix", reason="file modes, owners and pipes")


def test_a_secret_comes_from_a_variable(monkeypatch):
    monkeypatch.setenv("ACME_PASSWORD", "s3cret")
    assert read_secret("env:ACME_PASSWORD", profile="acme") == "s3cret"
    monkeypatch.delenv("ACME_PASSWORD")
    with pytest.raises(SecretError, match="ACME_PASSWORD, which is not set"):
        read_secret("env:ACME_PASSWORD", profile="acme")


def test_a_secret_comes_from_a_private_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret \n")
    path.chmod(0o600)
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
    path.chmod(0o600)
    assert read_secret(f"file:{path}", profile="acme") == " s3cret "


def test_a_file_that_holds_more_than_a_password_is_refused(tmp_path):
    path = tmp_path / "password"
    path.write_text("x" * 4097)
    path.chmod(0o600)
    with pytest.raises(SecretError, match="too large"):
        read_secret(f"file:{path}", profile="acme")


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o610, 0o601, 0o620, 0o602, 0o660, 0o606, 0o740])
def test_a_password_file_that_anyone_else_can_use_is_refused(tmp_path, mode):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(mode)
    with pytest.raises(SecretError, match="chmod 600") as caught:
        read_secret(f"file:{path}", profile="acme")
    assert "s3cret" not in str(caught.value)


@posix
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_password_file_that_only_the_user_can_use_is_read(tmp_path, mode):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(mode)
    assert read_secret(f"file:{path}", profile="acme") == "s3cret"


def test_a_variable_that_is_empty_holds_no_password(monkeypatch):
    monkeypatch.setenv("ACME_PASSWORD", "")
    with pytest.raises(SecretError, match="ACME_PASSWORD, which is not set"):
        read_secret("env:ACME_PASSWORD", profile="acme")


def test_among_several_password_stores_the_one_that_encrypts_is_used(monkeypatch):
    import keyring
    from keyring.backends import null

    class Store:
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


@posix
def test_a_pipe_in_the_place_of_a_password_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SecretError, match=r"pipe, the password file of profile acme, cannot be read: it is no regular"):
        read_secret(f"file:{tmp_path}/pipe", profile="acme")


@posix
def test_a_password_file_of_another_user_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(0o600)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 4321)
    with pytest.raises(SecretError, match=f"the password file of profile acme, belongs to .* not to user {me + 4321}"):
        read_secret(f"file:{path}", profile="acme")


@posix
def test_a_password_file_in_a_folder_of_others_is_refused(tmp_path):
    (tmp_path / "open").mkdir()
    path = tmp_path / "open" / "password"
    path.write_text("s3cret")
    path.chmod(0o600)
    path.parent.chmod(0o777)
    with pytest.raises(SecretError, match=f"others can replace it. Run: chmod go-w {path.parent}$"):
        read_secret(f"file:{path}", profile="acme")


@posix
def test_a_link_to_a_private_password_file_is_followed(tmp_path):
    """Secrets of a container are links that its platform exchanges as a whole."""
    (tmp_path / "password").write_text("s3cret")
    (tmp_path / "password").chmod(0o400)
    (tmp_path / "link").symlink_to("password")
    assert read_secret(f"file:{tmp_path}/link", profile="acme") == "s3cret"
