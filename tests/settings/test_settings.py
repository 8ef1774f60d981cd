"""Profiles, secrets and places: what is wrong is named exactly, and no password is ever repeated."""

import os
from pathlib import Path

import pytest

from action_returns.batch import ReasonKind
from action_returns.settings import (
    ConfigProblem,
    SecretProblem,
    find_places,
    load_settings,
    resolve,
    shipped,
    write_atomically,
)
from action_returns.settings.config import parse_settings
from action_returns.settings.editing import add_profile, remove_profile, use_profile

FTP = """
default_profile = "acme"
[profiles.acme]
environment = "live"
reasons = { ORDER_UPDATE = "modify", RETURNED = "reverse", OTHER = "either" }
action_id_pattern = '^M\\.[0-9]{1,10}\\.[0-9]{1,10}\\.[0-9]{1,15}$'
max_amount = "500.5"
time_zone = "America/Los_Angeles"
[profiles.acme.channel]
kind = "ftp"
host = "batch.impact.com"
port = 21
security = "explicit-tls"
username = "me"
password = "keyring"
directory = "/"
upload = "direct"
"""


def refused(text):
    with pytest.raises(ConfigProblem) as caught:
        parse_settings(text.encode(), Path("config.toml"))
    return str(caught.value)


def test_a_profile_is_read_with_its_rules():
    name, profile = parse_settings(FTP.encode(), Path("config.toml")).choose()
    policy = profile.policy()
    assert name == "acme"
    assert policy.max_cents == 50050
    assert policy.reasons == {
        "ORDER_UPDATE": ReasonKind.MODIFY,
        "RETURNED": ReasonKind.REVERSE,
        "OTHER": ReasonKind.EITHER,
    }
    assert policy.action_id_pattern.startswith("^M")
    assert profile.zone().key == "America/Los_Angeles"


def test_no_file_means_no_profiles(tmp_path):
    assert load_settings(tmp_path / "config.toml").profiles == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('environment = "live"', 'environment = "prod"', ["profiles.acme.environment", "'prod'", "'live' or 'test'"]),
        ('environment = "live"', 'enviroment = "live"', ["profiles.acme.enviroment", "did you mean environment?"]),
        ("port = 21", "port = 70000", ["profiles.acme.channel.port", "70000", "65535"]),
        ("port = 21", 'port = "21"', ["profiles.acme.channel.port", "'21'"]),
        ('kind = "ftp"', 'kind = "carrier-pigeon"', ["profiles.acme.channel.kind", "ftp"]),
        ('kind = "ftp"', "", ["profiles.acme.channel.kind"]),
        ('"batch.impact.com"', '"ftp://batch.impact.com"', ["profiles.acme.channel.host", "without ftp://"]),
        ('"explicit-tls"', '"plain"', ["accept_plaintext = true"]),
        ('"explicit-tls"', '"tls"', ["profiles.acme.channel.security", "'tls'", "implicit-tls"]),
        ('max_amount = "500.5"', "max_amount = 500.5", ["profiles.acme.max_amount"]),
        ('max_amount = "500.5"', 'max_amount = "1,5"', ["profiles.acme.max_amount", "999999.99"]),
        ("'^M", "'(^M", ["profiles.acme.action_id_pattern", "regular expression"]),
        ("America/Los_Angeles", "Mars/Base", ["profiles.acme.time_zone", "Mars/Base"]),
        ('OTHER = "either"', 'OTHER = "maybe"', ["profiles.acme.reasons.OTHER", "'maybe'"]),
        ('OTHER = "either"', '"OTHER," = "either"', ["profiles.acme.reasons"]),
        ('username = "me"', 'username = "me\\r\\nQUIT"', ["profiles.acme.channel.username"]),
        ('username = "me"', "", ["profiles.acme.channel.username", "missing"]),
        ('default_profile = "acme"', 'default_profile = "acne"', ["acne", "acme"]),
        ("[profiles.acme]", "[profiles.acme", ["not valid TOML", "line 3"]),
    ],
)
def test_what_is_wrong_is_named_with_file_key_value_and_what_is_allowed(old, new, says):
    assert old in FTP
    message = refused(FTP.replace(old, new))
    for words in ["config.toml", *says]:
        assert words in message


def test_everything_that_is_wrong_is_named_at_once():
    message = refused(FTP.replace("port = 21", "port = 0").replace('"live"', '"x"'))
    assert message.startswith("2 things in config.toml")


@pytest.mark.parametrize("password", ["hunter2", "Keyring", "env:", "file:", "env:A B"])
def test_a_password_in_the_file_is_refused_and_not_repeated(password):
    message = refused(FTP.replace('password = "keyring"', f'password = "{password}"'))
    assert "never the password itself" in message
    assert f"'{password}'" not in message
    assert "hunter2" not in message


def test_plain_is_accepted_only_in_writing():
    text = FTP.replace('"explicit-tls"', '"plain"\naccept_plaintext = true')
    assert parse_settings(text.encode(), Path("c")).choose()[1].channel.security == "plain"


@pytest.mark.parametrize("recipient", ["a@b.example, c@d.example", "a@b\\r\\nBcc: x@y", "nobody", "Müller@example.com"])
def test_a_recipient_is_one_plain_address(recipient):
    text = f'[profiles.a]\nenvironment="test"\n[profiles.a.channel]\nkind="email"\nhost="x"\nsender="a@b.example"\nrecipient="{recipient}"\n'
    assert "profiles.a.channel.recipient" in refused(text)


def test_every_kind_of_channel_of_the_contract_is_understood():
    text = """
    [profiles.a.channel]
    {}
    [profiles.a]
    environment = "test"
    """
    for channel in (
        'kind = "sftp"\nhost = "x"\nusername = "u"\nprivate_key = "~/.ssh/id"\nhost_key = "SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"\ndirectory = "/"',
        'kind = "email"\nhost = "x"\nport = 465\nsecurity = "implicit-tls"\nsender = "a@b.example"\nrecipient = "c@d.example"\nsubject = "s"',
        'kind = "outbox"\ndirectory = "/x"',
        'kind = "draft"\ndirectory = "/x"',
    ):
        assert parse_settings(text.format(channel).encode(), Path("c")).choose()[0] == "a"


def test_an_unknown_profile_is_told_with_those_there_are():
    with pytest.raises(ConfigProblem, match=r'no profile "nobody".*acme'):
        parse_settings(FTP.encode(), Path("c")).choose("nobody")


# --- changing the file


def test_adding_a_profile_keeps_what_the_user_wrote(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("# mine\n" + FTP)
    add_profile(path, "second", {"environment": "test", "channel": {"kind": "outbox", "directory": "/x"}})
    use_profile(path, "second")
    assert path.read_text().startswith("# mine")
    assert load_settings(path).choose()[0] == "second"
    remove_profile(path, "second")
    assert list(load_settings(path).profiles) == ["acme"]


def test_a_profile_that_is_not_right_changes_nothing(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FTP)
    for change in (
        lambda: add_profile(path, "x", {"environment": "nope", "channel": {"kind": "outbox", "directory": "/x"}}),
        lambda: add_profile(path, "acme", {"environment": "test", "channel": {"kind": "outbox", "directory": "/x"}}),
        lambda: use_profile(path, "nobody"),
        lambda: remove_profile(path, "nobody"),
    ):
        with pytest.raises(ConfigProblem):
            change()
        assert path.read_text() == FTP


# --- secrets


def test_a_secret_comes_from_a_variable(monkeypatch):
    monkeypatch.setenv("ACME_PASSWORD", "s3cret")
    assert resolve("env:ACME_PASSWORD", profile="acme") == "s3cret"
    monkeypatch.delenv("ACME_PASSWORD")
    with pytest.raises(SecretProblem, match="ACME_PASSWORD, which is not set"):
        resolve("env:ACME_PASSWORD", profile="acme")


def test_a_secret_comes_from_a_private_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret \n")
    path.chmod(0o600)
    assert resolve(f"file:{path}", profile="acme") == "s3cret "
    path.write_text("\n")
    with pytest.raises(SecretProblem, match="empty"):
        resolve(f"file:{path}", profile="acme")
    with pytest.raises(SecretProblem, match="cannot be read"):
        resolve(f"file:{path}x", profile="acme")


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_password_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(0o644)
    with pytest.raises(SecretProblem, match="chmod 600") as caught:
        resolve(f"file:{path}", profile="acme")
    assert "s3cret" not in str(caught.value)


def test_a_password_store_that_does_not_encrypt_is_never_used(monkeypatch):
    import keyring
    from keyring.backends import null

    monkeypatch.setattr(keyring, "get_keyring", null.Keyring)
    with pytest.raises(SecretProblem, match="no password store that encrypts"):
        resolve("keyring", profile="acme")


# --- places and files


def test_one_variable_moves_everything(tmp_path):
    places = find_places({"ACTION_RETURNS_HOME": str(tmp_path)})
    for name in ("config_file", "ledger_file", "submissions", "exports", "logs"):
        assert getattr(places, name).parent == tmp_path
    assert find_places({}).config_file.name == "config.toml"


def test_the_samples_are_shipped():
    assert shipped("workbook_templates/samples/returns.xlsx").stat().st_size > 1000


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_atomically(path, b"old", overwrite=False)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new", overwrite=True)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("f", b"old")]


def test_a_write_that_fails_where_there_are_no_hard_links_leaves_no_empty_file(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    write_atomically(tmp_path / "first", b"whole", overwrite=False)
    assert (tmp_path / "first").read_bytes() == b"whole"
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        write_atomically(tmp_path / "second", b"whole", overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_a_file_is_not_replaced_unless_asked(tmp_path):
    write_atomically(tmp_path / "f", b"old", overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "f", b"new", overwrite=False)
    assert (tmp_path / "f").read_bytes() == b"old"
