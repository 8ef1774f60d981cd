"""A new workbook: for this computer and this account, under a usable name, and never at the cost of another file."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from zipfile import ZipFile

import openpyxl
import pytest

from action_returns import __version__, windows_files
from action_returns.batch.context import DEFAULT_POLICY, ReasonKind
from action_returns.channels.folder import OutboxSettings
from action_returns.errors import OutputFileError, WorkbookError
from action_returns.files import packaged_file
from action_returns.operations import new_workbook as workbooks
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import interpreter, new_workbook
from action_returns.readers.batch_file import read_batch
from action_returns.settings.profile import Profile
from action_returns.workbook_builder.contents import Entries
from tests.support.held_files import held, on_windows

NO_PROFILE = Account()
SAMPLES = "workbook_templates/samples/returns.xlsx"
ON_WINDOWS = os.name == "nt"
UNUSABLE = '|";^<>' if ON_WINDOWS else '|$";`\\'


def refusal(path, **options):
    with pytest.raises(OutputFileError) as caught:
        new_workbook(path, NO_PROFILE, **options)
    return str(caught.value)


def pairs(path, sheet):
    """Give what stands in a hidden sheet."""
    book = openpyxl.load_workbook(path)
    assert book[sheet].sheet_state == "veryHidden"
    return dict(row[:2] for row in book[sheet].iter_rows(values_only=True))


def cells(path):
    columns = read_batch(path).columns
    return list(zip(columns.action_id, columns.amount, columns.reason, strict=True))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_xlsm_has_the_buttons_and_an_xlsx_has_no_macros(tmp_path):
    for name, has_macros in (("returns.xlsm", True), ("returns.xlsx", False), ("MORE.XLSM", True)):
        made = new_workbook(tmp_path / name, NO_PROFILE)
        parts = ZipFile(made.path).namelist()
        assert ("xl/vbaProject.bin" in parts, "customUI/customUI14.xml" in parts) == (has_macros, has_macros)
        assert (made.path, made.size, made.rows, made.kept) == (tmp_path / name, made.path.stat().st_size, 0, None)


@pytest.mark.parametrize("name", ["returns.xls", "returns.csv", "returns", "returns.xlsm.zip", "returns.xltx"])
def test_a_name_that_is_no_workbook_is_refused(tmp_path, name):
    assert "ends neither in .xlsm (with buttons) nor in .xlsx" in refusal(tmp_path / name)
    assert names(tmp_path) == []


@pytest.mark.parametrize("character", "=" + UNUSABLE)
def test_a_name_the_buttons_cannot_work_with_is_refused_with_the_character(tmp_path, character):
    said = refusal(tmp_path / f"re{character}turns.xlsm")
    assert f"holds the character {character} in its name or folder" in said
    assert names(tmp_path) == []


@pytest.mark.parametrize("character", ";^" if ON_WINDOWS else UNUSABLE)  # no folder of Windows has one of the others
def test_a_folder_the_buttons_cannot_work_with_is_refused_with_the_character(tmp_path, character, monkeypatch):
    folder = tmp_path / f"re{character}turns"
    folder.mkdir()
    assert f"holds the character {character}" in refusal(folder / "returns.xlsm")
    monkeypatch.chdir(folder)
    assert f"holds the character {character}" in refusal(Path("returns.xlsm")), "also where the folder goes unsaid"
    assert names(folder) == []


def test_on_windows_other_names_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks.sys, "platform", "win32")
    monkeypatch.setenv("SECTION", "x;y")
    assert "holds the character ^ in its name or folder" in refusal(tmp_path / "re^turns.xlsm")
    assert "holds %SECTION% in its name or folder" in refusal(tmp_path / "50%SECTION%.xlsm")
    assert new_workbook(tmp_path / "$ and `.xlsm", NO_PROFILE).path.exists()


def test_an_equals_sign_in_the_folder_and_umlauts_and_blanks_are_fine(tmp_path):
    folder = tmp_path / "year=2026"
    folder.mkdir()
    assert new_workbook(folder / "Meine Rückgaben (März).xlsm", NO_PROFILE).path.exists()


# --- other files


def test_a_file_that_is_there_is_never_replaced(tmp_path):
    for name in ("returns.xlsm", "returns.xlsx"):
        (tmp_path / name).write_text("somebody's work")
        assert "exists already and was left as it is" in refusal(tmp_path / name)
        assert "--force" in refusal(tmp_path / name)
        assert (tmp_path / name).read_text() == "somebody's work"
    assert names(tmp_path) == ["returns.xlsm", "returns.xlsx"]


def test_with_overwrite_it_is_kept_under_another_name_again_and_again(tmp_path):
    path = tmp_path / "returns.xlsx"
    assert new_workbook(path, NO_PROFILE, overwrite=True).kept is None
    contents = []
    for number in (1, 2, 3):
        contents.append(path.read_bytes())
        made = new_workbook(path, NO_PROFILE, overwrite=True)
        assert made.kept == tmp_path / f"returns before {number}.xlsx"
    kept = [(tmp_path / f"returns before {number}.xlsx").read_bytes() for number in (1, 2, 3)]
    assert kept == contents
    assert len({*kept, path.read_bytes()}) == 4


def test_a_kept_name_that_is_taken_is_not_taken_again(tmp_path):
    (tmp_path / "returns before 1.xlsx").write_text("mine")
    (tmp_path / "returns.xlsx").write_text("older")
    made = new_workbook(tmp_path / "returns.xlsx", NO_PROFILE, overwrite=True)
    assert (made.kept.name, made.kept.read_text()) == ("returns before 2.xlsx", "older")
    assert (tmp_path / "returns before 1.xlsx").read_text() == "mine"


def test_a_folder_of_that_name_is_not_put_aside(tmp_path):
    (tmp_path / "returns.xlsx").mkdir()
    assert "exists already" in refusal(tmp_path / "returns.xlsx", overwrite=True)
    assert (tmp_path / "returns.xlsx").is_dir()


def test_a_file_that_cannot_be_put_aside_stays_and_the_program_that_has_it_open_is_named_as_a_reason(
    tmp_path, monkeypatch
):
    path = tmp_path / "returns.xlsx"
    path.write_text("open in Excel")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    said = refusal(path, overwrite=True)
    assert "cannot be renamed: Permission denied. If a program has it open, close it there first." in said
    assert (names(tmp_path), path.read_text()) == (["returns.xlsx"], "open in Excel")


@on_windows
def test_a_workbook_that_is_open_in_excel_stays_where_it_is(tmp_path, monkeypatch):
    path = tmp_path / "returns.xlsx"
    path.write_text("open in Excel")
    monkeypatch.setattr(windows_files, "sleep", lambda _: None)
    with held(path, "reading"):
        said = refusal(path, overwrite=True)
    assert said == f"{path} cannot be renamed: another program has it open. Close it there, then try again."
    assert (names(tmp_path), path.read_text()) == (["returns.xlsx"], "open in Excel")


@on_windows
def test_a_name_that_windows_keeps_for_a_device_is_refused(tmp_path):
    for overwrite in (False, True):
        said = refusal(tmp_path / "con.xlsm", overwrite=overwrite)
        assert "cannot be written: Windows keeps the name con for a device, whatever follows it." in said
        assert said.endswith("Nothing was written. Choose another name.")


def test_when_the_new_one_cannot_be_written_the_old_one_gets_its_name_back(tmp_path, monkeypatch):
    path = tmp_path / "returns.xlsx"
    path.write_text("older")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workbooks, "write_atomically", full)
    assert "cannot be written: No space left on device. Nothing was written." in refusal(path, overwrite=True)
    assert (names(tmp_path), path.read_text()) == (["returns.xlsx"], "older")


def test_a_missing_folder_and_one_that_cannot_be_written_are_refused_and_nothing_is_half_written(tmp_path):
    assert "No such file or directory" in refusal(tmp_path / "none" / "returns.xlsx")
    (tmp_path / "file").write_text("not a folder")
    assert "cannot be written: Not a directory" in refusal(tmp_path / "file" / "returns.xlsx")
    assert names(tmp_path) == ["file"]


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("action_returns.files.os.fsync", full)
    assert "No space left on device" in refusal(tmp_path / "returns.xlsm")
    assert names(tmp_path) == []


# --- what stands in it


def test_the_samples_are_the_48_rows_of_the_sample_returns_and_without_them_there_are_none(tmp_path):
    made = new_workbook(tmp_path / "samples.xlsx", NO_PROFILE, samples=True)
    assert made.rows == 48
    assert cells(made.path) == cells(packaged_file(SAMPLES))
    new_workbook(tmp_path / "blank.xlsx", NO_PROFILE)
    sheet = openpyxl.load_workbook(tmp_path / "blank.xlsx")["Actions"]
    assert sheet.tables["Actions"].ref.startswith("A3:")
    assert set(sheet.iter_rows(min_row=4, max_col=3, values_only=True)) == {(None, None, None)}


def test_the_profile_is_stamped_with_its_environment_reason_codes_and_largest_usual_amount(tmp_path):
    profile = Profile(
        environment="test",
        reasons={"DAMAGED": "reverse", "PARTLY_BACK": "either"},
        max_amount="250.50",
        channel=OutboxSettings(kind="outbox", directory=tmp_path),
    )
    account = Account("acme", "test", profile.policy(), profile=profile)
    path = new_workbook(tmp_path / "returns.xlsx", account).path
    meta = pairs(path, "_meta")
    assert (meta["profile"], meta["environment"]) == ("acme", "test")
    assert (meta["most_without_warning"], meta["own_id_pattern"]) == (250.5, False)
    assert meta["tool_version"] == __version__
    rows = [row[:2] for row in openpyxl.load_workbook(path)["Reasons"].iter_rows(min_row=4, values_only=True)]
    standard = [("ORDER_UPDATE", "modify"), ("REJECTED", "reverse")]
    assert rows == [*standard, ("DAMAGED", "reverse"), ("PARTLY_BACK", "either")]
    assert "acme" in openpyxl.load_workbook(path, data_only=True)["Start"]["A2"].value


def test_a_pattern_of_ids_of_ones_own_is_told_to_the_live_check(tmp_path):
    account = Account(policy=replace(DEFAULT_POLICY, action_id_pattern="X[0-9]+"))
    assert pairs(new_workbook(tmp_path / "r.xlsx", account).path, "_meta")["own_id_pattern"] is True


def test_without_a_profile_it_has_the_reason_codes_everybody_has_and_says_how_to_make_one(tmp_path):
    path = new_workbook(tmp_path / "returns.xlsx", NO_PROFILE).path
    assert not pairs(path, "_meta")["profile"], "not the name default, which is no profile"
    codes = {row[0]: row[1] for row in openpyxl.load_workbook(path)["Reasons"].iter_rows(min_row=4, values_only=True)}
    assert codes == {code: kind.value for code, kind in DEFAULT_POLICY.reasons.items()}
    assert "Settings, on the ribbon tab" in openpyxl.load_workbook(path, data_only=True)["Start"]["A2"].value


def test_every_workbook_is_told_from_every_other(tmp_path):
    ids = {pairs(new_workbook(tmp_path / name, NO_PROFILE).path, "_meta")["book_id"] for name in ("a.xlsx", "b.xlsx")}
    assert len(ids) == 2


def test_a_policy_is_only_shown_never_changed(tmp_path):
    policy = replace(DEFAULT_POLICY, reasons=MappingProxyType({"ONLY": ReasonKind.EITHER}))
    new_workbook(tmp_path / "returns.xlsx", Account(policy=policy), samples=True)
    assert dict(policy.reasons) == {"ONLY": ReasonKind.EITHER}


@pytest.mark.parametrize(
    ("platform", "key"),
    [("win32", "INTERPRETER_WIN"), ("darwin", "INTERPRETER_MAC"), ("linux", "INTERPRETER_MAC")],
)
def test_xlwings_is_told_the_python_under_the_key_of_the_platform(platform, key):
    assert interpreter(platform, "/opt/my python/bin/python") == {key: "/opt/my python/bin/python"}


@pytest.mark.parametrize("name", ["returns.xlsm", "returns.xlsx"])
def test_the_buttons_run_this_very_python_and_no_csv_py_that_lies_beside_the_workbook(tmp_path, name):
    conf = pairs(new_workbook(tmp_path / name, NO_PROFILE).path, "xlwings.conf")
    key = "INTERPRETER_WIN" if sys.platform == "win32" else "INTERPRETER_MAC"
    assert {name: value for name, value in conf.items() if name.startswith("INTERPRETER") and value} == {
        key: sys.executable
    }
    assert Path(conf[key]).is_absolute()
    assert conf["ADD_WORKBOOK_TO_PYTHONPATH"] == conf["USE UDF SERVER"] == "False", "texts, as xlwings compares them"


def test_a_workbook_holds_the_path_for_a_like_computer_of_the_other_system_too(tmp_path, monkeypatch):
    for key, other in (("INTERPRETER_WIN", "INTERPRETER_MAC"), ("INTERPRETER_MAC", "INTERPRETER_WIN")):
        monkeypatch.setattr(workbooks, "interpreter", lambda *_, key=key: {key: "own"})
        monkeypatch.setattr(workbooks, "interpreters_elsewhere", lambda other=other: {other: "elsewhere"})
        conf = pairs(new_workbook(tmp_path / f"{key}.xlsm", NO_PROFILE).path, "xlwings.conf")
        assert (conf[key], conf[other]) == ("own", "elsewhere")


def test_on_a_mac_no_buttons_are_made_that_would_start_another_program_than_this_python(tmp_path, monkeypatch):
    mac = SimpleNamespace(platform="darwin", executable="/Users/zoe/My Apps/bin/python")
    for module in ("new_workbook", "interpreter"):
        monkeypatch.setattr(f"action_returns.operations.{module}.sys", mac)
    if ON_WINDOWS:  # its paths have the character \, which no path of a Mac's workbook may have
        monkeypatch.setattr(workbooks, "unusable_part", lambda *_, **__: None)
    said = refusal(tmp_path / "returns.xlsm")
    assert 'holds the character " ", so a click would start another program on this Mac. Nothing was written.' in said
    assert "with uv tool install action-returns, or with pipx after export PIPX_HOME=~/.local/pipx" in said
    assert said.endswith("Or make a workbook that ends in .xlsx, which has no buttons.")
    assert names(tmp_path) == []
    assert new_workbook(tmp_path / "returns.xlsx", NO_PROFILE).path.exists(), "it has no buttons"
    mac.executable = "/Users/zoe/apps/bin/python"
    assert new_workbook(tmp_path / "returns.xlsm", NO_PROFILE).path.exists()


def test_making_one_loads_neither_xlwings_nor_a_data_frame_library(tmp_path):
    program = (
        "import json, sys; from action_returns.cli.app import run\n"
        "code = run(['new', sys.argv[1], '--samples', '--json'])\n"
        "heavy = {'xlwings', 'xlwings.pro', 'numpy', 'pandas', 'polars', 'pyarrow'}\n"
        "print(json.dumps([code, sorted(heavy & set(sys.modules))]), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "returns.xlsm")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(result.stderr.splitlines()[-1]) == [0, []]


@pytest.mark.parametrize("text", ["a\ud800", "x" * 32_768])
def test_a_text_that_no_workbook_can_hold_is_refused_with_its_row(text):
    with pytest.raises(WorkbookError, match="Row 2 holds a text"):
        Entries(rows=[("M.1.1.1", "0", "REJECTED"), (text, "0", "REJECTED")])
