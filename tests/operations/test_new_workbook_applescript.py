"""On a Mac, Excel starts Python only through a script in one certain folder: it gets there, and only there."""

import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from action_returns.errors import OutputFileError
from action_returns.operations.doctor import run_checks
from action_returns.operations.new_workbook import applescript_problem, install_applescript

FOLDER = Path("Library/Application Scripts/com.microsoft.Excel")
NAME = f"xlwings-{version('xlwings')}.applescript"


def of_xlwings():
    return Path(find_spec("xlwings").origin).with_name(NAME).read_bytes()


def test_on_a_mac_the_script_of_the_installed_xlwings_lies_where_excel_may_run_it(tmp_path):
    script = install_applescript("darwin", tmp_path)
    assert script == tmp_path / FOLDER / NAME
    assert script.read_bytes() == of_xlwings()
    assert [path.name for path in script.parent.iterdir()] == [NAME]


def test_its_name_is_the_one_the_vba_of_the_installed_xlwings_asks_for(tmp_path):
    macros = Path(find_spec("xlwings").origin).with_name("xlwings.bas").read_text(encoding="cp1252")
    assert f'XLWINGS_VERSION As String = "{version("xlwings")}"' in macros
    assert '"xlwings-" & XLWINGS_VERSION & ".applescript"' in macros
    assert install_applescript("darwin", tmp_path).name == NAME


def test_a_damaged_script_is_put_right_and_scripts_of_others_stay(tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / NAME).write_text("cut off")
    (tmp_path / FOLDER / "xlwings-0.1.applescript").write_text("an older workbook needs it")
    assert install_applescript("darwin", tmp_path).read_bytes() == of_xlwings()
    assert (tmp_path / FOLDER / "xlwings-0.1.applescript").read_text() == "an older workbook needs it"


@pytest.mark.parametrize("platform", ["win32", "linux", "cygwin"])
def test_nothing_is_put_anywhere_on_other_platforms(tmp_path, platform):
    assert install_applescript(platform, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said_in_words_with_what_to_do(tmp_path):
    (tmp_path / "Library").write_text("not a folder")
    with pytest.raises(OutputFileError) as caught:
        install_applescript("darwin", tmp_path)
    said = str(caught.value)
    why = "" if os.name == "nt" else "Not a directory)"  # Windows says so in words of its own
    assert f"{tmp_path / FOLDER / NAME} cannot be written ({why}" in said
    assert "The workbook itself was made." in said
    assert str(Path(find_spec("xlwings").origin).with_name(NAME)) in said


def script_check(paths):
    return next((well, seen) for what, well, seen in run_checks(paths) if what == "AppleScript")


def test_doctor_on_a_mac_looks_for_the_script_and_says_how_it_gets_there(tmp_path, paths, monkeypatch):
    monkeypatch.setattr(
        "action_returns.operations.doctor.sys", SimpleNamespace(platform="darwin", executable="/python")
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    well, seen = script_check(paths)
    assert not well
    assert seen.startswith(f"{tmp_path / FOLDER / NAME} is missing, so that no button of a workbook can start Python. ")
    assert "action-returns new" in seen
    assert "xlwings runpython install" in seen
    install_applescript("darwin", tmp_path)
    assert script_check(paths) == (True, "lies where Excel may run it")
    (tmp_path / FOLDER / NAME).write_text("cut off")
    assert "is not the one of the installed xlwings" in script_check(paths)[1]
    (tmp_path / FOLDER / NAME).unlink()
    (tmp_path / FOLDER / NAME).mkdir()
    assert "cannot be read: " in script_check(paths)[1]


def test_elsewhere_no_script_is_needed(tmp_path, paths):
    assert applescript_problem("linux", tmp_path) == ""
    assert all(what != "AppleScript" for what, _, _ in run_checks(paths))
