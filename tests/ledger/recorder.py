"""A program that records two batches step by step, and notes after each step that it was told so.

Args: the ledger, and the file for its notes. The tests end it at every system call that touches the ledger's files.
"""

import os
import sys
from hashlib import sha256
from pathlib import Path

from action_returns.batch.cells import ReadyRows
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import claim


def rows_of(number):
    """Return the rows of a batch, enough to fill several pages of the file."""
    ids = [f"M.8882.{number}.{at}" for at in range(300)]
    return ReadyRows(ids, [0] * len(ids), ["REJECTED"] * len(ids))


def known_of(number, kind):
    """Return what belongs to a batch beside its file, so much that it fills several pages even when it is packed."""
    return "".join(f"{kind},{sha256(f'{number} {at}'.encode()).hexdigest()}\r\n" for at in range(300)).encode()


def record(ledger, number, note):
    rows = rows_of(number)
    claimed = claim(ledger, rows, before=known_of(number, "before"))
    note(f"prepared {claimed.number}")
    ledger.mark_sending(claimed.number)
    note(f"sending {claimed.number}")
    ledger.settle(claimed.number, "sent", "There.", {"size": 1})
    note(f"sent {claimed.number}")
    ledger.record_results(claimed.number, known_of(number, "results"), {"open": 0})
    note(f"reconciled {claimed.number}")


if __name__ == "__main__":
    told = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open_ledger(Path(sys.argv[1])) as opened:
        for which in (1, 2):
            record(opened, which, lambda words: os.write(told, f"{words}\n".encode()))
