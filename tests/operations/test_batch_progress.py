"""The next step of a batch, and until when it can be undone: told only where that is on record and still true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingAction, PendingDownload
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import Event
from action_returns.operations.batch_progress import FIRST_LOCK, Progress, read_progress
from action_returns.operations.confirmation import facts_to_record
from tests.support.batches import checked_batch
from tests.support.ledgers import settled

NOW = datetime(2026, 11, 4, 14, 2, tzinfo=UTC)
LOCK = NOW + timedelta(days=20, hours=3)


def facts_of(*actions):
    rows = [(f"M.8882.4808.{at}", 0.0, "REJECTED") for at in range(len(actions))]
    known = {row[0]: action for row, action in zip(rows, actions, strict=True) if action is not None}
    checked, pending = checked_batch(rows), PendingDownload(known, len(known), NOW)
    report = check(checked.reading.columns, context=Context(pending=pending))
    return facts_to_record(replace(checked, report=report, pending=pending))


def test_the_record_has_the_earliest_lock_date_of_the_rows_that_can_still_be_changed():
    later, earlier = LOCK + timedelta(days=9), LOCK.astimezone()
    facts = facts_of(
        PendingAction(100, later),
        None,
        PendingAction(100),
        PendingAction(100, earlier),
        PendingAction(1, NOW, "LOCKED"),
    )
    assert facts[FIRST_LOCK] == "2026-11-24T17:02:00+00:00"
    assert FIRST_LOCK not in facts_of(PendingAction(100), None)


def listed(paths, state="sent", first=None):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file, now=lambda: NOW) as ledger:
        settled(ledger, state, confirmation={"how": "asked", **({} if first is None else {FIRST_LOCK: first})})
        return read_progress(ledger)[0]


@pytest.mark.parametrize(
    ("state", "first", "told"),
    [
        ("sent", LOCK.isoformat(), "check results from 2026-11-05 14:02 on; undo possible until 2026-11-24 17:02"),
        ("sent", None, "check results from 2026-11-05 14:02 on"),
        ("sent", "soon", "check results from 2026-11-05 14:02 on"),
        ("sent", "2026-11-24T17:02:00", "check results from 2026-11-05 14:02 on"),
        ("sent", NOW.isoformat(), "check results from 2026-11-05 14:02 on"),
        ("failed", LOCK.isoformat(), ""),
    ],
)
def test_next_tells_until_when_all_rows_can_be_changed_back(paths, state, first, told):
    assert listed(paths, state, first).next_step(NOW, 24) == told


FACTS = {"applied": 1, "different": 0, "too_early": 0, "open": 0}
LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("state", "facts", "told"),
    [
        ("sent", None, "check results (3 days)"),
        ("sent", FACTS, ""),
        ("sent", {**FACTS, "too_early": 2, "open": 2}, "check results again: 2 rows too early (3 days)"),
        ("sent", {**FACTS, "locked": 1}, "look at the results: 1 locked"),
        ("handed-over", None, "check results (3 days)"),
        ("unknown", None, "settle first: check results, or look in the network whether it arrived (3 days)"),
        ("unknown", {**FACTS, "different": 1, "open": 1}, "look at the results: 1 different"),
        ("failed", None, ""),
        ("sending", None, "wait until it is sent"),
    ],
)
def test_the_next_step_follows_from_the_state_and_the_results(paths, state, facts, told):
    record = listed(paths, state).record
    reconciled = None if facts is None else Event(NOW, "reconciled", facts)
    assert Progress(record, reconciled).next_step(LATER, 24) == told
