"""Decide which actions are locked, and which lock soon. A lock in less than 24 hours is 0 days away."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from action_returns.batch.cells import Columns
from action_returns.batch.context import PendingAction, PendingDownload

SOON_DAYS: Final = 3
"""An action locks soon when it locks in less than this many times 24 hours."""
_DAY: Final = timedelta(days=1)
_LOCKED_STATES: Final = frozenset({"APPROVED", "LOCKED"})
"""States in which an action takes no more changes (impact.com: an approved action cannot be modified further)."""


class SoonLocked(NamedTuple):
    """One row whose action locks soon.

    Args:
        locks_at: when it locks.
        row: the row number a person sees.
        action_id: its action.
        days: full days until then, 0 for less than 24 hours.
    """

    locks_at: datetime
    row: int
    action_id: str
    days: int


class LockDates(NamedTuple):
    """When the actions of a download lock.

    Args:
        are_known: whether the download tells of any of its actions when it locks.
        numbers: lock date -> number of its actions, without those that are locked by their state.
    """

    are_known: bool
    numbers: Mapping[datetime, int]

    def number_soon(self, now: datetime) -> int | None:
        """Return how many actions lock soon, as many as :func:`actions_that_lock_soon` finds; None when that is unknown."""
        limit = now + SOON_DAYS * _DAY
        return sum(number for date, number in self.numbers.items() if now < date < limit) if self.are_known else None


def takes_no_changes(state: str | None) -> bool:
    """Return whether the network's word for the state of an action says that it takes no more changes."""
    return (state or "").upper() in _LOCKED_STATES


def is_locked(action: PendingAction, now: datetime | None) -> bool:
    """Return whether an action is locked: by its date, or by its state."""
    locks_at, state = action.locks_at, action.state
    if locks_at is not None and now is not None and locks_at <= now:
        return True
    return state is not None and takes_no_changes(state)


def days_until_lock(locks_at: datetime, now: datetime) -> int:
    """Return the full days until a lock date: 0 for less than 24 hours, below 0 once it has passed."""
    days = (locks_at - now) // _DAY
    return min(days, -1) if locks_at <= now else days


def days_left(action: PendingAction, now: datetime) -> int | None:
    """Return the full days in which an action can still be changed, below 0 when it is locked, None when that is unknown.

    A state that takes no changes counts more than a lock date that is still to come.
    """
    days = None if action.locks_at is None else days_until_lock(action.locks_at, now)
    return min(-1, days or -1) if takes_no_changes(action.state) else days


def has_lock_dates(pending: PendingDownload) -> bool:
    """Return whether a download tells of any of its actions when it locks; else it is unknown what locks soon."""
    return any(action.locks_at is not None for action in pending.actions.values())


def actions_that_lock_soon(pending: PendingDownload, now: datetime) -> dict[str, datetime]:
    """Return ActionId -> lock date of the actions that lock soon and can still be changed.

    Args:
        pending: the download with the lock dates.
        now: the moment of the check.
    """
    limit = now + SOON_DAYS * _DAY
    return {
        action_id: action.locks_at
        for action_id, action in pending.actions.items()
        if action.locks_at is not None and now < action.locks_at < limit and not takes_no_changes(action.state)
    }


def lock_dates_of(pending: PendingDownload) -> LockDates:
    """Return the lock dates of a download.

    Args:
        pending: the download, with all of its actions.
    """
    dates = (one.locks_at for one in pending.actions.values() if not takes_no_changes(one.state))
    return LockDates(has_lock_dates(pending), Counter(date for date in dates if date is not None))


def rows_that_lock_soon(
    columns: Columns, pending: PendingDownload, now: datetime, *, without: Collection[int] = ()
) -> list[SoonLocked]:
    """Return the rows whose action locks within :data:`SOON_DAYS` days and can still be changed, the earliest first.

    Args:
        columns: the rows.
        pending: the download with the lock dates.
        now: the moment of the check.
        without: numbers of rows that do not count, such as those that may have arrived before.
    """
    soon = actions_that_lock_soon(pending, now)
    if not soon:
        return []
    return sorted(
        SoonLocked(soon[action_id], row, action_id, days_until_lock(soon[action_id], now))
        for row, action_id in zip(columns.rows, columns.action_id, strict=True)
        if isinstance(action_id, str) and action_id in soon and row not in without
    )
