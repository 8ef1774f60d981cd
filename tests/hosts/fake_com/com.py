"""The line between Python and Excel: every get, put and call that crosses it is counted, or refused when a test says so.

Names in CamelCase are Excel's own and cross the line; names in small letters belong to the fake and cost nothing.
"""
# ruff: noqa: N801, N802 - the names are those of Excel and of pywin32

import datetime as dt
import functools
import time
import types
from collections import Counter
from contextlib import contextmanager

from tests.hosts.fake_com.variants import LongInteger, in_excel, in_python

EXCEPTION = -2147352567  # DISP_E_EXCEPTION: Excel answered with an error of its own
APPLICATION_DEFINED = -2146827284  # 0x800A03EC, Excel's "error 1004"
BAD_INDEX = -2147352565  # DISP_E_BADINDEX, "subscript out of range"
UNKNOWN_NAME = -2147352570  # DISP_E_UNKNOWNNAME
REJECTED = -2147418111  # 0x80010001, RPC_E_CALL_REJECTED
EDITING = -2146777998  # 0x800AC472, VBA_E_IGNORE: somebody is typing in a cell
FAILED = -2146827284  # 0x800A03EC, Excel's code for most of its errors
UNAVAILABLE = -2147023174  # 0x800706BA, RPC_S_SERVER_UNAVAILABLE


try:
    from pywintypes import com_error
except ModuleNotFoundError:

    class com_error(Exception):
        """What pywin32 raises for every refusal."""

        def __init__(self, hresult, strerror="", excepinfo=None, argerror=None):
            super().__init__(hresult, strerror, excepinfo, argerror)
            self.hresult, self.strerror, self.excepinfo, self.argerror = self.args

    # Code that may not import pywin32 tells its error by this name.
    com_error.__module__ = "pywintypes"


class NotModelledError(Exception):
    """The fake has no such thing. Not an AttributeError: xlwings would repeat the call for ever."""


class BrokenFakeError(Exception):
    """An AttributeError inside the fake, renamed for the same reason."""


def excel_error(text, scode=APPLICATION_DEFINED):
    """What arrives when Excel itself says no."""
    return com_error(EXCEPTION, "Exception occurred.", (0, "Microsoft Excel", text, None, 0, scode), None)


def bad_index():
    return com_error(EXCEPTION, "Exception occurred.", (0, None, None, None, 0, BAD_INDEX), None)


def _rejected(access):
    return com_error(REJECTED, "Call was rejected by callee.", None, None)


def _editing(access):
    # A put arrives wrapped in DISP_E_EXCEPTION and xlwings repeats it; a get or a call arrives bare, and it does not.
    if access == "put":
        return com_error(EXCEPTION, "Exception occurred.", (0, None, None, None, 0, EDITING), None)
    return com_error(EDITING, "OLE error 0x800ac472", None, None)


def _gone(access):
    return com_error(UNAVAILABLE, "The RPC server is unavailable.", None, None)


def _failed(access):
    return com_error(EXCEPTION, "Exception occurred.", (0, "Microsoft Excel", "", None, 0, FAILED), None)


REFUSALS = {"rejected": _rejected, "editing": _editing, "gone": _gone, "failed": _failed}


class Line:
    """Counts what crosses, by name: `Range.Value` is a get, `Range.Value=` a put, `Range.Select()` a call."""

    def __init__(self):
        self.calls = Counter()
        self.refused = Counter()
        self.not_modelled = []
        self.seconds = 0.0  # spent on Excel's side
        self._depth = 0
        self._refusal = None
        self._before_refusal = 0

    def refuse(self, times, kind, on, after=0):
        self._refusal = [times, REFUSALS[kind], frozenset(on)]
        self._before_refusal = after

    def cross(self, name, access):
        if self._refusal and self._refusal[0] > 0 and access in self._refusal[2]:
            if self._before_refusal:
                self._before_refusal -= 1
                self.calls[name] += 1
                return
            self._refusal[0] -= 1
            self.refused[name] += 1
            raise self._refusal[1](access)
        self.calls[name] += 1

    @contextmanager
    def other_side(self):
        """Counts the time that is Excel's, calls within calls only once."""
        self._depth += 1
        start = time.perf_counter()
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.seconds += time.perf_counter() - start

    def missing(self, name):
        """Remembered as well as raised, because code under test may swallow every exception."""
        self.not_modelled.append(name)
        return NotModelledError(f"The fake Excel has no {name}. If Excel has it, add it to tests/hosts/fake_com.")


def _bare(value):
    """The COM object inside xlwings' wrapper that repeats refused calls."""
    return getattr(value, "_inner", value)


def _given(line, name, value):
    """What Excel gets: an object of its own, or a value that passed through a VARIANT."""
    value = _bare(value)
    if isinstance(value, ComObject):
        return value
    held = in_excel(value)
    if any(isinstance(cell, LongInteger) for cell in _cells(held)):
        # Excel has no type for it, and no documentation says what it makes of one.
        raise line.missing(f"{name} with an integer of more than 32 bits")
    if any(isinstance(cell, dt.datetime) and cell.tzinfo is None for cell in _cells(value)):
        # 14:00 would get into the cell as 12:00 in Berlin. xlwings adds a zone to what it converts itself.
        raise line.missing(f"{name} with a time without a zone, which pywin32 takes as one of this computer")
    return held


def _cells(value):
    if not isinstance(value, (list, tuple)):
        return [value]
    return [cell for row in value for cell in (row if isinstance(row, (list, tuple)) else [row])]


def _answered(value):
    """What Python gets: a value that passed through a VARIANT, or an object of Excel."""
    return value if isinstance(value, ComObject) else in_python(value)


def _crossing(function, name, access):
    @functools.wraps(function)
    def crossing(self, *args, **kwargs):
        full_name = f"{type(self).__name__}{name}"
        self.line.cross(full_name, access)
        try:
            given = [_given(self.line, full_name, value) for value in args]
            given_by_name = {key: _given(self.line, full_name, value) for key, value in kwargs.items()}
            with self.line.other_side():
                answer = function(self, *given, **given_by_name)
            return _answered(answer)
        except AttributeError as error:
            raise BrokenFakeError(f"{full_name}: {error}") from error

    return crossing


def _count_crossings(cls):
    for name, member in list(vars(cls).items()):
        if isinstance(member, property) and name[0].isupper():
            put = member.fset and _crossing(member.fset, f".{name}=", "put")
            setattr(cls, name, property(_crossing(member.fget, f".{name}", "get"), put))
        elif isinstance(member, types.FunctionType) and name[0].isupper():
            setattr(cls, name, _crossing(member, f".{name}()", "call"))
        elif name == "__call__":
            cls.__call__ = _crossing(member, "()", "call")


class Stored:
    """A property that Excel merely keeps, such as Application.ScreenUpdating."""

    def __init__(self, value):
        self._value = value

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, owner, kind=None):
        if owner is None:
            return self
        owner.line.cross(f"{type(owner).__name__}.{self._name}", "get")
        return vars(owner).get(self._name, self._value)

    def __set__(self, owner, value):
        owner.line.cross(f"{type(owner).__name__}.{self._name}=", "put")
        vars(owner)[self._name] = value


class _Names:
    """Stands where pywin32 keeps the raw interface, which xlwings asks whether a missing name is really missing."""

    def GetIDsOfNames(self, *_):
        raise com_error(UNKNOWN_NAME, "Unknown name.", None, None)


class ComObject:
    """One object of Excel, held by its owner."""

    _oleobj_ = _Names()

    def __init__(self, owner):
        self.owner = owner
        self.line = owner.line

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _count_crossings(cls)

    def __getattr__(self, name):
        if name[0].isupper():
            raise self.line.missing(f"{type(self).__name__}.{name}")
        raise AttributeError(name)

    def __setattr__(self, name, value):
        if name[0].isupper():
            member = getattr(type(self), name, None)
            if not isinstance(member, (property, Stored)) or getattr(member, "fset", member) is None:
                raise self.line.missing(f"{type(self).__name__}.{name}=")
        object.__setattr__(self, name, _bare(value))

    @property
    def application(self):
        return self.owner.application

    @property
    def Application(self):
        return self.application

    @property
    def Parent(self):
        return self.owner


class Collection(ComObject):
    """Objects by name or by position from 1. A subclass says in `members` which."""

    @property
    def Count(self):
        return len(self.members())

    def Item(self, key):
        return self.pick(key)

    def __call__(self, key):
        return self.pick(key)

    def __iter__(self):
        # pywin32 asks for the enumerator, then for one element at a time until there is none.
        self.line.cross(f"{type(self).__name__}.<enumerator>", "get")
        for member in list(self.members()):
            self.line.cross(f"{type(self).__name__}.<next>", "call")
            yield member
        self.line.cross(f"{type(self).__name__}.<next>", "call")

    def pick(self, key):
        if isinstance(key, str):
            for member in self.members():
                if member.name.lower() == key.lower():
                    return member
        elif 1 <= key <= len(self.members()):
            return self.members()[int(key) - 1]
        raise bad_index()


_count_crossings(ComObject)
