"""Sentences about a pending download: how old it is, and what locks soon."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from action_returns.batch.lock_dates import SOON_DAYS, SoonLocked
from action_returns.operations.texts import counted, one_or_many

if TYPE_CHECKING:
    from action_returns.operations.check import CheckedBatch

_DAY = timedelta(days=1)


def age_in_days(as_of: datetime, now: datetime) -> int:
    """Return how many full days ago a moment was, 0 for less than 24 hours."""
    return max((now - as_of) // _DAY, 0)


def pending_age(as_of: datetime, now: datetime) -> str:
    """Return which pending download is used, and how old it is: ``Pending download of 2026-11-28 (3 days old)``.

    Args:
        as_of: how old its data is, in the account's time zone.
        now: the moment of the check.
    """
    days = age_in_days(as_of, now)
    return f"Pending download of {as_of:%Y-%m-%d} ({counted(days, 'day') if days else 'less than 1 day'} old)"


def age_of_used(checked: "CheckedBatch") -> str:
    """Return the age of the download that a batch was compared with, and how many actions it has; blank without one."""
    pending, now = checked.pending, checked.report.context.now
    if pending is None or now is None:
        return ""
    return f"{pending_age(pending.as_of, now)}, {counted(pending.count, 'action')}"


def days_left(days: int) -> str:
    """Return in how many days an action locks, such as ``in 2 days``."""
    return f"in {counted(days, 'day')}" if days else "in less than 24 hours"


def locks_soon(soon: Sequence[SoonLocked]) -> str:
    """Return how many rows lock soon, and the earliest of them; blank where no row does.

    Args:
        soon: the rows, the earliest first.
    """
    if not soon:
        return ""
    first = soon[0]
    named = f"row {first.row}, {first.action_id}, {days_left(first.days)} ({first.locks_at:%Y-%m-%d %H:%M %Z})"
    return (
        f"{counted(len(soon), 'row')} {one_or_many(len(soon), 'locks', 'lock')} within {SOON_DAYS} days. "
        f"The earliest: {named}. Send today: a locked action cannot be changed any more"
    )
