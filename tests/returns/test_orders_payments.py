"""What becomes of reports of app stores and payments: Google Play, AppsFlyer and Stripe."""

import pytest

from action_returns.returns.export import RefundPart
from action_returns.returns.orders import understand
from action_returns.returns.source import Field
from tests.support.exports import by_order, exported, problems, refunds, understood

OLDER = (
    "Order Number,Order Charged Date,Order Charged Timestamp,Financial Status,Device Model,Product Title,Product ID,"
    "Product Type,SKU ID,Currency of Sale,Item Price,Taxes Collected,Charged Amount,City of Buyer,State of Buyer,"
    "Postal Code of Buyer,Country of Buyer\n"
)
NEWER = (
    "Order Number,Order Charged Date,Order Charged Timestamp,Financial Status,Product Title,Package ID,Product Type,"
    "SKU ID,Currency of Sale,Item Price,Taxes Collected,Charged Amount,City of Buyer,State of Buyer,Postleitzahl,"
    "Country of Buyer,Base Plan ID\n"
)


def sale(order, status, price, charged, *, at="1762077600", is_newer=False):
    device, plan = ("", ",") if is_newer else ("pixel,", "")
    return f"{order},2026-11-02,{at},{status},{device}App,com.x,subscription,sku1,EUR,{price},0.00,{charged},Town,,1,DE{plan}\n"


@pytest.mark.parametrize(
    ("header", "status", "sign", "is_newer"),
    [
        (OLDER, "Refunded", "", False),
        (OLDER, "Refunded", "-", False),
        (NEWER, "Refund", "-", True),
        (NEWER, "Refund", "", True),
    ],
)
def test_the_status_decides_and_not_the_sign(tmp_path, header, status, sign, is_newer):
    text = (
        header
        + sale("GPA.3321-1", "Charged", "4.20", "4.99", is_newer=is_newer)
        + sale("GPA.3321-1", status, f"{sign}4.20", f"{sign}4.99", at="1762164000", is_newer=is_newer)
        + sale("GPA.3321-2", "Charged", "4.20", "4.99", is_newer=is_newer)
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"GPA.3321-1": 499, "GPA.3321-2": 0}
    first = by_order(found)["GPA.3321-1"]
    assert first.parts == (RefundPart("1762164000 4.99", 499),)
    assert (first.total, first.net_total, first.currency) == (499, 420, "EUR")


def test_a_renewal_is_an_order_of_its_own(tmp_path):
    text = OLDER + sale("GPA.1..0", "Refunded", "1.00", "1.19") + sale("GPA.1..1", "Charged", "1.00", "1.19")
    assert refunds(understood(tmp_path, text)) == {"GPA.1..0": 119, "GPA.1..1": 0}


def test_a_status_of_google_that_is_not_known_is_not_guessed(tmp_path):
    assert problems(understood(tmp_path, OLDER + sale("GPA.1", "Chargeback", "1.00", "1.19"))) == {
        "GPA.1": "amount-unreadable"
    }


def test_a_line_of_google_that_stands_there_twice_is_left_to_the_user(tmp_path):
    text = OLDER + 2 * sale("GPA.1", "Refunded", "1.00", "1.19")
    found = understood(tmp_path, text)
    assert problems(found) == {"GPA.1": "lines-identical"}
    assert "line 3 repeats one above it in every cell" in found.orders[0].problem.message


EVENTS = (
    "Attributed Touch Type,Install Time,Event Time,Event Name,Event Value,Event Revenue,Event Revenue Currency,"
    "Event Revenue USD,AppsFlyer ID,Customer User ID\n"
)


def event(name, value, revenue, currency="EUR"):
    quoted = value.replace('"', '""')
    return f'click,2026-11-01,2026-11-02 10:00:00,{name},"{quoted}",{revenue},{currency},99.99,177-1,u1\n'


def test_the_order_number_is_in_the_text_of_the_event(tmp_path):
    text = (
        EVENTS
        + event("af_purchase", '{"af_order_id":"A-1","af_revenue":"49.90"}', "49.90")
        + event("af_purchase", '{"af_order_id":"A-1","af_revenue":"-10.00"}', "-10.00")
        + event("order_refund", '{"order_id":1002}', "7.00")
        + event("af_purchase", '{"af_order_id":"A-3"}', "5.00")
        + event("af_login", "", "")
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"A-1": 1000, "1002": 700, "A-3": 0}
    assert by_order(found)["A-1"].total == 4990
    assert (found.lines, found.lines_without_order) == (5, 1)
    assert by_order(found)["A-1"].currency == "EUR"


def test_a_refund_event_without_an_amount_is_refused(tmp_path):
    assert problems(understood(tmp_path, EVENTS + event("af_refund", '{"af_order_id":"A-1"}', ""))) == {
        "A-1": "amount-unreadable"
    }


def test_a_refund_event_without_an_order_is_told(tmp_path):
    found = understood(
        tmp_path, EVENTS + event("af_refund", "{broken", "-3.00") + event("x", '{"af_order_id":"A"}', "")
    )
    assert found.lines_without_order == 1
    assert "Line 2 has a refund and no order number" in found.notes[0]


def test_another_column_of_appsflyer_holds_the_order_number_itself(tmp_path):
    text = EVENTS + event("af_refund", '{"af_order_id":"A-1"}', "-3.00").replace(",u1", ",1001")
    export = exported(tmp_path, text, {Field.ORDER: "Customer User ID"})
    assert refunds(understand(export)) == {"1001": 300}


@pytest.mark.parametrize("order", ["order_id (metadata)", "Metadata: order_id", "Metadata: Order Number"])
def test_stripe_has_the_order_number_in_its_metadata(tmp_path, order):
    text = (
        f"id,Description,Created date (UTC),Amount,Amount Refunded,Currency,Converted Amount,Converted Amount Refunded,"
        f"Converted Currency,Fee,Status,{order}\n"
        "ch_1,Order,2026-11-02,5000,1500,jpy,31.00,9.30,eur,0.50,Paid,1001\n"
        "ch_2,Order,2026-11-02,20.00,20.00,eur,20.00,20.00,eur,0.50,Refunded,1002\n"
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"1001": 150000, "1002": 2000}  # 1,500 yen, as it is displayed
    assert [(order.currency, order.total) for order in found.orders] == [("JPY", 500000), ("EUR", 2000)]
    assert found.are_to_date


STRIPE = "id,Amount,Amount Refunded,Currency,Status,order_id (metadata)\n"


def test_the_charges_of_an_order_add_up_and_those_that_failed_do_not(tmp_path):
    text = STRIPE + (
        "ch_1,30.00,0.00,eur,Failed,1001\nch_2,30.00,5.00,eur,Paid,1001\nch_3,10.00,10.00,eur,Refunded,1001\n"
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"1001": 1500}
    assert found.orders[0].total == 4000


def test_a_charge_that_stands_there_twice_counts_once(tmp_path):
    found = understood(tmp_path, STRIPE + 2 * "ch_2,30.00,5.00,eur,Paid,1001\n")
    assert (refunds(found), found.orders[0].total) == ({"1001": 500}, 3000)


def test_decimal_commas_of_stripe_are_read(tmp_path):
    assert refunds(understood(tmp_path, STRIPE + 'ch_2,"30,00","0,25",eur,Paid,1001\n')) == {"1001": 25}


def test_one_order_paid_in_two_currencies_is_refused(tmp_path):
    text = STRIPE + "ch_1,30.00,5.00,eur,Paid,1001\nch_2,30.00,5.00,usd,Paid,1001\n"
    assert problems(understood(tmp_path, text)) == {"1001": "currency-differs"}


def test_a_charge_without_an_order_is_counted(tmp_path):
    found = understood(tmp_path, STRIPE + "ch_1,30.00,5.00,eur,Paid,\nch_2,30.00,5.00,eur,Paid,1001\n")
    assert (found.lines_without_order, refunds(found)) == (1, {"1001": 500})
    assert "no order can be found for this money" in found.notes[0]
