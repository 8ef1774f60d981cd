"""What the database of a team, its driver or a pooler before it says, in words for the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from action_returns.errors import LedgerError
from action_returns.ledger.postgresql_certificates import UNTRUSTED
from action_returns.ledger.postgresql_session import LOCK_SECONDS, STATEMENT_SECONDS
from action_returns.ledger.store import LedgerAwayError

if TYPE_CHECKING:
    import psycopg


class LedgerBusyError(LedgerAwayError):
    """Another connection holds a lock that the ledger needs, and kept it for too long."""


_ERROR_TEXTS: Final = {
    UNTRUSTED: "{message}",
    "password authentication failed": (
        "The database {server} did not accept the user name or the password. Check the user in the profile's ledger "
        "address, and set the password again: action-returns secret set PROFILE --ledger"
    ),
    "no password supplied": (
        "The database {server} wants a password and there is none. Write in the profile where it is kept "
        '(ledger_password = "keyring") and set it: action-returns secret set PROFILE --ledger'
    ),
    "pg_hba.conf": (
        "The database {server} does not let this user in from this machine. Ask its administrator to allow that "
        "(pg_hba.conf), or check the user in the profile's ledger address."
    ),
    'role "': "The database {server} knows no user of that name. Check the profile's ledger address.",
    'database "': "There is no database {server}. Check the profile's ledger address, or ask its administrator.",
    "does not match host name": (
        "The database {server} shows a certificate that is made for another host. Another server may be answering in "
        "its place. Write the host in the profile's ledger address as the certificate has it, or ask its administrator."
    ),
    "certificate": (
        "The certificate of the database {server} cannot be trusted. Another server may be answering in its place. Ask "
        'its administrator; for an authority of your own, name its certificate in the profile: ledger_ca_file = "PATH".'
    ),
    "does not support SSL": (
        "The database {server} offers no encrypted connection, so nothing was sent to it, not even the password. Ask "
        "its administrator to switch encryption on."
    ),
    "unsupported startup parameter": (
        "The connection to {server} leads through a pooler that refuses a setting of this program ({message}). Write the "
        "database itself in the profile's ledger address, or ask the pooler's administrator to take that setting."
    ),
    "transaction blocks not allowed": (
        "The connection to {server} leads through a pooler that allows no transaction (statement pooling). Ask its "
        "administrator for session pooling, or write the database itself in the profile's ledger address."
    ),
    "unrecognized configuration parameter": (
        "The database {server} does not know a setting that the ledger needs ({message}). It needs PostgreSQL 14 or newer."
    ),
    "max_client_conn": "The pooler before {server} has no connection left for this program. Try again in a minute.",
    "query_wait_timeout": (
        "The pooler before {server} got no connection to the database in time: all are in use, or the database does not "
        "answer. Try again in a minute."
    ),
    "cannot connect to server": (
        "A pooler answers for {server}, and the database behind it does not. Try again later, or ask its administrator."
    ),
    "server login has been failing": (
        "A pooler answers for {server}, and the database behind it does not let the pooler in, or does not answer. Try "
        "again later, or ask its administrator."
    ),
    "no such database": "The pooler knows no database {server}. Check the profile's ledger address, or ask its administrator.",
    "no such user": "The database {server} knows no user of that name. Check the profile's ledger address.",
    "during recovery": (
        "{server} is a copy that can only be read. Write the database itself in the profile's ledger address."
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
"""A part of the message of libpq or the server -> the text for the user. Only the words tell these errors apart."""


@contextmanager
def translate_postgresql_errors(server: str, consequence: str, password: str | None = None) -> Iterator[None]:
    """Raise LedgerError with a plain message in place of psycopg's errors.

    Args:
        server: the database, as people see it.
        consequence: a sentence about what did not happen, ``""`` for none.
        password: removed from the message, wherever it comes from.

    Raises:
        LedgerError: what is wrong, and what to do.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        message = " ".join(filter(None, (_error_text(error, server), consequence)))
        # Without psycopg's own error: it may hold the password.
        kind = LedgerAwayError if isinstance(error, psycopg.OperationalError) else LedgerError
        if isinstance(error, psycopg.errors.LockNotAvailable):
            kind = LedgerBusyError
        raise kind(message.replace(password, "***") if password else message) from None


def _error_text(error: "psycopg.Error", server: str) -> str:
    from psycopg import ProgrammingError, errors

    message = error.diag.message_primary or (str(error) or type(error).__name__).strip().splitlines()[0]
    match error:
        case errors.RaiseException() | errors.IntegrityError() | errors.DataError():
            return f"The ledger in {server} refused it: {message}."
        case errors.InsufficientPrivilege():
            return (
                f"The ledger in {server} does not allow this user to do that: {message}. Ask its administrator for the "
                "rights of a member (docs/team-ledger.md)."
            )
        case errors.ReadOnlySqlTransaction():
            return (
                f"{server} is a copy that can only be read. Write the database itself in the profile's ledger address."
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
            return f"The disk of the database {server} is full. Ask its administrator to make room."
    for part, text in _ERROR_TEXTS.items():
        if part in str(error):
            return text.format(server=server, message=message)
    if isinstance(error, ProgrammingError):
        return _of_another_make(server, message)
    return f"The connection to the database {server} failed: {message}. Try again, or ask its administrator."


def _of_another_make(server: str, message: str) -> str:
    return (
        f"The tables of the ledger in {server} are not as they should be: {message}. Ask its administrator, and keep it as "
        "it is."
    )
