"""The equations of an import always close, and name every group, also one that has no order."""

from action_returns.operations.import_texts import (
    FIELD_WORDS,
    GROUPS,
    lines_equation,
    money_equations,
    orders_equation,
    unmapped_reasons,
)
from action_returns.returns.export import ReturnedOrder, ReturnedOrders
from action_returns.returns.preview import GROUP_OF_CODE, Group, LeftOrder, NewRow, Preview
from action_returns.returns.source import Field

ONE = "M.8882.4808.1063415"


def order(name, refunded, currency="EUR", reason=None):
    return ReturnedOrder(name, 2, refunded=refunded, currency=currency, reason=reason)


def row(name, refunded):
    return NewRow(ONE, 1000, "ORDER_UPDATE", name, 2, 3000, refunded, "", "30.00 minus 20.00")


def left(name, refunded, code, candidates=()):
    return LeftOrder(name, 3, GROUP_OF_CODE.get(code, Group.REFUSED), code, "A message.", candidates, refunded)


FOUND = ReturnedOrders(
    [order("#1", 2000), order("#2", 500, "USD"), order("#3", 700), order("#4", 0)], lines=6, lines_without_order=1
)
PREVIEW = Preview(
    [row("#1", 2000)],
    [left("#2", 500, "currency-differs"), left("#3", 700, "order-unknown"), left("#4", 0, "nothing-refunded")],
)


def test_everything_that_a_column_can_be_and_every_group_has_words():
    assert set(FIELD_WORDS) == set(Field)
    assert set(GROUPS) == set(Group)


def test_the_orders_of_an_export_are_its_rows_and_every_other_group():
    assert orders_equation(PREVIEW) == (
        "4 orders = 1 row + 0 in the sheet + 0 sent before + 1 nothing to do + 1 to decide + 1 refused"
    )


def test_the_lines_of_an_export_are_those_of_its_orders_and_those_without_one():
    assert lines_equation(FOUND) == "6 lines = 5 of 4 orders + 1 without an order number"


def test_the_money_of_each_currency_is_in_rows_or_in_orders_that_are_left():
    assert money_equations(FOUND, PREVIEW) == [
        "27.00 EUR refunded in the export = 20.00 EUR in rows + 7.00 EUR in orders that become no row",
        "5.00 USD refunded in the export = 0.00 USD in rows + 5.00 USD in orders that become no row",
    ]


def test_each_word_without_a_reason_code_is_asked_once_with_the_number_of_its_orders():
    found = ReturnedOrders([order("#1", 1, reason="Too small"), order("#2", 1, reason="Too small")], lines=2)
    preview = Preview([], [left("#1", 1, "reason-unmapped", ("A", "B")), left("#2", 1, "reason-unmapped", ("B", "C"))])
    assert unmapped_reasons(found, preview) == {"Too small": (("A", "B", "C"), 2)}
