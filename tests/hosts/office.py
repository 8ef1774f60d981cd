"""LibreOffice without a window, as the spreadsheet program that the tests look into workbooks with."""

import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.support.available import UNO_FOLDER

_UNO_FILES = ("uno.py", "unohelper.py")
_START_SECONDS = 40
_STARTS = 3

# No first-run dialogues, no tips; macros of a document under test may run.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
 <item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
 <item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop></item>
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


class Office:
    """A running LibreOffice.

    Args:
        folder: an empty folder for its profile.
        display: the screen it shows its windows on, None to show none.
        environment: what programs that it starts find in their environment.
    """

    def __init__(self, folder: Path, display: str | None = None, **environment: str) -> None:
        self._uno = _import_uno(folder)
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        self._environment = {
            name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}
        }
        self._environment |= environment
        if display is not None:
            self._environment["DISPLAY"] = display
        self._arguments = [
            f"-env:UserInstallation={user.parent.as_uri()}", "--norestore", "--nologo", "--nodefault",
            *(["--headless"] if display is None else []),
        ]  # fmt: skip
        self._log = folder / "soffice.log"
        self.desktop = self._started()

    def _started(self) -> Any:
        """Start it, if need be again: with a fresh profile it sometimes ends at once and wants another start."""
        for _ in range(_STARTS):
            pipe = f"ar{uuid.uuid4().hex}"
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    ["soffice", f"--accept=pipe,name={pipe};urp;", *self._arguments],
                    env={**self._environment, "AR_PIPE": pipe}, start_new_session=True, stdout=log, stderr=log,
                )  # fmt: skip
            desktop = self._connected(pipe)
            if desktop is not None:
                return desktop
            self.stop()
        raise AssertionError(f"LibreOffice does not start: {self._log.read_text(encoding='utf-8', errors='replace')}")

    def _connected(self, pipe: str) -> Any | None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                return _desktop(self._uno, pipe)
            except Exception:  # noqa: BLE001  # uno raises what it likes until the other side listens
                time.sleep(0.1)
        return None

    @contextmanager
    def opened(self, path: Path, *, hidden: bool = True) -> Iterator[Any]:
        """Open a document, and close it without saving."""
        document = self.desktop.loadComponentFromURL(
            path.resolve().as_uri(), "_blank", 0, (self._property("Hidden", hidden),)
        )
        assert document is not None, f"LibreOffice cannot open {path.name}"
        try:
            yield document
        finally:
            document.close(True)

    def save_as(self, document: Any, path: Path, filter_name: str) -> None:
        """Write a copy in another format."""
        document.storeToURL(path.resolve().as_uri(), (self._property("FilterName", filter_name),))

    def _property(self, name: str, value: object) -> Any:
        made = self._uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        made.Name, made.Value = name, value
        return made

    def stop(self) -> None:
        """End it; nothing runs on afterwards."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)


def connected_desktop(pipe: str) -> Any:
    """Give the desktop of a LibreOffice that runs already."""
    with tempfile.TemporaryDirectory() as folder:
        return _desktop(_import_uno(Path(folder)), pipe)


def _desktop(bridge: ModuleType, pipe: str) -> Any:
    local = bridge.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def _import_uno(folder: Path) -> ModuleType:
    # A folder with only these two files: Debian's own would bring its versions of other packages along.
    bridge = folder / "uno-bridge"
    bridge.mkdir()
    for name in _UNO_FILES:
        (bridge / name).symlink_to(UNO_FOLDER / name)
    sys.path.append(str(bridge))
    return importlib.import_module("uno")
