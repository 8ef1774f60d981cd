"""What belongs to a batch beside its file: on record with it, named by an event, and read back as it was."""

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import csv_bytes
from action_returns.errors import LedgerError
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import batch_of, claim, row, settled

BEFORE = b"ActionId,Amount\r\nM.1.2.4,20.00\r\n"
RESULTS = b"ActionId,Verdict\r\nM.1.2.4,applied\r\nM.1.2.3,missing\r\n"
IDS = ("M.1.2.1", "M.1.2.2", "M.1.2.3")
FACTS = {"source": "pending", "rows": 2, "open": 1}


@pytest.fixture
def ledger(place):
    with open_ledger(place) as opened:
        yield opened


def test_what_was_known_before_is_recorded_with_the_batch_and_its_event_names_it(ledger, place):
    number = claim(ledger, before=BEFORE).number
    with open_ledger(place) as other:
        assert other.before(number) == BEFORE
        assert len(other.events(number)[1].detail["before_sha256"]) == 64
        assert other.in_full(number).problems == ()


def test_results_are_read_back_the_latest_with_who_found_them(ledger, place):
    number = settled(ledger, "sent")
    assert ledger.latest_results(number) is None
    ledger.record_results(number, RESULTS, FACTS)
    ledger.record_results(number, RESULTS.replace(b"missing", b"applied"), {**FACTS, "open": 0})
    with open_ledger(place) as other:
        latest = other.latest_results(number)
    assert latest.results == RESULTS.replace(b"missing", b"applied")
    assert (latest.event.kind, latest.event.detail["open"]) == ("reconciled", 0)
    assert " on " in latest.event.detail["who"]


@pytest.mark.parametrize("state", ["prepared", "sending", "failed"])
def test_nothing_is_found_out_of_a_batch_that_the_receiver_cannot_have(ledger, state):
    number = settled(ledger, state)
    before = ledger.events(number)
    with pytest.raises(LedgerError, match=f"is {state}, so the receiver has nothing of it. Nothing was recorded"):
        ledger.record_results(number, RESULTS, FACTS)
    assert ledger.events(number) == before


def test_the_latest_results_of_all_batches_are_told_without_reading_them(ledger):
    first, second = settled(ledger, "sent"), settled(ledger, "handed-over", row(9))
    for number, still_open in ((first, 2), (second, 1), (first, 0)):
        ledger.record_results(number, RESULTS, {**FACTS, "open": still_open})
    assert {number: event.detail["open"] for number, event in ledger.latest_reconciled().items()} == {
        first: 0,
        second: 1,
    }


def test_a_batch_whose_rows_are_all_in_a_drafted_undo_says_which_batch_it_undoes(ledger):
    sent = settled(ledger, "sent", ReadyRows(IDS, [100, 200, 300], ["ORDER_UPDATE"] * 3))
    drafted = ReadyRows(IDS, [900, 900, 900], ["ORDER_UPDATE"] * 3)
    ledger.record_undo(sent, csv_bytes(drafted), {"rows": 3})
    ((event, rows),) = ledger.undo_drafts(sent)
    assert (event.kind, event.detail["rows"], rows) == ("undo-drafted", 3, csv_bytes(drafted))
    part = claim(ledger, ReadyRows(IDS[1:], [900, 900], ["ORDER_UPDATE"] * 2)).number
    other_amount = claim(ledger, row(1, 800, "ORDER_UPDATE")).number
    more = claim(ledger, ReadyRows([IDS[0], "M.1.2.7"], [900, 900], ["ORDER_UPDATE"] * 2)).number
    of_another_account = claim(ledger, row(2, 900, "ORDER_UPDATE"), batch_of("test", "test", receiver="x")).number
    assert [ledger.undoes(one) for one in (sent, part, other_amount, more, of_another_account)] == [
        None, "0001", None, None, None,
    ]  # fmt: skip


def test_a_draft_that_is_no_file_of_rows_links_nothing_and_stops_no_send(ledger):
    sent = settled(ledger, "sent")
    ledger.record_undo(sent, b"not rows", {})
    assert ledger.undoes(claim(ledger, again=True).number) is None


def test_the_same_results_are_kept_once(ledger):
    number = settled(ledger, "sent")
    for _ in range(3):
        ledger.record_results(number, RESULTS, FACTS)
    assert len(ledger._store.query("SELECT 1 FROM attachment")) == 1
    assert [event.kind for event in ledger.events(number)].count("reconciled") == 3


def test_the_facts_that_a_caller_gives_name_neither_another_hash_nor_another_person(ledger):
    number = settled(ledger, "sent")
    ledger.record_results(number, RESULTS, {**FACTS, "sha256": "0" * 64, "who": "ben"})
    assert ledger.latest_results(number).results == RESULTS
    assert ledger.latest_results(number).event.detail["who"] != "ben"


def test_results_of_very_many_rows_take_little_room(ledger):
    number = settled(ledger, "sent")
    ledger.record_results(number, RESULTS * 2000, FACTS)
    ((size,),) = ledger._store.query("SELECT length(bytes) FROM attachment")
    assert size < len(RESULTS * 2000) / 20
    assert ledger.latest_results(number).results == RESULTS * 2000


def test_bytes_that_would_unpack_to_more_than_a_batch_can_have_are_not_unpacked(ledger):
    number = settled(ledger, "sent")
    ledger.record_results(number, b"x" * 200_000, FACTS)
    with pytest.raises(LedgerError, match="results of batch 0001 on record were changed or are missing"):
        ledger.latest_results(number)
