"""Names and folders that a command line would misread are told before a workbook is made; all others work.

tests/workbook_builder/test_build_command_lines.py compares this with what the systems make of the lines themselves, and
with what the buttons refuse.
"""

import pytest

from action_returns.operations.workbook_name import unusable_for_sh, unusable_for_vba, unusable_part

FOLDER = {True: r"C:\Users\zoe", False: "/Users/zoe"}


def unusable(name, folder=None, *, windows=False, variables=("TEMP",)):
    return unusable_part(name, folder or FOLDER[windows], windows=windows, variables=variables)


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize(
    "name", ["returns.xlsm", "Meine Rückgaben (März) & co.xlsm", "it's 100%.xlsm", "a,b+c#d!.xlsm"]
)
def test_the_names_that_people_give_can_be_used(name, windows):
    assert unusable(name, windows=windows) is None


def test_dollar_and_backtick_are_refused_on_a_mac_only_and_the_circumflex_on_windows_only():
    for character, on_mac, on_windows in (("$", True, False), ("`", True, False), ("^", False, True)):
        told = f"the character {character}"
        assert unusable(f"a{character}.xlsm") == (told if on_mac else None)
        assert unusable(f"a{character}.xlsm", windows=True) == (told if on_windows else None)


@pytest.mark.parametrize("windows", [True, False])
def test_an_equals_sign_is_refused_in_the_name_and_not_in_the_folder(windows):
    assert unusable("a=b.xlsm", windows=windows) == "the character ="
    assert unusable("ab.xlsm", f"{FOLDER[windows]}=x", windows=windows) is None


@pytest.mark.parametrize("character", '|";')
@pytest.mark.parametrize("windows", [True, False])
def test_what_ends_a_text_or_a_command_is_refused_in_both(character, windows):
    assert unusable(f"a{character}.xlsm", windows=windows) == f"the character {character}"
    assert unusable("a.xlsm", FOLDER[windows] + character, windows=windows) == f"the character {character}"


def test_the_backslash_is_refused_on_a_mac_and_parts_folders_on_windows():
    assert unusable("a\\b.xlsm") == "the character \\"
    assert unusable("a.xlsm", r"C:\Users", windows=True) is None


def test_a_line_break_in_a_name_on_a_mac_is_named():
    assert unusable("a\nb.xlsm") == unusable("a\rb.xlsm") == "a line break"


@pytest.mark.parametrize("text", ["%TEMP%", "%temp%", "!Temp!", "$TEMP", "${temp}", "%CD%", "$RANDOM"])
def test_a_variable_that_there_is_is_refused_on_windows_with_its_name(text):
    assert unusable(f"a {text} b.xlsm", windows=True) == text
    assert unusable("a.xlsm", rf"C:\{text}\b", windows=True) == text
    assert unusable(f"a {text} b.xlsm", variables=(), windows=True) == (text if "TEMP" not in text.upper() else None)


def test_a_variable_may_begin_where_another_text_ends():
    assert unusable("50%a%TEMP%.xlsm", windows=True) == "%TEMP%"
    assert unusable("50%a%b%.xlsm", windows=True) is None


def test_percent_signs_mean_nothing_on_a_mac():
    assert unusable("%TEMP% !TEMP!.xlsm") is None


def test_a_mac_starts_a_python_whose_path_is_one_plain_word():
    for path in ("/usr/bin/python3.11", "/Users/zoë/a-b_c+d/.venv/bin/python", "/opt/x@1,2:3=4%/python"):
        assert unusable_for_sh(path) is None
    for character in " '\"\\$`&;|<>()*?[]{}!#~^\t\n":
        assert unusable_for_sh(f"/Users/my{character}folder/python") == character


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (r"C:\Users\Zoë\100% $TEMP\a^b;c=d\python.exe", None),
        (r"C:\%Temp%\python.exe", "%Temp%"),
        (r"C:\!TEMP!\python.exe", "!TEMP!"),
        (r"C:\%NOPE%\python.exe", None),
        (r"C:\返品\python.exe", 'the character "返"'),
    ],
)
def test_windows_starts_a_python_whose_path_holds_no_variable_and_no_character_of_another_code_page(path, told):
    assert unusable_for_vba(path, code_page="cp1252", variables={"TEMP"}) == told
    if told is None:
        assert unusable_for_vba(path, code_page="utf-8", variables={"TEMP"}) is None
