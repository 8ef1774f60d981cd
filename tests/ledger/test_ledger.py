"""The ledger: on the disk before anything leaves, and true whatever ended the program."""

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from action_returns.batch import ReadyRows
from action_returns.ledger import DuplicateBatch, LedgerProblem, NewBatch, open_ledger

ROWS = ReadyRows(["M.1.2.3", "M.1.2.4"], [0, 1250], ["REJECTED", "ORDER_UPDATE"])
BATCH = NewBatch("acme", "live", "ftp", "ftp://batch.impact.com/", "returns.xlsx")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "ledger.sqlite3"


def claim(ledger, content=b"content", batch=BATCH, **options):
    return ledger.claim(batch, content, ROWS, name_for=lambda number: f"Batch_{number:04d}.csv", **options)


def test_a_claimed_batch_is_on_record_with_every_row_and_byte(path):
    with open_ledger(path, lambda: NOW) as ledger:
        made = claim(ledger)
        record = ledger.batch(made.number)
    with open_ledger(path) as again:
        assert again.content(1) == b"content"
        assert again.rows(1) == [("M.1.2.3", 0, "REJECTED"), ("M.1.2.4", 1250, "ORDER_UPDATE")]
    assert (made.label, made.file_name, record.state, record.created_at) == ("0001", "Batch_0001.csv", "sending", NOW)
    assert (record.rows, record.reversals, record.size) == (2, 1, 7)
    assert record.sha256 == "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"


def test_the_outcome_is_recorded_once(path):
    with open_ledger(path) as ledger:
        number = claim(ledger).number
        ledger.settle(number, "sent", "There.", {"reply": "226 ok", "size": 7})
        with pytest.raises(LedgerProblem, match="is not being sent"):
            ledger.settle(number, "failed", "Not there.", {})
        record = ledger.batch(number)
        assert [event.kind for event in ledger.events(number)] == ["claimed", "settled"]
    assert (record.state, record.message, record.evidence) == ("sent", "There.", {"reply": "226 ok", "size": 7})


@pytest.mark.parametrize("state", ["sent", "handed-over", "unknown", None])
def test_the_same_content_is_refused_while_it_may_have_arrived(path, state):
    with open_ledger(path) as ledger:
        number = claim(ledger).number
        if state:
            ledger.settle(number, state, "", {})
        with pytest.raises(DuplicateBatch) as caught:
            claim(ledger)
        assert caught.value.previous.number == number
        assert len(ledger.batches()) == 1
        assert claim(ledger, allow_duplicate=True).number == 2


def test_content_that_certainly_did_not_arrive_may_go_again(path):
    with open_ledger(path) as ledger:
        ledger.settle(claim(ledger).number, "failed", "", {})
        assert claim(ledger).number == 2


def test_another_account_or_environment_may_send_the_same(path):
    with open_ledger(path) as ledger:
        claim(ledger)
        claim(ledger, batch=NewBatch("other", "live", "ftp", "x", "y"))
        claim(ledger, batch=NewBatch("acme", "test", "ftp", "x", "y"))
        assert [record.number for record in ledger.batches()] == [3, 2, 1]


def test_a_number_is_never_used_again_even_when_recording_fails(path):
    def broken(_number):
        raise RuntimeError

    with open_ledger(path) as ledger:
        with pytest.raises(RuntimeError):
            ledger.claim(BATCH, b"x", ROWS, name_for=broken)
        assert ledger.batches() == []
        assert claim(ledger).number == 1


PROGRAM = """
import os, sys
from pathlib import Path
from action_returns.batch import ReadyRows
from action_returns.ledger import NewBatch, DuplicateBatch, open_ledger
ledger = open_ledger(Path(sys.argv[1]))
try:
    claim = ledger.claim(NewBatch("acme", "live", "ftp", "d", "s"), b"content", ReadyRows(["M.1.2.3"], [0], ["REJECTED"]),
                         name_for=lambda number: f"Batch_{number}.csv")
    print("claimed", claim.label, flush=True)
except DuplicateBatch:
    print("refused", flush=True)
if "wait" in sys.argv:
    sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_program_killed_while_sending_leaves_an_unknown_and_no_second_sending(path):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path), "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "claimed 0001\n"
    with open_ledger(path) as ledger:
        assert ledger.batch(1).state == "sending"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    with open_ledger(path) as ledger:
        assert ledger.batch(1).state == "unknown"
        assert "may have arrived or not" in ledger.batch(1).message
        assert [event.kind for event in ledger.events(1)] == ["claimed", "found-unfinished"]
        with pytest.raises(DuplicateBatch):
            claim(ledger)


def test_of_many_programs_with_the_same_content_exactly_one_may_send(path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path), "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    said = [process.stdout.readline().split()[0] for process in processes]
    for process in processes:
        process.communicate()
    assert sorted(said) == ["claimed"] + ["refused"] * 7


def test_events_can_neither_be_changed_nor_removed(path):
    with open_ledger(path) as ledger:
        claim(ledger)
    connection = sqlite3.connect(path)
    for statement in ("UPDATE event SET kind = 'x'", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute(statement)
    connection.close()


def test_a_commit_is_on_the_disk_when_it_returns(path):
    with open_ledger(path) as ledger:
        pragma = ledger._connection.execute
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA synchronous").fetchone() == (2,)
        assert pragma("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_ledger_of_a_newer_version_is_left_alone(path):
    open_ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerProblem, match="newer version"):
        open_ledger(path)


def test_a_damaged_ledger_says_so_and_is_kept(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LedgerProblem, match="damaged"):
        open_ledger(path)
    assert path.read_bytes() == b"this is no database" * 100


def test_a_locked_ledger_says_so(path, monkeypatch):
    from action_returns.ledger import database

    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.1)
    with open_ledger(path) as ledger:
        holding = sqlite3.connect(path, isolation_level=None)
        holding.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerProblem, match="in use by another program"):
            claim(ledger)
        holding.execute("ROLLBACK")
        holding.close()


def test_an_unknown_batch_is_told(path):
    with open_ledger(path) as ledger, pytest.raises(LedgerProblem, match="no batch 0007"):
        ledger.content(7)


def test_everything_can_be_taken_out_as_lines_of_json(path):
    with open_ledger(path) as ledger:
        claim(ledger)
        lines = io.StringIO()
        ledger.export_lines(lines)
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert line["sent"][1] == {"action_id": "M.1.2.4", "cents": 1250, "reason": "ORDER_UPDATE"}
    assert line["events"][0]["kind"] == "claimed"


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_only_this_user_may_read_the_ledger(path):
    open_ledger(path).close()
    assert path.stat().st_mode & 0o077 == 0
