"""A command in a message can be pasted: the shell takes it apart into the words it was made of."""

import os
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.operations.texts import command, command_for

AS_THEY_ARE = ("returns.csv", "-o", "/tmp/returns-2.csv", "0001")
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(os, "name", "nt")


@given(st.lists(words))
def test_a_posix_shell_reads_back_the_words_of_a_command(given_words):
    assert shlex.split(command("check", *given_words)) == ["action-returns", "check", *given_words]


def test_a_command_without_blanks_has_no_quotes():
    assert command("fix", *AS_THEY_ARE) == "action-returns fix returns.csv -o /tmp/returns-2.csv 0001"


def test_a_file_with_blanks_is_quoted():
    assert command("check", "November returns.xlsx") == "action-returns check 'November returns.xlsx'"
    assert command("check", "Anna's.csv") == """action-returns check 'Anna'"'"'s.csv'"""


def test_a_file_whose_name_looks_like_an_option_is_named_by_its_folder():
    assert command_for("check", "-o.csv", "--pending", "p.csv") == "action-returns check ./-o.csv --pending p.csv"
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


@given(words.map(lambda word: f"{word} {word}"))
def test_windows_quotes_a_word_with_a_blank_as_its_own_programs_do(word):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "name", "nt")
        assert command(word) == "action-returns " + subprocess.list2cmdline([word])
