"""What was sent before is told where it is known, and said to be unknown where it is not; a check never fails for it."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from action_returns.batch.cells import Columns, ReadyRows
from action_returns.batch.context import SentAction
from action_returns.errors import LedgerError, SecretError
from action_returns.ledger.ledger import open_ledger
from action_returns.operations import previous_sends
from action_returns.operations.account import Account
from action_returns.operations.check import check_loaded
from action_returns.operations.history import action_history
from action_returns.operations.previous_sends import PreviousSends, find_previous_sends
from action_returns.operations.review import review, review_facts, unchecked
from action_returns.readers.batch_file import LoadedBatch
from tests.support.ledgers import batch_of, settled

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LIVE = Account("acme", "live")
ONE, TWO = "M.8882.4808.1", "M.8882.4808.2"
REVERSED = (ONE, 0, "REJECTED")
LOWERED = (ONE, 500, "ORDER_UPDATE")


@pytest.fixture
def put(paths):
    """Puts a batch of rows on record as if it had been sent."""

    def record(*rows, state="sent", environment="live", profile="acme"):
        ready = ReadyRows(*map(list, zip(*rows, strict=True)))
        with open_ledger(paths.ledger_file) as ledger:
            batch = batch_of(profile, environment, receiver=f"ftp at {environment}.example")
            number = settled(ledger, state, ready, batch=batch, again=True)
            return ledger.batch(number).label

    return record


class Records:
    """A stand-in that counts what it is asked for."""

    def __init__(self, trouble=None):
        self.asked, self.trouble = [], trouble

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def sent_before(self, sender, action_ids):
        if self.trouble is not None:
            raise self.trouble
        self.asked.append((sender.environment, set(action_ids)))
        return {}


@pytest.fixture
def asked(monkeypatch):
    records = Records()
    monkeypatch.setattr(previous_sends, "open_ledger_if_exists", lambda *_: records)
    return records.asked


def reading(*ids):
    return LoadedBatch(Columns(list(ids), [0.0] * len(ids), ["REJECTED"] * len(ids), range(2, len(ids) + 2)), "here")


def checked(*ids, account=LIVE, paths):
    batch = reading(*ids)
    return check_loaded("returns.csv", batch, account, now=NOW, past=find_previous_sends(batch, account, paths))


# What is known


def test_what_was_sent_for_an_action_is_found_again(put, paths):
    put(REVERSED)
    put(LOWERED, (TWO, 0, "REJECTED"))
    put(REVERSED)
    assert find_previous_sends(reading(ONE), LIVE, paths).sent == {ONE: SentAction(3, 0, "REJECTED", "0003", "sent")}


@pytest.mark.parametrize("state", ["prepared", "sending", "sent", "handed-over", "unknown"])
def test_whatever_may_have_arrived_was_sent(put, paths, state):
    put(REVERSED, state=state)
    assert find_previous_sends(reading(ONE), LIVE, paths).sent == {ONE: SentAction(1, 0, "REJECTED", "0001", state)}


def test_what_certainly_never_arrived_was_not_sent(put, paths):
    put(REVERSED, state="failed")
    assert find_previous_sends(reading(ONE), LIVE, paths).sent == {}


def test_every_profile_counts_but_a_test_is_not_the_real_thing(put, paths):
    put(REVERSED, profile="other")
    put(LOWERED, environment="test")
    assert find_previous_sends(reading(ONE), LIVE, paths).sent == {ONE: SentAction(1, 0, "REJECTED", "0001")}
    assert find_previous_sends(reading(ONE), Account("acme", "test"), paths).sent == {
        ONE: SentAction(1, 500, "ORDER_UPDATE", "0002")
    }


def test_a_row_that_was_sent_before_is_warned_about_and_told_apart(put, paths):
    label = put(REVERSED)
    batch = checked(ONE, TWO, ONE, paths=paths)
    assert [(finding.row, finding.code) for finding in batch.report] == [
        (2, "already-sent"),
        (4, "id-duplicate"),
        (4, "already-sent"),
    ]
    assert f"in batch {label}" in batch.report[0].message
    assert batch.repeated == {ONE}
    assert (batch.sent_before, list(batch.rows)) == (1, [(TWO, 0, "REJECTED")])
    assert batch.report.rows == len(batch.rows) + batch.rows_with_errors + batch.sent_before
    assert "Sent before" in {fact.label for fact in review_facts(review(batch, LIVE))}


def test_rows_that_were_sent_before_are_sent_again_when_that_is_wanted(put, paths):
    put(REVERSED)
    batch = checked(ONE, TWO, paths=paths).with_sent_rows()
    assert (batch.sent_before, list(batch.rows)) == (0, [REVERSED, (TWO, 0, "REJECTED")])
    assert batch.report.rows == len(batch.rows) + batch.rows_with_errors + batch.sent_before
    assert batch.summary.reversals == 2


def test_only_warnings_of_rows_that_would_be_sent_are_counted(put, paths):
    put(REVERSED)
    batch = checked(ONE, TWO, "M.9999.1.3", paths=paths)
    assert batch.report.counts == {"already-sent": 1, "id-mixed-campaigns": 1}
    assert batch.warnings == {"id-mixed-campaigns": 1}
    assert batch.with_sent_rows().warnings == {"id-mixed-campaigns": 1, "already-sent": 1}


def test_a_row_that_stays_behind_is_not_among_those_that_are_sent_again():
    used_up = PreviousSends({ONE: SentAction(1000, 0, "REJECTED", "0999")})
    batch = check_loaded("returns.csv", reading(ONE, TWO), LIVE, now=NOW, past=used_up)
    assert set(batch.report.counts) == {"already-sent", "limit-reached"}
    assert batch.repeated == frozenset()
    assert list(batch.rows) == [(TWO, 0, "REJECTED")]
    assert "Sent before" not in {fact.label: fact.value for fact in review_facts(review(batch, LIVE))}


# What is asked


def test_a_check_asks_once_and_only_for_ids_that_could_have_been_sent(asked, paths):
    find_previous_sends(
        reading(ONE, TWO, ONE, " " + ONE, None, 5.0, [], "x" * 65, "M.1\ud800", "M.1\x00", "=M.1", "x" * 40_000, ""),
        LIVE,
        paths,
    )
    assert asked == [("live", {ONE, TWO})]


def test_a_batch_without_a_single_good_id_asks_nothing(asked, paths):
    assert find_previous_sends(reading(None, "x y"), LIVE, paths).sent == {}
    assert asked == []


def test_without_a_profile_nothing_is_asked(asked, paths):
    found = find_previous_sends(reading(ONE), Account(), paths)
    assert asked == []
    assert "as soon as there is a profile" in found.unchecked


# What is not known


def test_a_check_makes_no_ledger(paths, home):
    batch = checked(ONE, paths=paths)
    assert list(home.iterdir()) == []
    assert any("has sent nothing yet that is on record here" in sentence for sentence in unchecked(batch))


def test_what_others_changed_is_never_claimed_to_be_known(put, paths):
    put(REVERSED)
    told = " ".join(unchecked(checked(TWO, paths=paths)))
    assert "What others changed at the network" in told
    assert "How often each action was modified before" not in told


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (LedgerError("The server db.example is away."), "The server db.example is away."),
        (SecretError("The variable PG is not set."), "The variable PG is not set."),
        (ZeroDivisionError("x"), "The record of what was sent cannot be read (ZeroDivisionError)."),
    ],
)
def test_a_ledger_that_cannot_be_read_spoils_no_check_and_is_told(paths, monkeypatch, trouble, told):
    monkeypatch.setattr(previous_sends, "open_ledger_if_exists", lambda *_: Records(trouble))
    batch = checked(ONE, "M1", paths=paths)
    assert [finding.code for finding in batch.report] == ["id-unusual"]
    assert told in batch.past.problem
    (sentence,) = [sentence for sentence in unchecked(batch) if told in sentence]
    assert sentence.startswith("What was sent before for these actions")


def test_a_ledger_that_cannot_even_be_opened_spoils_no_check(paths, monkeypatch):
    def away(*_):
        raise LedgerError("The server db.example is away.")

    monkeypatch.setattr(previous_sends, "open_ledger_if_exists", away)
    assert find_previous_sends(reading(ONE), LIVE, paths).problem == "The server db.example is away."


def test_a_damaged_ledger_is_named(paths):
    Path(paths.ledger_file).write_bytes(b"SQLite format 3\x00" + b"rubbish" * 1_000)
    assert str(paths.ledger_file) in checked(ONE, paths=paths).past.problem


def test_a_ledger_of_a_newer_program_is_still_read(put, paths):
    put(REVERSED)
    with sqlite3.connect(paths.ledger_file) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert find_previous_sends(reading(ONE), LIVE, paths).sent[ONE].times == 1


def test_somebody_who_stops_a_check_is_not_told_about_the_ledger(paths, monkeypatch):
    monkeypatch.setattr(previous_sends, "open_ledger_if_exists", lambda *_: Records(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        find_previous_sends(reading(ONE), LIVE, paths)


# One action


def test_everything_ever_sent_for_an_action_is_listed_the_oldest_first(put, paths):
    put(REVERSED, (TWO, 0, "REJECTED"))
    put(LOWERED, state="failed")
    put(LOWERED, environment="test")
    put(LOWERED, state="unknown", profile="other")
    found = action_history(ONE, LIVE, paths)
    assert [(row.batch.label, row.cents, row.reason, found.counts(row)) for row in found.sent] == [
        ("0001", 0, "REJECTED", True),
        ("0002", 500, "ORDER_UPDATE", False),
        ("0003", 500, "ORDER_UPDATE", False),
        ("0004", 500, "ORDER_UPDATE", True),
    ]
    assert (found.used, found.environment, found.hint) == (2, "live", "")
    assert action_history(ONE, Account("acme", "test"), paths).used == 1


def test_the_check_counts_as_many_modifications_as_the_list(put, paths):
    for state in (
        "sending",
        "sent",
        "handed-over",
        "unknown",
        "failed",
        "prepared",
    ):  # nothing goes beside a prepared one
        put(REVERSED, state=state)
    assert action_history(ONE, LIVE, paths).used == find_previous_sends(reading(ONE), LIVE, paths).sent[ONE].times == 5


def test_without_a_profile_it_is_the_live_actions_that_are_counted(put, paths):
    put(REVERSED)
    found = action_history(ONE, Account(), paths)
    assert (found.environment, found.used) == ("live", 1)


@pytest.mark.parametrize(
    ("given", "looked_up", "hint"),
    [
        (ONE, ONE, ""),
        (f" {ONE}\u00a0", ONE, "The blanks around it were left out."),
        ("\u200b" + ONE, ONE, "The blanks around it were left out."),
        ("m" + ONE[1:], "m" + ONE[1:], f"Did you mean {ONE}?"),
        (" m" + ONE[1:], "m" + ONE[1:], f"Did you mean {ONE}?"),
        ("M.8882. 4808.1", "M.8882. 4808.1", f"Did you mean {ONE}?"),
        ("hello", "hello", '"hello" is not an Action ID of this account'),
        ("\ud800", "\ud800", '"[U+D800]" is not an Action ID'),
        ("", "", '"" is not an Action ID'),
        ("x" * 40_000, "x" * 40_000, "is not an Action ID"),
    ],
)
def test_an_id_that_a_cell_has_damaged_is_looked_up_as_it_is_and_hinted_at(put, paths, given, looked_up, hint):
    put(REVERSED)
    found = action_history(given, LIVE, paths)
    assert found.action_id == looked_up
    assert len(found.sent) == (looked_up == ONE)
    assert found.hint.startswith(hint) if found.hint.startswith("Did") else hint in found.hint
    assert bool(found.hint) == bool(hint)


def test_an_id_of_another_shape_is_not_doubted_when_it_was_sent(put, paths):
    put(("A-1", 0, "REJECTED"))
    found = action_history("A-1", LIVE, paths)
    assert (found.used, found.hint) == (1, "")


def test_no_ledger_is_made_to_look_for_an_action(paths, home):
    assert action_history(ONE, LIVE, paths).sent == ()
    assert list(home.iterdir()) == []
