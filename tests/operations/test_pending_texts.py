"""The words about the age of a pending download and about what locks soon."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import SoonLocked
from action_returns.batch.pending_changes import compare_downloads
from action_returns.operations.pending_texts import first_changes, locks_soon, pending_age

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0, "Pending download of 2026-12-01 (less than 1 day old)"),
        (23, "Pending download of 2026-11-30 (less than 1 day old)"),
        (24, "Pending download of 2026-11-30 (1 day old)"),
        (72, "Pending download of 2026-11-28 (3 days old)"),
        (-5, "Pending download of 2026-12-01 (less than 1 day old)"),
    ],
)
def test_the_age_of_a_download_is_told_in_full_days(hours, told):
    assert pending_age(NOW - timedelta(hours=hours), NOW) == told


def test_nothing_is_said_when_nothing_locks_soon():
    assert locks_soon([]) == ""


def test_what_locks_soon_is_counted_and_the_earliest_is_named():
    first = SoonLocked(datetime(2026, 12, 2, 8, tzinfo=UTC), 5, "M.1.2.3", 0)
    later = SoonLocked(datetime(2026, 12, 3, 11, tzinfo=UTC), 2, "M.1.2.4", 2)
    assert locks_soon([first, later]) == (
        "2 rows lock within 3 days. The earliest: row 5, M.1.2.3, in less than 24 hours (2026-12-02 08:00 UTC). "
        "Send today: a locked action cannot be changed any more"
    )
    assert locks_soon([later]).startswith("1 row locks within 3 days. The earliest: row 2, M.1.2.4, in 2 days (")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, []),
        (1, ["New: M.1"]),
        (2, ["New: M.1; M.2"]),
        (3, ["New: M.1; M.2 and 1 more"]),
        (4, ["New: M.1; M.2 and 2 more"]),
    ],
)
def test_as_many_actions_are_named_as_are_asked_for_and_the_others_counted(number, told):
    new = {f"M.{at + 1}": PendingAction() for at in range(number)}
    changes = compare_downloads(PendingDownload({}, 0, NOW), PendingDownload(new, number, NOW))
    assert first_changes(changes, 2) == told
