"""smtp-server, a mail server in JavaScript, on loopback: STARTTLS on one port, TLS from the first byte on another."""

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from tests.servers import unpacked
from tests.servers.exim import USER
from tests.servers.postfix import LOOPBACK, attachments
from tests.support.available import NODE

_PROGRAM: Final = Path(__file__).with_suffix(".js")
_PATIENCE: Final = 20


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A running smtp-server.

    Args:
        starttls_port: the port where TLS begins with STARTTLS.
        implicit_port: the port where it begins with the first byte.
        inbox: the folder of its messages.
        process: its number.
    """

    starttls_port: int
    implicit_port: int
    inbox: Path
    process: int

    def attachments(self) -> list[tuple[str, bytes]]:
        """Give name and content of the attachment of every message that it has taken, once nothing is under way."""
        until = time.monotonic() + _PATIENCE
        while any(one.status != psutil.CONN_LISTEN for one in psutil.Process(self.process).net_connections("tcp")):
            if time.monotonic() > until:
                raise RuntimeError("smtp-server does not come to rest")
            time.sleep(0.05)
        return [part for mail in sorted(self.inbox.iterdir()) for part in attachments(mail.read_bytes())]


@contextmanager
def smtp_server(
    folder: Path,
    certificate: Path,
    password: str,
    *,
    ways: Sequence[str] = ("PLAIN", "LOGIN"),
    answer: Mapping[str, Any] | None = None,
) -> Iterator[SmtpServer]:
    """Run smtp-server until the block ends.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with the server's key and certificates.
        password: of its one user.
        ways: the ways to sign in that it offers.
        answer: code and text with which it refuses every message; None to take it.
    """
    inbox = folder / "inbox"
    inbox.mkdir()
    starttls, implicit = unpacked.free_port(), unpacked.free_port()
    options = {
        "modules": str(NODE),
        "host": LOOPBACK,
        "starttls": starttls,
        "implicit": implicit,
        "inbox": str(inbox),
        "username": USER,
        "password": password,
        "certificate": str(certificate),
        "ways": ways,
        "answer": answer,
    }
    command = [shutil.which("node") or "node", str(_PROGRAM), json.dumps(options)]
    with unpacked.running(command, port=implicit, log=folder / "console", host=LOOPBACK) as process:
        yield SmtpServer(starttls, implicit, inbox, process.pid)
