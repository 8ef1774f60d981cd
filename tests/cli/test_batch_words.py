"""What happened to a batch, in one line each."""

from datetime import UTC, datetime

import pytest

from action_returns.cli.batch_words import event_text
from action_returns.ledger.records import Event

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MARK = {"state": "failed", "who": "ben on desk", "why": "Nothing there."}


@pytest.mark.parametrize(
    ("kind", "detail", "says"),
    [
        ("sending", {"at_most_seconds": 1320}, "sending"),
        ("outcome", {"state": "sent", "message": "There."}, "outcome sent: There."),
        ("late-outcome", {"state": "unknown", "message": "The line went dead."}, "outcome unknown, which came after another one: The line went dead."),
        ("marked", {**MARK, "was": "unknown"}, "marked failed by ben on desk, it was unknown: Nothing there."),
        ("marked", {**MARK, "was": "sending"}, "marked failed by ben on desk, who said that the program which sent it had ended: Nothing there."),
    ],
)  # fmt: skip
def test_each_event_is_told_in_words(kind, detail, says):
    assert event_text(Event(NOW, kind, detail)) == says
