"""What becomes of an orders export of Shopify, both generations, and of Matrixify's sheet of the same orders."""

import pytest

from action_returns.returns.export import RefundPart
from tests.support.exports import problems, refunds, understood

OLDER = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Lineitem quantity,Lineitem name,"
    "Cancelled at,Payment Reference,Refunded Amount,Vendor,Id,Tags\n"
)


def line(name, status, total, refunded, *, tax="0.00", shipping="0.00", cancelled="", number=""):
    return f'{name},a@x.example,{status},2026-11-02,EUR,1.00,{shipping},{tax},{total},1,"Hat, red",{cancelled},c1,{refunded},V,{number},\n'


def more(name):
    """Return the line of a further item: it repeats no more than the order's name."""
    return f"{name},a@x.example,,,,,,,,2,Scarf,,,,V,,\n"


def test_the_columns_of_an_order_count_once_however_many_items_it_has(tmp_path):
    text = OLDER + line("#1001", "partially_refunded", "99.00", "19.00", number="5501") + more("#1001") + more("#1001")
    found = understood(tmp_path, text)
    assert refunds(found) == {"#1001": 1900}
    (order,) = found.orders
    assert (order.line, order.internal_id, order.total, order.currency) == (2, "5501", 9900, "EUR")
    assert found.are_to_date
    assert (found.lines, found.lines_without_order) == (3, 0)


def test_a_line_that_repeats_the_refund_of_its_order_adds_nothing(tmp_path):
    text = OLDER + 2 * line("#1001", "partially_refunded", "99.00", "19.00")
    assert refunds(understood(tmp_path, text)) == {"#1001": 1900}


def test_two_states_of_one_order_are_not_guessed_between(tmp_path):
    text = OLDER + "".join(line("#1001", "partially_refunded", "99.00", refund) for refund in ("19.00", "29.00"))
    found = understood(tmp_path, text)
    assert problems(found) == {"#1001": "amount-unreadable"}
    said = found.orders[0].problem.message
    assert "lines 2 and 3: 19.00 and 29.00" in said
    assert "--amounts" not in said  # what Shopify's column counts is known


@pytest.mark.parametrize(
    ("status", "refunded", "takes_back"),
    [
        ("authorized", "0.00", ""),
        ("expired", "0.00", ""),
        ("paid", "0.00", ""),
        ("partially_paid", "0.00", ""),
        ("partially_refunded", "5.00", ""),
        ("pending", "0.00", ""),
        ("refunded", "40.00", "its status is refunded"),
        ("voided", "0.00", "its status is voided"),
    ],
)
def test_each_status_means_what_shopify_means(tmp_path, status, refunded, takes_back):
    found = understood(tmp_path, OLDER + line("#1", status, "40.00", refunded))
    (order,) = found.orders
    assert (order.takes_back, order.problem) == (takes_back, None)


def test_a_cancelled_order_is_taken_back_though_nothing_was_refunded(tmp_path):
    found = understood(tmp_path, OLDER + line("#1", "paid", "40.00", "0.00", cancelled="2026-11-10 09:00:00 +0100"))
    assert (found.orders[0].takes_back, found.orders[0].refunded) == ("it was cancelled", 0)


@pytest.mark.parametrize("status", ["refunded", "voided"])
def test_an_order_whose_status_says_all_and_of_which_only_a_part_was_refunded_is_not_taken_back(tmp_path, status):
    found = understood(tmp_path, OLDER + line("#1", status, "40.00", "25.00"))
    assert problems(found) == {"#1": "total-differs"}
    assert "only 25.00 EUR of 40.00 EUR was refunded" in found.orders[0].problem.message


def test_an_order_that_is_called_refunded_and_of_which_nothing_was_is_not_taken_back(tmp_path):
    found = understood(
        tmp_path, OLDER + line("#1", "refunded", "40.00", "0.00") + line("#2", "voided", "40.00", "0.00")
    )
    assert problems(found) == {"#1": "total-differs"}
    assert [order.takes_back for order in found.orders if order.problem is None] == ["its status is voided"]


def test_a_cancelled_order_of_which_the_shop_kept_a_part_is_not_guessed(tmp_path):
    found = understood(tmp_path, OLDER + line("#1", "partially_refunded", "40.00", "30.00", cancelled="2026-11-10"))
    assert problems(found) == {"#1": "total-differs"}
    assert "only 30.00 EUR of 40.00 EUR was refunded" in found.orders[0].problem.message


def test_a_partial_refund_without_its_amount_is_refused(tmp_path):
    found = understood(tmp_path, OLDER + line("#1", "partially_refunded", "40.00", "0.00"))
    assert problems(found) == {"#1": "amount-unreadable"}


def test_without_tax_and_shipping_is_the_total_less_both(tmp_path):
    text = OLDER + line("#1", "paid", "54.80", "0.00", tax="8.75", shipping="4.90") + line("#2", "paid", "9.00", "0.00")
    assert [order.net_total for order in understood(tmp_path, text).orders] == [4115, 900]


def test_indian_grouping_is_read(tmp_path):
    text = OLDER + line("#1", "partially_refunded", '"1,23,456.78"', '"1,00,000.50"')
    assert refunds(understood(tmp_path, text)) == {"#1": 10000050}


def test_the_newer_headers_are_read_alike(tmp_path):
    text = (
        "Name,Phone,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Lineitem SKU,Canceled at,"
        "Payment Reference (deprecated),Refunded Amount,Payment terms,Id\n"
        "#1001,,a@x.example,refunded,2026-11-02,EUR,30.00,0.00,0.00,30.00,S1,2026-11-03,c1,30.00,,77\n"
    )
    found = understood(tmp_path, text)
    assert found.orders[0].takes_back == "it was cancelled"
    assert (found.orders[0].refunded, found.orders[0].internal_id) == (3000, "77")


def test_an_unreadable_refund_keeps_its_order_back(tmp_path):
    text = OLDER + line("#1", "partially_refunded", "40.00", "five") + line("#2", "partially_refunded", "40.00", "5.00")
    found = understood(tmp_path, text)
    assert problems(found) == {"#1": "amount-unreadable"}
    assert refunds(found) == {"#2": 500}


MATRIXIFY = (
    "ID,Name,Command,Currency,Cancelled At,Payment: Status,Price: Total,Row #,Top Row,Line: Type,Line: Quantity,"
    "Line: Total,Refund: ID,Refund: Created At,Transaction: Kind,Transaction: Amount,Transaction: Status\n"
)


def item(name, kind, total="", *, quantity="", refund="", transaction="", amount="", outcome="", top=""):
    status, price = ("partially_refunded", "80.00") if top else ("", "")
    return f"9{name[1:]},{name},,EUR,,{status},{price},1,{top},{kind},{quantity},{total},{refund},,{transaction},{amount},{outcome}\n"


def test_a_refund_of_matrixify_is_its_transaction_and_not_its_lines_as_well(tmp_path):
    text = (
        MATRIXIFY
        + item("#1", "Line Item", "80.00", quantity="2", top="TRUE")
        + item("#1", "Refund Line", "-40.00", quantity="-1", refund="700")
        + item("#1", "Transaction", transaction="sale", amount="80.00", outcome="success")
        + item("#1", "Transaction", refund="700", transaction="refund", amount="44.90", outcome="success")
    )
    found = understood(tmp_path, text)
    (order,) = found.orders
    assert (order.refunded, order.parts, order.total) == (4490, (RefundPart("700", 4490),), 8000)
    assert order.internal_id == "91"
    assert (found.lines, found.are_to_date) == (4, False)


def test_two_refunds_of_matrixify_add_up_by_their_numbers(tmp_path):
    text = (
        MATRIXIFY
        + item("#1", "Line Item", "80.00", quantity="2", top="TRUE")
        + item("#1", "Refund Line", "-10.00", quantity="-1", refund="700")
        + item("#1", "Refund Line", "-5.00", quantity="-1", refund="700")
        + item("#1", "Refund Line", "-20.00", quantity="-1", refund="701")
    )
    found = understood(tmp_path, text)
    assert found.orders[0].parts == (RefundPart("700", 1500), RefundPart("701", 2000))
    assert "taken from the lines Refund Line" in found.notes[0]


@pytest.mark.parametrize(("amount", "found"), [("79.99", {"#1": "total-differs"}), ("80.00", {})])
def test_an_order_that_matrixify_calls_refunded_is_not_taken_back_when_a_part_was_kept(tmp_path, amount, found):
    text = (
        MATRIXIFY
        + item("#1", "Line Item", "80.00", top="TRUE").replace("partially_refunded", "refunded")
        + item("#1", "Transaction", refund="700", transaction="refund", amount=amount, outcome="success")
    )
    assert problems(understood(tmp_path, text)) == found


def test_refund_lines_of_matrixify_may_be_without_tax_so_its_status_counts(tmp_path):
    text = (
        MATRIXIFY
        + item("#1", "Line Item", "80.00", top="TRUE").replace("partially_refunded", "refunded")
        + item("#1", "Refund Line", "-67.23", quantity="-1", refund="700")
    )
    (order,) = understood(tmp_path, text).orders
    assert (order.problem, order.takes_back) == (None, "its status is refunded")


def test_a_refund_that_failed_moved_no_money(tmp_path):
    text = (
        MATRIXIFY
        + item("#1", "Line Item", "80.00", top="TRUE")
        + item("#1", "Transaction", refund="700", transaction="refund", amount="44.90", outcome="failure")
    )
    assert problems(understood(tmp_path, text)) == {"#1": "amount-unreadable"}  # its status says that there is one


def test_a_refund_line_without_an_amount_is_refused(tmp_path):
    text = (
        MATRIXIFY
        + item("#1", "Line Item", top="TRUE")
        + item("#1", "Refund Line", quantity="-1", refund="700")
        + item("#1", "Refund Line", "-5.00", quantity="-1", refund="701")
    )
    found = understood(tmp_path, text)
    assert problems(found) == {"#1": "amount-unreadable"}
    assert "its line has no amount" in found.orders[0].problem.message


KINDLESS = MATRIXIFY.replace("Transaction: Kind,", "")


def without_kind(line):
    *fields, _kind, amount, outcome = line.split(",")
    return ",".join((*fields, amount, outcome))


def test_transactions_of_matrixify_that_cannot_be_told_apart_are_told(tmp_path):
    text = (
        KINDLESS
        + without_kind(item("#1", "Line Item", "80.00", quantity="2", top="TRUE"))
        + without_kind(item("#1", "Refund Line", "-40.00", quantity="-1", refund="700"))
        + without_kind(item("#1", "Transaction", refund="700", amount="44.90", outcome="success"))
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"#1": 4000}
    assert found.notes[0].startswith("The file has no column Transaction: Kind, which tells refunds from payments.")
    assert not [note for note in found.notes if "have no transaction" in note]


def test_an_order_whose_only_refund_may_be_a_transaction_without_a_kind_is_not_taken_for_one_without_a_refund(tmp_path):
    lines = item("#1", "Line Item", "80.00", top="TRUE").replace("partially_refunded", "paid")
    text = (
        KINDLESS
        + without_kind(lines)
        + without_kind(item("#1", "Transaction", refund="700", amount="44.90", outcome="success"))
        + without_kind(item("#2", "Line Item", "80.00", top="TRUE").replace("partially_refunded", "paid"))
        + without_kind(item("#2", "Transaction", amount="80.00", outcome="success"))
    )
    found = understood(tmp_path, text)
    assert problems(found) == {"#1": "amount-unreadable"}
    assert "Export the orders again with the column Transaction: Kind" in found.orders[0].problem.message
