"""What a check knows besides the cells: the account's rules, the pending download and what was sent before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class ReasonKind(StrEnum):
    """What a reason code does to an action."""

    MODIFY = "modify"
    """The action gets a new total above 0."""
    REVERSE = "reverse"
    """The action is taken back; its amount is 0."""
    EITHER = "either"
    """The amount decides."""


DEFAULT_REASONS: Mapping[str, ReasonKind] = MappingProxyType(
    {"ORDER_UPDATE": ReasonKind.MODIFY, "REJECTED": ReasonKind.REVERSE}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one account.

    Args:
        reasons: every reason code that may be sent, spelled exactly, and what it does.
        action_id_pattern: when given, an ActionId that does not match it as a whole is an error.
        max_cents: an amount above this many cents is worth a warning.
        max_raise_cents: rows that raise order value by more than this in all leave only after the amount was typed.
        return_reasons: a shop's word for a reason -> the reason code that an import writes for it.
    """

    reasons: Mapping[str, ReasonKind] = field(default_factory=lambda: DEFAULT_REASONS)
    action_id_pattern: str | None = None
    max_cents: int = 99_999_999
    max_raise_cents: int = 100_000
    return_reasons: Mapping[str, str] = field(default_factory=dict)


DEFAULT_POLICY = Policy()
DEFAULT_RESULTS_AFTER_HOURS = 24
"""Hours that the network may take for a file; it documents none."""


class PendingAction(NamedTuple):
    """One action as the download has it; None where the download does not contain it.

    Args:
        cents: its current amount in integer cents.
        locks_at: when it locks, with its time zone.
        state: the network's word for its state, such as ``PENDING``.
        order_id: the order it belongs to.
        partner: who is paid for it.
        currency: what the amount is in.
        original_cents: its amount before any change of it, in integer cents.
    """

    cents: int | None = None
    locks_at: datetime | None = None
    state: str | None = None
    order_id: str | None = None
    partner: str | None = None
    currency: str | None = None
    original_cents: int | None = None


@dataclass(frozen=True, slots=True)
class PendingDownload:
    """A pending download.

    Args:
        actions: ActionId -> facts, for the actions of the batch.
        count: rows in the download.
        as_of: how old the data is.
        as_of_basis: what ``as_of`` rests on, for people.
        currency: the one currency of the amounts, None when the download names none.
        notes: what was left aside or could not be read, one sentence each.
        has_dates: whether a date of an action tells ``as_of``; else it is the date of the file, which a copy has, too.
        has_offset: whether that date names its offset from UTC; else it was read in the account's time zone.
        order_examples: the first few order ids of the download, those of orders that are not looked for included.
    """

    actions: Mapping[str, PendingAction]
    count: int
    as_of: datetime
    as_of_basis: str = "the file's date"
    currency: str | None = None
    notes: tuple[str, ...] = ()
    order_examples: tuple[str, ...] = ()
    has_dates: bool = True
    has_offset: bool = True

    def currency_of(self, action_id: object) -> str:
        """Return the currency of an action, ``""`` when the download does not name it."""
        action = self.actions.get(action_id) if isinstance(action_id, str) else None
        return (action.currency if action is not None else None) or self.currency or ""


@dataclass(frozen=True, slots=True)
class SentAction:
    """What was sent for one action before, in batches of the account that may have arrived.

    Only the latest of them is compared with a row: 10, then 20, then 10 again is a new change.

    Args:
        times: how many of these batches held the action.
        cents: its amount in the latest of them.
        reason: its reason there.
        batch: label of that batch (``0007``).
        state: the state of that batch in the ledger; of an ``unknown`` one it is not known whether it arrived.
        is_of_row: whether the state is that of the row, and the batch has another way to be settled: each went by itself.
    """

    times: int
    cents: int
    reason: str
    batch: str
    state: str = "sent"
    is_of_row: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Facts from outside the batch that some rules need.

    Args:
        pending: the pending download, None when none was given.
        now: the moment of the check, with its time zone; lock dates are compared with it.
        sent: ActionId -> what was sent for it before; only actions of which something was.
    """

    pending: PendingDownload | None = None
    now: datetime | None = None
    sent: Mapping[str, SentAction] = field(default_factory=dict)


NO_CONTEXT = Context()
