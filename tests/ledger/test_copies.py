"""Copies of the ledger: one a day, thirty kept, whole or not there."""

import os
from datetime import date, timedelta

import pytest

from action_returns.errors import LedgerError
from action_returns.ledger.copies import keep_daily_copy, list_copies
from action_returns.ledger.ledger import open_ledger
from tests.support.ledgers import settled

DAY = date(2026, 11, 23)


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as opened:
        settled(opened, "sent")
        yield opened


def test_a_copy_can_take_the_ledgers_place(tmp_path, ledger):
    made = keep_daily_copy(tmp_path / "backups", DAY, ledger.copy_to)
    assert made == tmp_path / "backups" / "ledger-2026-11-23.sqlite3"
    with open_ledger(made) as copy:
        assert copy.batches() == ledger.batches()
        assert copy.content(1) == ledger.content(1)


def test_a_copy_is_on_the_disk_as_a_whole_before_it_has_its_name(tmp_path, ledger, monkeypatch):
    flushed, sync = [], os.fsync

    def noting(handle):
        flushed.append((os.fstat(handle).st_ino, list_copies(tmp_path / "backups")))
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    made = keep_daily_copy(tmp_path / "backups", DAY, ledger.copy_to)
    names = [(made.parent.stat().st_ino, [made])] if os.name == "posix" else []  # Windows flushes them itself
    assert flushed == [(made.stat().st_ino, []), *names]


def test_no_other_user_can_read_a_copy_while_it_is_written(tmp_path, ledger):
    modes = []

    def noting(draft):
        ledger.copy_to(draft)
        modes.append(draft.stat().st_mode & 0o077)

    made = keep_daily_copy(tmp_path / "backups", DAY, noting)
    assert [*modes, made.stat().st_mode & 0o077] == [0, 0]


def test_of_two_programs_the_first_copy_of_the_day_stays(tmp_path, ledger):
    theirs = tmp_path / "backups" / "ledger-2026-11-23.sqlite3"

    def after_another(draft):
        ledger.copy_to(draft)
        theirs.write_bytes(b"theirs")

    assert keep_daily_copy(tmp_path / "backups", DAY, after_another) is None
    assert [(path.name, path.read_bytes()) for path in theirs.parent.iterdir()] == [(theirs.name, b"theirs")]


def test_one_copy_a_day_is_made(tmp_path, ledger):
    made = keep_daily_copy(tmp_path / "backups", DAY, ledger.copy_to)
    before = made.read_bytes()
    assert keep_daily_copy(tmp_path / "backups", DAY, ledger.copy_to) is None
    assert made.read_bytes() == before


def test_the_last_thirty_are_kept_and_nothing_else_is_touched(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "ledger-before-I-tried-something.sqlite3").touch()
    for day in range(40):
        keep_daily_copy(folder, DAY + timedelta(day), lambda path: path.write_bytes(b"x"))
    kept = [path.name for path in list_copies(folder)]
    assert (len(kept), kept[0], kept[-1]) == (30, "ledger-2027-01-01.sqlite3", "ledger-2026-12-03.sqlite3")
    assert len(list(folder.iterdir())) == 31


def test_an_old_copy_that_a_program_of_windows_has_open_is_deleted_another_day(tmp_path, monkeypatch):
    folder = tmp_path / "backups"
    for day in range(30):
        keep_daily_copy(folder, DAY + timedelta(day), lambda path: path.write_bytes(b"x"))
    oldest = list_copies(folder)[-1]
    unlink = type(oldest).unlink

    def refused(path, **options):
        if path == oldest:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        unlink(path, **options)

    with oldest.open("rb"):
        if os.name == "posix":  # there, a file that is open can be deleted
            monkeypatch.setattr(type(oldest), "unlink", refused)
        made = keep_daily_copy(folder, DAY + timedelta(30), lambda path: path.write_bytes(b"x"))
    assert (made, oldest) == (list_copies(folder)[0], list_copies(folder)[-1])
    monkeypatch.undo()
    keep_daily_copy(folder, DAY + timedelta(31), lambda path: path.write_bytes(b"x"))
    assert len(list_copies(folder)) == 30


def test_a_copy_that_breaks_off_is_not_there_and_costs_no_older_one(tmp_path, ledger):
    folder = tmp_path / "backups"
    keep_daily_copy(folder, DAY, ledger.copy_to)

    def full(path):
        path.write_bytes(b"half")
        raise LedgerError("The disk is full.")

    with pytest.raises(LedgerError):
        keep_daily_copy(folder, DAY + timedelta(1), full)
    assert [path.name for path in folder.iterdir()] == ["ledger-2026-11-23.sqlite3"]


def test_no_copies_yet_are_no_copies(tmp_path):
    assert list_copies(tmp_path / "backups") == []
