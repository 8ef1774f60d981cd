"""The help of every command can be read: whole lines, no marks of the program, every option explained."""

import re

import click
import pytest

from action_returns.cli.app import tree
from tests.support.cli import run_here, run_program


def commands(command=tree, path=(), parent=None):
    """Yield the words and the click command of the root and of all commands below it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, parent=parent, info_name=" ".join(path) or "action-returns")
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name), context)


COMMANDS = list(commands())
OF_WORDS = [" ".join(path) or "(root)" for path, _ in COMMANDS]


@pytest.mark.parametrize("columns", ["80", "200"])
@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=OF_WORDS)
def test_help_has_whole_lines_and_no_marks_of_the_program(capsys, monkeypatch, path, command, columns):
    monkeypatch.setenv("COLUMNS", columns)
    shown = run_here(capsys, *path, "--help")
    assert shown.code == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\\`]|\bNone\b|:class:|:func:|\*\*", shown.out), repr(shown.out)
    assert max(map(len, shown.out.splitlines())) <= 100
    first = shown.out.split("\n\n")[1]
    assert re.fullmatch(r" *[A-Z].*[.:?]", first, re.DOTALL), first


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=OF_WORDS)
def test_every_option_is_explained_in_a_sentence(path, command):
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert re.fullmatch(r"[A-Z].*[.]", parameter.help), parameter.help


@pytest.mark.parametrize(("path", "command"), COMMANDS[1:], ids=OF_WORDS[1:])
def test_every_command_says_in_its_list_what_it_does(path, command):
    assert re.fullmatch(r"[A-Z].*[.?]", command.get_short_help_str(90)), command.get_short_help_str(90)
    assert "..." not in command.get_short_help_str(90)


def test_the_help_of_the_program_keeps_its_examples_one_a_line():
    shown = run_program("--help")
    assert (shown.code, shown.err) == (0, "")
    examples = [line for line in shown.out.splitlines() if line.startswith("  action-returns ")]
    assert [line.split()[1] for line in examples] == ["new", "import", "check", "review", "send"]
    assert "\\b" not in shown.out


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_is_there_under_both_names(capsys, word):
    assert run_here(capsys, "check", word).out.startswith("Usage: action-returns check")
