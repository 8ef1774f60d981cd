"""The workbook's VBA in an interpreter, with a stand-in for RunPython or with xlwings' own VBA."""

import re
from dataclasses import dataclass, field

from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter._objects import NOTHING, VBAObject

from tests.hosts.fake_com.install import FIRST_WINDOW
from tests.workbook_builder.vba.oracles import XLWINGS

LIBRARY = (XLWINGS / "xlwings.bas").read_text("cp1252")
PYTHON = r"C:\Python\python.exe"
EXCLAMATION = 48
SHOWN = "shown: "
"""Stands before the name of a file whose content xlwings shows as an error."""
WINDOWS = {"TEMP": r"C:\Temp", "SystemRoot": r"C:\Windows", "USERPROFILE": r"C:\Users\zoe", "HOME": "/Users/zoe"}
"""The variables of the environment, on either system."""
_FILE_STATEMENTS = "Kill|Open|Input|Line Input|Close|Write|MkDir|FileCopy|Private Declare|Declare"
_REPLACED = ("ReadFile", "GetConfigFromFile", "ShowError")
"""Procedures of xlwings that read files or show windows."""


class NamedModule(VBAObject):
    """A module by its name: the interpreter knows no ``Clicks.Validate`` of its own."""

    def __init__(self, interpreter, module):
        self.interpreter = interpreter
        self.module = module

    def vba_get(self, name, args=(), named=None):
        procedure = self.module.procedure(name)
        assert procedure is not None, f"no {name} in {self.module.name}"
        assert procedure.scope != "private", f"{self.module.name}.{name} is private"
        return self.interpreter.call(procedure, self.module, list(args), dict(named or {}))


@dataclass
class Shell(VBAObject):
    """WScript.Shell: expands variables as Windows does, and notes what it is told to run."""

    environment: dict
    lines: list = field(default_factory=list)

    def vba_get(self, name, args=(), named=None):
        if name.lower() == "run":
            self.lines.append(expanded(args[0], self.environment))
            return 0
        assert name.lower() == "expandenvironmentstrings", name
        return expanded(args[0], self.environment)


def expanded(text, environment):
    """Put the values of variables in the place of %NAME%, as Windows does; what names none stays."""
    known = {name.upper(): value for name, value in environment.items()}
    parts = text.split("%")
    done, at = parts[0], 1
    while at < len(parts):
        if at + 1 < len(parts) and parts[at].upper() in known:
            done += known[parts[at].upper()] + parts[at + 1]
            at += 2
        else:
            done += "%" + parts[at]
            at += 1
    return done


class Excel:
    """The workbook as Excel holds it.

    Args:
        path: the workbook.
        at_work: VBA that runs in the place of Python.
        environment: variables of the environment.
        folder: Excel's current folder.
        own_library: whether xlwings' own VBA starts Python; otherwise a RunPython that only notes what it is told.
        log: what sh wrote to the log of xlwings.
        shell: WScript.Shell, if not one that only notes what it is told to run.
    """

    def __init__(
        self, path, *, at_work="", environment=WINDOWS, folder=r"C:\Users\zoe", own_library=False, shell=None, log=""
    ):
        self.app = ExcelApplication.open(path)
        interpreter = self.app.interpreter
        assert {"clicks", "obstacles", "ribbon"} <= interpreter.modules.keys()
        self.shell = shell or Shell(environment)
        self._folder, self._environment = folder, environment
        if own_library:
            self.add("xlwings", readable(LIBRARY, log))
        else:
            declared = re.search(r"^Public Function RunPython\(.*\)", LIBRARY, re.MULTILINE)
            self.add("xlwings", f"{declared[0]}\nDebug.Print PythonCommand\n{at_work}\nEnd Function\n{_read_file(log)}")
        create = interpreter.create_com
        interpreter.create_com = lambda name: self.shell if name == "WScript.Shell" else create(name)
        elsewhere = interpreter.host.global_object
        interpreter.host.global_object = lambda key: self.modules.get(key) or elsewhere(key)
        self.dir('Dir = ""')

    @property
    def modules(self):
        interpreter = self.app.interpreter
        return {name: NamedModule(interpreter, interpreter.module(name)) for name in ("clicks", "obstacles")}

    def add(self, name, code):
        self.app.add_module(code, name=name)

    def dir(self, code):
        """Answer what VBA asks of the system: ``code`` sets Dir for a path; every file that is asked for is there."""
        variables = "\n".join(
            f'Case "{name.upper()}"\nEnviron = "{value}"' for name, value in self._environment.items()
        )
        self.add(
            "System",
            f"""
            Public Function Dir(ByVal path As String, Optional ByVal kind As Long) As String
                {code}
            End Function
            Public Function Environ(ByVal name As String) As String
                Select Case UCase(name)
                {variables}
                End Select
            End Function
            Public Function CurDir() As String
                CurDir = "{self._folder}"
            End Function
            Public Function GetAttr(ByVal path As String) As Long
                Debug.Print "looked for " & path
            End Function
            Public Function MacScript(ByVal text As String) As String
                Debug.Print "AppleScript: " & text
                MacScript = Mid$(text, 24, Len(text) - 35)
                If InStr(text, "(path to home folder)") > 0 Then MacScript = "{self._environment["HOME"]}/"
            End Function
            Public Function AppleScriptTask(ByVal file As String, ByVal handler As String, ByVal text As String) As String
                Debug.Print text
            End Function
            """,
        )

    def click(self, name):
        self.app.run(f"Ribbon.On{name}", NOTHING)

    @property
    def started(self):
        return self.app.console

    @property
    def said(self):
        return [text for _, text, _, _ in self.app.dialogs]

    @property
    def icons(self):
        assert {title for _, _, title, _ in self.app.dialogs} <= {"Action Returns"}
        return [style for _, _, _, style in self.app.dialogs]


def _read_file(log):
    """Return xlwings' function that reads its log, for a log with this one line."""
    return f'Function ReadFile(ByVal name As String)\nReadFile = "{log}"\nEnd Function\n'


def readable(library, log=""):
    """Return xlwings' VBA without what the interpreter cannot read: files, libraries, comments behind directives.

    It does not compare the text False with True, as VBA does.
    """
    text = re.sub(r"^(\s*#.*?)\s*'.*$", r"\1", library, flags=re.MULTILINE)
    text = re.sub(rf"^\s*(?:{_FILE_STATEMENTS})\b.*$", "", text, flags=re.MULTILINE)
    text = text.replace('GetConfig("SHOW CONSOLE", False) = True', 'CBool(GetConfig("SHOW CONSOLE", False))')
    text = text.replace("Application.Hwnd", str(FIRST_WINDOW))
    for name in _REPLACED:
        text, times = re.subn(
            rf"^(?:Public |Private )?(Function|Sub) {name}\(.*?^End \1$", "", text, flags=re.MULTILINE | re.DOTALL
        )
        assert times == 1, name
    return text + (
        f"\n{_read_file(log)}"
        f'Sub ShowError(ByVal name As String)\nDebug.Print "{SHOWN}" & name\nEnd Sub\n'
        "Function GetConfigFromFile(file As String, key As String, Optional value As String) As Boolean\n"
        'Debug.Print "asked " & file & " for " & key\nEnd Function\n'
    )
