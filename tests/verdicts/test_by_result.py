"""What a result of the receiver tells of the rows of a batch: its lines are taken for a row only where that is certain."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction
from action_returns.verdicts.by_pending import Known
from action_returns.verdicts.by_result import ReceiverResult, ResultEntry, decide_by_result, why_of_another_batch
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

SENT_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
TAKEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
ROWS = [SentRow(f"M.1.1.{at}", at * 100, "ORDER_UPDATE") for at in range(1, 6)]
UNCLEAR = ("too_early", "line-unclear")
REFUSED = ("refused", "named-as-error")
PROCESSED = ("too_early", "processed")


def error(line=None, word="NO_ITEM", **facts):
    return ResultEntry(Verdict.REFUSED, Why.NAMED_AS_ERROR, word, line=line, **facts)


def known(**facts):
    return Known(SENT_AT, **facts)


def verdicts(result, on_record=None):
    found = decide_by_result(ROWS, result, on_record or known(), TAKEN)
    assert len(found) == len(ROWS)
    return [(one.verdict.value, one.why.value) for one in found]


def orders(*ids):
    return {row.action_id: PendingAction(order_id=order) for row, order in zip(ROWS, ids, strict=True)}


def test_a_row_is_found_by_its_action():
    found = decide_by_result(ROWS, ReceiverResult([error(action_id="M.1.1.3", cents=300)]), known(), TAKEN)
    assert [one.verdict for one in found] == ["too_early", "too_early", "refused", "too_early", "too_early"]
    assert found[2] == RowResult(Verdict.REFUSED, Why.NAMED_AS_ERROR, None, "", "NO_ITEM", "result", TAKEN)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([3], [PROCESSED, UNCLEAR, UNCLEAR, PROCESSED, PROCESSED]),
        ([1, 3], [REFUSED, PROCESSED, REFUSED, PROCESSED, PROCESSED]),
        ([3, 6], [PROCESSED, REFUSED, PROCESSED, PROCESSED, REFUSED]),
        ([3, 4], [PROCESSED, UNCLEAR, REFUSED, UNCLEAR, PROCESSED]),
        ([], [PROCESSED] * 5),
    ],
)
def test_a_line_is_taken_for_a_row_only_where_every_reading_says_so(lines, expected):
    assert verdicts(ReceiverResult([error(line) for line in lines])) == expected


def test_a_line_that_is_an_error_in_one_reading_and_a_success_in_the_other_is_unclear():
    success = ResultEntry(None, Why.PROCESSED, line=4)
    assert verdicts(ReceiverResult([error(3), success]))[1:4] == [UNCLEAR] * 3


def test_an_order_id_on_record_tells_whether_the_header_row_counts():
    before = known(before=orders("a", "b", "c", "d", "e"))
    assert verdicts(ReceiverResult([error(3, order_id="b"), error(4)]), before) == [
        PROCESSED, REFUSED, REFUSED, PROCESSED, PROCESSED,
    ]  # fmt: skip
    assert verdicts(ReceiverResult([error(3, order_id="c")]), before)[2] == REFUSED
    assert verdicts(ReceiverResult([error(3, order_id="z")]), before)[1:3] == [UNCLEAR, UNCLEAR]
    assert verdicts(ReceiverResult([error(3, order_id="b"), error(5, order_id="e")]), before)[1:5] == [UNCLEAR] * 4
    several = known(before=orders("a", "b", "b", "d", "e"))
    assert verdicts(ReceiverResult([error(3, order_id="b")]), several)[1:3] == [UNCLEAR, UNCLEAR]
    half = known(before=orders("a", "b", None, "d", "e"))
    assert verdicts(ReceiverResult([error(3, order_id="b")]), half)[1:3] == [UNCLEAR, UNCLEAR]


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 4), max_size=5), st.booleans(), st.booleans())
def test_no_row_is_refused_that_the_receiver_did_not_mean(meant, counts_header, with_orders):
    offset = 2 if counts_header else 1
    ids = "abcde"
    entries = [error(at + offset, order_id=ids[at] if with_orders else "") for at in sorted(meant)]
    before = known(before=orders(*ids)) if with_orders else known()
    found = verdicts(ReceiverResult(entries), before)
    assert {at for at, one in enumerate(found) if one == REFUSED} <= meant
    assert all(found[at] in {REFUSED, UNCLEAR} for at in meant)
    assert not with_orders or all(found[at] == REFUSED for at in meant)


def test_two_words_for_one_row_are_both_kept_and_an_error_counts_more_than_a_success():
    success = ResultEntry(None, Why.PROCESSED, action_id="M.1.1.1")
    entries = [error(action_id="M.1.1.1"), success, error(word="MALFORMED", action_id="M.1.1.1")]
    for order in (entries, entries[::-1], sorted(entries, key=lambda one: one is not success)):
        (found, *_) = decide_by_result(ROWS, ReceiverResult(order), known(), TAKEN)
        assert (found.verdict, set(found.word.split("; "))) == (Verdict.REFUSED, {"NO_ITEM", "MALFORMED"})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, PROCESSED),
        ({"status": "Complete", "errors": 0}, PROCESSED),
        ({"status": "Complete", "errors": 2}, ("too_early", "partial")),
        ({"is_whole": False}, ("too_early", "partial")),
        ({"status": "Queued"}, ("too_early", "queued")),
        ({"status": "In Progress"}, ("too_early", "queued")),
        ({"status": "Halted"}, ("too_early", "unknown-word")),
    ],
)
def test_rows_that_a_result_does_not_name_are_never_applied_by_it(facts, expected):
    assert verdicts(ReceiverResult(**facts)) == [expected] * len(ROWS)


@pytest.mark.parametrize(
    ("earlier", "new", "expected"),
    [
        (Verdict.APPLIED, error, "applied"),
        (Verdict.LOCKED, error, "locked"),
        (Verdict.DIFFERENT, error, "refused"),
        (Verdict.MISSING, error, "refused"),
        (Verdict.TOO_EARLY, error, "refused"),
        (Verdict.DIFFERENT, None, "different"),
        (Verdict.REFUSED, None, "refused"),
        (Verdict.APPLIED, None, "applied"),
    ],
)
def test_what_was_seen_at_the_network_stays(earlier, new, expected):
    before = {ROWS[0].action_id: RowResult(earlier, Why.AS_SENT)}
    entries = [new(action_id=ROWS[0].action_id)] if new else []
    assert verdicts(ReceiverResult(entries), known(earlier=before))[0][0] == expected
    if new is None:
        too_early = {ROWS[0].action_id: RowResult(Verdict.TOO_EARLY, Why.RECENT)}
        assert verdicts(ReceiverResult(), known(earlier=too_early))[0] == PROCESSED


def test_a_row_that_a_later_batch_changed_again_is_told_as_such():
    replaced = known(replaced={ROWS[0].action_id: "0002"})
    assert verdicts(ReceiverResult([error(action_id=ROWS[0].action_id)]), replaced)[0] == ("too_early", "replaced")


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (ReceiverResult(file_name="other.csv"), "it is of the file other.csv"),
        (ReceiverResult(records=7), "it counts 7 rows"),
        (ReceiverResult([error(action_id="M.1.1.9")]), "it names the action M.1.1.9"),
        (ReceiverResult([error(action_id="M.1.1.1", cents=1)]), "it has another amount for the action M.1.1.1"),
        (ReceiverResult([error(7)]), "it names the lines 7 to 7"),
        (ReceiverResult([error(0)]), "it names the lines 0 to 0"),
        (ReceiverResult([error(1), error(6)]), "it names the lines 1 to 6"),
        (ReceiverResult(file_name="in/BATCH.csv", records=6), ""),
        (ReceiverResult([error(6)], records=5), ""),
        (ReceiverResult([error(action_id="M.1.1.1", cents=100)]), ""),
    ],
)
def test_a_result_of_another_batch_is_known_by_its_file_its_rows_or_its_lines(result, why):
    found = why_of_another_batch(ROWS, result, "batch.csv")
    assert found.startswith(why) if why else found == ""


def test_an_error_of_which_no_row_can_be_read_can_be_of_any_row():
    unnamed = ResultEntry(Verdict.REFUSED, Why.NAMED_AS_ERROR, "NO_ITEM")
    rows = [SentRow("M.8882.4808.1", 0, "REJECTED")]
    (result,) = decide_by_result(rows, ReceiverResult([unnamed]), Known(SENT_AT), SENT_AT)
    assert (result.verdict, result.why) == (Verdict.TOO_EARLY, Why.PARTIAL)
