"""What PostgreSQL says when something is wrong -> what people are told, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from action_returns.ledger.errors import LedgerProblem
from action_returns.ledger.postgresql_connection import LOCK_SECONDS, STATEMENT_SECONDS

if TYPE_CHECKING:
    import psycopg

_SIGNS: Final = {
    "password authentication failed": (
        "The database {server} did not accept the user name or the password. Check the user in the profile's ledger "
        "address, and set the password again: action-returns secret set PROFILE --ledger"
    ),
    "no password supplied": (
        "The database {server} wants a password and there is none. Say in the profile where it is kept "
        '(ledger_password = "keyring") and set it: action-returns secret set PROFILE --ledger'
    ),
    "pg_hba.conf": (
        "The database {server} does not let this user in from this machine. Ask whoever runs it to allow that "
        "(pg_hba.conf), or check the user in the profile's ledger address."
    ),
    'role "': "The database {server} knows no user of that name. Check the profile's ledger address.",
    'database "': "There is no database {server}. Check the profile's ledger address, or ask whoever runs the server.",
    "does not match host name": (
        "The database {server} shows a certificate that is made for another host. Somebody may be answering in its "
        "place. Write the host in the profile's ledger address as the certificate has it, or ask whoever runs it."
    ),
    "certificate": (
        "The certificate of the database {server} cannot be trusted. Somebody may be answering in its place. Ask "
        "whoever runs it; for an authority of your own, add ?sslrootcert=FILE to the profile's ledger address."
    ),
    "does not support SSL": (
        "The database {server} offers no encrypted connection, so nothing was told to it, not even the password. Ask "
        "whoever runs it to switch encryption on."
    ),
    "unsupported startup parameter": (
        "The connection to {server} leads through a pooler, which cannot keep the locks that show who is sending. "
        "Let the profile's ledger address name the database itself."
    ),
    "too many": "The database {server} has no connection left for this program. Try again in a minute.",
    "remaining connection slots": "The database {server} has no connection left for this program. Try again in a minute.",
    "starting up": "The database {server} is just starting. Try again in a minute.",
    "shutting down": "The database {server} is just being stopped. Try again later.",
    "refused": "The database {server} cannot be reached: nothing answers there. Check host and port, or try again later.",
    "No such file": "The database {server} cannot be reached: nothing answers there. Check the folder, or try again later.",
    "timeout expired": (
        "The database {server} does not answer: it hangs, or a firewall stands in the way. Try again later."
    ),
    "resolve host": (
        "No machine of the name in {server} can be found. Check the host in the profile's ledger address, and the "
        "connection to the network."
    ),
}
"""What libpq and the server say when there is no connection -> what people are told. Only their words tell it apart."""


@contextmanager
def said_plainly(server: str, consequence: str, password: str | None = None) -> Iterator[None]:
    """Turn what psycopg raises into words.

    Args:
        server: the database, as people see it.
        consequence: a sentence about what did not happen, ``""`` for none.
        password: what must not be told, whoever says it.

    Raises:
        LedgerProblem: what is wrong, and what to do.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        told = " ".join(filter(None, (_why(error, server), consequence)))
        # psycopg's own error is let go: it may hold the words it was given to connect with.
        raise LedgerProblem(told.replace(password, "***") if password else told) from None


def _why(error: "psycopg.Error", server: str) -> str:
    from psycopg import errors

    said = error.diag.message_primary or (str(error) or type(error).__name__).strip().splitlines()[0]
    match error:
        case errors.RaiseException() | errors.IntegrityError() | errors.DataError():
            return f"The ledger in {server} refused it: {said}."
        case errors.InsufficientPrivilege():
            return (
                f"The ledger in {server} does not allow this user to do that: {said}. Ask whoever runs the database for "
                "the rights of a member (docs/team-ledger.md)."
            )
        case errors.ReadOnlySqlTransaction():
            return (
                f"{server} is a copy that can only be read. Let the profile's ledger address name the database itself."
            )
        case errors.LockNotAvailable():
            return (
                f"The ledger in {server} is in use by others and did not get free in {LOCK_SECONDS} s. Try again in a "
                "minute."
            )
        case errors.QueryCanceled():
            return (
                f"The database {server} did not finish within {STATEMENT_SECONDS} s. Try again when it has less to do."
            )
        case errors.DiskFull():
            return f"The disk of the database {server} is full. Ask whoever runs it to make room."
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.InvalidSchemaName():
            return (
                f"The tables of the ledger in {server} are not as they should be: {said}. Ask whoever runs the database, "
                "and keep it as it is."
            )
    for sign, told in _SIGNS.items():
        if sign in str(error):
            return told.format(server=server)
    return f"The connection to the database {server} failed: {said}. Try again, or ask whoever runs it."
