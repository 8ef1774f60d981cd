"""The catalogue of sources whose exports are known. A source is one entry here.

Headers are folded: one case, without blanks, underscores, hyphens, dots, and brackets at their end. Where two generations
of headers are in use, both stand here.
"""

from collections.abc import Collection
from itertools import product
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
        Field.TAX: ("taxes",),
        Field.SHIPPING: ("shipping",),
        Field.CURRENCY: ("currency",),
        Field.STATUS: ("financialstatus",),
        Field.CANCELLED: ("cancelledat", "canceledat"),
        Field.DATE: ("createdat",),
    },
)

MATRIXIFY: Final = Source(
    code="matrixify-orders",
    name="an orders export of Shopify by Matrixify",
    amounts=Amounts.EVENTS,
    signatures=(
        frozenset({"name", "line:type", "refund:id"}),
        frozenset({"name", "command", "line:type"}),
    ),
    aliases={
        Field.ORDER: ("name",),
        Field.INTERNAL_ID: ("id",),
        Field.REFUND: ("transaction:amount",),
        Field.LINE_AMOUNT: ("line:total",),
        Field.LINE_TYPE: ("line:type",),
        Field.QUANTITY: ("line:quantity",),
        Field.REFUND_ID: ("refund:id",),
        Field.DATE: ("refund:createdat",),
        Field.REASON: ("refund:note", "cancel:reason"),
        Field.EVENT: ("transaction:kind",),
        Field.TRANSACTION_STATUS: ("transaction:status",),
        Field.TOTAL: ("price:total",),
        Field.TAX: ("tax:total",),
        Field.SHIPPING: ("price:totalshipping",),
        Field.CURRENCY: ("currency",),
        Field.STATUS: ("payment:status",),
        Field.CANCELLED: ("cancelledat", "canceledat"),
    },
)

MAGENTO: Final = Source(
    code="magento-credit-memos",
    name="the credit memos of Adobe Commerce",
    amounts=Amounts.EVENTS,
    signatures=(frozenset({"creditmemo", "refunded"}), frozenset({"creditmemo#", "refunded"})),
    aliases={
        Field.ORDER: ("order#", "order"),
        Field.REFUND_ID: ("creditmemo", "creditmemo#"),
        Field.REFUND: ("refunded",),
        Field.STATUS: ("status",),
        Field.DATE: ("created",),
    },
    by_general_words=frozenset({Field.CURRENCY}),
)

GOOGLE_PLAY: Final = Source(
    code="google-play-sales",
    name="a sales report of Google Play",
    amounts=Amounts.EVENTS,
    signatures=(frozenset({"ordernumber", "financialstatus", "chargedamount"}),),
    aliases={
        Field.ORDER: ("ordernumber",),
        Field.REFUND: ("chargedamount",),
        Field.NET_TOTAL: ("itemprice",),
        Field.CURRENCY: ("currencyofsale",),
        Field.STATUS: ("financialstatus",),
        Field.DATE: ("orderchargedtimestamp", "orderchargeddate"),
    },
)

APPSFLYER: Final = Source(
    code="appsflyer-events",
    name="an export of AppsFlyer",
    amounts=Amounts.EVENTS,
    signatures=(frozenset({"appsflyerid", "eventname"}),),
    aliases={
        Field.ORDER: ("eventvalue",),
        Field.REFUND: ("eventrevenue",),
        Field.CURRENCY: ("eventrevenuecurrency",),
        Field.EVENT: ("eventname",),
        Field.DATE: ("eventtime",),
    },
)

_ORDER_KEYS: Final = ("orderid", "ordernumber", "orderno", "orderref", "orderreference", "ordername", "order", "order#")
"""Folded names that a shop uses for its order number in the metadata of a payment."""

STRIPE: Final = Source(
    code="stripe-payments",
    name="an export of Stripe",
    amounts=Amounts.TO_DATE,
    signatures=(frozenset({"id", "amount", "amountrefunded"}),),
    aliases={
        # "order_id (metadata)" is "orderid" without its brackets; the other spelling is "Metadata: order_id".
        Field.ORDER: tuple(name for key in _ORDER_KEYS for name in (key, f"metadata:{key}")),
        Field.REFUND_ID: ("id",),
        Field.REFUND: ("amountrefunded",),
        Field.TOTAL: ("amount",),
        Field.CURRENCY: ("currency",),
        Field.STATUS: ("status",),
        Field.DATE: ("refundeddate", "created", "createddate"),
    },
)

AMAZON: Final = Source(
    code="amazon-fba-returns",
    name="a returns report of Amazon",
    amounts=Amounts.NONE,
    signatures=(frozenset({"orderid", "asin", "detaileddisposition"}),),
    aliases={
        Field.ORDER: ("orderid",),
        Field.QUANTITY: ("quantity",),
        Field.REASON: ("reason",),
        Field.DATE: ("returndate",),
    },
    by_general_words=frozenset({Field.REFUND, Field.CURRENCY}),
)

_RETURN_IDS: Final = ("rma", "rma#", "rmanumber", "rmaid", "returnid", "returnnumber", "return#", "returnname")
_REFUND_AMOUNTS: Final = ("refundamount", "refundtotal", "totalrefund", "totalrefundamount", "refundedamount")
_RETURNED_ORDERS: Final = ("order", "ordernumber", "ordername", "order#", "orderid")

RETURNS_APP: Final = Source(
    code="returns-app",
    name="an export of a returns app",
    amounts=Amounts.EVENTS,
    signatures=tuple(map(frozenset, product(_RETURN_IDS, _RETURNED_ORDERS, _REFUND_AMOUNTS))),
    aliases={
        Field.ORDER: _RETURNED_ORDERS,
        Field.REFUND_ID: _RETURN_IDS,
        Field.REFUND: _REFUND_AMOUNTS,
        Field.CURRENCY: ("currency",),
        Field.STATUS: ("status", "returnstatus", "state", "rmastatus"),
        Field.LINE_TYPE: ("type", "returntype", "resolution", "outcome", "requestedresolution", "refundtype"),
        Field.REASON: ("reason", "returnreason"),
        Field.DATE: ("created", "createdat", "createddate", "refundedat", "date"),
    },
)

WOOCOMMERCE: Final = Source(
    code="woocommerce-orders",
    name="an export of WooCommerce",
    amounts=Amounts.EVENTS,
    signatures=(
        *map(
            frozenset,
            product(
                ("orderid", "ordernumber"),
                ("status", "orderstatus", "parentid", "parentorderid", "orderparentid"),
                ("refundamount", "orderrefund", "refundedtotal", "orderrefundamount"),
            ),
        ),
        frozenset({"orderid", "ordernumber", "refundamount"}),
        frozenset({"orderid", "orderrefund"}),
        frozenset({"ordernumber", "orderrefund"}),
        frozenset({"order#", "nrevenue"}),
        frozenset({"order#", "status", "netsales"}),
    ),
    aliases={
        Field.ORDER: ("ordernumber", "ordernumberformatted", "order#", "orderid"),
        Field.INTERNAL_ID: ("orderid",),
        Field.REFUND: ("refundamount", "orderrefund", "orderrefundamount", "refundedtotal"),
        Field.TOTAL: ("ordertotal", "ordertotalamount", "total"),
        Field.TAX: ("taxtotal", "ordertax", "ordertotaltaxamount"),
        Field.SHIPPING: ("shippingtotal", "ordershipping", "ordershippingamount"),
        Field.NET_TOTAL: ("nrevenue", "netsales"),
        Field.CURRENCY: ("ordercurrency", "currency"),
        Field.STATUS: ("status", "orderstatus"),
        Field.PARENT: ("parentid", "parentorderid", "orderparentid", "parentorder", "postparent"),
        Field.REFUND_ID: ("refundid",),
        Field.DATE: ("refunddate", "orderdate", "datecreated", "date"),
        Field.REASON: ("refundreason",),
    },
)

_REFUNDS: Final = (
    *("refund", "refundamount", "refunded", "refundedamount", "amountrefunded", "refundtotal", "totalrefunded"),
    # Written down from the languages, not seen in an export: a match is a suggestion that is shown.
    *("erstattung", "erstattungsbetrag", "gutschrift", "remboursement", "montantremboursé", "montantrembourse"),
    *("reembolso", "rimborso"),
)

ORDER_NUMBERS: Final = (
    *("ordernumber", "orderno", "ordername", "order#", "order", "orderref", "orderreference", "ordernr"),
    *("bestellnummer", "bestellnr", "auftragsnummer", "commande", "numérodecommande", "numerodecommande"),
    *("pedido", "númerodepedido", "numerodepedido", "ordine", "numerodordine", "numeroordine"),
)
"""General words for what a customer knows an order by."""

ORDER_IDS: Final = ("orderid", "oid")
"""General words for what a program knows an order by."""

OTHER: Final = Source(
    code="other",
    name="an export of another program",
    amounts=Amounts.EVENTS,
    aliases={
        Field.ORDER: (*ORDER_NUMBERS, *ORDER_IDS),
        Field.INTERNAL_ID: ORDER_IDS,
        Field.REFUND: _REFUNDS,
        Field.NEW_TOTAL: ("newtotal", "netamount", "amountafterrefund", "neuerbetrag"),
        Field.TOTAL: ("ordertotal", "grandtotal", "total", "subtotal", "chargedamount"),
        Field.TAX: ("tax", "taxes", "taxtotal", "ordertax", "vat", "mwst"),
        Field.SHIPPING: ("shipping", "shippingtotal", "ordershipping", "versand"),
        Field.CURRENCY: (
            *("currency", "currencycode", "ordercurrency", "currencyofsale"),
            *("waehrung", "währung", "devise", "moneda", "valuta"),
        ),
        Field.STATUS: ("financialstatus", "refundstatus", "status", "orderstatus", "paymentstatus"),
        Field.CANCELLED: ("cancelledat", "canceledat"),
        Field.REFUND_ID: (
            "refundid",
            "refundnumber",
            "refundreference",
            "creditnote",
            "creditnotenumber",
            "creditmemo",
        ),
        Field.DATE: ("refunddate", "refundedat", "refundcreatedat", "returndate", "createdat", "date", "datum"),
        Field.REASON: ("refundreason", "returnreason", "reason", "grund", "raison", "motif", "motivo"),
        Field.LINE_TYPE: ("refundtype", "returntype", "resolution", "type"),
    },
)

SOURCES: Final[tuple[Source, ...]] = (
    SHOPIFY,
    MATRIXIFY,
    MAGENTO,
    GOOGLE_PLAY,
    APPSFLYER,
    STRIPE,
    AMAZON,
    RETURNS_APP,
    WOOCOMMERCE,
)
"""Every known source; the first one whose signature a file has is the one."""


_LEFT_OF_SHOPIFY: Final = frozenset({"name", "refundedamount"})
"""What is left of the headers of Shopify's export when a person deletes what is not needed; beside a column with order
numbers, Name is the name of a person."""


def find_source(folded: Collection[str]) -> Source:
    """Return the source of a file with these folded headers, :data:`OTHER` for one that is not known."""
    headers = set(folded)
    found = next((source for source in SOURCES if any(known <= headers for known in source.signatures)), OTHER)
    if found is OTHER and headers >= _LEFT_OF_SHOPIFY and headers.isdisjoint(OTHER.aliases[Field.ORDER]):
        return SHOPIFY
    return found
