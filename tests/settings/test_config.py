"""A config.toml that is wrong: every mistake is named exactly, and no password is ever repeated."""

import os
from pathlib import Path

import pytest

from action_returns.errors import ConfigError
from action_returns.settings.config import load_settings, parse_settings
from action_returns.settings.editing import add_profile
from tests.settings.texts import FTP, OUTBOX, refused


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
        ('environment = "live"', 'environment = "prod"', ['[profiles.acme] environment = "prod"', '"live" or "test"']),
        ('environment = "live"', 'enviroment = "live"', ["[profiles.acme] enviroment", "Did you mean environment?"]),
        ('environment = "live"', "", ['[profiles.acme] environment: this key is missing; allowed is "live" or "test"']),
        ("port = 21", "port = 70000", ["[profiles.acme.channel] port = 70000", "a whole number from 1 to 65535"]),
        ("port = 21", 'port = "21"', ['[profiles.acme.channel] port = "21"', "a whole number from 1 to 65535"]),
        ("port = 21", "port = true", ["[profiles.acme.channel] port = true", "a whole number from 1 to 65535"]),
        ('kind = "ftp"', 'kind = "FPT"', ['[profiles.acme.channel] kind = "FPT"', "sftp", "Did you mean ftp?"]),
        ('kind = "ftp"', "", ["[profiles.acme.channel] kind: allowed is ftp, sftp"]),
        ("[profiles.acme.channel]", "[profiles.acme.chanel]", ["[profiles.acme.channel]: this table is missing."]),
        ('"batch.impact.com"', '"ftp://batch.impact.com"', ["[profiles.acme.channel] host", "without ftp://"]),
        ('"explicit-tls"', '"plain"', ["[profiles.acme.channel]: security", "accept_plaintext = true"]),
        ('"explicit-tls"', '"tls"', ['[profiles.acme.channel] security = "tls"', '"implicit-tls"']),
        ('max_amount = "500.5"', "max_amount = 500.5", ["[profiles.acme] max_amount = 500.5", "in quotes"]),
        ('max_amount = "500.5"', 'max_amount = "1,5"', ["[profiles.acme] max_amount", "999999.99"]),
        ("'^M", "'(^M", ["[profiles.acme] action_id_pattern", "regular expression"]),
        ("America/Los_Angeles", "Mars/Base", ["[profiles.acme] time_zone: allowed is a time zone such as"]),
        ('OTHER = "either"', 'OTHER = "maybe"', ['[profiles.acme] reasons.OTHER = "maybe"', "'off'"]),
        ('OTHER = "either"', '"OTHER," = "either"', ["[profiles.acme] reasons: name 3 of 3 is none"]),
        (
            'OTHER = "either"',
            '-OTHER = "either"',
            ["[profiles.acme] reasons: name 3 of 3 is none", "and no - in front"],
        ),
        ('OTHER = "either"', '"=A1" = "either"', ["[profiles.acme] reasons: name 3 of 3 is none"]),
        ('username = "me"', 'username = "me\\r\\nQUIT"', ["[profiles.acme.channel] username"]),
        ('username = "me"', "", ["[profiles.acme.channel] username: this key is missing"]),
        ('default_profile = "acme"', 'default_profile = "Acne"', ['"Acne"', "Did you mean acme?", "There is: acme."]),
        ('default_profile = "acme"', "default_profile = 1", ["default_profile = 1: allowed is 1 to 64 letters"]),
        ('default_profile = "acme"', "prfiles = 1", ["prfiles: this key is not known. Did you mean profiles?"]),
        ("[profiles.acme]", '[profiles."a b"]', ["profiles: name 1 of 2 is none"]),
        ("[profiles.acme]", "[profiles.acme", ["not valid TOML", "line 3"]),
    ],
)
def test_what_is_wrong_is_named_with_file_key_value_and_what_is_allowed(old, new, says):
    assert old in FTP
    message = refused(FTP.replace(old, new))
    for words in ["config.toml", *says]:
        assert words in message


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


def test_an_unknown_profile_is_told_with_those_there_are():
    with pytest.raises(ConfigError) as caught:
        parse_settings(FTP.encode(), Path("c")).choose("ACNE")
    assert str(caught.value) == (
        'There is no profile "ACNE" in c. Did you mean acme? There is: acme. '
        "Choose one of them, or make it: action-returns profile add ACNE"
    )


@pytest.mark.parametrize("name", ["a; rm -r b", "$(id)", "a b", "x" * 5000])
def test_a_name_that_is_none_stands_in_no_command_that_is_pasted(name):
    with pytest.raises(ConfigError) as caught:
        parse_settings(FTP.encode(), Path("c")).choose(name)
    assert str(caught.value).endswith("Choose one of them, or make it: action-returns profile add NAME")
    assert len(str(caught.value)) < 300


def test_a_profile_that_is_named_before_there_is_any_is_made_first():
    with pytest.raises(ConfigError, match=r"There is no profile yet in c\. Make one: action-returns profile add NAME"):
        parse_settings(b"", Path("c")).choose()
    with pytest.raises(ConfigError, match=r"none yet in c\. Make it: action-returns profile add acme"):
        parse_settings(b"", Path("c")).choose("acme")


@pytest.mark.parametrize("before", [None, "logfire-plugin"])
def test_a_program_that_uses_this_package_keeps_its_plugins_of_pydantic(tmp_path, monkeypatch, before):
    if before is None:
        monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS", raising=False)
    else:
        monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", before)
    parse_settings(FTP.encode(), tmp_path / "config.toml")
    with pytest.raises(ConfigError):
        parse_settings(b"profiles = 1", tmp_path / "config.toml")
    assert os.environ.get("PYDANTIC_DISABLE_PLUGINS") == before


# --- others could change where rows and passwords are sent


@pytest.mark.parametrize("action", [load_settings, lambda path: add_profile(path, "second", OUTBOX)])
def test_profiles_that_others_can_change_are_neither_used_nor_changed(tmp_path, action):
    path = tmp_path / "config.toml"
    path.write_text(FTP)
    path.chmod(0o666)
    with pytest.raises(ConfigError) as caught:
        action(path)
    assert str(caught.value) == (
        f"{path} can be changed by others. It says where rows and passwords are sent, so it is not used. Look whether "
        f"its profiles are as you left them, then mend this. Run: chmod 600 {path}"
    )
    assert path.read_text() == FTP


def test_profiles_in_a_folder_that_others_can_change_are_not_used(tmp_path):
    path = tmp_path / "open" / "config.toml"
    path.parent.mkdir()
    path.write_text(FTP)
    path.parent.chmod(0o777)
    with pytest.raises(
        ConfigError, match=f"lies in a folder in which others can replace it.* chmod go-w {path.parent}$"
    ):
        load_settings(path)


def test_profiles_that_an_editor_left_readable_are_used_and_made_private(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FTP)
    path.chmod(0o644)
    assert list(load_settings(path).profiles) == ["acme"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_pipe_in_the_place_of_the_profiles_is_an_error_at_once(tmp_path):
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(ConfigError, match=r"config.toml cannot be read: it is no regular file. Check who may read it"):
        load_settings(tmp_path / "config.toml")


def test_a_line_with_very_many_dots_is_refused_before_it_is_read_as_a_key(monkeypatch):
    monkeypatch.setattr("tomllib.loads", lambda _: pytest.fail("was read"))
    with pytest.raises(ConfigError, match="a line with more than 200 dots"):
        parse_settings(b"[profiles.acme]\n" + b".".join([b"a"] * 202) + b" = 1\n", Path("config.toml"))


@pytest.mark.parametrize("path", [r"C:\Users\ann", r"D:\pictures", r"\\server\x"])
def test_a_path_of_windows_in_double_quotes_is_refused_with_what_to_write(tmp_path, path):
    outbox = '[profiles.acme]\nenvironment = "test"\nchannel = {{ kind = "outbox", directory = {0}{1}{0} }}\n'
    with pytest.raises(
        ConfigError, match=r"not valid TOML at line 3, .* A path with \\ stands in single quotes, such as '"
    ):
        parse_settings(outbox.format('"', path).encode(), tmp_path / "config.toml")
    parse_settings(outbox.format("'", path).encode(), tmp_path / "config.toml")


@pytest.mark.parametrize("path", [r"C:\temp", r"C:\returns", r"C:\new"])
def test_a_path_of_windows_whose_folders_double_quotes_turn_into_tabs_or_line_ends_is_refused(tmp_path, path):
    parts = FTP.replace('"keyring"', f'"file:{path}"')
    assert parts != FTP
    with pytest.raises(ConfigError, match=r"password: allowed is keyring.* a PATH with \\ stands in single quotes"):
        parse_settings(parts.encode(), tmp_path / "config.toml")
    outbox = f'[profiles.acme]\nenvironment = "test"\nchannel = {{ kind = "outbox", directory = "{path}" }}\n'
    with pytest.raises(ConfigError, match=r"directory: allowed is a path in quotes, single ones where it has a \\"):
        parse_settings(outbox.encode(), tmp_path / "config.toml")


def test_a_folder_may_have_every_character_that_its_system_allows_in_names(tmp_path):
    outbox = '[profiles.acme]\nenvironment = "test"\nchannel = {kind = "outbox", directory = "/srv/a\\tb\\u0007"}\n'
    if os.name == "nt":  # it allows no such characters
        with pytest.raises(ConfigError, match="single ones where it has"):
            parse_settings(outbox.encode(), tmp_path / "config.toml")
        return
    settings = parse_settings(outbox.encode(), tmp_path / "config.toml")
    assert str(settings.profiles["acme"].channel.directory) == "/srv/a\tb\x07"
