"""What cannot be read in a ledger is told, and raises nothing."""

from datetime import UTC, datetime

import pytest

from action_returns.ledger.decoding import decode_event, decode_facts, decode_time

AT = "2026-11-30T12:00:00.000+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "once",
        "2026-11-30T12:00:00",
        "2026-13-01T00:00:00+00:00",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59+00:00",
    ],
)
def test_a_time_that_is_none_is_none(text):
    assert decode_time(text) is None


def test_a_time_is_read_with_its_offset():
    assert decode_time("2026-11-30T13:00:00+01:00") == datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "facts", "is_whole"),
    [
        ('{"a": "b", "c": 1}', {"a": "b", "c": 1}, True),
        ("{}", {}, True),
        ("", {}, False),
        ("[1]", {}, False),
        ("[" * 5_000, {}, False),
        ('{"a": ' + "9" * 5_000 + "}", {}, False),
        ('{"a": [1], "b": 2, "c": null, "d": 1.5}', {"b": 2}, False),
    ],
)
def test_facts_are_texts_and_whole_numbers(text, facts, is_whole):
    assert decode_facts(text) == (facts, is_whole)


@pytest.mark.parametrize(
    ("kind", "detail", "kept", "is_whole"),
    [
        ("sending", "{}", {}, True),
        ("anything", '{"a": 1}', {"a": 1}, True),
        ("outcome", "{}", {"state": "?", "message": "?"}, False),
        ("outcome", '{"state": 5, "message": "m"}', {"state": "?", "message": "m"}, False),
        (
            "marked",
            '{"state": "sent", "who": "ann", "why": "w"}',
            {"state": "sent", "who": "ann", "why": "w", "was": "?"},
            False,
        ),
        ("confirmed", '{"who": "ann", "include_sent": "many"}', {"who": "ann"}, False),
        ("confirmed", '{"who": "ann", "include_sent": 3}', {"who": "ann", "include_sent": 3}, True),
    ],
)
def test_an_event_has_every_fact_that_is_shown_of_its_kind(kind, detail, kept, is_whole):
    event = decode_event(AT, kind, detail, "c", "", "")
    assert (event.at, event.detail, event.is_whole) == (datetime(2026, 11, 30, 12, tzinfo=UTC), kept, is_whole)


def test_an_event_whose_time_is_none_is_not_whole():
    event = decode_event("once", "sending", "{}", "c", "", "")
    assert (event.at, event.is_whole) == (None, False)
