"""A click as it happens on Windows: xlwings' own VBA makes the line, WScript.Shell and cmd.exe run it, Python starts.

Real here are the command line, the Python that is started, its packages and the lock; VBA runs in an interpreter, and Excel
is the fake one of tests/hosts/fake_com. Under Wine, WScript.Shell and cmd.exe are Wine's own. They do with quotes, ``^``, ``&``
and ``2>`` what Microsoft describes. Nothing is shown here where the two differ: Wine 8 looks for ``&`` before it puts in
the value of ``%NAME%``, so such a value runs no program there, and it knows no ``%CMDCMDLINE%``. Not tried are ``!NAME!``
where it is switched on, and a cmd.exe in the current folder.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.workbook_builder.windows_computer import Computer, Python

pytestmark = pytest.mark.skipif(os.name != "nt", reason="needs WScript.Shell and cmd.exe of Windows")

CANARY = "canary"
"""A program of this name writes a file; cmd.exe finds it, as it finds every program of Windows."""
USERS = [f"R&{CANARY} (50%) [x]", "O'Brien, {100% of} it", "Zoë Müßig #1+@~", "Łukasz 返品"]
"""Names of users, with whose folder every path begins. The last one is not in the code page of western Europe."""
OF_PYTHON = f"py ^&{CANARY} =,$TEMP ! `é"
"""What only the path of Python may hold."""
READY = ["Ready: reverse", "Ready: new total 12.50"]
UNTOUCHED = [None, None]


class Desk:
    """A computer where the canary is on the path."""

    def __init__(self, user, python, monkeypatch):
        self.computer = Computer(user, python, monkeypatch)
        programs = self.computer.temp / "programs"
        programs.mkdir()
        self.flown = programs / "flown"
        (programs / f"{CANARY}.cmd").write_bytes(b'@echo > "%~dp0flown"\r\n')
        monkeypatch.setenv("PATH", f"{programs};{os.environ['PATH']}")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a user's folder, with a Python in it and a workbook that this very Python has made; once for each name."""
    there = {}

    def make(name):
        if name not in there:
            user = tmp_path_factory.mktemp("users") / name
            python = Python(user / OF_PYTHON)
            workbook = user / "returns.xlsm"
            done = python.run("-m", "action_returns", "new", str(workbook))
            assert done.returncode == 0, done.stderr
            there[name] = python, workbook
        return there[name]

    return make


@pytest.fixture
def desk(made, tmp_path, monkeypatch):
    """A user at a computer, by the user's name."""

    def sit(name="zoe"):
        python, workbook = made(name)
        at = Desk(tmp_path / name, python, monkeypatch)
        at.workbook = workbook
        return at

    return sit


@pytest.mark.parametrize("user", USERS)
def test_a_click_reads_the_workbook_that_was_clicked_whatever_the_folders_are_called(desk, user):
    at = desk(user)
    clicked, other = at.computer.put(at.workbook, f"a & {CANARY} (1)/{user}.xlsm", "returns.xlsm")
    click = at.computer.click(clicked)
    assert (click.said, click.log, click.exit_codes) == ([], None, [0])
    assert click.happened["alerts"][0].startswith("All 2 rows are ready.")
    assert click.happened["boxes"] == ""
    assert click.happened["results"] == {str(clicked): READY, str(other): UNTOUCHED}
    started, executable = click.happened["started"][0], at.computer.python.executable
    assert Path(started).samefile(executable)
    assert (started == str(executable)) == (user != USERS[3])
    assert started.encode("mbcs"), "VBA finds no file in another code page"
    assert [file.read_bytes() for file in at.computer.temp.glob("xlwings-*.log")] == [b""]
    assert not at.flown.exists()


# ----------------------------------------------------------------------------------------- names that a click refuses


def test_without_the_check_of_names_a_program_in_a_folders_name_runs(desk):
    at = desk()
    (clicked,) = at.computer.put(at.workbook, f"a^& {CANARY} & b/returns.xlsm")
    click = at.computer.click(clicked)
    assert "holds the character ^ which the buttons cannot work with" in click.said[0]
    assert (click.lines, at.flown.exists()) == ([], False)
    click = at.computer.click(clicked, looks=False)
    assert at.flown.exists()
    assert click.happened is None


def test_without_the_check_of_names_the_value_of_a_variable_takes_the_place_of_its_name(desk, monkeypatch):
    at = desk()
    monkeypatch.setenv("OF_OTHERS", "the value")
    (clicked,) = at.computer.put(at.workbook, "%OF_OTHERS%/returns.xlsm")
    click = at.computer.click(clicked)
    assert "%OF_OTHERS%, for which Windows puts the value of a variable" in click.said[0]
    assert click.lines == []
    click = at.computer.click(clicked, looks=False)
    told = click.happened["started"][3]
    assert told.count(r"\\the value\\returns.xlsm") == 2
    assert "OF_OTHERS" not in told


def test_without_the_check_of_names_a_click_changes_another_workbook(desk):
    at = desk()
    clicked, other = at.computer.put(at.workbook, "returns.xlsm=2.xlsm", "returns.xlsm")
    click = at.computer.click(clicked)
    assert "holds the character = which the buttons cannot work with" in click.said[0]
    assert click.lines == []
    click = at.computer.click(clicked, looks=False)
    assert click.happened["results"] == {str(clicked): UNTOUCHED, str(other): READY}


# ------------------------------------------------------------------------------------------------- what goes wrong


def test_an_error_before_the_program_runs_is_shown_and_what_to_do_is_told(desk):
    at = desk(USERS[0])
    (clicked,) = at.computer.put(at.workbook, "returns.xlsm")
    with at.computer.python.without_our_package():
        click = at.computer.click(clicked)
    assert click.exit_codes == [1]
    assert [text.split(";")[0] for text in click.said] == ["The click ended in an error"]
    assert "ModuleNotFoundError: No module named 'action_returns" in click.log
    assert click.happened is None


def test_a_workbook_that_is_not_open_is_told_in_a_box_of_windows(desk):
    at = desk()
    clicked, other = at.computer.put(at.workbook, "returns.xlsm", "other.xlsm")
    click = at.computer.click(clicked, opened=[other])
    assert (click.said, click.log, click.exit_codes) == ([], None, [0])
    assert click.happened["alerts"] == []
    assert click.happened["boxes"] == (
        "The workbook was not found in Excel ('returns.xlsm'). Nothing was changed. Close the workbook, open it again, "
        "then click again.\n"
    )


HOLD = """
import sys
from action_returns.excel.button import single_click_lock
from action_returns.files import default_paths
import os
with single_click_lock(default_paths(os.environ), sys.argv[1]):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_click_waits_for_no_other_one_and_takes_the_lock_of_one_that_died(desk):
    at = desk(USERS[2])
    name = f"{USERS[2]}.xlsm"
    (clicked,) = at.computer.put(at.workbook, name)
    holder = subprocess.Popen(
        [at.computer.python.executable, "-c", HOLD, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline().strip() == b"locked"
        click = at.computer.click(clicked)
        assert click.happened["alerts"] == [
            f"Another click or command is at work in {name}. Nothing was changed. Wait until it has ended, then try again."
        ]
        assert click.happened["results"] == {str(clicked): UNTOUCHED}
    finally:
        holder.kill()
        holder.communicate()
    click = at.computer.click(clicked)
    assert click.happened["results"] == {str(clicked): READY}


def test_no_module_beside_the_workbook_or_in_excels_current_folder_is_loaded(desk, monkeypatch):
    at = desk()
    (clicked,) = at.computer.put(at.workbook, "Downloads/returns.xlsm")
    planted = ["action_returns", "xlwings", "json", "ctypes"]
    for name in planted:
        (clicked.parent / name).mkdir()
        (clicked.parent / name / "__init__.py").write_text("raise SystemExit('a planted module ran')")
    monkeypatch.chdir(clicked.parent)
    at.computer.modules = planted
    click = at.computer.click(clicked)
    assert click.exit_codes == [0]
    assert click.happened["results"] == {str(clicked): READY}
    assert Path(click.happened["folder"]).samefile(at.computer.python.executable.parent)
    assert set(click.happened["modules"]) == set(planted)
    assert not any(Path(file).is_relative_to(clicked.parent) for file in click.happened["modules"].values())
