"""The path of Python in a workbook is one that a click can use, or it is told before a workbook is made."""

import sys

import pytest

from action_returns.operations import interpreter
from action_returns.operations.doctor import run_checks
from action_returns.operations.interpreter import obstacle_to_buttons, path_for_buttons

LONG, SHORT = r"C:\Users\Łukasz\python.exe", r"C:\Users\UKASZ~1\python.exe"


@pytest.fixture
def on_windows(monkeypatch):
    """A Windows of western Europe, with a Python in a path and the short names of its disk."""

    def at(path, short=None):
        monkeypatch.setattr(sys, "executable", path)
        monkeypatch.setattr(interpreter, "sys", FakeSys(path))
        monkeypatch.setattr(interpreter.locale, "getencoding", lambda: "cp1252")
        monkeypatch.setattr("action_returns.windows_files.short_path", lambda long: short or long)

    return at


class FakeSys:
    platform = "win32"

    def __init__(self, executable):
        self.executable = executable


@pytest.mark.parametrize(
    "path", [r"C:\Users\Zoë & co (50%)\python.exe", r"\\server\share$\python.exe", r"C:\a^b=c\python.exe"]
)
def test_a_path_that_a_click_can_use_stays_as_it_is(on_windows, path):
    on_windows(path, short=SHORT)
    assert (path_for_buttons(), obstacle_to_buttons()) == (path, None)


@pytest.mark.parametrize("path", [LONG, r"C:\Users\R&D %TEMP%\python.exe"])
def test_on_windows_the_short_path_takes_the_place_of_one_that_a_click_cannot_use(on_windows, path, monkeypatch):
    monkeypatch.setenv("TEMP", "x")
    on_windows(path, short=SHORT)
    assert (path_for_buttons(), obstacle_to_buttons()) == (SHORT, None)


def test_where_the_disk_has_no_short_names_the_obstacle_is_named(on_windows, paths):
    on_windows(LONG)
    assert (path_for_buttons(), obstacle_to_buttons()) == (LONG, 'the character "Ł"')
    (check,) = (check for check in run_checks(paths) if check[0] == "Interpreter")
    assert check[1] is False
    assert check[2] == (
        f'{LONG}. That path holds the character "Ł", so that the buttons of a workbook cannot start Python. Install Action '
        "Returns in a folder without such characters."
    )


def test_elsewhere_every_path_will_do(monkeypatch):
    monkeypatch.setattr(interpreter, "sys", FakeSys(LONG))
    monkeypatch.setattr(FakeSys, "platform", "linux")
    assert (path_for_buttons(), obstacle_to_buttons()) == (LONG, None)
