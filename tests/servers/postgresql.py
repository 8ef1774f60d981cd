"""A real PostgreSQL on loopback, in a folder of its own that is gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.servers import unpacked

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; its one user ``ann`` may do everything and needs no password from this machine.

    Args:
        port: its port on 127.0.0.1.
        folder: its data.
        pid: the server's first process.
    """

    port: int
    folder: Path
    pid: int

    def url(self, database: str, user: str = "ann") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Let the one who may do everything do something."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self) -> str:
        """Make an empty database and give its name."""
        name = f"ledger_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def empty(self, name: str) -> None:
        """Take the ledger out of a database, so that the next test can have it: to make one takes longer."""
        self.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
        self.run("DROP SCHEMA IF EXISTS action_returns CASCADE", name)


@contextmanager
def server(
    *settings: str, access: str = "host all all 127.0.0.1/32 trust\n", certificate: bytes = b""
) -> Iterator[Postgres]:
    """Run a server until the block ends.

    Args:
        settings: more of its settings, ``name=value``.
        access: its rules for who may sign in how (pg_hba.conf).
        certificate: its key and certificates, for a server with ``ssl=on``.
    """
    root = Path(tempfile.mkdtemp(prefix="action-returns-postgresql-"))
    try:
        give_away(root)
        data, port = root / "data", unpacked.free_port()
        subprocess.run(
            [unpacked.program("initdb"), "-D", data, "-U", "ann", "--no-sync", "-E", "UTF8", "--no-locale", "-A", "trust"],
            check=True, capture_output=True, env=unpacked.environment(), **as_nobody(),
        )  # fmt: skip
        (data / "pg_hba.conf").write_text(access)
        if certificate:
            for name in ("server.crt", "server.key"):
                (data / name).write_bytes(certificate)
                (data / name).chmod(0o600)
                give_away(data / name)
        wanted = {
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={root}",
            "fsync=off",
            *settings,
        }
        command = [unpacked.program("postgres"), "-D", str(data), *(word for one in wanted for word in ("-c", one))]
        with unpacked.running(command, port=port, log=root / "log", **as_nobody()) as process:
            made = Postgres(port, data, process.pid)
            _wait_for(made)
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _wait_for(made: Postgres) -> None:
    """It listens a moment before it lets anybody in."""
    import psycopg

    until = time.monotonic() + 20
    while True:
        try:
            made.run("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def as_nobody() -> dict[str, object]:
    """PostgreSQL does not run as root."""
    import pwd

    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give_away(folder: Path) -> None:
    import pwd

    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
