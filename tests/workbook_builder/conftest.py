"""Workbooks as people get them on each system, and an Excel to click in."""

import os

import pytest
from pyopenvba.interpreter import _preprocess
from pyopenvba.interpreter._objects import NOTHING, MemberSpec

from action_returns.operations import new_workbook as making
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import new_workbook
from tests.workbook_builder.running_vba import PYTHON, Excel


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory):
    """A workbook as people get it on each system."""
    made = {}
    for system, interpreter in {"windows": {"INTERPRETER_WIN": PYTHON}, "mac": {"INTERPRETER_MAC": "/python"}}.items():
        made[system] = tmp_path_factory.mktemp(system) / "returns.xlsm"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(making, "interpreter", lambda *_, interpreter=interpreter: interpreter)
            new_workbook(made[system], Account())
    return made


@pytest.fixture(params=["windows", "mac"])
def system(request, monkeypatch):
    """The system that VBA is compiled for."""
    if request.param == "mac":
        for name, value in {"Mac": True, "Win32": False, "Win64": False}.items():
            monkeypatch.setitem(_preprocess.DEFAULT_CONSTANTS, name, value)
    return request.param


@pytest.fixture
def excel(workbooks, system, monkeypatch):
    """Open a workbook on a computer where everything is in place, unless said otherwise."""

    def opened(path=None, *, made_for=system, python_is_there=True, protected_view=False, **how):
        running = Excel(path or workbooks[made_for], **how)
        separator = "\\" if system == "windows" else "/"  # whatever system the tests run on
        running.app.workbook.path = running.app.workbook.path.replace(os.sep, separator)
        full_name = MemberSpec("", "property", getter=lambda book: f"{book.path}{separator}{book.name}")
        monkeypatch.setitem(type(running.app.workbook)._vba_members, "fullname", full_name)
        if system == "windows":
            # The interpreter knows neither: it looks at no files and has no such windows.
            shown = MemberSpec("", "property", getter=lambda app: app if protected_view else NOTHING)
            monkeypatch.setitem(type(running.app.application)._vba_members, "activeprotectedviewwindow", shown)
            running.dir(f'If path = "{PYTHON}" Then Dir = path' if python_is_there else 'Dir = ""')
        return running

    return opened
