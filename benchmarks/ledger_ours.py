"""Times the ledger: one batch of a million rows recorded, and ten thousand actions looked up among ten million rows.

Prints the seconds. Args: the ledger's file, and how many million rows it gets.
"""

import json
import random
import sys
import time
from pathlib import Path

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import make_csv
from action_returns.ledger.accounts import Sender
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import NewBatch

MILLION = 1_000_000
ACTIONS = 4 * MILLION
SENDER = Sender("acme", "live", receiver="ftp brand at batch.impact.com port 21, folder /")
BATCH = NewBatch(SENDER, "ftp", "ftp://batch.impact.com/", "returns.xlsx")


def rows_of(batch):
    """Give a million rows of a batch in no order, each action at most once; over all batches an action comes back."""
    chosen = random.Random(batch).sample(range(ACTIONS), MILLION)
    ids = [f"M.8882.4808.{1063415 + number}" for number in chosen]
    return ReadyRows(ids, [batch * 100] * MILLION, ["ORDER_UPDATE"] * MILLION)


def main():
    """Record, look up, print."""
    path, millions = Path(sys.argv[1]), int(sys.argv[2])
    recorded = []
    with open_ledger(path) as ledger:
        for batch in range(1, millions + 1):
            rows = rows_of(batch)
            content = make_csv(rows)
            start = time.perf_counter()
            claim = ledger.claim(BATCH, content, rows, name_for="Batch_{}.csv".format, confirmation={})
            recorded.append(time.perf_counter() - start)
            ledger.mark_sending(claim.number)
            ledger.settle(claim.number, "sent", "", {})
        wanted = rows_of(1).action_ids[:10_000]
        start = time.perf_counter()
        found = ledger.sent_before(SENDER, wanted)
        looked_up = time.perf_counter() - start
        held = sum(record.rows for record in ledger.batches())
    assert (len(found), held) == (10_000, millions * MILLION)
    print(json.dumps({"first": recorded[0], "last": recorded[-1], "counts": looked_up, "rows": held}))


if __name__ == "__main__":
    main()
