"""Rows that a channel sends one by one: what became of each is on record, and only what may have arrived stays behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.errors import LedgerError, MarkError
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.marks import rows_have_arrived
from action_returns.ledger.records import RepeatedRowsError
from tests.support.ledgers import BATCH, claim, row, settled

BY_ROW = replace(BATCH, channel="api")
IDS = ("M.1.2.1", "M.1.2.2", "M.1.2.3", "M.1.2.4", "M.1.2.5")
ROWS = ReadyRows(IDS, [100, 200, 300, 400, 500], ["ORDER_UPDATE"] * 5)


@pytest.fixture
def ledger(place):
    with open_ledger(place) as opened:
        yield opened


def on_its_way(ledger, rows=ROWS, batch=BY_ROW, **options):
    """Send rows one by one: the first arrives, the second is refused, of the third no answer comes, the rest stays here."""
    number = claim(ledger, rows, batch, **options).number
    ledger.mark_sending(number)
    for action_id, state in zip(rows.action_ids, ("sent", "failed", "unknown", None), strict=False):
        ledger.record_row_sending(number, action_id, {"method": "PUT", "reason": "ORDER_UPDATE"})
        if state is not None:
            ledger.record_row_outcome(number, action_id, state, f"It is {state}.", {"code": 200})
    return number


def test_while_the_batch_is_under_way_every_row_of_it_stays_behind(ledger):
    number = on_its_way(ledger)
    assert ledger.row_states(number) == {
        "M.1.2.1": "sent", "M.1.2.2": "failed", "M.1.2.3": "unknown", "M.1.2.4": "sending",
    }  # fmt: skip
    assert {one.state for one in ledger.sent_before(BATCH.sender, IDS).values()} == {"sending"}
    assert len(ledger.sent_before(BATCH.sender, IDS)) == 5
    with pytest.raises(RepeatedRowsError):
        claim(ledger, ROWS, BY_ROW)


def test_once_it_is_settled_only_what_may_have_arrived_stays_behind(ledger, place):
    number = on_its_way(ledger)
    ledger.settle(number, "unknown", "Ended in the middle.", {})
    with open_ledger(place) as other:
        assert other.row_states(number) == {
            "M.1.2.1": "sent", "M.1.2.2": "failed", "M.1.2.3": "unknown", "M.1.2.4": "unknown", "M.1.2.5": "not-sent",
        }  # fmt: skip
        before = other.sent_before(BATCH.sender, IDS)
        assert {one: sent.state for one, sent in before.items()} == {
            "M.1.2.1": "sent", "M.1.2.3": "unknown", "M.1.2.4": "unknown",
        }  # fmt: skip
        with pytest.raises(RepeatedRowsError) as refused:
            claim(other, ROWS, BY_ROW)
        assert sorted(refused.value.rows) == ["M.1.2.1", "M.1.2.3", "M.1.2.4"]
        again = ReadyRows(["M.1.2.2", "M.1.2.5"], [200, 500], ["ORDER_UPDATE"] * 2)
        assert claim(other, again, BY_ROW).number == 2
        assert [(one.state, one.may_have_arrived) for one in other.action("M.1.2.5")] == [
            ("not-sent", False),
            ("", True),
        ]
        assert other.in_full(number).problems == ()


def test_a_row_that_did_not_arrive_leaves_what_was_sent_before_it_standing(ledger):
    settled(ledger, "sent", row(2, 900, "ORDER_UPDATE"))
    settled(ledger, "sent", row(5, 900, "ORDER_UPDATE"))
    ledger.settle(on_its_way(ledger), "sent", "Done.", {})
    last = settled(ledger, "sent", row(5, 700, "ORDER_UPDATE"))
    before = ledger.sent_before(BATCH.sender, IDS)
    assert (before["M.1.2.2"].cents, before["M.1.2.2"].times, before["M.1.2.2"].batch) == (900, 1, "0001")
    assert (before["M.1.2.5"].cents, before["M.1.2.5"].times, before["M.1.2.5"].batch) == (700, 2, f"{last:04d}")
    assert before["M.1.2.1"].times == 1


def test_what_another_program_is_about_to_send_does_not_hide_a_row_that_arrived(ledger):
    settled(ledger, "sent", row(2, 900, "ORDER_UPDATE"))
    ledger.settle(on_its_way(ledger), "sent", "Done.", {})
    claim(ledger, row(2, 50, "ORDER_UPDATE"))
    before = ledger.sent_before(BATCH.sender, IDS)["M.1.2.2"]
    assert (before.cents, before.times, before.state) == (900, 2, "sent")


def test_all_rows_of_other_channels_share_the_state_of_their_batch(ledger):
    number = on_its_way(ledger, batch=BATCH)
    ledger.settle(number, "unknown", "Who knows.", {})
    assert ledger.row_states(number) == {}
    assert {one.state for one in ledger.sent_before(BATCH.sender, IDS).values()} == {"unknown"}
    assert len(ledger.sent_before(BATCH.sender, IDS)) == 5


def test_a_batch_that_certainly_failed_keeps_no_row_behind_whatever_its_rows_say(ledger):
    number = claim(ledger, ROWS, BY_ROW).number
    ledger.mark_sending(number)
    ledger.settle(number, "failed", "The sign-in was refused.", {})
    assert ledger.sent_before(BATCH.sender, IDS) == {}
    assert set(ledger.row_states(number).values()) == {"not-sent"}


def test_a_person_who_has_looked_makes_certain_what_was_not_and_brings_no_row_that_never_left(ledger):
    number = on_its_way(ledger)
    ledger.settle(number, "unknown", "Ended in the middle.", {})
    ledger.mark(number, "sent", "Seen.", shown="unknown")
    assert ledger.row_states(number) == {
        "M.1.2.1": "sent", "M.1.2.2": "failed", "M.1.2.3": "sent", "M.1.2.4": "sent", "M.1.2.5": "not-sent",
    }  # fmt: skip


def test_an_outcome_that_comes_after_the_batch_was_settled_is_recorded(ledger):
    number = on_its_way(ledger)
    ledger.settle(number, "unknown", "Ended in the middle.", {})
    ledger.record_row_outcome(number, "M.1.2.4", "failed", "It was refused after all.", {})
    assert ledger.row_states(number)["M.1.2.4"] == "failed"
    assert "M.1.2.4" not in ledger.sent_before(BATCH.sender, IDS)


@pytest.mark.parametrize("state", ["prepared", "unknown", "sent", "failed"])
def test_no_row_leaves_but_while_its_batch_is_being_sent(ledger, state):
    number = settled(ledger, state, ROWS, batch=BY_ROW)
    before = ledger.events(number)
    with pytest.raises(LedgerError, match=f"is {state}, so no row of it is sent"):
        ledger.record_row_sending(number, "M.1.2.1", {})
    assert ledger.events(number) == before


def test_an_outcome_is_one_of_three_and_of_a_row_that_may_have_left(ledger):
    number = claim(ledger, ROWS, BY_ROW).number
    with pytest.raises(LedgerError, match="Nothing of batch 0001 has left"):
        ledger.record_row_outcome(number, "M.1.2.1", "sent", "There.", {})
    with pytest.raises(LedgerError, match="sent, failed or unknown, not queued"):
        ledger.record_row_outcome(number, "M.1.2.1", "queued", "There.", {})


def test_a_later_batch_replaces_only_the_rows_that_may_have_arrived(ledger):
    first = settled(ledger, "sent", ROWS)
    second = on_its_way(ledger, again=True)
    ledger.settle(second, "unknown", "Ended in the middle.", {})
    third = settled(ledger, "failed", ROWS, again=True)
    assert third == 3
    others = dict.fromkeys(IDS, 1)
    replaced = ledger.replaced_rows(ledger.batch(first), BATCH.sender, others)
    assert replaced == {"M.1.2.1": "0002", "M.1.2.3": "0002", "M.1.2.4": "0002"}
    assert ledger.replaced_rows(ledger.batch(third), BATCH.sender, others) == {}


def test_a_later_batch_with_the_same_amounts_replaces_no_row(ledger):
    first, _ = settled(ledger, "sent", ROWS), settled(ledger, "sent", ROWS, again=True)
    assert (
        ledger.replaced_rows(ledger.batch(first), BATCH.sender, {action_id: cents for action_id, cents, _ in ROWS})
        == {}
    )


def test_a_batch_whose_rows_all_arrived_counts_as_any_other(ledger):
    number = claim(ledger, row(1, 100, "ORDER_UPDATE"), BY_ROW).number
    ledger.mark_sending(number)
    ledger.record_row_sending(number, "M.1.2.1", {})
    ledger.record_row_outcome(number, "M.1.2.1", "sent", "It is queued.", {})
    ledger.settle(number, "sent", "Done.", {})
    assert ledger.sent_before(BATCH.sender, IDS)["M.1.2.1"].state == "sent"


@pytest.mark.parametrize("state", ["sent", "unknown"])
def test_a_batch_of_which_rows_have_arrived_is_not_marked_failed(ledger, state):
    number = on_its_way(ledger)
    ledger.settle(number, state, "Ended in the middle.", {})
    before = ledger.sent_before(BATCH.sender, IDS)
    with pytest.raises(MarkError) as refused:
        ledger.mark(number, "failed", "The network has nothing.", shown=state)
    assert "1 row of it is at the receiver (M.1.2.1)" in refused.value.message
    assert "Nothing was marked. Look what became of every row: action-returns reconcile 0001." in refused.value.message
    assert ledger.batch(number).state == state
    assert ledger.sent_before(BATCH.sender, IDS) == before


def test_a_batch_of_which_no_row_is_known_to_have_arrived_may_be_marked_failed(ledger):
    number = claim(ledger, ROWS, BY_ROW).number
    ledger.mark_sending(number)
    for action_id, state in zip(IDS, ("failed", "unknown"), strict=False):
        ledger.record_row_sending(number, action_id, {})
        ledger.record_row_outcome(number, action_id, state, f"It is {state}.", {})
    ledger.settle(number, "unknown", "Ended in the middle.", {})
    ledger.mark(number, "sent", "A mistake.", shown="unknown")
    ledger.mark(number, "failed", "The network has nothing.", shown="sent")
    assert ledger.sent_before(BATCH.sender, IDS) == {}
    assert ledger.row_states(number)["M.1.2.1"] == "failed", "what its program knew stays on record"


def test_a_row_that_was_found_to_have_arrived_later_keeps_its_batch_from_being_marked_failed(ledger):
    number = on_its_way(ledger, row(3, 300, "ORDER_UPDATE"))
    ledger.record_row_outcome(number, "M.1.2.3", "unknown", "No reply.", {})
    ledger.settle(number, "unknown", "Ended in the middle.", {})
    ledger.record_row_outcome(number, "M.1.2.3", "sent", "Its action shows it.", {})
    with pytest.raises(MarkError, match=r"at the receiver \(M\.1\.2\.3\)"):
        ledger.mark(number, "failed", "The network has nothing.", shown="unknown")


def test_a_refused_mark_names_a_few_of_many_rows(ledger):
    ids = [f"M.1.2.{number}" for number in range(1, 8)]
    number = claim(ledger, ReadyRows(ids, [100] * 7, ["ORDER_UPDATE"] * 7), BY_ROW).number
    ledger.mark_sending(number)
    for action_id in ids:
        ledger.record_row_outcome(number, action_id, "sent", "It is queued.", {})
    ledger.settle(number, "sent", "Done.", {})
    with pytest.raises(MarkError, match=r"7 rows of it are at the receiver .*M\.1\.2\.5 and 2 more\)"):
        ledger.mark(number, "failed", "The network has nothing.", shown="sent")


def test_a_refused_mark_of_a_batch_that_may_still_be_being_sent_names_when_its_rows_can_be_looked_up(ledger):
    number = on_its_way(ledger)
    now = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    under_way = replace(ledger.batch(number), sending_until=now + timedelta(minutes=20))
    told = rows_have_arrived(under_way, ["M.1.2.1"], now)
    assert "(20 minutes), when it counts as unknown, then look what became of every row" in told
