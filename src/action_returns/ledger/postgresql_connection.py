"""A connection to a team's database: encrypted, with a checked certificate, and with a time limit for every answer."""

from collections.abc import Generator
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import LedgerError
from action_returns.ledger.location import TeamAddress
from action_returns.ledger.postgresql_certificates import tls_options
from action_returns.ledger.postgresql_session import END_AFTER, Begun, begin_session

if TYPE_CHECKING:
    import psycopg


CONNECT_SECONDS: Final = 10
SILENCE_SECONDS: Final = 150
"""Time limit for any answer; the server should have stopped the statement itself by then (STATEMENT_SECONDS)."""


def check_psycopg() -> None:
    """Check that psycopg, the PostgreSQL driver, is installed.

    Raises:
        LedgerError: it is not installed.
    """
    try:
        import psycopg  # noqa: F401  # imported only to check that it is installed
    except ImportError:
        from action_returns.extras import install_command

        raise LedgerError(
            "A team's ledger needs the PostgreSQL part of this program, which is not installed here. Nothing was sent. "
            f"Install it: {install_command('postgresql')}"
        ) from None


def connect(
    address: TeamAddress, password: str | None, *, is_proven: bool = False
) -> "psycopg.Connection[tuple[Any, ...]]":
    """Open a connection in which every statement is a transaction of its own until BEGIN.

    Every option that decides where the connection leads is set, so that none of PostgreSQL's variables (PGHOSTADDR,
    PGSERVICE, PGOPTIONS, PGSSLMODE) leads it elsewhere.

    Args:
        address: the database.
        password: the password; None for PostgreSQL's own ways (``~/.pgpass``, a certificate).
        is_proven: whether an earlier connection has shown that sessions there last as long as connections.

    Raises:
        LedgerError: a file of certificates or keys is a pipe or a folder, or a pooler does not keep the session.
        action_returns.errors.ConfigError: the file of an own authority cannot be used.
        psycopg.Error: there is no connection.
    """
    with tls_options(address) as encryption:
        for end_after in (None,) if is_proven else END_AFTER:
            connection, begun = _begin(address, password, encryption, end_after)
            if begun is Begun.USABLE:
                return connection
            connection.close()
            if begun is Begun.KEPT:
                return _begin(address, password, encryption, None)[0]
    raise LedgerError(
        f"The connection to {address} leads through a pooler, and it could not be told whether that keeps one session for "
        "each connection: it is too slow at this moment. Nothing was sent. Try again in a minute."
    )


def _begin(
    address: TeamAddress, password: str | None, encryption: dict[str, Any], end_after: int | None
) -> "tuple[psycopg.Connection[tuple[Any, ...]], Begun]":
    connection = _open(address, password, encryption)
    try:
        return connection, begin_session(connection, str(address), end_after=end_after)
    except BaseException:
        connection.close()
        raise


def _open(
    address: TeamAddress, password: str | None, encryption: dict[str, Any]
) -> "psycopg.Connection[tuple[Any, ...]]":
    return _connection_class().connect(
        host=address.host,
        hostaddr="",
        port=address.port,
        dbname=address.database,
        user=address.user,
        password=password,
        autocommit=True,
        application_name="action-returns",
        client_encoding="UTF8",
        options="",  # a pooler refuses them; begin_session sets what holds
        gssencmode="disable",  # encryption by Kerberos would take the place of the checked certificate
        connect_timeout=CONNECT_SECONDS,
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=6,
        tcp_user_timeout=60_000,
        **encryption,
    )


def _connection_class() -> "type[psycopg.Connection[tuple[Any, ...]]]":
    import psycopg

    class ConnectionWithTimeout(psycopg.Connection[tuple[Any, ...]]):
        """A connection that ends when the server stays silent: a server that hangs ignores its own time limits."""

        def wait(self, gen: Generator[Any, Any, Any], *rest: Any, **options: Any) -> Any:
            try:
                return super().wait(_limit_silence(gen), *rest, **options)
            except TimeoutError:
                self.pgconn.finish()
                raise psycopg.OperationalError("timeout expired") from None

    return ConnectionWithTimeout


def _limit_silence(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run the steps of a psycopg call with a time limit; psycopg asks for the next step ten times a second."""
    deadline = monotonic() + SILENCE_SECONDS
    ready = None
    try:
        while True:
            ready = yield steps.send(ready)
            if monotonic() > deadline:
                raise TimeoutError
    except StopIteration as done:
        return done.value
