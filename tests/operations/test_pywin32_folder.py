"""`doctor` tells on Windows whether Excel can be reached, and which folder of pywin32 to delete where it cannot."""

import sys
import types

import pytest

from action_returns.errors import ExcelError
from action_returns.operations import doctor
from action_returns.operations.pywin32_folder import check_pywin32

FOLDER = r"C:\Users\ann\AppData\Local\Temp\gen_py\3.12"


@pytest.fixture
def gencache(monkeypatch):
    """pywin32 with a folder in which nothing is."""
    cache = types.ModuleType("win32com.client.gencache")
    cache.clsidToTypelib = {}
    client = types.ModuleType("win32com.client")
    client.gencache = cache
    package = types.ModuleType("win32com")
    package.client, package.__gen_path__, package.__path__ = client, FOLDER, []
    for module in (package, client, cache):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return cache


def let_reading_raise(gencache, error):
    """Give pywin32 a module in its folder that raises when it is imported."""
    gencache.clsidToTypelib = {"{00020893}": ("{00020813}", 0, 1, 9), "{00020846}": ("{00020813}", 0, 1, 9)}
    gencache.error = error
    exec("def GetModuleForTypelib(*library): raise error", vars(gencache))


@pytest.mark.usefixtures("gencache")
def test_a_folder_that_is_right_is_named():
    assert check_pywin32() == f"pywin32 is in place; its folder is {FOLDER}"


@pytest.mark.parametrize("error", [AttributeError("CLSIDToClassMap"), SyntaxError("invalid syntax")])
def test_a_module_that_is_damaged_is_told_with_what_to_do(gencache, error):
    let_reading_raise(gencache, error)
    with pytest.raises(ExcelError) as told:
        check_pywin32()
    assert str(told.value).startswith(
        f"pywin32 cannot use its folder {FOLDER} ({type(error).__name__}). Delete this folder, or the file in its place, "
    )


def test_a_module_that_was_deleted_is_no_damage(gencache):
    let_reading_raise(gencache, ModuleNotFoundError("No module named 'win32com.gen_py.00020813'"))
    assert check_pywin32().startswith("pywin32 is in place")


def test_a_computer_without_pywin32_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "win32com", None)
    with pytest.raises(ExcelError, match="pywin32 is missing or damaged"):
        check_pywin32()


@pytest.mark.usefixtures("gencache")
@pytest.mark.parametrize(("system", "asks"), [("win32", True), ("linux", False), ("darwin", False)])
def test_doctor_asks_on_windows_only(monkeypatch, paths, system, asks):
    monkeypatch.setattr(doctor.sys, "platform", system)
    asked = next((check for check in doctor.run_checks(paths) if check[0] == "Excel"), None)
    assert asked == (("Excel", True, f"pywin32 is in place; its folder is {FOLDER}") if asks else None)


def test_doctor_says_what_to_do(monkeypatch, paths, gencache):
    let_reading_raise(gencache, AttributeError("CLSIDToClassMap"))
    monkeypatch.setattr(doctor.sys, "platform", "win32")
    ((_, is_right, found),) = [check for check in doctor.run_checks(paths) if check[0] == "Excel"]
    assert (is_right, "Delete this folder" in found) == (False, True)
