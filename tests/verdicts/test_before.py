"""What was known of the actions of a batch comes back from the ledger as it was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction
from action_returns.verdicts.before import read_before, write_before

WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
CENTS = st.none() | st.integers(0, 10**9)
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
ACTIONS = st.builds(
    PendingAction,
    CENTS,
    st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES),  # noqa: DTZ001  # a zone is added
    *[WORDS] * 4,
    CENTS,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(1, 99).map(lambda at: f"M.1.1.{at}"), ACTIONS, max_size=4))
def test_what_was_known_of_actions_is_read_as_it_was_written(actions):
    assert read_before(write_before([*actions, "M.2.2.2"], actions)) == actions


def test_an_order_id_of_any_length_is_kept():
    action = PendingAction(1, order_id="x" * 200_000)
    assert read_before(write_before(["M.1.1.1"], {"M.1.1.1": action})) == {"M.1.1.1": action}


def test_where_nothing_was_known_nothing_is_kept():
    assert write_before(["M.1.1.1"], {}) == b""
    assert read_before(b"") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"ActionId,Amount\r\n",
        b"\xff",
        write_before(["M"], {"M": PendingAction(1)})[:-12],
        write_before(["M"], {"M": PendingAction(1, datetime(2026, 12, 31, 8))}),  # noqa: DTZ001  # no offset from UTC
    ],
)
def test_a_text_of_another_kind_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        read_before(content)


def test_the_text_is_plain_csv():
    locks_at = datetime(2026, 12, 31, 8, tzinfo=UTC)
    action = PendingAction(1250, locks_at, "PENDING", 'a "b", c', "Blog", "USD", None)
    assert write_before(["M.1.1.1"], {"M.1.1.1": action}).decode() == (
        "ActionId,Amount,LocksAt,State,OrderId,Partner,Currency,OriginalAmount\r\n"
        'M.1.1.1,12.50,2026-12-31T08:00:00+00:00,PENDING,"a ""b"", c",Blog,USD,\r\n'
    )
