"""vsftpd, proftpd and pure-ftpd on loopback, as their own manuals set them up for uploads."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.servers import unpacked
from tests.servers.inbox import Inbox

LOOPBACK: Final = "127.0.0.1"
USER: Final = "uploader"
_OWNER: Final = 64_904
_INSIDE: Final = Path("/mnt")
"""Where the servers see their folder; nobody else does."""


@dataclass(frozen=True, slots=True)
class FtpDaemon(Inbox):
    """A running server.

    Args:
        port: where it listens.
        inbox: where uploads arrive.
        log: what it prints.
    """

    port: int
    inbox: Path
    log: Path


Daemon = Callable[..., AbstractContextManager[FtpDaemon]]


@contextmanager
def vsftpd(
    folder: Path, certificate: Path, password: str, *, host: str = LOOPBACK, setup: str = "", **settings: str
) -> Iterator[FtpDaemon]:
    """Run vsftpd until the block ends. It takes any password, because the system's own sign-in is let through.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with its key and certificates.
        password: not used.
        host: the address on loopback.
        setup: shell commands to run before, in its private view of the file system.
        settings: lines of its configuration that are to differ; an empty value leaves one out.
    """
    del password
    server = _prepared(folder)
    sign_in = folder / "pam.d"
    sign_in.mkdir()
    (sign_in / "vsftpd").write_text("auth required pam_permit.so\naccount required pam_permit.so\n")
    (folder / "nothing").mkdir()
    facts = {
        **(
            {"listen_ipv6": "YES", "listen_address6": host}
            if ":" in host
            else {"listen": "YES", "listen_address": host}
        ),
        "listen_port": str(server.port),
        "background": "NO",
        "local_enable": "YES",
        "guest_enable": "YES",
        "guest_username": USER,
        "ftp_username": USER,
        "nopriv_user": USER,
        "local_root": str(_INSIDE / "inbox"),
        "virtual_use_local_privs": "YES",
        "write_enable": "YES",
        "chroot_local_user": "YES",
        "allow_writeable_chroot": "YES",
        "secure_chroot_dir": str(_INSIDE / "nothing"),
        "pam_service_name": "vsftpd",
        "session_support": "NO",
        "seccomp_sandbox": "NO",
        "ssl_enable": "YES",
        "rsa_cert_file": str(certificate),
        "rsa_private_key_file": str(certificate),
        "force_local_logins_ssl": "NO",
        "force_local_data_ssl": "NO",
        "require_ssl_reuse": "YES",
        "ssl_ciphers": "HIGH",  # Debian's choice leaves out the kind of key that our certificate has
        **settings,
    }
    configuration = folder / "vsftpd.conf"
    configuration.write_text("".join(f"{name}={value}\n" for name, value in facts.items() if value))
    configuration.chmod(0o600)
    # It tells its errors to whatever its standard input is.
    command = ["sh", "-c", 'exec "$0" "$1" 0>&2', unpacked.program("vsftpd") or "", str(configuration)]
    binds = {**_users(folder), sign_in: "/etc/pam.d", folder: str(_INSIDE)}
    with unpacked.running(
        unpacked.in_own_mounts(command, binds=binds, setup=setup), host=host, port=server.port, log=server.log
    ):
        yield server


@contextmanager
def proftpd(
    folder: Path, certificate: Path, password: str, *, host: str = LOOPBACK, setup: str = "", **settings: str
) -> Iterator[FtpDaemon]:
    """Run proftpd until the block ends.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with its key and certificates.
        password: of its one user.
        host: the address on loopback.
        setup: shell commands to run before, in its private view of the file system.
        settings: directives that are to differ.
    """
    server = _prepared(folder)
    users = folder / "users"
    users.write_text(f"{USER}:{_hashed(password)}:{_OWNER}:{_OWNER}::{_INSIDE}/inbox:/bin/false\n")
    users.chmod(0o600)
    facts = {
        "ServerType": "standalone",
        "DefaultAddress": host,
        "SocketBindTight": "on",  # else it listens on every address of the machine
        "Port": str(server.port),
        "UseIPv6": "on" if ":" in host else "off",
        "ModulePath": str(unpacked.ROOT / "usr/lib/proftpd"),
        "LoadModule": "mod_tls.c",
        "User": USER,
        "Group": USER,
        "PidFile": str(_INSIDE / "pid"),
        "ScoreboardFile": str(_INSIDE / "scoreboard"),
        "DelayTable": "none",
        "DelayEngine": "off",
        "WtmpLog": "off",
        "AuthOrder": "mod_auth_file.c",
        "AuthUserFile": str(_INSIDE / "users"),
        "RequireValidShell": "off",
        "DefaultRoot": str(_INSIDE / "inbox"),
        "UseReverseDNS": "off",
        "MaxInstances": "none",
        "AllowOverwrite": "on",
        "TimeoutLinger": "1",
        "TLSEngine": "on",
        "TLSRequired": "off",
        "TLSProtocol": "TLSv1.2 TLSv1.3",
        "TLSRSACertificateFile": str(certificate),
        "TLSRSACertificateKeyFile": str(certificate),
        "TLSLog": str(_INSIDE / "tls.log"),
        **settings,
    }
    configuration = folder / "proftpd.conf"
    configuration.write_text("".join(f"{name} {value}\n" for name, value in facts.items() if value))
    command = [unpacked.program("proftpd") or "", "-n", "-c", str(_INSIDE / "proftpd.conf")]
    binds = {**_users(folder), folder: str(_INSIDE)}
    with unpacked.running(
        unpacked.in_own_mounts(command, binds=binds, setup=setup), host=host, port=server.port, log=server.log
    ):
        yield server


@contextmanager
def pure_ftpd(
    folder: Path,
    certificate: Path,
    password: str,
    *,
    host: str = LOOPBACK,
    setup: str = "",
    encryption: int = 1,
    files: int | None = None,
    megabytes: int | None = None,
    options: Sequence[str] = (),
) -> Iterator[FtpDaemon]:
    """Run pure-ftpd until the block ends, with one virtual user.

    Args:
        folder: an empty folder for all it writes.
        certificate: PEM file with its key and certificates.
        password: of its one user.
        host: the address on loopback.
        setup: shell commands to run before, in its private view of the file system.
        encryption: 0 offers none, 1 offers it, 2 insists on it for the sign-in, 3 for files too.
        files: how many files the user may have there, None for any number.
        megabytes: how much the user's files may hold, None for any size.
        options: further options of its command line.
    """
    server = _prepared(folder)
    _make_pure_user(folder, password, files=files, megabytes=megabytes)
    command = [
        *(unpacked.program("pure-ftpd") or "", "-S", f"{host},{server.port}", "-6" if ":" in host else "-4"),
        *("-l", f"puredb:{_INSIDE}/users.pdb", "-u", "1", "-A", "-E", "-H", "-g", f"{_INSIDE}/pid"),
        *("-Y", str(encryption), "-2", str(certificate), *options),
    ]
    binds = {**_users(folder), folder: str(_INSIDE)}
    with unpacked.running(
        unpacked.in_own_mounts(command, binds=binds, setup=setup), host=host, port=server.port, log=server.log
    ):
        yield server


def _make_pure_user(folder: Path, password: str, *, files: int | None, megabytes: int | None) -> None:
    """Write its one user (README.Virtual-Users). ``pure-pw useradd`` would choose a hash that takes seconds at each sign-in."""
    size = "" if megabytes is None else megabytes * 1_048_576
    limits = f":::::{'' if files is None else files}:{size}:::::"
    users = folder / "users"
    users.write_text(f"{USER}:{_hashed(password)}:{_OWNER}:{_OWNER}::{_INSIDE}/inbox/./:{limits}\n")
    command = [unpacked.program("pure-pw") or "", "mkdb", str(folder / "users.pdb"), "-f", str(users)]
    subprocess.run(command, capture_output=True, check=True, env=unpacked.environment())


DAEMONS: Final[dict[str, Daemon]] = {"vsftpd": vsftpd, "proftpd": proftpd}


def _hashed(password: str) -> str:
    command = ["openssl", "passwd", "-6", "-stdin"]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=True).stdout.strip()


def _prepared(folder: Path) -> FtpDaemon:
    folder.chmod(0o755)  # for the user who owns the uploads
    inbox = folder / "inbox"
    inbox.mkdir()
    os.chown(inbox, _OWNER, _OWNER)
    return FtpDaemon(unpacked.free_port(), inbox, folder / "console")


def _users(folder: Path) -> dict[Path, str]:
    """Write the lists of users and groups that it is to see."""
    users, groups = folder / "passwd", folder / "group"
    users.write_text(Path("/etc/passwd").read_text() + f"{USER}:x:{_OWNER}:{_OWNER}::{_INSIDE}/inbox:/bin/false\n")
    groups.write_text(Path("/etc/group").read_text() + f"{USER}:x:{_OWNER}:\n")
    return {users: "/etc/passwd", groups: "/etc/group"}
