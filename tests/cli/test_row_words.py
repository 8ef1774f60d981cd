"""What became of rows that were sent one by one is told in a few lines, however many there are."""

from action_returns.cli.row_words import events_in_words
from action_returns.ledger.records import Event


def event(kind, action_id="", **facts):
    return Event(None, kind, {**facts, **({"action": action_id} if action_id else {})})


def of_row(action_id, state, message="", **facts):
    return [
        event("row-sending", action_id, call="PUT"),
        event("row-outcome", action_id, state=state, message=message, **facts),
    ]


def test_two_hundred_rows_take_one_line_between_the_other_events():
    rows = [
        *(one for number in range(190) for one in of_row(f"M.1.2.{number}", "sent", row="queued")),
        *(one for number in range(190, 197) for one in of_row(f"M.1.2.{number}", "failed", "No", row="refused")),
        *of_row("M.1.2.197", "failed", "too many requests", row="not-sent"),
        *of_row("M.1.2.198", "unknown", "the reply\nis none"),
        event("row-sending", "M.1.2.199"),
    ]
    told = [
        words for _, words in events_in_words([event("sending"), *rows, event("outcome", state="sent", message="x")])
    ]
    assert (told[0], told[2]) == ("sending", "outcome sent: x")
    assert told[1] == (
        "190 rows queued. refused: M.1.2.190 (No); M.1.2.191 (No); M.1.2.192 (No); M.1.2.193 (No); M.1.2.194 (No); 2 more. "
        "not taken: M.1.2.197 (too many requests). unknown: M.1.2.198 (the reply[U+000A]is none); "
        "M.1.2.199 (no reply is on record)"
    )


def test_an_outcome_that_came_later_counts_for_its_row():
    events = [event("row-sending", "M.1.2.1"), event("row-outcome", "M.1.2.1", state="sent")]
    assert [words for _, words in events_in_words([*events, event("sending"), *events])] == [
        "1 row queued",
        "sending",
        "1 row queued",
    ]
