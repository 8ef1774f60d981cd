"""What became of the rows of a batch that were sent one by one, in a few lines however many rows there are."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from action_returns.clean_text import clean_line
from action_returns.cli.batch_words import event_text
from action_returns.ledger.records import Event
from action_returns.ledger.row_states import ACTION, ROW_OUTCOME, ROW_SENDING
from action_returns.operations.texts import counted

_MOST_NAMED: Final = 5
"""Rows of a kind that a line names at most."""
_WORDS: Final = {"arrived": "arrived", "refused": "refused", "not-sent": "not taken", "unknown": "unknown"}
"""What became of a row -> the word for it. Queued rows are only counted."""


def events_in_words(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """Return each event with what happened, those of rows that follow each other in one."""
    for of_rows, group in groupby(events, lambda event: event.kind in {ROW_SENDING, ROW_OUTCOME}):
        found = list(group)
        if of_rows:
            yield found[0], _rows_in_words(found)
        else:
            yield from ((event, event_text(event)) for event in found)


def _rows_in_words(events: Sequence[Event]) -> str:
    """Return how many rows are queued, and which are not: the latest event of each row counts."""
    latest = {str(event.detail.get(ACTION, "?")): event for event in events}
    by_state: dict[str, list[str]] = {"queued": [], "arrived": [], "refused": [], "not-sent": [], "unknown": []}
    for action_id, event in latest.items():
        state, why = _state(event)
        by_state[state].append(f"{action_id} ({why})" if why else action_id)
    was_only_found = len(by_state["arrived"]) == len(latest)
    told = [] if was_only_found else [f"{counted(len(by_state['queued']), 'row')} queued"]
    for state, word in _WORDS.items():
        if named := by_state[state]:
            more = f"; {len(named) - _MOST_NAMED:,} more" if len(named) > _MOST_NAMED else ""
            told.append(f"{word}: {'; '.join(named[:_MOST_NAMED])}{more}")
    return ". ".join(told)


def _state(event: Event) -> tuple[str, str]:
    """Return what became of a row, and why."""
    if event.kind == ROW_SENDING:
        return "unknown", "no reply is on record"
    why = clean_line(str(event.detail.get("message", "")))
    if event.detail.get("state") == "sent":
        return ("arrived" if "found" in event.detail else "queued"), why
    if event.detail.get("state") == "failed":
        return ("not-sent" if event.detail.get("row") == "not-sent" else "refused"), why
    return "unknown", why
