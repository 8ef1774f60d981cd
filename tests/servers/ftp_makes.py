"""The FTP servers of every make, by name, with the kinds of encryption that each of them has."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.servers.aioftp_server import aioftp_server
from tests.servers.ftp_daemons import Daemon, FtpDaemon, proftpd, pure_ftpd, vsftpd
from tests.servers.ftp_srv import ftp_srv
from tests.support.available import missing_node, missing_programs, missing_python

_STARTERS: Final[Mapping[str, Daemon]] = {
    "vsftpd": vsftpd,
    "proftpd": proftpd,
    "pure-ftpd": pure_ftpd,
    "ftp-srv": ftp_srv,
    "aioftp": aioftp_server,
}
_SETTINGS: Final[Mapping[str, Mapping[str, dict[str, str]]]] = {
    "vsftpd": {"explicit-tls": {}, "implicit-tls": {"implicit_ssl": "YES"}, "plain": {}},
    "proftpd": {"explicit-tls": {}, "implicit-tls": {"TLSOptions": "UseImplicitSSL"}, "plain": {}},
    "pure-ftpd": {"explicit-tls": {}, "plain": {}},
    "ftp-srv": {security: {"security": security} for security in ("explicit-tls", "implicit-tls", "plain")},
    "aioftp": {security: {"security": security} for security in ("implicit-tls", "plain")},
}

MAKES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({make: tuple(ways) for make, ways in _SETTINGS.items()})
"""Make -> the kinds of encryption that it has, as a profile names them."""


def missing_make(make: str) -> str:
    """Return why a server cannot be used here, nothing when it can."""
    match make:
        case "ftp-srv":
            return missing_node("ftp-srv")
        case "aioftp":
            return missing_python("aioftp")
        case "pure-ftpd":
            return missing_programs("pure-ftpd", "pure-pw")
    return missing_programs(make)


def ftp_make(
    make: str, security: str, folder: Path, certificate: Path, password: str, **settings: Any
) -> AbstractContextManager[FtpDaemon]:
    """Run a server until the block ends.

    Args:
        make: its name in :data:`MAKES`.
        security: the encryption, as a profile names it.
        folder: an empty folder for all it writes.
        certificate: PEM file with its key and certificates.
        password: of its one user.
        settings: further ones of that server's own starter.
    """
    return _STARTERS[make](folder, certificate, password, **_SETTINGS[make][security], **settings)
