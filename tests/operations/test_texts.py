"""A command in a message can be pasted: the shell takes it apart into the words it was made of."""

import os
import re
import shlex
import subprocess
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.clean_text import clean_line
from action_returns.operations.texts import command, command_for

AS_THEY_ARE = ("returns.csv", "-o", "/tmp/returns-2.csv", "0001")
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(os, "name", "nt")


def command_on_unix(*words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "name", "posix")
        return command(*words)


@given(st.lists(words.filter(str.isprintable)))
def test_a_posix_shell_reads_back_the_words_of_a_command(given_words):
    shown = command_on_unix("check", *map(clean_line, given_words))
    assert shlex.split(shown) == ["action-returns", "check", *map(clean_line, given_words)]


@given(st.lists(st.one_of(words, st.sampled_from(["a\x1b1b'c\\d\u202e", "\n", "é\u200dé", "\udcff1"]))))
def test_a_command_shows_every_character_and_is_read_back_exactly(given_words):
    shown = command_on_unix("check", *given_words)
    assert clean_line(shown) == shown
    read = subprocess.run(["bash", "-c", f"printf '%s\\0' {shown}"], capture_output=True, check=True).stdout
    assert read == b"".join(os.fsencode(word) + b"\0" for word in ["action-returns", "check", *given_words])


def test_half_a_character_which_no_shell_can_pass_on_does_not_stop_a_message():
    assert command_on_unix("check", "a\ud800") == r"action-returns check $'a\355\240\200'"


@pytest.mark.parametrize("page", ["findings.html", "review.html", "receipt.html"])
def test_a_page_may_run_and_load_nothing(page):
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page_source("page.html"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert page_source(page).startswith('{% extends "page.html" %}')
    for source in (page_source(page), page_source("page.html"), page_source("parts.html")):
        assert not re.search(r"<script|<form|<img|<link|\bon[a-z]+=|https?:|\| *safe", source)


def page_source(name):
    return resources.files("action_returns.operations").joinpath("pages", name).read_text("utf-8")


def test_a_command_without_blanks_has_no_quotes():
    assert command("fix", *AS_THEY_ARE) == "action-returns fix returns.csv -o /tmp/returns-2.csv 0001"


def test_a_file_with_blanks_is_quoted():
    assert command_on_unix("check", "November returns.xlsx") == "action-returns check 'November returns.xlsx'"
    assert command_on_unix("check", "Anna's.csv") == """action-returns check 'Anna'"'"'s.csv'"""


def test_a_file_whose_name_looks_like_an_option_is_named_by_its_folder():
    here = f".{os.sep}"
    assert command_for("check", "-o.csv", "--pending", "p.csv") == f"action-returns check {here}-o.csv --pending p.csv"
    assert command_for("check", "-") == "action-returns check -"


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("November returns.xlsx", '"November returns.xlsx"'),
        (r"C:\Users\Anna\returns.xlsx", r"C:\Users\Anna\returns.xlsx"),
        ("Amount=New Amount", '"Amount=New Amount"'),
        ("a&b.csv", '"a&b.csv"'),
        ('say "net"', r'"say \"net\""'),
        ("new folder\\", '"new folder\\\\"'),
        ("", '""'),
    ],
)
def test_windows_gets_double_quotes(windows, word, quoted):
    assert command("check", word) == f"action-returns check {quoted}"


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("$(calc).csv", "'$(calc).csv'"),
        ("a`nb.csv", "'a`nb.csv'"),
        ("$env:USERNAME.csv", "'$env:USERNAME.csv'"),
        ("Amount ($)=$5", "'Amount ($)=$5'"),
        ("Amount ($)", '"Amount ($)"'),
        ("a\u201d; calc; \u201c.csv", "'a\u201d; calc; \u201c.csv'"),
        ("$(calc)'&calc&'.csv", "NAME"),
        ("$(calc)&calc.csv", "NAME"),
        ("$(calc)\u2019; calc", "NAME"),
        ('a" & calc & "', "NAME"),
    ],
)
def test_no_name_of_a_file_acts_in_a_shell_of_windows(windows, word, quoted):
    assert command("check", word) == f"action-returns check {quoted}"


@given(words.filter(lambda word: not set(word) & set('`$&|<>^"\u201c\u201d\u201e')).map(lambda word: f"{word} {word}"))
def test_windows_quotes_a_word_with_a_blank_as_its_own_programs_do(word):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "name", "nt")
        assert command(word) == "action-returns " + subprocess.list2cmdline([word])
