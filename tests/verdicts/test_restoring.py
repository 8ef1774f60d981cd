"""Which rows restore what a batch changed, and why others are left out."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.context import PendingAction, Policy, ReasonKind
from action_returns.verdicts.amount_before import Basis, EarlierRow, Evidence
from action_returns.verdicts.by_pending import ListAge
from action_returns.verdicts.restoring import LeftOut, RowPlan, plan_resetting, plan_restoring, restoring_reasons
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

SENT_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOCKS = SENT_AT + 300 * HOUR
ID = "M.8882.4808.1"
ROW = SentRow(ID, 1000, "ORDER_UPDATE")
REVERSAL = SentRow(ID, 0, "REJECTED")


def action(cents=None, state="PENDING", locks_at=LOCKS, **facts):
    return PendingAction(cents, locks_at, state, **facts)


def plan(row=ROW, *, before=None, listed=None, hours=48, until=None, now=None, **facts):
    """Plans one row; ``listed`` is what a list says that was made so many hours after the batch, ``until`` so many."""
    taken = SENT_AT + hours * HOUR
    if listed is not None or facts.pop("has_list", False):
        age = ListAge(taken, taken if until is None else SENT_AT + until * HOUR)
        facts |= {"pending": {} if listed is None else {ID: listed}, "age": age}
    known = {} if before is None else {ID: before}
    evidence = Evidence(sent_at=SENT_AT, now=now or taken, before=known, **facts)
    return plan_restoring([row], evidence)[0]


def earlier(cents=1500, *, hours=-72, has_arrived=True, same_list=False, result=None):
    return {ID: [EarlierRow("0001", SENT_AT + hours * HOUR, cents, has_arrived, same_list, result)]}


def result(verdict, why, cents=None, *, hours=30, state=""):
    return RowResult(verdict, why, cents, state, "", "pending", SENT_AT + hours * HOUR)


def test_the_amount_from_before_comes_back():
    found = plan(before=action(2000))
    assert (found.left_out, found.cents, found.basis, found.locks_at) == (None, 2000, Basis.RECORDED, LOCKS)


def test_a_reversed_action_gets_its_amount_back():
    assert plan(REVERSAL, before=action(2000), listed=action(0, "REVERSED"))[1:3] == (None, 2000)
    assert plan(REVERSAL, before=action(2000), listed=action(2000, "REVERSED"))[1:3] == (None, 2000)


@pytest.mark.parametrize("state", ["Void", "Cancelled", "Paid", "REVERSED (partner)"])
def test_a_state_in_a_word_that_is_not_known_restores_nothing(state):
    assert plan(before=action(2000, state, original_cents=2000)).left_out is LeftOut.UNKNOWN
    assert plan(before=action(2000), listed=action(1000, state)).left_out is LeftOut.UNKNOWN
    assert plan(before=action(2000), listed=action(2000, state)).left_out is LeftOut.UNKNOWN
    assert plan(before=action(2000), listed=action(1500, state)).left_out is LeftOut.UNKNOWN
    seen = {ID: result(Verdict.TOO_EARLY, Why.NOT_TOLD, 1000, state=state)}
    assert plan(before=action(2000), results=seen).left_out is LeftOut.UNKNOWN


@pytest.mark.parametrize("state", [None, "", "pending", "Pending (held)"])
def test_a_state_that_is_known_or_not_told_restores_the_amount(state):
    assert plan(before=action(2000, state), listed=action(1000, state)).left_out is None


def test_an_action_that_was_reversed_before_is_reversed_again():
    assert plan(before=action(2000, "REVERSED"))[1:3] == (None, 0)


@pytest.mark.parametrize(
    "facts",
    [
        {"before": action(2000, locks_at=SENT_AT + HOUR)},
        {"before": action(2000), "listed": action(1000, locks_at=SENT_AT + HOUR)},
        {"before": action(2000), "listed": action(1000, "APPROVED")},
        {"before": action(2000), "listed": action(1000, "LOCKED"), "hours": -5},
        {"before": action(2000), "results": {ID: result(Verdict.LOCKED, Why.LOCKED)}},
        {"before": action(2000), "results": {ID: result(Verdict.APPLIED, Why.AS_SENT, 1000, state="Approved")}},
    ],
    ids=[
        "by the date on record",
        "by the date in the list",
        "by its state",
        "in an older list",
        "by its result",
        "then",
    ],
)
def test_a_locked_action_is_left_out(facts):
    assert plan(**facts).left_out is LeftOut.LOCKED


def test_a_lock_date_that_was_put_off_counts():
    found = plan(before=action(2000, locks_at=SENT_AT + HOUR), listed=action(1000))
    assert (found.left_out, found.locks_at) == (None, LOCKS)


def test_an_older_list_does_not_put_a_lock_date_off():
    before = action(2000, locks_at=SENT_AT + HOUR)
    found = plan(before=before, listed=action(1000), hours=-30, now=SENT_AT + 2 * HOUR, before_as_of=SENT_AT - HOUR)
    assert found.left_out is LeftOut.LOCKED


def test_what_a_later_batch_changed_stays():
    found = plan(before=action(2000), replaced={ID: "0007"})
    assert (found.left_out, found.replaced_by) == (LeftOut.CHANGED_SINCE, "0007")


@pytest.mark.parametrize("state", ["PENDING", "REVERSED"])
def test_what_another_person_changed_stays(state):
    assert plan(before=action(2000), listed=action(700, state)).left_out is LeftOut.CHANGED_SINCE


def test_what_was_as_sent_and_has_its_amount_from_before_again_was_changed_since():
    known = {ID: result(Verdict.APPLIED, Why.AS_SENT, 1000)}
    assert plan(before=action(2000), listed=action(2000), results=known).left_out is LeftOut.CHANGED_SINCE


def test_an_amount_that_was_not_changed_after_a_day_needs_no_undo():
    assert plan(before=action(2000), listed=action(2000), hours=25).left_out is LeftOut.NOT_APPLIED


def test_an_amount_that_is_not_changed_yet_is_restored():
    assert plan(before=action(2000), listed=action(2000), hours=3).left_out is None


@pytest.mark.parametrize(
    ("known", "left_out"),
    [
        (result(Verdict.REFUSED, Why.NAMED_AS_ERROR), LeftOut.NOT_APPLIED),
        (result(Verdict.DIFFERENT, Why.UNCHANGED, 2000), LeftOut.NOT_APPLIED),
        (result(Verdict.DIFFERENT, Why.OTHER_AMOUNT, 700), LeftOut.CHANGED_SINCE),
        (result(Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS, 700), LeftOut.CHANGED_SINCE),
        (result(Verdict.MISSING, Why.NOT_LISTED), LeftOut.UNKNOWN),
        (result(Verdict.APPLIED, Why.AS_SENT, 1000), None),
        (result(Verdict.TOO_EARLY, Why.RECENT, 2000), None),
    ],
)
def test_the_latest_result_of_a_row_counts_without_a_newer_list(known, left_out):
    assert plan(before=action(2000), results={ID: known}).left_out is left_out
    assert (
        plan(
            before=action(2000),
            before_as_of=SENT_AT,
            listed=action(5, locks_at=None),
            hours=-1,
            results={ID: known},
        ).left_out
        is left_out
    )
    assert plan(before=action(2000), listed=action(5), hours=20, results={ID: known}).left_out is left_out


@pytest.mark.parametrize(
    ("as_of", "hours", "until", "left_out"),
    [(-30, -3, -2, LeftOut.UNKNOWN), (-30, -40, -2, LeftOut.UNKNOWN), (-30, -80, -50, None)],
    ids=["later", "perhaps later", "older"],
)
@pytest.mark.parametrize("seen", [1500, 1000])
def test_a_list_from_between_the_record_and_the_batch_must_not_speak_against_the_record(
    as_of, hours, until, left_out, seen
):
    found = plan(
        before=action(2000), before_as_of=SENT_AT + as_of * HOUR, listed=action(seen), hours=hours, until=until
    )
    assert found.left_out is left_out


def test_a_list_from_before_the_batch_speaks_against_an_earlier_batch_that_had_been_processed_by_then():
    for hours, left_out in ((-72, LeftOut.UNKNOWN), (-10, None)):
        found = plan(earlier=earlier(hours=hours), listed=action(1700), hours=-4, until=-3)
        assert found.left_out is left_out


def test_an_older_list_with_another_amount_tells_that_the_original_one_was_not_the_last():
    assert plan(listed=action(2000, original_cents=2000), hours=-9, until=-8)[1:3] == (None, 2000)
    assert plan(listed=action(1500, original_cents=2000), hours=-9, until=-8).left_out is LeftOut.UNKNOWN


def test_two_original_amounts_are_none():
    was, now = action(None, original_cents=2000), action(1000, original_cents=9000)
    assert plan(before=was, listed=now).left_out is LeftOut.UNKNOWN


@pytest.mark.parametrize(
    ("was", "now", "of_list", "left_out"),
    [
        ("EUR", "USD", None, LeftOut.UNKNOWN),
        ("EUR", None, "USD", LeftOut.UNKNOWN),
        ("EUR", "eur", "USD", None),
        (None, "USD", None, None),
        ("EUR", None, None, None),
    ],
)
def test_an_amount_of_another_currency_is_not_restored(was, now, of_list, left_out):
    found = plan(before=action(2000, currency=was), listed=action(1000, currency=now), currency=of_list)
    assert found.left_out is left_out


def test_the_currency_of_a_list_is_not_that_of_an_action_that_it_does_not_have():
    found = plan(REVERSAL, before=action(2000, currency="EUR"), has_list=True, currency="USD")
    assert found.left_out is None


def test_a_newer_list_counts_more_than_an_earlier_result():
    known = {ID: result(Verdict.DIFFERENT, Why.OTHER_AMOUNT, 700)}
    assert plan(before=action(2000), listed=action(1000), results=known).left_out is None


def test_a_refused_row_that_is_not_listed_any_more_was_not_applied():
    known = {ID: result(Verdict.REFUSED, Why.NAMED_AS_ERROR)}
    assert plan(before=action(2000), has_list=True, results=known).left_out is LeftOut.NOT_APPLIED


def test_an_action_that_left_the_list_is_restored_only_when_it_was_reversed_and_has_not_locked():
    assert plan(REVERSAL, before=action(2000), has_list=True).left_out is None
    assert plan(REVERSAL, before=action(2000, locks_at=None), has_list=True).left_out is LeftOut.UNKNOWN
    assert plan(before=action(2000), has_list=True).left_out is LeftOut.UNKNOWN


def test_a_list_that_has_other_states_would_have_a_reversed_action():
    assert plan(REVERSAL, before=action(2000), has_list=True, lists_others=True).left_out is LeftOut.UNKNOWN


@pytest.mark.parametrize(
    ("listed", "left_out"),
    [(1000, None), (2000, None), (700, LeftOut.UNKNOWN)],
    ids=["as it was sent", "as it was before", "as it was neither"],
)
def test_a_list_that_can_be_older_or_newer_than_the_batch_has_to_fit_both(listed, left_out):
    assert plan(before=action(2000), listed=action(listed), hours=-200, until=90).left_out is left_out


def test_a_list_of_which_it_is_not_known_that_it_is_a_day_younger_tells_no_failure():
    assert plan(before=action(2000), listed=action(2000), hours=2, until=90).left_out is None
    assert plan(before=action(2000), listed=action(2000), hours=2, processing=HOUR).left_out is LeftOut.NOT_APPLIED


def test_a_list_that_can_be_older_than_a_result_does_not_overrule_it():
    known = {ID: result(Verdict.DIFFERENT, Why.OTHER_AMOUNT, 700)}
    assert plan(before=action(2000), listed=action(1000), hours=20, until=90, results=known)[1] is LeftOut.CHANGED_SINCE
    known = {ID: result(Verdict.APPLIED, Why.AS_SENT, 1000)}
    assert plan(before=action(2000), listed=action(700), hours=20, until=90, results=known)[1] is LeftOut.UNKNOWN
    assert plan(before=action(2000), listed=action(2000), hours=20, until=90, results=known).left_out is None


def test_a_row_that_never_left_needs_no_undo():
    assert plan(before=action(2000), never_left={ID}).left_out is LeftOut.NOT_APPLIED


def test_without_an_amount_from_before_nothing_is_made_up():
    assert plan().left_out is LeftOut.UNKNOWN
    assert plan(listed=action(1000)).left_out is LeftOut.UNKNOWN
    assert plan(listed=action(700)).left_out is LeftOut.UNKNOWN
    assert plan(listed=action(2000), hours=-1).left_out is LeftOut.UNKNOWN


def test_the_original_amount_counts_where_no_batch_changed_the_action_before():
    found = plan(listed=action(1000, original_cents=2000))
    assert (found.left_out, found.cents, found.basis) == (None, 2000, Basis.ORIGINAL)
    assert plan(listed=action(1000, original_cents=2000), earlier=earlier()).cents == 1500


def test_an_amount_that_is_the_one_from_before_needs_no_row():
    assert plan(before=action(1000)).left_out is LeftOut.NOTHING_TO_RESTORE


@pytest.mark.parametrize(
    ("before", "facts", "cents"),
    [
        (None, {"earlier": earlier()}, 1500),
        (1500, {"earlier": earlier()}, 1500),
        (2000, {"earlier": earlier(same_list=True)}, 1500),
        (2000, {"earlier": earlier(result=result(Verdict.APPLIED, Why.AS_SENT))}, 1500),
        (2000, {"earlier": earlier(result=result(Verdict.REFUSED, Why.NAMED_AS_ERROR), same_list=True)}, 2000),
        (2000, {"earlier": earlier(result=result(Verdict.DIFFERENT, Why.UNCHANGED))}, 2000),
        (2000, {"earlier": earlier(), "before_as_of": SENT_AT - HOUR}, 2000),
        (2000, {"earlier": earlier(), "before_as_of": SENT_AT - 60 * HOUR}, None),
        (2000, {"earlier": earlier()}, None),
        (None, {"earlier": earlier(has_arrived=False)}, None),
        (2000, {"earlier": earlier(has_arrived=False, same_list=True)}, None),
        (None, {"earlier": earlier(result=result(Verdict.MISSING, Why.NOT_LISTED))}, None),
        (None, {"earlier": earlier(result=result(Verdict.TOO_EARLY, Why.RECENT))}, 1500),
    ],
    ids=[
        "only the earlier batch is known",
        "both agree",
        "the list is older than the earlier batch",
        "the earlier batch was applied",
        "the earlier batch was refused",
        "the earlier batch changed nothing",
        "the list is a day younger than the earlier batch",
        "the list may be too young or too old",
        "the age of the list is not on record",
        "it is not known whether the earlier batch arrived",
        "nor with a list that is older",
        "the earlier row was not found",
        "it is too early to tell of the earlier row",
    ],
)
def test_what_an_earlier_batch_sent_counts_only_where_it_was_certainly_there(before, facts, cents):
    found = plan(before=None if before is None else action(before), **facts)
    assert (found.left_out, found.cents) == ((None, cents) if cents else (LeftOut.UNKNOWN, None))


def test_the_latest_earlier_batch_that_was_applied_counts():
    rows = [*earlier(1500, result=result(Verdict.REFUSED, Why.NAMED_AS_ERROR))[ID], *earlier(1700, hours=-90)[ID]]
    assert plan(earlier={ID: rows}).cents == 1700


def test_the_usual_reason_codes_restore_and_else_the_first_that_fits():
    assert restoring_reasons(Policy()) == ("ORDER_UPDATE", "REJECTED")
    other = {"NEW": ReasonKind.EITHER, "GONE": ReasonKind.REVERSE, "ORDER_UPDATE": ReasonKind.REVERSE}
    assert restoring_reasons(Policy(reasons=other)) == ("NEW", "NEW")
    assert restoring_reasons(Policy(reasons={"A": ReasonKind.MODIFY})) == ("A", None)
    assert restoring_reasons(Policy(reasons={"A": ReasonKind.REVERSE})) == (None, "A")


def resets(*plans):
    return [one.left_out for one in plan_resetting(plans)]


def first(order="1001", **facts):
    return RowPlan(ROW, None, 2000, Basis.RECORDED, order_id=order, is_first_change=True)._replace(**facts)


def test_a_reset_is_made_only_where_it_leads_to_the_amount_from_before():
    assert resets(first()) == [None]
    assert resets(first(is_first_change=False)) == [LeftOut.UNKNOWN]
    assert plan(before=action(2000, original_cents=2000)).is_first_change
    assert not plan(before=action(2000, original_cents=2500)).is_first_change
    assert not plan(before=action(1500), earlier=earlier()).is_first_change
    assert not plan(before=action(2000), earlier=earlier(), before_as_of=SENT_AT - HOUR).is_first_change


@pytest.mark.parametrize("order", ["", " ", "10\n01", "10\x0001"])
def test_a_reset_needs_an_order_number(order):
    assert resets(first(order)) == [LeftOut.UNKNOWN]


def test_an_order_with_an_action_that_must_not_change_is_not_reset():
    assert resets(first(), first(left_out=LeftOut.CHANGED_SINCE)) == [LeftOut.UNKNOWN, LeftOut.CHANGED_SINCE]
    assert resets(first(), first(is_first_change=False)) == [LeftOut.UNKNOWN, LeftOut.UNKNOWN]
    assert resets(first(), first("1002", left_out=LeftOut.LOCKED)) == [None, LeftOut.LOCKED]
