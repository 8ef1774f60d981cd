"""Files of pywin32 that are damaged keep nobody from knowing what to do: the folder to delete is named."""

import builtins
import json
import sys

import pytest

from action_returns.cli.app import run
from action_returns.errors import ExcelError
from action_returns.excel import button, clicks, reach
from tests.excel.desk import GOOD

FOLDER = r"C:\Users\ann\AppData\Local\Temp\gen_py\3.12"
TO_DO = (
    "Delete this folder, or the file in its place, and try again; pywin32 makes it anew. Should that be refused, set the "
    "variable TEMP to a folder of your own and start Excel again."
)


def raise_in_gencache(error):
    """Raise an error as pywin32 does while it is at work in its folder."""
    names = {"__name__": "win32com.client.gencache", "error": error}
    exec("def raise_it(): raise error", names)  # the module of a function is the one of its globals
    names["raise_it"]()


@pytest.fixture
def cache(excel, monkeypatch):
    """The folder of pywin32, beside a running Excel."""
    monkeypatch.setattr(sys.modules["win32com"], "__gen_path__", FOLDER, raising=False)
    return excel


DAMAGED = [
    (EOFError("Ran out of input"), "EOFError"),
    (AttributeError("module has no attribute 'CLSIDToClassMap'"), "AttributeError"),
    (SyntaxError("invalid syntax"), "SyntaxError"),
    (PermissionError(13, "Permission denied"), "Permission denied"),
    (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
]


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(("error", "said"), DAMAGED)
def test_a_damaged_folder_is_named_with_what_to_do(error, said):
    with pytest.raises(ExcelError) as told:
        reach.reach_excel(lambda _xlwings: raise_in_gencache(error))
    assert str(told.value) == (
        f"Excel cannot be reached. Nothing was changed. pywin32 cannot use its folder {FOLDER} ({said}). {TO_DO}"
    )


@pytest.mark.usefixtures("cache")
def test_a_damaged_folder_is_named_also_where_xlwings_takes_it_for_a_busy_excel():
    def take_for_busy(_xlwings):
        try:
            raise_in_gencache(AttributeError("CLSIDToPackageMap"))
        except AttributeError:
            raise RuntimeError("Excel application is not responding")  # noqa: B904  # as xlwings does

    with pytest.raises(ExcelError, match="pywin32 cannot use its folder"):
        reach.reach_excel(take_for_busy)


def test_any_other_error_stays_what_it_is():
    def fail(_xlwings):
        raise AttributeError("CLSIDToClassMap")

    with pytest.raises(AttributeError):
        reach.reach_excel(fail)


@pytest.mark.usefixtures("excel")
def test_a_windows_without_pywin32_is_told(monkeypatch):
    import xlwings

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(xlwings, "engines", [])
    with pytest.raises(ExcelError, match="The package pywin32 is missing or damaged"):
        reach.reach_excel(lambda found: found)


@pytest.mark.usefixtures("cache")
def test_a_click_that_cannot_find_its_workbook_for_that_reason_says_so(desk, monkeypatch):
    said = []
    monkeypatch.setattr(button, "show_without_excel", said.append)
    desk.open(GOOD)
    broken = AttributeError("module has no attribute 'CLSIDToPackageMap'")
    with desk.excel.clicked(desk.book):
        monkeypatch.setattr("xlwings.Book.caller", lambda: raise_in_gencache(broken))
        clicks.validate()
    assert said == [
        f"Excel cannot be reached. Nothing was changed. pywin32 cannot use its folder {FOLDER} (AttributeError). {TO_DO}"
    ]


@pytest.mark.usefixtures("cache", "outbox")
def test_a_click_that_is_stopped_in_its_middle_for_that_reason_says_so(desk, monkeypatch):
    desk.open(GOOD)
    broken = ModuleNotFoundError("No module named 'win32com.gen_py.00020813.Range'")
    monkeypatch.setattr("action_returns.excel.engine.read_cells", lambda _cells: raise_in_gencache(broken))
    said = desk.click("validate", unexpected="ModuleNotFoundError")
    assert said.startswith("Unexpected error (ModuleNotFoundError). Whether anything was sent shows in History.")
    assert said.endswith(f"pywin32 cannot use its folder {FOLDER} (ModuleNotFoundError). {TO_DO}")


@pytest.mark.usefixtures("cache", "outbox", "excel")
def test_a_command_says_so_too(monkeypatch, capsys):
    monkeypatch.setattr("xlwings.apps", type("Apps", (), {"__iter__": lambda _: raise_in_gencache(EOFError())})())
    assert run(["check", "returns.xlsm", "--live", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert "pywin32 cannot use its folder" in json.dumps(told)


@pytest.mark.usefixtures("outbox")
def test_what_pywin32_prints_does_not_stand_in_the_answer_of_a_command(monkeypatch, capsys):
    true_import = builtins.__import__

    def print_first(name, *details):
        if name == "xlwings":
            sys.stdout.write("Rebuilding cache of generated files for COM support...")
        return true_import(name, *details)

    monkeypatch.setattr(builtins, "__import__", print_first)
    reach.reach_excel(lambda found: found)
    assert capsys.readouterr().out == ""
