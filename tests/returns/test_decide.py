"""Each order of an export is a row, or is left with what is so, why, and what to do."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from action_returns.batch.context import Policy, ReasonKind
from action_returns.errors import FileError
from action_returns.returns.export import Problem
from action_returns.returns.preview import GROUP_OF_CODE, Group
from tests.returns.imports import NOW, A, B, C, action, decided, left, order, outcome, row, sent


def test_a_row_has_all_that_a_preview_shows():
    (only,) = decided(order("#1001", 2_000, line=7), action(10_000)).rows
    assert only[:8] == (A, 8_000, "ORDER_UPDATE", "#1001", 7, 10_000, 2_000, "1001, without #")
    assert only.why == "100.00, the current amount, minus 20.00."
    (full,) = decided(order(takes_back="its status is voided"), action(10_000)).rows
    assert full.why == "Taken back as a whole: its status is voided."
    (later,) = decided(order(refunded=2_000), action(9_000, original_cents=10_000), to_date=True).rows
    assert later.why == "100.00, the amount before any refund, minus 20.00."


def test_a_problem_of_the_export_itself_is_told_first():
    broken = order("9", problem=Problem("amount-unreadable", 'The refund "1,25" cannot be read.'))
    only = left(broken, {})
    assert (only.code, only.group, only.message) == (
        "amount-unreadable",
        Group.REFUSED,
        'The refund "1,25" cannot be read.',
    )


def test_an_order_without_an_action_is_to_decide_and_the_age_of_the_download_is_told():
    fresh = left(order("#77", 100), action())
    assert (fresh.code, fresh.group, fresh.candidates) == ("order-unknown", Group.TO_DECIDE, ())
    assert "No pending action has the order ID #77." in fresh.message
    assert "less than a day old" in fresh.message
    old = left(order("77", 100), action(), as_of=NOW - timedelta(days=3, hours=2))
    assert "of 2026-11-28, 3 days old" in old.message
    assert "1 day old" in left(order("77", 100), action(), as_of=NOW - timedelta(days=1)).message


def test_an_order_with_several_actions_is_to_decide_and_each_is_listed_with_its_order_and_amount():
    actions = {A: action(10_000), B: action(None, currency=None), C: action(5_000, "1002")}
    only = left(order(refunded=100), actions)
    assert (only.code, only.group, only.candidates) == ("order-several-actions", Group.TO_DECIDE, (A, B))
    assert f"{A} (order 1001, 100.00 EUR), {B} (order 1001, amount unknown)" in only.message
    many = {f"M.1.2.{number}": action() for number in range(9)}
    assert "leads to 9 actions" in left(order(refunded=100), many).message
    assert "4 more" in left(order(refunded=100), many).message


def test_very_many_actions_of_an_order_are_counted_as_at_least_so_many():
    many = {f"M.1.2.{number}": action() for number in range(300)}
    assert "leads to at least 100 actions" in left(order(refunded=100), many).message


def test_orders_that_are_found_in_two_ways_are_noted():
    orders = [order("#1001", 100, internal_id="5501"), order("#1002", 100, internal_id="5502")]
    by_both = decided(orders, {A: action(number="1001"), B: action(number="5502")})
    assert len(by_both.rows) == 2
    (note,) = [one for one in by_both.notes if "internal id" in one]
    assert note.startswith("1 of the orders were found by their number and 1 by the shop's internal id.")
    for number in ("1001", "5501"):
        assert not [one for one in decided(orders, {A: action(number=number)}).notes if "internal id" in one]


@pytest.mark.parametrize("to_date", [True, False])
def test_a_current_amount_that_is_only_assumed_to_be_the_original_one_is_noted(to_date):
    euros = {"refunded": 2_000, "currency": "EUR"}
    (note,) = decided(order(**euros), action(), to_date=to_date).notes
    assert note.startswith("Neither file has what 1 order was worth before any refund, so the current amount was taken")
    assert decided(order(total=10_000, **euros), action(), to_date=to_date).notes == ()
    assert decided(order(**euros), action(original_cents=10_000), to_date=to_date).notes == ()


def test_two_orders_of_one_action_never_become_two_rows():
    preview = decided([order("1001", 100, 2), order("#1001", 200, 3)], action())
    assert [(one.order, one.cents) for one in preview.rows] == [("1001", 9_900)]
    (other,) = preview.left
    assert (other.code, other.group, other.candidates) == ("order-several-actions", Group.TO_DECIDE, (A,))
    assert "Order #1001 (found as 1001, without #) leads to" in other.message
    assert "and so does 1001 (line 2)" in other.message


class TestOfLockedActions:
    LOCKED_ON = datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("America/Los_Angeles"))

    def test_a_locked_action_is_to_decide_with_what_is_missing(self):
        only = left(order(refunded=2_000), action(10_000, locks_at=self.LOCKED_ON))
        assert (only.code, only.group, only.candidates) == ("action-locked", Group.TO_DECIDE, (A,))
        assert "locked on 2026-11-30 at 08:00 PST" in only.message
        assert "would be 80.00 EUR and not 100.00 EUR: 20.00 EUR less" in only.message
        assert "fund transfer" in only.message

    @pytest.mark.parametrize("state", ["APPROVED", "locked"])
    def test_a_state_that_takes_no_changes_is_locked_too(self, state):
        only = left(order(refunded=2_000), action(10_000, state=state))
        assert only.code == "action-locked"
        assert f"has the state {state}, which takes no more changes" in only.message

    def test_a_lock_in_the_future_changes_nothing(self):
        assert row(order(refunded=2_000), action(10_000, locks_at=NOW + timedelta(seconds=1)))[0] == 8_000
        assert left(order(refunded=2_000), action(10_000, locks_at=NOW)).code == "action-locked"

    def test_what_was_done_in_time_is_not_settled_again(self):
        given = order(refunded=2_000), action(8_000, original_cents=10_000, locks_at=self.LOCKED_ON)
        assert outcome(*given, to_date=True) == ("nothing-refunded", "nothing_to_do")
        assert outcome(*given, to_date=True, sent={A: sent(8_000)}) == ("sent-before", "sent_before")

    def test_a_locked_action_whose_figures_do_not_fit_is_locked_first(self):
        only = left(order(refunded=12_000), action(10_000, locks_at=self.LOCKED_ON))
        assert only.code == "action-locked"
        assert "would be" not in only.message
        assert left(order(refunded=1), action(None, locks_at=self.LOCKED_ON)).code == "action-locked"


class TestOfCurrencies:
    def test_another_currency_is_refused(self):
        only = left(order(refunded=2_000, currency="USD"), action(10_000))
        assert (only.code, only.group) == ("currency-differs", Group.REFUSED)
        assert f"Order 1001 is in USD, its action {A} in EUR." in only.message
        cancelled = left(order(takes_back="it was cancelled", currency="USD"), action(10_000))
        assert cancelled.code == "currency-differs"
        assert "enter a row with the amount 0 by hand" in cancelled.message

    @pytest.mark.parametrize("currency", ["EUR", "eur", "€", None])
    def test_the_same_currency_is_taken_however_it_is_written(self, currency):
        assert row(order(refunded=2_000, currency=currency), action(10_000))[0] == 8_000

    def test_a_sign_of_several_currencies_is_compared_with_all_of_them(self):
        assert left(order(refunded=2_000, currency="$"), action(10_000)).code == "currency-differs"
        assert row(order(refunded=2_000, currency="$"), action(10_000, currency="CAD"))[0] == 8_000

    def test_the_currency_of_the_download_counts_where_the_action_has_none(self):
        only = left(order(refunded=2_000, currency="USD"), action(10_000, currency=None), currency="EUR")
        assert only.code == "currency-differs"

    def test_what_could_not_be_compared_is_noted(self):
        worth = {"original_cents": 10_000}
        assert decided(order(refunded=2_000, currency="EUR"), action(**worth)).notes == ()
        assert decided(order(refunded=2_000), action(**worth), currency="EUR").notes == (
            "1 order names no currency in the export, so it was not compared with that of its action (EUR).",
        )
        assert decided(order(refunded=2_000, currency="USD"), action(currency=None, **worth)).notes == (
            "The pending download names no currency, so that of the export (USD) was not compared with it.",
        )

    def test_several_currencies_are_refused_as_a_whole_where_the_download_names_none(self):
        orders = [order("1", 100, currency="USD"), order("2", 100, currency="EUR")]
        actions = {A: action(number="1", currency=None), B: action(number="2", currency=None)}
        with pytest.raises(FileError, match=r"mixes currencies \(USD, EUR\)") as caught:
            decided(orders, actions)
        assert caught.value.problem == "export-currencies-mixed"

    def test_several_currencies_are_compared_one_by_one_where_the_download_names_them(self):
        orders = [order("1", 100, currency="USD"), order("2", 100, currency="EUR"), order("3", 100, currency="GBP")]
        actions = {A: action(number="1"), B: action(number="2"), C: action(number="3", currency="GBP")}
        preview = decided(orders, actions)
        assert [one.action_id for one in preview.rows] == [B, C]
        assert [one.code for one in preview.left] == ["currency-differs"]

    def test_an_order_in_another_currency_that_has_no_action_refuses_nothing(self):
        orders = [order("1", 100, currency="USD"), order("77", 100, currency="EUR"), order("2", 0, currency="EUR")]
        actions = {A: action(number="1", currency=None), B: action(number="2", currency=None)}
        assert len(decided(orders, actions).rows) == 1


class TestOfTheSheet:
    def test_a_row_that_is_there_is_not_added_again(self):
        only = left(order(refunded=2_000), action(), in_sheet={A: (8_000, "ORDER_UPDATE", 12)})
        assert (only.code, only.group) == ("already-in-sheet", Group.IN_SHEET)
        assert only.message.startswith(f"Row 12 of the sheet has 80.00 EUR for {A} already")

    @pytest.mark.parametrize(
        ("there", "words"),
        [
            ((7_000, "ORDER_UPDATE", 12), "Row 12 of the sheet has 70.00 EUR and ORDER_UPDATE"),
            ((8_000, "REJECTED", 12), "Row 12 of the sheet has 80.00 EUR and REJECTED"),
            ((None, "", 12), "Row 12 of the sheet has an amount that cannot be read and no reason"),
        ],
    )
    def test_another_row_of_the_action_is_to_decide_with_both_amounts(self, there, words):
        only = left(order(refunded=2_000), action(), in_sheet={A: there})
        assert (only.code, only.group, only.candidates) == ("already-in-sheet", Group.TO_DECIDE, (A,))
        assert words in only.message
        assert "order 1001 gives 80.00 EUR and ORDER_UPDATE" in only.message

    def test_a_row_whose_reason_the_user_chose_by_hand_is_not_added_again(self):
        reasons = Policy({"A": ReasonKind.MODIFY, "B": ReasonKind.MODIFY})
        known = {"in_sheet": {A: (8_000, "B", 12)}, "policy": reasons}
        assert outcome(order(refunded=2_000, reason="Damaged"), action(), **known) == ("already-in-sheet", "in_sheet")

    def test_a_row_that_was_sent_is_told_as_sent(self):
        known = {"in_sheet": {A: (8_000, "ORDER_UPDATE", 12)}, "sent": {A: sent(8_000)}}
        assert outcome(order(refunded=2_000), action(), to_date=True, **known) == ("sent-before", "sent_before")


def test_the_counts_of_all_groups_are_all_orders():
    orders = [
        order("1", 100),
        order("2", 0),
        order("3", 100),
        order("4", 100, currency="USD"),
        order("5", 100),
        order("6", 100),
    ]
    ids = {f"M.1.2.{number}": action(number=number) for number in "12456"}
    known = {"in_sheet": {"M.1.2.5": (9_900, "ORDER_UPDATE", 3)}, "sent": {"M.1.2.6": sent(9_900)}}
    preview = decided(orders, ids, **known)
    assert preview.counts() == {
        Group.ROW: 1,
        Group.IN_SHEET: 1,
        Group.SENT_BEFORE: 1,
        Group.NOTHING_TO_DO: 1,
        Group.TO_DECIDE: 1,
        Group.REFUSED: 1,
    }
    assert preview.orders == 6


def test_every_code_of_the_contract_has_a_group():
    assert set(GROUP_OF_CODE) >= {
        "order-unknown",
        "order-several-actions",
        "action-locked",
        "refund-above-amount",
        "currency-differs",
        "total-differs",
        "reason-unmapped",
        "amount-unreadable",
        "already-in-sheet",
        "sent-before",
        "nothing-refunded",
    }


class TestOfActionsThatTheExportNames:
    def test_the_action_that_both_name_is_certain(self):
        euros = {"refunded": 2_000, "currency": "EUR", "total": 10_000}
        assert row(order(action_ids=(A,), **euros), action()) == (8_000, "ORDER_UPDATE")

    @pytest.mark.parametrize("named", [(B,), (A, B)])
    @pytest.mark.parametrize("total", [None, 10_000])
    def test_an_order_with_another_action_than_the_export_names_is_to_decide_with_both(self, named, total):
        only = left(order(refunded=2_000, currency="EUR", total=total, action_ids=named), action())
        assert (only.code, only.group, only.candidates) == ("order-several-actions", Group.TO_DECIDE, (A, B))
        assert only.message.startswith(f"Order 1001 leads to {A} (order 1001, 100.00 EUR), but the export names")
        assert only.message.endswith("Find out which of them was returned, and enter its row by hand.")

    def test_an_order_that_leads_to_no_action_although_the_export_names_one_needs_a_person(self):
        preview = decided(order("77", 2_000, action_ids=(B,)), action())
        (only,) = preview.left
        assert (only.code, only.group, only.candidates) == ("order-unknown", Group.TO_DECIDE, (B,))
        assert not only.has_no_action
        assert f"The export names {B} for it." in only.message

    def test_of_several_actions_the_one_that_the_export_names_is_told(self):
        only = left(order(refunded=2_000, action_ids=(B,)), {A: action(), B: action()})
        assert (only.code, only.candidates) == ("order-several-actions", (A, B))
        assert only.message.endswith(f"The export names {B} for it.")

    def test_an_order_of_which_nothing_was_refunded_stays_one(self):
        assert outcome(order(refunded=0, action_ids=(B,)), action()) == ("nothing-refunded", "nothing_to_do")
