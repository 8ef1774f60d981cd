"""The ledger as one file on this machine: durable, private, never rewritten, brought up to date without losing a row."""

import hashlib
import itertools
import json
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from action_returns.batch.csv_format import csv_bytes
from action_returns.errors import LedgerError
from action_returns.ledger import sqlite as store
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.store import load_migrations
from tests.support.ledgers import BATCH, ROWS, claim, settled


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "ledger.sqlite3"


def raw(path):
    return sqlite3.connect(path, isolation_level=None)


def test_a_commit_is_on_the_disk_when_it_returns(path):
    with open_ledger(path) as ledger:
        pragma = ledger._store._connection.execute
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA synchronous").fetchone() == (2,)
        assert pragma("PRAGMA foreign_keys").fetchone() == (1,)
        assert pragma("PRAGMA trusted_schema").fetchone() == (0,)


@pytest.mark.skipif(sys.platform == "darwin", reason="it is so there")
def test_a_mac_flushes_the_memory_of_the_drive_too(path, monkeypatch):
    monkeypatch.setattr("action_returns.ledger.sqlite.sys.platform", "darwin")
    with open_ledger(path) as ledger:
        assert ledger._store._connection.execute("PRAGMA fullfsync").fetchone() == (1,)
        assert ledger._store._connection.execute("PRAGMA checkpoint_fullfsync").fetchone() == (1,)


def test_only_this_user_may_read_the_ledger(path):
    open_ledger(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_the_ledger_its_log_and_its_index_are_private_whatever_the_umask(tmp_path):
    for umask in (0o000, 0o277):
        path = tmp_path / oct(umask) / "ledger.sqlite3"
        before = os.umask(umask)
        try:
            with open_ledger(path) as ledger:
                claim(ledger)
                found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        finally:
            os.umask(before)
        assert found == {path.name + end: 0o600 for end in ("", "-wal", "-shm")}


def test_a_ledger_that_was_open_to_others_becomes_private(path):
    open_ledger(path).close()
    path.chmod(0o666)
    open_ledger(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_ledger_may_be_a_link_that_this_user_made(path):
    (path.parent / "disk").mkdir(parents=True)
    path.symlink_to(path.parent / "disk" / "ledger.sqlite3")
    open_ledger(path).close()
    assert path.is_symlink()
    assert (path.parent / "disk" / "ledger.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_ledger_that_is_a_link_of_another_user_is_not_opened(path, monkeypatch):
    path.parent.mkdir()
    path.symlink_to(path.parent / "theirs")
    monkeypatch.setattr("action_returns.private_files._is_trusted", lambda _: False)
    with pytest.raises(LedgerError, match=r"cannot be opened: .* is a link that another user made\. Remove the link"):
        open_ledger(path)
    assert not (path.parent / "theirs").exists()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE event SET kind = 'x'", "events are never changed"),
        ("DELETE FROM event", "events are never removed"),
        ("UPDATE batch SET sha256 = 'x'", "what was recorded is never changed"),
        ("UPDATE batch SET file_name = 'x'", "what was recorded is never changed"),
        ("UPDATE batch SET duplicate_of = 1", "what was recorded is never changed"),
        ("UPDATE batch SET account = 'x'", "what was recorded is never changed"),
        ("UPDATE batch SET receiver = 'x'", "what was recorded is never changed"),
        ("UPDATE batch SET state = 'failed'", "only a person who has looked can mark a sent batch failed"),
        ("UPDATE ledger SET tag = 'AAAA'", "the tag of a ledger is never changed"),
        ("INSERT INTO ledger VALUES ('AAAA')", "a ledger has one tag"),
        ("DELETE FROM ledger", "the tag of a ledger is never removed"),
        ("UPDATE batch SET message = 'x'", "an outcome is never changed"),
        ("UPDATE batch SET evidence = 'x'", "an outcome is never changed"),
        ("UPDATE batch SET settled_at = 'x'", "an outcome is never changed"),
        ("DELETE FROM batch", "a batch is never removed"),
        ("UPDATE content SET bytes = x'00'", "bytes that were recorded are never changed"),
        ("DELETE FROM content", "bytes that were recorded are never removed"),
        ("UPDATE sent_row SET cents = 1", "a row that was recorded is never changed"),
        ("DELETE FROM sent_row", "a row that was recorded is never removed"),
        ("UPDATE attachment SET bytes = x'00'", "an attachment is never changed"),
        ("DELETE FROM attachment", "an attachment is never removed"),
    ],
)
def test_no_program_can_rewrite_what_was_recorded(path, statement, says):
    with open_ledger(path) as ledger:
        settled(ledger, "sent", before=b"what was known")
    connection = raw(path)
    with pytest.raises(sqlite3.IntegrityError, match=says):
        connection.execute(statement)
    connection.close()


ALLOWED = {
    "prepared": {"sending", "failed"},
    "sending": {"sent", "handed-over", "failed", "unknown"},
    "unknown": {"sent", "handed-over", "failed"},
    "handed-over": {"sent", "failed"},
    "sent": set(),
    "failed": set(),
}


@pytest.mark.parametrize("was", ALLOWED)
def test_no_program_can_bring_a_batch_back(path, was):
    with open_ledger(path) as ledger:
        settled(ledger, was)
    connection = raw(path)
    for state in ALLOWED.keys() - {was} - ALLOWED[was]:
        with pytest.raises(sqlite3.IntegrityError, match=r"cannot follow that one|only a person who has looked"):
            connection.execute("UPDATE batch SET state = ?", (state,))
    for state in ALLOWED[was]:
        connection.execute("BEGIN")
        connection.execute("UPDATE batch SET state = ?", (state,))
        connection.execute("ROLLBACK")
    connection.close()


def test_no_program_can_record_the_same_content_twice_without_saying_so(path):
    with open_ledger(path) as ledger:
        settled(ledger, "sent")
    connection = raw(path)
    columns = [column[1] for column in connection.execute("PRAGMA table_info(batch)")]
    copied = ", ".join({"number": "2", "file_name": "'other.csv'", "state": "'prepared'"}.get(c, c) for c in columns)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        connection.execute(f"INSERT INTO batch SELECT {copied} FROM batch")
    connection.execute(f"INSERT INTO batch SELECT {copied.replace('duplicate_of', '1')} FROM batch")
    connection.close()


def of_step_1(path):
    """Create a ledger of the first version, with a batch in every state and one sent twice on purpose."""
    path.parent.mkdir()
    connection = raw(path)
    connection.executescript(load_migrations("sqlite")[0].script)
    content = csv_bytes(ROWS)
    batches = [("sent", content), ("failed", content), ("sent", content), ("unknown", b"u"), ("sending", b"s")]
    for number, (state, held) in enumerate(batches, 1):
        connection.execute(
            "INSERT INTO batch (profile, environment, channel, destination, source, file_name, sha256, row_count, "
            "reversals, content, created_at, who, host, process, state, message) VALUES "
            "('acme', 'live', 'ftp', 'd', 's', ?, ?, 2, 1, ?, '2026-11-22T10:00:00.000+00:00', 'ann', 'desk', '1@2', ?, 'm')",
            (f"Batch_{number}.csv", hashlib.sha256(held).hexdigest(), held, state),
        )
        connection.execute("INSERT INTO sent_row VALUES (?, 0, 'M.1.2.4', 1250, 'ORDER_UPDATE')", (number,))
        connection.execute("INSERT INTO sent_row VALUES (?, 1, 'M.1.2.3', 0, 'REJECTED')", (number,))
        events = [("claimed", {"sha256": hashlib.sha256(held).hexdigest(), "rows": 2})]
        events += [] if state == "sending" else [("settled", {"state": state, "message": "m"})]
        for kind, detail in events:
            connection.execute(
                "INSERT INTO event VALUES (?, '2026-11-22T10:00:00.000+00:00', ?, ?)",
                (number, kind, json.dumps(detail)),
            )
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    return path


def test_a_ledger_of_the_first_version_keeps_every_batch_row_byte_and_event(path):
    of_step_1(path)
    with open_ledger(path) as ledger:
        told = [(r.number, r.state, r.duplicate_of, r.file_name, r.who) for r in reversed(ledger.batches())]
        assert ledger.content(1) == csv_bytes(ROWS)
        assert ledger.rows(1) == [("M.1.2.4", 1250, "ORDER_UPDATE"), ("M.1.2.3", 0, "REJECTED")]
        assert (ledger.content(4), ledger.batch(4).size) == (b"u", 1)
        assert ledger.sent_before(BATCH.sender, ["M.1.2.3"])["M.1.2.3"].times == 4
        assert [event.kind for event in ledger.events(1)] == ["claimed", "settled"]
        assert [ledger.in_full(number).problems for number in (1, 2, 3)] == [()] * 3
        assert ledger._store.query("PRAGMA foreign_key_check") == []
        assert {(record.account, record.receiver) for record in ledger.batches()} == {("all live profiles", "")}
        assert claim(ledger, again=True).number == 6
    assert told == [
        (1, "sent", None, "Batch_1.csv", "ann"),
        (2, "failed", 1, "Batch_2.csv", "ann"),
        (3, "sent", 1, "Batch_3.csv", "ann"),
        (4, "unknown", None, "Batch_4.csv", "ann"),
        (5, "unknown", None, "Batch_5.csv", "ann"),
    ]


def test_a_ledger_from_before_the_results_keeps_everything_and_takes_them(path, monkeypatch):
    of_step_1(path)
    monkeypatch.setattr(store, "load_migrations", lambda database: load_migrations(database)[:5])
    store.SqliteStore(path).close()
    monkeypatch.undo()
    connection = raw(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (5,)
    tables = {
        name: connection.execute(f"SELECT * FROM {name}").fetchall()
        for name in ("batch", "content", "sent_row", "event")
    }
    connection.close()
    with open_ledger(path) as ledger:
        kept = {name: ledger._store.query(f"SELECT * FROM {name}")[: len(rows)] for name, rows in tables.items()}
        kept["batch"][4], tables["batch"][4] = (), ()  # it was being sent, and is settled at the start
        assert kept == tables
        assert ledger.batch(5).state == "unknown"
        ledger.record_results(1, b"results", {"open": 0})
        assert (ledger.latest_results(1).results, ledger.before(1), ledger.undoes(1)) == (b"results", b"", None)
        assert ledger.in_full(1).problems == ()
    assert path.with_name("ledger.sqlite3.before-step-6").exists()


def test_a_copy_is_kept_before_a_ledger_is_brought_up_to_date(path):
    of_step_1(path)
    open_ledger(path).close()
    copy = raw(path.with_name("ledger.sqlite3.before-step-2"))
    assert copy.execute("SELECT count(*) FROM batch").fetchone() == (5,)
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    copy.close()


def test_only_this_user_may_read_the_copy_from_before(path):
    of_step_1(path)
    open_ledger(path).close()
    assert path.with_name("ledger.sqlite3.before-step-2").stat().st_mode & 0o077 == 0


def test_a_ledger_is_not_brought_up_to_date_when_its_copy_cannot_be_written(path, monkeypatch):
    of_step_1(path)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LedgerError, match=r"copy .*before-step-2 cannot be written: No space left on device"):
        open_ledger(path)
    monkeypatch.undo()
    assert [other.name for other in path.parent.glob("*before-step*")] == []
    connection = raw(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()


def test_a_step_that_fails_leaves_the_ledger_as_it_was(path, monkeypatch):
    of_step_1(path)
    first, second, *_ = load_migrations("sqlite")
    broken = [first, type(second)(2, second.script + "\nINSERT INTO nowhere VALUES (1);\n")]
    monkeypatch.setattr(store, "load_migrations", lambda _: broken)
    with pytest.raises(LedgerError, match="no such table: nowhere"):
        open_ledger(path)
    connection = raw(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT count(content) FROM batch").fetchone() == (5,)
    connection.close()
    monkeypatch.undo()
    with open_ledger(path) as ledger:  # a better version finds its copy made already
        assert len(ledger.batches()) == 5


def test_rows_without_their_batch_stop_the_step(path):
    of_step_1(path)
    connection = raw(path)
    connection.execute("INSERT INTO sent_row VALUES (99, 0, 'M.1.2.9', 0, 'REJECTED')")
    connection.close()
    with pytest.raises(LedgerError, match="rows without their batch"):
        open_ledger(path)


def test_two_programs_that_start_at_once_take_a_step_once(path):
    of_step_1(path)
    script = "import sys; from pathlib import Path; from action_returns.ledger.ledger import open_ledger; open_ledger(Path(sys.argv[1])).close()"
    programs = [subprocess.Popen([sys.executable, "-c", script, str(path)], stderr=subprocess.PIPE) for _ in range(4)]
    assert [program.communicate()[1] for program in programs] == [b""] * 4
    with open_ledger(path) as ledger:
        assert len(ledger.batches()) == 5


def test_a_copy_that_another_program_made_meanwhile_is_kept(path, monkeypatch):
    """Theirs was made before the steps were taken; a later one could hold what came of them."""
    of_step_1(path)
    copy = path.with_name("ledger.sqlite3.before-step-2")
    copy_to = store.SqliteStore.copy_to

    def after_another(self, target):
        copy_to(self, target)
        copy.write_bytes(b"theirs")

    monkeypatch.setattr(store.SqliteStore, "copy_to", after_another)
    open_ledger(path).close()
    assert copy.read_bytes() == b"theirs"
    assert [one.name for one in path.parent.glob("*.part")] == []


def test_a_step_that_another_program_took_meanwhile_is_not_taken_again(path, monkeypatch):
    of_step_1(path)
    take = store.SqliteStore._migrate

    def after_another(self, step):
        monkeypatch.setattr(store.SqliteStore, "_migrate", take)
        open_ledger(path).close()
        take(self, step)

    monkeypatch.setattr(store.SqliteStore, "_migrate", after_another)
    with open_ledger(path) as ledger:
        assert len(ledger.batches()) == 5


def newer(path):
    with open_ledger(path) as ledger, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger._store, "process_name", lambda: "1@2", raising=False)
        settled(ledger, "sending")
    connection = raw(path)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("ALTER TABLE batch ADD COLUMN mood TEXT")
    connection.close()


def test_a_ledger_of_a_newer_version_can_be_read_and_never_written(path):
    newer(path)
    before = path.read_bytes()
    with open_ledger(path) as ledger:
        assert ledger.batch(1).state == "sending"
        with pytest.raises(LedgerError, match="newer version"):
            claim(ledger)
        with pytest.raises(LedgerError, match="newer version"):
            ledger.settle(1, "sent", "", {})
        with pytest.raises(LedgerError, match=r"may not be written"):
            ledger._store.execute("UPDATE batch SET message = 'x'")
    assert path.read_bytes() == before


def test_a_damaged_ledger_says_so_and_is_kept(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LedgerError, match="damaged") as caught:
        open_ledger(path)
    assert str(path.with_name("backups")) in str(caught.value)
    assert path.read_bytes() == b"this is no database" * 100


def test_a_locked_ledger_says_so(path, monkeypatch):
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.1)
    with open_ledger(path) as ledger:
        holding = raw(path)
        holding.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="in use by another program"):
            claim(ledger)
        holding.execute("ROLLBACK")
        holding.close()
        assert claim(ledger).number == 1


def test_a_ledger_whose_writer_was_killed_is_free_at_once(path, monkeypatch):
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0)
    script = (
        "import sys, time; from pathlib import Path; from action_returns.ledger.ledger import open_ledger\n"
        "with open_ledger(Path(sys.argv[1])) as ledger, ledger._store.transaction():\n"
        "    ledger._store.execute('PRAGMA user_version = 99')\n"
        "    print('writing', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline().strip() == b"writing"
        with open_ledger(path) as ledger, pytest.raises(LedgerError, match="in use by another program"):
            claim(ledger)
        writer.kill()
        writer.wait()
        with open_ledger(path) as ledger:
            assert claim(ledger).number == 1


@pytest.mark.parametrize("name", ["Bücher 日本", "100% #1 & co; [x]", "a'b"])
def test_a_folder_may_have_any_name_that_the_system_takes(tmp_path, name):
    path = tmp_path / name / "ledger.sqlite3"
    with open_ledger(path) as ledger:
        settled(ledger, "sent")
        ledger.copy_to(path.with_name(f"copy {name}"))
    with open_ledger(path.with_name(f"copy {name}")) as copy:
        assert copy.batch(1).state == "sent"


@pytest.mark.parametrize("gets_free", [True, False])
def test_a_ledger_that_another_program_is_just_making_is_waited_for(path, monkeypatch, gets_free):
    path.parent.mkdir()
    maker = raw(path)
    maker.execute("BEGIN EXCLUSIVE")
    clock = itertools.repeat(0) if gets_free else itertools.count(0, 6)
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(store, "monotonic", lambda: next(clock))
    monkeypatch.setattr(store, "sleep", lambda _seconds: maker.rollback())
    if gets_free:
        with open_ledger(path) as ledger:
            assert claim(ledger).number == 1
    else:
        with pytest.raises(LedgerError, match="in use by another program"):
            open_ledger(path)
    maker.close()


def test_a_full_disk_says_so_and_records_nothing(path):
    with open_ledger(path) as ledger:
        settled(ledger, "sent")
        (pages,) = ledger._store.query("PRAGMA page_count")[0]
        ledger._store.query(f"PRAGMA max_page_count = {pages}")
        many = type(ROWS)([f"M.1.3.{n}" for n in range(5000)], [0] * 5000, ["REJECTED"] * 5000)
        with pytest.raises(LedgerError, match=r"The disk .* is full\. Nothing was recorded"):
            claim(ledger, many)
        assert len(ledger.batches()) == 1


def test_a_place_that_cannot_hold_a_ledger_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="cannot be opened"):
        open_ledger(tmp_path / "file" / "ledger.sqlite3")


@pytest.mark.parametrize(
    ("error", "says"),
    [("attempt to write a readonly database", "may not be written"), ("disk I/O error", "Run action-returns doctor")],
)
def test_what_sqlite_says_is_told_plainly(path, error, says):
    with pytest.raises(LedgerError, match=says), store._translate_errors(path):
        raise sqlite3.OperationalError(error)


def test_what_the_tables_refuse_is_no_damage(path):
    twice = type(ROWS)(["M.1.2.3", "M.1.2.3"], [0, 0], ["REJECTED", "REJECTED"])
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match="refused it") as caught:
        claim(ledger, twice)
    assert "damaged" not in str(caught.value)


def test_an_unsafe_folder_is_refused_before_anything_is_made(tmp_path):
    path = tmp_path / "OneDrive - Acme" / "ledger.sqlite3"
    with pytest.raises(LedgerError, match="copied to a cloud") as caught:
        open_ledger(path)
    assert "ACTION_RETURNS_HOME" in str(caught.value)
    assert not path.parent.exists()


def test_a_ledger_that_was_moved_into_such_a_folder_can_be_read_and_is_not_written(path, tmp_path):
    with open_ledger(path) as ledger:
        settled(ledger, "sent")
    path.parent.rename(tmp_path / "Dropbox")
    with open_ledger(tmp_path / "Dropbox" / path.name) as ledger:
        assert ledger.batch(1).state == "sent"
        with pytest.raises(LedgerError, match=r"is not written: .* is copied to a cloud"):
            claim(ledger, type(ROWS)(["M.1.1.1"], [0], ["REJECTED"]))


def test_a_look_at_the_ledger_asks_for_no_list_of_disks(path, monkeypatch):
    asked = []
    monkeypatch.setattr(store, "unsafe_folder_reason", lambda folder: asked.append(folder) or "")
    with open_ledger(path) as ledger:
        settled(ledger, "sent")
    assert len(asked) == 1
    with open_ledger(path) as ledger:
        ledger.sent_before(BATCH.sender, ["M.1.2.3"])
    assert len(asked) == 1


def test_a_connection_that_cannot_be_set_up_is_closed(path, monkeypatch):
    made = []

    class Refusing(sqlite3.Connection):
        def execute(self, *_):
            made.append(self)
            raise sqlite3.OperationalError("disk I/O error")

    connect = sqlite3.connect
    monkeypatch.setattr(store.sqlite3, "connect", lambda *a, **k: connect(*a, factory=Refusing, **k))
    with pytest.raises(LedgerError, match="disk I/O error"):
        open_ledger(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        sqlite3.Connection.execute(made[0], "SELECT 1")


def test_a_ledger_that_cannot_settle_what_was_left_is_closed_again(path, monkeypatch):
    from action_returns.ledger.ledger import Ledger

    closed = []
    monkeypatch.setattr(Ledger, "settle_unfinished", lambda _self: 1 / 0)
    monkeypatch.setattr(Ledger, "close", lambda self: closed.append(self._store.close()))
    with pytest.raises(ZeroDivisionError):
        open_ledger(path)
    assert closed == [None]


def test_the_whole_record_can_be_copied_while_it_is_in_use(path, tmp_path):
    with open_ledger(path) as ledger:
        settled(ledger, "sent")
        ledger.copy_to(Path(tmp_path / "copy"))
        claim(ledger, type(ROWS)(["M.9.9.9"], [0], ["REJECTED"]))
    with open_ledger(tmp_path / "copy", lambda: datetime(2026, 1, 1, tzinfo=UTC)) as copy:
        assert [record.state for record in copy.batches()] == ["sent"]


def test_what_ends_a_reading_is_told_and_not_that_its_transaction_ended_too(path):
    ledger = store.SqliteStore(path)

    def read():
        ledger._connection.execute("ROLLBACK")  # as SQLite does itself after some errors
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), ledger.snapshot():
        read()
    ledger.close()


def test_a_ledger_in_a_folder_whose_name_no_system_takes_is_refused_in_words(tmp_path):
    with pytest.raises(LedgerError, match=r"cannot be opened: \w.*\. Nothing was sent\."):
        store.SqliteStore(tmp_path / ("x" * 300) / "ledger.sqlite3")
