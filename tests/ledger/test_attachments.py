"""What belongs to a batch beside its file: on record with it, named by an event, and read back as it was."""

import pytest

from action_returns.errors import LedgerError
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import claim, settled

BEFORE = b"ActionId,Amount\r\nM.1.2.4,20.00\r\n"
RESULTS = b"ActionId,Verdict\r\nM.1.2.4,applied\r\nM.1.2.3,missing\r\n"
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
