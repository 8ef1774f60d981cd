"""Compare what is on record about a batch with each other, and say what was changed or is missing.

What this shows: a change of bytes, hash, rows, columns or events, and events that were taken out. What it cannot show: a
change by a person who rewrites everything that belongs together, hashes included; and the latest batches cut off as a
whole. Both show against a receipt or a copy of the ledger from before.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from action_returns.batch.amounts import amount_text
from action_returns.batch.csv_format import UnsafeBytesError, parse_csv_bytes
from action_returns.ledger.recordable import plain_facts
from action_returns.ledger.records import BatchInFull, BatchRecord, Event, label, marked_message

_Row = tuple[str, int, str]

WHAT_TO_DO: Final = (
    "This was changed after it was recorded, or a part is lost. Keep the ledger as it is. Compare it with the receipts, "
    "with a copy of the ledger from before (docs/ledger.md says how), and with what the receiver has."
)
_SHOWN_PROBLEMS: Final = 5
_RECORDED: Final[Mapping[str, Callable[[BatchRecord], str | int]]] = {
    "file": lambda record: record.file_name,
    "sha256": lambda record: record.sha256,
    "rows": lambda record: record.rows,
    "reversals": lambda record: record.reversals,
    "bytes": lambda record: record.size,
    "profile": lambda record: record.profile,
    "environment": lambda record: record.environment,
    "channel": lambda record: record.channel,
    "destination": lambda record: record.destination,
    "source": lambda record: record.source,
    "account": lambda record: record.account,
    "receiver": lambda record: record.receiver,
    "by": lambda record: f"{record.who} on {record.host}",
}
"""Fact of an event ``prepared`` -> the same in the batch. Events of older versions have the first few only."""
OUTCOME_FACTS: Final = frozenset({"state", "message", "found"})
"""Facts of an event ``outcome`` that are no evidence."""


def recorded_facts(record: BatchRecord) -> dict[str, str | int]:
    """Return the facts of a new batch that its first event repeats, so that a later change of them is seen."""
    # Plain as the facts of every event are, so that both are the same when they are compared.
    return plain_facts({key: fact(record) for key, fact in _RECORDED.items()})


def sentence(number: int, problems: Sequence[str]) -> str:
    """Return what is wrong with a batch and what to do, in sentences.

    Args:
        number: the batch.
        problems: one sentence each; at least one.
    """
    return f"Batch {label(number)} is broken. {' '.join(problems)} {WHAT_TO_DO}"


def summary(problems: Sequence[str]) -> str:
    """Return what is wrong with a whole ledger and what to do: the first problems, and how many more there are."""
    more = len(problems) - _SHOWN_PROBLEMS
    return f"{' '.join(problems[:_SHOWN_PROBLEMS])}{f' And {more:,} more.' if more > 0 else ''} {WHAT_TO_DO}"


def compare(
    record: BatchRecord,
    events: Sequence[Event],
    content: bytes | None,
    stored: Sequence[_Row],
    *,
    newer: bool,
) -> BatchInFull:
    """Compare the parts of a batch with each other.

    Args:
        record: the batch.
        events: its events, in order.
        content: its bytes, None where there are none.
        stored: its rows in the table of rows.
        newer: whether a newer version wrote the ledger; its events may say what this one does not know.
    """
    name, problems = f"batch {record.label}", list(record.broken)
    wrong, parsed = _compare_bytes(name, record, content)
    has_its_bytes = not wrong
    problems += wrong
    if parsed is not None:
        problems += _compare_rows(name, record, parsed, stored)
    problems += [f'The event "{event.kind}" of {name} cannot be read.' for event in events if not event.is_whole]
    if not newer:
        told, is_same_file = _compare_events(name, record, events)
        problems += told
        has_its_bytes = has_its_bytes and is_same_file
    rows = parsed if parsed is not None and has_its_bytes else stored
    return BatchInFull(record, tuple(events), content, list(rows), has_its_bytes, tuple(problems))


def row_problems(record: BatchRecord, content: bytes | None, row: _Row) -> list[str]:
    """Return how the bytes of a batch differ from its hash and from one row of the table of rows.

    Args:
        record: the batch.
        content: its bytes, None where there are none.
        row: ActionId, cents and reason.
    """
    name, (action_id, cents, reason) = f"batch {record.label}", row
    problems = byte_problems(record, content)
    if content is not None and f"\r\n{action_id},{amount_text(cents)},{reason}\r\n".encode() not in content:
        problems.append(f"The bytes of {name} do not have the row {action_id}, {amount_text(cents)}, {reason}.")
    return problems


def byte_problems(record: BatchRecord, content: bytes | None) -> list[str]:
    """Return whether the bytes of a batch are missing or not those of its hash.

    Args:
        record: the batch.
        content: its bytes, None where there are none.
    """
    if content is None:
        return [f"The bytes of batch {record.label} are missing."]
    if hashlib.sha256(content).hexdigest() != record.sha256:
        return [f"The bytes of batch {record.label} are not those of its hash (SHA-256)."]
    return []


def _compare_bytes(name: str, record: BatchRecord, content: bytes | None) -> tuple[list[str], Sequence[_Row] | None]:
    """Return what is wrong with the bytes of a batch, and the rows in them, None when they hold none."""
    wrong = byte_problems(record, content)
    if content is None:
        return wrong, None
    if len(content) != record.size:
        wrong.append(f"{len(content):,} bytes are kept of {name}, and {record.size:,} are on record.")
    try:
        return wrong, list(parse_csv_bytes(content))
    except UnsafeBytesError:
        return [*wrong, f"The bytes of {name} are not a file of action changes."], None


def _compare_rows(name: str, record: BatchRecord, parsed: Sequence[_Row], stored: Sequence[_Row]) -> Iterator[str]:
    """Return how the rows in the bytes of a batch differ from its figures and from the table of rows."""
    reversals = sum(cents == 0 for _, cents, _ in parsed)
    if (len(parsed), reversals) != (record.rows, record.reversals):
        yield (
            f"The bytes of {name} hold {_rows(len(parsed))}, {reversals:,} with amount 0. On record: {_rows(record.rows)}, "
            f"{record.reversals:,} with amount 0."
        )
    listed = {action_id: (cents, reason) for action_id, cents, reason in stored}
    differ = [row for row in parsed if listed.get(row[0]) != row[1:]]
    more = len(listed.keys() - {action_id for action_id, _, _ in parsed})
    if differ:
        action_id, cents, reason = differ[0]
        kept = f"{amount_text(listed[action_id][0])} {listed[action_id][1]}" if action_id in listed else "missing"
        yield (
            f"{_rows(len(differ))} of {name} {'differs' if len(differ) == 1 else 'differ'} from its bytes: {action_id} is "
            f"{amount_text(cents)} {reason} in the bytes and {kept} in the table of rows."
        )
    if more:
        yield f"The table of rows has {_rows(more)} of {name} that its bytes do not have."


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _compare_events(name: str, record: BatchRecord, events: Sequence[Event]) -> tuple[list[str], bool]:
    """Return how a batch differs from what its events say, and whether they name the same file."""
    problems, is_same_file = [], True
    first = events[0] if events else None
    if first is None or first.kind not in {"prepared", "claimed"}:
        problems.append(f"The event with which {name} begins is missing.")
    else:
        facts = recorded_facts(record)
        changed = [key for key, value in first.detail.items() if key in facts and facts[key] != value]
        is_same_file = "sha256" not in changed
        if changed:
            problems.append(
                f'Other facts of {name} are on record than in its event "{first.kind}": {", ".join(changed)}.'
            )
    if not record.broken and all(event.is_whole for event in events):
        problems += _compare_outcome(name, record, events)
    return problems, is_same_file


def _compare_outcome(name: str, record: BatchRecord, events: Sequence[Event]) -> Iterator[str]:
    message: str | int = record.message
    evidence = record.evidence
    for event in events:
        if event.kind == "outcome":
            message = event.detail["message"]
            evidence = {key: value for key, value in event.detail.items() if key not in OUTCOME_FACTS}
        elif event.kind == "marked":
            message = marked_message(event.detail, event.db_user)
    if (record.message, record.evidence) != (message, evidence):
        yield f"The outcome of {name} is told in other words or with other evidence than its events have."
