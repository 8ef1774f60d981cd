"""What a receipt shows after results were looked for: the figures, the evidence, each row with its result, and an undo."""

import html
import re
from dataclasses import replace

import pytest

from action_returns.ledger.records import Event
from action_returns.operations.account import Account, open_account_ledger
from action_returns.operations.receipt import lines_of, page_of, read_receipt
from tests.support.batches import checked_batch
from tests.support.results import RESULTS, TAKEN, batch_with_results, rows
from tests.support.sending import Receiver, send


@pytest.fixture
def ledger(paths):
    with open_account_ledger(Account("acme", "live"), paths) as opened:
        yield opened


def test_a_receipt_tells_how_many_rows_are_applied_and_the_differences_first(ledger):
    lines = dict(lines_of(*batch_with_results(ledger)))
    assert lines["Results"] == "1 different, 1 refused, 2 of 4 rows applied"


def test_a_receipt_tells_when_from_what_and_by_whom_the_results_were_found_out(ledger):
    found, results = batch_with_results(ledger)
    event = found.events[-1]
    assert dict(lines_of(found, results))["Found out"] == (
        f"{event.at:%Y-%m-%d %H:%M:%S} UTC from a pending download of 2026-11-30 06:00:00 UTC (pending.csv), by "
        f"{event.detail['who']}; 1 row from earlier evidence"
    )


def test_the_page_lists_the_rows_by_result_with_their_number_in_the_file_and_what_was_seen(ledger):
    page = html.unescape(page_of(*batch_with_results(ledger)).decode())
    parts = re.findall(
        r'scope="rowgroup".*?>(\w[^<>]*: \d)</span>|<tr><td>(\d)<td>(.*?)<td>(.*?)<td>(.*?)<td>(.*)', page
    )
    assert [tuple(filter(None, part)) for part in parts] == [
        ("Different: 1",),
        ("4", "M.8882.4808.4", "0.00", "REJECTED", "20.00 PENDING"),
        ("Refused: 1",),
        ("3", "M.8882.4808.3", "0.00", "REJECTED", "<b>=bad & wrong"),
        ("Applied: 1",),
        ("1", "M.8882.4808.1", "0.00", "REJECTED", "REVERSED"),
        ("Applied: 1",),
        ("2", "M.8882.4808.2", "0.00", "REJECTED", "12.50 PENDING"),
    ]


def test_a_word_of_the_receiver_is_no_markup_on_the_page(ledger):
    page = page_of(*batch_with_results(ledger)).decode()
    assert "<td>&lt;b&gt;=bad &amp; wrong" in page


def test_a_receipt_without_results_has_no_column_for_them(ledger):
    send(ledger, Receiver(ledger), checked_batch(rows(1)))
    found, results = read_receipt(1, ledger)
    assert "Results" not in dict(lines_of(found, results))
    assert "Seen" not in page_of(found, results).decode().partition("<h2>Rows</h2>")[2]


def test_results_that_were_changed_are_told_and_the_rest_of_the_receipt_is_shown(ledger, monkeypatch):
    found, _ = batch_with_results(ledger)
    ledger._store.execute("DROP TRIGGER IF EXISTS attachment_is_kept")
    monkeypatch.setattr(type(ledger), "_attachment", lambda *_: b"another text")
    lines = dict(lines_of(found, read_receipt(1, ledger)[1]))
    assert lines["Results"].startswith("The latest results of batch 0001 on record cannot be read")
    assert lines["Batch"] == "0001"


def test_a_receipt_names_the_drafted_undo(ledger):
    send(ledger, Receiver(ledger), checked_batch(rows(2)))
    ledger.record_undo(1, b"", {"rows": 2})
    event = ledger.events(1)[-1]
    assert dict(lines_of(*read_receipt(1, ledger)))["Undo drafted"] == (
        f"{event.at:%Y-%m-%d %H:%M:%S} UTC by {event.detail['who']}, 2 rows; drafting sends nothing"
    )


@pytest.mark.parametrize("named", ["0007", 7])
def test_a_receipt_of_a_batch_that_restores_another_names_that_one(ledger, named):
    send(ledger, Receiver(ledger), checked_batch(rows(1)))
    found, results = read_receipt(1, ledger)
    found = replace(found, events=(Event(TAKEN, "confirmed", {"who": "ann", "undoes": named}), *found.events[2:]))
    assert dict(lines_of(found, results))["Restores"] == "what batch 0007 changed"


def test_a_receipt_of_ten_thousand_rows_that_all_differ_is_one_page_below_two_megabytes(ledger):
    page = page_of(*batch_with_results(ledger, RESULTS[3:] * 10_000))
    assert len(page) < 2_000_000
    assert page.count(b"<td>M.8882.4808.") == 10_000
    assert b"<script" not in page
