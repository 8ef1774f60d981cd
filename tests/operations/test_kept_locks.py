"""What locks soon is counted from the lock dates that are kept: the same number, without reading the rows again."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import actions_that_lock_soon, lock_dates_of
from action_returns.operations import kept_locks
from action_returns.operations.account import Account
from action_returns.operations.kept_locks import number_that_locks_soon
from action_returns.operations.kept_pending import kept_downloads
from action_returns.operations.pending_source import PendingSource, load_download

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HEAD = "Action ID,Amount,State,Lock Date\r\n"
ROWS = (
    "M.1.2.1,1,PENDING,2026-12-02 08:00\r\n"
    "M.1.2.2,1,PENDING,2026-12-02 08:00\r\n"
    "M.1.2.3,1,APPROVED,2026-12-02 08:00\r\n"  # locked by its state
    "M.1.2.4,1,PENDING,2026-12-01 09:30\r\n"  # locked at this moment
    "M.1.2.5,1,PENDING,2026-12-04 09:29:59\r\n"
    "M.1.2.6,1,PENDING,2026-12-04 09:30\r\n"  # in 72 hours: not soon
    "M.1.2.7,1,PENDING,\r\n"
)


class Kept:
    """A download that is kept, the commands that ask for what locks soon, and how often its rows were read."""

    def __init__(self, folder, paths, monkeypatch):
        self._folder, self._paths, self._read = folder, paths, kept_locks.read_download
        self.readings = 0
        monkeypatch.setattr(kept_locks, "read_download", self._count)

    def _count(self, *args, **options):
        self.readings += 1
        return self._read(*args, **options)

    def load(self, text=HEAD + ROWS, **answers):
        path = self._folder / "pending.csv"
        path.write_text(text, newline="")
        # A check reads only some orders; which actions lock is not known after it.
        source = PendingSource(path, self._paths.pending_answers, **answers)
        load_download(source, None, Account(), self._paths, now=NOW, orders=None if "OID" not in text else ["x"])

    def soon(self, now=NOW, account=None):
        (source,) = kept_downloads(Account(), self._paths)
        return number_that_locks_soon(source, account or Account(), now=now)

    @property
    def file(self):
        (file,) = self._paths.pending.rglob("*.locks")
        return file


@pytest.fixture
def kept(tmp_path, paths, monkeypatch):
    return Kept(tmp_path, paths, monkeypatch)


def test_a_download_that_was_loaded_whole_is_not_read_again(kept):
    kept.load()
    assert [kept.soon(), kept.soon()] == [3, 3]
    assert kept.readings == 0


def test_a_download_of_which_a_command_read_some_rows_is_read_once(kept):
    kept.load("OID," + HEAD + "".join(f"7,{row}\r\n" for row in ROWS.split("\r\n") if row))
    assert [kept.soon(), kept.soon(), kept.soon()] == [3, 3, 3]
    assert kept.readings == 1


@pytest.mark.parametrize(
    ("later", "soon"),
    [
        (timedelta(microseconds=-1), 4),  # M.1.2.4 is not locked yet
        (timedelta(seconds=1), 4),  # M.1.2.6 comes in
        (timedelta(hours=22, minutes=30), 2),  # the two of 08:00 are locked
        (timedelta(days=9), 0),
    ],
)
def test_the_moment_of_the_question_counts_and_not_that_of_the_download(kept, later, soon):
    kept.load()
    assert kept.soon(NOW + later) == soon
    assert kept.readings == 0


def test_no_lock_dates_are_unknown_and_all_locked_ones_are_0(kept):
    kept.load("Action ID,Amount\r\nM.1.2.1,1\r\n")
    assert (kept.soon(), kept.readings) == (None, 0)


def test_actions_that_are_all_locked_by_their_state_are_0_and_not_unknown(kept):
    kept.load(HEAD + "M.1.2.1,1,LOCKED,2026-12-02 08:00\r\n")
    assert (kept.soon(), kept.readings) == (0, 0)


def test_dates_without_a_zone_are_read_again_when_the_zone_of_the_account_is_another_one(kept):
    kept.load(HEAD + "M.1.2.1,1,PENDING,2026-12-04 10:00\r\n")
    assert (kept.soon(), kept.readings) == (0, 0)
    assert (kept.soon(account=Account(time_zone=ZoneInfo("Asia/Tokyo"))), kept.readings) == (1, 1)  # 01:00 UTC


def test_dates_are_read_again_when_the_answer_about_them_was_corrected(kept, paths):
    text = HEAD + "M.1.2.1,1,PENDING,02/12/2026\r\n"
    kept.load(text, day_first=True)
    assert kept.soon() == 1
    kept.load(text, day_first=False)
    assert kept.soon() == 0
    assert kept.readings == 0


def test_more_dates_than_are_kept_are_counted_in_the_rows(kept, monkeypatch):
    monkeypatch.setattr(kept_locks, "MOST_DATES", 3)
    kept.load()
    assert [kept.soon(), kept.soon()] == [3, 3]
    assert kept.readings == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content.replace(b":2", b":9"),
        lambda _: b"",
        lambda _: b"[" * 100_000,
        lambda content: b"0" + content,
    ],
)
def test_kept_dates_that_are_damaged_are_not_used_and_made_anew(kept, damage):
    kept.load()
    whole = kept.file.read_bytes()
    kept.file.write_bytes(damage(whole))
    assert kept.soon() == 3
    assert kept.readings == 1
    assert kept.file.read_bytes() == whole


def test_kept_dates_of_another_download_or_version_are_not_used(kept, paths, monkeypatch):
    kept.load()
    other = kept.file.read_bytes()
    kept.load(HEAD + "M.1.2.1,1,PENDING,2026-12-02 08:00\r\n")
    (newer,) = (source for source in kept_downloads(Account(), paths) if source.kept.rows == 1)
    newer.path.parent.with_suffix(".locks").write_bytes(other)
    assert number_that_locks_soon(newer, Account(), now=NOW) == 1
    assert (number_that_locks_soon(newer, Account(), now=NOW), kept.readings) == (1, 1)
    monkeypatch.setattr(kept_locks, "__version__", "99")
    assert (number_that_locks_soon(newer, Account(), now=NOW), kept.readings) == (1, 2)


def test_kept_dates_that_are_no_facts_are_not_used(kept):
    kept.load()
    for content in (b"3", b"{}", b"[]", b"null", b'{"basis": 1e999}'):
        kept.file.write_bytes(kept_locks._hash_line(content) + content)
        assert kept.soon() == 3


def test_a_folder_that_cannot_be_written_changes_no_number(kept, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_locks, "write_atomically", full)
    kept.load()
    assert [kept.soon(), kept.soon()] == [3, 3]


def test_kept_dates_go_with_their_download(kept, paths):
    for number in range(4):
        kept.load(HEAD + f"M.1.2.{number},1,PENDING,2026-12-02 08:00\r\n")
    assert {path.stem for path in paths.pending.rglob("*.locks")} == {
        path.stem for path in paths.pending.rglob("*.json")
    }
    assert len(list(paths.pending.rglob("*.locks"))) == 2


def test_kept_dates_are_of_whole_precision(kept):
    kept.load(HEAD + "M.1.2.1,1,PENDING,2026-12-04T09:29:59.999999Z\r\n")
    assert json.loads(kept.file.read_bytes().partition(b"\n")[2])["numbers"] == {"2026-12-04T09:29:59.999999+00:00": 1}
    assert kept.soon() == 1


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_dates_at_the_ends_of_time_are_kept_like_others(kept, date):
    kept.load(HEAD + f"M.1.2.1,1,PENDING,{date}\r\nM.1.2.2,1,PENDING,2026-12-02 08:00\r\n")
    assert [kept.soon(), kept.soon()] == [1, 1]
    assert kept.readings == 0


lefts = st.builds(
    lambda hours, more: timedelta(hours=hours, microseconds=more),
    st.sampled_from([-1, 0, 1, 24, 71, 72, 73]),
    st.sampled_from([-1, 0, 1]),
)
actions = st.builds(
    PendingAction,
    locks_at=st.none() | lefts.map(NOW.__add__),
    state=st.sampled_from([None, "PENDING", "APPROVED", "locked"]),
)


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(actions, max_size=8))
def test_the_number_is_that_of_the_actions_that_lock_soon(found):
    pending = PendingDownload({f"M.{at}": action for at, action in enumerate(found)}, len(found), NOW)
    known = any(action.locks_at is not None for action in found)
    assert lock_dates_of(pending).number_soon(NOW) == (len(actions_that_lock_soon(pending, NOW)) if known else None)
