"""What is printed on a terminal is legible there, however narrow it is."""

import io
import json
import os
import re
import string
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from action_returns.cli.output import Output, write_end, write_facts


@pytest.mark.parametrize("width", [12, 20, 30, 40, 100])
def test_nothing_is_cut_off_a_table_on_a_narrow_terminal(width, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    cells = string.ascii_lowercase[:9], string.ascii_lowercase[9:18], string.ascii_lowercase[18:]
    Output(color=False).table(("1", "2", "3"), [cells], right=frozenset({1}))
    shown = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    assert set(string.ascii_lowercase) <= set(shown)
    assert max(map(len, shown.splitlines())) <= width


def shown_table(monkeypatch, capsys, width):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    # A console of Windows that obeys no escape sequences would break a line that fills it, so its last column stays free.
    monkeypatch.setenv("COLUMNS", str(width + (os.name == "nt")))
    monkeypatch.setenv("TERM", "xterm")
    headers, row = ("Batch", "Outcome", "File", "Destination"), ("0001", "sent", "f" * 20, "d" * 20)
    Output(color=False).table(headers, [row], spare=2)
    shown = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    return [line.split() for line in shown.splitlines()]


@pytest.mark.parametrize(("width", "columns"), [(80, 4), (58, 4), (57, 3), (36, 3), (35, 2), (14, 2)])
def test_columns_that_can_be_spared_are_left_out_where_they_do_not_fit(width, columns, monkeypatch, capsys):
    whole = [["Batch", "Outcome", "File", "Destination"], ["0001", "sent", "f" * 20, "d" * 20]]
    assert shown_table(monkeypatch, capsys, width) == [line[:columns] for line in whole]


def test_no_column_is_left_out_of_a_file_or_pipe(capsys):
    Output().table(("Batch", "File"), [("0001", "f" * 200)], spare=1)
    assert "f" * 200 in capsys.readouterr().out


@pytest.fixture
def terminal(monkeypatch, capsys):
    """Prints a sentence on a terminal of this width, and returns its lines."""

    def lines(text, width, method="info"):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(width))
        getattr(Output(color=False), method)(text)
        return capsys.readouterr().err.splitlines()

    return lines


def test_a_sentence_on_a_terminal_breaks_between_words(terminal):
    assert terminal("Correct the rows with errors in returns.csv and save it.", 30) == [
        "Correct the rows with errors",
        "in returns.csv and save it.",
    ]


def test_a_refusal_on_a_terminal_breaks_between_words(terminal):
    assert terminal("There is no file returns.csv.", 20, "error") == ["Stopped: There is no", "file returns.csv."]


def test_a_command_on_a_terminal_stays_in_one_line_to_be_pasted(terminal):
    command = "action-returns check 'November returns.csv' --pending 'new pending.csv'"
    assert terminal(f"Next: {command}", 30) == ["Next:", command]
    assert terminal(f"Next: {command}", 200) == [f"Next: {command}"]
    assert terminal(f"Repair these rows of this file ({command}).", 20) == [
        "Repair these rows of",
        f"this file ({command}).",
    ]


def test_a_path_is_not_broken(terminal):
    path = "/home/anna/returns/" + "x" * 40 + ".csv"
    assert terminal(f"Written: {path}", 30) == ["Written:", path]


def test_a_sentence_in_a_file_or_pipe_is_one_line(capsys):
    text = "Correct the rows with errors in returns.csv and save it. " * 5
    Output().info(text.strip())
    assert capsys.readouterr().err == text.strip() + "\n"


HOSTILE = "a\x1b]0;title\x07\u202e[red][/nothing]\x9b.csv"
SHOWN = "a[U+001B]]0;title[U+0007][U+202E][red][/nothing][U+009B].csv"


def test_what_names_hold_is_shown_and_not_obeyed_on_a_terminal(terminal):
    assert terminal(HOSTILE, 200) == [SHOWN]
    assert terminal(HOSTILE, 200, "error") == [f"Stopped: {SHOWN}"]


def test_names_in_a_table_are_neither_obeyed_nor_read_as_markup(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    Output(color=False).table((HOSTILE, "2"), [(HOSTILE, f"{HOSTILE}\nb")])
    shown = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    assert [line.split() for line in shown.splitlines()] == [[SHOWN, "2"], [SHOWN, SHOWN, "b"]]


def test_the_progress_of_a_file_is_neither_obeyed_nor_read_as_markup(monkeypatch, capsys):
    monkeypatch.setattr("action_returns.cli.output._PROGRESS_DELAY", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    shown = threading.Event()
    show = Console.status
    monkeypatch.setattr(Console, "status", lambda console, text: (shown.set(), show(console, text))[1])
    with Output(color=False).working(f"Checking {HOSTILE}"):
        assert shown.wait(10)
    assert f"Checking {SHOWN} …" in capsys.readouterr().err


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_words_of_a_progress_change_whether_or_not_it_shows_already(monkeypatch, capsys, is_shown):
    monkeypatch.setattr("action_returns.cli.output._PROGRESS_DELAY", 0 if is_shown else 0.05)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    shown = threading.Event()
    show = Console.status
    monkeypatch.setattr(Console, "status", lambda console, text: (shown.set(), show(console, text))[1])
    with Output(color=False).working("Sending") as change:
        if is_shown:
            assert shown.wait(10)
        change("Sending row 1 of 2 [red]")
        assert shown.wait(10)
    assert "Sending row 1 of 2 [red] …" in capsys.readouterr().err


def test_without_a_terminal_no_progress_is_printed(capsys):
    with Output().working("Sending") as change:
        change("Sending row 1 of 2")
    assert capsys.readouterr().err == ""


def test_a_question_is_asked_in_clean_words(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\nmine\n"))
    assert Output().confirm(f"Send {HOSTILE}?") is True
    assert Output().prompt(f"Name of {HOSTILE}") == "mine"
    assert capsys.readouterr().err == f"Send {SHOWN}? [y/N]: Name of {SHOWN}: "


@given(st.text())
def test_a_text_in_json_is_exact_and_printable(text):
    stream = io.StringIO()
    write_facts({"text": text, "list": iter([text])}, stream)
    write_end(None, text, stream)
    written = stream.getvalue()
    assert written.isascii()
    assert written.replace("\n", "").isprintable()
    assert json.loads(written) == {"text": text, "list": [text], "problem": None, "message": text}
