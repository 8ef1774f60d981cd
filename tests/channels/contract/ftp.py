"""An FTP server with TLS. One that refuses lets its user read only."""

from contextlib import contextmanager
from pathlib import Path

from action_returns.channels.base import State
from tests.channels.contract import NAME, PASSWORD, REFERENCE, THEIRS, USER, Receiver, files_in
from tests.servers import loopback

CAN = {"refuses", "holds", "hides", "keeps_half", "loses_answers"}


def _deny(self, *_given):
    self.respond("550 Permission denied")


def _halve(_self, path):
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])


def _hang_up_instead_of_confirming(self, text, *given, **facts):
    from pyftpdlib.handlers import TLS_FTPHandler

    return self.close() if text.startswith("226") else TLS_FTPHandler.respond(self, text, *given, **facts)


@contextmanager
def receiver(folder, authority, behaviour):
    inbox = folder / "inbox"
    inbox.mkdir()
    if behaviour.holds:
        (inbox / NAME).write_bytes(THEIRS)
    changes = {}
    if behaviour.hides:
        changes |= {"ftp_SIZE": _deny, "ftp_MLST": _deny, "ftp_LIST": _deny}
    if behaviour.keeps_half:
        changes["on_file_received"] = _halve
    if behaviour.loses_answers:
        changes["respond"] = _hang_up_instead_of_confirming
    with loopback.ftp_server(
        inbox,
        username=USER,
        password=PASSWORD,
        authority=authority,
        permissions="elr" if behaviour.refuses else "elradfmwMT",
        changes=changes,
    ) as server:
        table = {"kind": "ftp", "host": server.host, "port": server.port, "username": USER, "password": REFERENCE}
        yield Receiver(table, lambda: files_in(inbox), State.SENT)
