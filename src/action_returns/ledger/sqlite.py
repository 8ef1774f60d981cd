"""The SQLite file: opened so that a commit is on the disk, and brought up to date step by step."""

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from action_returns.errors import LedgerError
from action_returns.files import write_atomically
from action_returns.ledger.location import unsafe_folder_reason
from action_returns.ledger.store import Step, is_running, steps, this_process

_BUSY_SECONDS: Final = 10


class SqliteStore:
    """A ledger in one file on this machine.

    Args:
        path: the file; made where there is none.

    Raises:
        LedgerError: when it cannot be opened, is damaged, or would be made where such a file gets damaged.
    """

    in_list = "IN (SELECT value FROM json_each(?))"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder_is_safe = False
        self._read_only = False
        if not path.exists():
            self._refuse_unsafe_folder()
        with _said_plainly(path):
            self._connection = _open(path)
            try:
                self._bring_up_to_date()
            except BaseException:
                self._connection.close()
                raise

    @property
    def read_only(self) -> bool:
        """Whether a newer version wrote it."""
        return self._read_only

    def as_list(self, values: Iterable[str]) -> str:
        """Write texts as one JSON list."""
        return json.dumps(list(values))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several things as one, alone among all who write."""
        if self._read_only:
            raise LedgerError(
                f"The ledger {self._path} was written by a newer version of Action Returns. It can be read here, not "
                "written. Nothing was changed or sent. Install the newer version."
            )
        self._refuse_unsafe_folder()
        with _said_plainly(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read."""
        with _said_plainly(self._path):
            return self._connection.execute(statement, values).fetchall()

    def change(self, statement: str, *values: object) -> int:
        """Write, inside a transaction; give how many rows were changed."""
        with _said_plainly(self._path):
            return self._connection.execute(statement, values).rowcount

    def add_rows(self, number: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Add the rows of a batch, inside a transaction."""
        with _said_plainly(self._path):
            self._connection.executemany(
                f"INSERT INTO sent_row (action_id, batch, cents, reason) VALUES (?, {number:d}, ?, ?)", rows
            )

    @staticmethod
    def this_process() -> str:
        """Give a name for this process that no later one has."""
        return this_process()

    def hold(self, number: int) -> None:
        """Nothing to do: whether a process of this machine runs can be seen."""

    @staticmethod
    def is_abandoned(number: int, process: str) -> bool:  # noqa: ARG004  # every batch of one process ends with it
        """Tell whether the process has ended. The file is this machine's own, so the process was, too."""
        return not is_running(process)

    def copy_to(self, target: Path) -> None:
        """Write a copy that holds everything committed until now, whole and defragmented (``VACUUM INTO``).

        Args:
            target: the copy's file; it must be empty or not exist.
        """
        with _said_plainly(self._path):
            self._connection.execute("VACUUM INTO ?", (str(target),))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _refuse_unsafe_folder(self) -> None:
        """Look before the first write only: a check that looks something up should not wait for a list of disks."""
        if self._folder_is_safe:
            return
        if unsafe := unsafe_folder_reason(self._path.parent):
            raise LedgerError(
                f"The ledger {self._path} is not written: {unsafe}. Nothing was sent. Let ACTION_RETURNS_HOME name a "
                "folder on this machine's own disk and move the ledger there; a team shares one in PostgreSQL."
            )
        self._folder_is_safe = True

    def _bring_up_to_date(self) -> None:
        todo = steps("sqlite")
        done = self._step()
        if done > len(todo):
            self._read_only = True
            self._connection.execute("PRAGMA query_only = ON")
            return
        if done == len(todo):
            return
        if done > 0:
            self._keep_copy(self._path.with_name(f"{self._path.name}.before-step-{done + 1}"))
        self._connection.execute("PRAGMA foreign_keys = OFF")  # a step may put a table in another's place
        self._take(todo)
        self._connection.execute("PRAGMA foreign_keys = ON")

    def _keep_copy(self, copy: Path) -> None:
        """Write a copy of the ledger as it was before the steps, unless there is one.

        Two programs that start at once may both write one. The first copy stays: a later one may already hold what
        the other program's steps made of the ledger.
        """
        if copy.exists():
            return
        try:
            with suppress(FileExistsError):
                write_atomically(copy, self.copy_to, overwrite=False, private=True)
        except OSError as error:
            raise LedgerError(
                f"The ledger {self._path} was not brought up to date, because its copy {copy} cannot be written: "
                f"{error.strerror or error}. Nothing was changed or sent. Check the disk and who may write there."
            ) from None

    def _take(self, todo: Sequence[Step]) -> None:
        """Take the steps that are missing, all as one: nobody ever sees a ledger of which only half is there."""
        with self.transaction():
            for step in todo[self._step() :]:  # the program that waited for the lock finds them done
                for statement in _statements(step.script):
                    self._connection.execute(statement)
                if self._connection.execute("PRAGMA foreign_key_check").fetchall():
                    raise LedgerError(
                        f"The ledger {self._path} could not be brought up to date: rows without their batch. It was "
                        "left as it was. Nothing was sent. Keep the file and ask for help with it."
                    )
                self._connection.execute(f"PRAGMA user_version = {step.number:d}")

    def _step(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])


def _open(path: Path) -> sqlite3.Connection:
    """Open the file. WAL with synchronous=FULL: a commit returns when its bytes are on the disk (sqlite.org)."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LedgerError(
            f"The ledger {path} cannot be opened: {error.strerror or error}. Nothing was sent. "
            "Check the folder and who may write to it."
        ) from None
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        if sys.platform == "darwin":  # a plain fsync leaves the bytes in the drive's own memory there
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite itself does not wait here for another program that is just making the file."""
    until = monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(0.02)
        else:
            return


def _statements(script: str) -> Iterator[str]:
    """Cut a script into statements; executescript would commit before the first one."""
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LedgerError(_why(path, str(error))) from None
    except sqlite3.IntegrityError as error:
        raise LedgerError(f"The ledger {path} refused it: {error}. Nothing was recorded or sent.") from None
    except sqlite3.DatabaseError as error:
        raise LedgerError(
            f"The ledger {path} is damaged ({error}). Nothing was sent. Keep the file as it is; the latest copy in "
            f"{path.with_name('backups')} can take its place."
        ) from None


def _why(path: Path, error: str) -> str:
    if "locked" in error or "busy" in error:
        return f"The ledger {path} is in use by another program and did not get free in {_BUSY_SECONDS} s. Try again."
    if "full" in error:
        return f"The disk that holds the ledger {path} is full. Nothing was recorded. Make room and try again."
    if "readonly" in error:
        return f"The ledger {path} may not be written. Check who may write to the file and its folder."
    return f"The ledger {path} cannot be used: {error}. Run action-returns doctor."


KEPT_COPIES: Final = 30
_COPY_NAME: Final = re.compile(r"ledger-\d{4}-\d{2}-\d{2}\.sqlite3")


def list_copies(folder: Path) -> list[Path]:
    """Return the daily copies in a folder, the latest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _COPY_NAME.fullmatch(path.name)), reverse=True)


def keep_daily_copy(folder: Path, today: date, copy_to: Callable[[Path], None]) -> Path | None:
    """Write today's copy of the ledger unless there is one, and delete all but the newest 30.

    Args:
        folder: the folder of the copies; created where there is none.
        today: the day in the copy's name.
        copy_to: writes a whole copy into the empty file whose path it is given.

    Returns:
        The copy that was written, None when there was one already.

    Raises:
        LedgerError: the ledger cannot be read; the other copies stay as they are.
        OSError: the copy cannot be written; the other copies stay as they are.
    """
    copy = folder / f"ledger-{today:%Y-%m-%d}.sqlite3"
    if copy.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    try:
        write_atomically(copy, copy_to, overwrite=False, private=True)
    except FileExistsError:  # another program was faster
        return None
    for old in list_copies(folder)[KEPT_COPIES:]:
        old.unlink()
    return copy
