"""The settings window with the keyboard alone, as this system draws it and as Windows does."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from action_returns.settings.config import load_settings
from tests.hosts.screen import Keyboard
from tests.support.available import missing_keyboard, missing_windows, require

ROOT = Path(__file__).parents[2]
WPYTHON = ROOT / "tests" / "hosts" / "windows" / "wpython"
TITLE = "Action Returns: settings"


@pytest.fixture
def keyboard(screen):
    require(missing_keyboard())
    running = Keyboard(screen)
    yield running
    running.stop()


class Opened:
    """The window in a process of its own, of the system that is asked for."""

    def __init__(self, system, screen, keyboard, home):
        self._screen, self._home = screen, home
        command = [WPYTHON] if system == "windows" else [sys.executable]
        place = f"Z:{home}".replace("/", "\\") if system == "windows" else str(home)
        self._process = subprocess.Popen(
            [*command, "-m", "tests.excel.open_settings_window"],
            env={**os.environ, "DISPLAY": screen.display, "ACTION_RETURNS_HOME": place},
            cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        keyboard.wait_for(TITLE)

    def closed(self):
        """Waits for its end, and returns what it printed."""
        try:
            said, _ = self._process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the window is still open; see {self.picture('open')}") from None
        return said.strip()

    def picture(self, name):
        path = self._home / f"{name}.png"
        self._screen.picture(path)
        return path

    def stop(self):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


@pytest.fixture(params=["this system", "windows"])
def open_window(request, screen, keyboard, home):
    if request.param == "windows":
        require(missing_windows())
    opened = []

    def open_it():
        opened.append(Opened(request.param, screen, keyboard, home))
        return opened[-1]

    yield open_it
    for one in opened:
        one.stop()


@pytest.fixture
def dots_per_inch():
    """Sets how fine the screen of Windows is, for programs that start from now on."""
    require(missing_windows())

    def set_it(dots):
        code = (
            "import winreg; key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r'Control Panel\\Desktop'); "
            f"winreg.SetValueEx(key, 'LogPixels', 0, winreg.REG_DWORD, {dots})"
        )
        subprocess.run([WPYTHON, "-c", code], check=True, timeout=60)

    yield set_it
    set_it(96)


def test_a_profile_is_made_and_its_password_kept_with_the_keyboard_alone(open_window, keyboard, paths):
    window = open_window()
    keyboard.type("acme")
    keyboard.press("alt+u")
    keyboard.type("brand@1")
    keyboard.press("Tab", "Tab", "Tab")  # past the folder and the check of names
    keyboard.type("s3cret!")
    keyboard.press("Return")  # refused: neither test nor live is chosen
    window.picture("refused")
    assert not paths.config_file.exists()
    keyboard.press("alt+e", "t", "alt+s", "Escape")
    assert window.closed() == "kept: s3cret!"
    profile = load_settings(paths.config_file).profiles["acme"]
    assert (profile.environment, profile.channel.username) == ("test", "brand@1")


def test_what_is_not_saved_is_not_lost_by_one_key(open_window, keyboard, paths):
    window = open_window()
    keyboard.type("acme")
    keyboard.press("Escape")
    keyboard.wait_for("Action Returns")
    window.picture("question")
    keyboard.press("Escape")
    keyboard.wait_for(TITLE)
    keyboard.press("alt+c")
    keyboard.wait_for("Action Returns")
    keyboard.press("Tab", "space")
    assert window.closed() == "kept: None"
    assert not paths.config_file.exists()


@pytest.mark.parametrize("open_window", ["windows"], indirect=True)
def test_on_a_finer_screen_all_of_the_window_grows(open_window, keyboard, dots_per_inch):
    sizes = []
    for dots in (144, 96):
        dots_per_inch(dots)
        window = open_window()
        sizes.append(keyboard.size())
        keyboard.press("Tab", "Tab", "Tab", "Tab")  # by then it is painted
        window.picture(f"{dots} dots per inch")
        keyboard.press("Escape")
        window.closed()
    (wide, high), (usual_width, usual_height) = sizes
    assert wide / usual_width == pytest.approx(1.5, abs=0.12)
    assert high / usual_height == pytest.approx(1.5, abs=0.12)
