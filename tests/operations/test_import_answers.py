"""Answers about an export are kept for files with the same headers, used again, and said."""

import pytest

from action_returns.errors import UsageError
from action_returns.files import default_paths
from action_returns.operations.import_answers import ImportAnswers, SavedAnswers, remembered
from action_returns.returns.source import Amounts, Field

REASONS = {"REJECTED": "reverse", "ORDER_UPDATE": "modify"}
ANSWERS = ImportAnswers({Field.REFUND: "Money back"}, {"Too small": "REJECTED"}, 150, True, Amounts.EVENTS)


def paths(tmp_path):
    return default_paths({"ACTION_RETURNS_HOME": str(tmp_path / "home")})


def test_answers_are_found_again_for_the_same_headers_only(tmp_path):
    SavedAnswers(paths(tmp_path), REASONS).save("aa", ANSWERS)
    again = SavedAnswers(paths(tmp_path), REASONS)
    assert again.of("aa") == ANSWERS
    assert again.of("bb") == ImportAnswers()
    assert again.columns == {"aa": {"refund": "Money back"}}


def test_a_reason_code_that_the_profile_has_no_more_is_forgotten(tmp_path):
    SavedAnswers(paths(tmp_path), REASONS).save("aa", ANSWERS)
    assert SavedAnswers(paths(tmp_path), {"ORDER_UPDATE": "modify"}).of("aa").reasons == {}


def test_what_the_user_answers_now_comes_before_what_was_saved():
    now = ImportAnswers(
        {Field.REFUND: "Refund"},
        {"Too small": "ORDER_UPDATE"},
        0,
        without_tax_and_shipping=False,
        amounts=Amounts.TO_DATE,
    )
    assert now.over(ANSWERS) == now
    assert ImportAnswers().over(ANSWERS) == ANSWERS


def test_every_saved_answer_that_is_used_is_said_with_the_way_to_change_it():
    said = " ".join(remembered(ImportAnswers(), ANSWERS))
    for word in (
        '--map refund="HEADER"',
        '--reason "Too small=CODE"',
        "1.50",
        "--tolerance 0",
        "--with-tax-and-shipping",
    ):
        assert word in said


def test_an_answer_that_is_given_anew_is_not_said_to_be_remembered():
    assert list(remembered(ANSWERS, ANSWERS)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"tolerance": 1.5},
            "ImportAnswers: tolerance is 1.5. Write a whole number of cents, 0 or more: 150 for 1.50.",
        ),
        ({"tolerance": True}, "tolerance is True"),
        ({"tolerance": -1}, "tolerance is -1"),
        ({"tolerance": "1.50"}, "tolerance is '1.50'"),
        ({"amounts": "foo"}, "ImportAnswers: amounts is 'foo'. Write one of: events, to-date."),
        ({"amounts": Amounts.NONE}, "Write one of: events, to-date."),
        ({"amounts": ["events"]}, "amounts is ['events']"),
        ({"without_tax_and_shipping": "no"}, "without_tax_and_shipping is 'no'. Write True, False or None."),
        (
            {"columns": {"foo": "Money back"}},
            "ImportAnswers: columns has 'foo'. Write names such as order, internal-id, refund",
        ),
    ],
)
def test_an_answer_of_a_program_that_cannot_be_meant_is_refused_in_words(wrong, said):
    with pytest.raises(UsageError) as caught:
        ImportAnswers(**wrong)
    assert said in caught.value.message


def test_a_program_may_write_names_as_texts():
    written = ImportAnswers({"refund": "Money back"}, amounts="to-date")
    assert written.amounts is Amounts.TO_DATE
    assert written == ImportAnswers({Field.REFUND: "Money back"}, amounts=Amounts.TO_DATE)
