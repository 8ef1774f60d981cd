"""The settings of xlwings in a workbook: each one it asks for, so that it looks for none anywhere else."""

import re

import pytest

from action_returns.operations.account import Account
from action_returns.operations.new_workbook import new_workbook
from action_returns.workbook_builder.info import WorkbookInfo
from tests.workbook_builder.running_vba import LIBRARY, PYTHON

CONF = dict(WorkbookInfo("1").conf_rows())


def test_every_setting_that_the_vba_of_xlwings_asks_for_stands_in_the_workbook():
    asked = re.findall(r"\bGetConfig\((?!configKey)([^,)]*)", LIBRARY)
    assert [key for key in asked if not re.fullmatch('"[^"]+"', key)] == [], "a key that is no plain text"
    assert {key.strip('"') for key in asked} == CONF.keys()


def test_no_key_stands_there_twice_and_all_are_in_capitals_as_xlwings_looks_for_them():
    keys = [key for key, _ in WorkbookInfo("1").conf_rows()]
    assert len(keys) == len(set(keys))
    assert [key for key in keys if key != key.upper() or not key] == []


def test_settings_that_are_truth_values_are_words_because_a_blank_cell_is_none():
    as_boolean = set(re.findall(r'GetConfig\("([^"]+)", (?:False|"true"|"True")\)', LIBRARY))
    assert as_boolean == {
        "ADD_WORKBOOK_TO_PYTHONPATH",
        "USE UDF SERVER",
        "SHOW CONSOLE",
        "DEBUG UDFS",
        "SHOW_ERROR_POPUPS",
    }
    assert {key: CONF[key] for key in as_boolean} == dict.fromkeys(as_boolean, "False") | {"SHOW_ERROR_POPUPS": "True"}


def test_what_names_a_path_a_program_or_an_environment_is_blank_but_for_the_systems_own_folder():
    words = {"False", "True"}
    assert {key: value for key, value in CONF.items() if value and value not in words} == {"TEMP DIR": "%TEMP%"}


@pytest.mark.parametrize("key", ["INTERPRETER_WIN", "INTERPRETER_MAC"])
def test_the_python_of_this_computer_stands_under_the_key_of_its_system_and_the_other_is_blank(key):
    conf = dict(WorkbookInfo("1", interpreter={key: "/python"}).conf_rows())
    assert {name: value for name, value in conf.items() if CONF[name] != value} == {key: "/python"}


# ------------------------------------------------------------------------------------------- in xlwings' own VBA


def test_a_click_asks_no_file_and_looks_for_none_but_python(excel, system):
    running = excel(own_library=True)
    running.click("Validate")
    assert running.said == []
    assert [line for line in running.started if line.startswith("asked ")] == []
    looked = [line for line in running.started if line.startswith("looked for ")]
    assert looked == ([r"looked for C:\Python\python.exe"] if system == "windows" else [])


@pytest.mark.parametrize("system", ["windows"], indirect=True)
def test_what_python_says_goes_to_the_folder_of_the_system_for_such_files(excel):
    running = excel(own_library=True)
    running.click("Validate")
    assert re.search(r' 2> "C:\\Temp\\xlwings-[0-9A-F-]{36}\.log" $', running.shell.lines[0])


@pytest.mark.parametrize("system", ["windows"], indirect=True)
def test_a_setting_that_a_workbook_lacks_is_looked_up_in_a_file_beside_it(excel, tmp_path, monkeypatch):
    monkeypatch.setattr(WorkbookInfo, "conf_rows", lambda _: [("INTERPRETER_WIN", PYTHON), ("USE UDF SERVER", "False")])
    new_workbook(tmp_path / "returns.xlsm", Account())
    running = excel(tmp_path / "returns.xlsm", own_library=True)
    running.click("Validate")
    asked = {line.rsplit(" for ", 1)[1] for line in running.started if line.startswith("asked ")}
    assert {"PYTHONPATH", "CONDA PATH", "CONDA ENV", "TEMP DIR"} <= asked, "which is why all of them are there"
