"""OpenSSH's server, or one in Python where there is none. One that refuses is read-only."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import PASSWORD, REFERENCE, Receiver, files_in
from tests.servers import openssh, sftp_here
from tests.support.available import missing_sshd


@contextmanager
def receiver(folder, _authority, *, refuses):
    if missing_sshd():
        running = sftp_here.sftp_server(folder / "server", password=PASSWORD, read_only=refuses)
    else:
        subsystem = "internal-sftp -R" if refuses else "internal-sftp"
        running = openssh.sshd(folder / "server", password=PASSWORD, subsystem=subsystem)
    with running as server:
        table = {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": server.port,
            "username": openssh.USER,
            "password": REFERENCE,
            "host_key": server.fingerprints["ed25519"],
        }
        yield Receiver(table, lambda: files_in(server.inbox), State.SENT)
