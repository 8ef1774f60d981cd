"""The texts of the dialogues that change cells."""

import pytest

from action_returns.batch.report import Correction
from action_returns.excel import edit_messages
from tests.excel.desk import GOOD


def ids(number, first=1):
    return [f"M.8882.4808.{first + at}" for at in range(number)]


def test_corrections_are_counted_and_the_first_twelve_shown(desk):
    desk.open([(action_id, "1,5", "ORDER_UPDATE") for action_id in ids(14)])
    desk.excel.answer("yes")
    said = desk.click("fix_safe")
    asked = desk.excel.alerts[0].text.splitlines()
    assert asked[0] == "Correct 14 cells? Each can mean only one thing."
    assert asked[2] == "Row 4, Amount:  1,5  →  1.50"
    assert asked[13:] == ["Row 15, Amount:  1,5  →  1.50", "... and 2 more like these."]
    assert said == ("14 cells corrected. No errors are left. Next: Review.\n\nUndo tool change takes it back.")


def test_of_many_rows_to_take_back_the_first_twelve_are_shown(desk):
    desk.open([(action_id, "1,5", "ORDER_UPDATE") for action_id in ids(13)])
    desk.excel.answer("yes", "no")
    desk.click("fix_safe")
    desk.click("undo_change")
    asked = desk.excel.alerts[-1].text.splitlines()
    assert asked[0] == "Take back the correction of 13 cells? The cells of Actions become what they were:"
    assert asked[2] == 'B4:  "1.50"  →  "1,5"'
    assert asked[13:] == ['B15:  "1.50"  →  "1,5"', "... and 1 row more."]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("M.8882.4808.1", None, "REJECTED")], "Nothing can be corrected safely. 1 error needs a decision of yours: "),
        ([("M.8882.4808.1", None, "x")], "Nothing can be corrected safely. 2 errors need a decision of yours: "),
        (GOOD, "There is nothing to correct."),
    ],
)
def test_what_needs_a_decision_is_counted(desk, rows, said):
    desk.open(rows)
    assert desk.click("fix_safe") == said + ("press Next issue." if said.endswith(": ") else "")


def test_repeats_are_counted_and_the_first_twelve_shown(desk):
    twice = [(action_id, amount, "ORDER_UPDATE") for amount in "12" for action_id in ids(14)]
    desk.open(twice)
    desk.excel.answer("yes")
    said = desk.click("remove_duplicates")
    asked = desk.excel.alerts[0].text.splitlines()
    assert asked[0] == "14 Action IDs stand in rows that contradict each other."
    assert asked[2] == "M.8882.4808.1:  row 4 (1, ORDER_UPDATE)   row 18 (2, ORDER_UPDATE)"
    assert asked[13].startswith("M.8882.4808.12:  row 15")
    assert asked[14] == "... and 2 more."
    assert said == (
        "14 rows taken out (18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, ...). 14 rows are left, 0 errors."
    )


def test_of_an_action_in_many_rows_the_first_eleven_and_the_last_are_shown(desk):
    desk.open([("M.8882.4808.1", str(amount), "ORDER_UPDATE") for amount in range(1, 31)])
    desk.excel.answer("cancel")
    desk.click("remove_duplicates")
    line = desk.excel.alerts[0].text.splitlines()[2]
    assert line.count("(") == 12
    assert line.endswith("row 14 (11, ORDER_UPDATE)   ... 18 rows ...   row 33 (30, ORDER_UPDATE)")


def test_one_repeated_action_is_told_as_one(desk):
    desk.open([GOOD[0], ("M.8882.4808.1", "5", "ORDER_UPDATE"), GOOD[1]])
    desk.excel.answer("cancel")
    desk.click("remove_duplicates")
    assert desk.excel.alerts[0].text.startswith(
        "1 Action ID stands in rows that contradict each other.\n\nM.8882.4808.1:  row 4"
    )


def test_one_identical_row_is_told_as_one_and_only_confirmed(desk):
    desk.open([GOOD[0], GOOD[0], GOOD[1]])
    desk.excel.answer("no")
    assert desk.click("remove_duplicates") == "Nothing was changed."
    assert desk.excel.alerts[-2].text == (
        "1 Action ID stands in identical rows; the first row stays.\n\n"
        "M.8882.4808.1:  row 4 (0, REJECTED)   row 5 (0, REJECTED)\n\n"
        "Take the later rows out? The three cells of the other rows are emptied; Undo tool change takes that back."
    )


def test_one_row_that_was_taken_out_leaves_one(desk):
    desk.open([GOOD[0], GOOD[0]])
    desk.excel.answer("yes")
    assert desk.click("remove_duplicates") == "1 row taken out (5). 1 row is left, 0 errors."


def test_one_formula_that_stays_is_told_as_one():
    assert edit_messages.fixes([Correction(4, "Amount", "amount-separator", "1,5", "1.50")], formulas=1).endswith(
        "\n1 cell with a formula of yours stays as it is."
    )


def test_one_cell_whose_formula_keeps_it_from_being_corrected_is_told_as_one():
    assert edit_messages.nothing_to_fix(None, formulas=1) == (
        "1 cell could be corrected, but holds a formula of yours, which is never overwritten."
    )
