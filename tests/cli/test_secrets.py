"""A password is kept exactly as it was typed or piped in: one changed letter is a refused sign-in each time."""

import io
import sys

import pytest

from action_returns.cli.app import run
from tests.support.profiles import write_profile

FTP = {"kind": "ftp", "host": "x.example", "username": "u"}


@pytest.fixture(autouse=True)
def profile(home):
    """A profile whose password is in the store."""
    write_profile(home, {**FTP, "password": "keyring"})


@pytest.fixture
def pipe(monkeypatch):
    """Puts a text, or bytes, on standard input."""

    def put(text):
        content = text if isinstance(text, bytes) else text.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "cp1252"))

    return put


@pytest.mark.parametrize("password", [" a b ", "\ta", "a\u00a0", "  ", "a#'\"\\", "pässwörd", "a\x0b"])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_password_that_is_piped_in_keeps_every_letter(store, pipe, password, end):
    pipe(password + end)
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    assert store.kept == {("action-returns", "acme"): password}


def test_only_the_first_line_is_the_password(store, pipe):
    pipe("first\nsecond\n")
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    assert store.kept == {("action-returns", "acme"): "first"}


def test_a_byte_order_mark_before_a_password_is_no_letter_of_it(store, pipe):
    pipe(b"\xef\xbb\xbfsecret\r\n")
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    assert store.kept == {("action-returns", "acme"): "secret"}


@pytest.mark.parametrize("piped", ["pässwörd".encode("cp850"), "pässwörd".encode("cp1252"), "a".encode("utf-16")])
def test_a_password_whose_letters_cannot_be_told_is_refused_and_the_old_one_stays(store, pipe, capsys, piped):
    store.set_password("action-returns", "acme", "old")
    pipe(piped)
    assert run(["secret", "set", "acme", "--password-stdin"]) == 2
    assert "is not in UTF-8, so its letters cannot be told. Nothing was stored." in capsys.readouterr().err
    assert store.kept == {("action-returns", "acme"): "old"}


@pytest.mark.parametrize("piped", ["", "\n"])
def test_an_empty_password_is_refused_and_the_old_one_stays(store, pipe, capsys, piped):
    store.set_password("action-returns", "acme", "old")
    pipe(piped)
    assert run(["secret", "set", "acme", "--password-stdin"]) == 2
    assert "The password is empty. Nothing was stored." in capsys.readouterr().err
    assert store.kept == {("action-returns", "acme"): "old"}


def test_a_password_of_a_profile_that_is_not_there_is_not_stored(store, pipe, capsys):
    pipe("s3cret\n")
    assert run(["secret", "set", "acne", "--password-stdin"]) == 9
    assert 'There is no profile "acne"' in (said := capsys.readouterr().err)
    assert "Did you mean acme? There is: acme." in said
    assert store.kept == {}


def test_a_password_that_the_profile_does_not_read_is_stored_with_that_word(home, store, pipe, capsys):
    write_profile(home, {**FTP, "password": "env:PW"})
    pipe("s3cret\n")
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    said = capsys.readouterr().err
    assert "Profile acme does not read it: channel.password is env:PW." in said
    assert "Next: action-returns profile set acme channel.password=keyring" in said
    assert run(["profile", "set", "acme", "channel.password=keyring"]) == 0
    pipe("s3cret\n")
    capsys.readouterr()
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    assert capsys.readouterr().err == "Stored. Next: action-returns probe --profile acme\n"


def test_a_password_of_a_removed_profile_can_be_removed(store, capsys):
    store.set_password("action-returns", "acme", "old")
    assert run(["profile", "remove", "acme"]) == 0
    assert "action-returns secret delete acme" in capsys.readouterr().err
    assert run(["secret", "delete", "acme"]) == 0
    assert store.kept == {}


API = {"account_sid": "IRabc123", "auth_token": "keyring", "campaigns": ["1000"]}


def test_the_token_of_the_api_is_a_secret_of_its_own(home, store, pipe, capsys):
    write_profile(home, {**FTP, "password": "keyring"}, api=API)
    store.set_password("action-returns", "acme", "of the channel")
    pipe("token\n")
    assert run(["secret", "set", "acme", "--api", "--password-stdin"]) == 0
    assert capsys.readouterr().err == "Stored. Next: action-returns pending fetch --profile acme\n"
    assert store.kept == {("action-returns", "acme"): "of the channel", ("action-returns", "acme:api"): "token"}
    assert run(["secret", "status"]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert shown[1:] == [["acme", "channel", "keyring", "there"], ["acme", "api", "keyring", "there"]]
    assert run(["secret", "delete", "acme", "--api"]) == 0
    assert capsys.readouterr().err == "The password of the API of profile acme is removed.\n"
    assert store.kept == {("action-returns", "acme"): "of the channel"}


def test_a_token_that_no_profile_reads_is_told_with_the_settings_that_are_missing(store, pipe, capsys):
    pipe("token\n")
    assert run(["secret", "set", "acme", "--api", "--password-stdin"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "Profile acme does not read it: api.auth_token is not set.",
        "Stored. Next: action-returns profile set acme api.auth_token=keyring api.account_sid=SID api.campaigns=NUMBER",
    ]


def test_a_token_that_is_read_elsewhere_is_told(home, store, pipe, capsys):
    write_profile(home, {**FTP, "password": "keyring"}, api={**API, "auth_token": "env:API_TOKEN"})
    pipe("token\n")
    assert run(["secret", "set", "acme", "--api", "--password-stdin"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "Profile acme does not read it: api.auth_token is env:API_TOKEN.",
        "Stored. Next: action-returns profile set acme api.auth_token=keyring",
    ]


def test_two_passwords_at_once_are_refused(store, pipe, capsys):
    pipe("token\n")
    assert run(["secret", "set", "acme", "--api", "--ledger", "--password-stdin"]) == 2
    assert "--ledger and --api name two passwords" in capsys.readouterr().err
    assert store.kept == {}
