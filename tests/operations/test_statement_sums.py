"""The sums of a statement are those of a plain second statement, whatever the rows are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.operations.statement_sums import Key, Section, StatementRow, add_up
from action_returns.verdicts.verdict import Verdict

CENTS = st.integers(0, 10**17) | st.just(0)
NAMES = st.sampled_from(["", "Blog", "blog", "=1+1"]) | st.text(max_size=3)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([Section.SENT, Section.UNKNOWN, Section.TEST]),
        st.builds(
            StatementRow,
            st.sampled_from(["0001", "0002"]),
            CENTS,
            st.sampled_from(["REJECTED", "ORDER_UPDATE"]),
            st.none() | CENTS,
            st.none() | NAMES,
            st.none() | st.sampled_from(["EUR", "USD"]),
            st.none() | st.sampled_from(Verdict),
        ),
    ),
    max_size=12,
)
FIELD = {"total": lambda _row: "", "reason": lambda row: row.reason, "partner": lambda row: row.partner}


@given(ROWS)
@settings(max_examples=60)
def test_each_sum_is_that_of_its_rows_alone(rows):
    sums = add_up(rows)
    for by, field in {**FIELD, "batch": lambda row: row.batch}.items():
        expected = {(section, field(row), row.currency) for section, row in rows}
        assert {(key.section, key.name, key.currency) for key in sums if key.by == by} == expected
        for section, name, currency in expected:
            own = [row for of, row in rows if (of, field(row), row.currency) == (section, name, currency)]
            known = [row for row in own if row.before is not None]
            applied = [row for row in known if row.verdict == "applied"]
            found = sums[Key(section, by, name, currency)]
            assert (found.rows, found.reversals, found.new_totals) == (
                len(own),
                len([row for row in own if row.cents == 0]),
                len([row for row in own if row.cents > 0]),
            )
            assert found.new_total_cents == sum(row.cents for row in own)
            assert (found.known, found.unknown) == (len(known), len(own) - len(known))
            assert found.before_cents == sum(row.before for row in known)
            assert found.change_cents == sum(row.cents for row in known) - sum(row.before for row in known)
            assert (found.applied_known, found.applied_change_cents) == (
                len(applied),
                sum(row.cents - row.before for row in applied),
            )
            assert found.not_looked_for == len([row for row in own if row.verdict is None])
            assert found.verdicts == {one: len([row for row in own if row.verdict == one]) for one in Verdict}


def test_what_is_not_known_stands_last_and_names_in_the_order_of_people():
    rows = [(Section.SENT, StatementRow("0001", 0, "REJECTED", None, name, None)) for name in (None, "b", "A", "a")]
    assert [key.name for key in add_up(rows) if key.by == "partner"] == ["A", "a", "b", None]
