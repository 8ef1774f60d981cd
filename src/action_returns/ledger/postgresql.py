"""The ledger of a team, in PostgreSQL: one record for everybody, so that two people cannot send the same list.

Who sends a batch holds a lock for it as long as the connection lives (advisory lock of the session, PostgreSQL manual
13.3.5); a lock that is free again tells the others that the sender has ended, on whichever machine that was.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from action_returns.ledger.errors import LedgerProblem
from action_returns.ledger.migrations import Step, steps
from action_returns.ledger.process import this_process
from action_returns.ledger.records import TeamDatabase

if TYPE_CHECKING:
    import psycopg

_WRITING: Final = (0x41527472, 0)
"""The lock of whoever writes: one at a time, as SQLite does it by itself."""
_SENDING: Final = 0x41527473
"""The class of the locks of those who send; the other half is the batch's number."""

_SETTINGS: Final = "-c synchronous_commit=on -c lock_timeout=15s -c statement_timeout=120s -c client_encoding=UTF8"


class PostgresStore:
    """A ledger in a PostgreSQL database.

    Args:
        place: which database, and its password.

    Raises:
        LedgerProblem: when it cannot be reached or used.
    """

    in_list = "= ANY(?)"

    def __init__(self, place: TeamDatabase) -> None:
        self._place = place
        self._held: set[int] = set()
        self._read_only = False
        self._connection = self._connect()
        try:
            with self._said_plainly():
                self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

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
            raise LedgerProblem(
                f"The ledger on {self._server} was written by a newer version of Action Returns. It can be read here, "
                "not written. Nothing was changed or sent. Install the newer version."
            )
        with self._said_plainly():
            self._come_back()
            with self._connection.transaction():
                self._connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", _WRITING)
                yield

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read."""
        with self._said_plainly():
            self._come_back()
            return self._connection.execute(_as_psycopg(statement), values).fetchall()

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

    @staticmethod
    def this_process() -> str:
        """Give a name for this process, for people; whether it runs is told by its lock."""
        return this_process()

    def hold(self, number: int) -> None:
        """Take the lock of a batch for as long as this connection lives."""
        with self._said_plainly():
            self._connection.execute("SELECT pg_advisory_lock(%s, %s)", (_SENDING, number))
        self._held.add(number)

    def is_abandoned(self, number: int, process: str) -> bool:  # noqa: ARG002  # the lock says it better
        """Tell whether the connection of whoever sent it has ended."""
        if number in self._held:  # a session may take its own lock twice
            return False
        with self._said_plainly():
            ((free,),) = self.ask("SELECT pg_try_advisory_lock(?, ?)", _SENDING, number)
            if free:
                self.ask("SELECT pg_advisory_unlock(?, ?)", _SENDING, number)
        return bool(free)

    def copy_to(self, target: Path) -> None:
        """Refuse: whoever runs the server backs it up."""
        raise LedgerProblem(
            f"{target} was not written: the ledger on {self._server} is backed up by whoever runs that database."
        )

    def close(self) -> None:
        """Close the connection; its locks are free then."""
        self._connection.close()

    @property
    def _server(self) -> str:
        parts = urlsplit(self._place.url)
        return f"{parts.hostname or 'this machine'}{parts.path}"

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        try:
            import psycopg
        except ImportError:
            raise LedgerProblem(
                "A team's ledger needs the PostgreSQL part of this program, which is not installed. Nothing was sent. "
                'Install it: pip install "action-returns[postgresql]"'
            ) from None
        facts: dict[str, Any] = {"connect_timeout": 10, "keepalives_idle": 30, "options": _SETTINGS}
        if self._place.password is not None:
            facts["password"] = self._place.password()
        with self._said_plainly():
            return psycopg.connect(
                self._place.url,
                autocommit=True,
                application_name="action-returns",
                **facts,
                **encryption(self._place.url),
            )

    def _come_back(self) -> None:
        """Connect anew when the connection was lost between two transactions, and take the own locks again."""
        if not self._connection.closed:
            return
        self._connection = self._connect()
        for number in self._held:
            # Somebody may be looking at this very moment whether it is free; that takes no longer than a look.
            self._connection.execute("SELECT pg_advisory_lock(%s, %s)", (_SENDING, number))

    def _bring_up_to_date(self) -> None:
        todo = steps("postgresql")
        done = self._step()
        self._read_only = done > len(todo)
        for step in todo[done:]:
            self._take(step)

    def _take(self, step: Step) -> None:
        # Two programs may start at once: the one that waits for the lock finds the step done.
        with self.transaction():
            if self._step() < step.number:
                self._connection.execute(step.script.encode())
                self._connection.execute("INSERT INTO ledger_step (number) VALUES (%s)", (step.number,))

    def _step(self) -> int:
        if self.ask("SELECT to_regclass('ledger_step') IS NULL") == [(True,)]:
            return 0
        return int(self.ask("SELECT max(number) FROM ledger_step")[0][0])

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            # The sentence of psycopg's own error may hold the words it was given to connect with.
            raise LedgerProblem(f"{_why(error, self._server)} Nothing was sent.") from None


def encryption(url: str) -> dict[str, Any]:
    """Give the settings that make a connection to another machine encrypted and its certificate checked.

    Args:
        url: the database; what it says itself about certificates stands.
    """
    parts = urlsplit(url)
    if is_here(parts.hostname):
        return {}
    said = parse_qs(parts.query)
    return {"sslmode": "verify-full", **({} if "sslrootcert" in said else {"sslrootcert": "system"})}


def is_here(host: str | None) -> bool:
    """Tell whether a host is this machine, where nobody can listen on the way."""
    try:
        return host in {None, "", "localhost"} or ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _as_psycopg(statement: str) -> str:
    return statement.replace("?", "%s")


def _why(error: "psycopg.Error", server: str) -> str:
    from psycopg import errors

    told = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    match error:
        case errors.RaiseException() | errors.IntegrityError():
            return f"The ledger on {server} refused it: {error.diag.message_primary}."
        case errors.InsufficientPrivilege():
            return (
                f"The ledger on {server} may not be used like this: {error.diag.message_primary}. Ask whoever runs the "
                "database for the rights in docs/team-ledger.md."
            )
        case errors.LockNotAvailable() | errors.QueryCanceled():
            return f"The ledger on {server} is in use by others and did not get free in time. Try again."
        case errors.DiskFull():
            return f"The disk of the ledger on {server} is full. Ask whoever runs the database to make room."
    for sign, why in _SIGNS.items():
        if sign in str(error):
            return why.format(server=server)
    return f"The ledger on {server} does not answer as it should: {told}. Try again, or ask whoever runs the database."


_SIGNS: Final = {
    "password authentication failed": (
        "The database on {server} did not accept the user name or password. Check the user in profiles.NAME.ledger and "
        "the password: action-returns secret set NAME --ledger"
    ),
    "no password supplied": (
        "The database on {server} wants a password. Set one: action-returns secret set NAME --ledger"
    ),
    "does not exist": "There is no such database or user on {server}. Check profiles.NAME.ledger in config.toml.",
    "certificate": (
        "The certificate of the database on {server} cannot be trusted. Somebody may be pretending to be it, or the host "
        "in profiles.NAME.ledger is not the one it is made for. Ask whoever runs the database."
    ),
    "server does not support SSL": (
        "The database on {server} offers no encrypted connection, so nothing was told to it, not even the password. Ask "
        "whoever runs it."
    ),
    "Connection refused": "The database on {server} refuses connections. Check host and port, or try again later.",
    "timeout expired": (
        "The database on {server} did not answer in time. A firewall may be in the way. Try again later."
    ),
    "resolve host": "There is no server as named in {server}, or the network is down. Check the connection.",
    "translate host": "There is no server as named in {server}, or the network is down. Check the connection.",
}
"""What libpq and the server say -> what people are told."""
