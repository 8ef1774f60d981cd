"""What became of the rows of a batch comes back from the ledger as it was."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.verdicts.results_csv import read_results, write_results
from action_returns.verdicts.verdict import RowResult, Verdict, Why, count_verdicts

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
RESULTS = st.builds(
    RowResult,
    st.sampled_from(Verdict),
    st.sampled_from(Why),
    st.none() | st.integers(0, 10**9),
    WORDS,
    WORDS,
    st.sampled_from(["pending", "result", "api"]),
    st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # a zone is added
)


@settings(max_examples=60, deadline=None)
@given(st.lists(RESULTS, max_size=4))
def test_results_are_read_as_they_were_written(results):
    ids = [f"M.1.1.{at}" for at in range(len(results))]
    assert read_results(write_results(ids, results)) == dict(zip(ids, results, strict=True))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", write_results(["M"], [RowResult(Verdict.APPLIED, Why.AS_SENT)]).replace(b"applied", b"fine")],
)
def test_a_text_of_another_kind_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        read_results(content)


def test_a_batch_without_rows_has_no_results():
    assert read_results(write_results([], [])) == {}


def test_the_text_is_plain_csv():
    result = RowResult(
        Verdict.REFUSED,
        Why.NAMED_AS_ERROR,
        1250,
        "PENDING",
        "NO_ITEM, twice",
        "result",
        datetime(2026, 11, 30, tzinfo=UTC),
    )
    assert write_results(["M.1.1.1"], [result]).decode() == (
        "ActionId,Verdict,Why,Amount,State,Word,Source,SeenAt\r\n"
        'M.1.1.1,refused,named-as-error,12.50,PENDING,"NO_ITEM, twice",result,2026-11-30T00:00:00+00:00\r\n'
    )


def test_verdicts_are_counted_in_their_order():
    results = [RowResult(one, Why.AS_SENT) for one in (Verdict.LOCKED, Verdict.APPLIED, Verdict.LOCKED)]
    assert list(count_verdicts(results).items()) == [
        ("applied", 1), ("different", 0), ("missing", 0), ("locked", 2), ("refused", 0), ("too_early", 0),
    ]  # fmt: skip
