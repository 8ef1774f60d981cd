"""OpenSSH's server. One that refuses is read-only."""

from contextlib import contextmanager

import pytest

from action_returns.channels.base import State
from tests.channels.contract import PASSWORD, REFERENCE, Receiver, files_in
from tests.servers import openssh


@contextmanager
def receiver(folder, _authority, *, refuses):
    if reason := openssh.why_not():
        pytest.skip(reason)
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
