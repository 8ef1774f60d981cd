"""Files that another program has open and does not share, as only Windows has them."""

import os
from contextlib import contextmanager

import pytest

on_windows = pytest.mark.skipif(os.name != "nt", reason="only Windows lets a program have a file to itself")
_READ_AND_WRITE = 0xC000_0000
_OPEN_EXISTING = 3
SHARED = {"nothing": 0, "reading": 1, "reading and writing": 3}
"""What the other program lets others do -> dwShareMode of CreateFileW. Excel lets them read."""


def hold(path, shared="nothing"):
    """Open a file as another program has it open, and return a function that closes it."""
    import _winapi

    handles = [_winapi.CreateFile(str(path), _READ_AND_WRITE, SHARED[shared], 0, _OPEN_EXISTING, 0, 0)]

    def close():
        while handles:
            _winapi.CloseHandle(handles.pop())

    return close


@contextmanager
def held(path, shared="nothing"):
    """Have a file open until the block ends, or until its value, a function, is called."""
    close = hold(path, shared)
    try:
        yield close
    finally:
        close()
