"""Convert rows of the ledger's tables to records. A record names its values that cannot be read; none of them raises an error.

A ledger may hold values that this program never wrote: another program, a person or a damaged disk changed it. Such a
batch is shown as broken, and all others as ever.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from action_returns.ledger.records import (
    FAILED,
    HANDED_OVER,
    LATE,
    PREPARED,
    SENDING,
    SENT,
    UNKNOWN,
    BatchRecord,
    Event,
    label,
)

_STATES: Final = (PREPARED, SENDING, SENT, HANDED_OVER, FAILED, UNKNOWN)
_YEARS: Final = range(2000, 3000)
"""Years that every time zone and calendar can show."""
_STATE_AFTER: Final[Mapping[str, str]] = {
    "prepared": PREPARED,
    "sending": SENDING,
    "claimed": SENDING,
    "found-unfinished": UNKNOWN,
}
"""Kind of event -> state that it leads to; the other kinds name it. The last two are of the first version."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "confirmed": ("who",),
    "outcome": ("state", "message"),
    "settled": ("state", "message"),
    "marked": ("state", "who", "why", "was"),
    LATE: ("state", "message"),
    "reconciled": ("sha256", "who"),
    "undo-drafted": ("sha256", "who"),
    "row-sending": ("action",),
    "row-outcome": ("action", "state", "message"),
}
"""Kind of event -> facts that it cannot be without."""
_NUMBERS: Final[Mapping[str, frozenset[str]]] = {
    "confirmed": frozenset(
        {
            "repeats",
            "include_sent",
            "left_out_errors",
            "left_out_sent_before",
            "new_total_cents",
            "effect_cents",
            "effect_known_rows",
        }
    ),
    "reconciled": frozenset({"rows", "open", "applied", "different", "missing", "locked", "refused", "too_early"}),
}
"""Kind of event -> facts of it that are numbers."""


def decode_batch(row: Collection[Any], *, newer: bool) -> BatchRecord:
    """Convert the columns of a batch to its record.

    Args:
        row: the columns, in the order of the record's fields without the last four; then the kind and the detail of the
            latest event that tells a state.
        newer: whether a newer version wrote the ledger, so that states and events that this one does not know are
            allowed.
    """
    *columns, latest = row
    facts = dict(zip(BatchRecord.__dataclass_fields__, (*columns, False, None, True, ()), strict=True))
    name, broken = f"batch {label(facts['number'])}", []
    for column, words in (("created_at", "date"), ("settled_at", "date of the outcome")):
        text = facts[column]
        facts[column] = None if text is None else decode_time(text)
        if text is not None and facts[column] is None:
            broken.append(f"The {words} of {name} cannot be read.")
    facts["recorded_at"] = decode_time(facts["recorded_at"])
    facts["evidence"], is_whole = decode_facts(facts["evidence"])
    if not is_whole:
        broken.append(f"The evidence of {name} cannot be read.")
    state, told = facts["state"], _state_told(latest)
    if not newer and state not in _STATES:
        broken.append(f"The state of {name} is not one that this program writes.")
    elif not newer and told != state:
        says = f"says {told}" if told in _STATES else "tells none"
        broken.append(f"The state of {name} is {state}, and its latest event {says}.")
    facts["answered_late"] = bool(facts["answered_late"])
    facts["by_hand"] = (latest or "").startswith("marked ")
    facts["may_have_arrived"] = not state == told == FAILED
    facts["broken"] = tuple(broken)
    return BatchRecord(**facts)


def _state_told(latest: str | None) -> str | int | None:
    """Return the state that an event tells, None when it tells none."""
    kind, _, detail = (latest or "").partition(" ")
    return _STATE_AFTER.get(kind) or decode_facts(detail)[0].get("state")


def decode_event(at: str, kind: str, detail: str, chain: str, db_user: str, recorded_at: str) -> Event:
    """Convert the columns of an event. Its time is None where it cannot be read, facts that cannot be read are left out.

    Facts that events of its kind have and this one lacks are ``?``.
    """
    when, (facts, is_whole) = decode_time(at), decode_facts(detail)
    lacking = {key: "?" for key in _KEYS.get(kind, ()) if not isinstance(facts.get(key), str)}
    wrong = {key for key in facts if key in _NUMBERS.get(kind, ()) and not isinstance(facts[key], int)}
    kept = {key: value for key, value in facts.items() if key not in wrong}
    is_whole = is_whole and when is not None and not lacking and not wrong
    return Event(when, kind, {**kept, **lacking}, chain, is_whole, db_user, decode_time(recorded_at))


def decode_time(text: str) -> datetime | None:
    """Return a time of the ledger (ISO 8601 with its offset from UTC), None when the text is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None and at.year in _YEARS else None


def decode_facts(text: str) -> tuple[Mapping[str, str | int], bool]:
    """Return the facts of a JSON object by name, and whether all of it could be read."""
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return {}, False
    if not isinstance(facts, dict):
        return {}, False
    kept = {key: value for key, value in facts.items() if isinstance(value, str | int)}
    return kept, len(kept) == len(facts)
