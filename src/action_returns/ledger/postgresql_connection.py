"""A connection to a team's database: encrypted, with a checked certificate, and with a time limit for every answer."""

import os
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import LedgerError
from action_returns.ledger.location import TeamAddress
from action_returns.trusted_certificates import read_certificates, trusting_context

if TYPE_CHECKING:
    import psycopg


_FILES: Final = frozenset({"sslrootcert", "sslcert", "sslkey"})

SCHEMA: Final = "action_returns"
"""The schema of the tables in every database: a search path set elsewhere must not lead to another ledger."""

CONNECT_SECONDS: Final = 10
LOCK_SECONDS: Final = 15
STATEMENT_SECONDS: Final = 120
SILENCE_SECONDS: Final = 150
"""Time limit for any answer; the server should have stopped the statement itself by then (STATEMENT_SECONDS)."""

_SESSION: Final = {
    "search_path": f"{SCHEMA},pg_temp",  # temporary tables last, so that none hides a table of the ledger
    "synchronous_commit": "on",  # a commit returns when its bytes are on the disk, whatever the server's default is
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",  # a laptop that falls asleep does not block other members
    "idle_session_timeout": "0",  # a mail server may take ten minutes for an answer
    # The server notices within two minutes that a sender's machine is gone; until then its batches count as under way.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
}


class LedgerBusyError(LedgerError):
    """Another connection holds a lock that the ledger needs, and kept it for too long."""


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


def connect(address: TeamAddress, password: str | None) -> "psycopg.Connection[tuple[Any, ...]]":
    """Open a connection in which every statement is a transaction of its own until BEGIN.

    Every option that decides where the connection leads is set, so that none of PostgreSQL's variables (PGHOSTADDR,
    PGSERVICE, PGOPTIONS, PGSSLMODE) leads it elsewhere.

    Args:
        address: the database.
        password: the password; None for PostgreSQL's own ways (``~/.pgpass``, a certificate).

    Raises:
        LedgerError: a file of certificates or keys is a pipe or a folder.
        action_returns.errors.ConfigError: the file of an own authority cannot be used.
        psycopg.Error: there is no connection.
    """
    connection_class = _connection_class()
    with _tls_options(address) as encryption:
        return connection_class.connect(
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


@contextmanager
def _tls_options(address: TeamAddress) -> Iterator[dict[str, Any]]:
    own = "" if address.ca_file is None else read_certificates(address.ca_file, "ledger_ca_file")
    options: dict[str, Any] = dict(address.encryption)
    for key in _FILES & options.keys():
        path = Path(options[key])
        if path.exists() and not path.is_file():  # OpenSSL would wait for the writer of a pipe for ever
            raise LedgerError(
                f"{path} ({key} in the address of the team's ledger) is no file. Nothing was sent. "
                "Name a file there, then try again."
            )
        options[key] = _name_for_libpq(options[key])
    if address.is_local and not own:
        yield {"sslmode": "prefer", **options}
        return
    options["sslmode"] = "verify-full"
    if options.get("sslrootcert", "system") != "system":
        yield options
        return
    # psycopg brings its own OpenSSL, which does not know where this system keeps its trusted authorities.
    with TemporaryDirectory(prefix="action-returns-") as folder:
        trusted = Path(folder, "trusted.pem")
        trusted.write_text(_trusted_certificates() + own, encoding="ascii")
        yield {**options, "sslrootcert": _name_for_libpq(str(trusted))}


def _name_for_libpq(path: str) -> str:
    """Return a path that libpq finds: on Windows it takes the letters of a name for those of the system's code page.

    psycopg gives it UTF-8. The short name (``MLLER~1``) is the same in both; a disk that has none keeps the long one.
    """
    if os.name != "nt" or path.isascii():
        return path
    from action_returns.windows_files import short_path

    return short_path(path)


def _trusted_certificates() -> str:
    """Return the certificates of the authorities that this system trusts, as PEM: the same ones as for FTP and email."""
    context = trusting_context()
    folder = ssl.get_default_verify_paths().capath  # OpenSSL reads this folder only when it needs a certificate
    for file in sorted(Path(folder).glob("*.0")) if folder else []:
        with suppress(OSError):  # a file that cannot be read is not trusted
            context.load_verify_locations(file)
    return "".join(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True)))


_ERROR_TEXTS: Final = {
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
        "The connection to {server} leads through a pooler, which cannot keep the locks that show who is sending. "
        "Write the database itself in the profile's ledger address."
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
        kind = LedgerBusyError if isinstance(error, psycopg.errors.LockNotAvailable) else LedgerError
        raise kind(message.replace(password, "***") if password else message) from None


def _error_text(error: "psycopg.Error", server: str) -> str:
    from psycopg import errors

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
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.InvalidSchemaName():
            return (
                f"The tables of the ledger in {server} are not as they should be: {message}. Ask its administrator, "
                "and keep it as it is."
            )
    for part, text in _ERROR_TEXTS.items():
        if part in str(error):
            return text.format(server=server)
    return f"The connection to the database {server} failed: {message}. Try again, or ask its administrator."
