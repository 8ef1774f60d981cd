"""A password is kept exactly as it was typed or piped in: one changed letter is a refused sign-in each time."""

import io
import sys

import pytest

from action_returns.cli.app import run


@pytest.mark.parametrize("password", [" a b ", "\ta", "a\u00a0", "  ", "a#'\"\\", "pässwörd", "a\x0b"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_password_that_is_piped_in_keeps_every_letter(store, monkeypatch, password, end):
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + end))
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    assert store.kept == {("action-returns", "acme"): password}


def test_only_the_first_line_is_the_password(store, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("first\nsecond\n"))
    assert run(["secret", "set", "acme", "--password-stdin"]) == 0
    assert store.kept == {("action-returns", "acme"): "first"}


@pytest.mark.parametrize("piped", ["", "\n"])
def test_an_empty_password_is_refused_and_the_old_one_stays(store, monkeypatch, capsys, piped):
    store.set_password("action-returns", "acme", "old")
    monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
    assert run(["secret", "set", "acme", "--password-stdin"]) == 2
    assert "The password is empty. Nothing was stored." in capsys.readouterr().err
    assert store.kept == {("action-returns", "acme"): "old"}
