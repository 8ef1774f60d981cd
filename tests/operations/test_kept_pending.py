"""What is kept of the pending downloads: exact bytes, private, the latest two of each account, and never another file."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.context import PendingAction
from action_returns.errors import FileError
from action_returns.operations.account import Account
from action_returns.operations.kept_pending import kept_download, kept_downloads
from action_returns.operations.pending_source import PendingSource, load_download, read_download
from action_returns.settings.profile import Profile

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HEAD = "Action ID,Amount,Action Date\r\n"
MONDAY = HEAD + "M.1.2.1,10.00,2026-11-23 08:00\r\n"
TUESDAY = HEAD + "M.1.2.1,12.00,2026-11-24 08:00\r\n"
FRIDAY = HEAD + "M.1.2.1,15.00,2026-11-27 08:00\r\n"


@pytest.fixture
def load(tmp_path, paths):
    """Loads a download for an account, a minute after the one before."""
    clock = iter(NOW + timedelta(minutes=minute) for minute in range(20))

    def loaded(text, name="pending.csv", account=None, **answers):
        path = tmp_path / name
        path.write_text(text, newline="")
        source = PendingSource(path, paths.pending_answers, **answers)
        return load_download(source, None, account or Account(), paths, now=next(clock))

    return loaded


def kept_names(paths, account=None):
    return [source.kept.name for source in kept_downloads(account or Account(), paths)]


def test_nothing_is_kept_before_a_download_was_loaded(paths):
    assert kept_download(Account(), paths) is None


def test_the_exact_bytes_are_kept_with_the_facts_of_the_download(load, paths):
    load(MONDAY, "Pending actions.csv")
    source = kept_download(Account(), paths)
    assert source.path.read_bytes() == MONDAY.encode()
    assert source.path.name == source.kept.name == "Pending actions.csv"
    assert source.kept.loaded_at == NOW
    assert source.kept.as_of == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert source.kept.rows == 1


def test_a_kept_download_is_read_like_the_file_of_the_user(load, paths):
    seen = load(MONDAY)
    again = read_download(kept_download(Account(), paths), None, Account(), now=NOW + timedelta(days=9))
    assert again == seen


def test_a_kept_download_without_dates_keeps_the_age_of_the_file_of_the_user(load, paths, tmp_path):
    path = tmp_path / "undated.csv"
    path.write_text("Action ID,Amount\r\nM.1.2.1,5\r\n")
    os.utime(path, (1_764_000_000, 1_764_000_000))  # 24 November 2025, 16:00 UTC
    source = PendingSource(path, paths.pending_answers)
    load_download(source, None, Account(), paths, now=NOW)
    again = read_download(kept_download(Account(), paths), None, Account(), now=NOW)
    assert again.as_of == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


def test_the_answers_that_read_a_download_are_kept_with_it(load, paths):
    load("Kennung,Wert,Lock Date\r\nM.1.2.1,7,05/06/2026\r\n", columns={"action_id": "Kennung", "amount": "Wert"}, day_first=True)  # fmt: skip
    paths.pending_answers.unlink()
    again = read_download(kept_download(Account(), paths), None, Account(), now=NOW)
    assert again.actions == {"M.1.2.1": PendingAction(700, datetime(2026, 6, 5, tzinfo=UTC))}


def test_an_answer_that_is_corrected_later_is_the_one_that_counts(load, paths):
    text = "Action ID,Wert,Betrag\r\nM.1.2.1,10,25\r\n"
    load(text, columns={"amount": "Wert"})
    load(text, columns={"amount": "Betrag"})
    (source,) = kept_downloads(Account(), paths)
    assert read_download(source, None, Account(), now=NOW).actions["M.1.2.1"].cents == 2500


def test_the_latest_two_downloads_are_kept(load, paths):
    for text, name in ((MONDAY, "monday.csv"), (TUESDAY, "tuesday.csv"), (FRIDAY, "friday.csv")):
        load(text, name)
    assert kept_names(paths) == ["friday.csv", "tuesday.csv"]
    assert sorted(path.name for path in paths.pending.rglob("*.csv")) == ["friday.csv", "tuesday.csv"]


def test_the_same_bytes_again_replace_nothing(load, paths):
    load(MONDAY, "monday.csv")
    load(TUESDAY, "tuesday.csv")
    load(MONDAY, "monday again.csv")
    assert kept_names(paths) == ["tuesday.csv", "monday.csv"]


def test_each_account_has_downloads_of_its_own(load, paths):
    other = Account("Acme", "test", profile=profile(account=None))
    load(MONDAY, "monday.csv")
    load(TUESDAY, "tuesday.csv", other)
    assert (kept_names(paths), kept_names(paths, other)) == (["monday.csv"], ["tuesday.csv"])


def test_profiles_of_one_account_share_what_is_kept(load, paths):
    first, second = (Account(name, "test", profile=profile(account="shop")) for name in ("one", "two"))
    load(MONDAY, "monday.csv", first)
    assert kept_names(paths, second) == ["monday.csv"]


def profile(**settings):
    channel = {"kind": "outbox", "directory": "there"}
    return Profile.model_validate({"environment": "test", "channel": channel, **settings})


def test_only_this_user_can_read_what_is_kept(load, paths):
    load(MONDAY)
    kept = [paths.pending, *paths.pending.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_file()} == {0o600}


def test_a_download_that_cannot_be_read_is_not_kept(load, paths):
    with pytest.raises(FileError):
        load("no,header,here\r\n")
    assert kept_downloads(Account(), paths) == []


def test_a_copy_that_was_changed_is_not_used_and_neither_is_an_older_one(load, paths):
    load(MONDAY, "monday.csv")
    load(TUESDAY, "tuesday.csv")
    kept_downloads(Account(), paths)[0].path.write_text(TUESDAY.replace("12.00", "99.00"), newline="")
    with pytest.raises(FileError, match=r"tuesday\.csv is not the file that was loaded on 2026-12-01") as caught:
        kept_download(Account(), paths)
    assert caught.value.problem == "pending-kept-changed"
    assert "--pending FILE" in caught.value.message


def test_a_copy_that_is_gone_is_not_used(load, paths):
    load(MONDAY)
    kept_downloads(Account(), paths)[0].path.unlink()
    with pytest.raises(FileError, match="cannot be read"):
        kept_download(Account(), paths)


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: {**facts, "name": "../../config.toml"},
        lambda facts: {**facts, "as_of": "2026-11-23"},
        lambda facts: {**facts, "day_first": "yes"},
        lambda facts: {key: facts[key] for key in facts if key != "sha256"},
        lambda facts: {**facts, "rows": None},
        lambda facts: {**facts, "columns": ["amount"]},
        lambda facts: {**facts, "as_of": "0001-01-01T00:00:00+14:00"},
        lambda facts: {**facts, "day_first": []},
        lambda facts: {**facts, "rows": float("inf")},
        lambda facts: {**facts, "name": ""},
        lambda facts: {**facts, "name": "a\0b"},
        lambda facts: {**facts, "name": "\ud800"},
        lambda _: [],
        lambda _: "{",
        lambda _: "[" * 100_000,
    ],
)
def test_facts_that_were_changed_are_refused_and_replaced_by_the_next_download(load, paths, change):
    load(MONDAY)
    (file,) = paths.pending.rglob("*.json")
    facts = change(json.loads(file.read_bytes()))
    file.write_text(facts if isinstance(facts, str) else json.dumps(facts))
    with pytest.raises(FileError) as caught:
        kept_download(Account(), paths)
    assert caught.value.problem == "pending-kept-changed"
    load(TUESDAY, "tuesday.csv")
    assert kept_names(paths) == ["tuesday.csv"]


def test_a_damaged_copy_is_mended_by_loading_the_same_file_again(load, paths):
    load(MONDAY)
    kept_downloads(Account(), paths)[0].path.write_text("damaged")
    load(MONDAY)
    assert kept_download(Account(), paths).path.read_bytes() == MONDAY.encode()


def test_a_download_that_cannot_be_kept_is_used_and_says_so(load, paths):
    paths.pending.write_text("a file where the folder should be")
    pending = load(MONDAY)
    assert pending.actions["M.1.2.1"].cents == 1000
    assert "pending.csv was not kept for later" in pending.notes[-1]


def test_a_file_that_changes_while_it_is_read_is_not_kept(load, paths, monkeypatch):
    from action_returns.operations import pending_source

    states = iter([(1, 1, 1), (2, 2, 2)])
    monkeypatch.setattr(pending_source, "_state_of", lambda _: next(states))
    told = "pending.csv was not kept for later: it was changed while it was read. Its rows were used."
    assert load(MONDAY).notes[-1] == told
    assert kept_downloads(Account(), paths) == []


def test_a_kept_download_is_not_kept_a_second_time(load, paths):
    load(MONDAY)
    load_download(kept_download(Account(), paths), None, Account(), paths, now=NOW + timedelta(hours=1))
    assert len(kept_downloads(Account(), paths)) == 1


def test_a_copy_that_another_program_is_writing_is_left_alone_and_an_old_one_removed(load, paths):
    load(MONDAY)
    folder = kept_downloads(Account(), paths)[0].path.parent.parent
    for name, age in (("young", 60), ("old", 7_200)):
        (folder / name).mkdir()
        (folder / name / "pending.csv").write_text("half")
        moment = folder.stat().st_mtime - age
        os.utime(folder / name, (moment, moment))
    load(TUESDAY)
    assert (folder / "young").exists()
    assert not (folder / "old").exists()


UNDATED = "Action ID,Amount\r\nM.1.2.1,5\r\n"


@pytest.fixture
def undated_copy(tmp_path, paths):
    """The kept copy of a download without dates, which is a week old."""
    path = tmp_path / "undated.csv"
    path.write_text(UNDATED, newline="")
    week_ago = (NOW - timedelta(days=7)).timestamp()
    os.utime(path, (week_ago, week_ago))
    load_download(PendingSource(path, paths.pending_answers), None, Account(), paths, now=NOW)
    return kept_download(Account(), paths).path


@pytest.mark.parametrize("account", [Account(), Account("other", "test")])
def test_a_kept_copy_that_is_named_as_a_file_is_as_old_as_its_data(undated_copy, paths, account):
    source = PendingSource(undated_copy, paths.pending_answers)
    pending = load_download(source, None, account, paths, now=NOW + timedelta(days=1))
    assert pending.as_of == NOW - timedelta(days=7)
    assert kept_download(account, paths).kept.as_of == NOW - timedelta(days=7)


def test_a_kept_copy_is_known_by_a_link_too(undated_copy, paths, tmp_path):
    (tmp_path / "link.csv").symlink_to(undated_copy)
    source = PendingSource(tmp_path / "link.csv", paths.pending_answers)
    assert load_download(source, None, Account(), paths, now=NOW).as_of == NOW - timedelta(days=7)


def test_a_kept_copy_that_is_named_and_was_changed_is_refused(undated_copy, paths):
    undated_copy.write_text(UNDATED.replace("5", "6"), newline="")
    with pytest.raises(FileError, match=r"undated\.csv is not the file that was loaded"):
        load_download(PendingSource(undated_copy, paths.pending_answers), None, Account(), paths, now=NOW)


def test_a_kept_copy_that_is_named_keeps_the_answers_that_read_it(load, paths):
    load("Kennung,Wert,Lock Date\r\nM.1.2.1,7,05/06/2026\r\n", columns={"action_id": "Kennung", "amount": "Wert"}, day_first=True)  # fmt: skip
    paths.pending_answers.unlink()
    named = PendingSource(kept_download(Account(), paths).path, paths.pending_answers, {}, day_first=False)
    pending = load_download(named, None, Account(), paths, now=NOW)
    assert pending.actions == {"M.1.2.1": PendingAction(700, datetime(2026, 5, 6, tzinfo=UTC))}


def test_a_file_of_the_user_with_the_bytes_of_a_later_one_keeps_its_own_age(undated_copy, paths, tmp_path):
    older = tmp_path / "older.csv"
    older.write_bytes(undated_copy.read_bytes())
    month_ago = NOW - timedelta(days=30)
    os.utime(older, (month_ago.timestamp(), month_ago.timestamp()))
    assert (
        load_download(PendingSource(older, paths.pending_answers), None, Account(), paths, now=NOW).as_of == month_ago
    )


def test_a_copy_that_is_not_the_file_is_not_kept(load, paths, monkeypatch):
    from action_returns.operations import kept_pending

    monkeypatch.setattr(kept_pending, "_copy", lambda _, draft: draft.write_text("half"))
    assert "was not kept for later" in load(MONDAY).notes[-1]
    assert kept_downloads(Account(), paths) == []
    assert [path for path in paths.pending.rglob("*") if path.is_file()] == []


def test_a_file_beside_the_kept_copies_is_a_file_of_the_user(undated_copy, paths):
    other = undated_copy.with_name("other.csv")
    other.write_text(MONDAY, newline="")
    source = PendingSource(other, paths.pending_answers)
    assert load_download(source, None, Account(), paths, now=NOW).as_of == datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["copy", "facts"])
def test_a_disk_that_gets_full_keeps_nothing_of_a_download_and_all_of_the_one_before(load, paths, monkeypatch, name):
    from action_returns.operations import kept_facts, kept_pending

    load(MONDAY, "monday.csv")
    before = {path.name for path in paths.pending.rglob("*")}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(kept_pending if name == "copy" else kept_facts, "write_atomically", full)
        pending = load(TUESDAY, "tuesday.csv")
    assert pending.actions["M.1.2.1"].cents == 1200
    assert pending.notes[-1] == "tuesday.csv was not kept for later: No space left on device. Its rows were used."
    assert {path.name for path in paths.pending.rglob("*")} == before
    assert kept_names(paths) == ["monday.csv"]


def test_facts_that_another_program_removes_at_this_moment_are_no_damage(load, paths, monkeypatch):
    from action_returns.operations import kept_pending

    load(MONDAY, "monday.csv")
    load(TUESDAY, "tuesday.csv")
    oldest = min(paths.pending.rglob("*.json"), key=lambda path: json.loads(path.read_bytes())["loaded_at"])
    read = kept_pending.read_facts

    def late(path, paths):
        oldest.unlink(missing_ok=True)
        return read(path, paths)

    monkeypatch.setattr(kept_pending, "read_facts", late)
    assert kept_names(paths) == ["tuesday.csv"]


@pytest.mark.parametrize(
    "name", ["-", " ä'\"$(x);%1 & 'b'.csv", ".hidden.csv", "x.json.csv", "n" * 250 + ".csv", "\udcff.csv"]
)
def test_a_download_of_any_name_is_kept_under_it(load, paths, name):
    load(MONDAY, name)
    assert kept_download(Account(), paths).path.name == name


def test_a_folder_that_cannot_be_read_is_told_with_what_helps(load, paths, monkeypatch):
    load(MONDAY)

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    with pytest.raises(
        FileError, match=r"cannot be read \(Permission denied\).*Give your user the right to read the folder"
    ) as caught:
        kept_download(Account(), paths)
    assert caught.value.problem == "pending-kept-changed"
