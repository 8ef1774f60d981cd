"""Find what became of single rows of batches whose channel sends them one by one, from the events of the batches."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from action_returns.ledger.decoding import decode_facts
from action_returns.ledger.records import FAILED, NOT_SENT, OPEN, SENDING, SENT, UNKNOWN
from action_returns.ledger.store import Store

ROW_SENDING: Final = "row-sending"
"""Kind of the event that is on the disk before a row leaves."""
ROW_OUTCOME: Final = "row-outcome"
"""Kind of the event that says what became of a row."""
ACTION: Final = "action"
"""Fact of both that names the row by its ActionId."""
BY_ROW: Final = "api"
"""The channel that sends row by row; batches of all others arrive as a whole or not at all."""
NOT_ARRIVED: Final = (FAILED, NOT_SENT)
"""States of rows that the receiver certainly has not, whatever the state of their batch is."""


def states_of_rows(
    store: Store, batches: Mapping[int, str], rows: Mapping[int, Collection[str]]
) -> dict[int, dict[str, str]]:
    """Return number of a batch -> ActionId -> what became of the row; see ``LedgerRowOutcomes.row_states``.

    Args:
        store: the database.
        batches: number of each batch -> its state.
        rows: number of each batch -> the ActionIds that are asked for.
    """
    told: dict[int, dict[str, str]] = {number: {} for number in batches}
    for number, kind, detail in store.query(
        f"SELECT batch, kind, detail FROM event WHERE batch {store.in_list} "
        f"AND kind IN ('{ROW_SENDING}', '{ROW_OUTCOME}', 'marked') ORDER BY rowid",
        store.as_list(sorted(batches)),
    ):
        _tell(told[number], kind, decode_facts(detail)[0])
    return {
        number: dict(_settled(told[number], rows[number]) if state not in OPEN else _asked(told[number], rows[number]))
        for number, state in batches.items()
    }


def arrived_rows(store: Store, number: int) -> list[str]:
    """Return the ActionIds of a batch of which it is on record, for each alone, that the receiver has them.

    A mark of the whole batch is no such record: a person may take it back.
    """
    told: dict[str, str] = {}
    for kind, detail in store.query(
        f"SELECT kind, detail FROM event WHERE batch = ? AND kind = '{ROW_OUTCOME}' ORDER BY rowid", number
    ):
        _tell(told, kind, decode_facts(detail)[0])
    return [action_id for action_id, state in told.items() if state == SENT]


def _tell(rows: dict[str, str], kind: str, facts: Mapping[str, str | int]) -> None:
    """Add to what is known of the rows of a batch what an event tells."""
    state = str(facts.get("state"))
    if kind == "marked":
        if state == SENT:  # a person has looked, so what was not certain is
            rows.update((one, SENT) for one, was in rows.items() if was in {SENDING, UNKNOWN})
    elif kind == ROW_SENDING:
        rows[str(facts.get(ACTION))] = SENDING
    else:
        rows[str(facts.get(ACTION))] = state if state in {SENT, FAILED} else UNKNOWN


def _asked(told: Mapping[str, str], rows: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((one, told[one]) for one in rows if one in told)


def _settled(told: Mapping[str, str], rows: Iterable[str]) -> Iterable[tuple[str, str]]:
    states = {SENDING: UNKNOWN}
    return ((one, states.get(told[one], told[one]) if one in told else NOT_SENT) for one in rows)
