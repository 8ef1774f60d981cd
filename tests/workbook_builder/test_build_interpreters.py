"""A workbook that comes to another computer: the path of Python in it leads to the Python there, or the click says what to do."""

import pytest

from tests.workbook_builder.command_lines import line_for_sh
from tests.workbook_builder.running_vba import WINDOWS

ROWS = {"windows": 1, "mac": 2}
TOOLS = r"\uv\tools\action-returns\Scripts\python.exe"
OF_ANN = WINDOWS | {"APPDATA": r"C:\Users\ann\AppData\Roaming", "USERPROFILE": r"C:\Users\ann"}
SANDBOX = "/Library/Containers/com.microsoft.Excel/Data"


@pytest.fixture
def opened(excel, system):
    """Opens a workbook whose path of Python is this one, on the computer of Ann."""

    def at(path, *, environment=None, **how):
        running = excel(own_library=True, environment=environment or OF_ANN, **how)
        cell = f'ThisWorkbook.Worksheets("xlwings.conf").Cells({ROWS[system]}, 2)'
        running.add("Other", f"Public Sub Put(text)\n{cell}.Value = text\nEnd Sub")
        running.app.run("Other.Put", path)
        return running

    return at


@pytest.mark.parametrize("system", ["windows"], indirect=True)
class TestOnWindows:
    def test_the_folder_of_the_user_at_that_computer_takes_the_place_of_the_variable(self, opened):
        running = opened(f"%APPDATA%{TOOLS}")
        there = rf"C:\Users\ann\AppData\Roaming{TOOLS}"
        running.dir(f'If path = "{there}" Then Dir = path')
        running.click("Send")
        assert running.said == []
        (line,) = running.shell.lines
        assert line.startswith(
            rf'cmd.exe /C C: & cd "C:\Users\ann\AppData\Roaming\uv\tools\action-returns\Scripts" & "{there}" -B -c'
        )

    def test_a_computer_without_it_names_the_place_and_says_what_to_install_and_what_else_to_do(self, opened):
        running = opened(f"%APPDATA%{TOOLS}")
        running.dir('Dir = ""')
        running.click("Send")
        assert running.shell.lines == []
        (said,) = running.said
        assert said.startswith(
            "Python was not found where this workbook expects it: C:\\Users\\ann\\AppData\\Roaming"
            "\\uv\\tools\\action-returns\\Scripts\\python.exe."
        )
        assert "If Action Returns is not installed on this computer, install it as on the computer where the" in said
        assert 'action-returns upgrade-workbook "returns.xlsm" "new returns.xlsm"' in said

    @pytest.mark.parametrize("path", [r"%NOPE%\python.exe", r"%\python.exe", r"%%\python.exe", "%APPDATA"])
    def test_a_path_that_begins_with_no_variable_of_this_computer_is_not_found(self, opened, path):
        running = opened(path)
        running.dir('If InStr(path, "Roaming") > 0 Then Dir = path')
        running.click("Send")
        assert running.shell.lines == []
        assert running.said[0].startswith(f"Python was not found where this workbook expects it: {path}.")


@pytest.mark.parametrize("system", ["mac"], indirect=True)
class TestOnAMac:
    @pytest.mark.parametrize("sandbox", ["", SANDBOX])
    def test_the_home_of_the_user_at_that_mac_takes_the_place_of_the_variable(self, opened, sandbox):
        running = opened("$HOME/.local/bin/python", environment=OF_ANN | {"HOME": f"/Users/ann{sandbox}"})
        running.click("Send")
        assert running.said == []
        assert line_for_sh(running.started[-1]).startswith("/Users/ann/.local/bin/python -B -u -W ignore -c")

    def test_a_home_with_a_blank_is_told_because_another_program_would_start(self, opened):
        running = opened("$HOME/.local/bin/python", environment=OF_ANN | {"HOME": f"/Users/ann lee{SANDBOX}"})
        running.click("Send")
        assert running.started == []
        assert running.said[0].startswith(
            "The path of Python holds the character  , so a Mac would start another program in its place: "
            "/Users/ann lee/.local/bin/python."
        )

    @pytest.mark.parametrize("path", ["$TMPDIR/python", "$HOMES/python", "$HOME", "/x/$HOME/python", "~/python"])
    def test_no_other_variable_and_none_elsewhere_is_taken(self, opened, path):
        running = opened(path)
        running.click("Send")
        assert running.started == []
        assert "so a Mac would start another program in its place" in running.said[0]

    def test_a_workbook_without_a_path_for_a_mac_says_so_before_anything_is_started(self, opened):
        running = opened("")
        running.click("Send")
        assert running.started == []
        assert running.said[0].startswith("This workbook was not made for a Mac.")
        assert 'action-returns upgrade-workbook "returns.xlsm" "new returns.xlsm"' in running.said[0]

    @pytest.mark.parametrize("line", ["sh: {}: No such file or directory", "sh: line 1: {}: No such file or directory"])
    def test_a_mac_without_it_is_told_so_after_the_line_of_sh_and_what_to_install(self, opened, line):
        there = "/Users/zoe/.local/bin/python"
        running = opened("$HOME/.local/bin/python", log=line.format(there))
        running.click("Send")
        assert running.said[-1].startswith(f"Python was not found where this workbook expects it: {there}.")
        assert "If Action Returns is not installed on this computer, install it as on the computer" in running.said[-1]
        assert 'action-returns upgrade-workbook "returns.xlsm" "new returns.xlsm"' in running.said[-1]

    @pytest.mark.parametrize(
        "log", ["", "FileNotFoundError: x: No such file or directory", "sh: /other: No such file or directory"]
    )
    def test_an_error_of_the_program_itself_is_not_taken_for_that(self, opened, log):
        running = opened("$HOME/.local/bin/python", log=log)
        running.click("Send")
        assert all("Python was not found" not in said for said in running.said)
