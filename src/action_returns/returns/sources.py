"""The catalogue of sources whose exports are known. A source is one entry here."""

from collections.abc import Collection
from typing import Final

from action_returns.returns.source import Amounts, Field, Source

SHOPIFY: Final = Source(
    code="shopify-orders",
    name="an orders export of Shopify",
    amounts=Amounts.TO_DATE,
    signatures=(
        frozenset({"name", "financialstatus", "refundedamount"}),
        frozenset({"name", "financialstatus", "paidat"}),
    ),
    aliases={
        Field.ORDER: ("name",),
        Field.INTERNAL_ID: ("id",),
        Field.REFUND: ("refundedamount",),
        Field.TOTAL: ("total",),
        Field.NET_TOTAL: ("subtotal",),
        Field.TAX: ("taxes",),
        Field.SHIPPING: ("shipping",),
        Field.CURRENCY: ("currency",),
        Field.STATUS: ("financialstatus",),
        Field.CANCELLED: ("cancelledat", "canceledat"),
    },
)

OTHER: Final = Source(
    code="other",
    name="an export of another program",
    amounts=Amounts.EVENTS,
    aliases={
        Field.ORDER: ("order", "orderid", "ordernumber", "orderno", "orderref", "ordername", "oid", "order#"),
        Field.REFUND: ("refund", "refundamount", "refunded", "refundedamount", "amountrefunded", "refundtotal"),
        Field.NEW_TOTAL: ("newtotal", "netamount", "amountafterrefund"),
        Field.TOTAL: ("total", "ordertotal", "grandtotal", "subtotal"),
        Field.CURRENCY: ("currency",),
    },
)

SOURCES: Final[tuple[Source, ...]] = (SHOPIFY,)
"""Every known source; the first one whose signature a file has is the one."""


def find_source(folded: Collection[str]) -> Source:
    """Return the source of a file with these folded headers, :data:`OTHER` for one that is not known."""
    headers = set(folded)
    return next((source for source in SOURCES if any(known <= headers for known in source.signatures)), OTHER)
