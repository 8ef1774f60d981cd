"""What a click starts: this Python and nothing else, whatever the workbook and its folder are called and hold.

The lines are those that xlwings' own VBA and AppleScript make; cmd.exe is modelled, sh is the real one.
test_build_clicks_on_windows.py lets cmd.exe run them.
"""

import string
import subprocess
import sys
from pathlib import Path

import pytest

import action_returns
from action_returns.operations.workbook_name import unusable_for_sh, unusable_part
from tests.workbook_builder.command_lines import (
    MisreadError,
    line_for_sh,
    put_recorder,
    started_by_cmd,
    started_by_sh,
)
from tests.workbook_builder.running_vba import EXCLAMATION, PYTHON, WINDOWS

RUN = "from action_returns.excel import clicks; clicks.send()"
CODE = "import xlwings.utils; xlwings.utils.prepare_sys_path; from action_returns.excel import clicks; clicks.send()"
SPECIAL = string.punctuation + " \n\r"
NEVER_IN_NAMES = {"windows": set("\\/:*?\n\r"), "mac": {"/", ":"}}
"""Characters that a file cannot have in its name; a colon on a Mac is a slash that people see."""
VARIABLES = ["%TEMP%", "$TEMP", "${TEMP}", "%CD%", "x%RANDOM%x", "$systemroot", "%a%TEMP%", "a%a%TEMP%"]
"""Texts for which Windows or Python puts something else."""
NO_VARIABLES = [
    "%",
    "100%",
    "50% of 100%",
    "%NOPE%",
    "$NOPE",
    "share$",
    "$TEMPO",
    "$",
    "${",
    "${}",
    "a&b",
]
PEOPLES = ["Rückgaben (März) & co", "it's", "a,b+c#d", "year~1", "返品", "[x] {y} @z!"]


class Place:
    """A workbook under a name and in a folder, on one of the systems."""

    def __init__(self, excel, system, tmp_path):
        self.system, self.tmp_path = system, tmp_path
        self.running = excel(own_library=True)
        self.book = self.running.app.workbook

    def put(self, name, folder):
        self.book.name = f"re{name}turns.xlsm"
        self.book.path = rf"C:\Users\z{folder}oe" if self.system == "windows" else f"/Users/z{folder}oe"
        self.running.app.console.clear()
        self.running.app.dialogs.clear()
        self.running.shell.lines.clear()

    @property
    def full_name(self):
        return self.book.path + ("\\" if self.system == "windows" else "/") + self.book.name

    def click(self):
        self.running.click("Send")
        return self.running.said

    def start_without_a_look(self):
        self.running.app.run("xlwings.RunPython", RUN)

    def started(self):
        if self.system == "windows":
            return started_by_cmd(self.running.shell.lines[0], WINDOWS)
        return started_by_sh(self.running.started, self.tmp_path)

    def is_as_meant(self):
        """Return whether exactly this Python is started, and told exactly this workbook."""
        try:
            started = self.started()
        except MisreadError:
            return False
        books = (self.full_name, self.full_name)
        return (started.told[:3], started.code, started.name) == (("False", *books), CODE, self.book.name) and set(
            started.told[3:]
        ) == {""}

    def is_refused_on_the_command_line(self):
        windows = self.system == "windows"
        variables = {name.upper() for name in WINDOWS}
        return unusable_part(self.book.name, self.book.path, windows=windows, variables=variables) is not None


@pytest.fixture
def place(excel, system, tmp_path):
    return Place(excel, system, tmp_path)


def test_refused_are_exactly_the_characters_that_the_system_would_read_otherwise(place, system):
    refused = {"name": "", "folder": ""}
    for character in sorted(set(SPECIAL) - NEVER_IN_NAMES[system]):
        for where, parts in {"name": (character, ""), "folder": ("", character)}.items():
            place.put(*parts)
            said = place.click()
            assert place.is_refused_on_the_command_line() == bool(said)
            if said:
                refused[where] += character
                assert (place.running.shell.lines, place.running.started) == ([], [])
                assert "which the buttons cannot work with. Save it under another name or in another folder" in said[0]
                assert place.running.icons == [EXCLAMATION]
                place.start_without_a_look()
            assert place.is_as_meant() == (not said), (where, character)
    both = {"mac": '|";\\$`\n\r', "windows": '|";^<>'}[system]
    assert refused == {"name": "".join(sorted(both + "=")), "folder": "".join(sorted(both))}


@pytest.mark.parametrize("system", ["windows"], indirect=True)
@pytest.mark.parametrize("text", VARIABLES + NO_VARIABLES)
def test_refused_are_the_variables_that_windows_has(place, text):
    for name, folder in ((f" {text} ", ""), ("", f" {text} ")):
        place.put(name, folder)
        said = place.click()
        assert bool(said) == place.is_refused_on_the_command_line() == (text in VARIABLES), (name, folder)
        if said:
            assert "for which Windows puts the value of a variable" in said[0]
            place.start_without_a_look()
        assert place.is_as_meant() == (text in NO_VARIABLES), (name, folder)


@pytest.mark.parametrize("system", ["windows"], indirect=True)
def test_exclamation_marks_around_a_variable_are_refused_because_cmd_may_be_set_up_to_expand_them(place):
    place.put("!temp!", "")
    assert "!temp!, for which Windows puts the value of a variable" in place.click()[0]
    assert place.is_refused_on_the_command_line()


def test_a_line_break_is_named(place, system):
    place.put("\n", "")
    assert ("holds a line break which" in "".join(place.click())) == (system == "mac")


def test_names_that_people_give_work(place):
    for text in PEOPLES:
        place.put(text, text)
        assert place.click() == []
        assert place.is_as_meant(), text


@pytest.mark.parametrize("system", ["windows"], indirect=True)
def test_windows_goes_to_the_folder_of_python_first_and_starts_no_other_program(place):
    place.put("", "")
    place.click()
    started = place.started()
    assert started.before == ("cmd.exe /C C:", r'cd "C:\Python"')
    assert place.running.shell.lines[0].startswith(
        rf'cmd.exe /C C: & cd "C:\Python" & "{PYTHON}" -B -c "import xlwings'
    )


@pytest.mark.parametrize("system", ["windows"], indirect=True)
def test_a_cmd_exe_that_lies_in_excels_current_folder_is_told_and_nothing_starts(excel):
    for folder, refused in (
        (r"D:\Downloads", True),
        ("D:\\", True),
        (r"C:\Windows\System32", False),
        (r"C:\Users", False),
    ):
        running = excel(folder=folder)
        program = folder.removesuffix("\\") + "\\cmd.exe"
        there = folder != r"C:\Users"
        running.dir(f'If path = "{PYTHON}" Then Dir = path\nIf path = "{program}" And {there} Then Dir = "cmd.exe"')
        running.click("Send")
        assert (running.started == []) == refused
        assert [text.split(", which")[0] for text in running.said] == (
            [f"There is a file {program}"] if refused else []
        )


def test_a_sheet_whose_name_ends_in_py_is_told_because_xlwings_would_run_it(excel):
    running = excel()
    running.add("Rename", 'Public Sub Go()\nThisWorkbook.Worksheets(2).Name = "action_returns.py"\nEnd Sub')
    running.app.run("Rename.Go")
    running.click("Send")
    assert running.started == []
    assert running.said[0].startswith("The name of the sheet action_returns.py ends in .py")


@pytest.mark.parametrize("system", ["mac"], indirect=True)
def test_a_workbook_made_for_windows_starts_no_python_that_happens_to_come_first_on_a_mac(excel):
    running = excel(made_for="windows")
    running.click("Send")
    assert running.started == []
    assert running.said[0].startswith("This workbook was not made for a Mac.")


@pytest.mark.parametrize("system", ["mac"], indirect=True)
def test_on_a_mac_a_path_of_python_that_sh_would_cut_is_refused(place, tmp_path):
    place.running.add(
        "Other", 'Public Sub Put(text)\nThisWorkbook.Worksheets("xlwings.conf").Cells(2, 2).Value = text\nEnd Sub'
    )
    started, refused = "", ""
    for character in sorted(set(SPECIAL) - {"/"}):
        place.put("", "")
        noted, python = put_recorder(tmp_path / f"my{character}python")
        place.running.app.run("Other.Put", str(python))
        said = place.click()
        assert bool(said) == (unusable_for_sh(str(python)) == character)
        if said:
            assert (
                f"The path of Python holds the character {character}, so a Mac would start another program" in said[0]
            )
            assert place.running.started == []
            refused += character
            continue
        line = line_for_sh(place.running.started[-1]).replace("/Users/zoe/xlwings.log", str(tmp_path / "log"))
        run_line(f"{line}\nwait", "/")
        assert noted.read_bytes().split(b"\0")[0].decode() == str(python)
        noted.unlink()
        started += character
    assert started == "%+,-.:=@_"
    assert refused.startswith("\n\r ")


# ------------------------------------------------------------------------------------ modules that lie beside a workbook

PLANTED = ["action_returns", "xlwings", "csv", "json", "sitecustomize"]
"""Modules that a click loads, or that Python loads by itself."""
TELL = (
    "from action_returns.excel import clicks; import csv, json, sys, xlwings; "
    "sys.stderr.write(chr(10).join([clicks.__file__, csv.__file__, json.__file__, xlwings.__file__]))"
)


@pytest.fixture
def downloads(tmp_path):
    """A folder as strangers may fill it, the workbook's."""
    folder = tmp_path / "Downloads"
    for name in PLANTED:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise SystemExit('a planted module ran')")
    return folder


def run_line(line, cwd):
    done = subprocess.run(["/bin/sh", "-c", line], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr


@pytest.mark.parametrize("system", ["mac"], indirect=True)
def test_on_a_mac_no_module_beside_the_workbook_is_loaded(place, downloads, tmp_path):
    place.put("", "")
    place.book.path = str(downloads)
    assert place.click() == []
    line = line_for_sh(place.running.started[-1], interpreter=sys.executable, command=TELL)
    line = line.replace("/Users/zoe/xlwings.log", str(tmp_path / "log"))
    run_line(f"{line}\nwait", "/")
    ours, *others = (tmp_path / "log").read_text(encoding="utf-8").split("\n")
    assert Path(ours) == Path(action_returns.__file__).parent / "excel" / "clicks.py"
    assert len(others) == 3
    assert not any(str(downloads) in other for other in others)


@pytest.mark.parametrize("system", ["windows"], indirect=True)
def test_on_windows_no_module_beside_the_workbook_is_loaded(place, downloads):
    place.put("", "")
    place.click()
    started = place.started()
    told = ";".join(started.told).replace(place.full_name, str(downloads / "returns.xlsm"))
    code = f"import xlwings.utils;xlwings.utils.prepare_sys_path({told!r}); {TELL}"
    done = subprocess.run(  # in the folder of Python, where the line has gone before
        [sys.executable, *started.options, "-c", code],
        cwd=Path(sys.executable).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours, *others = done.stderr.split("\n")
    assert Path(ours) == Path(action_returns.__file__).parent / "excel" / "clicks.py"
    assert not any(str(downloads) in other for other in others)


def test_the_current_folder_decides_which_is_why_the_line_leaves_it(downloads):
    code = f"import xlwings.utils;xlwings.utils.prepare_sys_path('False;;;;;;'); {TELL}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=downloads, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == "a planted module ran\n", (
        "-P alone does not help: xlwings puts the current folder first again"
    )
