"""Asking for an approval and giving it, where a user is there to answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.csv_format import make_csv
from action_returns.errors import ApprovalError, DeclinedError
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.approval import Approver, approve
from action_returns.operations.approval_texts import missing, send_command
from tests.support.approvals import Two
from tests.support.batches import checked_batch
from tests.support.ledgers import ROWS
from tests.support.sending import ROWS as RETURNS


@pytest.fixture
def people(paths):
    with open_ledger(paths.ledger_file) as ledger:
        people = Two(ledger, ledger, ("Ann", "Bea"))
        people.request()
        yield people


def never(*_):
    raise AssertionError("the user is asked")


def test_the_name_is_asked_for_and_then_the_question_with_the_file(people, paths):
    shown = []

    def ask(found):
        shown.append(found.target.sha256)
        return True

    done = approve(1, Approver(ask_name=lambda: "Bea", ask=ask), paths, None)
    assert (done.approved.by.name, shown) == ("Bea", [make_csv(ROWS).sha256])


@pytest.mark.parametrize("answer", ["", "  "])
def test_without_a_name_no_question_is_asked(people, paths, answer):
    with pytest.raises(ApprovalError, match="Add your name"):
        approve(1, Approver(ask_name=lambda: answer, ask=never), paths, None)


def test_a_no_approves_nothing(people, paths):
    with pytest.raises(DeclinedError):
        approve(1, Approver("Bea", ask=lambda _: False), paths, None)
    assert people.amy.approval(1).steps == ()


def test_the_person_who_prepared_it_is_not_asked(people, paths):
    with pytest.raises(ApprovalError, match="Another person has to approve it"):
        approve(1, Approver("ann", ask=never), paths, None)


def test_what_cannot_be_approved_any_more_is_not_asked_about(people, paths):
    people.amy.withdraw(1, "So.", "Ann")
    with pytest.raises(ApprovalError, match="is withdrawn, so it cannot be approved"):
        approve(1, Approver("Bea", ask=never), paths, None)


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("change", "later", "words"),
    [
        ({}, timedelta(days=8), "It is older than 7 days, and approves nothing any more."),
        ({"is_whole": False}, timedelta(), "Approval 1 was changed after it was recorded, so it does not count."),
        ({"used_by": ("0004",)}, timedelta(), "It was used by batch 0004."),
    ],
)
def test_why_an_approval_of_this_very_file_does_not_hold_is_told(people, change, later, words):
    approval = replace(people.amy.approval(1), **change)
    told, step = missing(approval.target, [approval], checked_batch(RETURNS), NOW + later)
    assert words in told
    assert step == "Ask for approval: action-returns approval request returns.csv"


def test_a_file_that_looks_like_an_option_is_still_a_file_in_the_next_command(people):
    approval = replace(people.amy.approval(1), source="--yes.csv")
    assert send_command(approval) == "action-returns send ./--yes.csv --only-ready"
    told, step = missing(approval.target, [], checked_batch(RETURNS, source="--yes.csv"), NOW)
    assert step == "Ask for approval: action-returns approval request ./--yes.csv"
    assert "no approval was asked for" in told
