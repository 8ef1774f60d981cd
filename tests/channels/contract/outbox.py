"""A folder. One that refuses holds a file of that name already."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import Receiver, files_in


@contextmanager
def receiver(folder, _authority, *, refuses):
    outbox = folder / "outbox"
    outbox.mkdir()
    if refuses:
        (outbox / "Batch_1.csv").write_bytes(b"mine")
    yield Receiver({"kind": "outbox", "directory": str(outbox)}, lambda: files_in(outbox), State.HANDED_OVER)
