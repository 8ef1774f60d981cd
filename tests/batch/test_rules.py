"""The rule catalogue is complete, and every message helps."""

import string

import pytest

from action_returns.batch.report import FindingIndex
from action_returns.batch.rules import REFUSALS, RULES

ERRORS = {
    "ActionId": {"id-missing", "id-not-text", "id-whitespace", "id-no-prefix", "id-case", "id-shape", "id-duplicate"},
    "Amount": {
        "amount-missing",
        "amount-whitespace",
        "amount-not-number",
        "amount-separator",
        "amount-negative",
        "amount-decimals",
    },
    "Reason": {"reason-missing", "reason-whitespace", "reason-case", "reason-unknown", "reason-amount-mismatch"},
    "row": {"cell-error", "formula-no-value", "cell-merged", "limit-reached", "action-locked"},
}
WARNINGS = {
    "ActionId": {"id-unusual", "id-mixed-campaigns"},
    "Amount": {"amount-large", "amount-above-original", "amount-unchanged", "amount-was-zero"},
    "Reason": set(),
    "row": {"limit-near", "action-unknown", "already-sent", "row-hidden"},
}
FIXED = {"id-whitespace", "id-case", "amount-whitespace", "amount-separator", "reason-whitespace", "reason-case"}
FACTS = {
    "found": '"x"',
    "reasons": "REJECTED",
    "first_row": 2,
    "campaign": "1",
    "main_campaign": "2",
    "limit": "5.00",
    "current": "4.00",
    "amount": '"0"',
    "lock": "has the state APPROVED, which takes no more changes",
    "count": "1,000",
    "batch": "0001",
}
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def codes(severity, columns):
    return {rule.code for rule in RULES if rule.severity == severity and rule.column in columns}


@pytest.mark.parametrize("column", ["ActionId", "Amount", "Reason"])
def test_each_column_has_exactly_its_rules(column):
    assert codes("error", {column}) - ERRORS["row"] == ERRORS[column]
    assert codes("warning", {column}) - WARNINGS["row"] == WARNINGS[column]


def test_the_rules_about_rows_are_errors_and_warnings_as_promised():
    assert codes("error", {"ActionId", None}) - ERRORS["ActionId"] == ERRORS["row"]
    assert codes("warning", {"ActionId", None}) - WARNINGS["ActionId"] == WARNINGS["row"]
    assert {rule.code for rule in RULES if rule.column is None} == {"cell-error", "formula-no-value", "cell-merged"}


def test_no_code_is_used_twice():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)


def test_a_safe_fix_is_offered_for_exactly_the_slips_that_have_one():
    assert {rule.code for rule in RULES if rule.safe_fix} == FIXED


@each_rule
def test_a_message_says_what_why_and_what_to_do_in_full_sentences(rule):
    assert len({rule.what, rule.why, rule.todo}) == 3
    for sentence in (rule.what, rule.why, rule.todo):
        assert sentence.endswith(".")
        assert sentence[0] in string.ascii_uppercase + "{"
        assert sentence == " ".join(sentence.split())
    said = rule.message(FACTS)
    assert said.count("{") == said.count("}") == 0
    assert said.startswith(rule.what.format_map(FACTS))
    assert said.endswith(rule.todo.format_map(FACTS))


@each_rule
def test_a_title_is_a_few_words_without_a_full_stop(rule):
    assert 0 < len(rule.title) <= 40
    assert not rule.title.endswith(".")


@each_rule
def test_every_rule_can_be_marked_in_every_column(rule):
    for column in ("ActionId", "Amount", "Reason"):
        mark = 1_048_575 << FindingIndex.SHIFT | FindingIndex.number(rule.code, column)
        assert FindingIndex([mark])[0] == (1_048_575, column, rule)


def test_the_refusals_of_a_whole_file_are_exactly_these():
    assert set(REFUSALS) == {
        "file-unreadable",
        "file-protected",
        "file-too-large",
        "columns-missing",
        "columns-repeated",
        "no-rows",
        "sheet-ambiguous",
    }
    assert all(meaning.endswith(".") for meaning in REFUSALS.values())
