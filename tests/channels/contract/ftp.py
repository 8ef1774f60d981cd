"""An FTP server with TLS. One that refuses lets its user read only."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import PASSWORD, REFERENCE, USER, Receiver, files_in
from tests.servers import loopback


@contextmanager
def receiver(folder, authority, *, refuses):
    inbox = folder / "inbox"
    inbox.mkdir()
    permissions = "elr" if refuses else "elradfmwMT"
    with loopback.ftp_server(
        inbox, username=USER, password=PASSWORD, authority=authority, permissions=permissions
    ) as server:
        table = {"kind": "ftp", "host": server.host, "port": server.port, "username": USER, "password": REFERENCE}
        yield Receiver(table, lambda: files_in(inbox), State.SENT)
