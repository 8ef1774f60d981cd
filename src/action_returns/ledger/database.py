"""The SQLite file: opened so that a commit is on the disk, and brought up to date step by step."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from action_returns.ledger.errors import LedgerProblem

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_BUSY_SECONDS: Final = 10


def connect(path: Path) -> sqlite3.Connection:
    """Open the ledger's file, make it where there is none, and bring it up to date.

    WAL with synchronous=FULL: a commit returns when its bytes are on the disk (sqlite.org, pragma synchronous).

    Raises:
        LedgerProblem: when it cannot be opened, is damaged, or was written by a newer version.
    """
    with _said_plainly(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise LedgerProblem(
                f"The ledger {path} cannot be opened: {error.strerror or error}. Nothing was sent. "
                "Check the folder and who may write to it."
            ) from None
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            if sys.platform == "darwin":  # a plain fsync leaves the bytes in the drive's own memory there
                connection.execute("PRAGMA fullfsync = ON")
                connection.execute("PRAGMA checkpoint_fullfsync = ON")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Do several things as one: all of them are on the disk afterwards, or none happened.

    Raises:
        LedgerProblem: when it cannot be done.
    """
    with _said_plainly(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Read, and say plainly what stands in the way.

    Raises:
        LedgerProblem: when it cannot be read.
    """
    with _said_plainly(path):
        yield


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    steps = sorted(_MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(steps):
        raise LedgerProblem(
            f"The ledger {path} was written by a newer version of Action Returns (step {version}, this one knows "
            f"{len(steps)}). Nothing was changed. Install the newer version."
        )
    if 0 < version < len(steps):
        _keep_copy(connection, path.with_name(f"{path.name}.before-step-{version + 1}"))
    for number, step in enumerate(steps[version:], version + 1):
        script = step.read_text(encoding="utf-8")
        # Two programs may start at once: the one that waits for the lock finds the step done.
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] < number:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> Iterator[str]:
    """Cut a script into statements; executescript would commit before the first one."""
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""


def _keep_copy(connection: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LedgerProblem(_why(path, str(error))) from None
    except sqlite3.DatabaseError as error:
        raise LedgerProblem(
            f"The ledger {path} is damaged ({error}). Nothing was sent. Keep the file as it is and restore a copy of it."
        ) from None


def _why(path: Path, error: str) -> str:
    if "locked" in error or "busy" in error:
        return f"The ledger {path} is in use by another program and did not get free in {_BUSY_SECONDS} s. Try again."
    if "full" in error:
        return f"The disk that holds the ledger {path} is full. Nothing was recorded. Make room and try again."
    if "readonly" in error:
        return f"The ledger {path} may not be written. Check who may write to the file and its folder."
    return f"The ledger {path} cannot be used: {error}. Run action-returns doctor."
