"""The reason code of a row goes with its amount. A word of the export that stands for no code is asked about, not guessed."""

import pytest

from action_returns.batch.context import DEFAULT_REASONS, Policy, ReasonKind
from action_returns.returns.import_reasons import ChosenReason, ReasonCodes
from action_returns.returns.known import Choices
from tests.returns.imports import action, decided, left, order

MODIFY, REVERSE, EITHER = ReasonKind.MODIFY, ReasonKind.REVERSE, ReasonKind.EITHER
MORE = {**DEFAULT_REASONS, "RETURNED": EITHER, "FRAUD": REVERSE}
BOTH = ("ORDER_UPDATE", "RETURNED")
BACK = ("REJECTED", "RETURNED", "FRAUD")


def chosen(word, *, reverses, reasons=MORE, profile=None, words=None):
    return ReasonCodes(Policy(reasons, return_reasons=profile or {}), words or {}).choose(word, reverses=reverses)


@pytest.mark.parametrize("word", [None, "Damaged"])
def test_the_only_code_that_fits_is_taken_without_a_question(word):
    assert chosen(word, reverses=False, reasons=DEFAULT_REASONS) == ChosenReason("ORDER_UPDATE")
    assert chosen(word, reverses=True, reasons=DEFAULT_REASONS) == ChosenReason("REJECTED")


def test_without_a_word_the_standard_codes_are_taken():
    assert chosen(None, reverses=False) == ChosenReason("ORDER_UPDATE")
    assert chosen(" ", reverses=True) == ChosenReason("REJECTED")


def test_without_a_word_and_a_standard_code_it_is_to_decide():
    reasons = {"A": MODIFY, "B": EITHER, "C": REVERSE}
    assert chosen(None, reverses=False, reasons=reasons) == ChosenReason("", ("A", "B"))
    assert chosen(None, reverses=True, reasons=reasons) == ChosenReason("", ("B", "C"))


@pytest.mark.parametrize("word", ["Damaged", " damaged ", "DAMAGED"])
def test_a_word_is_looked_up_in_the_profile_in_any_case(word):
    assert chosen(word, reverses=True, profile={"Damaged": "RETURNED"}) == ChosenReason("RETURNED")


def test_what_the_user_chose_wins_over_the_profile():
    known = {"profile": {"Damaged": "RETURNED"}, "words": {"damaged": "FRAUD"}}
    assert chosen("Damaged", reverses=True, **known) == ChosenReason("FRAUD")


def test_a_code_that_contradicts_a_partial_refund_gives_way_to_the_standard_one():
    assert chosen("Scam", reverses=False, profile={"Scam": "FRAUD"}) == ChosenReason("ORDER_UPDATE")
    assert chosen("Scam", reverses=True, profile={"Scam": "FRAUD"}) == ChosenReason("FRAUD")


def test_a_code_that_contradicts_and_no_standard_one_is_to_decide():
    reasons = {"A": MODIFY, "B": EITHER, "C": REVERSE}
    assert chosen("x", reverses=False, reasons=reasons, words={"x": "C"}) == ChosenReason("", ("A", "B"))


@pytest.mark.parametrize("words", [{}, {"Other": "FRAUD"}, {"Damaged": "GONE"}])
def test_a_word_that_stands_for_no_code_is_to_decide_with_the_codes_that_fit(words):
    assert chosen("Damaged", reverses=False, words=words) == ChosenReason("", BOTH)
    assert chosen("Damaged", reverses=True, words=words) == ChosenReason("", BACK)


def test_no_code_that_fits_leaves_nothing_to_choose_from():
    assert chosen(None, reverses=False, reasons={"A": REVERSE}) == ChosenReason("")


def test_an_order_with_such_a_word_is_left_with_its_codes_and_how_to_choose_one():
    policy = Policy(MORE)
    only = left(order(refunded=2_000, reason="Too small"), action(), policy=policy)
    assert (only.code, only.group.value, only.candidates) == ("reason-unmapped", "to_decide", BOTH)
    assert 'The reason of order 1001 is "Too small"' in only.message
    assert '--reason "Too small=CODE"' in only.message
    choices = Choices(reasons={"too  SMALL": "RETURNED"})
    (row,) = decided(order(refunded=2_000, reason="Too small"), action(), policy=policy, choices=choices).rows
    assert row.reason == "RETURNED"


def test_an_order_without_a_word_or_without_any_code_says_what_to_do():
    none = left(order(refunded=2_000), action(), policy=Policy({"A": REVERSE}))
    assert "no reason code of the profile goes with it. Add one" in none.message
    several = left(order(refunded=2_000), action(), policy=Policy({"A": MODIFY, "B": MODIFY}))
    assert several.message.endswith("A, B. Enter its row by hand.")


def test_an_answer_that_does_not_go_with_the_amount_is_noted_with_the_code_that_was_taken():
    orders = [
        order("1", 2_000, reason="Damaged", currency="EUR"),
        order("2", 3_000, 3, reason="Damaged", currency="EUR", total=10_000),
        order("3", 10_000, 4, reason="Damaged", currency="EUR", total=10_000),
    ]
    actions = {f"M.8882.4808.{number}": action(number=str(number), original_cents=10_000) for number in (1, 2, 3)}
    answered = {"policy": Policy(MORE), "choices": Choices(reasons={"damaged": "FRAUD"})}
    preview = decided(orders, actions, **answered)
    assert [one.reason for one in preview.rows] == ["ORDER_UPDATE", "ORDER_UPDATE", "FRAUD"]
    (note,) = preview.notes
    assert note == (
        'Your answer FRAUD for "Damaged" was not used for 2 orders, because it goes with the amount 0 only: their reason is '
        "ORDER_UPDATE. If another code is right, change it in the rows."
    )
    assert decided(orders[2:], actions, **answered).notes == ()


def test_an_answer_for_partial_refunds_is_noted_where_all_was_refunded():
    given = order(refunded=10_000, reason="Damaged", currency="EUR", total=10_000)
    (note,) = decided(given, action(), choices=Choices(reasons={"Damaged": "ORDER_UPDATE"})).notes
    assert note.startswith(
        'Your answer ORDER_UPDATE for "Damaged" was not used for 1 order, because it goes with amounts'
    )
    assert "above 0 only: its reason is REJECTED." in note
