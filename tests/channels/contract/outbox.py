"""A folder. One that refuses holds a file of that name already."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import NAME, THEIRS, Receiver, files_in

CAN = {"refuses", "holds"}


@contextmanager
def receiver(folder, _authority, behaviour):
    outbox = folder / "outbox"
    outbox.mkdir()
    if behaviour.refuses or behaviour.holds:
        (outbox / NAME).write_bytes(THEIRS)
    yield Receiver({"kind": "outbox", "directory": str(outbox)}, lambda: files_in(outbox), State.HANDED_OVER)
