"""The ledger of a team in PostgreSQL: one record for all members, so that no two of them send the same list.

A program that sends holds an advisory lock for as long as its connection lives (PostgreSQL manual, 13.3.5). When the
lock is free again, the other programs know that the sender has ended, on whichever machine it ran.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from time import sleep
from typing import Any, Final, TypeVar

from action_returns.clean_text import clean_line
from action_returns.errors import LedgerError
from action_returns.ledger.location import TeamAddress, parse_team_url
from action_returns.ledger.postgresql_connection import check_psycopg, connect
from action_returns.ledger.postgresql_errors import LedgerBusyError, translate_postgresql_errors
from action_returns.ledger.postgresql_session import SCHEMA, SEARCH_PATH
from action_returns.ledger.records import TeamDatabase
from action_returns.ledger.store import LedgerAwayError, Migration, load_migrations, process_name

_T = TypeVar("_T")

# READ COMMITTED whatever the server's default is: a query after the wait for the lock must see what other programs
# committed meanwhile. The number is "Return" in ASCII. The search path once more: no table is ever made in another schema.
_BEGIN: Final = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL search_path = {SEARCH_PATH}; "
    "SELECT pg_advisory_xact_lock(90595699028590)"
)

_BEGIN_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_MIGRATION_LOCK: Final = 90595699028591
"""The lock of the program that creates or changes the tables; free again when its connection ends."""

_LOCK_SENDER: Final = "SELECT pg_advisory_lock_shared(hashtextextended(?, 0))"
# After a lost connection it is tried only: another user who waits for the lock must not keep the outcome off the record.
_LOCK_SENDER_AGAIN: Final = "SELECT pg_try_advisory_lock_shared(hashtextextended(?, 0))"
_IS_ABANDONED: Final = (
    "SELECT sender_is_gone(process, db_user) "
    "AND (state <> 'sending' OR coalesce(sending_until(number) <= clock_timestamp(), TRUE)) FROM batch WHERE number = ?"
)
_SENDING_UNTIL: Final = (
    "SELECT sending_until(number) FROM batch WHERE number = ? AND process <> ? AND state = 'sending' "
    "AND sender_is_gone(process, db_user) AND sending_until(number) > clock_timestamp()"
)

# Who waits for a lock is not granted it; who only reads has an AccessShareLock, which holds up no program.
_HOLDERS: Final = """
SELECT DISTINCT session.usename::text, session.pid
FROM pg_locks AS held JOIN pg_stat_activity AS session ON session.pid = held.pid
WHERE held.granted AND held.pid <> pg_backend_pid()
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (held.locktype = 'advisory' AND held.objsubid = 1 AND held.classid::bigint << 32 | held.objid::bigint = 90595699028590
       OR held.mode <> 'AccessShareLock' AND held.relation IN (SELECT oid FROM pg_class WHERE relnamespace = ?::regnamespace))
ORDER BY 2
"""

_STEPS: Final = f"{SCHEMA}.ledger_step"
"""The table of the steps by which the tables were made."""
_RECONNECT_DELAYS: Final = (0, 1, 2, 4)
"""Seconds before each attempt to connect again: a server that restarts takes a moment."""


class PostgresStore:
    """A ledger in a PostgreSQL database, in the schema ``action_returns``.

    A connection that is lost between two transactions is opened again, so that the outcome of a file that has left
    can still be recorded.

    Args:
        location: the database and its password.

    Raises:
        LedgerError: the database cannot be reached or used.
    """

    in_list = "= ANY(?)"
    recorder = "db_user, recorded_at"
    chains_events = True
    ended = "ended, or lost its connection to the ledger for good,"
    event_forms: Mapping[int, tuple[str, ...]] = {
        1: ("batch", "at", "kind", "detail"),
        2: ("batch", "at", "kind", "detail", "db_user", "recorded_at"),
    }

    def __init__(self, location: TeamDatabase) -> None:
        check_psycopg()
        self._address = _parse_address(location)
        # Read once: the password store may be locked again by the time the outcome is recorded.
        self._password = None if location.password is None else location.password()
        self._name = f"{process_name()} {token_hex(8)}"
        self._read_only = False
        self._is_registered = False
        self._in_transaction = False
        self._consequence = "Nothing was sent."
        with self._translate_errors():
            self._connection = connect(self._address, self._password)
        try:
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise
        self._consequence = ""

    @property
    def read_only(self) -> bool:
        """Whether a newer version of this program created or changed the tables."""
        return self._read_only

    def database_user(self) -> str:
        """Return the user of the database who is signed in."""
        ((name,),) = self.query("SELECT session_user::text")
        return str(name)

    @staticmethod
    def as_list(values: Iterable[str | int]) -> list[str | int]:
        """Return texts or numbers as an array."""
        return list(values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction in which no other program writes."""
        if self._read_only:
            raise LedgerError(
                f"The ledger in {self._address} was written by a newer version of Action Returns. It can be read here, "
                "not written. Nothing was changed or sent. Install the newer version."
            )
        before = self._consequence
        self._consequence = before or "Nothing was recorded."
        try:
            with self._translate_errors():
                self._retry_if_lost(lambda: self._connection.execute(_BEGIN))
                self._in_transaction = True
                yield
                self._commit()
        except LedgerBusyError as busy:
            self._roll_back()
            raise LedgerBusyError(f"{busy}{self._holders()}") from None
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._in_transaction = False
            self._consequence = before

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Open a transaction in which every query sees the database as it was at the first one."""
        try:
            with self._translate_errors():
                self._retry_if_lost(lambda: self._connection.execute(_BEGIN_SNAPSHOT))
                self._in_transaction = True
                yield
        finally:
            self._roll_back()
            self._in_transaction = False

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that a statement selects."""
        with self._translate_errors():
            return self._retry_if_lost(lambda: self._connection.execute(_as_psycopg(statement), values).fetchall())

    def execute(self, statement: str, *values: object) -> int:
        """Run a statement that writes, inside a transaction, and return how many rows it changed."""
        with self._translate_errors():
            return self._connection.execute(_as_psycopg(statement), values).rowcount

    def add_rows(self, number: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Write the rows of a batch, inside a transaction."""
        with (
            self._translate_errors(),
            self._connection.cursor() as cursor,
            cursor.copy("COPY sent_row (action_id, batch, cents, reason) FROM STDIN") as copy,
        ):
            for action_id, cents, reason in rows:
                copy.write_row((action_id, number, cents, reason))

    def content_sha256(self, number: int) -> str:
        """Return the SHA-256 of the bytes of a batch in hex, ``""`` when they are missing; computed by the server."""
        found = self.query("SELECT encode(sha256(bytes), 'hex') FROM content WHERE batch = ?", number)
        return str(found[0][0]) if found else ""

    def process_name(self) -> str:
        """Return a name for this connection that no other one has; its lock shows whether it lives."""
        return self._name

    def register_sender(self, number: int) -> None:  # noqa: ARG002  # one lock for all batches of this connection
        """Take the lock that shows that this program is there, for as long as the connection lives.

        A shared lock: after a lost connection, the server may hold the lock of the old one for a while.
        """
        if not self._is_registered:
            self.query(_LOCK_SENDER, self._name)
            self._is_registered = True

    def is_abandoned(self, number: int, process: str) -> bool:
        """Return whether the connection of the program that sent it has ended, and with it the time it has for that.

        A connection may be lost while its program is at it: the database restarts, a network changes.
        """
        return process != self._name and self.query(_IS_ABANDONED, number) == [(True,)]

    def sending_until(self, number: int) -> datetime | None:
        """Return until when, by the clock of the server, the program of a lost connection may still be sending a batch."""
        found = self.query(_SENDING_UNTIL, number, self._name)
        return found[0][0].astimezone(UTC) if found else None

    def copy_to(self, target: Path) -> None:
        """Raise LedgerError: the administrator of the server backs it up.

        Raises:
            LedgerError: always.
        """
        raise LedgerError(
            f"{target} was not written: the ledger in {self._address} is backed up by the administrator of that database."
        )

    def close(self) -> None:
        """Close the connection; its locks are free then."""
        self._connection.close()

    def _retry_if_lost(self, run: Callable[[], _T]) -> _T:
        """Run a statement; if the connection was lost outside of a transaction, connect again and run it once more."""
        import psycopg

        try:
            return run()
        except psycopg.OperationalError:
            if self._in_transaction or not self._connection.closed:
                raise
        self._reconnect()
        return run()

    def _holders(self) -> str:
        """Return the sentence that names the users of the database who hold the ledger, ``""`` when they are gone."""
        held = [f"{clean_line(user)} (connection {pid})" for user, pid in self.query(_HOLDERS, SCHEMA)]
        return f" It is held by the database user {', '.join(held)}; the administrator can end that." if held else ""

    def _reconnect(self) -> None:
        import psycopg

        *delays, last = _RECONNECT_DELAYS
        for delay in delays:
            sleep(delay)
            with suppress(psycopg.OperationalError):
                self._connection = connect(self._address, self._password, is_proven=True)
                break
        else:
            sleep(last)
            self._connection = connect(self._address, self._password, is_proven=True)
        if self._is_registered:
            self._connection.execute(_as_psycopg(_LOCK_SENDER_AGAIN), (self._name,))

    def _commit(self) -> None:
        import psycopg

        try:
            done = self._connection.execute("COMMIT").statusmessage
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            raise LedgerAwayError(
                f"The connection to the database {self._address} was lost at the moment this was recorded, so it may be "
                "on record or not. History says which (action-returns history list)."
            ) from None
        if done != "COMMIT":
            # After an error that a caller ignored, PostgreSQL rolls back instead and reports it here.
            raise LedgerError(f"The ledger in {self._address} did not take it. Nothing was recorded. Try again.")

    def _roll_back(self) -> None:
        import psycopg

        if not self._connection.closed:
            with suppress(psycopg.Error):  # the server rolls back a connection that is lost
                self._connection.execute("ROLLBACK")

    def _bring_up_to_date(self) -> None:
        migrations = load_migrations("postgresql")
        version = self._schema_version()
        if version > len(migrations):
            self._read_only = True
            self.query("SELECT set_config('default_transaction_read_only', 'on', false)")
        if version < len(migrations):
            # Locked before the transaction begins: one that began earlier would not see the new tables of another
            # program, because PostgreSQL refreshes its cache of names when a transaction begins.
            self.query("SELECT pg_advisory_lock(?)", _MIGRATION_LOCK)
            self._migrate(migrations)
            self.query("SELECT pg_advisory_unlock(?)", _MIGRATION_LOCK)

    def _migrate(self, migrations: Sequence[Migration]) -> None:
        """Apply the missing migrations in one transaction.

        No program ever sees half of them: one of the version before would record what a later step refuses.
        """
        with self.transaction(), self._translate_errors():
            version = self._schema_version()  # another program may have migrated while this one waited
            for migration in migrations[version:]:
                self._connection.execute(migration.script.encode())
                self._connection.execute("INSERT INTO ledger_step (number) VALUES (%s)", (migration.number,))

    def _schema_version(self) -> int:
        """Return the number of the latest step of the tables, 0 before the first one."""
        import psycopg

        with self._translate_errors():
            # An error ends a transaction. Outside of one it costs nothing, and this question would cost a round trip.
            if self._in_transaction and self.query("SELECT to_regclass(?) IS NULL", _STEPS) == [(True,)]:
                return 0
            try:
                ((latest,),) = self._connection.execute(f"SELECT coalesce(max(number), 0) FROM {_STEPS}").fetchall()
            except psycopg.errors.UndefinedTable:
                return 0
        return int(latest)

    def _translate_errors(self) -> AbstractContextManager[None]:
        return translate_postgresql_errors(str(self._address), self._consequence, self._password)


def _parse_address(location: TeamDatabase) -> TeamAddress:
    try:
        return replace(parse_team_url(location.url), ca_file=location.ca_file)
    except ValueError as error:
        raise LedgerError(
            f"The address of the team's ledger is not right. Nothing was sent. Allowed is {error}."
        ) from None


def _as_psycopg(statement: str) -> str:
    return statement.replace("?", "%s")
