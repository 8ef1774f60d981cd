"""The pending downloads that are kept: what a command keeps, shows of them and compares."""

from datetime import UTC, datetime

import pytest

from tests.support.batches import CSV, ONE

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
TWO, THREE = "M.8882.4808.1063416", "M.8882.4808.1063417"
REVERSED = CSV + f"{ONE},0,REJECTED\r\n{TWO},0,REJECTED\r\n"
HEAD = "Action ID,Amount,Currency,State,Locking Date,Action Date\r\n"
OLDER = (
    HEAD
    + f"{ONE},19.90,EUR,PENDING,2026-12-03 08:00,2026-11-20 10:00\r\n"
    + f"{TWO},30.00,EUR,PENDING,2026-11-22 08:00,2026-11-19 10:00\r\n"
)
NEWER = (
    HEAD
    + f"{ONE},25.00,EUR,PENDING,2026-12-03 08:00,2026-11-28 07:00\r\n"
    + f"{THREE},12.00,EUR,PENDING,2026-12-31 08:00,2026-11-28 07:00\r\n"
)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("action_returns.cli.options.CommandContext.now", staticmethod(lambda: NOW))


@pytest.fixture
def download(work):
    def write(text, name):
        (work / name).write_text(text, newline="")
        return name

    return write


@pytest.fixture
def both(download, file, run):
    """Two downloads that were used, each once."""
    returns = file(REVERSED)
    for text, name in ((OLDER, "older.csv"), (NEWER, "newer.csv")):
        run("check", returns, "--pending", download(text, name))
    return returns


@pytest.mark.parametrize("command", [("check",), ("review",), ("fix", "-n"), ("export", "-o", "out.csv")])
def test_a_download_that_a_command_used_is_kept(command, download, file, run, paths):
    run(command[0], file(REVERSED), *command[1:], "--pending", download(OLDER, "older.csv"))
    (kept,) = paths.pending.rglob("*.csv")
    assert kept.read_bytes() == OLDER.encode()


def test_a_refused_download_is_not_kept(download, file, run, paths):
    assert run("check", file(REVERSED), "--pending", download("Name,Amount\r\nx,1\r\n", "wrong.csv")).code == 3
    assert not paths.pending.exists()


def test_a_command_without_a_download_does_not_use_the_kept_one(both, run):
    told = run("review", both, "--json").json
    assert told["pending"] is None
    assert told["locks_within_3_days"] is None
    assert told["effect_cents"] is None


def test_the_age_and_what_locks_soon_are_told_by_check(both, run):
    told = run("check", both, "--pending", "older.csv")
    assert "Pending download of 2026-11-20 (10 days old), 2 actions." in told.err
    assert (
        f"1 row locks within 3 days. The earliest: row 2, {ONE}, in 1 day (2026-12-03 08:00 UTC). Send today: a locked "
        "action cannot be changed any more."
    ) in told.err


def test_the_age_and_what_locks_soon_are_told_by_review(both, run):
    told = " ".join(run("review", both, "--pending", "older.csv").out.split())
    assert "Pending download of 2026-11-20 (10 days old), 2 actions Rows in file" in told
    assert f"Locks soon 1 row locks within 3 days. The earliest: row 2, {ONE}, in 1 day" in told


@pytest.mark.parametrize("command", ["check", "review"])
def test_the_age_and_what_locks_soon_are_told_to_scripts(command, both, run):
    told = run(command, both, "--pending", "older.csv", "--json").json
    assert told["locks_within_3_days"] == 1
    assert told["pending"]["age_days"] == 10
    assert told["pending"]["locks_first"] == {
        "row": 2,
        "action": ONE,
        "locks_at": "2026-12-03T08:00:00+00:00",
        "days": 1,
    }


def test_what_locks_soon_is_unknown_and_not_0_when_a_download_has_no_lock_dates(download, file, run):
    pending = download(f"Action ID,Amount\r\n{ONE},5\r\n", "undated.csv")
    assert run("check", file(REVERSED), "--pending", pending, "--json").json["locks_within_3_days"] is None
    (kept,) = run("pending", "status", "--json").facts["kept"]
    assert kept["locks_within_3_days"] is None
    assert run("pending", "status").out.split()[-1] == "unknown"


def test_status_says_when_nothing_is_kept(run):
    told = run("pending", "status")
    assert told.code == 0
    assert "No pending download of this account is kept yet." in told.err


def test_status_shows_file_age_rows_and_what_locks_soon(both, run):
    told = run("pending", "status")
    assert [line.split() for line in told.out.splitlines()] == [
        ["File", "Loaded", "Data", "of", "Age", "Actions", "Lock", "within", "3", "days"],
        ["newer.csv", "2026-12-01", "09:30", "UTC", "2026-11-28", "07:00", "UTC", "3", "days", "2", "1"],
        ["older.csv", "2026-12-01", "09:30", "UTC", "2026-11-20", "10:00", "UTC", "10", "days", "2", "1"],
    ]
    assert "Pending download of 2026-11-28 (3 days old): newer.csv." in told.err


def test_status_tells_scripts_the_same(both, run, paths):
    newer, older = run("pending", "status", "--json").facts["kept"]
    assert (newer["file"], newer["age_days"], newer["rows"], newer["locks_within_3_days"]) == ("newer.csv", 3, 2, 1)
    assert newer["loaded_at"] == "2026-12-01T09:30:00+00:00"
    assert older["as_of"] == "2026-11-20T10:00:00+00:00"
    assert str(paths.pending) in older["path"]
    assert older["problem"] is None


def test_status_says_that_a_copy_was_changed_and_shows_no_figure_of_it(both, run, paths):
    next(paths.pending.rglob("newer.csv")).write_text(NEWER.replace("25.00", "99.00"))
    newer, older = run("pending", "status", "--json").facts["kept"]
    assert newer["locks_within_3_days"] is None
    assert "newer.csv is not the file that was loaded" in newer["problem"]
    assert older["problem"] is None
    assert "newer.csv is not the file that was loaded" in run("pending", "status").err


CHANGES = "1 new, 1 gone (1 of them locked since), 1 with another amount, 0 locked since and still listed, 0 as before."


def test_the_two_kept_downloads_are_compared_without_naming_them(both, run):
    told = run("pending", "compare")
    assert told.code == 0
    assert told.out.splitlines() == [
        "Earlier: older.csv. Pending download of 2026-11-20 (10 days old), 2 actions.",
        "Later: newer.csv. Pending download of 2026-11-28 (3 days old), 2 actions.",
        f"Another amount: {ONE}: from 19.90 EUR to 25.00 EUR",
        f"Locked since: {TWO}: locked on 2026-11-22 08:00 UTC, no longer listed",
        f"Gone: {TWO}",
        f"New: {THREE}",
    ]
    assert CHANGES in told.err


def test_two_downloads_that_are_named_are_compared_and_not_kept(download, run, paths):
    told = run("pending", "compare", download(OLDER, "a.csv"), download(NEWER, "b.csv"), "--json").json
    assert told["counts"] == {
        "new": 1,
        "gone": 1,
        "amount_changed": 1,
        "locked_since": 1,
        "gone_and_locked": 1,
        "unchanged": 0,
    }
    assert told["amount_changed"] == [{"action": ONE, "before": "19.90", "after": "25.00", "currency": "EUR"}]
    assert [one["action"] for one in told["new"]] == [THREE]
    assert told["gone"] == [
        {"action": TWO, "amount": "30.00", "currency": "EUR", "locks_at": "2026-11-22T08:00:00+00:00"}
    ]
    assert told["locked_since"] == [
        {"action": TWO, "locks_at": "2026-11-22T08:00:00+00:00", "state": "PENDING", "gone": True}
    ]
    assert (told["earlier"]["file"], told["later"]["age_days"]) == ("a.csv", 3)
    assert told["message"] == CHANGES
    assert not paths.pending.exists()


def test_downloads_in_the_wrong_order_are_noticed(download, run):
    told = run("pending", "compare", download(NEWER, "b.csv"), download(OLDER, "a.csv"))
    assert "b.csv is newer than a.csv. Name the earlier one first." in told.err


def test_the_same_download_twice_has_no_changes(download, run):
    told = run("pending", "compare", download(OLDER, "a.csv"), "a.csv")
    assert "Nothing changed: 2 actions in both." in told.err


def test_one_file_alone_or_one_kept_download_is_refused_with_what_to_do(download, file, run):
    alone = run("pending", "compare", download(OLDER, "a.csv"))
    assert alone.code == 2
    assert "Name two downloads" in alone.err
    run("check", file(REVERSED), "--pending", "a.csv")
    refused = run("pending", "compare")
    assert refused.code == 2
    assert "1 pending download of this account is kept, and two are needed" in refused.err
    assert "action-returns pending compare OLD NEW" in refused.err


def test_a_kept_download_that_was_changed_is_not_compared(both, run, paths):
    next(paths.pending.rglob("older.csv")).write_text("changed")
    refused = run("pending", "compare", "--json")
    assert (refused.code, refused.json["problem"]) == (3, "pending-kept-changed")


def test_more_actions_than_ten_are_counted_and_all_named_with_verbose(download, run):
    rows = "".join(f"M.8882.4808.{number},1,EUR,PENDING,,2026-11-28 07:00\r\n" for number in range(1, 13))
    files = download(HEAD + f"{ONE},1,EUR,PENDING,,2026-11-20 07:00\r\n", "a.csv"), download(HEAD + rows, "b.csv")
    assert "M.8882.4808.10 and 2 more" in run("pending", "compare", *files).out
    assert "M.8882.4808.12" in run("pending", "compare", *files, "--verbose").out


def test_the_columns_of_two_files_are_named_once(download, run):
    files = download("Kennung,Wert\r\nx1,5\r\n", "a.csv"), download("Kennung,Wert\r\nx1,7\r\n", "b.csv")
    answers = "--pending-column", "action_id=Kennung", "--pending-column", "amount=Wert"
    told = run("pending", "compare", *files, *answers, "--json").json
    assert told["amount_changed"] == [{"action": "x1", "before": "5.00", "after": "7.00", "currency": None}]
