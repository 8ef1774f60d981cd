"""What a source of exports is: by which headers it is known, and how its lines are meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Field(StrEnum):
    """What a column of an export can be; ``--map FIELD="HEADER"`` and the sheet Import use these names."""

    ORDER = "order"
    INTERNAL_ID = "internal-id"
    REFUND = "refund"
    NEW_TOTAL = "new-total"
    TOTAL = "total"
    TAX = "tax"
    SHIPPING = "shipping"
    NET_TOTAL = "net-total"
    CURRENCY = "currency"
    STATUS = "status"
    CANCELLED = "cancelled"
    DATE = "date"
    REFUND_ID = "refund-id"
    REASON = "reason"
    LINE_TYPE = "line-type"
    EVENT = "event"
    QUANTITY = "quantity"
    PARENT = "parent"
    LINE_AMOUNT = "line-amount"
    TRANSACTION_STATUS = "transaction-status"


MONEY_FIELDS = frozenset(
    {Field.REFUND, Field.NEW_TOTAL, Field.TOTAL, Field.TAX, Field.SHIPPING, Field.NET_TOTAL, Field.LINE_AMOUNT}
)
"""Fields whose cells are amounts."""


class Amounts(StrEnum):
    """What the refund column of a source counts."""

    TO_DATE = "to-date"
    """What was refunded of the order until the export was made. A later export counts the same refunds again."""
    EVENTS = "events"
    """One refund a line. Several refunds of an order add up."""
    NONE = "none"
    """No money at all, only what came back."""


@dataclass(frozen=True, slots=True)
class Source:
    """A program whose exports are known.

    Args:
        code: its name in JSON, ``shopify-orders``.
        name: its name in sentences, ``an orders export of Shopify``.
        amounts: what its refund column counts.
        signatures: a file is of this source when it has all headers of one of these sets. They are folded.
        aliases: field -> the folded headers it may have, preferred first.
        by_general_words: fields that are also looked for by the general words for them, as any export may have them.
    """

    code: str
    name: str
    amounts: Amounts
    signatures: tuple[frozenset[str], ...] = ()
    aliases: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    by_general_words: frozenset[Field] = frozenset()
