"""Return the texts and rows of Check results: the sheet Results, the column Result of Actions, and the dialogue."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from action_returns.batch.amounts import amount_text, money
from action_returns.operations.batch_progress import days_since
from action_returns.operations.result_notes import local_minute
from action_returns.operations.result_texts import batch_sentence, row_sentence
from action_returns.operations.texts import counted, one_or_many
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

if TYPE_CHECKING:
    from action_returns.batch.cells import Cell
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.reconcile import BatchResults

ASK_FOR_API: Final = (
    "Ask the network's API now what became of the batches?\n\nYes: ask the API.\nNo: choose a file, a Pending Actions "
    "download or a result file of the network.\nCancel: look nothing up."
)
THE_API: Final = "the network's API"
NOTHING_WAITS: Final = "No batch waits for results. Nothing was looked up. Batches shows what became of each."
NOTHING_SAID: Final = (
    "This says nothing of the batches that wait for results, so nothing was recorded. Choose a Pending Actions download "
    "that was made after they were sent, or the result file of one of them."
)
_BATCH: Final = re.compile(r"\bbatch ([0-9]{4,18})\b")
_MOST_BATCHES: Final = 10
"""Number of batches whose figures the dialogue has at most."""
_MOST_NOTES: Final = 5
"""Number of notes that the dialogue has at most."""
_WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.DIFFERENT: "Different",
    Verdict.MISSING: "Missing",
    Verdict.REFUSED: "Refused",
    Verdict.LOCKED: "Locked",
    Verdict.TOO_EARLY: "Too early",
    Verdict.APPLIED: "Applied",
}
"""Verdict -> its word on the sheets, in the order of the sheet Results. The marks of the template begin with them."""
_ORDER: Final = {verdict: at for at, verdict in enumerate(_WORDS)}
_ROWS_OF_TEXT: TypeAlias = list[tuple[str | int | None, ...]]


_OPTIONS: Final = (
    (" When it was downloaded later than its file tells, say so: --taken TIME.", ""),
    (", or name the time of the download with --taken TIME", ""),
    ("Look with --api, or with", "Look in the network, or with"),
    (", or use a later pending download: --pending FILE", ", or choose a later pending download"),
)
"""What a text says of an option of the command line -> what it says in the workbook."""
_SAY_WHEN: Final = " Say when you downloaded it: --taken"
"""How the last sentence of a note begins that asks for the time of a download."""


def without_options(text: str) -> str:
    """Return a text about results without the options of the command line, which the workbook does not have."""
    for option, other in _OPTIONS:
        text = text.replace(option, other)
    before, found, _ = text.partition(_SAY_WHEN)
    return f"{before} Click Check results again, and answer Yes to that time." if found else text


def ask_for_kind(name: str) -> str:
    """Return the question which of the two kinds a file is, where its columns do not tell."""
    return (
        f"What is {name}? Its columns do not tell.\n\nYes: a Pending Actions download, with what the network has now.\n"
        "No: a result file of the network, with the errors of a file that was sent.\nCancel: look nothing up."
    )


def ask_for_time(name: str, earliest: datetime | None, latest: datetime) -> str:
    """Return the question whether a download was made at the date of its file.

    Args:
        name: the file.
        earliest: the date of its latest action, None where it has no such dates.
        latest: the date of its file, or when the same file was loaded first.
    """
    dates = f"Its latest action is of {local_minute(earliest)}" if earliest else "No date of an action tells its age"
    return (
        f"Did you download {name} on {local_minute(latest)}?\n\n{dates}, its file is of {local_minute(latest)}. Whether the network had time to process a batch depends on it.\n\nYes: the list shows what "
        "the network had then.\nNo: some rows stay too early to tell."
    )


def not_applied(found: "Sequence[BatchResults]") -> "list[tuple[BatchResults, int, SentRow, RowResult]]":
    """Return every row that is not applied: the differences first, of each kind those of the latest batch first.

    Returns:
        The batch, the number of the record in its file, the row, and its result.
    """
    rows = [
        (one, at, row, result)
        for one in found
        for at, (row, result) in enumerate(zip(one.rows, one.found.results, strict=True), 1)
        if result.verdict is not Verdict.APPLIED
    ]
    return sorted(rows, key=lambda row: (_ORDER[row[3].verdict], -row[0].record.number, row[1]))


def result_rows(found: "Sequence[BatchResults]", most: int, now: datetime) -> _ROWS_OF_TEXT:
    """Return the rows of the sheet Results.

    Args:
        found: the batches that were looked up.
        most: number of rows at most.
        now: the local time.
    """
    return [
        (
            one.record.label,
            at,
            row.action_id,
            amount_text(row.cents),
            row.reason,
            "" if result.cents is None else amount_text(result.cents),
            result.state,
            "Replaced" if result.why is Why.REPLACED else _WORDS[result.verdict],
            None if one.record.created_at is None else days_since(one.record.created_at, now),
            without_options(row_sentence(row, result)),
        )
        for one, at, row, result in not_applied(found)[:most]
    ]


def told_on_results(found: "Sequence[BatchResults]", source: str, listed: int, now: datetime) -> str:
    """Return the line beside the title of the sheet Results: what was compared with what, and when.

    Args:
        found: the batches that were looked up.
        source: the name of the file, or ``the network's API``.
        listed: number of rows that the sheet lists.
        now: the local time.
    """
    rows = len(not_applied(found))
    listed_rows = counted(rows, "row") if listed == rows else f"the first {listed:,} of {rows:,} rows"
    return (
        f"{listed_rows} not applied of {counted(sum(len(one.rows) for one in found), 'row')} in "
        f"{_batches([one.record for one in found])} · compared with {source} · {now:%Y-%m-%d %H:%M}"
    )


def beside_row(batch: str, row: SentRow, result: RowResult) -> tuple[str, str | None]:
    """Return the columns Result and What to do of a row of Actions.

    Args:
        batch: the label of the batch that it was sent in.
        row: as it was sent.
        result: what became of it.
    """
    seen = None if result.cents is None else money(result.cents)
    match result.verdict:
        case Verdict.APPLIED:
            return f"Applied (batch {batch})", None
        case Verdict.DIFFERENT if seen is not None:
            text = f"Different: the network has {seen}"
        case Verdict.LOCKED if seen is not None:
            text = f"Locked: the network has {seen}"
        case Verdict.MISSING:
            text = "Missing: the network does not list it"
        case Verdict.REFUSED if result.word:
            text = f"Refused: {result.word}"
        case Verdict.TOO_EARLY if result.why is Why.REPLACED:
            text = f"Changed again in batch {result.word}"
        case Verdict.TOO_EARLY:
            text = "Too early to tell"
        case _:
            text = _WORDS[result.verdict]
    return f"{text} (batch {batch})", without_options(row_sentence(row, result))


def batch_named_in(cell: "Cell") -> str | None:
    """Return the label of the batch in which a row was sent, as its column Result tells; None where it tells of none."""
    if not isinstance(cell, str) or cell.startswith("Not sent"):
        return None
    labels = _BATCH.findall(cell)
    return labels[-1] if labels else None


def checked_results(found: "Sequence[BatchResults]", listed: int | None, unwritten: Sequence[str] = ()) -> str:
    """Return the text after Check results: the figures of each batch, what is listed where, and the next step.

    Args:
        found: the batches that were looked up, the oldest first.
        listed: number of rows that the sheet Results lists, None when it could not be written.
        unwritten: why something could not be written, one sentence each.
    """
    rows = len(not_applied(found))
    figures = [batch_sentence(one) for one in found[::-1][:_MOST_BATCHES]]
    if len(found) > _MOST_BATCHES:
        figures.append(f"{counted(len(found) - _MOST_BATCHES, 'batch')} more: Batches has the figures of each.")
    parts = ["\n".join(figures)]
    if rows and listed is None:
        parts.append(
            f"{counted(rows, 'row')} {one_or_many(rows, 'is', 'are')} not applied, and Results does not list "
            f"{one_or_many(rows, 'it', 'them')}. Select a batch on Batches and click Receipt: it has its rows."
        )
    elif rows:
        first = "" if listed == rows else f" the first {listed:,} of"
        parts.append(f"Results lists{first} the {counted(rows, 'row')} not applied, with what to do.")
    notes = dict.fromkeys(without_options(note) for one in found for note in (*one.notes, *one.found.notes))
    parts += [
        *list(notes)[:_MOST_NOTES],
        *unwritten,
        _next_step(found, "Results" if listed is not None else "these rows"),
    ]
    return "\n\n".join(parts)


def _next_step(found: "Sequence[BatchResults]", where: str) -> str:
    if any(one.has_differences for one in found):
        return (
            f"Next: go through {where}. Where it says to send a row again, put it into Actions, click Send, and answer No "
            "when Send asks whether to leave out rows that may have arrived before."
        )
    if any(result.is_open for one in found for result in one.found.results):
        return "Next: click Check results again with a Pending Actions download from tomorrow or later."
    return "Nothing is left to do for these batches."


def _batches(records: "Sequence[BatchRecord]") -> str:
    """Return which batches, ``batch 0001`` or ``3 batches, 0001 to 0005``."""
    if len(records) == 1:
        return f"batch {records[0].label}"
    labels = sorted(record.label for record in records)
    return f"{counted(len(records), 'batch')}, {labels[0]} to {labels[-1]}"


def unwritten(where: str, why: object) -> str:
    """Return that results are on record but could not be written to a sheet.

    Args:
        where: the place.
        why: the reason.
    """
    return f"The results are on record. They could not be written {where}: {why}"


def sent_actions(found: "Sequence[BatchResults]") -> Iterator[tuple[tuple[str, int, str], tuple[str, str | None]]]:
    """Return for each row of the batches its ActionId, cents and reason, and its two texts; the latest batch last."""
    for one in sorted(found, key=lambda results: results.record.number):
        for row, result in zip(one.rows, one.found.results, strict=True):
            yield (row.action_id, row.cents, row.reason), beside_row(one.record.label, row, result)
