"""Word what is on record of a batch's results and of its undo, for its receipt: figures, evidence, and rows by result."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.batch.amounts import money
from action_returns.errors import LedgerError
from action_returns.ledger.attachment_kinds import UNDO_DRAFTED, UNDOES
from action_returns.operations.known_results import find_latest, unread_sentence
from action_returns.operations.result_texts import why_sentence
from action_returns.operations.texts import counted
from action_returns.verdicts.verdict import RowResult, Verdict

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import Event

_SOURCES: Final[Mapping[str, str]] = {
    "pending": "a pending download",
    "result": "a result file of the network",
    "api": "the network's API",
}
_ORDER: Final = (
    Verdict.DIFFERENT,
    Verdict.MISSING,
    Verdict.LOCKED,
    Verdict.REFUSED,
    Verdict.TOO_EARLY,
    Verdict.APPLIED,
)
"""Results in the order of receipts: what needs a look stands first."""


@dataclass(frozen=True, slots=True)
class ReceiptResults:
    """What is on record of the results of a batch.

    Args:
        event: the latest event that names results, None where there is none.
        rows: ActionId -> what became of its row.
        problem: why results on record cannot be shown, ``""`` where they can.
    """

    event: "Event | None" = None
    rows: Mapping[str, RowResult] = field(default_factory=dict)
    problem: str = ""


NO_RESULTS: Final = ReceiptResults()


class RowsOfResult(NamedTuple):
    """The rows of a batch that have the same result for the same reason.

    Args:
        result: the result as users see it, ``""`` where results were never looked for.
        sentence: what it means and what to do.
        number: how many rows.
        columns: number in the file that was sent, ActionId, new amount, reason and what was seen, of each row.
    """

    result: str
    sentence: str
    number: int
    columns: Sequence[Sequence[str]]


def find_results(number: int, ledger: "Ledger") -> ReceiptResults:
    """Return the latest results of a batch; results that were changed are a problem to show, and stop nothing.

    Args:
        number: the batch.
        ledger: where they are on record.
    """
    try:
        latest = find_latest(number, ledger)
    except LedgerError as error:
        return ReceiptResults(problem=f"The results on record cannot be read: {error}")
    problem = unread_sentence(number, latest.unread) if latest.unread else ""
    return NO_RESULTS if latest.event is None and not problem else ReceiptResults(latest.event, latest.rows, problem)


def result_word(verdict: Verdict) -> str:
    """Return a verdict as users see it: ``too early``."""
    return verdict.value.replace("_", " ")


def result_counts(results: ReceiptResults, rows: int) -> str:
    """Return how many rows have which result, differences first: ``1 different, 3 of 4 rows applied``."""
    counts = Counter(result.verdict for result in results.rows.values())
    others = [
        f"{counts[verdict]:,} {result_word(verdict)}"
        for verdict in _ORDER
        if counts[verdict] and verdict is not Verdict.APPLIED
    ]
    return ", ".join([*others, f"{counts[Verdict.APPLIED]:,} of {counted(rows, 'row')} applied"])


def result_lines(results: ReceiptResults, rows: int) -> list[tuple[str, str]]:
    """Return the lines of a receipt about results: the figures, and when, by whom and from what they were found out."""
    if results.problem:
        return [("Results", results.problem)]
    if results.event is None:
        return []
    return [("Results", result_counts(results, rows)), ("Found out", _found_out(results, results.event))]


def _found_out(results: ReceiptResults, event: "Event") -> str:
    detail = event.detail
    what = _SOURCES.get(str(detail.get("source")), "another source")
    taken = _moment(str(detail.get("taken", "")))
    if taken:
        what += f" of {taken:%Y-%m-%d %H:%M:%S} UTC"
    if detail.get("file"):
        what += f" ({detail['file']})"
    at = "?" if event.at is None else f"{event.at:%Y-%m-%d %H:%M:%S} UTC"
    earlier = sum(result.seen_at is not None and result.seen_at != taken for result in results.rows.values())
    also = f"; {counted(earlier, 'row')} from earlier evidence" if earlier and taken else ""
    return f"{at} from {what}, by {detail.get('who', '?')}{also}"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def undo_lines(events: "Sequence[Event]") -> list[tuple[str, str]]:
    """Return the lines of a receipt about an undo: which batch this one restores, and which undos were drafted for it."""
    restored = next((event.detail.get(UNDOES) for event in events if event.kind == "confirmed"), None)
    lines = [("Restores", f"what batch {_label(restored)} changed")] if restored else []
    for event in events:
        if event.kind == UNDO_DRAFTED:
            at = "?" if event.at is None else f"{event.at:%Y-%m-%d %H:%M:%S} UTC"
            rows = f", {counted(int(event.detail['rows']), 'row')}" if "rows" in event.detail else ""
            lines.append(("Undo drafted", f"{at} by {event.detail.get('who', '?')}{rows}; drafting sends nothing"))
    return lines


def _label(batch: str | int) -> str:
    return f"{batch:04d}" if isinstance(batch, int) else batch


def group_rows(rows: Sequence[tuple[str, int, str]], results: ReceiptResults, most: int) -> list[RowsOfResult]:
    """Return the rows of a batch by their result, what needs a look first; within a result in the order of the file.

    Args:
        rows: ActionId, cents and reason of each, in file order.
        results: what became of them.
        most: how many rows at most.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    keys: dict[tuple[str, str] | None, tuple[str, ...]] = {}  # of a hundred thousand rows, a few
    for at, (action_id, _, _) in enumerate(rows):
        result = results.rows.get(action_id)
        kind = None if result is None else (result.verdict, result.why)
        if kind not in keys:
            keys[kind] = _key(result) if results.event is not None else ("",)
        groups.setdefault(keys[kind], []).append(at)
    found = []
    for key, places in sorted(groups.items(), key=lambda group: group[0][0]):
        word, sentence = key[1:] or ("", "")
        shown = places[:most]
        if shown:
            found.append(RowsOfResult(word, sentence, len(shown), _columns(shown, rows, results)))
        most -= len(shown)
    return found


def _columns(places: Sequence[int], rows: Sequence[tuple[str, int, str]], results: ReceiptResults) -> list[list[str]]:
    ids, cents, reasons = zip(*map(rows.__getitem__, places), strict=True)
    columns = [[str(at + 1) for at in places], list(ids), list(map(money, cents)), list(reasons)]
    return columns if results.event is None else [*columns, [_seen(results.rows.get(action_id)) for action_id in ids]]


def _key(result: RowResult | None) -> tuple[str, ...]:
    if result is None:
        return ("9", "not looked for", "The results on record do not have this row.")
    sentence = why_sentence(result.why, seen="the amount seen", sent="the new amount", word="see the column Seen")
    return (str(_ORDER.index(result.verdict)), result_word(result.verdict), sentence)


def _seen(result: RowResult | None) -> str:
    if result is None:
        return ""
    amount = "" if result.cents is None else money(result.cents)
    return " ".join(filter(None, (amount, result.state, result.word)))
