"""The path of Python in a workbook is one that a click can use, or it is told before a workbook is made."""

import sys

import pytest

from action_returns.operations import interpreter
from action_returns.operations.doctor import run_checks
from action_returns.operations.interpreter import interpreters_elsewhere, obstacle_to_buttons, path_for_buttons

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


# --- a workbook that comes to another user or computer


@pytest.fixture
def on_mac(monkeypatch):
    """A Mac of Zoe, with a Python in a path."""

    def at(path, home="/Users/zoe"):
        monkeypatch.setattr(interpreter, "sys", FakeSys(path))
        monkeypatch.setattr(FakeSys, "platform", "darwin")
        monkeypatch.setattr(sys, "executable", path)
        monkeypatch.setenv("HOME", home)

    return at


@pytest.fixture
def folders_of_zoe(monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", r"C:\Users\zoe\AppData\Local")
    monkeypatch.setenv("APPDATA", r"C:\Users\zoe\AppData\Roaming")
    monkeypatch.setenv("USERPROFILE", "C:\\Users\\zoe\\")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (
            r"C:\Users\zoe\AppData\Local\Programs\Python\python.exe",
            r"%LOCALAPPDATA%\Programs\Python\python.exe",
        ),
        (r"c:\users\ZOE\appdata\roaming\uv\tools\x\python.exe", r"%APPDATA%\uv\tools\x\python.exe"),
        (r"C:\Users\zoe\pipx\venvs\x\Scripts\python.exe", r"%USERPROFILE%\pipx\venvs\x\Scripts\python.exe"),
        (r"C:\Users\zoe2\python.exe", r"C:\Users\zoe2\python.exe"),
        (r"C:\Python\python.exe", r"C:\Python\python.exe"),
        (r"D:\C:\Users\zoe\python.exe", r"D:\C:\Users\zoe\python.exe"),
        (r"C:\Users\zoe\50% of (a)\python.exe", r"%USERPROFILE%\50% of (a)\python.exe"),
    ],
)
def test_on_windows_a_path_below_a_folder_of_the_user_begins_with_its_variable(on_windows, folders_of_zoe, path, kept):
    on_windows(path)
    assert (path_for_buttons(), obstacle_to_buttons()) == (kept, None)


def test_a_short_path_keeps_its_own_beginning_because_the_value_of_the_variable_is_the_long_one(
    on_windows, monkeypatch
):
    monkeypatch.setenv("USERPROFILE", r"C:\Users\Łukasz")
    on_windows(LONG, short=SHORT)
    assert path_for_buttons() == SHORT


@pytest.mark.parametrize("value", ["", "C:", "\\"])
def test_a_variable_that_names_no_folder_of_a_user_is_not_taken(on_windows, monkeypatch, value):
    for name in ("LOCALAPPDATA", "APPDATA", "USERPROFILE"):
        monkeypatch.setenv(name, value)
    on_windows(r"C:\Python\python.exe")
    assert path_for_buttons() == r"C:\Python\python.exe"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/Users/zoe/.local/bin/python", "$HOME/.local/bin/python"),
        ("/Users/zoe2/bin/python", "/Users/zoe2/bin/python"),
        ("/opt/homebrew/bin/python3", "/opt/homebrew/bin/python3"),
    ],
)
@pytest.mark.parametrize("home", ["/Users/zoe", "/Users/zoe/"])
def test_on_a_mac_a_path_below_the_home_begins_with_its_variable(on_mac, path, kept, home):
    on_mac(path, home)
    assert (path_for_buttons(), obstacle_to_buttons()) == (kept, None)


@pytest.mark.parametrize("home", ["", "/"])
def test_on_a_mac_without_a_home_the_path_stays(on_mac, home):
    on_mac("/usr/local/bin/python", home)
    assert path_for_buttons() == "/usr/local/bin/python"


@pytest.mark.parametrize("character", [" ", "$", "`"])
def test_a_mac_path_that_the_user_chose_keeps_its_rules_behind_the_variable(on_mac, paths, character):
    on_mac(f"/Users/zoe/Library/Application{character}Support/pipx/venvs/action-returns/bin/python")
    assert obstacle_to_buttons() == f'the character "{character}"'
    (check,) = (check for check in run_checks(paths) if check[0] == "Interpreter")
    assert not check[1]
    assert "with uv tool install action-returns, or with pipx after export PIPX_HOME=~/.local/pipx." in check[2]
    assert check[2].endswith("~/action-returns/bin/python -m action_returns new.")


UV = {"INTERPRETER_WIN": r"%APPDATA%\uv\tools\action-returns\Scripts\python.exe"}
UV["INTERPRETER_MAC"] = "$HOME/.local/share/uv/tools/action-returns/bin/python"
PIPX = {"INTERPRETER_WIN": r"%USERPROFILE%\pipx\venvs\action-returns\Scripts\python.exe"}
PIPX["INTERPRETER_MAC"] = "$HOME/.local/pipx/venvs/action-returns/bin/python"


@pytest.mark.parametrize(("receipt", "places"), [("uv-receipt.toml", UV), ("pipx_metadata.json", PIPX)])
@pytest.mark.parametrize(
    ("platform", "keys"),
    [
        ("win32", {"INTERPRETER_MAC"}),
        ("darwin", {"INTERPRETER_WIN"}),
        ("linux", {"INTERPRETER_WIN", "INTERPRETER_MAC"}),
    ],
)
def test_an_installer_with_the_same_places_everywhere_gives_the_path_for_the_other_system(
    tmp_path, monkeypatch, receipt, places, platform, keys
):
    environment = tmp_path / "action-returns"
    (environment / "bin").mkdir(parents=True)
    (environment / receipt).touch()
    monkeypatch.setattr(interpreter, "sys", FakeSys(str(environment / "bin" / "python")))
    monkeypatch.setattr(FakeSys, "platform", platform)
    assert interpreters_elsewhere() == {key: places[key] for key in keys}


def test_any_other_installation_is_known_on_its_own_system_only(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(interpreter, "sys", FakeSys(str(tmp_path / "bin" / "python")))
    assert interpreters_elsewhere() == {}


@pytest.mark.parametrize("name", ["action returns", "a$HOME", "%TEMP%", "-x"])
def test_an_environment_of_an_odd_name_is_not_looked_for_elsewhere(tmp_path, monkeypatch, name):
    (tmp_path / name / "bin").mkdir(parents=True)
    (tmp_path / name / "uv-receipt.toml").touch()
    monkeypatch.setattr(interpreter, "sys", FakeSys(str(tmp_path / name / "bin" / "python")))
    assert interpreters_elsewhere() == {}
