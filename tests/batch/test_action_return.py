"""One row made in code meets the same rules as one read from a sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from action_returns.batch.action_return import ActionReturn, as_columns, ready_rows
from action_returns.batch.amounts import amount_text
from action_returns.batch.check import check
from action_returns.batch.context import Policy, ReasonKind
from action_returns.batch.csv_format import csv_bytes
from tests.batch.sheets import GOOD_ID, one_row
from tests.batch.strategies import IDS, REASONS, good_ids, policies


def accepted(policy, **facts):
    try:
        return ActionReturn.model_validate(facts, context={"policy": policy})
    except ValidationError:
        return None


@given(
    st.one_of(good_ids, st.sampled_from(IDS), st.text(max_size=6)),
    st.one_of(st.just(0), st.integers(0, 10**17 + 10), st.just(10**17 - 1), st.just(10**17)),
    st.one_of(st.sampled_from(["ORDER_UPDATE", "REJECTED", "OTHER"]), st.sampled_from(REASONS)),
    policies,
)
def test_a_model_is_accepted_exactly_where_the_check_calls_the_row_ready(action_id, cents, reason, policy):
    ready = check(one_row(action_id, amount_text(cents), reason), policy).ready_rows()
    model = accepted(policy, action_id=action_id, cents=cents, reason=reason)
    assert (model is not None) == (len(ready) == 1)
    if model is not None:
        assert [(model.action_id, model.cents, model.reason)] == list(ready)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"action_id": "1.2.3"}, "id-no-prefix"),
        ({"action_id": " M.1.2.3"}, "id-whitespace"),
        ({"reason": "rejected"}, "reason-case"),
        ({"cents": 1}, "reason-amount-mismatch"),
        ({"cents": -1}, "greater than or equal to 0"),
        ({"cents": 10**17}, "less than"),
        ({"cents": 1.0}, "valid integer"),
        ({"cents": True}, "valid integer"),
        ({"cents": "0"}, "valid integer"),
        ({"action_id": 5}, "valid string"),
        ({"note": "x"}, "not permitted"),
    ],
)
def test_a_row_that_may_not_be_sent_cannot_be_made_and_the_rule_is_named(facts, code):
    with pytest.raises(ValidationError, match=code):
        ActionReturn(**{"action_id": GOOD_ID, "cents": 0, "reason": "REJECTED"} | facts)


def test_a_model_that_breaks_two_rules_names_both():
    with pytest.raises(ValidationError, match=r"(?s)id-shape: .*; reason-unknown: "):
        ActionReturn(action_id="x", cents=0, reason="y")


def test_a_model_cannot_be_changed_after_it_was_judged():
    model = ActionReturn(action_id=GOOD_ID, cents=0, reason="REJECTED")
    with pytest.raises(ValidationError, match="frozen"):
        model.cents = 5


def test_a_model_of_another_account_follows_its_policy():
    policy = Policy(reasons={"Returned": ReasonKind.REVERSE}, action_id_pattern="X[0-9]+")
    assert accepted(policy, action_id="X1", cents=0, reason="Returned").amount == "0"
    assert accepted(policy, action_id=GOOD_ID, cents=0, reason="Returned") is None
    assert accepted(policy, action_id="X1", cents=0, reason="REJECTED") is None
    assert accepted(policy, action_id="X1", cents=5, reason="Returned") is None


def test_an_unusual_id_only_warns():
    assert ActionReturn(action_id="M1", cents=4990, reason="ORDER_UPDATE").amount == "49.90"


def test_models_become_the_rows_of_a_file():
    models = [
        ActionReturn(action_id="M.1.1.1", cents=4990, reason="ORDER_UPDATE"),
        ActionReturn(action_id="M.1.1.2", cents=0, reason="REJECTED"),
    ]
    expected = b"ActionId,Amount,Reason\r\nM.1.1.1,49.90,ORDER_UPDATE\r\nM.1.1.2,0,REJECTED\r\n"
    assert csv_bytes(ready_rows(iter(models))) == expected
    assert csv_bytes(check(as_columns(iter(models))).ready_rows()) == expected


def test_the_same_action_twice_is_found_among_models_too():
    model = ActionReturn(action_id=GOOD_ID, cents=0, reason="REJECTED")
    report = check(as_columns([model, model]))
    assert [(finding.row, finding.code, finding.cell) for finding in report] == [(2, "id-duplicate", None)]
