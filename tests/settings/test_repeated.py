"""What a message repeats of a refused text is too short or too close to an allowed word to be a password."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.settings.config import parse_settings
from action_returns.settings.repeated import NOT_REPEATED, repeated_key, repeated_value, without_sign_in
from tests.settings.texts import FTP, refused

SECURITY = ("explicit-tls", "implicit-tls", "plain")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("explict-tls", '"explict-tls"'),
        ("Explicit-TLS", '"Explicit-TLS"'),
        ("tls", '"tls"'),
        ("21", '"21"'),
        ("1,5", '"1,5"'),
        (True, "true"),
        (70000, "70000"),
        (500.5, "500.5"),
        (12345678, None),
        ("hunter2", None),
        ("explicit-tls1", None),
        ("correcthorse", None),
        ("a:b@c", None),
        ("a b", None),
        ("", None),
        (["tls"], None),
        ({"a": "tls"}, None),
        (None, None),
    ],
)
def test_a_value_is_repeated_where_it_cannot_be_a_password(value, shown):
    assert repeated_value(value, key="security", known=SECURITY) == shown


@pytest.mark.parametrize("key", ["password", "ledger_password", "api_token", "private_key", "clientSecret", "ledger"])
@pytest.mark.parametrize("value", [1, True, "tls", "plain"])
def test_nothing_is_repeated_that_stands_under_the_name_of_a_secret(key, value):
    assert repeated_value(value, key=key, known=SECURITY) is None


@given(st.one_of(st.text(min_size=6), st.lists(st.text()), st.integers(min_value=10**6)))
def test_what_is_long_is_repeated_only_when_it_is_close_to_an_allowed_word(value):
    assert repeated_value(value, key="security") is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("hots", "hots"),
        ("enviroment", "enviroment"),
        ("reason.X", "reason.X"),
        ("Host", "Host"),
        ("hunter2", None),
        ("S3cret", None),
        ("a b", None),
        ("ftp://me:s@h", None),
        ("x" * 21, None),
    ],
)
def test_a_key_is_repeated_where_it_looks_like_one(name, shown):
    assert repeated_key(name, ["host", "environment"]) == shown


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"batch.impact.com"', '"ftp://me:S3cr3t!@h/"', "[profiles.acme.channel] host: allowed is a plain host name"),
        ('username = "me"', 'username = "me:S3cr3t!"', "username: allowed is the user name alone"),
        ('username = "me"', 'username = ["S3cr3t!"]', "username: allowed is the user name alone"),
        ("port = 21", "port = 31415926535", "port: allowed is a whole number from 1 to 65535."),
        ('directory = "/"', 'directory = "me:S3cr3t!@h/in"', "directory: allowed is one line"),
        ('default_profile = "acme"', 'default_profile = "S3cr3t"', "default_profile in config.toml names no profile."),
        ('default_profile = "acme"', 'S3cr3t = "acme"', "config.toml is not right:\n  one of its keys is not known."),
        ('upload = "direct"', '"S3cr3t!" = "x"', "[profiles.acme.channel]: one of its keys is not known."),
        ('time_zone = "America/Los_Angeles"', 'time_zone = "S3cr3t!"', "time_zone: allowed is a time zone"),
        ("'^M", "'(?P<S3cr3t!>", "this one breaks off at letter"),
        ('"explicit-tls"', '"S3cr3t"', 'allowed is "explicit-tls"'),
        ("[profiles.acme]", '[profiles."me:S3cr3t!@h"]', "profiles: name 1 of 2 is none"),
        ('kind = "ftp"', 'kind = "S3cr3t"', "kind: allowed is ftp, sftp"),
    ],
)
def test_what_may_be_a_password_is_refused_without_being_repeated(old, new, says):
    assert old in FTP
    message = refused(FTP.replace(old, new))
    assert says in message
    assert "not repeated" in message
    assert "S3cr3t" not in message
    assert "31415926535" not in message
    assert NOT_REPEATED in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('host = "S3cr3t\n', "is not valid TOML at line 1, column 15."),
        ("S3cr3t!\n", "is not valid TOML at line 1, column 7."),
        ('S3cr3t = 1\nS3cr3t = "S3cr3t"\n', "is not valid TOML at line 2, column 18 (something stands there twice)."),
        ("a = { S3cr3t = 1, S3cr3t = 2 }", "is not valid TOML at line 1, column 29 (something stands there twice)."),
        ("[S3cr3t]\n[S3cr3t]\n", "is not valid TOML at line 2, column 8 (something stands there twice)."),
        ('a = "S3cr3t', "is not valid TOML at end of document."),
        (f"a = {'7' * 5000}", "is not valid TOML."),
        (f"a = {'[' * 5000}", "is not valid TOML."),
    ],
)
def test_a_file_that_breaks_off_is_refused_by_the_place_alone(text, says):
    message = refused(text)
    assert message == f"config.toml {says} Texts stand in quotes, keys as name = value."


@pytest.mark.parametrize("folder", ["ftp://me:S3cr3t@h/", "-----BEGIN S3cr3t", "a\\nS3cr3t", "C:\\tS3cr3t"])
def test_a_folder_that_may_hold_a_password_is_not_repeated(folder):
    channel = f'[profiles.acme.channel]\nkind = "outbox"\ndirectory = "{folder}"\n'
    message = refused(f'[profiles.acme]\nenvironment = "test"\n{channel}')
    assert (
        "[profiles.acme.channel] directory: allowed is a path in quotes, single ones where it has a \\; ~ is your home folder."
        in message
    )
    assert NOT_REPEATED in message
    assert "S3cr3t" not in message


def test_the_folder_of_a_user_who_does_not_exist_is_not_repeated(monkeypatch):
    monkeypatch.setenv("USERNAME", "another")  # Windows knows only the folder of its user, and by the user's name
    channel = '[profiles.acme.channel]\nkind = "outbox"\ndirectory = "~S3cr3t/x"\n'
    message = refused(f'[profiles.acme]\nenvironment = "test"\n{channel}')
    assert (
        "[profiles.acme.channel] directory: allowed is a path in quotes, single ones where it has a \\; ~ is your home folder."
        in message
    )
    assert "S3cr3t" not in message


@pytest.mark.parametrize("folder", ["/srv/a@b", "C:/Users/a@b", r"C:\\a@b", "~/returns", "D:x", "returns: b@c"])
def test_a_folder_with_such_letters_is_taken(folder):
    parse_settings(
        f'[profiles.acme]\nenvironment = "test"\nchannel = {{ kind = "outbox", directory = "{folder}" }}\n'.encode(),
        Path("config.toml"),
    )


@pytest.mark.parametrize("strokes", ["://", ":/", ":\\"])
def test_the_sign_in_of_an_address_is_not_repeated_whatever_became_of_its_strokes(strokes):
    said = f"There is no file ftp{strokes}u:S3cr3t@h{strokes[-1]}returns.csv. Check the name."
    assert without_sign_in(said) == f"There is no file ftp{strokes}…@h{strokes[-1]}returns.csv. Check the name."


@pytest.mark.parametrize("path", ["C:\\Users\\a@b\\returns.csv", "/srv/a@b:c/returns.csv", "ftp://h/a@b.csv"])
def test_a_path_stays_as_it_is(path):
    assert without_sign_in(f"Written: {path}.") == f"Written: {path}."
