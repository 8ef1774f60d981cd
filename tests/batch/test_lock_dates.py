"""What is locked, and what locks soon: full days, of which a lock in less than 24 hours has none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import SoonLocked, days_left, days_until_lock, is_locked, rows_that_lock_soon
from tests.batch.sheets import NOW, rows_of

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "days"), [(0.1, 0), (23.9, 0), (24, 1), (47.9, 1), (71.9, 2), (72, 3), (0, -1), (-0.1, -1), (-25, -2)]
)
def test_days_are_full_days_and_a_lock_that_has_passed_is_below_0(hours, days):
    assert days_until_lock(NOW + hours * HOUR, NOW) == days


@given(st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)))
def test_an_action_is_locked_by_its_date_exactly_when_its_days_are_below_0(left):
    locks_at = NOW + left
    assert is_locked(PendingAction(locks_at=locks_at), NOW) == (days_until_lock(locks_at, NOW) < 0)


@pytest.mark.parametrize(("state", "locked"), [("LOCKED", True), ("approved", True), ("PENDING", False), (None, False)])
def test_a_state_that_takes_no_changes_is_locked_whatever_the_date_says(state, locked):
    assert is_locked(PendingAction(locks_at=NOW + 900 * HOUR, state=state), NOW) is locked


@pytest.mark.parametrize(
    ("locks_at", "state", "days"),
    [
        (NOW + 30 * HOUR, "PENDING", 1),
        (NOW + 5 * HOUR, None, 0),
        (NOW - 30 * HOUR, "PENDING", -2),
        (NOW + 30 * HOUR, "APPROVED", -1),
        (NOW + 5 * HOUR, "LOCKED", -1),
        (NOW - 30 * HOUR, "LOCKED", -2),
        (None, "LOCKED", -1),
        (None, "PENDING", None),
    ],
)
def test_an_action_that_is_locked_has_no_days_left_whatever_its_date_says(locks_at, state, days):
    assert days_left(PendingAction(locks_at=locks_at, state=state), NOW) == days


def soon(*hours, states=None, without=()):
    """Return what locks soon of rows whose actions lock in so many hours, None for no lock date."""
    actions = {
        f"M.1.2.{at}": PendingAction(locks_at=None if left is None else NOW + left * HOUR, state=(states or {}).get(at))
        for at, left in enumerate(hours)
    }
    rows = rows_of(*((action_id, "0", "REJECTED") for action_id in actions), ("M.9.9.9", "0", "REJECTED"))
    return rows_that_lock_soon(rows, PendingDownload(actions, len(actions), NOW), NOW, without=without)


def test_the_earliest_comes_first_and_72_hours_are_not_soon():
    assert [(one.row, one.days) for one in soon(71.9, 72, 5, None, 30)] == [(4, 0), (6, 1), (2, 2)]


def test_what_is_locked_by_its_date_or_state_does_not_lock_soon():
    assert [one.row for one in soon(-1, 0, 5, 6, states={2: "LOCKED"})] == [5]


def test_rows_that_are_left_out_do_not_count():
    assert soon(5, 6, without={2}) == [SoonLocked(NOW + 6 * HOUR, 3, "M.1.2.1", 0)]


def test_cells_that_are_no_text_are_no_action():
    rows = rows_of((12.5, "0", "REJECTED"), (None, "0", "REJECTED"), ("M.1.2.0", "0", "REJECTED"))
    pending = PendingDownload({"M.1.2.0": PendingAction(locks_at=NOW + HOUR)}, 1, NOW)
    assert [one.row for one in rows_that_lock_soon(rows, pending, NOW)] == [4]


def test_lock_dates_of_other_time_zones_are_the_moments_they_are():
    moment = datetime.fromisoformat("2026-11-24T11:00:00+09:00")  # 02:00 UTC, 14 hours after noon of the day before
    assert days_until_lock(moment, datetime(2026, 11, 23, 12, tzinfo=UTC)) == 0
