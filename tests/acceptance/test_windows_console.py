"""In a console of Windows, a name is read right on the screen, in a pipe and in a file, whatever its code page."""

import os
import subprocess
import sys

import pytest

from tests.support.available import missing_screen, require
from tests.support.batches import EXACT, LIST

pytestmark = pytest.mark.skipif(os.name != "nt", reason="consoles of Windows")

NAME = "Müller Łódź 日本.csv"
READS_THE_SCREEN = """
import ctypes, msvcrt, os, subprocess, sys
subprocess.run([sys.executable, "-m", "action_returns", *sys.argv[2:]])
screen = os.open("CONOUT$", os.O_RDWR)
seen, length = ctypes.create_unicode_buffer(4000), ctypes.c_uint32()
handle = ctypes.c_void_p(msvcrt.get_osfhandle(screen))
assert ctypes.WinDLL("kernel32").ReadConsoleOutputCharacterW(handle, seen, 4000, 0, ctypes.byref(length))
open(sys.argv[1], "w", encoding="utf-8").write(seen[: length.value])
"""


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    require(missing_screen())
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_text(LIST, newline="")


def in_a_console(*program, stdout=None):
    """Run Python in a console of its own; return what it said, or None where it stands on the screen."""
    ended = subprocess.run(
        [sys.executable, *program], stdout=stdout, stderr=stdout, creationflags=subprocess.CREATE_NEW_CONSOLE,
        timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0
    return None if ended.stdout is None else ended.stdout + ended.stderr


def test_a_pipe_has_the_code_page_of_the_console():
    import ctypes

    code_page = f"cp{ctypes.WinDLL('kernel32').GetOEMCP()}"
    said = in_a_console("-m", "action_returns", "check", NAME, stdout=subprocess.PIPE).decode(code_page)
    assert 'review "Müller ' in said
    assert '[U+65E5][U+672C].csv"' in said


def test_a_file_is_utf_8(tmp_path):
    with (tmp_path / "said.txt").open("wb") as said:
        in_a_console("-m", "action_returns", "check", NAME, stdout=said)
    assert f'review "{NAME}"' in (tmp_path / "said.txt").read_text(encoding="utf-8")


def test_the_screen_shows_the_name_itself(tmp_path):
    in_a_console("-c", READS_THE_SCREEN, str(tmp_path / "seen.txt"), "check", NAME, "--no-color")
    seen = (tmp_path / "seen.txt").read_text(encoding="utf-8")
    assert 'Next: action-returns review "Müller Łódź ' in seen
    assert "\x1b" not in seen


def test_rows_in_a_pipe_are_the_exact_bytes():
    assert in_a_console("-m", "action_returns", "export", NAME, "-o", "-", "-q", stdout=subprocess.PIPE) == EXACT


LOOKS_AT_THE_MODE = """
import ctypes, msvcrt, subprocess, sys
handle, mode = ctypes.c_void_p(msvcrt.get_osfhandle(1)), ctypes.c_uint32()
def seen():
    assert ctypes.WinDLL("kernel32").GetConsoleMode(handle, ctypes.byref(mode))
    return mode.value
before = seen()
child = "import sys; from action_returns.cli.windows_streams import shows_colors; sys.exit(shows_colors(sys.stdout))"
shown = subprocess.run([sys.executable, "-c", child]).returncode
open(sys.argv[1], "w").write(f"{shown} {seen() == before} {before & 4}")
"""


def test_a_window_is_asked_for_colours_and_is_as_it_was_when_the_program_has_ended(tmp_path):
    in_a_console("-c", LOOKS_AT_THE_MODE, str(tmp_path / "seen.txt"))
    assert (tmp_path / "seen.txt").read_text() == "1 True 0"
