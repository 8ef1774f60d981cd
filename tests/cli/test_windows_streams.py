"""What is redirected on Windows is read right by the program at the other end, and no character stops a command.

These tests hold on every system: a pipe, a file and a code page are enough.
"""

import codecs
import errno
import io
import os
import sys
from pathlib import Path

import pytest

from action_returns.cli import windows_streams
from action_returns.cli.app import run
from action_returns.cli.output import is_terminal
from action_returns.cli.windows_streams import (
    is_console,
    pipe_encoding,
    prepare_streams,
    says_closed_pipe,
    shows_colors,
)
from tests.support.batches import LIST
from tests.support.cli import run_program

NAME = "Müller · 日本→€ \ud800…"


@pytest.mark.parametrize(
    ("code_page", "encoding"),
    [
        (437, "cp437"),
        (850, "cp850"),
        (932, "cp932"),
        (1252, "cp1252"),
        (65001, "utf-8"),
        (0, "utf-8"),
        (99999, "utf-8"),
    ],
)
def test_a_pipe_has_the_code_page_of_the_console_and_utf_8_where_there_is_none(code_page, encoding):
    assert codecs.lookup(pipe_encoding(code_page)).name == encoding


@pytest.fixture
def redirected(monkeypatch, tmp_path):
    """Prints a text on a standard output that is a pipe or a file, as Python opens it on Windows; returns the bytes."""
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)

    def printed(text, where, code_page):
        monkeypatch.setattr(windows_streams, "_console_code_page", lambda: code_page)
        if where == "pipe":
            source, target = os.pipe()
        else:
            target = os.open(tmp_path / "printed", os.O_CREAT | os.O_RDWR | getattr(os, "O_BINARY", 0))
            source = os.dup(target)
        with os.fdopen(target, "w", encoding="cp1252", newline="") as stream, monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", stream)
            prepare_streams()
            stream.write(text)
        with os.fdopen(source, "rb") as file:
            if where == "file":
                file.seek(0)
            return file.read()

    return printed


@pytest.mark.parametrize(
    ("code_page", "bytes_of_a_pipe"),
    [
        (437, "Müller · [U+65E5][U+672C]->[U+20AC] [U+D800]...".encode("cp437")),
        (850, "Müller · [U+65E5][U+672C]->[U+20AC] [U+D800]...".encode("cp850")),
        (932, "M[U+00FC]ller - 日本→[U+20AC] [U+D800]…".encode("cp932")),
        (1252, "Müller · [U+65E5][U+672C]->€ [U+D800]…".encode("cp1252")),
        (0, "Müller · 日本→€ [U+D800]…".encode()),
    ],
)
def test_a_character_is_itself_or_named_in_a_pipe(redirected, code_page, bytes_of_a_pipe):
    assert redirected(NAME, "pipe", code_page) == bytes_of_a_pipe


@pytest.mark.parametrize("code_page", [437, 932, 0])
def test_a_file_is_utf_8_whatever_the_console_shows(redirected, code_page):
    assert redirected(NAME, "file", code_page) == "Müller · 日本→€ [U+D800]…".encode()


def test_an_encoding_that_the_user_chose_stays(redirected, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    for where in ("pipe", "file"):
        assert redirected(NAME, where, 437) == "Müller · [U+65E5][U+672C]->€ [U+D800]…".encode("cp1252")


def test_the_device_that_takes_everything_is_no_terminal():
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        assert not is_terminal(nothing)
        assert not is_console(nothing)


def test_a_stream_without_a_file_is_neither_a_console_nor_coloured():
    assert not is_console(io.StringIO())
    if os.name == "nt":
        assert not shows_colors(io.StringIO())


@pytest.fixture
def outputs(tmp_path):
    """A pipe, and a file."""
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer, "w") as pipe, (tmp_path / "said.txt").open("w", encoding="utf-8") as file:
        yield pipe, file


def test_the_error_of_a_closed_pipe_says_so_of_a_pipe_only(outputs):
    """For a share that is gone, Windows' C library has the same number; what is printed there is not whole."""
    pipe, file = outputs
    assert says_closed_pipe(OSError(errno.EINVAL, "Invalid argument"), pipe)
    assert not says_closed_pipe(OSError(errno.EINVAL, "Invalid argument"), file)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space"), OSError(errno.EINVAL, "Invalid", "a name")])
def test_another_error_does_not_say_that_a_pipe_is_closed(outputs, error):
    pipe, _ = outputs
    assert not says_closed_pipe(error, pipe)


def test_a_result_that_is_not_whole_in_a_file_is_no_success(tmp_path, monkeypatch, capsys):
    class Gone(io.TextIOWrapper):
        def flush(self):
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("action_returns.cli.app._discard_stdout", lambda: None)
    monkeypatch.setattr(sys, "stdout", Gone((tmp_path / "said.txt").open("wb"), encoding="utf-8"))
    assert run(["--version"]) == 1
    assert "Standard output cannot be written: Invalid argument. The result was: " in capsys.readouterr().err


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_no_name_of_a_file_stops_a_command_that_prints_in_an_old_code_page(tmp_path, option):
    file = tmp_path / "Müller 日本.csv"
    file.write_text(LIST, encoding="utf-8", newline="")
    result = run_program("check", str(file), *option, PYTHONIOENCODING="cp1252")
    assert result.code == 0
    assert "Unexpected error" not in result.err
    named = "[U+65E5][U+672C].csv" if os.name == "nt" else "\\u65e5\\u672c.csv"
    assert result.json["file"] == str(file) if option else named in result.err
