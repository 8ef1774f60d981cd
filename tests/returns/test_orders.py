"""What becomes of exports that are not known, and what holds for the orders of every export."""

import csv
import io
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.returns.export import RefundPart
from action_returns.returns.source import Amounts
from tests.support.exports import by_order, exported, problems, refunds, understood


def test_an_export_that_is_not_known_is_read_by_its_words(tmp_path):
    found = understood(tmp_path, "Order ID,Refund,Currency\n1001,5.00,EUR\n1001,2.50,EUR\n1002,7.00,USD\n")
    assert refunds(found) == {"1001": 750, "1002": 700}
    assert by_order(found)["1001"].parts == (RefundPart("5.00", 500), RefundPart("2.50", 250))
    assert [order.currency for order in found.orders] == ["EUR", "USD"]  # each order has its own
    (note,) = found.notes
    assert note.startswith('"Refund" was read as one refund in each line: its header says so.')
    assert note.endswith("If it counts all until now, add: --amounts to-date")


@pytest.mark.parametrize(
    "header",
    [
        "Bestellnummer;Erstattungsbetrag;Währung",
        "Auftragsnummer;Gutschrift;Waehrung",
        "Commande;Montant remboursé;Devise",
        "Pedido;Reembolso;Moneda",
        "Ordine;Rimborso;Valuta",
    ],
)
def test_words_of_other_languages_are_suggestions(tmp_path, header):
    text = f"{header}\n1001;12,50;EUR\n"
    assert refunds(understood(tmp_path, text)) == {"1001": 1250}
    assert {column.certainty.name for column in exported(tmp_path, text).mapping} == {"ALIAS"}


@pytest.mark.parametrize(
    ("header", "are_to_date"),
    [
        ("Order,Refund,Refund ID", False),
        ("Order,Refunded,Refund date", False),
        ("Order,Refund,Refunded at (UTC)", False),
        ("Order,Refund,Order total", True),
        ("Order,Refunded amount,Note", True),
        ("Order,Refund amount,Note", False),
    ],
)
def test_what_stands_beside_the_refunds_decides_what_they_count(tmp_path, header, are_to_date):
    assert understood(tmp_path, f"{header}\n1001,5.00,7\n").are_to_date is are_to_date


def test_an_amount_in_every_line_of_an_order_is_the_orders(tmp_path):
    text = (
        "Order,Order total,Refunded amount,SKU\n1001,50.00,5.00,A\n1001,50.00,5.00,B\n1002,9.00,,A\n1002,9.00,2.00,B\n"
    )
    found = understood(tmp_path, text)
    assert refunds(found) == {"1001": 500, "1002": 200}
    assert by_order(found)["1001"].total == 5000


def test_different_amounts_in_the_lines_of_an_order_are_not_guessed(tmp_path):
    text = "Order,Order total,Refunded amount,SKU\n1001,50.00,5.00,A\n1001,50.00,6.00,B\n1002,9.00,2.00,A\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"1001": "amount-unreadable"}
    assert "add: --amounts events" in found.orders[0].problem.message
    assert refunds(understood(tmp_path, text, Amounts.EVENTS)) == {"1001": 1100, "1002": 200}


def test_the_same_line_twice_is_one_refund_or_two(tmp_path):
    found = understood(tmp_path, "Order,Refund,SKU\n1001,5.00,A\n1001,5.00,A\n1002,5.00,A\n1002,5.00,B\n")
    assert problems(found) == {"1001": "lines-identical"}
    assert refunds(found) == {"1002": 1000}


def test_a_refund_with_a_number_counts_once(tmp_path):
    text = "Order,Refund,Refund ID\n1001,5.00,R1\n1001,5.00,R1\n1001,5.00,R2\n"
    assert refunds(understood(tmp_path, text)) == {"1001": 1000}


def test_new_totals_are_taken_as_they_are(tmp_path):
    text = "Order,New total\n1001,5.00\n1002,0\n1003,1.00\n1003,2.00\n"
    found = understood(tmp_path, text)
    assert [order.new_total for order in found.orders] == [500, 0, None]
    assert problems(found) == {"1003": "amount-unreadable"}


def test_a_status_alone_takes_orders_back(tmp_path):
    found = understood(tmp_path, "Order,Status\n1001,Refunded\n1002,storniert\n1003,shipped\n1004,partially refunded\n")
    assert [order.takes_back for order in found.orders] == [
        "its status is Refunded",
        "its status is storniert",
        "",
        "",
    ]
    assert problems(found) == {"1004": "amount-unreadable"}


def test_a_status_that_says_nothing_of_money_is_refused(tmp_path):
    with pytest.raises(FileError) as caught:
        understood(tmp_path, "Order,Status\n1001,shipped\n1003,paid\n")
    assert caught.value.problem == "export-columns-missing"
    assert '--map refund="HEADER"' in caught.value.message


@pytest.mark.parametrize("status", ["pending", "failed", "abgelehnt", "cancelled"])
def test_a_refund_that_may_not_have_been_paid_is_left(tmp_path, status):
    found = understood(tmp_path, f"Order,Refund,Refund ID,Status\n1001,5.00,R1,{status}\n1002,5.00,R2,done\n")
    assert problems(found) == {"1001": "amount-unreadable"}
    assert refunds(found) == {"1002": 500}


def test_refunds_below_an_order_without_its_number_are_not_guessed(tmp_path):
    found = understood(tmp_path, "Order,Refund,SKU\n1001,5.00,A\n,6.00,B\n1002,5.00,A\n,,note\n")
    assert problems(found) == {"1001": "amount-unreadable"}
    assert "Below order 1001, line 3 has a refund without an order number" in found.orders[0].problem.message
    assert (refunds(found), found.lines_without_order) == ({"1002": 500}, 2)


def test_a_line_of_totals_is_left_out(tmp_path):
    found = understood(tmp_path, "Order,Refund,SKU\n1001,5.00,A\n1002,6.00,A\n,11.00,\n")
    assert refunds(found) == {"1001": 500, "1002": 600}
    assert "Line 4 has the sum of all refunds: it was left out." in found.notes


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("5.50123E+12", "a spreadsheet program removed its last digits"),
        ("01.02.2026", "is a date"),
        ("2-Jan", "is a date"),
        ("2026-02-01", "is a date"),
    ],
)
def test_an_order_number_that_a_spreadsheet_changed_is_named(tmp_path, order, why):
    found = understood(tmp_path, f"Order,Refund\n{order},5.00\n1002,5.00\n")
    assert problems(found) == {order: "order-unknown"}
    assert why in found.orders[0].problem.message


orders_of_shops = st.sampled_from(["1001", "1002", "#1003", "GPA.1..0", "000000123", ""])
cents = st.integers(1, 10**9)


def as_text(header, rows):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([header.split(","), *rows])
    return file.getvalue()


def shown(value):
    return f"{value // 100}.{value % 100:02d}"


@given(st.lists(st.tuples(orders_of_shops, cents), min_size=1, max_size=12), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_refunds_of_lines_are_neither_lost_nor_doubled(tmp_path, refunded, is_memo):
    """Money is conserved: the refunds of all lines are those of the orders and of the lines without an order."""
    if is_memo:
        rows = [
            (number, "2026-11-10", order, "Refunded", shown(value)) for number, (order, value) in enumerate(refunded)
        ]
        text = as_text("Credit Memo,Created,Order #,Status,Refunded", rows)
    else:
        rows = [(order, shown(value), number) for number, (order, value) in enumerate(refunded)]
        text = as_text("Order,Refund,Refund ID", rows)
    found = understood(tmp_path, text)
    expected = Counter()
    for order, value in refunded:
        if order:
            expected[order] += value
    assert {order.order: order.refunded for order in found.orders} == dict(expected)
    assert found.lines_without_order == sum(not order for order, _ in refunded)
    assert [order.order for order in found.orders] == list(dict.fromkeys(order for order, _ in refunded if order))


@given(st.dictionaries(orders_of_shops.filter(bool), st.tuples(cents, st.integers(1, 4)), min_size=1), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_refund_to_date_counts_once_however_many_lines_its_order_has(tmp_path, refunded, is_repeated):
    rows = []
    for order, (value, lines) in refunded.items():
        rows.append((order, "partially_refunded", "2026-11-01", shown(value)))
        again = ("partially_refunded", "2026-11-01", shown(value)) if is_repeated else ("", "", "")
        rows += [(order, *again)] * (lines - 1)
    found = understood(tmp_path, as_text("Name,Financial Status,Paid at,Refunded Amount", rows))
    assert refunds(found) == {order: value for order, (value, _) in refunded.items()}
    assert found.lines == len(rows)
