"""What was changed in a ledger past its program is seen, told in words, and takes no other batch along."""

import json
import re
from pathlib import Path

import pytest

from action_returns.batch.csv_format import make_csv
from action_returns.errors import LedgerError
from action_returns.ledger import integrity
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import BATCH, ROWS, batch_of, claim, row, settled
from tests.support.tampering import tamper

OTHER = row(1, 900, "ORDER_UPDATE")


@pytest.fixture
def changed(place):
    """Return a function that changes a ledger with three sent batches and returns it open."""
    with open_ledger(place) as ledger:
        settled(ledger, "sent", row(1))
        settled(ledger, "sent", ROWS)
        settled(ledger, "sent", row(2))
    opened = []

    def change(*statements):
        tamper(place, *statements)
        opened.append(open_ledger(place))
        return opened[-1]

    yield change
    for ledger in opened:
        ledger.close()


def as_bytes(place, content):
    """Return bytes as SQL of the ledger's kind of database."""
    return f"x'{content.hex()}'" if isinstance(place, Path) else f"'\\x{content.hex()}'"


def told(ledger, number=2):
    return " ".join(ledger.in_full(number).problems)


def test_a_ledger_that_only_this_program_wrote_has_no_problem(changed):
    with changed() as ledger:
        ledger.mark(2, "failed", "nothing there", shown="sent")
        handed = settled(ledger, "unknown", row(3))
        ledger.mark(handed, "sent", "it is there", shown="unknown")
        settled(ledger, "prepared", row(4))
        settled(ledger, "sending", row(5))
        settled(ledger, "failed", row(6))
        assert ledger.problems() == []
        assert [(found.problems, found.has_its_bytes) for found in ledger.all_in_full()] == [((), True)] * 7
        assert ledger.in_full(2).content == ledger.content(2)
        assert ledger.in_full(2).rows == ledger.rows(2)
    with changed() as ledger:  # the programs of 5 and 6 still run, or were settled as they should
        assert ledger.problems() == []


def test_a_change_of_another_batch_between_the_events_of_one_leaves_it_whole(changed):
    with changed() as ledger:
        ledger.mark(1, "failed", "nothing there", shown="sent")
    ledger = changed("""UPDATE event SET detail = '{"who": "eve"}' WHERE batch = 2 AND kind = 'confirmed'""")
    assert "does not carry the hash of itself" in told(ledger, 2)
    assert told(ledger, 1) == ""


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "UPDATE content SET bytes = {other} WHERE batch = 2",
            r"not those of its hash \(SHA-256\)\. \d+ bytes are kept",
        ),
        ("UPDATE content SET bytes = {nonsense} WHERE batch = 2", "are not a file of action changes"),
        ("DELETE FROM content WHERE batch = 2", r"^The bytes of batch 0002 are missing\.$"),
        ("UPDATE batch SET sha256 = 'a' WHERE number = 2", r"not those of its hash.*Other facts.*: sha256\."),
        ("UPDATE batch SET size = 5 WHERE number = 2", "72 bytes are kept of batch 0002, and 5 are on record"),
        (
            "UPDATE batch SET row_count = 3 WHERE number = 2",
            "hold 2 rows, 1 with amount 0\\. On record: 3 rows, 1 with amount 0",
        ),
        (
            "UPDATE batch SET reversals = 0 WHERE number = 2",
            "hold 2 rows, 1 with amount 0\\. On record: 2 rows, 0 with amount 0",
        ),
        (
            "UPDATE sent_row SET cents = 900 WHERE batch = 2 AND action_id = 'M.1.2.4'",
            (
                r"^1 row of batch 0002 differs from its bytes: M\.1\.2\.4 is 12\.50 ORDER_UPDATE in the bytes and 9\.00 "
                r"ORDER_UPDATE in the table of rows\.$"
            ),
        ),
        (
            "DELETE FROM sent_row WHERE batch = 2 AND action_id = 'M.1.2.3'",
            "M.1.2.3 is 0 REJECTED in the bytes and missing",
        ),
        (
            "INSERT INTO sent_row (action_id, batch, cents, reason) VALUES ('M.9', 2, 5, 'X')",
            "table of rows has 1 row of batch 0002 that its bytes do not have",
        ),
        ("UPDATE batch SET profile = 'other' WHERE number = 2", r'than in its event "prepared": profile\.$'),
        ("UPDATE batch SET account = 'other', who = 'eve' WHERE number = 2", r'"prepared": account, by\.$'),
        (
            "UPDATE batch SET message = 'Nice.' WHERE number = 2",
            "in other words or with other evidence than its events",
        ),
        ("UPDATE batch SET evidence = '{{\"a\": 1}}' WHERE number = 2", "in other words or with other evidence"),
        ("UPDATE batch SET evidence = 'none' WHERE number = 2", r"^The evidence of batch 0002 cannot be read\.$"),
        ("UPDATE batch SET created_at = 'once' WHERE number = 2", r"^The date of batch 0002 cannot be read\.$"),
        (
            "UPDATE batch SET settled_at = '0001-01-01' WHERE number = 2",
            "The date of the outcome of batch 0002 cannot be",
        ),
        ("UPDATE batch SET state = 'handed-over' WHERE number = 2", "is handed-over, and its latest event says sent"),
        ("DELETE FROM event WHERE batch = 2", "event with which batch 0002 begins is missing"),
        (
            "DELETE FROM event WHERE batch = 2 AND kind = 'outcome'",
            "state of batch 0002 is sent, and its latest event says send",
        ),
        (
            "DELETE FROM event WHERE batch = 2 AND kind = 'confirmed'",
            r'Event \d+ \("sending" of batch 0002\) does not carry',
        ),
        (
            "UPDATE event SET detail = '{{\"who\": \"eve\"}}' WHERE batch = 2 AND kind = 'confirmed'",
            '"confirmed" of batch 0002',
        ),
        (
            "UPDATE event SET detail = '[1]' WHERE batch = 2 AND kind = 'confirmed'",
            '"confirmed" of batch 0002 cannot be read',
        ),
        (
            "UPDATE event SET chain = '0' WHERE batch = 2 AND kind = 'outcome'",
            r'Event \d+ \("prepared" of batch 0003\)',
        ),
        ("UPDATE event SET form = 99 WHERE batch = 2 AND kind = 'outcome'", r'Event \d+ \("outcome" of batch 0002\)'),
        ("INSERT INTO event (batch, at, kind, detail) VALUES (2, 'x', 'y', 'z')", "its latest event tells none"),
    ],
)
def test_a_change_is_seen_in_its_batch_and_in_no_other(changed, place, statement, says):
    other, nonsense = make_csv(OTHER).content, b"nonsense"
    ledger = changed(statement.format(other=as_bytes(place, other), nonsense=as_bytes(place, nonsense)))
    assert re.search(says, told(ledger))
    assert [record.number for record in ledger.batches()] == [3, 2, 1]
    assert "0001" not in told(ledger, 1)
    by_batch = {found.record.number: " ".join(found.problems) for found in ledger.all_in_full()}
    assert by_batch[1] == ""
    assert any(re.search(says, problem) for problem in by_batch.values())
    assert any(re.search(says, problem) for problem in ledger.problems())
    assert claim(ledger, row(77)).number == 4


def test_a_state_that_is_none_is_seen_and_counts_as_may_have_arrived(changed):
    ledger = changed("UPDATE batch SET state = 'lost' WHERE number = 2")
    assert told(ledger) == "The state of batch 0002 is not one that this program writes."
    (sent,) = ledger.sent_before(BATCH.sender, ["M.1.2.4"]).values()
    assert (sent.batch, sent.state) == ("0002", "unknown")


def test_a_batch_that_was_made_failed_past_the_program_keeps_its_rows_behind(changed):
    ledger = changed("UPDATE batch SET state = 'failed' WHERE number = 2")
    assert told(ledger) == "The state of batch 0002 is failed, and its latest event says sent."
    assert ledger.batch(2).may_have_arrived
    assert ledger.sent_before(BATCH.sender, ["M.1.2.4"])["M.1.2.4"].state == "unknown"
    with pytest.raises(LedgerError, match="2 rows may have arrived before"):
        claim(ledger)
    assert claim(ledger, again=True).number == 4


def test_a_batch_that_failed_keeps_no_row_behind(changed):
    ledger = changed()
    ledger.mark(2, "failed", "nothing there", shown="sent")
    assert not ledger.batch(2).may_have_arrived
    assert ledger.sent_before(BATCH.sender, ["M.1.2.4"]) == {}


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM content WHERE batch = 2", "bytes of batch 0002 are missing"),
        ("UPDATE content SET bytes = {other} WHERE batch = 2", "bytes of batch 0002 are not those of its hash"),
    ],
)
def test_bytes_that_were_changed_are_never_handed_out(changed, place, statement, says):
    ledger = changed(statement.format(other=as_bytes(place, make_csv(OTHER).content)))
    for read in (ledger.content, ledger.rows):
        with pytest.raises(LedgerError, match=says) as caught:
            read(2)
        assert "Keep the ledger as it is" in str(caught.value)
    found = ledger.in_full(2)
    assert not found.has_its_bytes
    assert found.rows == [("M.1.2.3", 0, "REJECTED"), ("M.1.2.4", 1250, "ORDER_UPDATE")]


def test_bytes_and_hash_that_were_changed_together_are_not_those_of_the_event(changed, place):
    file = make_csv(OTHER)
    ledger = changed(
        f"UPDATE content SET bytes = {as_bytes(place, file.content)} WHERE batch = 2",
        f"UPDATE batch SET sha256 = '{file.sha256}', size = {len(file.content)}, row_count = 1, reversals = 0 WHERE number = 2",
    )
    assert 'in its event "prepared": sha256, rows, reversals, bytes' in told(ledger)
    assert not ledger.in_full(2).has_its_bytes


def test_a_fact_that_is_too_long_for_an_event_is_no_sign_of_a_change(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        settled(ledger, "sent", batch=batch_of(receiver="x" * 9_000))
        assert ledger.problems() == []


def test_nothing_leaves_when_the_bytes_on_record_are_no_longer_those_that_were_to_leave(place):
    with open_ledger(place) as ledger:
        first, second = claim(ledger, row(1)).number, claim(ledger, row(2)).number
        with pytest.raises(LedgerError, match=r"bytes of batch 0002 .* Nothing was sent"):
            ledger.mark_sending(second, make_csv(row(1)).sha256)
        tamper(place, f"UPDATE content SET bytes = {as_bytes(place, b'x')} WHERE batch = {first}")
        tamper(place, f"DELETE FROM content WHERE batch = {second}")
        for number in (first, second):
            with pytest.raises(LedgerError, match="Nothing was sent"):
                ledger.mark_sending(number)
            assert ledger.batch(number).state == "prepared"


def test_an_action_is_shown_with_what_is_wrong_with_its_row(changed, place):
    ledger = changed("UPDATE sent_row SET cents = 900 WHERE batch = 2 AND action_id = 'M.1.2.4'")
    (changed_row,), (good,) = ledger.action("M.1.2.4"), ledger.action("M.1.2.3")
    assert changed_row.problems == ("The bytes of batch 0002 do not have the row M.1.2.4, 9.00, ORDER_UPDATE.",)
    assert good.problems == ()
    ledger = changed(f"UPDATE content SET bytes = {as_bytes(place, make_csv(OTHER).content)} WHERE batch = 2")
    assert "are not those of its hash" in ledger.action("M.1.2.3")[0].problems[0]
    ledger = changed("DELETE FROM content WHERE batch = 2")
    assert ledger.action("M.1.2.3")[0].problems == ("The bytes of batch 0002 are missing.",)


def test_batches_that_were_taken_out_are_missed(changed):
    parts = [("event", "batch"), ("content", "batch"), ("sent_row", "batch"), ("batch", "number")]
    ledger = changed(*(f"DELETE FROM {table} WHERE {column} = 2" for table, column in parts))
    assert ledger.missing_batches() == [
        "Nothing is on record of batch 0002, though numbers are given one after the other."
    ]
    assert any("does not carry the hash" in problem for problem in ledger.problems())
    ledger = changed("DELETE FROM batch WHERE number = 3")
    assert ledger.missing_batches()[0].startswith("Nothing is on record of batch 0002 to 0003,")
    assert [record.number for record in ledger.batches()] == [1]


def test_every_batch_is_exported_and_a_broken_one_says_so(changed, tmp_path):
    ledger = changed(
        "UPDATE batch SET evidence = 'none', created_at = 'once' WHERE number = 2",
        "DELETE FROM content WHERE batch = 3",
        "UPDATE event SET at = 'once' WHERE batch = 1 AND kind = 'sending'",
    )
    with (tmp_path / "lines").open("w+") as stream:
        problems = ledger.export_lines(stream)
        stream.seek(0)
        lines = [json.loads(line) for line in stream]
    assert [(line["number"], len(line["sent"])) for line in lines] == [(1, 1), (2, 2), (3, 1)]
    assert [problem for line in lines for problem in line["problems"]] == problems
    assert (lines[1]["created_at"], lines[1]["evidence"], lines[0]["events"][2]["at"]) == (None, {}, None)
    assert lines[1]["problems"] == [
        "The date of batch 0002 cannot be read.",
        "The evidence of batch 0002 cannot be read.",
    ]


def test_what_is_wrong_with_a_ledger_is_told_in_a_few_sentences():
    problems = [f"Problem {number}." for number in range(1, 8)]
    assert integrity.summary(problems[:5]).startswith(
        "Problem 1. Problem 2. Problem 3. Problem 4. Problem 5. This was changed"
    )
    assert "Problem 5. And 2 more. This was changed" in integrity.summary(problems)
    assert integrity.sentence(7, problems[:1]).startswith("Batch 0007 is broken. Problem 1. This was changed")


def test_a_batch_without_any_event_is_told_and_shown(changed):
    ledger = changed("DELETE FROM event")
    found = ledger.in_full(1)
    assert (found.events, found.anchor) == ((), "")
    assert "The event with which batch 0001 begins is missing." in found.problems
    assert len(list(ledger.all_in_full())) == 3
    assert ledger.chain_end() == ""


def test_a_ledger_of_a_newer_version_is_not_called_broken_for_what_this_version_does_not_know(changed, monkeypatch):
    ledger = changed(
        "UPDATE event SET kind = 'new', form = 9 WHERE batch = 2 AND kind = 'outcome'",
    )
    assert told(ledger) != ""
    monkeypatch.setattr(type(ledger._store), "read_only", property(lambda _store: True))
    assert told(ledger) == ""


def test_the_day_of_a_batch_is_shown_and_one_that_cannot_be_read_is_a_question_mark(changed):
    ledger = changed("UPDATE batch SET created_at = 'once' WHERE number = 2")
    assert ledger.batch(2).day_and_time == "?"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", ledger.batch(1).day_and_time)


def test_bytes_that_are_no_text_in_a_file_are_shown_as_broken_and_stop_nothing(tmp_path):
    place = tmp_path / "ledger.sqlite3"
    with open_ledger(place) as ledger:
        settled(ledger, "sent", row(1))
        settled(ledger, "sent", row(2))
    tamper(
        place,
        "UPDATE batch SET profile = CAST(x'ff41' AS TEXT) WHERE number = 2",
        "UPDATE event SET detail = CAST(x'ff' AS TEXT) WHERE batch = 2 AND kind = 'confirmed'",
    )
    with open_ledger(place) as ledger:
        assert [record.profile for record in ledger.batches()] == ["\ufffdA", "acme"]
        assert 'than in its event "prepared": profile' in told(ledger)
        assert told(ledger, 1) == ""
        with pytest.raises(LedgerError, match="no such table"):
            ledger._store.query("SELECT * FROM missing")
        assert claim(ledger, row(3)).number == 3


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger",
        "UPDATE ledger SET tag = '../../x'",
        "UPDATE ledger SET tag = ''",
        "INSERT INTO ledger VALUES ('AAAA')",
    ],
)
def test_a_tag_that_may_not_stand_in_the_name_of_a_file_stops_a_send_and_no_look_at_the_record(changed, statement):
    ledger = changed(statement)
    with pytest.raises(LedgerError, match="The tag of the ledger is not as this program made it"):
        claim(ledger, row(9))
    assert ledger.problems() == ["The tag of the ledger is not as this program made it."]
    assert len(ledger.batches()) == 3
