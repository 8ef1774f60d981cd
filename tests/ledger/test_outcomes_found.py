"""A batch of which it was not certain whether it arrived, and later evidence that it did."""

import pytest

from action_returns.errors import LedgerError
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import RepeatedRowsError
from tests.support.ledgers import claim, row, settled

LISTED = ("The network lists the file.", {"file_status": "Processed"})


@pytest.fixture
def ledger(place):
    with open_ledger(place) as opened:
        yield opened


@pytest.mark.parametrize("was", ["unknown", "handed-over"])
def test_evidence_that_it_arrived_settles_a_batch_and_is_on_record_with_where_it_was_found(ledger, was):
    number = claim(ledger).number
    ledger.mark_sending(number)
    ledger.settle(number, was, "It is not certain.", {"reply": "250 OK"})
    assert ledger.settle_found(number, "sent", *LISTED, found="list of files").state == "sent"
    record, event = ledger.batch(number), ledger.events(number)[-1]
    assert (record.state, record.by_hand) == ("sent", False)
    assert record.message.startswith("The network lists the file.")
    assert record.evidence == {"reply": "250 OK", "file_status": "Processed"}, "what the receiver answered is kept"
    assert (event.kind, event.detail["state"], event.detail["found"]) == ("outcome", "sent", "list of files")
    assert ledger.problems() == []
    with pytest.raises(RepeatedRowsError):
        claim(ledger)


def test_a_batch_that_is_sent_already_stays_as_it_is(ledger):
    number = settled(ledger, "sent")
    before = ledger.events(number)
    assert ledger.settle_found(number, "sent", *LISTED, found="list of files").state == "sent"
    assert (ledger.events(number), ledger.batch(number).message) == (before, "It is sent.")


@pytest.mark.parametrize("was", ["prepared", "sending", "failed"])
def test_evidence_settles_no_batch_that_is_under_way_or_failed(ledger, was):
    number = settled(ledger, was)
    before = ledger.events(number)
    with pytest.raises(LedgerError, match=f"Batch 0001 is {was}, so no evidence makes it sent"):
        ledger.settle_found(number, "sent", *LISTED, found="list of files")
    assert ledger.events(number) == before


@pytest.mark.parametrize(("state", "found"), [("failed", "list"), ("handed-over", "list"), ("sent", " ")])
def test_evidence_never_shows_that_a_batch_did_not_arrive_and_always_says_where_it_was_found(ledger, state, found):
    number = settled(ledger, "unknown")
    with pytest.raises(LedgerError, match="Evidence shows that a batch was sent"):
        ledger.settle_found(number, state, *LISTED, found=found)
    assert ledger.batch(number).state == "unknown"


@pytest.mark.parametrize("late", ["failed", "unknown", "handed-over", "sent"])
def test_what_its_program_says_after_that_is_kept_and_changes_nothing(ledger, late):
    number = settled(ledger, "unknown")
    ledger.settle_found(number, "sent", *LISTED, found="list of files")
    assert ledger.settle(number, late, "The line went dead.", {}).state == "sent"
    assert ledger.events(number)[-1].kind == "late-outcome"
    assert ledger.problems() == []


def test_a_person_can_still_say_that_the_receiver_has_nothing(ledger):
    number = settled(ledger, "unknown", row(1))
    ledger.settle_found(number, "sent", *LISTED, found="list of files")
    ledger.mark(number, "failed", "The network removed it.", shown="sent")
    assert claim(ledger, row(1)).number == 2
    assert ledger.problems() == []


def test_evidence_takes_no_name_that_an_outcome_has(ledger):
    number = settled(ledger, "unknown")
    ledger.settle_found(number, "sent", "x" * 20_000, {"state": "failed", "message": "no", "found": "no"}, found="list")
    assert ledger.batch(number).evidence == {}
    assert ledger.problems() == []
