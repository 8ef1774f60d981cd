"""What the SFTP servers of other makes have in common: their user, keys and folder, and how the programs are started."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.servers import unpacked
from tests.servers.inbox import Inbox
from tests.servers.openssh import USER, make_key

LIMITED: Final = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""Runs a program as root without the rights of root, so that a folder can be closed to it."""


@dataclass(frozen=True, slots=True)
class SftpServer(Inbox):
    """A running server.

    Args:
        port: where it listens.
        inbox: where uploads arrive.
        fingerprints: of its keys, by kind.
        key: file of a private key that lets the user in.
        log: what it prints.
    """

    port: int
    inbox: Path
    fingerprints: dict[str, str]
    key: Path
    log: Path

    def steps(self) -> list[str]:
        """Return the steps of all sign-ins so far, each with whether it was right."""
        return [line.removeprefix("step ") for line in self.log.read_text().splitlines() if line.startswith("step ")]


def prepared(folder: Path, *, kind: str = "ed25519", user_kind: str = "ed25519", passphrase: str = "") -> SftpServer:
    """Make the keys and the folder of a server.

    Args:
        folder: an empty folder for all it writes; made when it is not there.
        kind: of its host key.
        user_kind: of the user's key.
        passphrase: that opens the user's key, none when empty.
    """
    folder.mkdir(exist_ok=True)
    inbox = folder / "inbox"
    inbox.mkdir()
    key = folder / "user_key"
    make_key(key, user_kind, passphrase)
    fingerprint = make_key(folder / "host_key", kind, form=("-m", "PEM") if kind.startswith("rsa") else ())
    return SftpServer(unpacked.free_port(), inbox, {kind: fingerprint}, key, folder / "console")


@contextmanager
def program(server: SftpServer, command: Sequence[str], options: dict[str, Any], *, setup: str) -> Iterator[None]:
    """Run a program that serves what is prepared, until the block ends.

    Args:
        server: what is prepared.
        command: the program; its last argument follows, in JSON.
        options: what the program is told beside the facts of the server.
        setup: shell commands to run before, in its private view of the file system; it is then started without the rights
            of root.
    """
    facts = {
        "port": server.port,
        "root": str(server.inbox),
        "username": USER,
        "host_keys": [str(server.inbox.parent / "host_key")],
        "public_key": f"{server.key}.pub",
        **options,
    }
    full = [*command, json.dumps(facts)]
    if setup:
        full = unpacked.in_own_mounts([*LIMITED, *full], binds={}, setup=setup)
    with unpacked.running(full, port=server.port, log=server.log):
        yield
