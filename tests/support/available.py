"""What the tests need beside Python, and why it is missing on this machine: each function returns "" when it is there."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers import unpacked

NODE = Path(__file__).parents[2] / ".cache" / "node" / "node_modules"
"""Packages of JavaScript that tests/node/package.json names."""

BROWSER = Path(__file__).parents[2] / ".cache" / "browser"
"""What tests/browser/fetch_browser.sh fetched: Chromium, and the checker of accessible pages."""

UNO_FOLDER = Path("/usr/lib/python3/dist-packages")
"""Where Debian keeps the modules that speak with LibreOffice."""


def missing_programs(*names, as_root=True):
    """Return why these programs cannot be used here."""
    if missing := [name for name in names if unpacked.program(name) is None]:
        return f"{', '.join(missing)} not found: tests/servers/fetch_servers.sh fetches it on Debian, as root"
    if as_root and (os.name != "posix" or os.geteuid() != 0):
        return f"{', '.join(names)} can be started by root only"
    if as_root and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        return "this machine allows no private mount namespace (unshare -m)"
    return ""


def missing_sshd():
    return missing_programs("sshd", "ssh-keygen")


def missing_postfix():
    return missing_programs("master", "smtpd")


def missing_postgresql():
    return missing_programs("initdb", "postgres", as_root=False)


def missing_pgbouncer():
    return missing_postgresql() or missing_programs("pgbouncer", as_root=False)


def missing_exim():
    return missing_programs("exim4")


def missing_node(package):
    """Return why a package of JavaScript that the tests use cannot be used here."""
    if shutil.which("node") is None:
        return "node is not installed"
    return (
        "" if (NODE / package).is_dir() else f"{package} not found: tests/servers/fetch_servers.sh installs it with npm"
    )


def missing_python(package):
    """Return why a server of another make, written in Python, cannot be used here."""
    return "" if find_spec(package) else f"{package} is not installed: it belongs to the dependency group dev"


def missing_screen():
    if os.name == "nt":
        import ctypes

        is_wine = hasattr(ctypes.windll.ntdll, "wine_get_version")
        return "Wine has no screen: DISPLAY is not set" if is_wine and not os.environ.get("DISPLAY") else ""
    return "" if shutil.which("Xvfb") else "Xvfb is not installed"


def missing_keyboard():
    missing = [name for name in ("xdotool", "openbox", "import") if shutil.which(name) is None]
    return (
        f"{', '.join(missing)} not found: tests/hosts/install_office.sh installs it on Debian, as root"
        if missing
        else ""
    )


def missing_windows():
    """Return why Windows' own Python under Wine cannot be used here."""
    ready = Path(__file__).parents[2] / ".cache" / "windows" / ".ready"
    return "" if ready.exists() else "tests/hosts/windows/install_windows.sh has not been run"


def missing_browser():
    """Return why no page can be looked at in a browser here."""
    if chromium() is None:
        return "Chromium not found: tests/browser/fetch_browser.sh fetches it on Debian, as root"
    is_there = (BROWSER / "node" / "node_modules" / "axe-core" / "axe.min.js").exists()
    return "" if is_there else "axe-core not found: tests/browser/fetch_browser.sh installs it with npm"


def chromium():
    """Return the path of Chromium, None where there is none."""
    fetched = BROWSER / "root" / "usr" / "lib" / "chromium" / "chromium"
    return str(fetched) if os.name == "posix" and fetched.exists() else shutil.which("chromium")


def missing_gnumeric():
    return (
        ""
        if shutil.which("ssconvert")
        else "Gnumeric is not installed: tests/producers/install_producers.sh installs it"
    )


def missing_office():
    """Return why LibreOffice cannot be used here."""
    if shutil.which("soffice") is None:
        return "LibreOffice is not installed"
    if not (UNO_FOLDER / "uno.py").exists():
        return "python3-uno is not installed"
    if sys.version_info[:2] != _version_of_debian_python():
        return "this Python is not the one that python3-uno was built for"
    return ""


def _version_of_debian_python():
    command = ["/usr/bin/python3", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except OSError:
        return None
    return tuple(map(int, shown.split()))


def require(missing):
    """Skip the test when something is missing."""
    if missing:
        pytest.skip(missing)


def skip_without(missing):
    """Return the mark of tests that cannot run when something is missing."""
    return pytest.mark.skipif(bool(missing), reason=missing)
