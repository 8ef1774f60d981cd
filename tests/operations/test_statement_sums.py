"""The sums of a statement are those of a plain second statement, whatever the rows are."""

from itertools import groupby

from hypothesis import example, given, settings
from hypothesis import strategies as st

from action_returns.operations.row_effects import Section, StatementRow
from action_returns.operations.statement_sums import Key, add_up
from action_returns.verdicts.verdict import Verdict

SENT, UNKNOWN, TEST = Section.SENT, Section.UNKNOWN, Section.TEST
CENTS = st.sampled_from([0, 2_000, 3_000]) | st.integers(0, 10**17)
NAMES = st.sampled_from(["", "Blog", "blog", "=1+1"]) | st.text(max_size=3)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([SENT, UNKNOWN, TEST]),
        st.builds(
            StatementRow,
            st.sampled_from(["0001", "0002"]),
            CENTS,
            st.sampled_from(["REJECTED", "ORDER_UPDATE"]),
            st.none() | CENTS,
            st.none() | NAMES,
            st.none() | st.sampled_from(["EUR", "USD"]),
            st.none() | st.sampled_from(Verdict),
            st.sampled_from(["M.1", "M.2", "M.3"]),
            st.sampled_from(["one", "two"]),
            st.sampled_from([True, True, False]),
            st.none() | CENTS,
        ),
    ),
    max_size=12,
)


def row(cents, before=None, batch="0001", action="M.1", **facts):
    return StatementRow(batch, cents, "REJECTED" if cents == 0 else "ORDER_UPDATE", before, action=action, **facts)


def total(rows, section=SENT, currency=None):
    return add_up(rows)[Key(section, "total", "", currency)]


def test_rows_that_were_sent_again_are_in_no_amount():
    rows = [(SENT, row(3_000, 5_000)), (SENT, row(3_000, 5_000, "0002"))]
    found = total(rows)
    assert (found.rows, found.again, found.replaced, found.actions) == (2, 1, 0, 1)
    assert (found.new_total_cents, found.before_cents, found.change_cents) == (3_000, 5_000, -2_000)


def test_an_action_that_was_changed_again_counts_from_the_first_amount_to_the_last_whatever_the_second_list_had():
    for second in (None, 3_000, 5_000):
        found = total([(SENT, row(3_000, 5_000)), (SENT, row(2_000, second, "0002"))])
        assert (found.before_cents, found.new_total_cents, found.change_cents) == (5_000, 2_000, -3_000)
        assert (found.rows, found.replaced, found.known) == (2, 1, 1)


def test_an_undo_takes_the_change_back():
    assert total([(SENT, row(0, 5_000)), (SENT, row(5_000, 5_000, "0002"))]).change_cents == 0


def test_what_was_not_known_before_the_first_row_is_not_known_after_the_second():
    found = total([(SENT, row(3_000)), (SENT, row(2_000, 3_000, "0002"))])
    assert (found.known, found.unknown, found.change_cents, found.new_total_cents) == (0, 1, 0, 2_000)


def test_a_row_that_never_arrived_is_in_no_sum():
    found = total([(SENT, row(3_000, 5_000, has_arrived=False)), (SENT, row(2_000, 5_000, "0002"))])
    assert (found.rows, found.not_arrived, found.replaced) == (1, 1, 0)
    assert (found.before_cents, found.change_cents) == (5_000, -3_000)


def test_a_row_that_was_refused_is_in_the_change_that_was_sent_and_not_in_the_applied_one():
    rows = [
        (SENT, row(3_000, 5_000, verdict=Verdict.APPLIED)),
        (SENT, row(2_000, 3_000, "0002", verdict=Verdict.REFUSED)),
    ]
    found = total(rows)
    assert (found.change_cents, found.applied_change_cents, found.applied_known) == (-3_000, -2_000, 1)
    both = [(SENT, one._replace(verdict=Verdict.APPLIED)) for _, one in rows]
    assert total(both).applied_change_cents == -3_000


def test_a_row_that_may_not_have_arrived_is_counted_after_what_is_certain_and_never_twice():
    later = [(SENT, row(3_000, 5_000)), (UNKNOWN, row(2_000, 5_000, "0002"))]
    assert (total(later).change_cents, total(later, UNKNOWN).change_cents) == (-2_000, -1_000)
    before = [(UNKNOWN, row(2_000, 5_000)), (SENT, row(1_000, 2_000, "0002"))]
    assert (total(before).change_cents, total(before, UNKNOWN).actions) == (-4_000, 0)
    again = [(UNKNOWN, row(2_000, 5_000)), (SENT, row(2_000, 2_000, "0002"))]
    assert (total(again).change_cents, total(again, UNKNOWN).change_cents) == (-3_000, 0)


def test_the_same_action_of_two_accounts_is_two():
    found = total([(SENT, row(3_000, 5_000, account="one")), (SENT, row(3_000, 5_000, account="two"))])
    assert (found.actions, found.change_cents) == (2, -4_000)


def test_what_was_sent_before_the_month_is_where_it_begins():
    assert total([(SENT, row(2_000, 5_000, earlier=3_000))]).change_cents == -1_000
    again = total([(SENT, row(3_000, 5_000, earlier=3_000))])
    assert (again.again, again.actions, again.change_cents) == (1, 0, 0)


def test_amounts_of_two_currencies_have_no_difference():
    sums = add_up([(SENT, row(3_000, 5_000, currency="EUR")), (SENT, row(2_000, 4_000, "0002", currency="USD"))])
    assert sums[Key(SENT, "total", "", "EUR")].actions == 0
    dollars = sums[Key(SENT, "total", "", "USD")]
    assert (dollars.known, dollars.unknown, dollars.new_total_cents) == (0, 1, 2_000)


def test_a_partner_and_a_currency_that_one_row_knows_hold_for_the_action():
    rows = [(SENT, row(3_000, 5_000, currency="EUR", partner="Blog")), (SENT, row(2_000, None, "0002"))]
    sums = add_up(rows)
    assert [(key.name, key.currency) for key in sums if key.by == "partner"] == [("Blog", "EUR")]
    assert sums[Key(SENT, "partner", "Blog", "EUR")].change_cents == -3_000


def plain(rows):
    """Return (section, account, action) -> cents of the last row, before, and the applied change, written another way."""
    found = {}
    of_action = {}
    for section, one in rows:
        if one.has_arrived:
            of_action.setdefault((one.account, one.action, section is TEST), []).append((section, one))
    for (account, action, _), chain in of_action.items():
        (_, first), *_ = chain
        preceding = first.earlier
        before = first.before if preceding is None else preceding
        if len({one.currency for _, one in chain} - {None}) == 2:
            before = None
        applied = before
        ends = [at for at, (section, _) in enumerate(chain) if section is not UNKNOWN]
        cut = ends[-1] + 1 if ends else 0
        parts = [[pair for pair in chain[:cut] if pair[0] is not UNKNOWN], chain[cut:]]
        for part in filter(None, parts):
            amounts = [one.cents for _, one in part]
            runs = [amount for amount, _ in groupby(amounts)]
            last = [one.cents for _, one in part if one.verdict is Verdict.APPLIED][-1:]
            change = last[0] - applied if last and applied is not None else None
            counts = len(runs) > 1 or runs[0] != preceding
            found[part[0][0], account, action] = (amounts[-1] if counts else None, before, change)
            preceding = amounts[-1]
            before = None if before is None else preceding
            applied = last[0] if last and applied is not None else applied
    return found


@given(ROWS)
@example([(SENT, row(3_000, 5_000)), (UNKNOWN, row(3_000)), (SENT, row(2_000, 3_000)), (SENT, row(2_000, 5_000))])
@settings(max_examples=60)
def test_each_action_is_counted_once_in_every_kind_of_sum(rows):
    sums, expected = add_up(rows), plain(rows)
    for by in ("total", "reason", "partner", "batch"):
        for section in (SENT, UNKNOWN, TEST):
            found = [one for key, one in sums.items() if (key.section, key.by) == (section, by)]
            own = [one for (of, *_), one in expected.items() if of is section]
            counted = [(cents, before) for cents, before, _ in own if cents is not None]
            known = [(cents, before) for cents, before in counted if before is not None]
            applied = [change for *_, change in own if change is not None]
            assert sum(one.actions for one in found) == len(counted)
            assert sum(one.known for one in found) == len(known)
            assert sum(one.new_total_cents for one in found) == sum(cents for cents, _ in counted)
            assert sum(one.before_cents for one in found) == sum(before for _, before in known)
            assert sum(one.change_cents for one in found) == sum(cents - before for cents, before in known)
            assert sum(one.applied_known for one in found) == len(applied)
            assert sum(one.applied_change_cents for one in found) == sum(applied)


@given(ROWS)
@settings(max_examples=40)
def test_numbers_of_rows_are_those_of_the_rows_that_arrived(rows):
    sums = add_up(rows)
    for by, field in {"reason": lambda one: one.reason, "batch": lambda one: one.batch, "total": lambda _: ""}.items():
        for section, name in {(section, field(one)) for section, one in rows}:
            own = [one for of, one in rows if (of, field(one)) == (section, name)]
            arrived = [one for one in own if one.has_arrived]
            found = [one for key, one in sums.items() if (key.section, key.by, key.name) == (section, by, name)]
            assert sum(one.rows for one in found) == len(arrived)
            assert sum(one.not_arrived for one in found) == len(own) - len(arrived)
            assert sum(one.reversals for one in found) == len([one for one in arrived if one.cents == 0])
            assert sum(one.new_totals for one in found) == len([one for one in arrived if one.cents > 0])
            assert sum(one.not_looked_for for one in found) == len([one for one in arrived if one.verdict is None])
            assert sum(one.verdicts[Verdict.LOCKED] for one in found) == len(
                [one for one in arrived if one.verdict is Verdict.LOCKED]
            )


def test_what_is_not_known_stands_last_and_names_in_the_order_of_people():
    rows = [(SENT, row(0, partner=name, action=f"M.{at}")) for at, name in enumerate((None, "b", "A", "a"))]
    assert [key.name for key in add_up(rows) if key.by == "partner"] == ["A", "a", "b", None]
