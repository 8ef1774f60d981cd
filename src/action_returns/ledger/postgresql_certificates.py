"""Which certificates of a team's database are trusted, and why one is not: libpq says only that it failed."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from action_returns.certificate_problems import CertificateProblem, certificate_problem
from action_returns.errors import LedgerError
from action_returns.ledger.location import TeamAddress
from action_returns.trusted_certificates import read_certificates, trusting_context

_FILES: Final = frozenset({"sslrootcert", "sslcert", "sslkey"})
_SETTING: Final = "ledger_ca_file"
_SECONDS: Final = 10

_ASK_FOR_TLS: Final = bytes.fromhex("0000000804d2162f")
"""SSLRequest (PostgreSQL manual, 55.7)."""
_YES: Final = b"S"

_NOT_THE_ROOT: Final = CertificateProblem(
    "the certificate that is named for its authority is not the one of the topmost authority",
    f"Name that one in the profile ({_SETTING}): the driver of PostgreSQL takes no other.",
)

UNTRUSTED: Final = "The certificate of the database"
"""How the message begins that :func:`tls_options` makes of an error."""


@contextmanager
def tls_options(address: TeamAddress) -> Iterator[dict[str, Any]]:
    """Return the options of libpq for an encrypted connection, as long as the files exist that they name.

    An error of the block about a certificate that cannot be trusted is raised with the reason.

    Raises:
        LedgerError: a file of certificates or keys is a pipe or a folder.
        action_returns.errors.ConfigError: the file of an own authority cannot be used.
    """
    own = "" if address.ca_file is None else read_certificates(address.ca_file, _SETTING)
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
    with _telling_why(address), TemporaryDirectory(prefix="action-returns-") as folder:
        if options.get("sslrootcert", "system") == "system":
            # psycopg brings its own OpenSSL, which does not know where this system keeps its trusted authorities.
            trusted = Path(folder, "trusted.pem")
            trusted.write_text(_trusted_certificates() + own, encoding="ascii")
            options["sslrootcert"] = _name_for_libpq(str(trusted))
        yield options


@contextmanager
def _telling_why(address: TeamAddress) -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.OperationalError as error:
        problem = _problem(address) if "certificate verify failed" in str(error) else None
        if problem is None:
            raise
        raise psycopg.OperationalError(
            f"{UNTRUSTED} {address} cannot be trusted: {problem.words}. {problem.remedy}"
        ) from None


def _problem(address: TeamAddress) -> CertificateProblem | None:
    """Connect once more, with Python's TLS, and return why the certificate is not trusted; None when that fails."""
    context = trusting_context(address.ca_file)
    named = address.encryption.get("sslrootcert", "system")
    if named != "system":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if named != "system":
            context.load_verify_locations(named)
        with socket.create_connection((address.host, address.port), _SECONDS) as connection:
            connection.sendall(_ASK_FOR_TLS)
            if connection.recv(1) == _YES:
                context.wrap_socket(connection, server_hostname=address.host).close()
                return _NOT_THE_ROOT
    except ssl.SSLCertVerificationError as error:
        return certificate_problem(error, _SETTING)
    except OSError:
        pass
    return None


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
