"""What a spreadsheet program takes for a formula in a CSV is known, and numbers with a sign are no such texts."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.operations.formula_texts import FormulaTexts, is_formula_text, may_hold_formulas


@pytest.mark.parametrize(
    "text",
    ["=1+3", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\nx", "  =1+1", "\uff1d1+1", "-17.50 over", "+49 170 12", "--", "-1+1|x", "+1(2)"],
)  # fmt: skip
def test_a_text_that_opens_a_formula_is_known(text):
    assert is_formula_text(text)


@pytest.mark.parametrize(
    "text",
    ["", "M.1.1.1", "-12.50", "+49.90", "-12,50", "-1,234.50", "+5%", "-$4.50", "-€5", "-", "+", "=", "@", "a=b", "12-50", "'=1", " x"],
)  # fmt: skip
def test_a_number_with_its_sign_and_a_sign_alone_are_no_formulas(text):
    assert not is_formula_text(text)


@given(st.lists(st.text("=+-@\t\r\n\x00 \uff1da1,;\"'", max_size=5), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_a_line_without_the_signs_looked_for_holds_no_such_text(cells, delimiter):
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=delimiter).writerow(cells)
    assert may_hold_formulas(line.getvalue()) or not any(map(is_formula_text, cells))


def test_the_first_one_is_named_with_its_place():
    texts = FormulaTexts()
    texts.look_at(3, ["a", "-1.00", None, 7.0])
    assert texts.sentence() == ""
    texts.look_at(1_004, ["a", "b", "=1+1"])
    told = texts.sentence()
    assert told.startswith("1 cell (in line 1,004, column C) begins with =, +, -, @, a tab or a line break, which a ")
    texts.look_at(1_005, ["@a", "=b"])
    told = texts.sentence()
    assert told.startswith("3 cells (the first one in line 1,004, column C) begin with =, ")
    assert told.endswith(
        "may take for a formula. Nothing in them was changed. To open the file in a spreadsheet program, write it as "
        ".xlsx: there they are texts."
    )
