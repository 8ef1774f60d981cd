"""How old a list is, is known between two moments; the user can say it, but not against what its file shows."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.context import PendingDownload
from action_returns.errors import UsageError
from action_returns.operations.account import Account
from action_returns.operations.list_age import age_of, lists_other_states, loaded_before, partners_not_listed
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.verdicts.by_pending import ListAge

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = "ActionId,Amount,State\nM.1.1.1,5.00,PENDING\n"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "pending.csv"
    path.write_text(TEXT)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return PendingSource(path, tmp_path / "answers.toml")


def pending(as_of):
    return PendingDownload({}, 1, as_of)


def test_a_list_is_as_old_as_its_latest_action_and_as_its_file_at_most(source):
    assert age_of(source, pending(NOW - 5 * HOUR), None, None, now=NOW) == ListAge(NOW - 5 * HOUR, NOW)


@pytest.mark.parametrize(
    ("date", "is_zone_known", "hours"),
    [
        ("2026-11-30 07:00", False, 19),
        ("2026-11-30", False, 26),
        ("2026-11-30 07:00", True, 5),
        ("2026-11-30T07:00Z", False, 5),
        ("2026-11-30T09:00+02:00", False, 5),
    ],
)
def test_dates_of_which_nothing_tells_the_zone_may_be_of_the_one_farthest_to_the_east(
    source, paths, date, is_zone_known, hours
):
    source.path.write_text(f"ActionId,Action Date,Amount,State\nM.1.1.1,{date},5.00,PENDING\n")
    os.utime(source.path, (NOW.timestamp(), NOW.timestamp()))
    read = load_download(source, None, Account(), paths, now=NOW, ids={"M.1.1.1"})
    age = age_of(source, read, None, None, now=NOW, is_zone_known=is_zone_known)
    assert (age.earliest, age.latest) == (NOW - hours * HOUR, NOW)


def test_bytes_that_were_loaded_before_are_as_old_as_that(source):
    assert age_of(source, pending(NOW), NOW - 9 * HOUR, None, now=NOW) == ListAge(NOW - 9 * HOUR, NOW - 9 * HOUR)


def test_what_the_user_says_counts_within_what_the_file_shows(source):
    assert age_of(source, pending(NOW - 5 * HOUR), NOW - 9 * HOUR, NOW - HOUR, now=NOW) == ListAge(
        NOW - HOUR, NOW - HOUR
    )
    assert age_of(source, pending(NOW), None, NOW - 900 * HOUR, now=NOW) == ListAge(NOW - 900 * HOUR, NOW - 900 * HOUR)
    with pytest.raises(UsageError, match=r"is later than the date of pending\.csv"):
        age_of(source, pending(NOW), None, NOW + HOUR, now=NOW + 2 * HOUR)
    with pytest.raises(UsageError, match=r"is earlier than pending\.csv can be"):
        age_of(source, pending(NOW - 5 * HOUR), None, NOW - 30 * HOUR, now=NOW)


def test_the_same_bytes_are_known_by_any_name(source, paths, tmp_path):
    assert loaded_before(source, Account(), paths) is None
    load_download(source, None, Account(), paths, now=NOW)
    copy = tmp_path / "again.csv"
    copy.write_text(TEXT)
    assert loaded_before(PendingSource(copy, source.answers_file), Account(), paths) == NOW
    copy.write_text(TEXT.replace("5", "6"))
    assert loaded_before(PendingSource(copy, source.answers_file), Account(), paths) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, False),
        (TEXT + "M.1.1.2,5.00,Approved\n", True),
        (TEXT + "M.1.1.2,5.00,LOCKED\n", True),
        (TEXT + 'M.1.1.2,5.00,"locked"\n', True),
        (TEXT + "M.1.1.2,5.00,\n", False),
        ("ActionId,Amount\nM.1.1.1,approved\n", False),
        ("ActionId,Partner,State\nM.1.1.1,Approved Shops,PENDING\n", False),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_list_with_actions_that_are_not_pending_is_known_in_any_encoding(tmp_path, text, expected, codec):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(codec))
    assert lists_other_states(path, {}) is expected


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, set()),
        ("ActionId,Partner,State\nM.1.1.1,Müller & Co,PENDING\n", {"Small", 'The "Shop"'}),
        ('ActionId,Partner,State\nM.1.1.1,"The ""Shop""",PENDING\nM.1.1.2, Small ,\n', {"Müller & Co"}),
    ],
)
def test_a_list_of_some_partners_is_known_in_any_encoding(tmp_path, text, expected, codec):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(codec))
    assert partners_not_listed(path, {}, {"Small", "Müller & Co", 'The "Shop"'}) == expected
