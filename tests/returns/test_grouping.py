"""Lines that say nothing new of their order are left out, and what remains says the same."""

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.returns import grouping
from action_returns.returns.export import Problem, ShopExport, UnreadAmount
from action_returns.returns.lines import Line
from action_returns.returns.source import Amounts, Field
from action_returns.returns.sources import SHOPIFY
from tests.support.exports import understood

money = st.sampled_from([None, None, None, 0, 500, 700, UnreadAmount("5,-", "a comma")])
word = st.sampled_from([None, None, None, "a", "b"])
line = st.tuples(
    st.sampled_from(["1", "1", "2", "total", None]),
    money,
    word,
    money,
    money,
    st.sampled_from(["", "", "it was cancelled"]),
    st.sampled_from([None, None, Problem("amount-unreadable", "why")]),
)
silent = st.sampled_from(["1", "2"]).map(lambda order: (order, None, None, None, None, "", None))
cells = st.tuples(word, word, word, word, money)
blank = st.just((None, None, None, None, None))


@settings(max_examples=500)
@given(
    st.lists(st.tuples(line | silent, cells | blank | blank), min_size=1, max_size=6),
    st.sampled_from([Amounts.TO_DATE, Amounts.EVENTS]),
    st.booleans(),
    st.booleans(),
    st.frozensets(st.integers(0, 5), max_size=1),
)
def test_orders_are_the_same_without_the_lines_that_say_nothing(both, kind, adds_totals, may_continue, damaged):
    lines = [Line(at, *facts) for at, (facts, _) in enumerate(both)]
    internal_ids, currencies, reasons, dates, new_totals = zip(*(cells for _, cells in both), strict=True)
    export = ShopExport(
        "export.csv",
        SHOPIFY,
        (),
        (),
        range(2, 2 + len(lines)),
        {Field.INTERNAL_ID: internal_ids, Field.CURRENCY: currencies, Field.REASON: reasons, Field.DATE: dates},
        {Field.NEW_TOTAL: new_totals},
        damaged_orders=dict.fromkeys(damaged, "was changed"),
    )

    def collected():
        return grouping.collect(export, lines, kind, adds_totals=adds_totals, may_continue=may_continue)

    found = collected()
    with (
        patch.object(grouping, "_NOTHING", None),
        patch.object(grouping._Orders, "_says_more", lambda *_: True),
        patch.object(grouping._Orders, "_of_line", lambda self, line: self._order(line.order, [line])),
    ):
        assert collected() == found


def test_refunds_without_a_number_are_named_where_others_have_one(tmp_path):
    text = "Order,Refund,Refund ID\n1001,5.00,R1\n1002,5.00,\n1003,6.00,\n"
    notes = understood(tmp_path, text).notes
    (both,) = [note for note in notes if "neither" in note]
    assert both == (
        "Lines 3 and 4 have refunds with neither a number nor a date. So each of them counts as the same one in a later file "
        "when it is of the same order and amount."
    )
    (one,) = [
        note for note in understood(tmp_path, text.replace("1003,6.00,", "1003,6.00,R3")).notes if "neither" in note
    ]
    assert one.startswith(
        "Line 3 has a refund with neither a number nor a date. So it counts as the same one in a later file"
    )
