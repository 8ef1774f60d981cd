"""Print what became of batches: the figures first, then the rows that need a person, and never more than a screen or two."""

from collections.abc import Sequence
from typing import Final

from action_returns.batch.amounts import amount_text
from action_returns.cli.output import Output
from action_returns.operations.reconcile import BatchResults
from action_returns.operations.result_texts import batch_sentence, command_for_open, next_command, row_sentence
from action_returns.operations.texts import command, counted
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict

_MOST_ROWS: Final = 20
"""Rows of all batches that are listed; with --verbose every row is."""
_MOST_OF_ONE: Final = 5
"""Rows of one batch with one result that are listed."""
_MOST_BATCHES: Final = 20
"""Batches of which the figures are printed."""
_ORDER: Final = (
    Verdict.REFUSED,
    Verdict.DIFFERENT,
    Verdict.LOCKED,
    Verdict.MISSING,
    Verdict.TOO_EARLY,
    Verdict.APPLIED,
)
_UNLISTED: Final = frozenset({Verdict.TOO_EARLY, Verdict.APPLIED})
"""Results of which rows are listed with --verbose only: the figures and the notes say all that can be done."""


def print_results(output: Output, found: Sequence[BatchResults]) -> None:
    """Print what became of the rows of batches, for people; JSON has it all.

    Args:
        output: where it is printed.
        found: the batches.
    """
    left = _MOST_ROWS
    # Those with differences come first, so that they are never among those that are only counted.
    ordered = sorted(found, key=lambda one: not one.has_differences)
    shown = ordered if output.verbose else ordered[:_MOST_BATCHES]
    for one in shown:
        output.info(batch_sentence(one), style="warning" if one.has_differences else None)
        for note in (*one.notes, *one.found.notes):
            output.info(note)
        if not output.as_json:
            left -= _print_groups(output, one, left)
        if step := next_command(one):
            output.info(f"Next: {step}")
        if len(found) == 1 and (later := command_for_open(one)) not in {"", step}:
            output.info(f"Then, for rows that are too early: {later}")
    if len(shown) < len(found):
        output.info(f"And {counted(len(found) - len(shown), 'more batch')}: {command('history', 'list')}")


def _print_groups(output: Output, results: BatchResults, left: int) -> int:
    """Print the rows of a batch in groups of one result, and return how many were printed."""
    groups: dict[Verdict, list[tuple[int, SentRow, RowResult]]] = {verdict: [] for verdict in _ORDER}
    for at, (row, result) in enumerate(zip(results.rows, results.found.results, strict=True), 1):
        groups[result.verdict].append((at, row, result))
    printed, more = 0, []
    for verdict, rows in groups.items():
        if not rows or (verdict in _UNLISTED and not output.verbose):
            continue
        most = len(rows) if output.verbose else max(0, min(_MOST_OF_ONE, left - printed))
        if most:
            output.table(
                ("Row", "Action", "Sent", "Result", "What to do"),
                [
                    (f"{at:,}", row.action_id, amount_text(row.cents), _word(verdict), row_sentence(row, result))
                    for at, row, result in rows[:most]
                ],
                right=frozenset({0, 2}),
            )
        printed += most
        if len(rows) > most:
            more.append(f"{len(rows) - most:,} more {_word(verdict)}")
    if more:
        output.info(f"And {', '.join(more)}: {command('history', 'receipt', results.record.label)}")
    return printed


def _word(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")
