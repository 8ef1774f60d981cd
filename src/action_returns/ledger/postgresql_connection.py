"""One connection to a team's database: encrypted and checked on the way to another machine, and never waiting for ever."""

import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import LedgerError
from action_returns.ledger.location import TeamAddress

if TYPE_CHECKING:
    import psycopg


SCHEMA: Final = "action_returns"
"""Where the tables are in every database: a search path of somebody's own must not lead to another ledger."""

CONNECT_SECONDS: Final = 10
LOCK_SECONDS: Final = 15
STATEMENT_SECONDS: Final = 120
SILENCE_SECONDS: Final = 150
"""A server that says nothing for so long is given up; it should have stopped the statement itself by then."""

_SESSION: Final = {
    "search_path": f"{SCHEMA},pg_temp",  # temporary tables last, so that none stands in another's place
    "synchronous_commit": "on",  # a commit returns when its bytes are on the disk, whatever the server's default is
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",  # a laptop that falls asleep holds up nobody else
    "idle_session_timeout": "0",  # a mail server may take ten minutes for an answer
    # The server finds out within two minutes that a sender's machine is gone; until then its batches count as under way.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
}


def need_psycopg() -> None:
    """See that what talks to PostgreSQL is installed.

    Raises:
        LedgerError: when it is not.
    """
    try:
        import psycopg  # noqa: F401  # to see whether it is there
    except ImportError:
        raise LedgerError(
            "A team's ledger needs the PostgreSQL part of this program, which is not installed here. Nothing was sent. "
            'Install it: pip install "action-returns[postgresql]"'
        ) from None


def connect(address: TeamAddress, password: str | None) -> "psycopg.Connection[tuple[Any, ...]]":
    """Connect, every statement a transaction of its own until BEGIN.

    Every fact that decides where the connection leads is given, so that none of PostgreSQL's variables (PGHOSTADDR,
    PGSERVICE, PGOPTIONS, PGSSLMODE) leads it elsewhere.

    Args:
        address: the database.
        password: the password, None to let PostgreSQL's own ways give it.

    Raises:
        psycopg.Error: when there is no connection.
    """
    kind = _kind_of_connection()
    with _encryption(address) as encryption:
        return kind.connect(
            host=address.host,
            hostaddr="",
            port=address.port,
            dbname=address.database,
            user=address.user,
            password=password,
            autocommit=True,
            application_name="action-returns",
            client_encoding="UTF8",
            options=" ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
            gssencmode="disable",  # encryption by Kerberos would take the place of the checked certificate
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=6,
            tcp_user_timeout=60_000,
            **encryption,
        )


def _kind_of_connection() -> "type[psycopg.Connection[tuple[Any, ...]]]":
    import psycopg

    class Patient(psycopg.Connection[tuple[Any, ...]]):
        """A connection that gives up a server that says nothing any more: the time limits of a server that hangs do not help."""

        def wait(self, gen: Generator[Any, Any, Any], *rest: Any, **options: Any) -> Any:
            try:
                return super().wait(_in_time(gen), *rest, **options)
            except TimeoutError:
                self.pgconn.finish()
                raise psycopg.OperationalError("timeout expired") from None

    return Patient


def _in_time(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Take the steps of a conversation with the server; psycopg asks for the next one ten times a second."""
    until = monotonic() + SILENCE_SECONDS
    ready = None
    try:
        while True:
            ready = yield steps.send(ready)
            if monotonic() > until:
                raise TimeoutError
    except StopIteration as done:
        return done.value


@contextmanager
def _encryption(address: TeamAddress) -> Iterator[dict[str, Any]]:
    said: dict[str, Any] = dict(address.encryption)
    if address.is_here:
        yield {"sslmode": "prefer", **said}
        return
    said["sslmode"] = "verify-full"
    if said.get("sslrootcert", "system") != "system":
        yield said
        return
    # psycopg brings its own OpenSSL, which does not know where this system keeps the authorities it trusts.
    with TemporaryDirectory(prefix="action-returns-") as folder:
        trusted = Path(folder, "trusted.pem")
        trusted.write_text(_trusted_here(), encoding="ascii")
        yield {**said, "sslrootcert": str(trusted)}


def _trusted_here() -> str:
    """Give the certificates of the authorities that this system trusts: the same ones as for a server of files or mail."""
    context = ssl.create_default_context()
    folder = ssl.get_default_verify_paths().capath  # looked into by OpenSSL only when it needs one of them
    for file in sorted(Path(folder).glob("*.0")) if folder else []:
        with suppress(OSError):  # one that cannot be read is one that is not trusted
            context.load_verify_locations(file)
    return "".join(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True)))


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
def translate_postgresql_errors(server: str, consequence: str, password: str | None = None) -> Iterator[None]:
    """Turn what psycopg raises into words.

    Args:
        server: the database, as people see it.
        consequence: a sentence about what did not happen, ``""`` for none.
        password: what must not be told, whoever says it.

    Raises:
        LedgerError: what is wrong, and what to do.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        told = " ".join(filter(None, (_why_not_reached(error, server), consequence)))
        # psycopg's own error is let go: it may hold the words it was given to connect with.
        raise LedgerError(told.replace(password, "***") if password else told) from None


def _why_not_reached(error: "psycopg.Error", server: str) -> str:
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
