"""Debian's own servers, unpacked by ``fetch_servers.sh``: found, started on loopback, stopped with the test."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2] / ".cache" / "servers" / "root"
"""What the packages hold, as if it were the root of a file system."""

_FOLDERS = ("usr/sbin", "usr/bin", "usr/lib/postfix/sbin", "usr/lib/postgresql/*/bin")
_PATIENCE = 20


def program(name: str) -> str | None:
    """Find a program among the unpacked packages, then on this machine."""
    for root in (ROOT, Path("/")):
        for folder in _FOLDERS:
            for found in sorted(root.glob(f"{folder}/{name}"), reverse=True):
                return str(found)
    return shutil.which(name)


def environment() -> dict[str, str]:
    """Give the variables with which unpacked programs find their unpacked libraries."""
    folders = [*ROOT.glob("usr/lib/*-linux-gnu"), *ROOT.glob("lib/*-linux-gnu"), ROOT / "usr/lib/postfix"]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders)), "LC_ALL": "C"}


def free_port() -> int:
    """Give a port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def in_own_mounts(command: Sequence[str], *, binds: Mapping[Path, str], setup: str = "") -> list[str]:
    """Give the command that runs a program with files of its own over the machine's, which nobody else sees.

    Args:
        command: the program and its arguments.
        binds: own file or folder -> the place it covers, for this program only.
        setup: shell commands to run before, in the same private view.
    """
    mounts = "".join(f"mount --bind '{own}' '{place}'\n" for own, place in binds.items())
    return ["unshare", "-m", "sh", "-e", "-c", f'{mounts}{setup}\nexec "$@"', "sh", *command]


@contextmanager
def running(
    command: Sequence[str], *, port: int, log: Path, host: str = "127.0.0.1", **owner: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in the foreground until the block ends.

    Args:
        command: program and arguments; it must stay in the foreground.
        port: the port on loopback at which it says that it is there.
        log: file for what it prints.
        host: the address on loopback.
        owner: ``user``, ``group`` and ``extra_groups`` it runs as, the own ones when left out.
    """
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=environment(),
            start_new_session=True,
            **owner,
        )
    try:
        _wait_for(host, port, process, log)
        yield process
    finally:
        _stop(process)


def _wait_for(host: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(
        f"{process.args!r} did not come up on {host}, port {port}: {log.read_text(errors='replace')[-2000:]}"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server and everything it started, by the group they share."""
    for signal_number in (15, 9):
        try:
            os.killpg(process.pid, signal_number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
