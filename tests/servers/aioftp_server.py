"""aioftp, an FTP server in Python, on loopback, in a program of its own: it knows neither FEAT nor SIZE nor AUTH.

It has MLST, and TLS from the first byte or none.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers import unpacked
from tests.servers.ftp_daemons import LOOPBACK, USER, FtpDaemon

_PROGRAM: Final = Path(__file__).with_name("aioftp_program.py")


@contextmanager
def aioftp_server(
    folder: Path,
    certificate: Path,
    password: str,
    *,
    host: str = LOOPBACK,
    security: str = "implicit-tls",
    is_writable: bool = True,
    is_full: bool = False,
) -> Iterator[FtpDaemon]:
    """Run aioftp's server until the block ends.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with its key and certificates.
        password: of its one user.
        host: the address on loopback.
        security: ``implicit-tls`` or ``plain``.
        is_writable: whether the user may upload.
        is_full: whether its disk has no room for a single byte.
    """
    inbox = folder / "inbox"
    inbox.mkdir()
    server = FtpDaemon(unpacked.free_port(), inbox, folder / "console")
    options = {
        "host": host,
        "port": server.port,
        "root": str(inbox),
        "username": USER,
        "password": password,
        "certificate": None if security == "plain" else str(certificate),
        "is_writable": is_writable,
        "is_full": is_full,
    }
    command = [sys.executable, str(_PROGRAM), json.dumps(options)]
    with unpacked.running(command, host=host, port=server.port, log=server.log):
        yield server
