"""What becomes of the exports of WooCommerce's plug-ins and of its Analytics."""

import pytest

from action_returns.errors import FileError
from action_returns.returns.export import RefundPart
from action_returns.returns.source import Amounts
from tests.support.exports import by_order, problems, refunds, understood

REFUNDS = "Order ID,Order Number,Refund Date,Refund Amount,Refund Reason\n"


def test_one_refund_in_each_line_adds_up(tmp_path):
    text = REFUNDS + "51,1001,2026-11-10,10.00,Damaged\n51,1001,2026-11-12,2.50,Late\n52,1002,2026-11-11,19.00,\n"
    found = understood(tmp_path, text)
    assert refunds(found) == {"1001": 1250, "1002": 1900}
    assert not found.are_to_date
    first = by_order(found)["1001"]
    assert first.parts == (RefundPart("2026-11-10 10.00", 1000), RefundPart("2026-11-12 2.50", 250))
    assert (first.internal_id, first.reason) == ("51", "Damaged")


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_sign_of_the_refunds_differs_by_plug_in(tmp_path, sign):
    text = REFUNDS + f"51,1001,2026-11-10,{sign}10.00,\n52,1002,2026-11-11,{sign}19.00,\n"
    assert refunds(understood(tmp_path, text)) == {"1001": 1000, "1002": 1900}


def test_refunds_above_and_below_0_are_not_told_apart(tmp_path):
    text = REFUNDS + "51,1001,2026-11-10,10.00,\n52,1002,2026-11-11,-19.00,\n"
    with pytest.raises(FileError) as caught:
        understood(tmp_path, text)
    assert caught.value.problem == "export-signs-mixed"
    assert "above 0 (first in line 2) and below 0 (first in line 3)" in caught.value.message


def test_what_was_refunded_of_each_order_until_now(tmp_path):
    text = (
        "order_id,order_number,status,order_total,order_currency,tax_total,shipping_total,order_refund\n"
        "51,1001,wc-completed,50.00,EUR,8.00,5.00,10.00\n"
        "52,1002,wc-refunded,30.00,EUR,4.00,0.00,30.00\n"
        "53,1003,wc-cancelled,20.00,EUR,3.00,0.00,0.00\n"
        "54,1004,wc-completed,20.00,EUR,3.00,0.00,0.00\n"
    )
    found = understood(tmp_path, text)
    assert found.are_to_date
    assert refunds(found) == {"1001": 1000, "1002": 3000, "1003": 0, "1004": 0}
    assert [order.takes_back for order in found.orders] == [
        "",
        "its status is wc-refunded",
        "its status is wc-cancelled",
        "",
    ]
    assert by_order(found)["1001"].net_total == 3700
    assert "--amounts events" in found.notes[0]


def test_the_users_word_on_what_is_counted_comes_first(tmp_path):
    text = "order_id,status,refund_amount\n51,completed,10.00\n51,completed,5.00\n"
    assert problems(understood(tmp_path, text)) == {"51": "amount-unreadable"}
    assert refunds(understood(tmp_path, text, Amounts.EVENTS)) == {"51": 1500}


def test_a_refund_that_is_an_order_of_its_own_is_of_its_parent(tmp_path):
    text = (
        (
            "order_id,order_number,parent_id,status,order_total\n"
            "51,1001,0,completed,50.00\n"
            "61,1001-R,51,completed,-10.00\n"
            "62,1001-S,51,completed,-2.50\n"
            "52,1002,0,refunded,30.00\n"
            "63,1002-R,52,completed,-30.00\n"
            "64,1009-R,59,completed,-7.00\n"
        )
        .replace("order_total", "order_total,refund_amount")
        .replace("0\n", "0,\n")
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"1001": 1250, "1002": 3000}
    assert problems(found) == {"59": "order-unknown"}  # not in the file, and 59 may be the number of another order
    first = by_order(found)["1001"]
    assert first.parts == (RefundPart("61", 1000), RefundPart("62", 250))
    assert (first.total, first.internal_id, first.line) == (5000, "51", 2)
    assert found.lines == 6


def test_a_parent_that_is_not_in_the_file_is_taken_where_orders_are_known_by_their_ids(tmp_path):
    text = "order_id,parent_id,status,order_total,refund_amount\n61,51,completed,-10.00,-10.00\n"
    assert refunds(understood(tmp_path, text)) == {"51": 1000}
    text = "order_id,order_number,parent_id,status,refund_amount\n61,61,51,completed,-10.00\n"
    assert refunds(understood(tmp_path, text)) == {"51": 1000}


def test_a_refund_that_stands_with_its_parent_and_alone_counts_once(tmp_path):
    text = (
        "order_id,parent_id,status,order_total,refund_amount\n"
        "51,0,completed,50.00,10.00\n"
        "61,51,completed,-10.00,-10.00\n"
    )
    assert refunds(understood(tmp_path, text)) == {"51": 1000}


def test_analytics_has_refunds_as_net_revenue_below_0(tmp_path):
    text = (
        "Date,Order #,N. Revenue (formatted),Status,Customer,N. Revenue\n"
        "2026-11-02,1001,€50.00,completed,Jane,50\n"
        "2026-11-10,1001,€-10.00,completed,Jane,-10\n"
        "2026-11-02,1002,€30.00,refunded,Joe,30\n"
        "2026-11-11,1002,€-30.00,refunded,Joe,-30\n"
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"1001": 1000, "1002": 3000}
    assert [(order.total, order.net_total) for order in found.orders] == [(5000, 5000), (3000, 3000)]
    assert [order.takes_back for order in found.orders] == ["", "its status is refunded"]


def test_a_cancelled_order_of_which_a_part_was_kept_is_not_guessed(tmp_path):
    text = "order_id,status,order_total,refund_amount\n51,cancelled,50.00,40.00\n52,cancelled,50.00,50.00\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"51": "total-differs"}
    assert refunds(found) == {"52": 5000}


def test_an_order_that_is_called_refunded_and_of_which_only_a_part_was_is_not_taken_back(tmp_path):
    text = "order_id,status,order_total,refund_amount\n51,refunded,50.00,40.00\n52,wc-refunded,50.00,50.00\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"51": "total-differs"}
    assert refunds(found) == {"52": 5000}


def test_one_of_several_refunds_of_a_refunded_order_is_a_part_of_it(tmp_path):
    text = (
        "order_id,status,order_total,refund_amount,refund_date\n"
        "51,refunded,50.00,40.00,2026-11-10\n"
        "51,refunded,50.00,10.00,2026-11-12\n"
    )
    found = understood(tmp_path, text)
    assert (problems(found), refunds(found)) == ({}, {"51": 5000})
