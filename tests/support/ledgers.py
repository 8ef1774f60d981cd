"""Batches in a ledger, in whatever state a test needs them."""

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import make_csv
from action_returns.ledger.records import NewBatch

ROWS = ReadyRows(["M.1.2.4", "M.1.2.3"], [1250, 0], ["ORDER_UPDATE", "REJECTED"])
BATCH = NewBatch("acme", "live", "ftp", "ftp://batch.impact.com/", "returns.xlsx")


def claim(ledger, rows=ROWS, batch=BATCH, **options):
    options = {"confirmation": {"how": "asked"}, **options}
    return ledger.claim(batch, make_csv(rows), rows, name_for=lambda number: f"Batch_{number:04d}.csv", **options)


def row(number, cents=0, reason="REJECTED"):
    return ReadyRows([f"M.1.2.{number}"], [cents], [reason])


def settled(ledger, state, rows=ROWS, **options):
    """Claim a batch, bring it into a state, and return its number."""
    number = claim(ledger, rows, **options).number
    if state == "prepared":
        return number
    ledger.mark_sending(number)
    if state != "sending":
        ledger.settle(number, state, f"It is {state}.", {})
    return number
