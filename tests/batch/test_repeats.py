"""Of identical rows of one action the first is kept; rows that contradict each other are all held back."""

import pytest

from action_returns.batch.cells import CellError
from action_returns.batch.check import check
from action_returns.batch.context import Policy, ReasonKind
from tests.batch.sheets import codes, label, rows_of

ID = "M.8882.4808.1063420"
NA = CellError("error", "#N/A")


def verdicts(*rows, policy=None):
    """The findings about the ActionId of each row, the first of them two rows of one action."""
    said = codes(rows_of(*rows), *([] if policy is None else [policy]))
    return [code for _, column, code in said if column == "ActionId"]


def test_two_amounts_for_one_action_hold_both_rows_back():
    report = check(rows_of((ID, "0", "REJECTED"), (ID, "19.90", "ORDER_UPDATE"), ("M.8882.4808.1", "0", "REJECTED")))
    assert [(finding.row, finding.code) for finding in report] == [(2, "id-conflict"), (3, "id-conflict")]
    assert list(report.ready_rows().rows) == [4]
    assert report[0].message.startswith(f'"{ID}" stands in the rows 2 and 3 with different amounts or reasons. ')


def test_rows_that_are_one_action_only_after_a_safe_correction_contradict_each_other_too():
    rows = rows_of((ID, "0", "REJECTED"), ("m" + ID[1:], "10.00", "ORDER_UPDATE"), (" " + ID, "5.00", "ORDER_UPDATE"))
    report = check(rows)
    assert [(finding.row, finding.code) for finding in report] == [
        (2, "id-conflict"),
        (3, "id-conflict"),
        (4, "id-conflict"),
    ]
    assert report.ready == 0
    assert "the rows 2, 3 and 4 with" in report[0].message


def test_one_row_that_differs_holds_back_the_identical_ones_as_well():
    same, other = (ID, "5", "ORDER_UPDATE"), (ID, "6", "ORDER_UPDATE")
    assert verdicts(same, same, other) == ["id-conflict"] * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("12.5", "ORDER_UPDATE"), ("12.50", "ORDER_UPDATE")),
        ((12.5, "ORDER_UPDATE"), ("12.50", "ORDER_UPDATE")),
        ((0.1 + 0.2, "ORDER_UPDATE"), ("0.30", "ORDER_UPDATE")),
        (("0", "REJECTED"), (0.0, "REJECTED")),
        (("0", "REJECTED"), ("0.00", "rejected ")),
        (("12.50", "ORDER_UPDATE"), ("12,50", "ORDER_UPDATE")),
        (("12.50", "ORDER_UPDATE"), (" 12.50 ", "order_update")),
        ((None, "REJECTED"), (None, "REJECTED")),
        (("abc", "REJECTED"), ("abc", "REJECTED")),
        (("5", "Returned"), ("5", "Returned")),
        ((NA, NA), (NA, NA)),
    ],
    ids=label,
)
def test_the_same_amount_and_reason_however_they_are_written_are_identical(one, other):
    assert verdicts((ID, *one), (ID, *other)) == ["id-duplicate"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("12.50", "ORDER_UPDATE"), ("12.51", "ORDER_UPDATE")),
        (("0", "REJECTED"), ("0", "OTHER")),
        (("12.50", "ORDER_UPDATE"), (None, "ORDER_UPDATE")),
        (("12.50", "ORDER_UPDATE"), ("12.5O", "ORDER_UPDATE")),
        (("1250", "ORDER_UPDATE"), ("1,250", "ORDER_UPDATE")),
        (("12.50", "ORDER_UPDATE"), ("12.50", None)),
        (("12.50", "ORDER_UPDATE"), (NA, "ORDER_UPDATE")),
        (("5", "Returned"), ("5", "RETURNED")),
        (("abc", "REJECTED"), ("abd", "REJECTED")),
    ],
    ids=label,
)
def test_a_row_that_is_not_known_to_be_the_same_contradicts(one, other):
    policy = Policy(
        reasons={"ORDER_UPDATE": ReasonKind.MODIFY, "REJECTED": ReasonKind.REVERSE, "OTHER": ReasonKind.EITHER}
    )
    assert verdicts((ID, *one), (ID, *other), policy=policy) == ["id-conflict"] * 2


def test_a_contradiction_with_many_rows_names_some_of_them():
    report = check(rows_of(*[(ID, float(at), "ORDER_UPDATE") for at in range(1, 10)]))
    assert "the rows 2, 3, 4, 5, 6 and 4 more with" in report[0].message
    six = check(rows_of(*[(ID, float(at), "ORDER_UPDATE") for at in range(1, 7)]))
    assert "the rows 2, 3, 4, 5, 6 and 7 with" in six[0].message


def test_repeats_and_contradictions_are_told_apart_for_the_user_to_choose():
    rows = rows_of(
        ("M.8.1.1", 0.0, "REJECTED"),
        ("M.8.1.2", 5.0, "ORDER_UPDATE"),
        ("m.8.1.1", 0.0, "REJECTED"),
        ("M.8.1.2", 6.0, "ORDER_UPDATE"),
    )
    report = check(rows)
    assert report.repeats() == {"M.8.1.1": [2, 4]}
    assert report.conflicts() == {"M.8.1.2": [3, 5]}


def test_contradicting_rows_of_another_campaign_are_said_to_contradict():
    rows = [(f"M.8.1.{at}", 0.0, "REJECTED") for at in range(5)]
    assert verdicts(*rows, ("M.7.1.1", 5.0, "ORDER_UPDATE"), ("M.7.1.1", 6.0, "ORDER_UPDATE")) == ["id-conflict"] * 2
