"""A screen without a monitor, for what opens a window."""

import os
import subprocess
import time


class Screen:
    """A running Xvfb; it chooses a free display by itself."""

    def __init__(self, size="1500x900x24"):
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"

    def picture(self, path):
        """Keeps what the screen shows as a PNG."""
        subprocess.run(["import", "-window", "root", path], check=True, env={**os.environ, "DISPLAY": self.display})

    def stop(self):
        self._server.terminate()
        self._server.wait(20)


class Keyboard:
    """The keyboard of a screen, with a window manager that gives each new window the focus."""

    def __init__(self, screen):
        self._screen = screen
        self._environment = {**os.environ, "DISPLAY": screen.display}
        self._manager = subprocess.Popen(["openbox"], env=self._environment, stderr=subprocess.DEVNULL)

    def press(self, *keys):
        """Presses keys one after the other, such as Tab or alt+s."""
        self._run("key", "--delay", "60", *keys)

    def type(self, text):
        self._run("type", "--delay", "30", text)

    def wait_for(self, title, seconds=60):
        """Waits until a window of that title has the focus."""
        deadline = time.monotonic() + seconds
        found = ""
        while time.monotonic() < deadline:
            found = self._run("getwindowfocus", "getwindowname", check=False).strip()
            if found == title:
                return
            time.sleep(0.1)
        raise AssertionError(f'no window "{title}" has the focus, but "{found}"')

    def size(self):
        """The width and height of the window that has the focus, without its frame."""
        facts = self._run("getwindowfocus", "getwindowgeometry", "--shell")
        lines = dict(line.split("=") for line in facts.split())
        return int(lines["WIDTH"]), int(lines["HEIGHT"])

    def _run(self, *words, check=True):
        return subprocess.run(
            ["xdotool", *words], env=self._environment, check=check, capture_output=True, text=True
        ).stdout

    def stop(self):
        self._manager.terminate()
        self._manager.wait(20)
