"""What a cell shows is what is sent: formats that show something else, currencies, hidden columns, leading zeros."""

import pytest

from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingAction, PendingDownload
from action_returns.batch.shown_rules import currency_note
from tests.batch.sheets import GOOD_ID, NOW, codes, download, one_row, rows_of

UPDATE = "ORDER_UPDATE"


def shown_with(number_format, amount=1250.0, reason=UPDATE, **facts):
    """The findings about one row whose Amount has a number format, and its message."""
    columns = one_row(amount=amount, reason=reason, amount_formats={number_format: [0]})
    report = check(columns, context=download(**facts)) if facts else check(columns)
    return [finding.code for finding in report], report[0].message if len(report) else "", report.ready


@pytest.mark.parametrize(("amount", "shown"), [(0.5, "50%"), (12.5, "1250%"), (0.125, "13%"), (-0.5, "-50%")])
def test_a_number_that_is_shown_as_a_percentage_is_an_error(amount, shown):
    said, message, ready = shown_with("0%", amount)
    assert (said, ready) == (["amount-percent"], 0)
    assert message.startswith(f'The cell shows "{shown}", a percentage. ')


def test_a_text_with_a_percent_sign_is_shown_in_its_message():
    assert check(one_row(amount="50 %"))[0].message.startswith('The cell shows "50 %", a percentage. ')


@pytest.mark.parametrize("amount", ["12.50", None, True, float("nan"), "x"])
def test_a_percent_format_matters_for_numbers_only(amount):
    assert "amount-percent" not in shown_with("0%", amount)[0]


def test_a_percentage_is_neither_large_nor_compared_nor_the_same_as_the_number():
    assert shown_with("0%", 2e6, cents=100)[0] == ["amount-percent"]
    rows = rows_of((GOOD_ID, 0.5, UPDATE), (GOOD_ID, "0.50", UPDATE), amount_formats={"0%": [0]})
    assert [code for *_, code in codes(rows)] == ["id-conflict", "amount-percent", "id-conflict"]


@pytest.mark.parametrize(
    ("number_format", "amount", "text"),
    [
        (";;;", 1250.0, "The cell shows nothing, and 1250.00 is sent."),
        (";;;", "12.50", "The cell shows nothing, and 12.50 is sent."),
        ("0,", 1250.0, 'The cell shows "1", and 1250.00 is sent.'),
        ("0", 12.5, 'The cell shows "13", and 12.50 is sent.'),
        ("0.0", 12.55, 'The cell shows "12.6", and 12.55 is sent.'),
        ("# ?/?", 12.5, 'The cell shows "12 1/2", and 12.50 is sent.'),
        ("0.00E+00", 1250.0, 'The cell shows "1.25E+03", and 1250.00 is sent.'),
        ("0.00;-0.00;", 0.0, "The cell shows nothing, and 0 is sent."),
    ],
)
def test_a_format_that_shows_other_digits_is_worth_a_look_and_the_row_still_ready(number_format, amount, text):
    said, message, ready = shown_with(number_format, amount, "REJECTED" if amount == 0 else UPDATE)
    assert (said, ready) == (["amount-shown-otherwise"], 1)
    assert message.startswith(text)


@pytest.mark.parametrize(
    ("number_format", "amount"),
    [
        ("0", 12.0),
        ("0.0", 12.5),
        ("# ?/?", 12.0),
        ('#,##0.00 "€"', 12.5),
        ("0", "12.50"),
        ("0", None),
        ("yyyy", "12.50"),
    ],
)
def test_an_amount_that_its_format_shows_as_it_is_sent_needs_no_look(number_format, amount):
    assert "amount-shown-otherwise" not in shown_with(number_format, amount)[0]


def test_one_amount_gets_one_finding_and_what_is_shown_comes_first():
    assert shown_with("0,", 2e6, cents=100)[0] == ["amount-shown-otherwise"]
    assert shown_with("0", 12.345)[0] == ["amount-decimals"]


@pytest.mark.parametrize(
    ("number_format", "currency", "said"),
    [
        ('0.00 "€"', "USD", ["amount-shown-otherwise"]),
        ('0.00 "€"', "EUR", []),
        ("$0.00", "CAD", []),
        ("[$USD] 0.00", "EUR", ["amount-shown-otherwise"]),
        ('0.00 "€"', None, []),
        ('0.00 "pts"', "USD", []),
    ],
)
def test_a_format_that_names_another_currency_than_the_actions_is_told(number_format, currency, said):
    assert shown_with(number_format, 12.5, cents=5000, currency=currency)[0] == said


def test_the_currency_of_the_action_is_named():
    message = shown_with('0.00 "€"', 12.5, cents=5000, currency="USD")[1]
    assert message.startswith('The cell shows "12.50 €", and 12.50 is sent in USD, the action\'s currency.')


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0001250", True), ("007", True), ("00.50", True), ("0005.10", True), ("0.50", False), ("0", False), ("00", False),
        ("000.00", False), ("5", False), ("10", False), (7.0, False),
    ],
)  # fmt: skip
def test_leading_zeros_ask_whether_cents_were_meant(amount, said):
    report = check(one_row(amount=amount, reason="REJECTED" if float(amount) == 0 else UPDATE))
    assert [finding.code for finding in report] == ["amount-leading-zeros"] * said
    assert report.ready == 1


def test_leading_zeros_name_what_would_be_sent():
    assert check(one_row(amount="0001250", reason=UPDATE))[0].message.startswith('"0001250" is sent as 1250.00. ')
    assert [code for *_, code in codes(one_row(amount="0009999999", reason=UPDATE))] == ["amount-leading-zeros"]


# Currencies


def mixed(currencies, pending=None, formats=None):
    rows = [(f"M.8882.4808.{at}", 5.0, UPDATE) for at in range(len(currencies or [1, 2, 3]))]
    columns = rows_of(*rows, currency=currencies, amount_formats=formats or {})
    report = check(columns, context=Context() if pending is None else Context(pending, NOW))
    return [(f.row, f.message.partition(". ")[0]) for f in report if f.code == "currency-mixed"]


def test_a_row_in_another_currency_than_most_is_told():
    told = [(4, "This row is in USD; other rows are in EUR")]
    assert mixed(["EUR", "EUR", "USD", " eur "]) == told
    assert mixed(["EUR", "€", "USD", None, "", 5.0]) == told


def test_of_as_many_rows_in_two_currencies_the_first_one_counts():
    assert mixed(["EUR", "USD"]) == [(3, "This row is in USD; other rows are in EUR")]


def test_a_sign_and_its_code_are_one_currency_and_what_is_no_currency_is_none():
    assert mixed(["$", "USD", "usd"]) == mixed(["EUR", "points?"]) == mixed([None, ""]) == mixed(["EUR"]) == []


def test_a_row_in_another_currency_than_its_action_is_told():
    actions = {f"M.8882.4808.{at}": PendingAction(currency="USD" if at == 1 else None) for at in range(3)}
    pending = PendingDownload(actions, 3, NOW, currency="EUR")
    assert mixed(["EUR", "EUR", "EUR"], pending) == [(3, "This row is in EUR; the action is in USD in the download")]
    everything = PendingDownload({}, 0, NOW, currency="USD")
    assert [row for row, _ in mixed(["EUR", "EUR"], everything)] == [2, 3]


def test_number_formats_with_different_currencies_are_told():
    formats = {'0.00 "€"': [0, 1], "$0.00": [2]}
    assert mixed(None, formats=formats) == [(4, "This row is in $; other rows are in EUR")]
    assert mixed(None, formats={'0.00 "€"': [0], "0": [1]}) == []


def test_a_currency_that_only_number_formats_name_is_noted_as_not_sent():
    rows = rows_of(
        (GOOD_ID, 5.0, UPDATE), ("M.8882.4808.1", "5", UPDATE), amount_formats={'0.00 "€"': [0], "$0.00": [1]}
    )
    assert currency_note(rows) == (
        "The file that leaves has no currency (the number formats of Amount show €): every amount counts in the currency of "
        "its action."
    )
    assert currency_note(one_row(amount_formats={"0": [0]})) == ""


# Hidden columns


def test_each_hidden_column_is_told_once_at_the_first_row():
    rows = rows_of(
        (GOOD_ID, 0.0, "REJECTED"), ("M.8882.4808.1", 0.0, "REJECTED"), hidden_columns=frozenset({"Amount", "Reason"})
    )
    assert codes(rows) == [(2, "Amount", "column-hidden"), (2, "Reason", "column-hidden")]
    assert check(rows).ready == 2
    assert codes(rows_of((GOOD_ID, 0.0, "REJECTED"), hidden_columns=frozenset({"ActionId"}))) == [
        (2, "ActionId", "column-hidden")
    ]


# Letters of other scripts


def test_a_lookalike_is_named_by_what_it_is():
    assert check(one_row("\u041c.8882.4808.1063563"))[0].message.startswith(
        '"\u041c.8882.4808.1063563" holds the Cyrillic letter \u041c (U+041C) instead of M. '
    )
    many = check(one_row("\u039c\uff0e8882.4808.\uff11"))[0].message
    for words in (
        "the Greek letter \u039c (U+039C) instead of M", "the fullwidth full stop \uff0e (U+FF0E) instead of .",
        "the Fullwidth digit \uff11 (U+FF11) instead of 1",
    ):  # fmt: skip
        assert words in many


def test_an_id_that_is_one_action_only_without_its_lookalike_contradicts_too():
    rows = rows_of(("\u041c.8882.4808.1", "5", UPDATE), ("M.8882.4808.1", "6", UPDATE))
    assert [code for *_, code in codes(rows)] == ["id-conflict", "id-conflict"]


def test_a_reason_with_a_letter_of_another_script_names_it():
    message = check(one_row(reason="R\u0415JECTED"))[0].message
    assert (
        '"R\u0415JECTED" is not a reason code of this profile: it holds the Cyrillic letter \u0415 (U+0415).' in message
    )
    assert "this profile. " in check(one_row(reason="RETURNED"))[0].message
