"""Show a page in the user's browser. No shell takes part, and nothing but the path is handed over."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_MAC_OPEN: Final = "/usr/bin/open"


def open_page(path: Path) -> bool:
    """Open a page in the program that shows pages on this computer.

    Args:
        path: a page that this program wrote.

    Returns:
        Whether a program was started with it; it may still fail to show it.
    """
    path = path.absolute()  # an address has no relative path
    try:
        if sys.platform == "win32":
            os.startfile(path)  # noqa: S606  # a page of this program
            return True
        if sys.platform == "darwin":
            return subprocess.run([_MAC_OPEN, str(path)], check=False, capture_output=True).returncode == 0  # noqa: S603
        import webbrowser

        return webbrowser.open(path.as_uri())
    except OSError:  # no program for pages, one that a policy forbids
        return False
