"""What every test stands on: no test touches the user's own places, and hypothesis is as thorough as asked for."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.hosts import office as libreoffice
from tests.hosts import screen as virtual_screen
from tests.hosts.windows.not_run import skip_what_cannot_run
from tests.support.available import missing_office, missing_screen, require
from tests.support.passwords import MemoryStore
from tests.support.profiles import make_outbox, paths_of

settings.register_profile("quick", deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, max_examples=20_000, suppress_health_check=list(HealthCheck))
# The same rules with other examples run on Linux; Wine takes longer for each.
settings.register_profile("windows", settings.get_profile("quick"), max_examples=30)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "windows" if os.name == "nt" else "quick"))


STARTED_FIRST = (
    "/acceptance/test_small_hostile_files.py",
    "/acceptance/test_readme.py",
    "/operations/test_send_state_machine.py",
    "/tests/workbook_builder/",
    "/tests/excel/",
)
"""The slow ones. Processes that share the run take file after file, and one that starts last keeps the others waiting."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not any(part in item.path.as_posix() for part in STARTED_FIRST))
    if os.name == "nt":
        skip_what_cannot_run(items)


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """A home of its own for every test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ACTION_RETURNS_HOME", str(folder))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return folder


@pytest.fixture
def paths(home):
    """Where the program keeps everything in this test."""
    return paths_of(home)


@pytest.fixture
def outbox(home, tmp_path):
    """The folder that is the channel of profile acme."""
    return make_outbox(home, tmp_path / "outbox")


@pytest.fixture
def store(monkeypatch):
    """The password store of this machine, in memory."""
    made = MemoryStore()
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: made)
    return made


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """LibreOffice, started once for all tests that need it."""
    require(missing_office())
    running = libreoffice.Office(tmp_path_factory.mktemp("libreoffice"))
    yield running
    running.stop()


@pytest.fixture
def desktop(request, monkeypatch):
    """Where windows of this process open: the desktop of Windows, elsewhere the screen."""
    require(missing_screen())
    if os.name == "nt":
        request.getfixturevalue("tcl_without_standard_channels")
    else:
        monkeypatch.setenv("DISPLAY", request.getfixturevalue("screen").display)


@pytest.fixture(scope="session")
def tcl_without_standard_channels():
    """Let Tcl find no standard handles on Windows.

    It keeps the numbers of those it finds. pytest puts others in their place, and a file that gets such a number can
    then not be read by Tcl, which takes it for its old channel (Tcl 8.6.15, TclWinOpenFileChannel).
    """
    import ctypes
    import tkinter as tk

    system = ctypes.windll.kernel32
    system.GetStdHandle.restype = ctypes.c_void_p
    system.SetStdHandle.argtypes = [ctypes.c_ulong, ctypes.c_void_p]
    found = {number: system.GetStdHandle(ctypes.c_ulong(number)) for number in (-10, -11, -12)}
    for number in found:
        system.SetStdHandle(number & 0xFFFFFFFF, None)
    tk.Tcl().eval("file channels")  # looks for them, once in each thread
    for number, handle in found.items():
        system.SetStdHandle(number & 0xFFFFFFFF, handle)


@pytest.fixture(scope="session")
def screen():
    """A screen that windows can open on."""
    require(missing_screen())
    running = virtual_screen.Screen()
    yield running
    running.stop()
