"""Stand-ins for pywin32 and for the parts of Windows through which xlwings finds a running Excel.

They stand on a `Desktop`: the windows of every Excel that runs. xlwings' own search runs over it unchanged.
"""
# ruff: noqa: ARG005 - the parameters are those of Windows

import datetime as dt
import importlib
import sys
import types

from tests.hosts.fake_com.books import Window
from tests.hosts.fake_com.com import ComObject, com_error
from tests.hosts.fake_com.variants import HAS_PYWIN32, TimeType

_PROCESS = 100_000  # the process of a window, counted from its handle


class Desktop:
    """The windows that are open: the handle of each Excel, topmost first."""

    def __init__(self):
        self.applications = {}

    def open(self, application):
        self.applications[application.hwnd] = application

    def top(self):
        return next(iter(self.applications), 0)

    def below(self, hwnd):
        handles = [*self.applications, 0]
        return handles[handles.index(hwnd) + 1]

    def child(self, parent, kind):
        """The desk inside an Excel has the next handle, the book in it the one after; without a book there is none."""
        if kind == "EXCEL7" and not (parent - 1 in self.applications and self.applications[parent - 1].books):
            return 0
        return parent + 1

    def window(self, child):
        return Window(self.applications[child - 2])

    def message_box(self, hwnd, text, title, style):
        return self.applications[hwnd].dialogs.alert(text, title, style)


class WindowsSys:
    """`sys`, except that the platform is Windows."""

    platform = "win32"

    def __getattr__(self, name):
        return getattr(sys, name)


def _module(name, **content):
    module = types.ModuleType(name)
    vars(module).update(content)
    return module


def _module_of_windows(name, **content):
    """A module in which only this is a stand-in: on a Windows the product needs the rest as it is."""
    if HAS_PYWIN32:
        real = importlib.import_module(name)
        content["__getattr__"] = lambda wanted: getattr(real, wanted)
    return _module(name, **content)


def pywin32(desktop):
    """The modules of pywin32 that xlwings imports, by name; those that convert values are the real ones where they exist."""

    def dispatch_ex(program):
        raise next(iter(desktop.applications.values())).line.missing(f"new instance: DispatchEx({program!r})")

    client = _module(
        "win32com.client",
        CDispatch=ComObject,
        DispatchBaseClass=type("DispatchBaseClass", (), {}),
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        Dispatch=lambda found: found,
        gencache=_module("win32com.client.gencache", clsidToTypelib={}),
        VARIANT=type("VARIANT", (), {}),  # the real pythoncom asks whether a value is one
        DispatchEx=dispatch_ex,
    )
    error = type("error", (Exception,), {})
    modules = [
        _module("pywintypes", com_error=com_error, error=error, TimeType=TimeType, IID=lambda text: text),
        _module(
            "pythoncom",
            CoInitialize=lambda: None,
            CoUninitialize=lambda: None,
            com_error=com_error,
            ole_error=com_error,
            __file__="pythoncom311.dll",
        ),
        _module_of_windows("win32api", MessageBox=desktop.message_box),
        _module_of_windows(
            "win32con", MB_OK=0, MB_OKCANCEL=1, MB_YESNOCANCEL=3, MB_YESNO=4, MB_ICONWARNING=48, MB_ICONINFORMATION=64
        ),
        _module_of_windows("win32gui", FindWindowEx=lambda parent, after, kind, title: desktop.child(parent, kind)),
        _module_of_windows("win32process", GetWindowThreadProcessId=lambda hwnd: (1, hwnd + _PROCESS)),
        _module("win32timezone", TimeZoneInfo=types.SimpleNamespace(utc=lambda: dt.UTC)),
        _module("win32com", client=client, __path__=[], __gen_path__=r"C:\Users\ann\AppData\Local\Temp\gen_py\3.12"),
        client,
    ]
    real = {"pywintypes", "win32timezone"} if HAS_PYWIN32 else set()
    return {module.__name__: module for module in modules if module.__name__ not in real}


def windows_ctypes(desktop):
    """What xlwings takes from ctypes that exists on Windows only, by name."""

    def object_from_window(hwnd, object_id, interface, pointer):
        pointer._obj.value = hwnd
        return 0

    def object_from_pointer(pointer, interface, add_reference):
        return desktop.window(pointer.value)

    user32 = types.SimpleNamespace(
        GetTopWindow=lambda parent: desktop.top(),
        GetWindow=lambda hwnd, relation: desktop.below(hwnd),
        GetForegroundWindow=desktop.top,
        SetForegroundWindow=lambda hwnd: 1,
        SetWindowPos=lambda *_: 1,
    )
    return {
        "windll": types.SimpleNamespace(user32=user32),
        "oledll": types.SimpleNamespace(
            ole32=types.SimpleNamespace(CLSIDFromString=lambda text, interface: 0),
            oleacc=types.SimpleNamespace(AccessibleObjectFromWindow=object_from_window),
        ),
        "PyDLL": lambda path: types.SimpleNamespace(PyCom_PyObjectFromIUnknown=object_from_pointer),
    }
