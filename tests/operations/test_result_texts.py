"""Every result has a sentence that says what happened and what to do, and every documented word is explained."""

import pytest

from action_returns.operations.refusal_words import REFUSALS, explain_refusal
from action_returns.operations.result_texts import row_sentence
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

ROW = SentRow("M.1.1.1", 1250, "ORDER_UPDATE")
DOCUMENTED = [
    "ACTION_REF_NOT_FOUND",
    "ACTIONTERMS_NOT_FOUND",
    "ACTIONTRACKER_CAMPAIGN_MISMATCH",
    "ACTIONTRACKER_NOT_ACTIVE",
    "ACTIONTRACKER_NOT_FOUND",
    "BLACKLISTED_SOURCE_IP",
    "BLOCKED_BY_PROMOCODE",
    "CALL_DUPLICATE",
    "CALL_DURATION_TOO_SHORT",
    "CALL_FOR_CALL_PER_CONV_AT",
    "CALL_INCOMPLETE",
    "CALL_OUTSIDE_DAILY_RANGE",
    "CAMPAIGN_NOT_FOUND",
    "CONTRACT_NOT_FOUND",
    "CONV_DUPLICATE",
    "CREDITING_RULE_MISMATCH",
    "MALFORMED",
    "MAX_RECURRENCES_REACHED",
    "NO_ITEM",
    "NO_VALID_ACTION_REF",
    "OID_MISSING",
    "OTHER_REF_PRIORITIZED",
    "OUTSIDE_ASSOCIATION_WINDOW",
    "PARTNER_NOT_ACTIVE",
    "REFTYPE_NOT_ACCEPTED",
    "RESTRICTED_PROMOCODE",
    "UNCLAIMED",
]
"""The 27 reasons in the network's OpenAPI document of submissions, version 14."""


@pytest.mark.parametrize("why", list(Why))
def test_every_result_has_a_sentence_of_its_own(why):
    sentence = row_sentence(ROW, RowResult(Verdict.TOO_EARLY, why, 2000, "PENDING", "0007", "pending"))
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_a_sentence_tells_the_amounts():
    different = RowResult(Verdict.DIFFERENT, Why.OTHER_AMOUNT, 2000, "PENDING")
    assert row_sentence(ROW, different) == "The network has 20.00, and 12.50 was sent. Look it up in the network."
    reversed_action = row_sentence(ROW, different._replace(state="Reversed"))
    assert reversed_action == "The network shows it as reversed, and 12.50 was sent. Look it up in the network."


def test_the_words_of_the_network_are_explained_and_no_others():
    assert sorted(REFUSALS) == sorted(DOCUMENTED)
    assert explain_refusal("NO_ITEM (Validation)") == REFUSALS["NO_ITEM"]
    assert explain_refusal("CONTRACT_NOT_FOUND RESTRICTED_PROMOCODE") == (
        f"{REFUSALS['CONTRACT_NOT_FOUND']} {REFUSALS['RESTRICTED_PROMOCODE']}"
    )


@pytest.mark.parametrize("word", ["", "A_NEW_WORD", "Something {odd}", "%s"])
def test_a_word_that_is_not_documented_is_shown_as_it_comes(word):
    sentence = row_sentence(ROW, RowResult(Verdict.REFUSED, Why.NAMED_AS_ERROR, word=word))
    assert f"names it as an error: {word}." in sentence
    assert "does not document this word" in sentence
