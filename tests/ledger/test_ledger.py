"""The ledger, on every database it may lie in: on record before anything leaves, settled once, never rewritten."""

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import SentAction
from action_returns.batch.csv_format import csv_bytes, make_csv
from action_returns.errors import LedgerError, MarkError, NoSuchBatchError
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import RepeatedRowsError
from tests.support.ledgers import BATCH, ROWS, TEST_BATCH, batch_of, claim, row, settled

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def ledger(place):
    with open_ledger(place, lambda: NOW) as opened:
        yield opened


def test_a_claimed_batch_is_on_record_with_every_row_and_byte_in_file_order(place):
    with open_ledger(place, lambda: NOW) as ledger:
        made = claim(ledger)
        ledger.mark_sending(made.number)
        ledger.settle(made.number, "sent", "There.", {"reply": "226 ok", "size": 7})
    with open_ledger(place) as again:
        record = again.batch(1)
        assert again.content(1) == csv_bytes(ROWS)
        assert again.rows(1) == [("M.1.2.4", 1250, "ORDER_UPDATE"), ("M.1.2.3", 0, "REJECTED")]
    assert made.label == "0001"
    assert re.fullmatch(r"Batch_[2-9CDFGHJKMNPQRTVWXY]{4}-0001\.csv", made.file_name)
    assert (record.created_at, record.settled_at, record.rows, record.reversals) == (NOW, NOW, 2, 1)
    assert (record.size, record.sha256) == (
        72,
        "c68cf9ddf12c9440e7e06995825bedafcfee12e4431d2f1772f662763e078bbe",
    )
    assert (record.state, record.message, record.evidence) == ("sent", "There.", {"reply": "226 ok", "size": 7})


def test_a_batch_tells_where_it_came_from_where_it_went_and_who_sent_it_from_which_machine(ledger, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    monkeypatch.setattr("platform.node", lambda: "desk")
    record = ledger.batch(claim(ledger).number)
    assert (record.profile, record.environment, record.channel) == ("acme", "live", "ftp")
    assert (record.destination, record.source) == ("ftp://batch.impact.com/", "returns.xlsx")
    assert (record.who, record.host) == ("ann", "desk")


def test_moments_are_recorded_in_utc_whatever_the_clock_gives(place):
    here = NOW.astimezone(timezone(timedelta(hours=2)))
    with open_ledger(place, lambda: here) as ledger:
        settled(ledger, "sent")
        record, lines = ledger.batch(1), io.StringIO()
        ledger.export_lines(lines)
    assert (record.created_at, record.created_at.utcoffset(), record.settled_at.utcoffset()) == (
        NOW,
        timedelta(0),
        timedelta(0),
    )
    assert json.loads(lines.getvalue())["created_at"] == "2026-11-23T12:00:00+00:00"


def test_everything_that_happens_to_a_batch_is_an_event_with_who_and_how(ledger):
    settled(ledger, "sent", row(3))
    number = settled(ledger, "unknown", include_sent={"M.1.2.3"})
    ledger.mark(number, "sent", " It is under File Submissions. ", shown="unknown")
    events = ledger.events(number)
    assert [event.kind for event in events] == ["prepared", "confirmed", "sending", "outcome", "marked"]
    assert events[0].detail["file"] == ledger.batch(number).file_name
    assert (events[1].detail["how"], events[1].detail["include_sent"]) == ("asked", 1)
    assert events[1].detail["who"] == events[4].detail["who"] != ""
    assert (events[4].detail["why"], events[4].detail["was"]) == ("It is under File Submissions.", "unknown")
    assert {event.at for event in events} == {NOW}


@pytest.mark.parametrize("state", ["prepared", "sending", "sent", "handed-over", "unknown"])
def test_a_list_is_refused_while_it_may_have_arrived_and_the_batch_and_its_state_are_named(ledger, state):
    settled(ledger, state)
    with pytest.raises(RepeatedRowsError) as caught:
        claim(ledger)
    assert caught.value.rows == {
        "M.1.2.4": SentAction(1, 1250, "ORDER_UPDATE", "0001", state),
        "M.1.2.3": SentAction(1, 0, "REJECTED", "0001", state),
    }
    assert len(ledger.batches()) == 1


def test_a_list_in_another_order_is_the_same_list(ledger):
    settled(ledger, "sent")
    with pytest.raises(RepeatedRowsError) as caught:
        claim(ledger, ReadyRows(*(column[::-1] for column in (ROWS.action_ids, ROWS.cents, ROWS.reasons))))
    assert caught.value.rows.keys() == {"M.1.2.3", "M.1.2.4"}


def test_content_goes_out_again_only_with_a_record_that_somebody_wanted_that(ledger):
    settled(ledger, "sent")
    again = claim(ledger, again=True)
    assert ledger.batch(again.number).duplicate_of == 1
    confirmed = ledger.events(again.number)[1].detail
    assert (confirmed["duplicate_of"], confirmed["include_sent"]) == ("0001", 2)
    with pytest.raises(RepeatedRowsError) as caught:
        claim(ledger)
    assert {before.batch for before in caught.value.rows.values()} == {"0002"}


def test_content_that_certainly_did_not_arrive_may_go_again(ledger):
    settled(ledger, "failed")
    assert claim(ledger).number == 2
    assert ledger.batch(2).duplicate_of is None


def test_a_test_account_and_another_live_account_may_send_the_same(ledger):
    claim(ledger)
    claim(ledger, batch=TEST_BATCH)
    claim(ledger, batch=batch_of("globex", account="globex"))
    with pytest.raises(RepeatedRowsError):
        claim(ledger, batch=batch_of("other"))
    assert [record.number for record in ledger.batches()] == [3, 2, 1]


def test_a_row_that_somebody_sent_meanwhile_stops_the_batch(ledger):
    settled(ledger, "sent", row(7))
    rows = ReadyRows(["M.1.2.8", "M.1.2.7"], [0, 0], ["REJECTED", "REJECTED"])
    with pytest.raises(RepeatedRowsError) as caught:
        claim(ledger, rows, include_sent={"M.1.2.8"})
    assert caught.value.rows == {"M.1.2.7": SentAction(1, 0, "REJECTED", "0001", "sent")}
    assert len(ledger.batches()) == 1
    assert claim(ledger, rows, include_sent={"M.1.2.7"}).number == 2


def test_a_row_goes_again_with_another_amount_or_reason_or_after_a_failure(ledger):
    settled(ledger, "sent", row(7, 500, "ORDER_UPDATE"))
    settled(ledger, "failed", row(8))
    claim(ledger, row(7, 600, "ORDER_UPDATE"))
    claim(ledger, row(7, 500, "SHIPPING"))
    claim(ledger, row(8))
    claim(ledger, row(7, 500, "ORDER_UPDATE"), batch=TEST_BATCH)
    assert len(ledger.batches()) == 6


def test_a_batch_of_which_no_byte_has_left_does_not_hide_what_was_sent_before_it(ledger):
    """10 was sent; a program that ended before its first byte wanted 20: the receiver still holds 10."""
    settled(ledger, "sent", row(7, 1000, "ORDER_UPDATE"))
    settled(ledger, "prepared", row(7, 2000, "ORDER_UPDATE"))
    assert ledger.sent_before(BATCH.sender, ["M.1.2.7"]) == {
        "M.1.2.7": SentAction(2, 1000, "ORDER_UPDATE", "0001", "sent")
    }
    assert is_refused(ledger, row(7, 1000, "ORDER_UPDATE"))


def test_what_another_program_is_about_to_send_is_refused_whatever_was_sent_before(ledger):
    settled(ledger, "sent", row(7, 1000, "ORDER_UPDATE"))
    settled(ledger, "prepared", row(7, 2000, "ORDER_UPDATE"))
    with pytest.raises(RepeatedRowsError) as caught:
        claim(ledger, row(7, 2000, "ORDER_UPDATE"))
    assert caught.value.rows == {"M.1.2.7": SentAction(1, 2000, "ORDER_UPDATE", "0002", "prepared")}
    with pytest.raises(RepeatedRowsError):  # nor beside the other program, when it is to go out again on purpose
        claim(ledger, row(7, 2000, "ORDER_UPDATE"), include_sent={"M.1.2.7"})
    assert not is_refused(ledger, row(7, 3000, "ORDER_UPDATE"))


def is_refused(ledger, rows):
    try:
        claim(ledger, rows)
    except RepeatedRowsError:
        return True
    return False


@pytest.mark.parametrize(
    ("between", "ten_is_new"),
    [("sent", True), ("handed-over", True), ("unknown", True), ("sending", True), ("failed", False), ("marked", False)],
)
def test_ten_then_twenty_then_ten_again_is_a_new_change_unless_twenty_never_arrived(ledger, between, ten_is_new):
    ten, twenty = row(7, 1000, "ORDER_UPDATE"), row(7, 2000, "ORDER_UPDATE")
    settled(ledger, "sent", ten)
    number = settled(ledger, "sent" if between == "marked" else between, twenty)
    if between == "marked":
        ledger.mark(number, "failed", "The receiver has nothing.", shown="sent")
    held, new = (twenty, ten) if ten_is_new else (ten, twenty)
    assert is_refused(ledger, held)
    assert not is_refused(ledger, new)
    if ten_is_new:
        assert ledger.batch(3).duplicate_of == 1
        assert "include_sent" not in ledger.events(3)[1].detail, "it is no repeat"
        assert is_refused(ledger, ten)


def test_a_number_is_never_used_again_even_when_recording_fails(ledger):
    def broken(_number):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ledger.claim(BATCH, make_csv(ROWS), ROWS, name_for=broken, confirmation={})
    assert ledger.batches() == []
    assert claim(ledger).number == 1


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit, RuntimeError])
def test_who_breaks_off_in_the_middle_leaves_nothing_half_done_and_can_go_on(ledger, stop):
    """Ctrl-C may come at any moment, also between two statements; the outcome is recorded after it."""
    number = claim(ledger).number

    def broken_off():
        with ledger._store.transaction():
            ledger._change_state(number, ("prepared",), "sending")
            raise stop

    with pytest.raises(stop):
        broken_off()
    assert ledger.batch(number).state == "prepared"
    ledger.settle(number, "failed", "Broken off.", {})
    assert ledger.batch(number).state == "failed"


def test_nothing_leaves_once_the_batch_was_settled_by_another_program(ledger):
    number = claim(ledger).number
    ledger.settle(number, "failed", "", {})
    with pytest.raises(LedgerError, match=r"Batch 0001 is failed already\. Nothing was sent"):
        ledger.mark_sending(number)
    assert ledger.batch(number).state == "failed"


def test_nothing_leaves_twice(ledger):
    number = settled(ledger, "sending")
    with pytest.raises(LedgerError, match="is sending already"):
        ledger.mark_sending(number)


@pytest.mark.parametrize("state", ["sent", "handed-over", "unknown"])
def test_an_outcome_needs_the_record_that_the_first_byte_was_about_to_leave(ledger, state):
    number = claim(ledger).number
    with pytest.raises(LedgerError, match=f"is prepared, so the outcome {state} cannot be recorded"):
        ledger.settle(number, state, "", {})
    assert [event.kind for event in ledger.events(number)] == ["prepared", "confirmed"]


@pytest.mark.parametrize("state", ["sent", "handed-over", "failed"])
def test_the_outcome_is_recorded_once(ledger, state):
    number = settled(ledger, state)
    for another in {"sent", "handed-over", "failed", "unknown"} - {state}:
        with pytest.raises(LedgerError, match=f"Batch 0001 is {state}"):
            ledger.settle(number, another, "Not there.", {})
    assert ledger.batch(number).state == state
    assert [event.kind for event in ledger.events(number)].count("outcome") == 1


@pytest.mark.parametrize("state", ["sent", "handed-over", "failed"])
def test_who_sent_it_knows_better_than_another_program_that_took_it_for_dead(ledger, state):
    number = settled(ledger, "unknown")
    ledger.settle(number, state, "It came after all.", {})
    assert (ledger.batch(number).state, ledger.batch(number).message) == (state, "It came after all.")


@pytest.mark.parametrize("was", ["unknown", "handed-over"])
@pytest.mark.parametrize("state", ["sent", "failed"])
def test_a_person_who_has_looked_settles_what_nobody_could_tell(ledger, was, state):
    number = settled(ledger, was)
    ledger.mark(number, state, "Seen at the network.", shown=was)
    record = ledger.batch(number)
    assert record.state == state
    assert record.by_hand
    assert record.message.startswith(f"Marked {state} by ")
    assert record.message.endswith("Seen at the network.")
    if state == "failed":
        assert claim(ledger).number == 2
    else:
        with pytest.raises(RepeatedRowsError):
            claim(ledger)


def test_a_person_who_finds_nothing_at_the_receiver_marks_a_sent_batch_failed_and_its_rows_may_go_again(ledger):
    number = settled(ledger, "sent")
    ledger.mark(number, "failed", "File Submissions shows nothing.", shown="sent")
    record, marked = ledger.batch(number), ledger.events(number)[-1]
    assert (record.state, record.by_hand) == ("failed", True)
    assert (marked.kind, marked.detail["was"], marked.detail["why"]) == (
        "marked",
        "sent",
        "File Submissions shows nothing.",
    )
    assert marked.detail["who"]
    assert ledger.sent_before(BATCH.sender, ROWS.action_ids) == {}
    assert claim(ledger).number == 2
    assert ledger.batch(2).duplicate_of is None


@pytest.mark.parametrize(("was", "state"), [("sent", "sent"), ("failed", "sent"), ("failed", "failed")])
def test_what_is_certain_is_not_marked_again(ledger, was, state):
    number = settled(ledger, was)
    with pytest.raises(MarkError, match=f"Batch 0001 is {was}, so it cannot be marked {state}. Nothing was changed."):
        ledger.mark(number, state, "why", shown=was)
    assert ledger.batch(number).state == was
    assert [event.kind for event in ledger.events(number)].count("marked") == 0


@pytest.mark.parametrize("was", ["prepared", "sending"])
def test_a_batch_whose_program_still_runs_is_not_marked(ledger, was):
    number = settled(ledger, was)
    record = ledger.batch(number)
    with pytest.raises(MarkError, match=f"the program of {re.escape(record.sender)} is still at work on it"):
        ledger.mark(number, "failed", "why", shown=was)
    assert ledger.batch(number).state == was


def test_a_batch_whose_program_ended_meanwhile_becomes_unknown_before_it_is_marked(ledger, monkeypatch):
    number = settled(ledger, "sending")
    monkeypatch.setattr(ledger._store, "is_abandoned", lambda *_: True, raising=False)
    ledger.mark(number, "failed", "The receiver has nothing.", shown="sending")
    assert [event.kind for event in ledger.events(number)][-2:] == ["outcome", "marked"]
    assert ledger.events(number)[-1].detail["was"] == "unknown"


def test_what_became_certain_while_the_person_was_asked_is_not_marked(ledger):
    number = settled(ledger, "unknown")
    ledger.settle(number, "handed-over", "It came after all.", {})
    with pytest.raises(MarkError, match="became handed-over meanwhile"):
        ledger.mark(number, "failed", "why", shown="unknown")
    assert (ledger.batch(number).state, ledger.batch(number).by_hand) == ("handed-over", False)


@pytest.mark.parametrize(("state", "why", "says"), [("sent", "  ", "say why"), ("unknown", "x", "sent or failed")])
def test_a_mark_needs_a_reason_and_an_outcome(ledger, state, why, says):
    number = settled(ledger, "unknown")
    with pytest.raises(MarkError, match=says):
        ledger.mark(number, state, why, shown="unknown")
    assert ledger.batch(number).state == "unknown"


def test_what_was_sent_before_is_counted_over_all_batches_that_may_have_arrived(ledger):
    settled(ledger, "sent", row(7, 500, "ORDER_UPDATE"))
    settled(ledger, "unknown", row(7, 600, "ORDER_UPDATE"))
    settled(ledger, "handed-over", row(7), batch=batch_of("other", receiver="mail to returns@impact.example"))
    settled(ledger, "failed", row(7, 700, "ORDER_UPDATE"))
    settled(ledger, "sent", row(7, 500, "ORDER_UPDATE"))
    settled(ledger, "sent", row(7, 900, "ORDER_UPDATE"), batch=TEST_BATCH)
    settled(ledger, "sent", row(8))
    sent = ledger.sent_before(BATCH.sender, ["M.1.2.7", "M.1.2.9"])
    assert sent == {"M.1.2.7": SentAction(4, 500, "ORDER_UPDATE", "0005", "sent")}


def test_everything_ever_sent_for_one_action_is_told_in_order(ledger):
    settled(ledger, "failed", row(7))
    settled(ledger, "sent", row(7))
    settled(ledger, "sent", row(7, 500, "ORDER_UPDATE"), batch=TEST_BATCH)
    told = [(record.batch.label, record.batch.state, record.cents) for record in ledger.action("M.1.2.7")]
    assert told == [("0001", "failed", 0), ("0002", "sent", 0), ("0003", "sent", 500)]
    assert [record.batch.number for record in ledger.action("M.1.2.7", "test")] == [3]
    assert ledger.action("M.9.9.9") == []


def test_an_unknown_batch_is_told(ledger):
    with pytest.raises(NoSuchBatchError, match="no batch 0007"):
        ledger.content(7)


def test_everything_can_be_taken_out_as_lines_of_json(ledger):
    settled(ledger, "sent")
    settled(ledger, "failed", row(8))
    lines = io.StringIO()
    ledger.export_lines(lines)
    first, second = map(json.loads, lines.getvalue().splitlines())
    assert first["sent"][0] == {"action_id": "M.1.2.4", "cents": 1250, "reason": "ORDER_UPDATE"}
    assert [event["kind"] for event in first["events"]] == ["prepared", "confirmed", "sending", "outcome"]
    assert (first["state"], first["created_at"], second["number"]) == ("sent", "2026-11-23T12:00:00+00:00", 2)


PROGRAM = """
import sys
from dataclasses import replace
sys.path.insert(0, {tests!r})
from tests.support.ledgers import claim, settled
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import RepeatedRowsError, TeamDatabase
from pathlib import Path
ledger = open_ledger({place!s})
try:
    settled(ledger, {state!r})
    print("claimed", flush=True)
except RepeatedRowsError:
    print("refused", flush=True)
sys.stdin.read()
"""


def program(place, state):
    """Start a program that claims the batch, says so and waits."""
    from pathlib import Path

    shown = f"Path({str(place)!r})" if isinstance(place, Path) else f"TeamDatabase({place.url!r})"
    script = PROGRAM.format(place=shown, state=state, tests=str(Path(__file__).parents[2]))
    return subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("state", "becomes", "says"),
    [("prepared", "failed", "before the first byte left"), ("sending", "unknown", "may have arrived or not")],
)
def test_a_program_killed_in_mid_course_leaves_the_truth_for_the_next_one(place, state, becomes, says):
    with program(place, state) as process:
        assert process.stdout.readline() == "claimed\n"
        with open_ledger(place) as ledger:
            assert ledger.batch(1).state == state
        process.kill()
    with open_ledger(place) as ledger:
        record = ledger.batch(1)
        assert (record.state, says in record.message) == (becomes, True)
        assert ledger.events(1)[-1].detail["found"] == "unfinished"
        if becomes == "unknown":
            with pytest.raises(RepeatedRowsError):
                claim(ledger)
        else:
            assert claim(ledger).number == 2
    with open_ledger(place) as ledger:
        assert ledger.batch(1) == record


def test_two_programs_that_find_the_same_unfinished_batch_settle_it_once(place, monkeypatch):
    with open_ledger(place) as ledger, open_ledger(place) as other:
        number = settled(ledger, "sending")
        monkeypatch.setattr(other._store, "is_abandoned", lambda *_: True, raising=False)

        def meanwhile(*_):
            assert other.settle_unfinished() == ["0001"]
            return True

        monkeypatch.setattr(ledger._store, "is_abandoned", meanwhile, raising=False)
        assert ledger.settle_unfinished() == []
        assert [event.kind for event in ledger.events(number)].count("outcome") == 1


def test_a_user_without_a_name_can_send(ledger, monkeypatch):
    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert ledger.batch(claim(ledger).number).who == ""


def test_of_many_programs_with_the_same_content_exactly_one_may_send(place):
    open_ledger(place).close()
    programs = [program(place, "prepared") for _ in range(8)]
    said = [process.stdout.readline() for process in programs]
    for process in programs:
        process.communicate()
    assert sorted(said) == ["claimed\n"] + ["refused\n"] * 7


HOSTILE, SHOWN = "a\x1b]0;b\u202e\n\udcff", "a[U+001B]]0;b[U+202E]\n[U+DCFF]"


def test_words_on_record_hold_no_character_that_hides_or_acts(ledger, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: HOSTILE)
    monkeypatch.setattr("platform.node", lambda: HOSTILE)
    number = claim(
        ledger, batch=replace(BATCH, destination=HOSTILE, source=HOSTILE), confirmation={"how": HOSTILE}
    ).number
    ledger.mark_sending(number)
    ledger.settle(number, "unknown", HOSTILE, {"reply": HOSTILE, "size": 7})
    record, line = ledger.batch(number), SHOWN.replace("\n", "[U+000A]")
    assert (record.destination, record.source, record.who, record.host) == (line, line, line, line)
    assert (record.message, record.evidence) == (SHOWN, {"reply": SHOWN, "size": 7})
    ledger.mark(number, "sent", HOSTILE, shown="unknown")
    assert ledger.batch(number).message == f"Marked sent by {record.sender}: {SHOWN}"
    by_kind = {event.kind: event.detail for event in ledger.events(number)}
    assert by_kind["confirmed"]["how"] == SHOWN
    assert by_kind["outcome"]["reply"] == SHOWN
    assert by_kind["marked"]["why"] == SHOWN
