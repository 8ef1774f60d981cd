"""Return the findings of a check grouped by what to do, and write all of them as a table or as a page."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Final

from action_returns.batch.cells import show_invisible
from action_returns.batch.report import CheckResult, Finding
from action_returns.batch.rule import Severity
from action_returns.operations.check import CheckedBatch
from action_returns.operations.export import write_bytes
from action_returns.operations.formula_texts import is_formula_text
from action_returns.operations.html_pages import render_page
from action_returns.operations.review import unchecked
from action_returns.operations.texts import counted

MOST_ON_A_PAGE: Final = 20_000
"""Findings that the page lists; a browser takes minutes for more."""
_COLUMNS: Final = tuple(field.name for field in fields(Finding))
_LONGEST_FOUND: Final = 30
"""Characters of a cell that a list of rows repeats."""


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule in a batch: they have one cause, and one thing to do about them.

    Args:
        code: the name of the rule.
        severity: error or warning.
        title: what is wrong, in a few words.
        number: how many rows it was found in, with their noun: ``7 rows``.
        advice: why it matters and what to do.
        indexes: the positions of its findings in the report.
    """

    code: str
    severity: Severity
    title: str
    number: str
    advice: str
    indexes: Sequence[int]


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a group.

    Args:
        where: the line of a CSV file, ``line 7``, or the cell of a sheet, ``B7``.
        found: what the cell shows, shortened, with invisible characters named; ``""`` for a blank cell.
        fix: what may safely stand there instead, None where nothing may.
        beside: what is special about this row, ``now 12.50``; mostly ``""``.
    """

    where: str
    found: str
    fix: str | None
    beside: str

    def __str__(self) -> str:
        shown = f'{self.where} "{self.found}"' if self.found else self.where
        if self.beside:
            shown += f" ({self.beside})"
        return shown if self.fix is None else f"{shown} -> {self.fix}"


def grouped(report: CheckResult) -> list[Group]:
    """Return the findings grouped by rule, errors first."""
    groups = []
    for rule, indexes in report.by_rule():
        _, case = report.case(indexes[0])
        advice = rule.in_batch(f"{rule.why} {rule.todo}", case)
        number = counted(len(indexes), "cell" if rule.column is None else "row")
        groups.append(Group(rule.code, rule.severity, rule.title, number, advice, indexes))
    return groups


def listed_rows(report: CheckResult, group: Group, most: int | None = None) -> Iterator[ListedRow]:
    """Return the rows of a group, each worded when it is asked for.

    Args:
        report: the check.
        group: one of its groups.
        most: how many rows, None for all.
    """
    for index in islice(group.indexes, most):
        finding, (rule, case) = report[index], report.case(index)
        where = f"line {finding.row}" if finding.cell is None else finding.cell.rpartition("!")[2]
        yield ListedRow(where, _shortened(finding.found), finding.fix, rule.in_case(rule.beside, case))


def _shortened(found: str) -> str:
    return show_invisible(found if len(found) <= _LONGEST_FOUND else found[: _LONGEST_FOUND - 1] + "…")


def write_findings_table(report: CheckResult, path: Path, *, source: str, overwrite: bool = False) -> None:
    """Write every finding as one line of a CSV file that spreadsheet programs open as it is meant.

    It begins with a byte order mark, by which Excel knows UTF-8. What could be taken for a formula gets an apostrophe
    in front, and what cannot be seen is named, line breaks too.

    Args:
        report: the check.
        path: the file to write.
        source: the file that was checked; it is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        action_returns.errors.OutputFileError: it cannot be written, or another file would be lost.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(
        (
            *(finding.row, finding.column, finding.cell and _no_formula(finding.cell), finding.severity, finding.code),
            *(_no_formula(finding.found), _no_formula(finding.message), finding.fix and _no_formula(finding.fix)),
        )
        for finding in report
    )
    write_bytes(path, text.getvalue().encode("utf-8-sig"), source=source, overwrite=overwrite)


def _no_formula(text: str) -> str:
    """Return a text as a spreadsheet program shows it and never calculates it."""
    if (text[:1].isalnum() or text[:1] in {"", '"'}) and text.isascii() and text.isprintable():  # nearly always
        return text
    shown = show_invisible(text)
    return f"'{shown}" if is_formula_text(text) else shown


def write_findings_page(checked: CheckedBatch, path: Path, *, overwrite: bool = False) -> None:
    """Write the findings as one page of HTML, grouped by what to do.

    Args:
        checked: the batch.
        path: the page to write.
        overwrite: whether another file of that name may be replaced.

    Raises:
        action_returns.errors.OutputFileError: it cannot be written, or another file would be lost.
    """
    report = checked.report
    left, groups = MOST_ON_A_PAGE, []
    for group in grouped(report):
        rows = list(listed_rows(report, group, left))
        left -= len(rows)
        groups.append((group, rows, len(group.indexes) - len(rows)))
    content = render_page(
        "findings.html",
        title=f"Check of {Path(checked.file).name}",
        facts=check_facts(checked),
        groups=groups,
        unchecked=unchecked(checked),
    )
    write_bytes(path, content, source=checked.file, overwrite=overwrite)


def check_facts(checked: CheckedBatch) -> list[tuple[str, str]]:
    """Return the figures of a check, as pairs of label and value."""
    report = checked.report
    facts = [
        ("Rows", f"{report.rows:,}"),
        ("Ready", f"{report.ready:,}"),
        ("With errors", f"{checked.rows_with_errors:,}"),
    ]
    if checked.sent_before:
        facts.append(("Sent before", f"{checked.sent_before:,} of the ready rows; they stay behind"))
    return [*facts, ("Findings", f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}")]
