"""VARIANTs in memory, and the two functions of the real pythoncom that read and write them. Windows only.

Every call of a COM object passes its arguments through PyCom_VariantFromPyObject and its result through
PyCom_PyObjectFromVariant (pywin32, PyIDispatch.cpp). Excel's side of a VARIANT is written and read here with oleaut32.
"""

import ctypes
import itertools
import math
from ctypes import wintypes

import pythoncom

from tests.hosts.fake_com import variants

EMPTY, NULL, I2, I4, R8, CY, DATE, BSTR, ERROR, BOOL, OF_VARIANTS, I8 = 0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 20
UI4, UI8 = 19, 21
ARRAY = 0x2000


class _Content(ctypes.Union):
    _fields_ = (
        ("long", ctypes.c_int32),
        ("unsigned", ctypes.c_uint32),
        ("long_long", ctypes.c_int64),
        ("unsigned_long_long", ctypes.c_uint64),
        ("double", ctypes.c_double),
        ("boolean", ctypes.c_int16),
        ("pointer", ctypes.c_void_p),
        ("whole", ctypes.c_byte * 16),
    )


class Variant(ctypes.Structure):
    """A VARIANT (oaidl.h)."""

    _fields_ = (("kind", ctypes.c_uint16), ("reserved", ctypes.c_uint16 * 3), ("content", _Content))


class _Bound(ctypes.Structure):
    _fields_ = (("count", ctypes.c_uint32), ("first", ctypes.c_int32))


_python = ctypes.PyDLL(pythoncom.__file__)
_to_python = _python.PyCom_PyObjectFromVariant
_to_python.restype, _to_python.argtypes = ctypes.py_object, (ctypes.POINTER(Variant),)
_to_variant = _python.PyCom_VariantFromPyObject
_to_variant.restype, _to_variant.argtypes = wintypes.BOOL, (ctypes.py_object, ctypes.POINTER(Variant))

_ole = ctypes.windll.oleaut32
_ole.SysAllocStringLen.restype, _ole.SysAllocStringLen.argtypes = ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_uint)
_ole.SysStringLen.argtypes = (ctypes.c_void_p,)
_ole.VariantClear.argtypes = (ctypes.POINTER(Variant),)
_ole.SafeArrayCreate.restype = ctypes.c_void_p
_ole.SafeArrayCreate.argtypes = (ctypes.c_uint16, ctypes.c_uint, ctypes.POINTER(_Bound))
_ole.SafeArrayGetDim.argtypes = (ctypes.c_void_p,)
_ole.SafeArrayGetLBound.argtypes = (ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(ctypes.c_long))
_ole.SafeArrayGetUBound.argtypes = (ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(ctypes.c_long))
_ole.SafeArrayAccessData.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
_ole.SafeArrayUnaccessData.argtypes = (ctypes.c_void_p,)


def through_pythoncom(value):
    """What pythoncom makes of a VARIANT that holds this value of Excel's side."""
    variant = Variant()
    _fill(variant, value)
    try:
        return _to_python(ctypes.byref(variant))
    finally:
        _ole.VariantClear(ctypes.byref(variant))


def from_pythoncom(value):
    """What stands in the VARIANT that pythoncom makes of a Python value."""
    variant = Variant()
    try:
        _to_variant(value, ctypes.byref(variant))
        return _held(variant)
    finally:
        _ole.VariantClear(ctypes.byref(variant))


def _fill(variant, value):
    content = variant.content
    if value is None:
        variant.kind = EMPTY
    elif isinstance(value, tuple):
        _fill_array(variant, value)
    elif isinstance(value, bool):
        variant.kind, content.boolean = BOOL, -value
    elif isinstance(value, str):
        units = value.encode("utf-16-le", "surrogatepass")
        variant.kind, content.pointer = BSTR, _ole.SysAllocStringLen(units, len(units) // 2)
    elif isinstance(value, variants.CellError):
        variant.kind, content.long = ERROR, value
    elif isinstance(value, variants.Currency):
        variant.kind, content.long_long = CY, value
    elif isinstance(value, variants.Date):
        variant.kind, content.double = DATE, value
    elif isinstance(value, float):
        variant.kind, content.double = R8, value
    elif isinstance(value, int):
        variant.kind, content.long = I4, value
    else:
        raise TypeError(f"no part of the fake Excel answers with {value!r}")


def _fill_array(variant, values):
    """An array as Excel hands it over: it counts from 1, a block of cells has two dimensions."""
    is_block = isinstance(values[0], tuple)
    shape = (len(values), len(values[0])) if is_block else (len(values),)
    array = _ole.SafeArrayCreate(OF_VARIANTS, len(shape), (_Bound * len(shape))(*(_Bound(size, 1) for size in shape)))
    variant.kind, variant.content.pointer = ARRAY | OF_VARIANTS, array
    with _Elements(array, math.prod(shape)) as elements:
        for at, value in enumerate(itertools.chain(*zip(*values, strict=True)) if is_block else values):
            _fill(elements[at], value)


class _Elements:
    """The VARIANTs of an array; the first dimension varies fastest."""

    def __init__(self, array, count):
        self._array, self._count = array, count

    def __enter__(self):
        data = ctypes.c_void_p()
        _ole.SafeArrayAccessData(self._array, ctypes.byref(data))
        return ctypes.cast(data, ctypes.POINTER(Variant * max(1, self._count))).contents

    def __exit__(self, *_):
        _ole.SafeArrayUnaccessData(self._array)


def _held(variant):
    kind, content = variant.kind, variant.content
    match kind:
        case _ if kind in {EMPTY, NULL}:
            return None
        case _ if kind == ARRAY | OF_VARIANTS:
            return _held_array(content.pointer)
        case _ if kind == BOOL:
            return bool(content.boolean)
        case _ if kind == BSTR:
            length = _ole.SysStringLen(content.pointer)
            return ctypes.string_at(content.pointer, 2 * length).decode("utf-16-le", "surrogatepass") if length else ""
        case _ if kind == I4:
            return content.long
        case _ if kind == R8:
            return content.double
        case _ if kind == CY:
            return variants.Currency(content.long_long)
        case _ if kind == DATE:
            return variants.Date(content.double)
        case _ if kind in _LONG:
            return variants.LongInteger(getattr(content, _LONG[kind]))
    raise TypeError(f"pythoncom made a VARIANT of type {kind}, which no test needs yet")


_LONG = {UI4: "unsigned", I8: "long_long", UI8: "unsigned_long_long"}


def _held_array(array):
    shape = []
    for dimension in range(1, _ole.SafeArrayGetDim(array) + 1):
        first, last = ctypes.c_long(), ctypes.c_long()
        _ole.SafeArrayGetLBound(array, dimension, ctypes.byref(first))
        _ole.SafeArrayGetUBound(array, dimension, ctypes.byref(last))
        shape.append(last.value - first.value + 1)
    height, width = shape[0], shape[1] if len(shape) > 1 else 0
    with _Elements(array, height * max(1, width)) as elements:
        if len(shape) == 1:
            return tuple(_held(elements[row]) for row in range(height))
        return tuple(tuple(_held(elements[column * height + row]) for column in range(width)) for row in range(height))
