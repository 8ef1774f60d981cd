"""ProFTPD's mod_sftp on loopback: an SSH and SFTP server with the sign-in and the folders of an FTP server."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers import unpacked
from tests.servers.ftp_daemons import proftpd
from tests.servers.openssh import make_key
from tests.servers.sftp_make import SftpServer

_OFF = dict.fromkeys(
    ("TLSEngine", "TLSRequired", "TLSProtocol", "TLSRSACertificateFile", "TLSRSACertificateKeyFile", "TLSLog"), ""
)


@contextmanager
def mod_sftp(
    folder: Path, password: str, *, steps: Sequence[str] = ("password",), setup: str = "", **settings: str
) -> Iterator[SftpServer]:
    """Run ProFTPD with mod_sftp until the block ends.

    Args:
        folder: an empty folder for all it writes; made when it is not there.
        password: of its one user.
        steps: of a sign-in, in order.
        setup: shell commands to run before, in its private view of the file system.
        settings: directives that are to differ.
    """
    folder.mkdir(exist_ok=True)
    key = folder / "user_key"
    make_key(key, "ed25519")
    fingerprint = make_key(folder / "host_key", "ed25519")
    command = [unpacked.program("ssh-keygen") or "", "-e", "-f", f"{key}.pub"]
    public = subprocess.run(command, check=True, capture_output=True, env=unpacked.environment())
    (folder / "authorized").write_bytes(public.stdout)
    (folder / "authorized").chmod(0o644)
    facts = {
        "LoadModule": "mod_sftp.c",
        "SFTPEngine": "on",
        "SFTPHostKey": "/mnt/host_key",
        "SFTPLog": "/mnt/sftp.log",
        "SFTPAuthMethods": "+".join(steps),
        "SFTPAuthorizedUserKeys": "file:/mnt/authorized",
        **_OFF,
        **settings,
    }
    with proftpd(folder, Path("/"), password, setup=setup, **facts) as server:
        yield SftpServer(server.port, server.inbox, {"ed25519": fingerprint}, key, server.log)
