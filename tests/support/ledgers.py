"""Batches in a ledger, in whatever state a test needs them."""

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import make_csv
from action_returns.ledger.accounts import Sender
from action_returns.ledger.records import NewBatch

ROWS = ReadyRows(["M.1.2.4", "M.1.2.3"], [1250, 0], ["ORDER_UPDATE", "REJECTED"])
IMPACT = "ftp brand at batch.impact.com port 21, folder /"


def batch_of(profile="acme", environment="live", account=None, receiver=IMPACT, live=()):
    """Return a batch that a profile is about to send."""
    sender = Sender(profile, environment, account, receiver, tuple(live))
    return NewBatch(sender, "ftp", "ftp://batch.impact.com/", "returns.xlsx")


BATCH = batch_of()
TEST_BATCH = batch_of(environment="test", receiver="ftp brand at test.example port 21, folder /")


def claim(ledger, rows=ROWS, batch=BATCH, *, again=False, **options):
    """Claim a batch; its rows go out again when that is asked for."""
    options = {"confirmation": {"how": "asked"}, "include_sent": rows.action_ids if again else (), **options}
    return ledger.claim(batch, make_csv(rows), rows, name_for=lambda batch: f"Batch_{batch}.csv", **options)


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
