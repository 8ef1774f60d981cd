"""ftp-srv, an FTP server in JavaScript, on loopback: its data connections are agreed on before it says yes to STOR."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers import unpacked
from tests.servers.ftp_daemons import LOOPBACK, USER, FtpDaemon
from tests.support.available import NODE

_PROGRAM: Final = Path(__file__).with_suffix(".js")


@contextmanager
def ftp_srv(
    folder: Path,
    certificate: Path,
    password: str,
    *,
    host: str = LOOPBACK,
    security: str = "explicit-tls",
    is_writable: bool = True,
    room: int | None = None,
) -> Iterator[FtpDaemon]:
    """Run ftp-srv until the block ends.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with its key and certificates.
        password: of its one user.
        host: the address on loopback.
        security: ``explicit-tls``, ``implicit-tls`` or ``plain``.
        is_writable: whether the user may upload.
        room: bytes of each file for which its disk has room, None without a limit.
    """
    inbox = folder / "inbox"
    inbox.mkdir()
    server = FtpDaemon(unpacked.free_port(), inbox, folder / "console")
    options = {
        "modules": str(NODE),
        "host": host,
        "port": server.port,
        # It looks for a free port from here on; servers of several tests that begin at the same one get into each other's way.
        "ports": random.randrange(20_000, 30_000),
        "root": str(inbox),
        "username": USER,
        "password": password,
        "security": security,
        "certificate": str(certificate),
        "writable": is_writable,
        "room": room,
    }
    command = [shutil.which("node") or "node", str(_PROGRAM), json.dumps(options)]
    with unpacked.running(command, host=host, port=server.port, log=server.log):
        yield server
