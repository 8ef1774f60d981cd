"""Rows that were sent one by one: beside each stands what became of it, and the message does not say that all were sent."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from action_returns.channels.base import Outcome, RowCounts, State
from action_returns.excel import messages
from action_returns.excel.check_table import sent_rows
from tests.support.batches import checked_batch

NOW = datetime(2026, 11, 4, 14, 2, tzinfo=UTC)
IDS = [f"M.8882.4808.{number}" for number in (1, 2, 3)]


def outcome(*states):
    sent, failed, unknown = (states.count(state) for state in (State.SENT, State.FAILED, State.UNKNOWN))
    state = State.SENT if sent else State.UNKNOWN if unknown else State.FAILED
    counts = RowCounts(queued=sent, refused=failed, unknown=unknown)
    return Outcome(state, "Told.", rows=counts, row_states=dict(zip(IDS, states, strict=True)))


def beside(*states):
    checked = checked_batch([(action_id, 0.0, "REJECTED") for action_id in IDS])
    return [texts[0] for texts in sent_rows(checked, "0001", outcome(*states)).values()]


def test_a_row_that_was_refused_is_never_called_sent():
    assert beside(State.SENT, State.FAILED, State.UNKNOWN) == [
        "Sent in batch 0001",
        "Not sent: batch 0001 was sent without this row",
        "Unknown: batch 0001 may have arrived",
    ]


def test_rows_of_a_batch_that_failed_are_told_as_with_other_channels():
    assert beside(*[State.FAILED] * 3) == ["Not sent (batch 0001 failed)"] * 3


@pytest.mark.parametrize(
    ("states", "heading", "mode"),
    [
        ([State.SENT] * 3, "Sent. 3 rows, 90 bytes.", "info"),
        ([State.SENT, State.SENT, State.FAILED], "Not all rows were sent.", "critical"),
    ],
)
def test_the_message_says_so_when_rows_are_left(states, heading, mode):
    done = SimpleNamespace(outcome=outcome(*states), rows=3, size=90, batch="0001", file_name="b.csv")
    told = messages.outcome(SimpleNamespace(receipt="", problems=()), done, "", NOW)
    assert told.splitlines()[0] == heading
    assert "Next: from 2026-11-04 14:02 on, click Check results" in told
    assert messages.mode(done) == mode
