"""The new total of an action is what it was worth minus what was refunded, in exact cents. What is not certain is left."""

import pytest

from action_returns.returns.known import Choices
from tests.returns.imports import A, action, decided, imported, left, order, outcome, parts, row, sent

PARTIAL = "ORDER_UPDATE"
FULL = "REJECTED"
WITHOUT_TAX = Choices(without_tax_and_shipping=True)


@pytest.mark.parametrize("to_date", [False, True])
class TestOfAnyExport:
    def test_a_partial_refund_is_subtracted_in_exact_cents(self, to_date):
        assert row(order(refunded=1_001), action(3_003), to_date=to_date) == (2_002, PARTIAL)

    def test_a_refund_of_all_of_it_takes_the_action_back(self, to_date):
        assert row(order(refunded=10_000), action(10_000), to_date=to_date) == (0, FULL)

    @pytest.mark.parametrize("refunded", [0, 10_000])
    def test_a_cancelled_order_takes_the_action_back(self, to_date, refunded):
        cancelled = order(refunded=refunded, takes_back="it was cancelled")
        assert row(cancelled, action(10_000), to_date=to_date) == (0, FULL)

    def test_a_status_never_takes_back_an_action_that_is_worth_more_than_was_refunded(self, to_date):
        refunded = order(refunded=4_000, takes_back="its status is refunded")
        only = left(refunded, action(10_000), to_date=to_date)
        assert (only.code, only.group.value) == ("total-differs", "refused")
        assert "because its status is refunded, but only 40.00 EUR was refunded of the 100.00 EUR" in only.message
        assert row(refunded, action(4_001), to_date=to_date, choices=Choices(tolerance=1)) == (0, FULL)

    def test_an_action_that_was_taken_back_before_needs_no_person_whatever_was_refunded(self, to_date):
        refunded = order(refunded=4_000, takes_back="its status is refunded")
        assert outcome(refunded, action(10_000), to_date=to_date, sent={A: sent(0)}) == ("sent-before", "sent_before")

    def test_an_order_of_which_nothing_was_refunded_has_nothing_to_do(self, to_date):
        assert outcome(order(), action(), to_date=to_date) == ("nothing-refunded", "nothing_to_do")

    def test_a_refund_above_the_amount_is_refused_and_never_made_a_reversal(self, to_date):
        only = left(order(refunded=10_001), action(10_000), to_date=to_date)
        assert (only.code, only.group.value) == ("refund-above-amount", "refused")
        assert "100.01 EUR was refunded of order 1001, which is 0.01 EUR more than the 100.00 EUR" in only.message

    def test_a_refund_above_the_amount_of_a_cancelled_order_is_refused_too(self, to_date):
        cancelled = order(refunded=10_001, takes_back="it was cancelled")
        assert outcome(cancelled, action(10_000), to_date=to_date) == ("refund-above-amount", "refused")

    def test_of_a_whole_order_with_shipping_that_the_network_does_not_count_the_tolerance_is_named(self, to_date):
        only = left(order(refunded=10_500, total=10_500), action(10_000), to_date=to_date)
        assert (only.code, only.group.value) == ("refund-above-amount", "refused")
        assert "allow it with --tolerance AMOUNT" in only.message
        assert "--tolerance" not in left(order(refunded=10_001), action(10_000), to_date=to_date).message

    def test_an_unknown_amount_is_never_zero(self, to_date):
        assert outcome(order(refunded=100), action(None), to_date=to_date) == ("amount-unreadable", "refused")
        cancelled = order(takes_back="it was cancelled")
        assert outcome(cancelled, action(None), to_date=to_date) == ("amount-unreadable", "refused")

    def test_what_was_taken_back_already_has_nothing_to_do(self, to_date):
        cancelled = order(takes_back="it was cancelled")
        only = left(cancelled, action(0), to_date=to_date)
        assert (only.code, only.group.value) == ("nothing-refunded", "nothing_to_do")
        assert only.message.startswith(f"The network has 0.00 EUR for {A} already")

    def test_what_was_taken_back_in_a_batch_before_is_not_taken_back_again(self, to_date):
        cancelled = order(takes_back="it was cancelled")
        assert outcome(cancelled, action(10_000), to_date=to_date, sent={A: sent(0)}) == ("sent-before", "sent_before")

    def test_a_cancelled_order_is_taken_back_after_a_partial_refund_was_sent(self, to_date):
        cancelled = order(takes_back="it was cancelled")
        assert row(cancelled, action(6_000), to_date=to_date, sent={A: sent(6_000)}) == (0, FULL)


@pytest.mark.parametrize("to_date", [False, True])
class TestOfTheTotalOfTheOrder:
    def test_a_total_that_is_the_amount_changes_nothing(self, to_date):
        assert row(order(refunded=2_000, total=10_000), action(10_000), to_date=to_date) == (8_000, PARTIAL)

    def test_a_total_that_is_another_amount_is_refused(self, to_date):
        only = left(order(refunded=2_000, total=10_500), action(10_000), to_date=to_date)
        assert (only.code, only.group.value) == ("total-differs", "refused")
        assert "was worth 105.00 EUR in the export and 100.00 EUR in the network" in only.message
        assert "5.00 EUR more" in only.message
        assert "--tolerance AMOUNT" in only.message

    def test_the_total_of_a_cancelled_order_is_compared_too(self, to_date):
        cancelled = order(takes_back="it was cancelled", total=10_500)
        assert outcome(cancelled, action(10_000), to_date=to_date) == ("total-differs", "refused")

    def test_a_tolerance_allows_the_difference_it_names_and_no_more(self, to_date):
        returned = order(refunded=2_000, total=10_500)
        assert row(returned, action(10_000), to_date=to_date, choices=Choices(tolerance=500)) == (8_000, PARTIAL)
        assert left(returned, action(10_000), to_date=to_date, choices=Choices(tolerance=499)).code == "total-differs"

    def test_a_tolerance_never_allows_an_amount_below_zero(self, to_date):
        returned = order(refunded=10_100, total=10_500)
        code = left(returned, action(10_000), to_date=to_date, choices=Choices(tolerance=500)).code
        assert code == "refund-above-amount"

    def test_all_of_it_is_what_the_export_calls_all_of_it(self, to_date):
        returned = order(refunded=10_500, total=10_500)
        assert left(returned, action(10_000), to_date=to_date).code == "refund-above-amount"
        assert row(returned, action(10_000), to_date=to_date, choices=Choices(tolerance=500)) == (0, FULL)
        less = order(refunded=9_900, total=9_900)
        assert row(less, action(10_000), to_date=to_date, choices=Choices(tolerance=500)) == (0, FULL)
        assert left(less, action(10_000), to_date=to_date).code == "total-differs"


@pytest.mark.parametrize("to_date", [False, True])
class TestOfTaxAndShipping:
    def test_they_are_proposed_where_they_explain_a_total(self, to_date):
        only = left(order(refunded=2_000, total=11_900, net_total=10_000), action(10_000), to_date=to_date)
        assert only.code == "total-differs"
        assert "Tax and shipping explain it: without them the order was worth 100.00" in only.message
        assert "--without-tax-and-shipping" in only.message

    def test_they_are_proposed_where_they_explain_a_refund_above_the_amount(self, to_date):
        only = left(order(refunded=11_900, total=11_900, net_total=10_000), action(10_000), to_date=to_date)
        assert only.code == "refund-above-amount"
        assert "--without-tax-and-shipping" in only.message

    def test_they_are_not_proposed_where_they_explain_nothing(self, to_date):
        only = left(order(refunded=2_000, total=11_900, net_total=10_100), action(10_000), to_date=to_date)
        assert "--without-tax-and-shipping" not in only.message

    def test_without_them_a_refund_counts_in_the_proportion_of_the_totals(self, to_date):
        returned = order(refunded=2_380, total=11_900, net_total=10_000)
        preview = decided(returned, action(10_000), to_date=to_date, choices=WITHOUT_TAX)
        (only,) = preview.rows
        assert (only.cents, only.reason, only.refunded) == (8_000, PARTIAL, 2_380)
        assert "Of the 23.80 refunded, 20.00 is without tax and shipping" in only.why
        assert "100.00 without them and 119.00 with them" in only.why

    @pytest.mark.parametrize(
        ("refunded", "total", "net", "taken"),
        [
            (1, 2, 1, 1),
            (5, 100, 50, 3),
            (1, 3, 1, 0),
            (1_000, 11_900, 10_000, 840),
            (10, 400, 100, 3),
            (9, 400, 100, 2),
        ],
    )
    def test_half_a_cent_is_rounded_up(self, to_date, refunded, total, net, taken):
        returned = order(refunded=refunded, total=total, net_total=net)
        preview = decided(returned, action(net), to_date=to_date, choices=WITHOUT_TAX)
        cents = preview.rows[0].cents if preview.rows else net
        assert cents == net - taken

    def test_without_them_all_of_it_is_still_all_of_it(self, to_date):
        returned = order(refunded=11_900, total=11_900, net_total=9_999)
        choices = Choices(tolerance=1, without_tax_and_shipping=True)
        assert row(returned, action(10_000), to_date=to_date, choices=choices) == (0, FULL)

    def test_an_order_whose_total_fits_with_them_is_refused_and_says_so(self, to_date):
        only = left(
            order(refunded=2_000, total=10_000, net_total=8_000), action(10_000), to_date=to_date, choices=WITHOUT_TAX
        )
        assert only.code == "total-differs"
        assert "With tax and shipping the order's total fits" in only.message

    def test_an_order_without_these_columns_is_taken_as_it_is(self, to_date):
        assert row(order(refunded=2_000, total=10_000), action(10_000), to_date=to_date, choices=WITHOUT_TAX) == (
            8_000,
            PARTIAL,
        )

    def test_a_total_without_them_above_the_total_with_them_is_not_used(self, to_date):
        returned = order(refunded=2_000, total=10_000, net_total=12_000)
        assert row(returned, action(10_000), to_date=to_date, choices=WITHOUT_TAX) == (8_000, PARTIAL)


class TestOfRefundsUntilNow:
    def test_the_original_amount_of_the_download_counts_and_not_the_current_one(self):
        assert row(order(refunded=5_000), action(7_000, original_cents=10_000), to_date=True) == (5_000, PARTIAL)

    def test_a_later_export_never_subtracts_a_refund_again(self):
        returned = order(refunded=3_000, total=10_000)
        only = left(returned, action(7_000, original_cents=10_000), to_date=True)
        assert (only.code, only.group.value) == ("nothing-refunded", "nothing_to_do")
        assert "The network has 70.00 EUR" in only.message

    def test_what_an_earlier_import_knew_counts_where_the_download_has_no_original_amount(self):
        known = {"sent": {A: sent(7_000)}, "imported": {A: [imported(7_000)]}}
        assert row(order(refunded=5_000), action(7_000), to_date=True, **known) == (5_000, PARTIAL)
        assert outcome(order(refunded=3_000), action(7_000), to_date=True, **known) == ("sent-before", "sent_before")

    @pytest.mark.parametrize("current", [10_000, 7_000])
    def test_a_new_total_that_was_sent_is_not_sent_again(self, current):
        given = order(refunded=3_000), action(current, original_cents=10_000)
        only = left(*given, to_date=True, sent={A: sent(7_000)})
        assert (only.code, only.group.value) == ("sent-before", "sent_before")
        assert "70.00 EUR for M.8882.4808.1, was already sent in batch 0007" in only.message

    def test_without_any_original_amount_the_total_of_the_order_tells_what_was_sent(self):
        returned = order(refunded=3_000, total=10_000)
        assert outcome(returned, action(7_000), to_date=True, sent={A: sent(7_000)}) == ("sent-before", "sent_before")

    def test_without_any_original_amount_an_action_that_was_sent_otherwise_is_to_decide(self):
        for returned in (order(refunded=3_000), order(refunded=5_000, total=10_000)):
            only = left(returned, action(7_000), to_date=True, sent={A: sent(7_000)})
            assert (only.code, only.group.value, only.candidates) == ("sent-before", "to_decide", (A,))
            assert (
                "70.00 EUR for M.8882.4808.1, the action of order 1001, was already sent in batch 0007" in only.message
            )

    def test_an_amount_that_the_network_has_without_our_sending_is_refused_with_the_likely_reason(self):
        only = left(order(refunded=3_000, total=10_000), action(7_000), to_date=True)
        assert (only.code, only.group.value) == ("total-differs", "refused")
        assert "The refund explains the difference, so the network may have it already." in only.message

    def test_a_new_total_above_the_current_amount_is_to_decide(self):
        returned = order(refunded=2_000)
        only = left(returned, action(5_000, original_cents=10_000), to_date=True)
        assert (only.code, only.group.value) == ("total-differs", "to_decide")
        assert "A return never raises an amount." in only.message

    def test_a_new_total_above_what_was_sent_last_is_to_decide(self):
        given = order(refunded=2_000), action(10_000, original_cents=10_000)
        assert outcome(*given, to_date=True, sent={A: sent(5_000)}) == ("total-differs", "to_decide")

    def test_an_action_that_changed_since_the_last_import_without_our_sending_is_to_decide(self):
        known = {"imported": {A: [imported(7_000)]}}
        assert outcome(order(refunded=2_000), action(9_000), to_date=True, **known) == ("total-differs", "to_decide")
        assert row(order(refunded=2_000), action(10_000), to_date=True, **known) == (8_000, PARTIAL)

    def test_what_the_network_applied_without_our_sending_is_known_again(self):
        known = {"imported": {A: [imported(7_000)]}}
        assert outcome(order(refunded=3_000), action(7_000), to_date=True, **known) == (
            "nothing-refunded",
            "nothing_to_do",
        )
        assert row(order(refunded=4_000), action(7_000), to_date=True, **known) == (6_000, PARTIAL)


class TestOfSingleRefunds:
    def test_several_refunds_of_an_order_add_up(self):
        assert row(order(**parts(r1=1_000, r2=2_550)), action(10_000)) == (6_450, PARTIAL)

    @pytest.mark.parametrize("current", [10_000, 9_000])
    def test_a_later_export_adds_only_the_refunds_that_are_new(self, current):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1")]}}
        assert row(order(**parts(r1=1_000, r2=2_000)), action(current), **known) == (7_000, PARTIAL)
        assert row(order(**parts(r2=2_000)), action(current), **known) == (7_000, PARTIAL)

    @pytest.mark.parametrize("current", [10_000, 9_000, 5_000])
    def test_refunds_that_were_sent_are_not_sent_again(self, current):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1")]}}
        assert outcome(order(**parts(r1=1_000)), action(current), **known) == ("sent-before", "sent_before")

    def test_the_refunds_of_all_imports_before_are_known(self):
        known = {
            "sent": {A: sent(7_000)},
            "imported": {A: [imported(9_000, "r1"), imported(7_000, "r1", "r2", before=9_000)]},
        }
        returned = order(**parts(r1=1_000, r2=2_000, r3=500))
        for current in (7_000, 9_000, 10_000):
            preview = decided(returned, action(current), **known)
            (only,) = preview.rows
            assert (only.cents, only.new_total.refund_ids) == (6_500, {"r1", "r2", "r3"})

    def test_a_refund_whose_number_lost_its_zeros_in_a_spreadsheet_is_the_same_refund(self):
        (first,) = decided(order(**parts(**{"000000011": 1_000})), action(10_000)).rows
        earlier = imported(first.cents, *first.new_total.refund_ids)
        known = {"sent": {A: sent(9_000)}, "imported": {A: [earlier]}}
        for number in ("11", "#11", "000000011"):
            returned = order(**parts(**{number: 1_000}))
            assert outcome(returned, action(9_000), **known) == ("sent-before", "sent_before")
        assert row(order(**parts(**{"12": 1_000})), action(9_000), **known) == (8_000, PARTIAL)

    def test_refunds_that_a_later_export_no_longer_lists_stay_known(self):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1")]}}
        (only,) = decided(order(**parts(r2=2_000)), action(9_000), **known).rows
        assert only.new_total.refund_ids == {"r1", "r2"}

    def test_a_later_amount_that_may_have_the_earlier_refund_in_it_is_to_decide(self):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1")]}, "guessed": True}
        only = left(order(**parts(r2=1_500)), action(9_000), **known)
        assert (only.code, only.group.value, only.candidates) == ("total-differs", "to_decide", (A,))
        assert "this file lists another amount: 15.00 EUR" in only.message
        # Where the earlier refund is listed, too, each line is one refund.
        assert row(order(**parts(r1=1_000, r2=1_500)), action(9_000), **known) == (7_500, PARTIAL)
        assert outcome(order(**parts(r1=1_000)), action(9_000), **known) == ("sent-before", "sent_before")

    def test_an_amount_that_no_import_explains_is_to_decide(self):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1")]}}
        only = left(order(**parts(r1=1_000, r2=2_000)), action(8_000), **known)
        assert (only.code, only.group.value) == ("total-differs", "to_decide")
        assert "had 90.00 EUR and has 80.00 EUR now" in only.message

    def test_an_import_whose_row_was_deleted_does_not_count(self):
        known = {"imported": {A: [imported(9_000, "r1")]}}
        assert row(order(**parts(r1=1_000, r2=2_000)), action(10_000), **known) == (7_000, PARTIAL)

    def test_an_import_whose_row_is_in_the_sheet_counts(self):
        known = {"imported": {A: [imported(9_000, "r1")]}, "in_sheet": {A: (9_000, PARTIAL, 5)}}
        assert outcome(order(**parts(r1=1_000)), action(10_000), **known) == ("already-in-sheet", "in_sheet")
        only = left(order(**parts(r1=1_000, r2=2_000)), action(10_000), **known)
        assert (only.code, only.group.value) == ("already-in-sheet", "to_decide")
        assert "Row 5 of the sheet has 90.00 EUR" in only.message
        assert "70.00 EUR" in only.message

    def test_an_import_that_the_network_applied_counts_although_another_way_sent_it(self):
        known = {"imported": {A: [imported(9_000, "r1")]}}
        assert outcome(order(**parts(r1=1_000)), action(9_000), **known) == ("nothing-refunded", "nothing_to_do")
        assert row(order(**parts(r1=1_000, r2=2_000)), action(9_000), **known) == (7_000, PARTIAL)

    def test_an_action_that_changed_since_the_last_import_without_our_sending_is_to_decide(self):
        known = {"imported": {A: [imported(9_000, "r1")]}}
        assert outcome(order(**parts(r2=2_000)), action(9_500), **known) == ("total-differs", "to_decide")

    def test_refund_ids_of_another_source_tell_nothing(self):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1", source="a")]}, "source": "b"}
        assert outcome(order(**parts(x1=1_000)), action(9_000), **known) == ("sent-before", "sent_before")
        assert outcome(order(**parts(x1=1_000, x2=500)), action(9_000), **known) == ("sent-before", "to_decide")
        unsent = {**known, "sent": {}}
        assert outcome(order(**parts(x1=1_000)), action(9_000), **unsent) == ("total-differs", "to_decide")

    def test_an_import_of_what_was_refunded_until_then_tells_nothing_of_single_refunds(self):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000)]}}
        assert outcome(order(**parts(r1=1_000)), action(9_000), **known) == ("sent-before", "sent_before")
        assert outcome(order(**parts(r1=1_000, r2=500)), action(9_000), **known) == ("sent-before", "to_decide")

    def test_a_refund_without_a_number_is_known_again_by_its_amount_only(self):
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "in all 1000")]}}
        assert outcome(order(refunded=1_000), action(9_000), **known) == ("sent-before", "sent_before")
        (only,) = decided(order(refunded=1_000), action(10_000)).rows
        assert only.new_total.refund_ids == {"in all 1000"}

    def test_a_change_that_was_sent_by_hand_and_is_the_refund_is_known(self):
        returned = order(**parts(r1=1_000))
        assert outcome(returned, action(10_000), sent={A: sent(9_000)}) == ("sent-before", "sent_before")
        listed = action(9_000, original_cents=10_000)
        assert outcome(returned, listed, sent={A: sent(9_000)}) == ("sent-before", "sent_before")
        with_total = order(total=10_000, **parts(r1=1_000))
        assert outcome(with_total, action(9_000), sent={A: sent(9_000)}) == ("sent-before", "sent_before")

    def test_that_nothing_but_its_amount_tells_a_sent_refund_is_said(self):
        by_amount = left(order(**parts(r1=1_000)), action(10_000), sent={A: sent(9_000)})
        assert (
            "The refund of 10.00 EUR is taken for the one in that batch, as the amounts are equal." in by_amount.message
        )
        known = {"sent": {A: sent(9_000)}, "imported": {A: [imported(9_000, "r1")]}}
        by_number = left(order(**parts(r1=1_000)), action(10_000), **known)
        assert "the amounts are equal" not in by_number.message

    def test_a_change_that_was_sent_by_hand_and_is_another_amount_is_to_decide(self):
        returned = order(**parts(r1=1_000))
        for current in (9_500, 10_000):
            assert outcome(returned, action(current), sent={A: sent(9_500)}) == ("sent-before", "to_decide")

    def test_a_change_by_others_that_is_one_of_the_refunds_is_to_decide(self):
        refunds = order(**parts(r1=1_000, r2=2_000, r3=500))
        for current in (9_000, 8_000, 9_500, 7_000, 6_500):
            given = refunds, action(current, original_cents=10_000)
            assert outcome(*given) == ("total-differs", "to_decide"), current
        assert row(refunds, action(9_100, original_cents=10_000)) == (5_600, PARTIAL)

    def test_a_total_that_fits_the_current_amount_needs_no_original_one(self):
        returned = order(total=9_000, **parts(r1=2_000))
        assert row(returned, action(9_000, original_cents=10_000)) == (7_000, PARTIAL)
        neither = order(total=9_500, **parts(r1=2_000))
        assert left(neither, action(9_000, original_cents=10_000)).code == "total-differs"

    def test_all_of_it_in_several_exports_takes_the_action_back(self):
        known = {"sent": {A: sent(4_000)}, "imported": {A: [imported(4_000, "r1")]}}
        assert row(order(**parts(r2=4_000)), action(4_000), **known) == (0, FULL)
        assert left(order(**parts(r2=4_001)), action(4_000), **known).code == "refund-above-amount"


class TestOfAListedNewTotal:
    def test_it_is_taken_as_it_is(self):
        preview = decided(order(new_total=4_000, refunded=6_000, total=10_000), action(10_000))
        (only,) = preview.rows
        assert (only.cents, only.reason, only.why) == (4_000, PARTIAL, "40.00 is the new total that the export lists.")
        assert row(order(new_total=0), action(10_000)) == (0, FULL)

    def test_one_that_is_the_current_amount_has_nothing_to_do(self):
        assert outcome(order(new_total=10_000), action(10_000)) == ("nothing-refunded", "nothing_to_do")

    def test_one_above_the_current_amount_is_refused(self):
        assert outcome(order(new_total=10_001), action(10_000)) == ("total-differs", "refused")

    def test_one_below_zero_is_refused_and_its_sign_is_not_dropped(self):
        only = left(order(new_total=-500), action(10_000))
        assert (only.code, only.group.value) == ("amount-unreadable", "refused")
        assert "The new total of order 1001 is -5.00 EUR in the export" in only.message

    def test_one_that_was_sent_is_not_sent_again(self):
        assert outcome(order(new_total=4_000), action(10_000), sent={A: sent(4_000)}) == ("sent-before", "sent_before")

    def test_one_that_contradicts_the_refund_or_the_status_is_refused(self):
        assert outcome(order(new_total=5_000, refunded=6_000, total=10_000), action(10_000)) == (
            "total-differs",
            "refused",
        )
        cancelled = order(new_total=5_000, takes_back="it was cancelled")
        assert outcome(cancelled, action(10_000)) == ("total-differs", "refused")

    def test_it_is_compared_and_divided_like_a_refund(self):
        returned = order(new_total=9_520, refunded=2_380, total=11_900, net_total=10_000)
        assert left(returned, action(10_000)).code == "total-differs"
        assert row(returned, action(10_000), choices=WITHOUT_TAX) == (8_000, PARTIAL)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sent", "was already sent in batch 0007. There is nothing to do."),
        ("handed-over", "was already sent in batch 0007. There is nothing to do."),
        ("sending", "is being sent at this moment, in batch 0007. Wait until batch 0007 has an outcome"),
        ("prepared", "is being sent at this moment, in batch 0007. Wait until batch 0007 has an outcome"),
        (
            "unknown",
            "may have arrived in batch 0007, of which it is not known whether it arrived. Settle batch 0007 first",
        ),
    ],
)
def test_what_was_sent_before_is_told_by_the_state_of_its_batch(state, words):
    only = left(order(refunded=1_000), action(10_000), to_date=True, sent={A: sent(9_000, state)})
    assert words in only.message
    undecided = left(order(refunded=1_500), action(9_000), sent={A: sent(9_000, state)})
    assert words.split(".")[0] in undecided.message


class TestOfTheLastRefundOfAnOrder:
    refunded = order(refunded=4_000, total=10_000, takes_back="its status is refunded")

    def test_it_takes_the_action_back_when_the_others_were_sent_before(self):
        assert row(self.refunded, action(10_000), sent={A: sent(4_000)}) == (0, FULL)
        assert row(self.refunded, action(4_000), sent={A: sent(4_000)}) == (0, FULL)

    def test_it_is_left_when_the_others_are_unknown(self):
        assert outcome(self.refunded, action(10_000)) == ("total-differs", "refused")
