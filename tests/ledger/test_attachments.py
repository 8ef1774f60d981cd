"""What belongs to a batch beside its file: on record with it, named by an event, and read back as it was."""

import io
import json
from hashlib import sha256
from pathlib import Path

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import csv_bytes
from action_returns.errors import LedgerError
from action_returns.ledger.attachment_kinds import OutdatedUndoError, pack
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import ROWS, batch_of, claim, row, settled
from tests.support.tampering import tamper

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


def test_a_batch_says_which_batches_undo_it_unless_they_certainly_failed(ledger):
    sent, part = settled(ledger, "sent"), row(3, 900, "ORDER_UPDATE")
    whole = ReadyRows(ROWS.action_ids, [900, 900], ["ORDER_UPDATE"] * 2)
    ledger.record_undo(sent, csv_bytes(whole), {"rows": 2})
    assert ledger.undone_by(sent) == []
    again = [
        settled(ledger, state, rows, include_sent=ROWS.action_ids)
        for state, rows in (("failed", whole), ("sent", part), ("unknown", whole))
    ]
    again.append(settled(ledger, "sent", row(9)))
    assert [ledger.undoes(one) for one in again] == ["0001", "0001", "0001", None]
    assert [ledger.undone_by(one) for one in (sent, *again)] == [["0003", "0004"], [], [], [], []]


def test_an_undo_is_not_sent_over_what_another_batch_changed_after_it_was_drafted(ledger, place):
    sent = settled(ledger, "sent", ReadyRows(IDS, [100, 200, 300], ["ORDER_UPDATE"] * 3))
    drafted = ReadyRows(IDS, [900, 900, 900], ["ORDER_UPDATE"] * 3)
    settled(ledger, "sent", row(1, 500, "ORDER_UPDATE"))
    ledger.record_undo(sent, csv_bytes(drafted), {"rows": 3})
    sender = batch_of().sender
    assert ledger.changed_since_draft(sender, tuple(drafted)) is None, "what was there when it was drafted is known"
    settled(ledger, "failed", row(2, 500, "ORDER_UPDATE"))
    claim(ledger, row(3, 900, "CANCELLED"))
    assert ledger.changed_since_draft(sender, tuple(drafted)) is None
    with open_ledger(place) as other:
        later = claim(other, row(2, 600, "ORDER_UPDATE"))
    with pytest.raises(OutdatedUndoError) as refused:
        claim(ledger, drafted)
    assert refused.value.changed == ("0001", {"M.1.2.2": later.label})
    assert ledger.changed_since_draft(sender, tuple(row(9))) is None
    assert ledger.changed_since_draft(sender, ()) is None
    ledger.record_undo(sent, csv_bytes(drafted), {"rows": 3})
    assert ledger.undoes(claim(ledger, drafted).number) == "0001"


def test_an_undo_overwrites_what_was_changed_since_where_its_user_wants_that(ledger):
    sent = settled(ledger, "sent", row(1, 100, "ORDER_UPDATE"))
    ledger.record_undo(sent, csv_bytes(row(1, 900, "ORDER_UPDATE")), {})
    claim(ledger, row(1, 500, "ORDER_UPDATE"))
    assert claim(ledger, row(1, 900, "ORDER_UPDATE"), overwrite=True).label == "0003"


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
    ledger.record_results(number, b"x" * 119_999, FACTS)
    assert len(ledger.latest_results(number).results) == 119_999
    ledger.record_results(number, b"x" * 200_000, FACTS)
    assert len(ledger.latest_results(number).results) == 119_999


GARBAGE = sha256(b"no gzip").hexdigest()


@pytest.fixture
def known(place):
    """Return a function that changes a ledger with one batch, all that may belong to it, and a whole one; and opens it."""
    with open_ledger(place) as ledger:
        number = settled(ledger, "sent", before=BEFORE)
        ledger.record_results(number, RESULTS, FACTS)
        ledger.record_undo(number, csv_bytes(row(9)), {"rows": 1})
        settled(ledger, "sent", row(8), before=BEFORE)

    def change(*statements):
        tamper(place, *statements)
        return open_ledger(place)

    return change


def test_what_belongs_to_a_batch_is_told_with_its_hash(known):
    with known() as ledger, io.StringIO() as lines:
        assert ledger.problems() == []
        assert ledger.export_lines(lines) == []
        first, second = map(json.loads, lines.getvalue().splitlines())
        named = [event.get("before_sha256", event.get("sha256")) for event in first["events"][1:]]
    assert [one["kind"] for one in first["attachments"]] == ["before", "results", "undo"]
    assert [one["sha256"] for one in first["attachments"]] == [one for one in named if one]
    assert all(one["size"] > 20 for one in first["attachments"])
    assert [one["kind"] for one in second["attachments"]] == ["before"]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM attachment WHERE kind = 'before' AND batch = 1",
         'The facts from before of batch 0001 that its event "confirmed" names are missing.'),
        ("DELETE FROM attachment WHERE kind = 'results'",
         'The results of batch 0001 that its event "reconciled" names are missing.'),
        ("DELETE FROM attachment WHERE kind = 'undo'",
         'The rows of the undo of batch 0001 that its event "undo-drafted" names are missing.'),
        ("UPDATE attachment SET bytes = {bytes} WHERE kind = 'results'",
         "The results of batch 0001 are not those of their hash (SHA-256)."),
        ("UPDATE attachment SET bytes = {bytes}, sha256 = '{hash}' WHERE kind = 'results'",
         "There are results of batch 0001 that none of its events names."),
        ("UPDATE attachment SET kind = 'undo' WHERE kind = 'results'",
         "There are rows of the undo of batch 0001 that none of its events names."),
        ("UPDATE event SET detail = '{{\"who\": \"x\"}}' WHERE kind = 'reconciled'",
         'The event "reconciled" of batch 0001 cannot be read.'),
        ("UPDATE event SET detail = '{{\"sha256\": \"0\", \"who\": \"x\", \"open\": \"0\"}}' WHERE kind = 'reconciled'",
         'The event "reconciled" of batch 0001 cannot be read.'),
    ],
)  # fmt: skip
def test_a_change_of_what_belongs_to_a_batch_is_told_and_ends_no_other_command(known, place, statement, says):
    no_gzip = b"no gzip"
    as_sql = f"x'{no_gzip.hex()}'" if isinstance(place, Path) else f"'\\x{no_gzip.hex()}'"
    with known(statement.format(bytes=as_sql, hash=GARBAGE)) as ledger:
        assert says in ledger.in_full(1).problems
        assert ledger.in_full(2).problems == ()
        assert [record.number for record in ledger.batches()] == [2, 1]
        assert list(ledger.latest_reconciled()) == [1]
        assert ledger.before(2) == BEFORE
        assert ledger.content(1)
        with io.StringIO() as lines:
            assert says in ledger.export_lines(lines)
        part = {"before": ledger.before, "results": ledger.latest_results, "undo": ledger.undo_drafts}
        with pytest.raises(LedgerError, match=r"batch 0001 on record were changed or are missing\. This was changed"):
            [part[kind](1) for kind in part]
        assert claim(ledger, row(77)).number == 3
        assert ledger.record_results(1, RESULTS, FACTS)


@pytest.mark.parametrize("packed", [pack(RESULTS)[:-9], pack(RESULTS) + b"x", b"no gzip"], ids=["cut", "more", "other"])
def test_results_that_no_program_can_read_are_passed_over(ledger, packed):
    """A member of a team may record such ones with another program."""
    number = settled(ledger, "sent")
    ledger.record_undo(number, csv_bytes(ROWS), {})
    for kind, event in (("results", "reconciled"), ("undo", "undo-drafted")):
        with ledger._store.transaction():
            ledger._add_event(number, event, {"sha256": ledger._attach(number, kind, packed), "who": "eve", "open": 0})
    assert ledger.latest_results(number) is None
    ledger.record_results(number, RESULTS, FACTS)
    with ledger._store.transaction():
        ledger._add_event(
            number, "reconciled", {"sha256": ledger._attach(number, "results", packed), "who": "eve", "open": 0}
        )
    assert ledger.latest_results(number).results == RESULTS
    assert [rows for _, rows in ledger.undo_drafts(number)] == [csv_bytes(ROWS)]
    assert ledger.problems() == []


def test_the_rows_of_other_batches_are_told_those_that_certainly_failed_left_out(ledger):
    first = settled(ledger, "sent", ReadyRows(IDS, [100, 200, 300], ["ORDER_UPDATE"] * 3))
    settled(ledger, "failed", row(3, 300, "ORDER_UPDATE"), again=True)
    second = settled(ledger, "unknown", ReadyRows(IDS[:2], [100, 900], ["ORDER_UPDATE"] * 2), again=True)
    sender, cents = batch_of().sender, dict(zip(IDS, (100, 200, 300), strict=True))
    assert ledger.rows_in_other_batches(ledger.batch(first), sender, cents) == {IDS[0]}
    assert ledger.earlier_rows(ledger.batch(second), ledger.batches_of(sender), IDS[:2]) == {
        IDS[0]: [(first, 100)],
        IDS[1]: [(first, 200)],
    }
    assert ledger.earlier_rows(ledger.batch(first), ledger.batches_of(sender), IDS) == {}


def test_batches_that_share_no_action_are_not_looked_at_one_by_one(ledger, monkeypatch):
    number = settled(ledger, "sent", row(1, 100, "ORDER_UPDATE"))
    for other in range(2, 12):
        settled(ledger, "sent", row(other, 100, "ORDER_UPDATE"))
    shared = settled(ledger, "sent", row(1, 900, "ORDER_UPDATE"), again=True)
    record, sender, cents = ledger.batch(number), batch_of().sender, {IDS[0]: 100}
    read, query = [], ledger._store.query
    monkeypatch.setattr(ledger._store, "query", lambda *sql: read.append(query(*sql)) or read[-1])
    assert ledger.replaced_rows(record, sender, cents) == {IDS[0]: f"{shared:04d}"}
    assert sum(map(len, read)) <= 3


def test_what_was_confirmed_is_told_of_all_batches_at_once(ledger):
    first = claim(ledger, confirmation={"how": "asked"}).number
    second = claim(ledger, row(9), confirmation={"how": "--yes"}).number
    assert {number: event.detail["how"] for number, event in ledger.confirmations().items()} == {
        first: "asked",
        second: "--yes",
    }


def test_results_that_others_recorded_meanwhile_are_not_followed_by_older_ones(ledger):
    number = settled(ledger, "sent")
    assert ledger.record_results(number, RESULTS, FACTS, after=0)
    newer = RESULTS.replace(b"missing", b"applied")
    assert not ledger.record_results(number, newer, FACTS, after=0)
    assert ledger.latest_results(number).results == RESULTS
    assert ledger.record_results(number, newer, FACTS, after=1)
    assert ledger.latest_results(number).results == newer
