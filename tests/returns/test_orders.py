"""What becomes of exports that are not known, and what holds for the orders of every export."""

import csv
import io
import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.returns.export import RefundPart
from action_returns.returns.preview import GROUP_OF_CODE
from action_returns.returns.source import Amounts
from action_returns.returns.sources import OTHER, SOURCES
from tests.support.exports import by_order, exported, problems, refunds, understood


def test_an_export_that_is_not_known_is_read_by_its_words(tmp_path):
    found = understood(tmp_path, "Order ID,Refund,Currency\n1001,5.00,EUR\n1001,2.50,EUR\n1002,7.00,USD\n")
    assert refunds(found) == {"1001": 750, "1002": 700}
    assert by_order(found)["1001"].parts == (RefundPart("5.00", 500), RefundPart("2.50", 250))
    assert [order.currency for order in found.orders] == ["EUR", "USD"]  # each order has its own
    note, later = found.notes
    assert later.startswith("The file has neither numbers nor dates of refunds.")
    assert note.startswith('"Refund" was read as one refund in each line: its header says so.')
    assert note.endswith("If it counts all until now, add: --amounts to-date")


def test_a_refund_without_a_number_is_the_same_one_however_its_amount_is_written(tmp_path):
    first = understood(tmp_path, "Order ID,Refund,Refund Date\n1001,12.50,2026-11-10\n")
    again = understood(tmp_path, "Order ID,Refund,Refund Date\n1001,12.5,2026-11-10\n")
    assert first.orders[0].parts == again.orders[0].parts == (RefundPart("2026-11-10 12.50", 1250),)


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
        ("Order,Refunded,Refund date (local time)", False),
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
    text = "Order,Refund,SKU\n1001,5.00,A\n1001,5.00,A\n1002,5.00,A\n1002,6.00,B\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"1001": "lines-identical"}
    assert refunds(found) == {"1002": 1100}
    assert problems(understood(tmp_path, text, Amounts.EVENTS)) == {"1001": "lines-identical"}


@pytest.mark.parametrize("header", ["Order,Refund,SKU,Note", "Order,Refund,SKU,Refund date"])
def test_the_same_refund_in_lines_of_different_items_is_one_or_two(tmp_path, header):
    text = f"{header}\n1001,5.00,A,d1\n1001,5.00,B,d1\n1002,5.00,A,d2\n"
    found = understood(tmp_path, text)
    assert problems(found) == {"1001": "lines-identical"}
    assert refunds(found) == {"1002": 500}
    assert refunds(understood(tmp_path, text, Amounts.EVENTS)) == {"1001": 1000, "1002": 500}
    assert refunds(understood(tmp_path, text, Amounts.TO_DATE)) == {"1001": 500, "1002": 500}


def test_the_same_amount_on_two_days_is_two_refunds(tmp_path):
    text = "Order,Refund,Refund date\n1001,5.00,2026-11-02\n1001,5.00,2026-11-03\n"
    assert refunds(understood(tmp_path, text)) == {"1001": 1000}


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


@pytest.mark.parametrize("status", ["refunded", "partially refunded"])
def test_a_status_that_contradicts_the_amount_is_not_guessed(tmp_path, status):
    found = understood(tmp_path, f"Order,Order total,Refunded,Status\n1001,50.00,0.00,{status}\n1002,5.00,1.00,paid\n")
    assert problems(found) == {"1001": "amount-unreadable"}


def test_a_cancelled_order_of_which_a_part_was_kept_is_not_guessed(tmp_path):
    found = understood(
        tmp_path, "Order,Total,Refunded,Cancelled at\n1001,50.00,40.00,2026-11-02\n1002,5.00,5.00,2026-11-02\n"
    )
    assert problems(found) == {"1001": "total-differs"}
    assert by_order(found)["1002"].takes_back == "it was cancelled"


def test_a_column_that_says_no_cancels_nothing(tmp_path):
    found = understood(tmp_path, "Order,Refunded,Cancelled at\n1001,5.00,FALSE\n1002,5.00,-\n1003,5.00,2026-11-02\n")
    assert [order.takes_back for order in found.orders] == ["", "", "it was cancelled"]


def test_an_exchange_in_any_export_is_no_refund(tmp_path):
    text = "Order,Refund,Refund ID,Type\n1001,5.00,R1,Exchange\n1001,3.00,R2,Refund\n"
    assert refunds(understood(tmp_path, text)) == {"1001": 300}


def test_a_new_total_that_cannot_be_read_keeps_its_order_back(tmp_path):
    assert problems(understood(tmp_path, "Order,New total\n1001,five\n1002,0\n")) == {"1001": "amount-unreadable"}


def test_an_order_number_that_was_changed_is_named_though_nothing_was_refunded(tmp_path):
    text = "Name,Financial Status,Refunded Amount,Paid at\n5.5E+12,paid,0.00,2026-11-02\n#1,refunded,5.00,2026-11-02\n"
    assert problems(understood(tmp_path, text)) == {"5.5E+12": "order-unknown"}


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


def test_a_line_that_is_called_total_is_no_order(tmp_path):
    found = understood(tmp_path, "Order,Refund,SKU\n1001,5.00,A\n1002,6.00,A\nTotal,11.00,\n")
    assert (refunds(found), found.lines_without_order) == ({"1001": 500, "1002": 600}, 1)


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


@pytest.mark.parametrize(("amounts", "is_told"), [(Amounts.EVENTS, True), (Amounts.TO_DATE, False), (None, False)])
def test_a_choice_that_is_not_used_is_told(tmp_path, amounts, is_told):
    text = "Name,Financial Status,Refunded Amount,Paid at\n#1,refunded,5.00,2026-11-02\n"
    found = understood(tmp_path, text, amounts)
    assert any("--amounts was not used" in note for note in found.notes) is is_told
    assert found.are_to_date


HOSTILE = (
    *(
        "",
        "1001",
        "#1001",
        "5.00",
        "-5.00",
        "1,250",
        "12,50",
        "(3.00)",
        "€ 4,00",
        "$5",
        "five",
        "refunded",
        "cancelled",
    ),
    *(
        "partially_refunded",
        "Charged",
        "Refund",
        "2026-11-02",
        "1.5E+12",
        '{"af_order_id":"A1"}',
        '{"af_order_id":{}}',
        "[1]",
    ),
    *(
        "NaN",
        "1e400",
        "9" * 400,
        "\u0663",
        "=1+1",
        "0",
        "TRUE",
        "Refund Line",
        "\u200b",
        " ",
        "\n",
        "a\nb",
        "Total",
        "12.",
    ),
    *("exchange", "store credit", "EUR", "eur", "XX", "1.005", "'5", "ch_1"),
)


@given(st.sampled_from([*SOURCES, OTHER]), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_stands_in_an_export_is_an_order_or_a_reason(tmp_path, source, data):
    known = data.draw(st.sampled_from(source.signatures)) if source.signatures else ()
    more = [data.draw(st.sampled_from(aliases)) for aliases in source.aliases.values()]
    headers = list(dict.fromkeys([*sorted(known), *more, *data.draw(st.sampled_from([(), ("actionid",)]))]))
    row = st.lists(st.sampled_from(HOSTILE), min_size=len(headers), max_size=len(headers))
    text = as_text(",".join(headers), data.draw(st.lists(row, max_size=5)))
    try:
        found = understood(tmp_path, text, data.draw(st.sampled_from([None, Amounts.EVENTS, Amounts.TO_DATE])))
    except FileError:
        return
    assert all(order.refunded >= 0 for order in found.orders)
    assert all(order.problem is None or order.problem.code in GROUP_OF_CODE for order in found.orders)


orders_of_shops = st.sampled_from(["1001", "1002", "#1003", "GPA.1..0", "000000123", ""])
cents = st.integers(1, 10**9)


def as_text(header, rows):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([header.split(","), *rows])
    return file.getvalue()


def shown(value):
    return f"{value // 100}.{value % 100:02d}"


EVENTS = {
    "magento-credit-memos": (
        "Credit Memo,Created,Order #,Status,Refunded",
        lambda number, order, value: (number, "2026-11-10", order, "Refunded", f"${shown(value)}"),
    ),
    "returns-app": (
        "RMA,Order,Type,Status,Refund amount,Currency",
        lambda number, order, value: (number, order, "Refund", "completed", shown(value), "EUR"),
    ),
    "google-play-sales": (
        "Order Number,Order Charged Timestamp,Financial Status,Currency of Sale,Item Price,Charged Amount",
        lambda number, order, value: (order, number, "Refund", "EUR", "1.00", f"{'-' * (number % 2)}{shown(value)}"),
    ),
    "appsflyer-events": (
        "AppsFlyer ID,Event Time,Event Name,Event Value,Event Revenue,Event Revenue Currency",
        lambda number, order, value: (
            1,
            number,
            "af_refund",
            json.dumps({"af_order_id": order}),
            f"-{shown(value)}",
            "EUR",
        ),
    ),
    "matrixify-orders": (
        "Name,Command,Line: Type,Line: Total,Refund: ID,Currency",
        lambda number, order, value: (order, "", "Refund Line", f"-{shown(value)}", number, "EUR"),
    ),
    "woocommerce-orders": (
        "Order ID,Order Number,Refund Date,Refund Amount",
        lambda number, order, value: (f"9{order}" if order else "", order, f"day {number}", f"-{shown(value)}"),
    ),
    "other": ("Order,Refund,Refund ID", lambda number, order, value: (order, shown(value), number)),
    "stripe-payments": (
        "id,Amount,Amount Refunded,Currency,order_id (metadata)",
        lambda number, order, value: (f"ch_{number}", shown(value), shown(value), "eur", order),
    ),
}
"""Source -> its headers, and the line of a refund by its number, order and cents."""


@pytest.mark.parametrize("code", EVENTS)
@given(refunded=st.lists(st.tuples(orders_of_shops, cents), min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_refunds_of_lines_are_neither_lost_nor_doubled(tmp_path, code, refunded):
    """Money is conserved: the refunds of all lines are those of the orders and of the lines without an order."""
    header, line = EVENTS[code]
    text = as_text(header, [line(number, order, value) for number, (order, value) in enumerate(refunded, 1)])
    found = understood(tmp_path, text)
    expected = Counter()
    for order, value in refunded:
        if order:
            expected[order] += value
    assert {order.order: order.refunded for order in found.orders} == dict(expected)
    assert code in {"other", "woocommerce-orders"} or not problems(found)  # a line there may continue the one above
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


@pytest.mark.parametrize(
    ("header", "is_guessed"),
    [
        ("Order,Refund", True),
        ("Order,Refund,Date", True),
        ("Order,Refund,Refund date", False),
        ("Order,Refund,Refund ID", False),
        ("Order,Refund,Order Total", False),
        ("Order,Refunded Amount", True),
    ],
)
def test_what_a_refund_column_counts_is_guessed_where_nothing_but_its_header_says_so(tmp_path, header, is_guessed):
    text = f"{header}\n1001,10.00{',1' if header.count(',') > 1 else ''}\n"
    assert understood(tmp_path, text).is_guessed is is_guessed
    assert understood(tmp_path, text, Amounts.EVENTS).is_guessed is False


def test_an_order_has_every_action_that_its_lines_name(tmp_path):
    text = (
        "Order,Refund,Refund ID,ActionId\n1001,5.00,R1,M.1.2.3\n1002,1.00,R2,M.1.2.4\n1002,2.00,R3,M.1.2.4\n1003,1.00,R4,\n"
        "1003,2.00,R5,M.1.2.5\n1003,,,M.1.2.6\n1004,1.00,R6,\n"
    )
    assert {order.order: order.action_ids for order in understood(tmp_path, text).orders} == {
        "1001": ("M.1.2.3",),
        "1002": ("M.1.2.4",),
        "1003": ("M.1.2.5", "M.1.2.6"),
        "1004": (),
    }
