"""The ledger in an SQLite file on this machine.

A commit returns when its bytes are on the disk (WAL with ``synchronous = FULL``, sqlite.org/pragma.html).
"""

import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from action_returns.errors import LedgerError
from action_returns.files import write_atomically
from action_returns.ledger.chain import chain_of
from action_returns.ledger.location import advice_about_place, unsafe_folder_reason
from action_returns.ledger.store import LedgerAwayError, Migration, is_running, load_migrations, process_name
from action_returns.private_files import make_private_folder, private_opener, refuse_link_of_others

_BUSY_SECONDS: Final = 10


class SqliteStore:
    """A ledger in one file on this machine.

    Args:
        path: the file; created where there is none.

    Raises:
        LedgerError: it cannot be opened, is damaged, or would be created in a folder where such files get damaged.
    """

    in_list = "IN (SELECT value FROM json_each(?))"
    recorder = "'', ''"
    chains_events = False
    ended = "ended"
    event_forms: Mapping[int, tuple[str, ...]] = {1: ("batch", "at", "kind", "detail")}

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder_is_safe = False
        self._read_only = False
        try:
            if not path.exists():
                self._refuse_unsafe_folder()
        except OSError as error:  # this user may not look there
            raise _not_opened(path, error) from None
        with _translate_errors(path):
            self._connection = _open(path)
            try:
                self._bring_up_to_date()
            except BaseException:
                self._connection.close()
                raise

    @property
    def read_only(self) -> bool:
        """Whether a newer version of this program wrote the file."""
        return self._read_only

    @staticmethod
    def database_user() -> str:
        """Return an empty text: a file has no users of its own."""
        return ""

    def as_list(self, values: Iterable[str | int]) -> str:
        """Return texts or numbers as one JSON list."""
        return json.dumps(list(values))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction in which no other program writes."""
        if self._read_only:
            raise LedgerError(
                f"The ledger {self._path} was written by a newer version of Action Returns. It can be read here, not "
                "written. Nothing was changed or sent. Install the newer version."
            )
        self._refuse_unsafe_folder()
        with _translate_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Open a transaction in which every query sees the file as it was at the first one."""
        with _translate_errors(self._path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                with suppress(sqlite3.Error):  # what ended the reading is told, and not what follows from it
                    self._connection.execute("ROLLBACK")

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that a statement selects."""
        with _translate_errors(self._path):
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.OperationalError as error:
                if "decode to UTF-8" not in str(error):
                    raise
            # Bytes that are no text, which another program wrote: what they are in is shown as broken, with U+FFFD.
            self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
            try:
                return self._connection.execute(statement, values).fetchall()
            finally:
                self._connection.text_factory = str

    def execute(self, statement: str, *values: object) -> int:
        """Run a statement that writes, inside a transaction, and return how many rows it changed."""
        with _translate_errors(self._path):
            return self._connection.execute(statement, values).rowcount

    def add_rows(self, number: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Write the rows of a batch, inside a transaction."""
        with _translate_errors(self._path):
            self._connection.executemany(
                f"INSERT INTO sent_row (action_id, batch, cents, reason) VALUES (?, {number:d}, ?, ?)", rows
            )

    def content_sha256(self, number: int) -> str:
        """Return the SHA-256 of the bytes of a batch in hex, ``""`` when they are missing."""
        found = self.query("SELECT bytes FROM content WHERE batch = ?", number)
        return sha256(found[0][0]).hexdigest() if found else ""

    @staticmethod
    def process_name() -> str:
        """Return a name for this process that no later one has."""
        return process_name()

    def register_sender(self, number: int) -> None:
        """Do nothing: other programs of this machine can see whether this process runs."""

    @staticmethod
    def is_abandoned(number: int, process: str) -> bool:  # noqa: ARG004  # every batch of one process ends with it
        """Return whether the process has ended. It ran on this machine, because the file is never shared."""
        return not is_running(process)

    @staticmethod
    def sending_until(number: int) -> None:  # whether it has ended is known here
        """Return None: a process of this machine runs, or it has ended."""

    def copy_to(self, target: Path) -> None:
        """Write a copy of everything that is committed, defragmented (``VACUUM INTO``).

        Args:
            target: the copy's file; it must be empty or not exist.
        """
        with _translate_errors(self._path):
            self._connection.execute("VACUUM INTO ?", (str(target),))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _refuse_unsafe_folder(self) -> None:
        """Raise if the folder is unsafe; checked before the first write only, because to list the disks takes time."""
        if self._folder_is_safe:
            return
        if unsafe := unsafe_folder_reason(self._path.parent):
            raise LedgerError(
                f"The ledger {self._path} is not written: {unsafe}. Nothing was sent. {advice_about_place()}"
            )
        self._folder_is_safe = True

    def _bring_up_to_date(self) -> None:
        migrations = load_migrations("sqlite")
        version = self._schema_version()
        if version > len(migrations):
            self._read_only = True
            self._connection.execute("PRAGMA query_only = ON")
            return
        if version == len(migrations):
            return
        if version > 0:
            self._copy_before_migration(self._path.with_name(f"{self._path.name}.before-step-{version + 1}"))
        self._connection.execute("PRAGMA foreign_keys = OFF")  # a migration may replace a table
        self._migrate(migrations)
        self._connection.execute("PRAGMA foreign_keys = ON")

    def _copy_before_migration(self, copy: Path) -> None:
        """Write a copy of the ledger as it is before its migration, unless there is one.

        Two programs that start at once may both write one. The first copy stays: a later one may already hold the
        migrated ledger of the other program.
        """
        if copy.exists():
            return
        try:
            with suppress(FileExistsError):
                write_atomically(copy, self.copy_to, overwrite=False)
        except OSError as error:
            raise LedgerError(
                f"The ledger {self._path} was not brought up to date, because its copy {copy} cannot be written: "
                f"{error.strerror or error}. Nothing was changed or sent. Check the disk and who may write there."
            ) from None

    def _migrate(self, migrations: Sequence[Migration]) -> None:
        """Apply the missing migrations in one transaction, so that no program ever sees half of them."""
        self._connection.create_function("chain_of", -1, chain_of, deterministic=True)  # step 4 chains events with it
        with self.transaction():
            version = self._schema_version()  # another program may have migrated while this one waited
            for migration in migrations[version:]:
                for statement in _split_statements(migration.script):
                    self._connection.execute(statement)
                if self._connection.execute("PRAGMA foreign_key_check").fetchall():
                    raise LedgerError(
                        f"The ledger {self._path} could not be brought up to date: rows without their batch. It was "
                        "left as it was. Nothing was sent. Keep the file and ask for help with it."
                    )
                self._connection.execute(f"PRAGMA user_version = {migration.number:d}")

    def _schema_version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, created for this user only where there is none.

    Its log and its index (``-wal``, ``-shm``) get the file's mode from SQLite (findCreateFileMode in os_unix.c). A link
    is followed only when this user or the administrator made it.
    """
    try:
        make_private_folder(path.parent)
        if path.is_symlink():
            refuse_link_of_others(path)
        os.close(private_opener(os.path.realpath(path), os.O_RDWR | os.O_CREAT))
    except OSError as error:
        raise _not_opened(path, error) from None
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        if sys.platform == "darwin":  # there, fsync leaves the bytes in the drive's own memory
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _not_opened(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"The ledger {path} cannot be opened: {error.strerror or error}. Nothing was sent. "
        "Check the folder and who may write to it."
    )


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log, and wait for a program that is creating the file: SQLite does not wait here."""
    deadline = monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return


def _split_statements(script: str) -> Iterator[str]:
    """Split a script into statements; executescript would commit before the first one."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    """Raise LedgerError with a plain message in place of SQLite's errors."""
    try:
        yield
    except sqlite3.OperationalError as error:
        kind = LedgerAwayError if _is_busy(str(error)) else LedgerError
        raise kind(_operational_error_text(path, str(error))) from None
    except sqlite3.IntegrityError as error:
        raise LedgerError(f"The ledger {path} refused it: {error}. Nothing was recorded or sent.") from None
    except sqlite3.DatabaseError as error:
        raise LedgerError(
            f"The ledger {path} is damaged ({error}). Nothing was sent. Keep the file as it is; the latest copy in "
            f"{path.with_name('backups')} can take its place."
        ) from None


def _is_busy(error: str) -> bool:
    return "locked" in error or "busy" in error


def _operational_error_text(path: Path, error: str) -> str:
    if _is_busy(error):
        return f"The ledger {path} is in use by another program and did not get free in {_BUSY_SECONDS} s. Try again."
    if "full" in error:
        return f"The disk that holds the ledger {path} is full. Nothing was recorded. Make room and try again."
    if "readonly" in error:
        return f"The ledger {path} may not be written. Check who may write to the file and its folder."
    return f"The ledger {path} cannot be used: {error}. Run action-returns doctor."
