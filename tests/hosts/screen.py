"""A screen without a monitor, for what opens a window."""

import os
import subprocess


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
