"""Read the results of a batch that are on record, and what they were before a list told something else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from action_returns.clean_text import clean_line
from action_returns.ledger.records import label
from action_returns.operations.texts import counted
from action_returns.verdicts.results_csv import read_results
from action_returns.verdicts.verdict import RowResult

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import Event

LIST_SHA256: Final = "list_sha256"
"""Fact of an event ``reconciled``: the hash of the pending download that the results rest on."""
TAKEN_BY: Final = "taken_by"
"""Fact of an event ``reconciled``: who said when the download was made, where it is not the file."""


@dataclass(frozen=True, slots=True)
class KnownResults:
    """The latest results of a batch that can be read.

    Args:
        event: which names them, None where there are none.
        rows: ActionId -> what became of its row.
        unread: the later events whose results cannot be read, the latest first.
    """

    event: "Event | None" = None
    rows: Mapping[str, RowResult] = field(default_factory=dict)
    unread: "tuple[Event, ...]" = ()


def find_latest(number: int, ledger: "Ledger") -> KnownResults:
    """Return the latest results that can be read; a member of a team may have recorded other bytes with another program.

    Args:
        number: the batch.
        ledger: where they are on record.

    Raises:
        LedgerError: they were changed or are missing.
    """
    unread: list[Event] = []
    for event, rows in _all(number, ledger):
        if rows is not None:
            return KnownResults(event, rows, tuple(unread))
        unread.append(event)
    return KnownResults(unread=tuple(unread))


def unread_sentence(number: int, unread: "tuple[Event, ...]") -> str:
    """Return that results of a batch cannot be read, and who recorded them."""
    who = ", ".join(dict.fromkeys(str(event.detail.get("who", "an unknown user")) for event in unread))
    return (
        f"The latest results of batch {label(number)} on record cannot be read. A program that is not this one recorded "
        f"{counted(len(unread), 'result')} of it, as {clean_line(who)}. They were left aside."
    )


def without_list(number: int, sha256: str, told: str, ledger: "Ledger") -> dict[str, RowResult] | None:
    """Return the latest results of a batch without what a list said of it when another age was given for it.

    Args:
        number: the batch.
        sha256: the hash of the list.
        told: when the user says it was made, as the events have it; ``""`` where the user does not say.
        ledger: where the results are on record.

    Returns:
        ActionId -> its result, for rows that have one; None where the list said nothing, or was given with this age.

    Raises:
        LedgerError: results were changed or are missing.
    """
    if not any(_is_other_age(event, sha256, told) for event in ledger.events(number)):
        return None
    recorded = [(event, rows) for event, rows in _all(number, ledger) if rows is not None]
    latest = dict(recorded[0][1]) if recorded else {}
    # From the latest back: what the list changed is as it was before, unless something else changed it since.
    for at, (event, rows) in enumerate(recorded):
        if _is_other_age(event, sha256, told):
            before = recorded[at + 1][1] if at + 1 < len(recorded) else {}
            for action_id, result in rows.items():
                if latest.get(action_id) == result and before.get(action_id) != result:
                    if action_id in before:
                        latest[action_id] = before[action_id]
                    else:
                        del latest[action_id]
    return latest


def _is_other_age(event: "Event", sha256: str, told: str) -> bool:
    detail = event.detail
    return detail.get(LIST_SHA256) == sha256 and (str(detail.get("taken", "")) if TAKEN_BY in detail else "") != told


def _all(number: int, ledger: "Ledger") -> "Iterator[tuple[Event, Mapping[str, RowResult] | None]]":
    """Return all results of a batch, the latest first; None for those that cannot be read."""
    for event, content in ledger.recorded_results(number):
        try:
            yield event, read_results(content)
        except ValueError:
            yield event, None
