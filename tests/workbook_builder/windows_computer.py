"""A computer with Windows: a Python in a folder of any name, workbooks that are open in Excel, and clicks in them.

The VBA of a workbook and xlwings' own run in an interpreter, with the WScript.Shell of Windows: what they start is
started.
"""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyopenvba.interpreter._objects import NOTHING, MemberSpec, VBAObject

from tests.hosts.windows.excel_of_click import VARIABLE
from tests.workbook_builder.running_vba import SHOWN, Excel

ROOT = Path(__file__).parents[2]
BASE = Path(sys.base_prefix)
ROWS = [("M.8882.4808.1", "0", "REJECTED"), ("M.8882.4808.2", "12.50", "ORDER_UPDATE")]
"""What stands in every workbook that is open."""
RUN = "from action_returns.excel import clicks; clicks.validate()"


@dataclass(frozen=True)
class Click:
    """What came of a click.

    Args:
        said: the messages of VBA.
        log: what xlwings shows of the program's errors, None when it shows nothing.
        happened: what the program did in Excel, None when it did not come that far.
        lines: what WScript.Shell was told to run.
        exit_codes: what came of them.
    """

    said: list
    log: str | None
    happened: dict | None
    lines: list
    exit_codes: list


class WindowsShell(VBAObject):
    """WScript.Shell of Windows, which notes what it runs."""

    def __init__(self):
        import win32com.client

        self.lines, self.exit_codes = [], []
        self._shell = win32com.client.Dispatch("WScript.Shell")

    def vba_get(self, name, args=(), named=None):
        if name.lower() == "run":
            self.lines.append(args[0])
            self.exit_codes.append(self._shell.Run(*args))
            return self.exit_codes[-1]
        assert name.lower() == "expandenvironmentstrings", name
        return self._shell.ExpandEnvironmentStrings(*args).rstrip("\0")  # which Wine 8 leaves at the end


class Python:
    """A Python of its own in a folder, as ``python -m venv --copies`` makes it, without pip.

    It takes its packages from the Python that runs the tests.
    """

    def __init__(self, folder):
        self.folder = folder
        self.executable = folder / "Scripts" / "python.exe"
        self._packages = folder / "Lib" / "site-packages"
        self._packages.mkdir(parents=True)
        self.executable.parent.mkdir()
        for file in [BASE / "python.exe", *BASE.glob("*.dll")]:
            copy_or_link(file, self.executable.parent / file.name)
        self._describe(others=True)
        (self._packages / "excel_of_click.pth").write_text(
            f"{ROOT}\nimport tests.hosts.windows.excel_of_click\n", encoding="utf-8"
        )

    def _describe(self, *, others):
        (self.folder / "pyvenv.cfg").write_text(
            f"home = {BASE}\ninclude-system-site-packages = {str(others).lower()}\nversion = 3.12\n", encoding="utf-8"
        )

    @contextmanager
    def without_our_package(self):
        """As it is after ``pip uninstall action-returns``: of the packages, only those that lie in their folder are left."""
        self._describe(others=False)
        left = self._packages / "left.pth"
        left.write_text(f"{BASE / 'Lib' / 'site-packages'}\n", encoding="utf-8")
        yield
        left.unlink()
        self._describe(others=True)

    def run(self, *arguments):
        return subprocess.run(
            [self.executable, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
        )


def copy_or_link(source, target):
    """Put a file in another place, without its bytes where both are on one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class Computer:
    """A user at a computer with Windows.

    Args:
        user: the folder of the user, which is made.
        python: the Python that the program is installed for.
        monkeypatch: of the test; the variables of the environment are those of this user afterwards.
    """

    def __init__(self, user, python, monkeypatch):
        self.user, self.python = user, python
        self._patch = monkeypatch
        self.temp = user / "AppData" / "Local" / "Temp"
        self.temp.mkdir(parents=True)
        self.books = []
        self.modules = []
        for name, folder in {
            "TEMP": self.temp,
            "TMP": self.temp,
            "USERPROFILE": user,
            "ACTION_RETURNS_HOME": user / "home",
            VARIABLE: user / "described.json",
        }.items():
            monkeypatch.setenv(name, str(folder))

    def put(self, workbook, *names):
        """Copy a workbook to other names and open them all in Excel; return the paths."""
        paths = [self.user / name for name in names]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            copy_or_link(workbook, path)
        self.books += paths
        return paths

    def click(self, path, *, looks=True, opened=None):
        """Click Validate in a workbook.

        Args:
            path: the workbook.
            looks: whether the workbook's own VBA looks first whether the click can work.
            opened: what is open in Excel, if not the workbooks that were put there.
        """
        happened = self.user / "happened.json"
        happened.unlink(missing_ok=True)
        books = [str(book) for book in (self.books if opened is None else opened)]
        told = {"workbooks": books, "happened": str(happened), "rows": ROWS, "modules": self.modules}
        (self.user / "described.json").write_text(json.dumps(told), "utf-8")
        variables = {name: value for name, value in os.environ.items() if '"' not in value}
        shell = WindowsShell()
        running = Excel(path, shell=shell, environment=variables, folder=str(Path.cwd()), own_library=True)
        no_window = MemberSpec("", "property", getter=lambda _: NOTHING)
        self._patch.setitem(type(running.app.application)._vba_members, "activeprotectedviewwindow", no_window)
        running.dir('If Right$(path, 11) = "\\python.exe" Then Dir = path')
        if looks:
            running.click("Validate")
        else:
            running.app.run("xlwings.RunPython", RUN)
        shown = [text.removeprefix(SHOWN) for text in running.app.console if text.startswith(SHOWN)]
        return Click(
            said=running.said,
            # xlwings reads it line by line in the code page of Windows.
            log=Path(shown[0]).read_text("mbcs") if shown else None,
            happened=json.loads(happened.read_text("utf-8")) if happened.exists() else None,
            lines=shell.lines,
            exit_codes=shell.exit_codes,
        )
