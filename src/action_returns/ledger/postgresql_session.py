"""The session of a connection to a team's database: its settings, and whether it lasts as long as the connection.

The lock that shows who is sending belongs to a session. A pooler that gives each transaction another session (transaction
or statement pooling) loses that lock, or leaves it to a stranger, and no statement shows it for certain: by chance, each
may get the same session. So where a pooler is on the way, the session is told to end when it is idle. In session pooling
the connection ends with it. In all other modes the pooler takes another session, and the connection lives on: that is
the proof, whatever the size of the pool and however many others use it. A session that ends while it is idle breaks no
transaction.

That there is a pooler shows in the number of the session that the client is told for cancelling (PostgreSQL manual,
55.2.8): every pooler gives one of its own. So a connection without one costs nothing more.
"""

import select
from enum import Enum
from time import monotonic
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
END_AFTER: Final = (50, 400, 1_600)
"""Milliseconds after which an idle session is told to end, at each attempt to see whether the connection ends with it."""
_LOOK_SECONDS: Final = 0.5
_LOOKS: Final = 8
"""Looks at whether it has ended; where the connection has another session by then, the first one is enough."""


class Begun(Enum):
    """What was found out about a new connection."""

    USABLE = "its session has the settings of the ledger and lasts as long as the connection"
    KEPT = "a pooler keeps one session for each connection; this one was used up to see that"
    UNCLEAR = "it ended too soon to tell"


def begin_session(connection: "psycopg.Connection[tuple[Any, ...]]", server: str, *, end_after: int | None) -> Begun:
    """Set what holds for the session, in one round trip, and find out whether it lasts as long as the connection.

    Not in the parameters of the start-up: poolers refuse ``options`` there, or leave it out without a word.

    Args:
        connection: a new connection.
        server: the database, as people see it.
        end_after: milliseconds after which the session is to end where a pooler is on the way (:data:`END_AFTER`); None
            where it is known that the session lasts.

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
        f"set_config('idle_session_timeout', CASE WHEN is_ours THEN '0' ELSE '{end_after or 0:d}' END, false) "
        "FROM (SELECT %s OR pg_backend_pid() = %s AS is_ours) AS this".encode(),
        (*(part for name, value in _SETTINGS.items() for part in (name, value, name)), end_after is None, told),
    ).fetchall()
    if end_after is None or number == told:
        return Begun.USABLE
    lasted = _lasted(connection, number)
    if lasted is None:
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
    return Begun.KEPT if lasted >= end_after / 2_000 else Begun.UNCLEAR


def _lasted(connection: "psycopg.Connection[tuple[Any, ...]]", number: int) -> float | None:
    """Return after how many seconds a connection ended whose session was told to end, None where it lives on.

    It has to end unasked: a statement might get that very session from the pool, in the moment in which it ends. And not
    at once: a pooler that is slow to look may hand on the end of the session together with the answer before it.

    Args:
        connection: the connection.
        number: the number of its session.
    """
    import psycopg

    begin = monotonic()
    at_once, _, _ = select.select([connection.fileno()], [], [], 0)
    for _ in range(_LOOKS):
        ended, _, _ = select.select([connection.fileno()], [], [], _LOOK_SECONDS)
        seconds = 0.0 if at_once or not ended else monotonic() - begin
        try:
            ((now,),) = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchall()
        except psycopg.OperationalError:
            return seconds
        if now != number:
            return None
    return None
