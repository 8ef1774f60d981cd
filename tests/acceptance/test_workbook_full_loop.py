"""The whole way of a click, in a real window: the button, our VBA, a new Python, and the findings in the open sheet.

LibreOffice cannot compile xlwings' own VBA, so a module of the same name and the same procedure stands in for it; on a
system that is not Windows our VBA takes its way for the Mac.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from action_returns.files import packaged_file
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import declared_template, workbook_info
from action_returns.workbook_builder.build import Macros, build_workbook, vba_modules
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.vba.module import Module, ModuleKind
from action_returns.workbook_builder.vba.project import Project
from tests.excel.desk import GOOD
from tests.hosts.calc.cells import range_of
from tests.hosts.calc.program import App, Book
from tests.hosts.calc.screen_objects import centre_of
from tests.hosts.calc.sheets import Sheets
from tests.hosts.office import Office
from tests.support.available import missing_office, require

ROOT = Path(__file__).parents[2]
ROWS = [*GOOD, ("M.8882.4808.5", "12,50", "ORDER_UPDATE"), (" M.8882.4808.6", "0", "REJECTED")]

RUN_PYTHON = """Option Explicit
Public Function RunPython(PythonCommand As String)
    Dim q As String
    q = Chr(34)
    Shell Environ("AR_PYTHON") & " -m tests.hosts.calc.attach " & q & PythonCommand & q & " --wb=" & ThisWorkbook.Name, vbHide
End Function
"""


_FOR_MAC = re.compile(r"#If Mac Then\n(.*?)#Else\n.*?#End If\n", re.DOTALL)


def macros():
    """Our own modules as they are, but for xlwings' and for the system they believe to be on."""
    template = declared_template()
    ours = [
        Module(module.name, module.kind, _FOR_MAC.sub(r"\1", module.body))
        for module in vba_modules(packaged_file("addin"), (sheet.code_name for sheet in template.sheets))
        if module.name not in {"xlwings", "Dictionary"}
    ]
    stand_in = Module("xlwings", ModuleKind.STANDARD, RUN_PYTHON)
    return Macros(
        Project((*ours, stand_in)).to_bytes(), (packaged_file("addin") / "ribbon" / "customUI14.xml").read_bytes()
    )


@pytest.fixture
def window(screen, tmp_path, home):
    require(missing_office())
    folder = tmp_path / "office"
    folder.mkdir()
    said = tmp_path / "said.txt"
    environment = {
        "AR_PYTHON": sys.executable,
        "AR_SAID": str(said),
        "ACTION_RETURNS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "SAL_USE_VCLPLUGIN": "gen",
    }
    manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": screen.display}, stderr=subprocess.DEVNULL)
    office = Office(folder, screen.display, **environment)
    try:
        yield Window(office, screen, said, tmp_path)
    finally:
        office.stop()
        manager.terminate()
        manager.wait(20)


class Window:
    """The program's window, and the person's mouse."""

    def __init__(self, office, screen, said, folder):
        self._office, self._screen, self._said, self.folder = office, screen, said, folder

    def opened(self, path):
        return self._office.opened(path, hidden=False)

    def click(self, document, caption):
        x, y = centre_of(document, caption)
        environment = {**os.environ, "DISPLAY": self._screen.display}
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], env=environment, check=True)

    def wait_for_words(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._said.exists() and self._said.read_text(encoding="utf-8").endswith("---\n"):
                return self._said.read_text(encoding="utf-8")
            time.sleep(0.05)
        raise AssertionError(f"the click said nothing; see {self.picture('silent.png')}")

    def picture(self, name):
        self._screen.picture(self.folder / name)
        return self.folder / name

    def cells(self, document, place):
        sheet, _, address = place.partition("!")
        book = Book(App(self._office.desktop, None), document)
        return range_of(Sheets(book)(sheet), address).raw_value


def test_a_click_on_the_sheets_button_shows_the_findings_in_the_open_workbook(window, tmp_path):
    path = tmp_path / "returns.xlsm"
    content = build_workbook(declared_template(), workbook_info(Account()), entries=Entries(rows=ROWS), macros=macros())
    path.write_bytes(content)
    with window.opened(path) as document:
        document.CurrentController.Frame.ContainerWindow.setPosSize(0, 0, 1400, 860, 15)
        time.sleep(1.5)
        window.click(document, "Validate")
        said = window.wait_for_words()
        assert said.startswith("2 of 4 rows need attention.")
        assert [row[0] for row in window.cells(document, "Actions!E4:E7")] == [
            "Ready: reverse",
            "Ready: new total 12.50",
            "Error: Amount uses a comma or grouping",
            "Error: ActionId holds blanks",
        ]
        document.CurrentController.setActiveSheet(document.Sheets.getByName("Actions"))
        time.sleep(1)
        assert window.picture("after-validate.png").stat().st_size > 10_000
