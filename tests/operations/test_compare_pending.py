"""What Load pending says of the download that was loaded before: how old it is, and what changed since."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.operations.account import Account
from action_returns.operations.compare_pending import compared_with_kept
from action_returns.operations.kept_pending import kept_downloads
from action_returns.operations.pending_source import PendingSource, load_download

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HEAD = "Action ID,Amount,Action Date\r\n"
MONDAY = HEAD + "M.1.2.1,10.00,2026-11-23 08:00\r\n"
FRIDAY = HEAD + "M.1.2.1,15.00,2026-11-27 08:00\r\n"


@pytest.fixture
def load(tmp_path, paths):
    """Loads a download as the button does, a minute after the one before; returns what is said of the one before."""
    clock = iter(NOW + timedelta(minutes=minute) for minute in range(20))

    def loaded(text, name):
        (tmp_path / name).write_text(text, newline="")
        source = PendingSource(tmp_path / name, paths.pending_answers)
        now = next(clock)
        pending = load_download(source, None, Account(), paths, now=now)
        return compared_with_kept(source, pending, Account(), paths, now=now)

    return loaded


def test_the_first_download_is_compared_with_nothing(load):
    assert load(MONDAY, "monday.csv") == ""


def test_the_changes_since_the_one_before_are_told(load):
    load(MONDAY, "monday.csv")
    assert load(FRIDAY, "friday.csv") == (
        "Compared with the pending download of 2026-11-23 (8 days old): 0 new, 0 gone, 1 with another amount, 0 locked since "
        "and still listed, 0 as before.\nAnother amount: M.1.2.1: from 10.00 to 15.00"
    )


def test_a_download_that_is_older_than_the_one_before_is_told(load):
    load(FRIDAY, "friday.csv")
    told = load(MONDAY, "monday.csv")
    assert told.startswith(
        "Compared with the pending download of 2026-11-27 (4 days old): It is older than that one. 0 new"
    )


def test_a_download_that_was_loaded_before_names_the_later_one(load):
    load(MONDAY, "monday.csv")
    load(FRIDAY, "friday.csv")
    assert load(MONDAY, "again.csv") == (
        "This download was loaded before already. A later one is kept too: Pending download of 2026-11-27 (4 days old), "
        "friday.csv."
    )


def test_a_copy_that_was_damaged_is_not_compared(load, paths):
    load(MONDAY, "monday.csv")
    kept_downloads(Account(), paths)[0].path.write_text("damaged")
    assert load(FRIDAY, "friday.csv").startswith(
        "Not compared with the download before: The kept copy of monday.csv is not"
    )
