"""The chain of events: each event carries a hash of itself and of the event before it.

What the chain shows: an event that was changed, taken out, put in or moved, because the hashes after it no longer fit.
What it cannot show by itself: that its last events were cut off, or that a person with the file computed every hash
after a change anew. So the state of each batch is compared with its events (``integrity.py``), and receipts print a hash
of the chain, which stays outside of the database.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from action_returns.ledger.records import label
from action_returns.ledger.store import Store

FORM: Final = 1
"""The form that this program writes in SQLite; see ``Store.event_forms``."""
_BLOCK: Final = 10_000


def chain_of(*parts: object) -> str:
    """Return the hash that an event carries, as 64 hexadecimal digits.

    Each value is hashed as its number of bytes in UTF-8, a colon and the value, so that no two lists of values give
    the same bytes. PostgreSQL computes the same in the function of that name.

    Args:
        parts: the form, the hash of the event before (``""`` for the first one), and the columns of that form.
    """
    hashed = sha256()
    for part in parts:
        text = str(part).encode("utf-8", "surrogatepass")
        hashed.update(b"%d:" % len(text) + text)
    return hashed.hexdigest()


def broken_events(store: Store, first: int | None = None, last: int | None = None) -> dict[int, list[str]]:
    """Compute the hash of every event anew, and return by batch which events do not fit the one before.

    100,000 events take about half a second.

    Args:
        store: the database.
        first: the ``rowid`` of the first event that is looked at, None for the first there is.
        last: the ``rowid`` of the last event, None for the last there is.
    """
    forms = store.event_forms
    columns = sorted({column for hashed in forms.values() for column in hashed} | {"batch", "kind"})
    at = {column: place for place, column in enumerate(columns, 3)}
    before = -(2**63) if first is None else first - 1
    previous = store.query("SELECT chain FROM event WHERE rowid <= ? ORDER BY rowid DESC LIMIT 1", before)
    chain = previous[0][0] if previous else ""
    problems: dict[int, list[str]] = {}
    statement = (
        f"SELECT rowid, form, chain, {', '.join(columns)} FROM event WHERE rowid > ? AND rowid <= ? "
        f"ORDER BY rowid LIMIT {_BLOCK}"
    )
    while events := store.query(statement, before, 2**63 - 1 if last is None else last):
        for event in events:
            before, form, kept = event[:3]
            if form in forms:
                expected = chain_of(form, chain, *(event[at[column]] for column in forms[form]))
            else:  # of a newer version, which can check it
                expected = kept if store.read_only else ""
            if kept != expected:
                problems.setdefault(event[at["batch"]], []).append(_does_not_fit(before, event, at))
            chain = kept
    return problems


def _does_not_fit(rowid: int, event: Sequence[Any], at: Mapping[str, int]) -> str:
    return (
        f'Event {rowid} ("{event[at["kind"]]}" of batch {label(event[at["batch"]])}) does not carry the hash of itself and '
        "of the event before: an event was changed, taken out or put in there."
    )
