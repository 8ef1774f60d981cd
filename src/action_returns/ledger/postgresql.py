"""The ledger of a team, in PostgreSQL: one record for everybody, so that no two people can send the same list.

Whoever sends holds a lock for as long as the connection lives (an advisory lock of the session, PostgreSQL manual,
13.3.5). When nobody holds it any more, the others know that the sender has ended, on whichever machine that was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from time import sleep
from typing import Any, Final, TypeVar

from action_returns.errors import LedgerError
from action_returns.ledger.location import TeamAddress, parse_team_url
from action_returns.ledger.postgresql_connection import SCHEMA, connect, need_psycopg, translate_postgresql_errors
from action_returns.ledger.records import TeamDatabase
from action_returns.ledger.store import Step, steps, this_process

_T = TypeVar("_T")

# READ COMMITTED whatever the server's default is: what is asked after the lock was waited for has to see what the
# others have committed meanwhile. The number is "Return" in ASCII.
_BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(90595699028590)"

_STEPS: Final = 90595699028591
"""The lock of whoever makes the tables; free again when the connection ends."""

_HOLD: Final = "SELECT pg_advisory_lock_shared(hashtextextended(?, 0))"
# PostgreSQL manual, 54.12: a key of 64 bits is shown in two halves, marked by objsubid = 1.
_NOBODY_HOLDS: Final = """
SELECT NOT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint << 32 | objid::bigint = hashtextextended(?, 0)
)
"""

_PAUSES: Final = (0, 1, 2, 4)
"""Seconds before each try to connect anew: a server that was started again takes a moment."""


class PostgresStore:
    """A ledger in a PostgreSQL database, in the schema ``action_returns``.

    A connection that is lost between two transactions is made anew: what became of a file that has left is to be
    recorded if there is a way.

    Args:
        place: which database, and its password.

    Raises:
        LedgerError: when it cannot be reached or used.
    """

    in_list = "= ANY(?)"

    def __init__(self, place: TeamDatabase) -> None:
        need_psycopg()
        self._address = _address(place)
        # Fetched once: the store of passwords may be locked again by the time the outcome is to be recorded.
        self._password = None if place.password is None else place.password()
        self._name = f"{this_process()} {token_hex(8)}"
        self._read_only = False
        self._is_held = False
        self._in_transaction = False
        self._consequence = "Nothing was sent."
        with self._said_plainly():
            self._connection = connect(self._address, self._password)
        try:
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise
        self._consequence = ""

    @property
    def read_only(self) -> bool:
        """Whether a newer version of this program made its tables."""
        return self._read_only

    @staticmethod
    def as_list(values: Iterable[str]) -> list[str]:
        """Give texts as an array."""
        return list(values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several things as one, alone among all who write."""
        if self._read_only:
            raise LedgerError(
                f"The ledger in {self._address} was written by a newer version of Action Returns. It can be read here, "
                "not written. Nothing was changed or sent. Install the newer version."
            )
        before = self._consequence
        self._consequence = before or "Nothing was recorded."
        try:
            with self._said_plainly():
                self._or_anew(lambda: self._connection.execute(_BEGIN))
                self._in_transaction = True
                yield
                self._commit()
        except BaseException:
            self._undo()
            raise
        finally:
            self._in_transaction = False
            self._consequence = before

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read."""
        with self._said_plainly():
            return self._or_anew(lambda: self._connection.execute(_as_psycopg(statement), values).fetchall())

    def change(self, statement: str, *values: object) -> int:
        """Write, inside a transaction; give how many rows were changed."""
        with self._said_plainly():
            return self._connection.execute(_as_psycopg(statement), values).rowcount

    def add_rows(self, number: int, rows: Sequence[tuple[str, int, str]]) -> None:
        """Add the rows of a batch, inside a transaction."""
        with (
            self._said_plainly(),
            self._connection.cursor() as cursor,
            cursor.copy("COPY sent_row (action_id, batch, cents, reason) FROM STDIN") as copy,
        ):
            for action_id, cents, reason in rows:
                copy.write_row((action_id, number, cents, reason))

    def this_process(self) -> str:
        """Give a name for this connection that no other one has; whether it lives is told by its lock."""
        return self._name

    def hold(self, number: int) -> None:  # noqa: ARG002  # one lock for all batches of this connection
        """Take the lock that shows that this process is there, for as long as the connection lives.

        It is shared with itself: when the connection was lost, the server may take the old one for alive for a while.
        """
        if not self._is_held:
            self.ask(_HOLD, self._name)
            self._is_held = True

    def is_abandoned(self, number: int, process: str) -> bool:  # noqa: ARG002  # as above
        """Tell whether the connection of whoever sent it has ended."""
        return process != self._name and self.ask(_NOBODY_HOLDS, process) == [(True,)]

    def copy_to(self, target: Path) -> None:
        """Refuse: whoever runs the server backs it up.

        Raises:
            LedgerError: always.
        """
        raise LedgerError(
            f"{target} was not written: the ledger in {self._address} is backed up by whoever runs that database."
        )

    def close(self) -> None:
        """Close the connection; its locks are free then."""
        self._connection.close()

    def _or_anew(self, ask: Callable[[], _T]) -> _T:
        """Ask, and if the connection turns out to be lost and nothing hangs on it, connect anew and ask once more."""
        import psycopg

        try:
            return ask()
        except psycopg.OperationalError:
            if self._in_transaction or not self._connection.closed:
                raise
        self._connect_anew()
        return ask()

    def _connect_anew(self) -> None:
        import psycopg

        *some, last = _PAUSES
        for pause in some:
            sleep(pause)
            with suppress(psycopg.OperationalError):
                self._connection = connect(self._address, self._password)
                break
        else:
            sleep(last)
            self._connection = connect(self._address, self._password)
        if self._is_held:
            self._connection.execute(_as_psycopg(_HOLD), (self._name,))

    def _commit(self) -> None:
        import psycopg

        try:
            done = self._connection.execute("COMMIT").statusmessage
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            raise LedgerError(
                f"The connection to the database {self._address} was lost at the moment this was recorded, so it may be "
                "on record or not. Look: action-returns history list"
            ) from None
        if done != "COMMIT":
            # After an error that somebody passed over, PostgreSQL rolls back instead, and says so here.
            raise LedgerError(f"The ledger in {self._address} did not take it. Nothing was recorded. Try again.")

    def _undo(self) -> None:
        import psycopg

        if not self._connection.closed:
            with suppress(psycopg.Error):  # a connection that is lost by now has nothing to undo
                self._connection.execute("ROLLBACK")

    def _bring_up_to_date(self) -> None:
        todo = steps("postgresql")
        done = self._step()
        if done > len(todo):
            self._read_only = True
            self.ask("SELECT set_config('default_transaction_read_only', 'on', false)")
        if done < len(todo):
            # Held before the transactions begin: one that began earlier and waited would not see another's new tables
            # (names are looked up in a memory that is brought up to date when a transaction begins).
            self.ask("SELECT pg_advisory_lock(?)", _STEPS)
            for step in todo[done:]:
                self._take(step)
            self.ask("SELECT pg_advisory_unlock(?)", _STEPS)

    def _take(self, step: Step) -> None:
        # Two programs may start at once: the one that waits for the lock finds the step done.
        with self.transaction(), self._said_plainly():
            if self._step() < step.number:
                self._connection.execute(step.script.encode())
                self._connection.execute("INSERT INTO ledger_step (number) VALUES (%s)", (step.number,))

    def _step(self) -> int:
        if self.ask("SELECT to_regclass(?) IS NULL", f"{SCHEMA}.ledger_step") == [(True,)]:
            return 0
        return int(self.ask("SELECT coalesce(max(number), 0) FROM ledger_step")[0][0])

    def _said_plainly(self) -> AbstractContextManager[None]:
        return translate_postgresql_errors(str(self._address), self._consequence, self._password)


def _address(place: TeamDatabase) -> TeamAddress:
    try:
        return parse_team_url(place.url)
    except ValueError as error:
        raise LedgerError(
            f"The address of the team's ledger is not right. Nothing was sent. Allowed is {error}."
        ) from None


def _as_psycopg(statement: str) -> str:
    return statement.replace("?", "%s")
