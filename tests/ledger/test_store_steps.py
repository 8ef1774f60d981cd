"""A ledger of the version before is brought up to date and keeps every batch, row, byte and event, on every database."""

import hashlib
import json
import sqlite3
from pathlib import Path

import psycopg
import pytest

from action_returns.batch.csv_format import csv_bytes
from action_returns.errors import LedgerError
from action_returns.ledger import postgresql, sqlite
from action_returns.ledger.ledger import _open_store, open_ledger
from action_returns.ledger.records import RepeatedRowsError
from action_returns.ledger.store import Migration, load_migrations
from tests.support.ledgers import ROWS, batch_of, claim

BATCHES = [
    # number, profile, environment, state; the same list each time, which was allowed under another profile
    (1, "acme", "live", "failed"),
    (2, "acme", "live", "sent"),
    (3, "mail", "live", "unknown"),
    (4, "try", "test", "handed-over"),
]
BEFORE = {"sqlite": 2, "postgresql": 1}
"""Steps of the version that knew no accounts."""
SHA256 = hashlib.sha256(csv_bytes(ROWS)).hexdigest()
COLUMNS = (
    "number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals, size, "
    "created_at, who, host, process, state"
)


@pytest.fixture
def old(place, monkeypatch):
    """A ledger that the version before has written, in the words of its tables."""
    for module in (sqlite, postgresql):
        monkeypatch.setattr(module, "load_migrations", lambda database: load_migrations(database)[: BEFORE[database]])
    store = _open_store(place)
    with store.transaction():
        for number, profile, environment, state in BATCHES:
            facts = (number, profile, environment, "ftp", "d", "s.xlsx", f"Batch_{number}.csv", SHA256, 2, 1, 72)
            when = ("2026-11-22T10:00:00.000+00:00", "ann", "desk", "1@2.00", "prepared")
            store.execute(f"INSERT INTO batch ({COLUMNS}) VALUES ({', '.join('?' * 16)})", *facts, *when)
            store.execute("INSERT INTO content (batch, bytes) VALUES (?, ?)", number, csv_bytes(ROWS))
            store.add_rows(number, sorted(ROWS))
            for step in ("sending", state):
                store.execute("UPDATE batch SET state = ?, message = 'm' WHERE number = ?", step, number)
            facts_of_event = {"file": f"Batch_{number}.csv", "sha256": SHA256, "rows": 2, "bytes": 72}
            for kind, detail in (("prepared", facts_of_event), ("outcome", {"state": state, "message": "m"})):
                store.execute(
                    "INSERT INTO event (batch, at, kind, detail) VALUES (?, ?, ?, ?)",
                    *(number, when[0], kind, json.dumps(detail)),
                )
    store.close()
    monkeypatch.undo()
    return place


def test_every_batch_row_byte_and_event_is_kept_and_belongs_to_an_account(old):
    with open_ledger(old) as ledger:
        records = list(reversed(ledger.batches()))
        assert [(r.number, r.profile, r.environment, r.state) for r in records] == BATCHES
        assert [(r.account, r.receiver) for r in records] == [
            ("all live profiles", ""),
            ("all live profiles", ""),
            ("all live profiles", ""),
            ("test profile try", ""),
        ]
        assert {(r.file_name, r.sha256, r.rows, r.size, r.who, r.message) for r in records} == {
            (f"Batch_{number}.csv", SHA256, 2, 72, "ann", "m") for number in (1, 2, 3, 4)
        }
        assert [ledger.content(number) for number in (1, 4)] == [csv_bytes(ROWS)] * 2
        assert [event.kind for event in ledger.events(2)] == ["prepared", "outcome"]
        assert [found.problems for found in ledger.all_in_full()] == [()] * 4


def test_what_it_sent_stays_behind_under_every_live_profile(old):
    with open_ledger(old) as ledger:
        with pytest.raises(RepeatedRowsError) as caught:
            claim(ledger, batch=batch_of("new", receiver="mail to impact"))
        assert {(before.times, before.batch, before.state) for before in caught.value.rows.values()} == {
            (2, "0003", "unknown")
        }
        assert claim(ledger, batch=batch_of("other", "test", receiver="ftp at other")).number == 5
        assert claim(ledger, again=True).number == 6


def test_the_version_before_can_read_it_and_not_write_it(old, monkeypatch):
    open_ledger(old).close()
    for module in (sqlite, postgresql):
        monkeypatch.setattr(module, "load_migrations", lambda database: load_migrations(database)[: BEFORE[database]])
    store = _open_store(old)
    assert store.read_only
    assert len(store.query(f"SELECT {COLUMNS} FROM batch")) == 4
    with pytest.raises(LedgerError, match="written by a newer version"), store.transaction():
        pass
    store.close()


def test_a_step_that_fails_leaves_the_ledger_to_the_version_before(old, monkeypatch):
    """Between two steps that version would record what the later one refuses: then no program could open it again."""

    def first_steps(database):
        return load_migrations(database)[: BEFORE[database]]

    def one_more(database):
        steps = load_migrations(database)
        return [*steps, Migration(len(steps) + 1, "INSERT INTO no_such_table VALUES (1);")]

    for module in (sqlite, postgresql):
        monkeypatch.setattr(module, "load_migrations", one_more)
    with pytest.raises(LedgerError):
        _open_store(old)
    for module in (sqlite, postgresql):
        monkeypatch.setattr(module, "load_migrations", first_steps)
    store = _open_store(old)
    assert not store.read_only
    with store.transaction():
        store.execute(
            "INSERT INTO event (batch, at, kind, detail) VALUES (3, '2026-11-22T10:00:00.000+00:00', 'marked', ?)",
            json.dumps({"state": "failed", "who": "ann", "why": "\x1b", "was": "unknown"}),
        )
        store.execute("UPDATE batch SET state = 'failed', message = 'Marked failed by ann: \x1b' WHERE number = 3")
    store.close()
    monkeypatch.undo()
    with open_ledger(old) as ledger:
        assert ledger.problems() == []
        assert ledger.batch(3).state == "failed"


def test_a_ledger_gets_its_tag_once_and_two_ledgers_never_name_a_file_alike(old, tmp_path):
    with open_ledger(old) as ledger, open_ledger(tmp_path / "other" / "ledger.sqlite3") as other:
        names = [claim(one, batch=batch_of("new", account="new")).file_name.split("-") for one in (ledger, other)]
        tags = {ledger.tag(), other.tag()}
        assert [name[0] for name in names] == [f"Batch_{ledger.tag()}", f"Batch_{other.tag()}"]
    assert len(tags) == 2
    assert all(len(tag) == 4 and set(tag) <= set("23456789CDFGHJKMNPQRTVWXY") for tag in tags)
    with open_ledger(old) as ledger:
        assert ledger.tag() in tags


def test_tags_of_many_ledgers_use_every_character_and_differ():
    """Drawn in the database itself, as the step does it."""
    script = load_migrations("sqlite")[2].script
    statement = script[script.index("INSERT INTO ledger\n") :].partition(";")[0].partition("\n")[2]
    with sqlite3.connect(":memory:") as database:
        tags = [database.execute(statement).fetchone()[0] for _ in range(400)]
    database.close()
    assert len(set(tags)) > 390
    assert set("".join(tags)) == set("23456789CDFGHJKMNPQRTVWXY")


def test_a_copy_is_kept_before_the_step(old):
    open_ledger(old).close()
    if isinstance(old, Path):
        copy = sqlite3.connect(old.with_name("ledger.sqlite3.before-step-3"))
        assert copy.execute("PRAGMA user_version").fetchone() == (2,)
        assert copy.execute("SELECT count(*) FROM batch").fetchone() == (4,)
        copy.close()
    else:
        with psycopg.connect(old.url) as connection:
            assert connection.execute("SELECT number FROM action_returns.ledger_step").fetchall() == [
                (number,) for number in range(1, len(load_migrations("postgresql")) + 1)
            ]
