"""What an import knows besides the export: the actions, the sheet, what was sent, earlier imports and the user's choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from action_returns.batch.amounts import NO_CENTS, Cents
from action_returns.batch.context import DEFAULT_POLICY, PendingDownload, Policy, SentAction


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for an import.

    Args:
        reasons: the export's word for a reason -> reason code.
        tolerance: cents by which the order's total may differ from the action's amount.
        without_tax_and_shipping: whether the network's amounts are without tax and shipping, and the export's are not.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    tolerance: Cents = NO_CENTS
    without_tax_and_shipping: bool = False


class ImportedBefore(NamedTuple):
    """What an earlier import made of an order.

    Args:
        original: the action's amount before any refund was taken from it, in cents; None where it was not known.
        new_total: the new total that the import wrote.
        refund_ids: the refunds that are in it, those of imports before it included. A spreadsheet program removes the
            zeros before their numbers, so they are kept as their :func:`action_returns.returns.order_ids.loose_key`.
        before: the action's amount at the time of that import.
        source: what made the export, as :attr:`Known.source` has it. Refund ids of another source mean nothing here.
    """

    original: Cents | None
    new_total: Cents
    refund_ids: frozenset[str] = frozenset()
    before: Cents | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the export.

    Args:
        pending: the pending download.
        now: the moment of the import, with its time zone.
        policy: the account's rules.
        in_sheet: ActionId -> cents, reason and row of the rows that are in the sheet already.
        sent: ActionId -> what was sent for it before.
        imported: ActionId -> what earlier imports made of it, the latest last.
        source: what made the export. Two exports of one source use the same refund ids for the same refunds.
    """

    pending: PendingDownload
    now: datetime
    policy: Policy = DEFAULT_POLICY
    in_sheet: Mapping[str, tuple[Cents | None, str, int]] = field(default_factory=dict)
    sent: Mapping[str, SentAction] = field(default_factory=dict)
    imported: Mapping[str, Sequence[ImportedBefore]] = field(default_factory=dict)
    source: str = ""
