"""Print the findings of a check: one paragraph for each kind, then its rows; errors first."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, groupby, islice
from typing import Final

from action_returns.batch.report import CheckResult
from action_returns.batch.rule import Severity
from action_returns.cli.output import Output
from action_returns.operations.check import CheckedBatch
from action_returns.operations.findings import Group, ListedRow, grouped, listed_rows
from action_returns.operations.sent_before import left_out_sentence, undated_batches
from action_returns.operations.texts import counted

_MOST_ROWS: Final = 20
"""Rows of one kind that are printed; all of them with --verbose."""
_INDENT: Final = "  "
_HEADINGS: Final = {
    Severity.ERROR: "ERRORS: these rows stay behind until they are corrected.",
    Severity.WARNING: "WARNINGS: these rows are sent as they are, unless you change them.",
}


def print_findings(output: Output, checked: CheckedBatch) -> None:
    """Print the findings grouped by what to do; the first rows of each kind when there are many.

    Ready rows that may have arrived before are one sentence: there is nothing to do about each of them.
    """
    report, groups = checked.report, grouped(checked.report)
    if sent_before := undated_batches(checked):
        groups = [group for group in groups if group.code != "already-sent"]
    for severity, heading in _HEADINGS.items():
        of_severity = [group for group in groups if group.severity is severity]
        if of_severity:
            _print_lines(output, heading, style=severity.value)
        for group in of_severity:
            _print_group(output, report, group)
    if sent_before:
        output.data(left_out_sentence(sent_before))
    if len(report):
        output.data(f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}.")


def _print_group(output: Output, report: CheckResult, group: Group) -> None:
    """Print what one kind of finding is about, then its rows; they begin in the last line of the text if that saves one."""
    heading = f"{group.number}: {group.title}."
    *paragraph, last = output.wrapped(f"{heading} {group.advice} [{group.code}]", indent=_INDENT)
    rows = with_shared_remarks(listed_rows(report, group, None if output.verbose else _MOST_ROWS))
    begun = list(islice(rows, _MOST_ROWS))
    room = output.width - len(_INDENT)
    together = list(packed([f"{last.strip()}: {begun[0]}", *begun[1:]], room))
    if paragraph and len(together[0]) <= room and len(together) <= len(list(packed(begun, room))):
        begun[0] = f"{last.strip()}: {begun[0]}"
    else:
        paragraph.append(last)
    for line in paragraph:
        output.data(line, strong=heading)
    for line in packed(chain(begun, rows), room):
        _print_lines(output, _INDENT + line)
    more = len(group.indexes) - _MOST_ROWS
    if more > 0 and not output.verbose:
        _print_lines(output, f"{_INDENT}and {more:,} more: --verbose, --csv PATH or --json has every row.")


def _print_lines(output: Output, text: str, style: str | None = None) -> None:
    for line in output.wrapped(text, indent=_INDENT * 2):
        output.data(line, style=style)


def with_shared_remarks(rows: Iterable[ListedRow]) -> Iterator[str]:
    """Return the rows as texts; a remark that follows several times in a row is written once, behind the last."""
    for remark, run in groupby(rows, key=lambda row: row.beside):
        if not remark:
            yield from map(str, run)
            continue
        *others, last = run
        if others:
            each = "both" if len(others) == 1 else "all"
            others, last = [replace(row, beside="") for row in others], replace(last, beside=f"{each} {remark}")
        yield from map(str, (*others, last))


def packed(items: Iterable[str], width: int) -> Iterator[str]:
    """Return lines of items with commas between them; an item that is longer than a line has a line for itself.

    Args:
        items: the texts.
        width: characters of a line.
    """
    line = ""
    for item in items:
        if line and len(line) + len(", ") + len(item) >= width:
            yield f"{line},"
            line = item
        else:
            line = f"{line}, {item}" if line else item
    if line:
        yield line
