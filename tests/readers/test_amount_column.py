"""A column of amounts is read with the decimal sign that its own values prove, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.cells import CellError
from action_returns.readers.amount_column import AmountColumn, Unread, currencies
from action_returns.readers.table_file import NumberText


def column(*cells):
    noted = AmountColumn()
    for cell in cells:
        noted.note(cell)
    return noted


@pytest.mark.parametrize(
    ("cells", "point"),
    [
        (["12.50"], "."),
        (["12,50"], ","),
        (["12.5", "1,250"], "."),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["1,250"], None),
        (["1.250"], None),
        (["1250", "1 250", "1'250"], None),
        ([None, 12.5, True, NumberText("12.5"), CellError("error", "#N/A")], None),
        (["n/a", "-", ""], None),
        (["12.50", "12,50"], None),
        (["\u200b12,50\u00a0€"], ","),
    ],
)
def test_the_decimal_sign_is_the_one_that_the_values_prove(cells, point):
    noted = column(*cells)
    assert noted.point == point
    assert noted.is_contradictory() is (len(noted.proven) == 2)


def test_the_first_value_that_proves_a_sign_is_kept_for_the_message():
    assert column("1,250", "12.50", "199.90", "7,5").proven == {".": "12.50", ",": "7,5"}


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        (12.5, 1250),
        (0.0, 0),
        (-0.01, Unread.NEGATIVE),
        (1e15, Unread.UNREADABLE),
        (999_999_999_999_999.0, 99_999_999_999_999_900),
        (0.1 + 0.2, 30),
        (12.505, Unread.UNREADABLE),
        (float("nan"), Unread.UNREADABLE),
        (float("inf"), Unread.UNREADABLE),
        (NumberText("12.50"), 1250),
        (NumberText("1.250"), 125),
        (NumberText("-5"), Unread.NEGATIVE),
        (NumberText("1e2"), Unread.UNREADABLE),
        (NumberText("12.505"), Unread.UNREADABLE),
        (NumberText("9" * 16), Unread.UNREADABLE),
        (None, Unread.BLANK),
        ("", Unread.BLANK),
        ("\u00a0\u200b", Unread.BLANK),
        (True, Unread.UNREADABLE),
        (5, Unread.UNREADABLE),
        (CellError("error", "#N/A"), Unread.UNREADABLE),
        ("9" * 15, 99_999_999_999_999_900),
        ("9" * 16, Unread.UNREADABLE),
        ("12.5000", 1250),
        ("12.50001", Unread.UNREADABLE),
        ("12.5001", Unread.UNREADABLE),
        ("-12.50", Unread.NEGATIVE),
        ("€-12.50", Unread.NEGATIVE),
        ("(12.50)", Unread.NEGATIVE),
        ("-0", Unread.NEGATIVE),
    ],
)
@pytest.mark.parametrize("proof", ["99.90", "1250"])
def test_a_cell_is_read_to_the_cent_or_unknown_for_one_reason(cell, cents, proof):
    if cell == "-0":  # an amount of nothing is not below nothing
        cents = 0
    assert column(proof, cell).read(cell) == cents


@pytest.mark.parametrize(
    ("cell", "currency", "cents"),
    [
        ("€12.50", None, 1250),
        ("12.50 EUR", "EUR", 1250),
        ("EUR 12.50", "eur", 1250),
        ("12.50 €", "USD", Unread.OTHER_CURRENCY),
        ("USD 12.50 €", None, Unread.UNREADABLE),
        ("US$ 12.50 USD", "USD", 1250),
        ("12.50 ¤", "EUR", Unread.UNREADABLE),
    ],
)
def test_the_sign_beside_an_amount_has_to_be_that_of_its_currency(cell, currency, cents):
    assert column("99.90").read(cell, currency) == cents


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("12.50", None),
        ("€12.50", {"EUR"}),
        ("12.50 kr.", {"SEK", "NOK", "DKK", "ISK"}),
        ("12.50 zł", {"PLN"}),
        ("¥ 12", {"JPY", "CNY"}),
        ("CA$12", {"CAD"}),
        ("XYZ 12", {"XYZ"}),
        ("eur 12", set()),
        ("€ 12 $", set()),
        ("$ 12 CAD", {"CAD"}),
        ("twelve", None),
    ],
)
def test_a_sign_means_the_currencies_that_are_written_with_it(text, named):
    assert currencies(text) == (None if named is None else frozenset(named))


def grouped(cents, point, comma):
    whole, rest = divmod(cents, 100)
    return f"{whole:,}.{rest:02d}".translate({ord("."): point, ord(","): comma})


@given(
    st.lists(st.integers(0, 10**14), min_size=1, max_size=8), st.sampled_from([".,", ",.", ".'", ",'", ". ", ",\u202f"])
)
def test_every_amount_with_two_places_is_read_as_it_was_written(amounts, signs):
    cells = [grouped(cents, *signs) for cents in amounts]
    assert [column(*cells).read(cell) for cell in cells] == amounts


@given(st.text(alphabet="019.,'- €$kr\u2212()\u00a0", max_size=14), st.lists(st.sampled_from(["99.90", "99,90", "5"])))
def test_no_text_is_read_as_an_amount_that_a_person_would_not_read(text, others):
    cents = column(text, *others).read(text)
    if isinstance(cents, int) and not isinstance(cents, Unread):
        digits = "".join(filter(str.isdecimal, text))
        assert any(Decimal(digits) == cents * Decimal(10) ** places / 100 for places in range(5))


@pytest.mark.parametrize(("blanks", "cents"), [(58, 1250), (59, Unread.UNREADABLE)])
def test_a_text_longer_than_any_amount_is_not_searched(blanks, cents):
    text = f"€{' ' * blanks}12.50"
    assert column(text).read(text) == cents
    assert column(text).point == ("." if cents == 1250 else None)
    assert currencies(text) == (frozenset({"EUR"}) if cents == 1250 else None)
    assert column("99.90").read(f"{' ' * 100}12.50{' ' * 100}") == 1250


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("-12.50", -1250),
        ("\u221212.50", -1250),
        ("(12.50)", -1250),
        ("€ -12.50", -1250),
        ("12.50", 1250),
        ("0", 0),
        ("-0", 0),
        (-12.5, -1250),
        (12.5, 1250),
        (NumberText("-12.5"), -1250),
        ("", Unread.BLANK),
        ("-12.505", Unread.UNREADABLE),
        (-12.505, Unread.UNREADABLE),
        (NumberText("-1e5"), Unread.UNREADABLE),
        ("-1,250", 125000 * -1),
    ],
)
def test_a_signed_amount_keeps_its_sign(cell, cents):
    column = AmountColumn()
    column.note("1.50")
    column.note(cell)
    assert column.read_signed(cell) == cents


def test_a_signed_amount_that_can_mean_two_things_is_not_read():
    column = AmountColumn()
    column.note("-1,250")
    assert column.read_signed("-1,250") is Unread.UNSETTLED
    assert column.read_signed("-12") == -1200
