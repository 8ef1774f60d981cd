"""Which program made an export, told by its headers alone."""

import pytest

from action_returns.readers.export_columns import fold_export_header
from action_returns.returns.source import Amounts, Field
from action_returns.returns.sources import OTHER, SOURCES, find_source

SHOPIFY_OLDER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Lineitem quantity,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Id,Tags"
)
SHOPIFY_NEWER = (
    "Name,Phone,Email,Financial Status,Paid at,Currency,Total,Lineitem compare-at price,Lineitem SKU,Canceled at,"
    "Payment Reference (deprecated),Payment terms,Refunded Amount,Id"
)
GOOGLE_OLDER = "Order Number,Order Charged Date,Financial Status,Device Model,Product ID,Currency of Sale,Item Price,Charged Amount"
GOOGLE_NEWER = "Order Number,Order Charged Date,Financial Status,Package ID,Currency of Sale,Item Price,Charged Amount,Postleitzahl"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (SHOPIFY_OLDER, "shopify-orders"),
        (SHOPIFY_NEWER, "shopify-orders"),
        (
            "ID,Name,Command,Line: Type,Refund: ID,Refund: Created At,Transaction: Amount,Row #,Top Row",
            "matrixify-orders",
        ),
        ("order_id,status,order_total,_refund_amount", "woocommerce-orders"),
        ("Order ID,Order Number,Refund Date,Refund Amount,Refund Reason", "woocommerce-orders"),
        ("order_number,order_refund", "woocommerce-orders"),
        ("Date,Order #,Status,Customer,Product(s),Items sold,N. Revenue", "woocommerce-orders"),
        ("Credit Memo,Created,Order #,Order Date,Bill-to Name,Status,Refunded", "magento-credit-memos"),
        ("Credit Memo,Created,Order,Order Date,Bill-to Name,Status,Refunded", "magento-credit-memos"),
        (GOOGLE_OLDER, "google-play-sales"),
        (GOOGLE_NEWER, "google-play-sales"),
        ("Install Time,Event Time,Event Name,Event Value,Event Revenue,AppsFlyer ID", "appsflyer-events"),
        ("id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,Fee", "stripe-payments"),
        ("id,Created date (UTC),Amount,Amount Refunded,Currency,order_id (metadata)", "stripe-payments"),
        ("return-date,order-id,sku,asin,quantity,detailed-disposition,reason", "amazon-fba-returns"),
        ("RMA,Order name,Refund Total,Currency,Status,Created", "returns-app"),
        ("Return ID,Order number,Refund amount,Currency,Status", "returns-app"),
        ("Order,Refund", "other"),
        ("Campaign,Clicks", "other"),
    ],
)
def test_a_source_is_known_by_its_headers(headers, code):
    assert find_source([fold_export_header(header) for header in headers.split(",")]).code == code


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("Refund amount (EUR)", "refundamount"),
        ("order_id (metadata)", "orderid"),
        ("Order no.", "orderno"),
        ("N. Revenue", "nrevenue"),
        ("Payment Reference [deprecated]", "paymentreference"),
        ("(EUR)", "(eur)"),
        ("Product(s)", "product"),
    ],
)
def test_dots_and_brackets_at_the_end_do_not_make_another_header(header, folded):
    assert fold_export_header(header) == folded


@pytest.mark.parametrize("source", [*SOURCES, OTHER], ids=lambda source: source.code)
def test_each_entry_can_be_used(source):
    names = {name for names in source.aliases.values() for name in names}
    assert names == set(map(fold_export_header, names))  # a header is folded before it is compared
    assert Field.ORDER in source.aliases
    assert Field.REFUND in source.aliases or source.amounts is Amounts.NONE
    for signature in source.signatures:
        assert find_source(signature) is source
        assert signature == frozenset(map(fold_export_header, signature))


def test_a_source_is_one_code_of_the_contract():
    assert [source.code for source in (*SOURCES, OTHER)] == list(
        dict.fromkeys(source.code for source in (*SOURCES, OTHER))
    )


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ("Name,Currency,Refunded Amount", "shopify-orders"),
        ("Name,Refunded Amount", "shopify-orders"),
        ("Order ID,Name,Refunded Amount", "other"),  # Name is a person here
        ("Name,Refund", "other"),
    ],
)
def test_a_few_columns_of_shopify_are_known_unless_another_one_has_the_order_numbers(headers, code):
    assert find_source([fold_export_header(header) for header in headers.split(",")]).code == code
