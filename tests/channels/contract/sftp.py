"""OpenSSH's server, or one in Python where there is none or the server misbehaves. One that refuses is read-only."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import NAME, PASSWORD, REFERENCE, THEIRS, Receiver, files_in
from tests.servers import openssh, sftp_here
from tests.support.available import missing_sshd

CAN = {"refuses", "holds", "hides", "keeps_half", "loses_answers"}


@contextmanager
def receiver(folder, _authority, behaviour):
    misbehaves = behaviour.hides or behaviour.keeps_half or behaviour.loses_answers
    if misbehaves or missing_sshd():
        running = sftp_here.sftp_server(
            folder / "server",
            password=PASSWORD,
            read_only=behaviour.refuses,
            hides=behaviour.hides,
            keeps_half=behaviour.keeps_half,
        )
    else:
        subsystem = "internal-sftp -R" if behaviour.refuses else "internal-sftp"
        running = openssh.sshd(folder / "server", password=PASSWORD, subsystem=subsystem)
    with running as server:
        if behaviour.holds:
            (server.inbox / NAME).write_bytes(THEIRS)
        if behaviour.loses_answers:
            server.loss = sftp_here.Loss("cut", after="CLOSE")
        table = {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": server.port,
            "username": openssh.USER,
            "password": REFERENCE,
            "host_key": server.fingerprints["ed25519"],
        }
        yield Receiver(table, lambda: files_in(server.inbox), State.SENT)
