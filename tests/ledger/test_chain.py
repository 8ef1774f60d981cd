"""The hash chain of the events: computed as the page of the ledger says, on both databases, and never left out."""

import hashlib
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from action_returns.ledger import chain
from action_returns.ledger.chain import broken_events, chain_of
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import row, settled
from tests.support.tampering import tamper

COLUMNS = {1: "batch, at, kind, detail", 2: "batch, at, kind, detail, db_user, recorded_at"}


def independently(events):
    """Compute the hashes as docs/ledger.md describes them."""
    before = b""
    for form, *values in events:
        parts = [str(form).encode(), before, *(str(value).encode() for value in values)]
        before = hashlib.sha256(b"".join(b"%d:" % len(part) + part for part in parts)).hexdigest().encode()
        yield before.decode()


def stored(ledger):
    query = ledger._store.query
    (form,) = {form for (form,) in query("SELECT form FROM event")}
    events = query(f"SELECT form, {COLUMNS[form]} FROM event ORDER BY rowid")
    return events, [chain for (chain,) in query("SELECT chain FROM event ORDER BY rowid")]


def test_each_event_carries_the_hash_that_the_page_describes(place):
    with open_ledger(place) as ledger:
        settled(ledger, "sent", row(1))
        number = settled(ledger, "unknown", row(2))
        ledger.mark(number, "failed", "Zürich – nichts\nda 👍", shown="unknown")
        events, hashes = stored(ledger)
        assert len(events) == 9
        assert hashes == list(independently(events))
        assert broken_events(ledger._store) == {}
        assert ledger.events(number)[-1].chain == ledger.chain_end() == hashes[-1]
        assert ledger.event_hashes() == set(hashes)


def test_no_two_lists_of_values_have_one_hash():
    assert chain_of("1", "", "a", "bc") != chain_of("1", "", "ab", "c")
    assert chain_of("1", "", "a:1:b") != chain_of("1", "", "a", "b")
    assert chain_of(1, "", 7) == chain_of("1", "", "7")


def test_the_script_on_the_page_of_the_ledger_prints_the_events_that_do_not_fit(tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```python\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    place = tmp_path / "ledger.sqlite3"
    with open_ledger(place) as ledger:
        settled(ledger, "sent", row(1))
    monkeypatch.chdir(tmp_path)
    connections = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name: connections.append(connect(name)) or connections[-1])
    exec(script, {})  # the script of our own page
    assert capsys.readouterr().out == ""
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    tamper(place, "UPDATE event SET at = '2026' WHERE kind = 'sending'")
    monkeypatch.setattr(sqlite3, "connect", lambda name: connections.append(connect(name)) or connections[-1])
    exec(script, {})
    assert capsys.readouterr().out == "event 3 of batch 1\n"
    for connection in connections:
        connection.close()


def test_events_are_read_in_blocks_and_each_is_read_once(place, monkeypatch):
    with open_ledger(place) as ledger:
        for number in range(4):
            settled(ledger, "sent", row(number))
        monkeypatch.setattr(chain, "_BLOCK", 5)
        asked = []
        query = ledger._store.query
        monkeypatch.setattr(ledger._store, "query", lambda *asks: asked.append(query(*asks)) or asked[-1])
        assert broken_events(ledger._store) == {}
        assert [len(found) for found in asked[1:]] == [5, 5, 5, 1, 0]


def test_another_program_adds_no_event_without_its_hash_to_a_file(tmp_path):
    place = tmp_path / "ledger.sqlite3"
    with open_ledger(place) as ledger:
        settled(ledger, "sent", row(1))
    connection = sqlite3.connect(place)
    for columns, values in (("", ""), (", chain", ", 'abc'"), (", chain, form", f", '{'0' * 64}', 2")):
        with pytest.raises(sqlite3.IntegrityError, match="carries the hash of the event before it"):
            connection.execute(
                f"INSERT INTO event (batch, at, kind, detail{columns}) VALUES (1, 'a', 'b', '{{}}'{values})"
            )
    connection.close()


@pytest.fixture
def member(postgres, empty_database):
    url = postgres.url(empty_database)
    from action_returns.ledger.records import TeamDatabase

    with open_ledger(TeamDatabase(url)) as ledger:
        settled(ledger, "prepared", row(1))
        with psycopg.connect(url, options="-c search_path=action_returns", autocommit=True) as connection:
            yield connection, ledger


INSERT = "INSERT INTO event (batch, at, kind, detail, chain, form, rowid) OVERRIDING SYSTEM VALUE VALUES "
VALUES = "(1, '2026-11-30T12:00:00.000+00:00', 'confirmed', '{\"who\": \"eve\"}', 'mine', 7, 7000)"


def test_a_transaction_that_does_not_see_the_latest_event_adds_none(member):
    connection, ledger = member
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    connection.execute("SELECT count(*) FROM event")
    ledger.mark_sending(1)
    with pytest.raises(errors.Error):
        connection.execute(f"{INSERT} {VALUES}".encode())
    connection.execute("ROLLBACK")
    assert broken_events(ledger._store) == {}
