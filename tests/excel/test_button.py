"""What a click does before and after the work of its button: the lock, the collector of cycles."""

import errno
import gc
import subprocess
import sys
from types import SimpleNamespace

import pytest

from action_returns.errors import ExcelError
from action_returns.excel import button
from action_returns.excel.button import single_click_lock
from tests.excel.desk import GOOD
from tests.support.profiles import paths_of

BOOK = "Rückgaben & co.xlsm"


@pytest.fixture
def places(tmp_path):
    """The places of a user whose name is no ASCII."""
    return paths_of(tmp_path / "Zoë Müßig")


@pytest.fixture
def locking(monkeypatch):
    """The lock of Windows, on any system: what it was told, and the number of the error it gives."""
    answered = SimpleNamespace(told=[], error=None)

    def lock(_handle, mode, length):
        answered.told.append((mode, length))
        if answered.error:
            raise OSError(answered.error, "The words of the system")

    monkeypatch.setattr(button, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=lock, LK_NBLCK=2))
    return answered


def test_a_second_click_in_the_same_workbook_is_refused_and_another_workbook_is_free(places):
    with single_click_lock(places, BOOK):
        with pytest.raises(ExcelError, match=r"is at work in Rückgaben & co\.xlsm\. Nothing was changed\."):
            single_click_lock(places, BOOK).__enter__()
        with single_click_lock(places, "other.xlsm"):
            pass
    with single_click_lock(places, BOOK):
        pass


HOLD = """
import sys
from pathlib import Path
from action_returns.excel.button import single_click_lock
from action_returns.files import default_paths
with single_click_lock(default_paths({"ACTION_RETURNS_HOME": sys.argv[1]}), sys.argv[2]):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_the_lock_of_a_program_that_was_killed_is_free(places):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(places.logs.parent), BOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline().strip() == b"locked"
        with pytest.raises(ExcelError, match="Another click or command"):
            single_click_lock(places, BOOK).__enter__()
    finally:
        holder.kill()
        holder.communicate()
    with single_click_lock(places, BOOK):
        pass


def test_on_windows_the_lock_is_asked_for_once_and_not_waited_for(places, locking):
    with single_click_lock(places, BOOK):
        assert locking.told == [(2, 1)]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EDEADLK])
def test_on_windows_a_lock_that_another_program_holds_is_a_click_at_work(places, locking, number):
    locking.error = number
    with pytest.raises(ExcelError, match="Another click or command is at work"):
        single_click_lock(places, BOOK).__enter__()


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO, errno.ENOLCK])
def test_on_windows_a_file_that_cannot_be_locked_is_no_click_at_work(places, locking, number):
    locking.error = number
    with pytest.raises(ExcelError, match=r"clicks cannot be used \(The words of the system\). Nothing was changed"):
        single_click_lock(places, BOOK).__enter__()


# ----------------------------------------------------------------------------------------- the collector of cycles


@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_of_cycles_works_again_after_a_click(desk, monkeypatch, fails):
    during = []

    def read(_cells):
        during.append(gc.isenabled())
        raise ZeroDivisionError if fails else ExcelError("Stop here.")

    monkeypatch.setattr("action_returns.excel.engine.read_cells", read)
    desk.open(GOOD)
    desk.click("validate", unexpected="ZeroDivisionError" if fails else None)
    assert set(during) == {False}
    assert gc.isenabled()
