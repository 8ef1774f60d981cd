"""The session of a connection to a team's database: its settings, and whether it lasts as long as the connection.

The lock that shows who is sending belongs to a session. A pooler that gives each transaction another session (transaction
or statement pooling) loses that lock, or leaves it to a stranger, and no statement shows it for certain: by chance, each
may get the same session. So where a pooler is on the way, the session is told to end when it is idle. In session pooling
the connection ends with it. In all other modes the pooler takes another session, and the connection lives on: that is
the proof, whatever the size of the pool and whoever else uses it. A session that ends while it is idle is none of
anybody's transaction.

That there is a pooler shows in the number of the session that the client is told for cancelling (PostgreSQL manual,
55.2.8): every pooler gives one of its own. So a connection without one costs nothing more.
"""

import select
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import LedgerError

if TYPE_CHECKING:
    import psycopg

SCHEMA: Final = "action_returns"
"""The schema of the tables in every database: a search path set elsewhere must not lead to another ledger."""
SEARCH_PATH: Final = f"{SCHEMA}, pg_temp"
"""Temporary tables come last, so that none hides a table of the ledger."""

LOCK_SECONDS: Final = 15
STATEMENT_SECONDS: Final = 120

_SETTINGS: Final = {
    "search_path": SEARCH_PATH,
    "synchronous_commit": "on",  # a commit returns when its bytes are on the disk, whatever the server's default is
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",  # a laptop that falls asleep does not block other members
    # The server notices within two minutes that a sender's machine is gone; until then its batches count as under way.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
}
_MARK: Final = "action_returns.session"
"""A setting of our own: it shows that a session was used before and not cleaned since."""
_NEVER: Final = "0"  # a mail server may take ten minutes for an answer
_AT_ONCE: Final = "1"  # a millisecond
_END_SECONDS: Final = 2.0
"""Seconds in which a session that is told to end at once has ended; on loopback it takes one or two milliseconds."""


def begin_session(connection: "psycopg.Connection[tuple[Any, ...]]", server: str, *, is_proven: bool = False) -> bool:
    """Set what holds for the session, in one round trip, and return whether the connection can be used.

    Not in the parameters of the start-up: poolers refuse ``options`` there, or leave it out without a word.

    Args:
        connection: a new connection.
        server: the database, as people see it.
        is_proven: whether it is known that the session lasts as long as the connection.

    Returns:
        False where a pooler is on the way and the connection was used up to prove that it keeps the session.

    Raises:
        LedgerError: a pooler does not keep the session, or does not clean it.
        psycopg.Error: the database does not take a setting.
    """
    told = connection.pgconn.backend_pid
    # A session that may be of others soon keeps its own settings.
    changes = ["set_config(%s, CASE WHEN is_ours THEN %s ELSE current_setting(%s) END, false)"] * len(_SETTINGS)
    ((number, used, *_),) = connection.execute(
        f"SELECT pg_backend_pid(), current_setting('{_MARK}', true), {', '.join(changes)}, "
        f"set_config('{_MARK}', 'used', false), "
        f"set_config('idle_session_timeout', CASE WHEN is_ours THEN '{_NEVER}' ELSE '{_AT_ONCE}' END, false) "
        "FROM (SELECT %s OR pg_backend_pid() = %s AS is_ours) AS this".encode(),
        (*(part for name, value in _SETTINGS.items() for part in (name, value, name)), is_proven, told),
    ).fetchall()
    if is_proven or number == told:
        return True
    if _lives_on(connection):
        raise LedgerError(
            f"The connection to {server} leads through a pooler that gives each transaction another session (transaction "
            "or statement pooling), so the lock that shows who is sending is lost. Nothing was sent. Ask its "
            "administrator for session pooling (PgBouncer: pool_mode = session, for this user and this database), or "
            "write the database itself in the profile's ledger address."
        )
    if used:
        raise LedgerError(
            f"The connection to {server} leads through a pooler that passes sessions on as others left them, with their "
            "locks. Nothing was sent. Ask its administrator to have them cleaned (PgBouncer: server_reset_query = "
            "DISCARD ALL), or write the database itself in the profile's ledger address."
        )
    return False


def _lives_on(connection: "psycopg.Connection[tuple[Any, ...]]") -> bool:
    """Return whether a connection outlives the session that it had when it was told to end at once."""
    import psycopg

    select.select([connection.fileno()], [], [], _END_SECONDS)
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
