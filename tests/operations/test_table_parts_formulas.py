"""A formula that names cells of its own row means something else in another row."""

import pytest

from action_returns.operations.table_parts import names_its_row


@pytest.mark.parametrize(
    "formula", ["B4*2", "$B4", "SUM(B$4:B9)", 'IF("x"="",\'A 1\'!C7,1)', "1+b12", "Actions[[#This Row],[A1]]+B4"]
)
def test_a_row_that_moves_with_the_formula_is_found(formula):
    assert names_its_row(formula)


@pytest.mark.parametrize(
    "formula",
    ["$B$4*2", "[@A1]*2", 'IF(row_is_empty,"B4","")', "LOG10(2)", "'A1'!$B$2", "amount_number", "Rate2026_1", "", '"'],
)
def test_names_texts_and_fixed_rows_are_the_same_in_every_row(formula):
    assert not names_its_row(formula)
