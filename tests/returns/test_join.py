"""The action of an order is the one its id leads to. Where two are possible, none is chosen."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.returns.export import ReturnedOrder
from action_returns.returns.join import Closeness, Match, loose_keys, match_orders
from tests.returns.reference import actions_of

A, B, C = "M.8882.4808.1", "M.8882.4808.2", "M.8882.4808.3"


def matched(pending, *orders):
    """Return the matches of orders, each given by its id, or by its id and its internal id."""
    actions = {action_id: PendingAction(10_000, order_id=order_id) for action_id, order_id in pending.items()}
    ids = [order if isinstance(order, tuple) else (order, None) for order in orders]
    returned = [ReturnedOrder(order, line, internal) for line, (order, internal) in enumerate(ids, 2)]
    return match_orders(returned, PendingDownload(actions, len(actions), datetime(2026, 12, 1, tzinfo=UTC)))


def one(pending, order):
    (match,) = matched(pending, order)
    return match


def test_an_exact_order_id_is_found_without_further_words():
    assert one({A: "1001", B: "1002"}, "1001") == Match((A,))


@pytest.mark.parametrize(
    ("order", "network", "found_as"),
    [
        ("#1001", "1001", "1001, without #"),
        ("1001", "#1001", "#1001, with #"),
        ("123", "000000123", "000000123, with the leading zeros"),
        ("000000123", "123", "123, without the leading zeros"),
        ("#00123", "123", "123, without # and without the leading zeros"),
        ("eu-1", "EU-1", "EU-1, with other capital letters"),
    ],
)
def test_an_order_that_the_network_writes_in_another_way_is_found_and_the_way_is_named(order, network, found_as):
    assert one({A: network, B: "77"}, order) == Match((A,), found_as, Closeness.VARIANT)


def test_an_order_is_found_by_the_internal_id_of_the_shop():
    match = one({A: "5501234567890", B: "77"}, ("#1001", "5501234567890"))
    assert match == Match((A,), "5501234567890, the shop's internal id", Closeness.INTERNAL)


def test_an_internal_id_that_lost_its_leading_zeros_is_found_and_both_are_named():
    match = one({A: "00987"}, ("#1001", "987"))
    assert match == Match((A,), "00987, with the leading zeros, the shop's internal id", Closeness.VARIANT)


def test_an_order_without_an_action_has_none():
    assert one({A: "1001"}, "1002") == Match()
    assert one({A: ""}, "#") == Match()
    assert one({}, ("1002", "55")) == Match()


@pytest.mark.parametrize(("order", "network"), [("1001", "10010"), ("1001", "1001-A"), ("00EU1", "EU1"), ("##1", "1")])
def test_an_order_that_only_looks_alike_is_not_taken(order, network):
    assert one({A: network}, order) == Match()


def test_an_exact_id_wins_over_every_variant():
    assert one({A: "#1001", B: "1001", C: "01001"}, "1001") == Match((B,))


def test_two_variants_without_an_exact_id_are_both_candidates():
    match = one({A: "#1001", B: "01001"}, "1001")
    assert match.action_ids == (A, B)
    assert match.found_as == "#1001, with #; 01001, with the leading zeros"


def test_every_action_of_an_order_is_a_candidate():
    assert one({A: "1001", B: "1002", C: "1001"}, "1001").action_ids == (A, C)


def test_an_order_number_and_an_internal_id_that_lead_to_two_actions_are_both_candidates():
    assert one({A: "1001", B: "1050"}, ("1001", "1050")).action_ids == (A, B)
    assert one({A: "1001", B: "1050"}, ("#1001", "1050")).action_ids == (A, B)
    assert one({A: "1001"}, ("1001", "1001")) == Match((A,))


def test_an_internal_id_that_leads_to_the_same_action_changes_nothing():
    assert one({A: "1001"}, ("1001", "#1001")) == Match((A,))
    assert one({A: "1001"}, ("#1001", "1001")) == Match((A,), "1001, without #", Closeness.VARIANT)


def test_two_orders_never_share_an_action_and_the_exact_one_keeps_it():
    exact, other = matched({A: "1001"}, "1001", "#1001")
    assert exact == Match((A,))
    assert other == Match((A,), "1001, without #", Closeness.VARIANT, ("1001 (line 2)",))


def test_of_two_orders_that_are_both_variants_none_gets_the_action():
    first, second = matched({A: "1001"}, "#1001", "01001")
    assert first.rivals == ("01001 (line 3)",)
    assert second.rivals == ("#1001 (line 2)",)


def test_an_order_number_that_is_the_internal_id_of_another_order_leaves_both_undecided():
    first, second = matched({A: "1050"}, ("1001", "1050"), ("1050", "1100"))
    assert first.rivals == ("1050 (line 3)",)
    assert second.rivals == ("1001 (line 2)",)


def test_many_orders_with_one_internal_id_name_three_others_each():
    matches = matched({A: "77"}, *((f"{number}", "77") for number in range(1000, 3000)))
    assert matches[0].rivals == ("1001 (line 3)", "1002 (line 4)", "1003 (line 5)")
    assert matches[-1].rivals == ("1000 (line 2)", "1001 (line 3)", "1002 (line 4)")


def test_of_very_many_actions_or_spellings_a_hundred_are_looked_at_and_none_is_certain():
    same = {f"M.1.2.{number}": "none" for number in range(300)}
    assert one(same, "none").action_ids == tuple(f"M.1.2.{number}" for number in range(100))
    spellings = {f"M.1.2.{number}": f"{number:010b}".replace("0", "a").replace("1", "A") for number in range(900)}
    matches = matched(spellings, *(f"#{text}" for text in spellings.values()))
    assert all(len(match.action_ids) == 100 for match in matches)


def test_the_keys_of_all_ids_are_looked_for_in_the_download():
    assert loose_keys([ReturnedOrder("#1001", 2, "0055"), ReturnedOrder("EU-7", 3)]) == {"1001", "55", "eu-7"}


ids = st.from_regex(r"#?0{0,2}[12aA]{1,2}", fullmatch=True)


@given(
    st.dictionaries(st.sampled_from([f"M.1.2.{number}" for number in range(8)]), ids),
    st.lists(st.tuples(ids, st.none() | ids), max_size=6, unique_by=lambda pair: pair[0]),
)
def test_the_matches_are_those_of_the_plain_words(pending, orders):
    matches = matched(pending, *orders)
    expected = [actions_of(order, internal, pending) for order, internal in orders]
    assert [set(match.action_ids) for match in matches] == expected
    certain = [match.action_ids for match in matches if len(match.action_ids) == 1 and not match.rivals]
    assert len(certain) == len(set(certain))
    for at, match in enumerate(matches):
        is_shared = any(expected[at] & other for place, other in enumerate(expected) if place != at)
        assert bool(match.rivals) <= is_shared
        if is_shared and match.closeness is not Closeness.EXACT:
            assert match.rivals


numbers = st.from_regex(r"[12]{1,2}", fullmatch=True)


@given(
    st.dictionaries(st.sampled_from([f"M.1.2.{number}" for number in range(6)]), numbers | st.sampled_from(["", None])),
    st.lists(st.tuples(ids | st.just("#"), st.none() | ids), max_size=6, unique_by=lambda pair: pair[0]),
)
def test_a_download_of_numbers_alone_leads_to_the_same_actions_as_one_with_another_id_beside_them(pending, orders):
    assert matched(pending, *orders) == matched({**pending, "M.1.2.9": "EU-7"}, *orders)
