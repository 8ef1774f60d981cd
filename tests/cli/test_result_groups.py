"""A batch of any size takes no more than a screen or two, and what differs comes first."""

from datetime import UTC, datetime

import pytest

from action_returns.cli.output import Output
from action_returns.cli.result_groups import print_results
from action_returns.operations.reconcile import BatchResults, Found
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why
from tests.support.ledgers import claim

TAKEN = datetime(2026, 11, 30, tzinfo=UTC)
WHY = {
    Verdict.APPLIED: Why.AS_SENT,
    Verdict.DIFFERENT: Why.UNCHANGED,
    Verdict.MISSING: Why.NOT_LISTED,
    Verdict.LOCKED: Why.LOCKED,
    Verdict.REFUSED: Why.NAMED_AS_ERROR,
    Verdict.TOO_EARLY: Why.RECENT,
}


@pytest.fixture
def record(paths):
    from action_returns.ledger.ledger import open_ledger

    with open_ledger(paths.ledger_file) as ledger:
        return ledger.batch(claim(ledger).number)


def results(record, *verdicts):
    rows = [SentRow(f"M.1.1.{at}", 100, "ORDER_UPDATE") for at in range(len(verdicts))]
    return BatchResults(record, rows, Found([RowResult(one, WHY[one], 200) for one in verdicts], "pending", TAKEN, {}))


def printed(capsys, found, **options):
    print_results(Output(**options), found)
    rows, sentences = capsys.readouterr()
    return sentences.splitlines() + rows.splitlines()


@pytest.mark.parametrize("batches", [1, 300])
def test_a_hundred_thousand_rows_take_less_than_two_screens(capsys, record, batches):
    one = results(record, *list(Verdict) * (100_000 // 6 // batches))
    lines = printed(capsys, [one] * batches)
    assert len(lines) < (100 if batches > 1 else 40)


def test_rows_that_need_a_person_are_listed_and_all_others_counted(capsys, record):
    lines = printed(capsys, [results(record, *list(Verdict) * 8)])
    text = "\n".join(lines)
    assert "Batch 0001: 8 of 48 rows applied, 8 different, 8 missing, 8 locked, 8 refused, 8 too early." in lines
    assert (
        "And 3 more refused, 3 more different, 3 more locked, 3 more missing: action-returns history receipt 0001"
        in lines
    )
    assert (text.count("  M.1.1."), "applied  " in text, "too early  " in text) == (20, False, False)


def test_every_row_is_listed_where_that_is_asked_for(capsys, record):
    lines = printed(capsys, [results(record, *list(Verdict) * 8)], verbose=True)
    assert sum("  M.1.1." in line for line in lines) == 48


def test_batches_with_differences_come_first_and_none_of_them_is_only_counted(capsys, record):
    fine, bad = results(record, Verdict.APPLIED), results(record, Verdict.REFUSED)
    lines = printed(capsys, [*[fine] * 30, bad])
    assert lines[0] == "Batch 0001: 0 of 1 row applied, 1 refused."
    assert "And 11 more batches: action-returns history list" in lines
