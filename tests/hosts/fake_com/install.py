"""Puts the fake in xlwings' way, and takes everything back."""

import atexit
import ctypes
import functools
import importlib
import sys
from contextlib import ExitStack, contextmanager
from unittest import mock

import xlwings as xw
import xlwings.main
import xlwings.utils

from tests.hosts.fake_com.com import Line
from tests.hosts.fake_com.session import FakeExcel
from tests.hosts.fake_com.stubs import Desktop, WindowsSys, pywin32, windows_ctypes

ENGINE = "xlwings._xlwindows"
FIRST_WINDOW = 4240

_desktop = Desktop()
_pywin32 = pywin32(_desktop)


@contextmanager
def fake_excel():
    """Runs xlwings' own Windows engine over a fake Excel for as long as the block lasts.

    Inside, `xw.apps`, `xw.books` and `xw.Book.caller()` find the workbooks that the test opens. Afterwards every module,
    engine and setting is what it was. What the fake does not have raises NotModelledError, and once more at the end,
    because code under test may have swallowed it.
    """
    line = Line()
    with ExitStack() as undo:
        undo.enter_context(_modules(_pywin32))
        engine = _engine_module()
        undo.enter_context(_modules({ENGINE: engine}))
        undo.enter_context(_attribute(xw, "_xlwindows", engine))
        undo.enter_context(_attribute(xw.Book, "_mock_caller"))
        for module in (xlwings.main, xlwings.utils):
            undo.enter_context(mock.patch.object(module, "sys", WindowsSys()))
        for setting, value in (("N_COM_ATTEMPTS", 0), ("BOOK_CALLER", None)):
            undo.enter_context(mock.patch.object(engine, setting, value))
        undo.enter_context(_only_engine(xw.Engine(impl=engine.engine)))
        undo.enter_context(mock.patch.object(_desktop, "applications", {}))
        excel = FakeExcel(line, engine, _desktop, FIRST_WINDOW)
        # Never the true one: on a developer's Windows it would kill every Excel without a window.
        undo.enter_context(mock.patch.object(engine.Apps, "cleanup", excel.note_cleanup))
        yield excel
    if line.not_modelled:
        raise line.missing(", ".join(dict.fromkeys(line.not_modelled)))


@functools.cache
def _engine_module():
    """xlwings' Windows engine, imported once over the stand-ins and without its exit hook."""
    with ExitStack() as undo:
        undo.enter_context(_modules({ENGINE: None}))
        undo.enter_context(_attribute(xw, "_xlwindows"))
        for name, stand_in in windows_ctypes(_desktop).items():
            undo.enter_context(mock.patch.object(ctypes, name, stand_in, create=True))
        del sys.modules[ENGINE]
        engine = importlib.import_module(ENGINE)
    atexit.unregister(engine.cleanup)
    return engine


@contextmanager
def _modules(modules):
    """These modules, and afterwards the ones before; all others stay, those imported meanwhile too."""
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


@contextmanager
def _attribute(owner, name, *value):
    """This value, or no such attribute, and afterwards the one before."""
    missing = object()
    before = vars(owner).get(name, missing)
    try:
        if value:
            setattr(owner, name, *value)
        elif before is not missing:
            delattr(owner, name)
        yield
    finally:
        if before is not missing:
            setattr(owner, name, before)
        elif name in vars(owner):
            delattr(owner, name)


@contextmanager
def _only_engine(engine):
    registry = xw.engines
    before = registry.active, registry.engines, registry.engines_by_name
    registry.active, registry.engines, registry.engines_by_name = engine, [engine], {engine.name: engine}
    try:
        yield
    finally:
        registry.active, registry.engines, registry.engines_by_name = before
