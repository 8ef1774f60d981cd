"""Decide from a result of the receiver what became of the rows of a batch.

A result names errors. That a row is not among them means that it was processed, not that its action changed: the network
names no error of a locked action. ``Line`` is the line of the file; whether the header row counts is not documented.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from action_returns.verdicts.by_pending import Known
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

_BETWEEN: Final = "; "
"""What stands between two words for one row."""
_MOST_WORDS: Final = 10
"""Different words for one row that are kept."""
_STRONGER: Final = frozenset({Verdict.APPLIED, Verdict.LOCKED})
"""What was seen at the network, which no word of a result changes."""
_FINISHED: Final = frozenset({"", "complete", "completed"})
"""Words for a file that was processed; a table of errors has none."""
WAITING: Final = frozenset({"queued", "in progress", "pending", "received", "new", "processing"})
"""Words for what is not processed yet, in small letters."""


class ResultEntry(NamedTuple):
    """What a result says of one row.

    Args:
        verdict: REFUSED for an error, TOO_EARLY for what is not decided, None for a success.
        why: what the verdict rests on.
        word: the receiver's word; ``""`` where it has none.
        action_id: the action, ``""`` where the result does not name it.
        cents: the amount in the result, None where it names none.
        line: the line of the file that was sent, None where it names none.
        order_id: the order, ``""`` where it names none.
    """

    verdict: Verdict | None
    why: Why
    word: str = ""
    action_id: str = ""
    cents: int | None = None
    line: int | None = None
    order_id: str = ""


class ReceiverResult(NamedTuple):
    """A result of the receiver.

    Args:
        entries: what it says of single rows.
        file_name: the file that it is of, ``""`` where it does not say.
        status: ``Complete``, ``Queued``, ``In Progress`` or another word; ``""`` where it has none.
        records: how many rows it counts, None where it does not.
        errors: how many errors it counts, None where it does not.
        is_whole: whether it has all entries; False for one page of several.
    """

    entries: Sequence[ResultEntry] = ()
    file_name: str = ""
    status: str = ""
    records: int | None = None
    errors: int | None = None
    is_whole: bool = True


def decide_by_result(rows: Sequence[SentRow], result: ReceiverResult, known: Known, taken: datetime) -> list[RowResult]:
    """Return what became of each row, in the order of the rows.

    Args:
        rows: the rows that were sent; those that the result names are among them.
        result: the result.
        known: what is on record.
        taken: how old the result is.
    """
    named, unclear = _named_rows(rows, result.entries, known)
    rest = _rest(result)
    found = []
    for at, row in enumerate(rows):
        new = named.get(at) or unclear.get(at) or rest
        one = RowResult(new.verdict or Verdict.TOO_EARLY, new.why, None, "", new.word, "result", taken)
        found.append(_with_earlier(one, row, known))
    return found


def why_of_another_batch(rows: Sequence[SentRow], result: ReceiverResult, file_name: str) -> str:
    """Return why a result cannot be of a batch, as the end of a sentence; ``""`` where it can.

    Args:
        rows: the rows of the batch.
        result: the result.
        file_name: of the batch.
    """
    if result.file_name and not is_of_file(result.file_name, file_name):
        return f"it is of the file {result.file_name}, and that of the batch is {file_name}"
    if result.records is not None and result.records > len(rows) + 1:  # the header row may count
        return f"it counts {result.records:,} rows, and the batch has {len(rows):,}"
    cents = {row.action_id: row.cents for row in rows}
    for entry in result.entries:
        if entry.action_id and entry.action_id not in cents:
            return f"it names the action {entry.action_id}, which the batch does not have"
        if entry.action_id and entry.cents not in {None, cents[entry.action_id]}:
            return f"it has another amount for the action {entry.action_id} than the batch"
    lines = [entry.line for entry in result.entries if entry.line is not None and not entry.action_id]
    if lines and (max(lines) > len(rows) + 1 or min(lines) < 1 or (min(lines) == 1 and max(lines) > len(rows))):
        return f"it names the lines {min(lines):,} to {max(lines):,}, and the batch has {len(rows):,} rows"
    return ""


def is_of_file(named: str, file_name: str) -> bool:
    """Return whether a name or a path that a result has is that of a file, in any capitals."""
    return plain_name(named) == plain_name(file_name)


def plain_name(named: str) -> str:
    """Return the name of a file from a name or path that a result has, in small letters."""
    return named.replace("\\", "/").rpartition("/")[2].strip().casefold()


def _rest(result: ReceiverResult) -> ResultEntry:
    """Return what a result says of the rows that it does not name."""
    status = result.status.casefold()
    if status in WAITING:
        return ResultEntry(Verdict.TOO_EARLY, Why.QUEUED, result.status)
    if status not in _FINISHED:
        return ResultEntry(Verdict.TOO_EARLY, Why.UNKNOWN_WORD, result.status)
    errors = sum(entry.verdict is Verdict.REFUSED for entry in result.entries)
    # An error of a row that cannot be told can be of any row.
    is_unnamed = any(
        one.verdict is Verdict.REFUSED and not one.action_id and one.line is None for one in result.entries
    )
    is_partial = not result.is_whole or is_unnamed or (result.errors is not None and result.errors > errors)
    return ResultEntry(None, Why.PARTIAL if is_partial else Why.PROCESSED)


def _named_rows(
    rows: Sequence[SentRow], entries: Sequence[ResultEntry], known: Known
) -> tuple[Mapping[int, ResultEntry], Mapping[int, ResultEntry]]:
    """Return index of a row -> what is said of it; and the same for rows that may be meant, or the one beside them."""
    index = {row.action_id: at for at, row in enumerate(rows)}
    by_id = [(index[entry.action_id], entry) for entry in entries if entry.action_id]
    by_line = [(entry.line, entry) for entry in entries if entry.line is not None and not entry.action_id]
    offsets = {offset for offset in (1, 2) if all(0 <= line - offset < len(rows) for line, _ in by_line)}
    if len(offsets) > 1:
        offsets = _offsets_by_order(by_line, rows, known) or offsets
    readings = [_joined((line - offset, entry) for line, entry in by_line) for offset in sorted(offsets)]
    if len(readings) < len((1, 2)):
        return _joined([*by_id, *((at, entry) for reading in readings for at, entry in reading.items())]), {}
    first, second = readings
    # A row that both readings name is named, whichever of them holds.
    both = {at: _join(first[at], second[at]) for at in first.keys() & second.keys()}
    sure = {at: entry for at, entry in both.items() if first[at].verdict is second[at].verdict}
    unclear = {
        at: entry._replace(verdict=Verdict.TOO_EARLY, why=Why.LINE_UNCLEAR)
        for at, entry in (first | second | both).items()
        if at not in sure
    }
    return _joined([*by_id, *sure.items()]), unclear


def _offsets_by_order(by_line: Sequence[tuple[int, ResultEntry]], rows: Sequence[SentRow], known: Known) -> set[int]:
    """Return what may have to be taken from a line to have the index of its row, as far as the order ids on record tell."""

    def order_of(at: int) -> str:
        before = known.before.get(rows[at].action_id) if 0 <= at < len(rows) else None
        return (before.order_id or "") if before is not None else ""

    votes = set()
    for line, entry in by_line:
        if entry.order_id:
            fitting = {offset for offset in (1, 2) if order_of(line - offset) == entry.order_id}
            others = {offset for offset in (1, 2) if order_of(line - offset) not in {"", entry.order_id}}
            # One order can have several rows, and an unknown order may be the one that is named.
            if len(others) == 1:
                votes |= fitting
    return votes


def _joined(named: Iterable[tuple[int, ResultEntry]]) -> dict[int, ResultEntry]:
    found: dict[int, ResultEntry] = {}
    for at, entry in named:
        found[at] = _join(found[at], entry) if at in found else entry
    return found


def _join(one: ResultEntry, other: ResultEntry) -> ResultEntry:
    """Return what two entries say of the same row: an error counts more than a success."""
    strength: Callable[[ResultEntry], int] = lambda entry: (  # noqa: E731
        2 if entry.verdict is Verdict.REFUSED else int(entry.verdict is not None)
    )
    if strength(one) != strength(other):
        return max(one, other, key=strength)
    words = dict.fromkeys([*one.word.split(_BETWEEN), *other.word.split(_BETWEEN)])
    return one._replace(word=_BETWEEN.join(list(filter(None, words))[:_MOST_WORDS]))


def _with_earlier(new: RowResult, row: SentRow, known: Known) -> RowResult:
    """Return the result of a row with what was found before: what was seen at the network counts more than a word."""
    earlier = known.earlier.get(row.action_id)
    if (later := known.replaced.get(row.action_id)) is not None:
        is_applied = earlier is not None and earlier.verdict is Verdict.APPLIED
        return (
            earlier if earlier and is_applied else new._replace(verdict=Verdict.TOO_EARLY, why=Why.REPLACED, word=later)
        )
    if earlier is None or earlier.verdict is Verdict.TOO_EARLY:
        return new
    if new.verdict is Verdict.REFUSED and earlier.verdict not in _STRONGER:
        return new
    return earlier
