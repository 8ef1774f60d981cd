"""Batches on record with the results of their rows."""

from datetime import UTC, datetime

from action_returns.operations.receipt import read_receipt
from action_returns.verdicts.results_csv import write_results
from action_returns.verdicts.verdict import RowResult, Verdict, Why
from tests.support.batches import checked_batch
from tests.support.sending import Receiver, send

TAKEN = datetime(2026, 11, 30, 6, tzinfo=UTC)
FACTS = {"source": "pending", "taken": "2026-11-30T06:00:00+00:00", "file": "pending.csv"}
RESULTS = (
    RowResult(Verdict.APPLIED, Why.REVERSED, None, "REVERSED", "", "pending", TAKEN),
    RowResult(Verdict.APPLIED, Why.AS_SENT, 1250, "PENDING", "", "pending", datetime(2026, 11, 29, 6, tzinfo=UTC)),
    RowResult(Verdict.REFUSED, Why.NAMED_AS_ERROR, None, "", "<b>=bad & wrong", "result", TAKEN),
    RowResult(Verdict.DIFFERENT, Why.UNCHANGED, 2000, "PENDING", "", "pending", TAKEN),
)


def rows(count):
    return [(f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(1, count + 1)]


def batch_with_results(ledger, results=RESULTS, facts=FACTS):
    made = rows(len(results))
    send(ledger, Receiver(ledger), checked_batch(made))
    ledger.record_results(1, write_results([action_id for action_id, _, _ in made], results), facts)
    return read_receipt(1, ledger)
