"""Every amount is read and written to the cent."""

import math
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.batch.amounts import PLAIN, amount_text, cents_of_number, cents_of_parts, cents_of_text, exact_cents
from action_returns.batch.check import check
from tests.batch.sheets import one_row


def test_every_amount_up_to_two_hundred_is_read_exactly_from_a_number_and_from_a_text():
    for cents in range(20_000):
        assert cents_of_number(cents / 100) == cents
        assert cents_of_text(f"{cents // 100}.{cents % 100:02d}") == cents


@given(st.text("019.,-é١", max_size=22) | st.from_regex(r"[0-9]{0,20}\.?[0-9]{0,3}", fullmatch=True))
@example("١.50")
@example(".50")
@example("1234567890123456.00")
@example("0000000000000001.00")
def test_a_text_with_two_places_is_read_like_any_other(text):
    match = PLAIN.fullmatch(text)
    assert cents_of_text(text) == (None if match is None else cents_of_parts(match[1], match[2]))


@given(st.integers(0, 10**13))
def test_every_two_place_number_is_read_exactly(cents):
    assert cents_of_number(cents / 100) == cents
    ready = check(one_row(amount=cents / 100, reason="ORDER_UPDATE" if cents else "REJECTED")).ready_rows()
    assert list(ready.cents) == [cents]


@given(st.integers(1, 10**13), st.integers(-3, 3))
def test_noise_in_the_last_bits_changes_no_cent(cents, steps):
    number = cents / 100
    for _ in range(abs(steps)):
        number = math.nextafter(number, math.inf if steps > 0 else 0)
    assert cents_of_number(number) == cents


@given(st.floats(min_value=0, max_value=1e15, exclude_max=True))
def test_no_number_is_ever_rounded_by_more_than_noise(number):
    cents = cents_of_number(number)
    exact = Decimal(repr(number))
    near = abs(exact * 100 - round(exact * 100)) < exact * 100 * Decimal("1e-12")
    if cents is None:
        assert not near
    else:
        assert Decimal(cents) == exact * 100 or abs(Decimal(cents) - exact * 100) < exact * 100 * Decimal("1e-12")


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "0"), (1, "0.01"), (10, "0.10"), (100, "1.00"), (4990, "49.90"), (10**17 - 1, "9" * 15 + ".99")],
)
def test_cents_are_written_with_a_dot_and_two_places_and_zero_alone_as_0(cents, text):
    assert amount_text(cents) == text
    assert cents_of_text(text) == cents


@pytest.mark.parametrize("text", ["", "5.", ".5", "5.123", "-5", "5 ", "\uff15", "9" * 16, "5\n", "1,5"])
def test_a_text_that_is_no_plain_amount_gives_no_cents(text):
    assert cents_of_text(text) is None


@pytest.mark.parametrize("cell", ["12,50", 0.005])
def test_asking_for_the_cents_of_a_bad_cell_is_refused(cell):
    with pytest.raises(ValueError, match="not an exact amount"):
        exact_cents(cell)
