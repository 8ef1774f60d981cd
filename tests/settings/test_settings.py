"""Profiles and secrets: what is wrong is named exactly, and no password is ever repeated."""

import os
import stat
from pathlib import Path

import pytest

from action_returns.batch.context import DEFAULT_POLICY, ReasonKind
from action_returns.errors import ConfigError, SecretError
from action_returns.settings.config import load_settings, parse_settings
from action_returns.settings.editing import add_profile, change_profile, remove_profile, use_profile
from action_returns.settings.secrets import read_secret

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


OUTBOX = {"environment": "test", "channel": {"kind": "outbox", "directory": "/x"}}


def refused(text):
    with pytest.raises(ConfigError) as caught:
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


@pytest.mark.parametrize(
    ("amount", "cents"), [("1.15", 115), ("4.35", 435), ("0.29", 29), ("1001.1", 100110), ("500", 50000)]
)
def test_the_largest_usual_amount_is_exact_to_the_cent(amount, cents):
    text = FTP.replace('max_amount = "500.5"', f'max_amount = "{amount}"')
    assert parse_settings(text.encode(), Path("c")).choose()[1].policy().max_cents == cents


def test_what_a_profile_does_not_say_is_what_the_manual_says():
    text = """
    [profiles.a]
    environment = "test"
    [profiles.a.channel]
    {}
    """
    for channel, facts in (
        (
            'kind = "ftp"\nhost = "x"\nusername = "u"\npassword = "keyring"',
            {"port": 21, "security": "explicit-tls", "directory": "/", "upload": "direct", "accept_plaintext": False},
        ),
        (
            'kind = "sftp"\nhost = "x"\nusername = "u"\npassword = "keyring"',
            {"port": 22, "directory": "/", "upload": "direct", "host_key": None, "private_key": None},
        ),
        (
            'kind = "email"\nhost = "x"\nsender = "a@b.example"\nrecipient = "c@d.example"',
            {"port": 587, "security": "starttls", "username": None, "password": None, "subject": None},
        ),
    ):
        _, profile = parse_settings(text.format(channel).encode(), Path("c")).choose()
        assert {key: getattr(profile.channel, key) for key in facts} == facts
        assert (profile.time_zone, profile.ledger, profile.max_amount) == ("UTC", "sqlite", "999999.99")
        assert profile.policy() == DEFAULT_POLICY


def test_a_file_that_begins_with_a_byte_order_mark_is_read_and_can_be_changed(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FTP, encoding="utf-8-sig")
    assert load_settings(path).choose()[0] == "acme"
    add_profile(path, "second", OUTBOX)
    assert list(load_settings(path).profiles) == ["acme", "second"]


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


EMAIL = 'kind = "email"\nhost = "x"\nsender = "a@b.example"\nrecipient = "c@d.example"'
SFTP = 'kind = "sftp"\nhost = "x"\nusername = "u"'


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (SFTP, "password, private_key (the path of the file), or both"),
        (f'{SFTP}\npassword = "keyring"\nhost_key = "SHA256:{"x" * 42}"', "host_key"),
        (f'{SFTP}\npassword = "keyring"\nhost_key = "SHA256:{"x" * 44}"', "host_key"),
        (f'{SFTP}\npassword = "keyring"\nhost_key = "MD5:{"x" * 43}"', "host_key"),
        (f'{SFTP}\npassword = "keyring"\ndirectory = "{"x" * 201}"', "200 characters"),
        (f'{EMAIL}\nusername = "u"', "username and password belong together"),
        (f'{EMAIL}\npassword = "keyring"', "username and password belong together"),
        (f'{EMAIL}\nsecurity = "plain"', "accept_plaintext = true"),
        ('kind = "ftp"\nhost = "x"\nusername = "u"', "profiles.a.channel.password: this key is missing"),
    ],
)
def test_half_a_way_to_sign_in_and_what_is_unsafe_are_refused(channel, says):
    message = refused(f'[profiles.a]\nenvironment = "test"\n[profiles.a.channel]\n{channel}\n')
    assert says in message


def test_a_password_of_a_ledger_that_asks_for_none_is_refused():
    message = refused(FTP.replace('time_zone = "America/Los_Angeles"', 'ledger_password = "keyring"'))
    assert "ledger_password belongs to a team's ledger" in message


def test_of_several_profiles_without_a_default_none_is_guessed():
    settings = parse_settings(
        FTP.replace('default_profile = "acme"', "").encode()
        + b'[profiles.b]\nenvironment="test"\n[profiles.b.channel]\nkind="outbox"\ndirectory="/x"\n',
        Path("c"),
    )
    with pytest.raises(ConfigError, match=r"names no default_profile.*acme, b"):
        settings.choose()


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
    with pytest.raises(ConfigError, match=r'no profile "nobody".*acme'):
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


@pytest.mark.skipif(os.name != "posix", reason="file modes")
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


# --- secrets


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


@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o610, 0o601, 0o620, 0o602, 0o660, 0o606, 0o740])
def test_a_password_file_that_anyone_else_can_use_is_refused(tmp_path, mode):
    path = tmp_path / "password"
    path.write_text("s3cret")
    path.chmod(mode)
    with pytest.raises(SecretError, match="chmod 600") as caught:
        read_secret(f"file:{path}", profile="acme")
    assert "s3cret" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="file modes")
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
