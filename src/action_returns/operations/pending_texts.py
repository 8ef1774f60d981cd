"""Sentences about pending downloads: how old one is, what locks soon, what changed between two."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from action_returns.batch.amounts import money
from action_returns.batch.lock_dates import SOON_DAYS, SoonLocked, takes_no_changes
from action_returns.operations.texts import counted, one_or_many

if TYPE_CHECKING:
    from action_returns.batch.pending_changes import AmountChange, LockedSince, PendingChanges
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


def in_days(days: int) -> str:
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
    named = f"row {first.row}, {first.action_id}, {in_days(first.days)} ({first.locks_at:%Y-%m-%d %H:%M %Z})"
    return (
        f"{counted(len(soon), 'row')} {one_or_many(len(soon), 'locks', 'lock')} within {SOON_DAYS} days. "
        f"The earliest: {named}. Send today: a locked action cannot be changed any more"
    )


def change_counts(changes: "PendingChanges") -> str:
    """Return in one sentence how much changed between two downloads, ``2 new, 1 gone, …``."""
    if changes.is_empty:
        return f"Nothing changed: {counted(len(changes.new.actions), 'action')} in both"
    gone = f"{len(changes.gone):,} gone"
    if changes.gone_and_locked:
        gone += f" ({changes.gone_and_locked:,} of them locked since)"
    here = len(changes.locked) - changes.gone_and_locked
    return (
        f"{len(changes.added):,} new, {gone}, {len(changes.amounts):,} with another amount, "
        f"{here:,} locked since and still listed, {changes.unchanged:,} as before"
    )


def amount_change(change: "AmountChange") -> str:
    """Return what an action was worth and what it is worth now, ``M.1.2.3: from 10.00 EUR to 12.00 EUR``."""
    before, after = (
        "unknown" if cents is None else money(cents, currency or None)
        for cents, currency in ((change.before, change.currency_before), (change.after, change.currency))
    )
    return f"{change.action_id}: from {before} to {after}"


def locked_since(one: "LockedSince") -> str:
    """Return why an action takes no more changes, ``M.1.2.3: locked on 2026-11-30 08:00 UTC``."""
    state, locks_at = one.action.state, one.action.locks_at
    why = f"the state is {state}" if takes_no_changes(state) else f"locked on {locks_at:%Y-%m-%d %H:%M %Z}"
    return f"{one.action_id}: {why}{', no longer listed' if one.is_gone else ''}"


def first_changes(changes: "PendingChanges", most: int) -> list[str]:
    """Return the first changes of each kind, one line for each kind that there is.

    Args:
        changes: what changed.
        most: how many actions a line names at most.
    """
    kinds: list[tuple[str, Sequence[str]]] = [
        ("Another amount", [amount_change(one) for one in changes.amounts[:most]]),
        ("Locked since", [locked_since(one) for one in changes.locked[:most]]),
        ("Gone", changes.gone[:most]),
        ("New", changes.added[:most]),
    ]
    numbers = map(len, (changes.amounts, changes.locked, changes.gone, changes.added))
    return [
        f"{label}: {'; '.join(named)}{f' and {number - most:,} more' if number > most else ''}"
        for (label, named), number in zip(kinds, numbers, strict=True)
        if number
    ]
