"""What an order is worth in the export: whole or without tax and shipping, shared in proportion, and compared."""

import pytest

from action_returns.returns.export import ReturnedOrder
from action_returns.returns.known import Choices
from action_returns.returns.order_worth import OrderWorth

WITH_TAX = ReturnedOrder("#1001", 2, total=11900, net_total=10000)


@pytest.mark.parametrize(("refunded", "share"), [(11900, 10000), (3000, 2521), (1, 1), (595, 500), (0, 0)])
def test_a_refund_counts_without_tax_and_shipping_in_proportion_to_the_totals(refunded, share):
    # 30.00 of 119.00 is 30 * 100 / 119 = 25.2100... of 100.00; one cent is 0.84 of a cent.
    assert OrderWorth(Choices(without_tax_and_shipping=True)).share(WITH_TAX, refunded) == share
    assert OrderWorth(Choices()).share(WITH_TAX, refunded) == refunded


def test_half_a_cent_is_rounded_up():
    # 1 cent of 2.00, of which 1.00 is without tax: half a cent.
    order = ReturnedOrder("#1002", 3, total=200, net_total=100)
    assert OrderWorth(Choices(without_tax_and_shipping=True)).share(order, 1) == 1


def test_without_a_total_without_tax_the_whole_total_counts():
    order = ReturnedOrder("#1003", 4, total=5000)
    assert OrderWorth(Choices(without_tax_and_shipping=True)).total(order) == 5000


def test_a_total_without_tax_that_is_above_the_total_is_not_used():
    order = ReturnedOrder("#1004", 5, total=5000, net_total=5001)
    assert OrderWorth(Choices(without_tax_and_shipping=True)).total(order) == 5000


@pytest.mark.parametrize(("one", "fits"), [(5005, True), (4995, True), (5006, False), (4994, False), (None, False)])
def test_amounts_fit_up_to_the_tolerance_and_no_cent_further(one, fits):
    assert OrderWorth(Choices(tolerance=5)).fits(one, 5000) is fits
