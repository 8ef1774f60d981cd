"""What becomes of lists of returns: credit memos of Adobe Commerce, returns apps, and Amazon's returns."""

import pytest

from action_returns.returns.export import RefundPart
from tests.returns.imports import action, decided
from tests.support.exports import by_order, problems, refunds, understood

MEMOS = "Credit Memo,Created,Order #,Order Date,Bill-to Name,Status,Refunded\n"


def test_the_credit_memos_of_an_order_add_up(tmp_path):
    text = (
        MEMOS
        + "000000011,2026-11-10,000000123,2026-11-01,Jane,Refunded,$12.50\n"
        + "000000012,2026-11-11,000000123,2026-11-01,Jane,Refunded,$7.00\n"
        + '000000013,2026-11-11,000000124,2026-11-01,Joe,Refunded,"$1,200.00"\n'
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"000000123": 1950, "000000124": 120000}
    assert by_order(found)["000000123"].parts == (RefundPart("000000011", 1250), RefundPart("000000012", 700))
    assert [order.currency for order in found.orders] == ["$", "$"]  # a dollar of which country is not said


def test_the_sign_beside_an_amount_says_its_currency(tmp_path):
    text = MEMOS.replace("Order #", "Order") + '11,2026-11-10,123,2026-11-01,Jane,Refunded,"12,50 €"\n'
    found = understood(tmp_path, text)
    assert (found.orders[0].refunded, found.orders[0].currency) == (1250, "EUR")


def test_one_order_in_two_currencies_is_not_added_up(tmp_path):
    text = MEMOS + "11,2026-11-10,123,,Jane,Refunded,€12.50\n12,2026-11-10,123,,Jane,Refunded,£7.00\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"123": "currency-differs"}
    assert "EUR and GBP" in found.orders[0].problem.message


def test_a_memo_that_is_open_or_cancelled_moved_no_money(tmp_path):
    text = MEMOS + "11,,123,,Jane,Pending,5.00\n12,,123,,Jane,Canceled,6.00\n13,,123,,Jane,Refunded,7.00\n"
    found = understood(tmp_path, text)
    assert refunds(found) == {"123": 700}
    assert found.notes == (
        "1 line was not counted as a refund: the file says Pending.",
        "1 line was not counted as a refund: the file says Canceled.",
    )


def test_a_status_that_is_not_known_is_not_taken_for_a_refund(tmp_path):
    found = understood(tmp_path, MEMOS + "11,,123,,Jane,Frobnicated,5.00\n")
    assert problems(found) == {"123": "amount-unreadable"}
    assert 'says "Frobnicated"' in found.orders[0].problem.message


def test_a_memo_that_stands_there_twice_counts_once(tmp_path):
    found = understood(tmp_path, MEMOS + 2 * "11,,123,,Jane,Refunded,5.00\n")
    assert refunds(found) == {"123": 500}
    assert found.notes == ("Line 3 repeats the number of a refund above: each refund was counted once.",)


def test_a_memo_with_two_amounts_is_not_guessed(tmp_path):
    found = understood(tmp_path, MEMOS + "11,,123,,Jane,Refunded,5.00\n11,,123,,Jane,Refunded,6.00\n")
    assert problems(found) == {"123": "amount-unreadable"}
    assert "the refund 11 with 5.00 and with 6.00" in found.orders[0].problem.message


APP = "RMA,Order,Created,Type,Status,Products,Refund amount (EUR)\n"


def test_an_exchange_is_no_refund(tmp_path):
    text = (
        APP
        + 'R1,#1001,2026-11-10,Refund,Refunded,"Hat, red; Scarf",12.50\n'
        + "R2,#1001,2026-11-11,Exchange,Approved,Shoe,40.00\n"
        + "R3,#1002,2026-11-11,Exchange,Approved,Shoe,40.00\n"
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"#1001": 1250, "#1002": 0}
    assert found.notes == ("2 lines were not counted as refunds: the file says Exchange.",)
    assert found.orders[0].currency == "EUR"


@pytest.mark.parametrize(
    ("status", "refunded"),
    [("Refunded", 500), ("completed", 500), ("Requested", 0), ("Declined", 0), ("in transit", 0), ("exchanged", 0)],
)
def test_a_return_is_money_when_it_was_refunded(tmp_path, status, refunded):
    text = f"Return ID,Order number,Status,Refund Total,Currency\nR1,1001,{status},5.00,EUR\n"
    assert refunds(understood(tmp_path, text)) == {"1001": refunded}


def test_a_return_that_is_only_approved_may_have_moved_no_money_yet(tmp_path):
    text = "Return ID,Order number,Status,Refund Total,Currency\nR1,1001,Approved,5.00,EUR\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"1001": "amount-unreadable"}
    assert 'says "Approved"' in found.orders[0].problem.message


@pytest.mark.parametrize("header", ["Resolution", "Refund type", "Type", "Status"])
@pytest.mark.parametrize("word", ["Store credit", "gift_card", "Rejected", "declined", "Cancelled"])
def test_in_a_list_of_an_unknown_program_too_money_may_not_have_moved(tmp_path, header, word):
    text = f"Order,Refund,Refund date,{header}\n1001,10.00,2026-11-20,{word}\n1002,5.00,2026-11-20,Refund\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"1001": "amount-unreadable"}
    assert word in found.orders[0].problem.message
    assert refunds(found) == {"1002": 500}


def test_a_return_for_store_credit_is_left_to_the_user(tmp_path):
    assert problems(understood(tmp_path, APP + "R1,#1,2026-11-10,Store credit,Approved,Hat,12.50\n")) == {
        "#1": "amount-unreadable"
    }


def test_the_products_of_one_return_do_not_repeat_its_refund(tmp_path):
    text = APP + "R1,#1,2026-11-10,Refund,Refunded,Hat,12.50\nR1,#1,2026-11-10,Refund,Refunded,Scarf,12.50\n"
    assert refunds(understood(tmp_path, text)) == {"#1": 1250}


AMAZON = (
    "return-date,order-id,sku,asin,fnsku,product-name,quantity,fulfillment-center-id,detailed-disposition,reason,"
    "license-plate-number,customer-comments\n"
)
RETURNED = "2026-11-10T10:00:00+00:00,302-1234567-1234567,S1,B01,X1,Hat,1,LEJ1,SELLABLE,UNWANTED_ITEM,LPN1,\n"


def test_amazon_says_nothing_of_money(tmp_path):
    found = understood(tmp_path, AMAZON + RETURNED + RETURNED.replace("B01", "B02"))
    assert problems(found) == {"302-1234567-1234567": "amount-unreadable"}
    assert "Add a column Refund Amount" in found.orders[0].problem.message
    assert found.orders[0].reason == "UNWANTED_ITEM"


def test_amazon_with_tabs_and_a_column_of_money_that_the_user_added(tmp_path):
    text = (
        (AMAZON + RETURNED)
        .replace(",", "\t")
        .replace("\n", "\tRefund Amount\n", 1)
        .replace("LPN1\t\n", "LPN1\t\t5.00\n")
    )
    assert refunds(understood(tmp_path, text)) == {"302-1234567-1234567": 500}


def message_of(found, number="1001"):
    """Return what is said of an order whose action is pending."""
    preview = decided(list(found.orders), action(number=number))
    return next(left for left in preview.left if left.order == number)


def test_a_line_that_is_no_refund_is_told_with_its_word(tmp_path):
    text = "Return ID,Order number,Status,Refund Total,Currency\nR1,1001,Requested,5.00,EUR\nR2,1001,Declined,,EUR\n"
    left = message_of(understood(tmp_path, text))
    assert (left.code, left.group.value) == ("nothing-refunded", "nothing_to_do")
    assert left.message == (
        'Nothing of order 1001 counts as refunded: its line says "Requested". There is nothing to do now. If money went '
        "back, enter its row by hand."
    )


def test_an_exchange_is_told_with_its_word_in_any_export(tmp_path):
    for header, word in (
        (APP, "R1,1001,2026-11-10,Exchange,Approved,Shoe,5.00"),
        ("Order,Refund,Type", "1001,5.00,Swap"),
    ):
        message = message_of(understood(tmp_path, f"{header.strip()}\n{word}\n")).message
        assert f'its line says "{"Swap" if "Swap" in word else "Exchange"}"' in message


def test_a_refund_beside_an_exchange_is_a_refund(tmp_path):
    text = APP + "R1,1001,2026-11-10,Exchange,Approved,Shoe,40.00\nR2,1001,2026-11-11,Refund,Refunded,Hat,12.50\n"
    (row,) = decided(list(understood(tmp_path, text).orders), action()).rows
    assert row.cents == 8_750  # 100.00 less 12.50


def test_a_blank_new_total_is_told(tmp_path):
    text = "Order,New total,SKU\n1001,,A\n1002,5.00,A\n"
    assert (
        "Nothing of order 1001 counts as refunded: its new total is blank."
        in message_of(understood(tmp_path, text)).message
    )
    two_lines = "Order,New total,SKU\n1001,,A\n1001,,B\n1002,5.00,A\n"
    assert "its new total is blank" in message_of(understood(tmp_path, two_lines)).message
    refunded = "Order,Refund,New total\n1001,0.00,\n1002,1.00,5.00\n"
    assert message_of(understood(tmp_path, refunded)).message.startswith("Nothing of order 1001 was refunded.")
