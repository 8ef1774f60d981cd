"""One connection to a team's database: encrypted and checked on the way to another machine, and never waiting for ever."""

import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from action_returns.ledger.errors import LedgerProblem
from action_returns.ledger.team_url import TeamAddress

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
        LedgerProblem: when it is not.
    """
    try:
        import psycopg  # noqa: F401  # to see whether it is there
    except ImportError:
        raise LedgerProblem(
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
