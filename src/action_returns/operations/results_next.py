"""Word how far the results of a batch are known, and what to do next, for lists of batches."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.ledger.records import FAILED, HANDED_OVER, SENT, UNKNOWN
from action_returns.operations.texts import counted
from action_returns.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from action_returns.ledger.records import BatchRecord

_NOT_APPLIED: Final = [one.value for one in Verdict if one not in {Verdict.APPLIED, Verdict.TOO_EARLY}]

Facts = Mapping[str, str | int]
"""The facts of the latest event that names the results of a batch."""


def applied_of(record: "BatchRecord", facts: Facts | None) -> str:
    """Return how many rows are applied, ``3 of 4``; ``""`` where results were never looked for."""
    return "" if facts is None else f"{_number(facts, Verdict.APPLIED.value):,} of {record.rows:,}"


def results_json(facts: Facts | None) -> dict[str, object] | None:
    """Return how many rows of a batch have which result, for machines; None where results were never looked for."""
    if facts is None:
        return None
    numbers = {name: _number(facts, name) for name in (*Verdict, "open")}
    return {"source": facts.get("source"), "taken": facts.get("taken"), **numbers}


def next_of(record: "BatchRecord", facts: Facts | None, now: datetime) -> str:
    """Return what to do next about a batch, ``""`` where nothing is to be done.

    Args:
        record: the batch.
        facts: how many of its rows have which result, None when results were never looked for.
        now: the time.
    """
    if record.broken:
        return "see what is broken"
    if record.state == UNKNOWN and (facts is None or _number(facts, "open")):
        return f"check results, or mark it sent or failed ({_age(record, now)})"
    if record.state in {SENT, HANDED_OVER, UNKNOWN}:
        return _next_check(record, facts, now)
    return "" if record.state == FAILED else f"wait: it is {record.state}"


def _next_check(record: "BatchRecord", facts: Facts | None, now: datetime) -> str:
    if facts is None:
        return f"check results ({_age(record, now)})"
    not_applied = sum(_number(facts, name) for name in _NOT_APPLIED)
    if not_applied:
        return f"look at {counted(not_applied, 'row')}"
    waiting = _number(facts, "open")
    return f"check results again ({counted(waiting, 'row')} too early)" if waiting else ""


def _age(record: "BatchRecord", now: datetime) -> str:
    if record.created_at is None:
        return "sent at an unknown time"
    days = (now - record.created_at).days
    return "sent today" if days <= 0 else f"sent {counted(days, 'day')} ago"


def _number(facts: Facts, name: str) -> int:
    return int(facts.get(name, 0))
