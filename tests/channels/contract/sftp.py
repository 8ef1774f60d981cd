"""OpenSSH's server. One that refuses is read-only."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import PASSWORD, REFERENCE, Receiver, files_in
from tests.servers import openssh
from tests.support.available import missing_sshd, require


@contextmanager
def receiver(folder, _authority, *, refuses):
    require(missing_sshd())
    subsystem = "internal-sftp -R" if refuses else "internal-sftp"
    with openssh.sshd(folder / "server", password=PASSWORD, subsystem=subsystem) as server:
        table = {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": server.port,
            "username": openssh.USER,
            "password": REFERENCE,
            "host_key": server.fingerprints["ed25519"],
        }
        yield Receiver(table, lambda: files_in(server.inbox), State.SENT)
