"""A ledger with batches of November 2026: sent, unknown, failed and of a test profile, with hostile names of partners."""

from datetime import UTC, datetime

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import PendingAction
from action_returns.ledger.ledger import open_ledger
from action_returns.verdicts.before import write_before
from action_returns.verdicts.results_csv import write_results
from action_returns.verdicts.verdict import RowResult, Verdict, Why
from tests.support.ledgers import TEST_BATCH, batch_of, settled

FORMULA = '=HYPERLINK("http://x.example","pay")'
HOSTILE = '+1\u202e\x1b[2J,"<b>\n_x0041_x0042_'
LONG = "Long name " * 4_000
SEEN = datetime(2026, 11, 30, 6, tzinfo=UTC)
EUR, USD = {"currency": "EUR"}, {"currency": "USD"}


def id_of(number):
    return f"M.8882.4808.{number}"


def batch(ledger, state, rows, before=None, **options):
    """Record a batch of rows (number, cents, reason) and return its number."""
    ready = ReadyRows(
        [id_of(number) for number, _, _ in rows], [cents for _, cents, _ in rows], [reason for *_, reason in rows]
    )
    known = {id_of(number): PendingAction(**facts) for number, facts in (before or {}).items()}
    return settled(ledger, state, ready, before=write_before(known, known), **options)


def compared(ledger, number, verdicts):
    """Record these verdicts of the rows of a batch."""
    results = [RowResult(verdict, Why.AS_SENT, 0, "", "", "pending", SEEN) for verdict in verdicts]
    ids = [action_id for action_id, _, _ in ledger.rows(number)]
    counts = {verdict.value: verdicts.count(verdict) for verdict in Verdict}
    waiting = sum(result.is_open for result in results)
    facts = {"source": "pending", "taken": SEEN.isoformat(), "rows": len(ids), "open": waiting, **counts}
    ledger.record_results(number, write_results(ids, results), facts)


def november(paths):
    """Write the ledger."""
    clock = [datetime(2026, 10, 31, 22, 59, tzinfo=UTC)]
    path = paths.ledger_file
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(path, now=lambda: clock[0]) as ledger:
        batch(ledger, "sent", [(90, 0, "REJECTED")])  # October in UTC and in Berlin
        clock[0] = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
        batch(ledger, "sent", [(91, 0, "REJECTED")])  # October in UTC, November in Berlin
        clock[0] = datetime(2026, 11, 5, 12, tzinfo=UTC)
        first = batch(
            ledger,
            "sent",
            [(1, 0, "REJECTED"), (2, 1_250, "ORDER_UPDATE"), (3, 0, "REJECTED"), (4, 500, "ORDER_UPDATE")],
            {
                1: {"cents": 4_990, "partner": FORMULA, **EUR},
                2: {"cents": 2_000, "partner": HOSTILE, **EUR},
                3: {"cents": 10_000, "partner": "Blog", **USD},
            },
        )
        compared(ledger, first, [Verdict.APPLIED, Verdict.DIFFERENT, Verdict.APPLIED, Verdict.TOO_EARLY])
        clock[0] = datetime(2026, 11, 20, 12, tzinfo=UTC)
        batch(ledger, "handed-over", [(5, 0, "REJECTED")], {5: {"cents": 700, "partner": LONG, **EUR}})
        batch(ledger, "unknown", [(6, 0, "REJECTED")], {6: {"cents": 800, "partner": "Blog", **EUR}})
        batch(ledger, "failed", [(7, 0, "REJECTED")], {7: {"cents": 900, **EUR}})
        batch(ledger, "sent", [(8, 0, "REJECTED")], {8: {"cents": 1_000, **EUR}}, batch=TEST_BATCH)
        batch(ledger, "sent", [(9, 0, "REJECTED")], batch=batch_of("other", account="other", receiver="elsewhere"))
    return path
