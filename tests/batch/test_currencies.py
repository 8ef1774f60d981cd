"""A sign or a code stands for the currencies that it can mean."""

import pytest

from action_returns.batch.currencies import currencies_of, may_be_the_same, symbol_in


@pytest.mark.parametrize(
    ("text", "codes"),
    [("€", {"EUR"}), (" eur ", {"EUR"}), ("USD", {"USD"}), ("zł", {"PLN"}), ("R$", {"BRL"}), ("Kč", {"CZK"}), ("XYZ", {"XYZ"})],
)  # fmt: skip
def test_a_sign_or_a_code_that_means_one_currency_is_known(text, codes):
    assert currencies_of(text) == codes


def test_a_dollar_sign_may_be_any_dollar():
    assert {"USD", "CAD", "AUD"} <= currencies_of("$")
    assert "EUR" not in currencies_of("$")


@pytest.mark.parametrize("text", ["", "pieces", "?", "5"])
def test_what_is_no_currency_means_none(text):
    assert currencies_of(text) == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("€", "EUR", True), ("$", "CAD", True), ("kr", "SEK", True), ("€", "USD", False), ("$", "€", False), ("?", "USD", True)],
)  # fmt: skip
def test_two_currencies_differ_only_when_both_are_known_and_share_no_code(one, other, same):
    assert may_be_the_same(one, other) == may_be_the_same(other, one) == same


@pytest.mark.parametrize(
    ("literals", "symbol"),
    [(" € ", "€"), (" EUR", "EUR"), ("$  (", "$"), ("CHF ", "CHF"), ("kr", "kr"), ("€net", "€"), (" net", ""), ("", ""), ("the", "")],
)  # fmt: skip
def test_the_currency_in_the_text_of_a_format_is_found(literals, symbol):
    assert symbol_in(literals) == symbol
