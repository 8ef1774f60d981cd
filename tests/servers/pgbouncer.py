"""A real PgBouncer on loopback, before a real PostgreSQL."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import unpacked
from tests.servers.postgresql import Postgres, as_nobody, give_away


@contextmanager
def pooler(
    behind: Postgres, mode: str, *settings: str, databases: str = "", users: str = "", password: str = ""
) -> Iterator[int]:
    """Run a pooler until the block ends, and give its port. Every user of the server may sign in without a password.

    Args:
        behind: the server.
        mode: ``session``, ``transaction`` or ``statement``.
        settings: more lines of its section ``[pgbouncer]``, such as ``default_pool_size = 1``.
        databases: what is added to the line of every database, such as ``pool_mode = transaction``.
        users: lines of its section ``[users]``.
        password: of every user, who is asked for it then; ``""`` for none.
    """
    folder = Path(tempfile.mkdtemp(prefix="action-returns-pgbouncer-"))
    try:
        port = unpacked.free_port()
        people = ("ann", "amy", "ben", "returns_owner")
        (folder / "users").write_text("".join(f'"{name}" "{password}"\n' for name in people))
        (folder / "settings").write_text(
            "\n".join(
                (
                    f"[databases]\n* = host=127.0.0.1 port={behind.port} {databases}",
                    f"[users]\n{users}",
                    f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =",
                    f"auth_type = {'plain' if password else 'trust'}\nauth_file = {folder}/users",
                    f"pool_mode = {mode}\npidfile = {folder}/pid",
                    *settings,
                    "",
                )
            )
        )
        for path in (folder, *folder.iterdir()):
            give_away(path)
        command = [str(unpacked.program("pgbouncer")), str(folder / "settings")]
        with unpacked.running(command, port=port, log=folder / "log", **as_nobody()):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)
