"""Compare two pending downloads: which actions are new, gone, worth another amount, or locked since."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import is_locked


class AmountChange(NamedTuple):
    """One action whose amount or currency is another one than before.

    Args:
        action_id: the action.
        before: the amount in cents in the earlier download, None when it was not known.
        after: the amount in cents in the later download, None when it is not known.
        currency_before: what the earlier amount was in, ``""`` when that was not known.
        currency: what the later amount is in, ``""`` when that is not known.
    """

    action_id: str
    before: int | None
    after: int | None
    currency_before: str
    currency: str


class LockedSince(NamedTuple):
    """One action that could be changed at the time of the earlier download, and could not at that of the later one.

    Args:
        action_id: the action.
        action: its facts; those of the earlier download when the later one does not list it.
        is_gone: whether the later download does not list it.
    """

    action_id: str
    action: PendingAction
    is_gone: bool


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """What changed between two downloads, in the order of their rows.

    An action may be in several of the lists: one that is gone because it locked is in ``gone`` and in ``locked``.

    Args:
        old: the earlier download.
        new: the later one.
        added: actions that only the later one lists.
        gone: actions that only the earlier one lists.
        amounts: actions of both with another amount or currency.
        locked: actions of the earlier one that have locked since.
        unchanged: how many actions are in both and in none of these lists.
    """

    old: PendingDownload
    new: PendingDownload
    added: tuple[str, ...]
    gone: tuple[str, ...]
    amounts: tuple[AmountChange, ...]
    locked: tuple[LockedSince, ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing has changed."""
        return not (self.added or self.gone or self.amounts or self.locked)

    @property
    def gone_and_locked(self) -> int:
        """How many of the actions that are gone have locked since."""
        return sum(one.is_gone for one in self.locked)


def compare_downloads(old: PendingDownload, new: PendingDownload) -> PendingChanges:
    """Compare two downloads.

    Args:
        old: the earlier one, with all of its actions.
        new: the later one, with all of its actions.
    """
    amounts = tuple(_amounts(old, new))
    locked = tuple(_locked(old, new))
    changed = {one.action_id for one in amounts} | {one.action_id for one in locked}
    both = old.actions.keys() & new.actions.keys()
    return PendingChanges(
        old=old,
        new=new,
        added=tuple(action_id for action_id in new.actions if action_id not in old.actions),
        gone=tuple(action_id for action_id in old.actions if action_id not in new.actions),
        amounts=amounts,
        locked=locked,
        unchanged=len(both) - len(changed & both),
    )


def _amounts(old: PendingDownload, new: PendingDownload) -> Iterator[AmountChange]:
    find, is_same_currency = old.actions.get, old.currency == new.currency
    for action_id, after in new.actions.items():
        before = find(action_id)
        if before is None:
            continue
        if is_same_currency and before.cents == after.cents and before.currency == after.currency:
            continue  # nearly always
        currencies = old.currency_of(action_id), new.currency_of(action_id)
        # A download that names no currency does not say that it is another one.
        is_other_currency = all(currencies) and currencies[0] != currencies[1] and after.cents is not None
        if before.cents != after.cents or is_other_currency:
            yield AmountChange(action_id, before.cents, after.cents, *currencies)


def _locked(old: PendingDownload, new: PendingDownload) -> Iterator[LockedSince]:
    find, old_as_of, new_as_of = new.actions.get, old.as_of, new.as_of
    for action_id, before in old.actions.items():
        after = find(action_id)
        found = before if after is None else after
        if is_locked(found, new_as_of) and not is_locked(before, old_as_of):
            yield LockedSince(action_id, found, after is None)
