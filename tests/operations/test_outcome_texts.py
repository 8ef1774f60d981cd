"""The words for batches that are cut off from the ledger or got their outcome late, wherever they are shown."""

from datetime import UTC, datetime
from types import SimpleNamespace

from action_returns.operations import outcome_texts

UNTIL = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def test_a_batch_that_is_cut_off_is_told_with_the_time_until_which_to_wait():
    record = SimpleNamespace(label="0007", sender="ann on laptop", sending_until=UNTIL)
    assert outcome_texts.may_be_sending(record) == (
        f"Batch 0007 may still be being sent, until {UNTIL.astimezone():%Y-%m-%d %H:%M} at most: the program of ann on laptop "
        "lost its connection to the ledger, or has ended. Wait until then, then look again. Do not send its rows again before."
    )


def test_an_outcome_after_a_mark_says_that_rows_may_be_there_twice_only_where_they_may():
    again = "Its rows may have gone out again meanwhile: compare with what the receiver has."
    assert again in outcome_texts.answered_after_mark("0007", "sent")
    assert again not in outcome_texts.answered_after_mark("0007", "failed")
