"""The rule catalogue is complete, and every message helps."""

import importlib.util
import re
import string

import pytest

from action_returns.batch import report, rules
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.context import DEFAULT_POLICY, Context, PendingAction, PendingDownload, Policy, SentAction
from action_returns.batch.report import FindingIndex
from action_returns.batch.rule import Case, OtherRows, Rule, Severity
from action_returns.batch.rules import REFUSALS, RULES
from tests.batch.sheets import NOW, rows_of

ERRORS = {
    "ActionId": {
        "id-missing",
        "id-not-text",
        "id-whitespace",
        "id-no-prefix",
        "id-case",
        "id-shape",
        "id-duplicate",
        "id-conflict",
        "id-lookalike",
    },
    "Amount": {
        "amount-missing",
        "amount-whitespace",
        "amount-not-number",
        "amount-separator",
        "amount-negative",
        "amount-decimals",
        "amount-percent",
    },
    "Reason": {"reason-missing", "reason-whitespace", "reason-case", "reason-unknown", "reason-amount-mismatch"},
    "row": {"cell-error", "formula-no-value", "cell-merged", "limit-reached", "action-locked"},
}
WARNINGS = {
    "ActionId": {"id-unusual", "id-mixed-campaigns"},
    "Amount": {
        "amount-shown-otherwise",
        "amount-large",
        "amount-above-original",
        "amount-unchanged",
        "amount-leading-zeros",
        "amount-was-zero",
    },
    "Reason": set(),
    "row": {"limit-near", "action-unknown", "already-sent", "currency-mixed", "row-hidden", "column-hidden"},
}
FIXED = {
    "id-whitespace",
    "id-case",
    "id-lookalike",
    "amount-whitespace",
    "amount-separator",
    "reason-whitespace",
    "reason-case",
}
CASE = Case(
    position=1,
    cell="M.1.2.3",
    columns=rows_of(("M.1.2.3", 0.0, "ORDER_UPDATE"), ("M.1.2.3", 5.0, "ORDER_UPDATE")),
    policy=Policy(max_cents=400),
    context=Context(
        PendingDownload({"M.1.2.3": PendingAction(cents=300, state="APPROVED")}, 1, NOW),
        NOW,
        {"M.1.2.3": SentAction(1_000, 500, "ORDER_UPDATE", "0001")},
    ),
    others=OtherRows(["M.1.2.3"] * 2, {"M.1.2.3": [0, 1]}, "2"),
    read_amount=CellRules(DEFAULT_POLICY).amount,
)
"""A row of which every rule could be told."""
TOLD_WITH_ANOTHER_FACT = {"already-sent": {"before", "advice"}}
"""Facts that another fact beside the row implies: the state of the batch stands beside its number."""
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def codes(severity, columns):
    return {rule.code for rule in RULES if rule.severity == severity and rule.column in columns}


@pytest.mark.parametrize("column", ["ActionId", "Amount", "Reason"])
def test_each_column_has_exactly_its_rules(column):
    assert codes("error", {column}) - ERRORS["row"] == ERRORS[column]
    assert codes("warning", {column}) - WARNINGS["row"] == WARNINGS[column]


def test_the_rules_about_rows_are_errors_and_warnings_as_promised():
    assert codes("error", {"ActionId", "Amount", "Reason", None}) == set().union(*ERRORS.values())
    assert codes("warning", {"ActionId", "Amount", "Reason", None}) == set().union(*WARNINGS.values())
    of_any_column = {"cell-error", "formula-no-value", "cell-merged", "column-hidden"}
    assert {rule.code for rule in RULES if rule.column is None} == of_any_column


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
    for text in (rule.message(CASE), rule.in_general(f"{rule.what} {rule.why} {rule.todo}")):
        assert text.count("{") == text.count("}") == 0
        assert re.fullmatch(re.sub(r"\\\{\w+\\\}", ".*", re.escape(f"{rule.what} {rule.why} {rule.todo}")), text)


@each_rule
def test_an_instruction_can_be_read_at_one_look_and_names_neither_buttons_nor_commands(rule):
    if rule.code != "already-sent":  # its instruction is one of three
        assert len(rule.in_general(rule.todo)) <= 90
    assert not re.search("Fix safe|Validate|action-returns|Next issue", f"{rule.what} {rule.why} {rule.todo}")


@each_rule
def test_beside_the_cell_stands_first_what_to_do_and_never_the_value(rule):
    text = rule.instruction(CASE, "A button does it.")
    todo = rule.in_case(rule.todo, CASE)
    assert text.startswith(f"{todo} A button does it. ")
    if rule.code not in {
        "cell-error",
        "reason-amount-mismatch",
    }:  # an error as it shows, and the amount beside the reason
        assert '"M.1.2.3"' not in text
    assert text.endswith(rule.in_case(rule.why, CASE))


@each_rule
def test_a_title_is_a_few_words_without_a_full_stop(rule):
    assert 0 < len(rule.title) <= 40
    assert not rule.title.endswith(".")


@each_rule
def test_every_rule_can_be_marked_in_every_column(rule):
    for column in ("ActionId", "Amount", "Reason"):
        mark = 1_048_575 << FindingIndex.SHIFT | FindingIndex.number(rule.code, column)
        assert FindingIndex([mark])[0] == (1_048_575, column, rule)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("id-duplicate", "already stands in row 2 with the same amount and reason."),
        ("id-conflict", "stands in the rows 2 and 3 with different amounts or reasons."),
        ("id-mixed-campaigns", "belongs to campaign 1; other rows belong to 2."),
        ("amount-large", "is above 4.00."),
        ("amount-above-original", "current amount of 3.00."),
        ("reason-amount-mismatch", 'does not go with the amount "5".'),
        ("limit-reached", "was already sent in 1,000 batches."),
        ("action-locked", "has the state APPROVED, which takes no more changes."),
        ("already-sent", "was already sent with this amount and reason in batch 0001."),
        ("reason-missing", "Choose one of ORDER_UPDATE, REJECTED."),
    ],
)
def test_a_message_names_the_facts_of_its_case(code, text):
    assert text in rules.RULE_BY_CODE[code].message(CASE)


@each_rule
def test_a_list_of_rows_shows_every_fact_that_differs_from_row_to_row(rule):
    beside = {name for _, name, _, _ in string.Formatter().parse(rule.beside) if name}
    assert beside | TOLD_WITH_ANOTHER_FACT.get(rule.code, set()) >= {
        name for name, fact in rule.facts.items() if not fact.of_batch
    }
    assert beside <= rule.facts.keys()
    assert not rule.beside.endswith(".")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("reason-unknown", "Choose one of ORDER_UPDATE, REJECTED, or add your account's own code to the profile."),
        ("amount-large", "The cell is above 4.00."),
        ("id-mixed-campaigns", "The cell belongs to campaign A; other rows belong to 2."),
    ],
)
def test_a_text_above_a_list_of_rows_names_only_facts_that_hold_for_all_of_them(code, text):
    rule = rules.RULE_BY_CODE[code]
    assert rule.in_batch(rule.todo if code == "reason-unknown" else rule.what, CASE) == text


def test_a_text_whose_placeholder_has_no_fact_is_refused_when_the_rule_is_written():
    with pytest.raises(ValueError, match="the rule made-up has no fact for its placeholder 'weekday'"):
        Rule("made-up", "Amount", Severity.WARNING, "Made up", "{found} is of {weekday}.", "Why.", "What to do.")


def test_more_rules_than_a_finding_can_number_stop_the_program_at_its_start(monkeypatch):
    again = importlib.util.spec_from_file_location("report_again", report.__file__)
    monkeypatch.setattr(rules, "RULES", (RULES * 2)[:64])
    again.loader.exec_module(importlib.util.module_from_spec(again))
    monkeypatch.setattr(rules, "RULES", (RULES * 2)[:65])
    with pytest.raises(AssertionError, match="more rules than"):
        again.loader.exec_module(importlib.util.module_from_spec(again))


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
