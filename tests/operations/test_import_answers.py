"""Answers about an export are kept for files with the same headers, used again, and said."""

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
