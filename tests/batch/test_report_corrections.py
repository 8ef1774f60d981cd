"""Safe corrections: what they change, and what they leave alone."""

from hypothesis import given

from action_returns.batch.cell_rules import CellRules
from action_returns.batch.check import check
from action_returns.batch.context import ReasonKind
from action_returns.batch.report import Correction, apply_corrections
from tests.batch import reference
from tests.batch.sheets import GOOD_ID, codes, one_row, rows_of
from tests.batch.strategies import columns_of, policies, sheets


def test_a_row_of_small_slips_becomes_ready():
    fixed, changes = apply_corrections(check(one_row(" m.1.2.3\n", "12,50", "order_update ")))
    assert (list(fixed.action_id), list(fixed.amount), list(fixed.reason)) == (["M.1.2.3"], ["12.50"], ["ORDER_UPDATE"])
    assert changes == [
        Correction(2, "ActionId", "id-whitespace", " m.1.2.3\n", "M.1.2.3"),
        Correction(2, "Amount", "amount-separator", "12,50", "12.50"),
        Correction(2, "Reason", "reason-whitespace", "order_update ", "ORDER_UPDATE"),
    ]
    assert list(check(fixed).ready_rows()) == [("M.1.2.3", 1250, "ORDER_UPDATE")]


def test_what_is_ambiguous_or_simply_wrong_stays_as_it_was():
    cells = ("1.2.3", "1,250", "REJECTD")
    fixed, changes = apply_corrections(check(one_row(*cells)))
    assert changes == []
    assert (fixed.action_id[0], fixed.amount[0], fixed.reason[0]) == cells


def test_the_cells_that_were_given_are_not_touched():
    columns = one_row(" " + GOOD_ID)
    fixed, _ = apply_corrections(check(columns))
    assert columns.action_id == [" " + GOOD_ID]
    assert fixed is not columns


def test_fixed_columns_keep_their_place_in_the_sheet():
    columns = one_row(" " + GOOD_ID, sheet="Actions", letters=("A", "B", "C"), hidden=frozenset({2}))
    fixed, _ = apply_corrections(check(columns))
    assert (fixed.rows, fixed.sheet, fixed.letters, fixed.hidden) == (columns.rows, "Actions", ("A", "B", "C"), {2})


def test_a_repaired_id_that_repeats_another_row_is_found_when_checked_again():
    fixed, _ = apply_corrections(check(rows_of((GOOD_ID, 0.0, "REJECTED"), ("m" + GOOD_ID[1:], 0.0, "REJECTED"))))
    assert codes(fixed) == [(3, "ActionId", "id-duplicate")]


def test_a_repaired_zero_still_reverses_only_with_a_reason_that_says_so():
    fixed, _ = apply_corrections(check(one_row(amount=" 0", reason="ORDER_UPDATE")))
    assert fixed.amount == ["0"]
    assert codes(fixed) == [(2, "Reason", "reason-amount-mismatch")]


@given(sheets, policies)
def test_the_corrections_are_counted_without_being_made(rows, policy):
    report = check(columns_of(rows), policy)
    assert report.safe_corrections == len(apply_corrections(report)[1])


@given(sheets, policies)
def test_a_fix_changes_no_amount_that_could_be_read_and_no_reason_that_was_known(rows, policy):
    report = check(columns_of(rows), policy)
    fixed, _ = apply_corrections(report)
    before, judge = report.columns, CellRules(policy)
    for at in range(len(before)):
        cents = reference.amount_of(before.amount[at])
        if not isinstance(cents, str):
            assert reference.amount_of(fixed.amount[at]) == cents
        kind = reference.reason_of(before.reason[at], policy.reasons)
        if isinstance(kind, ReasonKind):
            assert judge.reason(fixed.reason[at]) is kind
    assert check(fixed, policy).ready >= report.ready - check(fixed, policy).counts.get("id-duplicate", 0)


@given(sheets, policies)
def test_after_fixing_once_there_is_nothing_left_to_fix(rows, policy):
    fixed, _ = apply_corrections(check(columns_of(rows), policy))
    assert apply_corrections(check(fixed, policy))[1] == []
