"""OpenSSH's sshd on loopback, for uploads over SFTP."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.servers import unpacked
from tests.servers.inbox import Inbox

LOOPBACK: Final = "127.0.0.1"
USER: Final = "uploader"
KEY_KINDS: Final = ("ed25519", "ecdsa", "rsa")
OWNER: Final = 64_905
_INSIDE: Final = Path("/mnt")
"""Where the server sees its folder; nobody else does."""


@dataclass(frozen=True, slots=True)
class Sshd(Inbox):
    """A running server.

    Args:
        port: where it listens.
        inbox: where uploads arrive, the user's home.
        fingerprints: of its keys, by kind.
        key: file of a private key that lets the user in.
        log: what it prints.
    """

    port: int
    inbox: Path
    fingerprints: dict[str, str]
    key: Path
    log: Path


@contextmanager
def sshd(
    folder: Path,
    *,
    subsystem: str = "internal-sftp",
    owner: int = OWNER,
    kinds: Sequence[str] = KEY_KINDS,
    password: str = "",
    setup: str = "",
    settings: str = "",
) -> Iterator[Sshd]:
    """Run sshd until the block ends.

    Args:
        folder: an empty folder for all it writes; made when it is not there.
        subsystem: the command behind ``sftp``, run by the user; none when empty.
        owner: the user's number; 0 for commands that only root can reach.
        kinds: of its keys.
        password: with which the user may sign in too; not at all when empty.
        setup: shell commands to run before, in its private view of the file system.
        settings: further lines of its configuration; they go first, and sshd takes the first of two.
    """
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)  # for the user who owns the uploads
    inbox = folder / "inbox"
    inbox.mkdir()
    os.chown(inbox, owner, owner)
    fingerprints = {kind: make_key(folder / f"host_{kind}", kind) for kind in kinds}
    key = folder / "user_key"
    make_key(key, "ed25519")
    (folder / "authorized").write_text(key.with_suffix(".pub").read_text())
    server = Sshd(unpacked.free_port(), inbox, fingerprints, key, folder / "console")
    lines = [
        settings,
        f"ListenAddress {LOOPBACK}",
        f"Port {server.port}",
        *(f"HostKey {_INSIDE / f'host_{kind}'}" for kind in kinds),
        f"PidFile {_INSIDE / 'pid'}",
        "UsePAM no",
        "StrictModes no",
        f"PasswordAuthentication {'yes' if password else 'no'}",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        f"AuthorizedKeysFile {_INSIDE / 'authorized'}",
        "LogLevel VERBOSE",
        "UseDNS no",
        "MaxStartups 200",
        f"Subsystem sftp {subsystem}" if subsystem else "",
    ]
    configuration = folder / "sshd_config"
    configuration.write_text("".join(f"{line}\n" for line in lines if line))
    command = [unpacked.program("sshd") or "", "-D", "-e", "-f", str(_INSIDE / "sshd_config")]
    mounts = unpacked.in_own_mounts(
        command,
        binds={**_users(folder, owner, password), folder: str(_INSIDE)},
        setup=f"mount -t tmpfs tmpfs /run\nmkdir -m 755 /run/sshd\n{setup}",
    )
    with unpacked.running(mounts, port=server.port, log=server.log):
        yield server


def make_key(path: Path, kind: str, passphrase: str = "", *, form: Sequence[str] = ()) -> str:
    """Make a key pair; give its fingerprint.

    Args:
        path: the private half.
        kind: ``ed25519``, ``ecdsa`` or ``rsa``, with a number of bits after a hyphen.
        passphrase: what opens it.
        form: further options of ssh-keygen.
    """
    name, _, bits = kind.partition("-")
    size = ["-b", bits] if bits else []
    command = [unpacked.program("ssh-keygen") or "", "-q", "-t", name, *size, "-N", passphrase, "-f", str(path), *form]
    subprocess.run(command, check=True, capture_output=True, env=unpacked.environment())
    shown = subprocess.run(
        [unpacked.program("ssh-keygen") or "", "-l", "-f", f"{path}.pub"],
        check=True,
        capture_output=True,
        text=True,
        env=unpacked.environment(),
    )
    return shown.stdout.split()[1]


def _users(folder: Path, owner: int, password: str) -> dict[Path, str]:
    """Write the lists of users and groups that it is to see."""
    users, groups = folder / "passwd", folder / "group"
    users.write_text(
        Path("/etc/passwd").read_text()
        + f"{USER}:x:{owner}:{owner}::{_INSIDE}/inbox:/bin/sh\nsshd:x:{OWNER + 1}:65534::/run/sshd:/bin/false\n"
    )
    groups.write_text(Path("/etc/group").read_text() + f"{USER}:x:{owner}:\n")
    passwords = folder / "shadow"
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True, check=True
    ).stdout.strip()
    passwords.write_text(f"{USER}:{hashed if password else '*'}:19000:0:99999:7:::\n")
    passwords.chmod(0o600)
    return {users: "/etc/passwd", groups: "/etc/group", passwords: "/etc/shadow"}
