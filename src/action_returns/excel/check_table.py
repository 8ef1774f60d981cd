"""What stands beside each row after a check: the verdict, what to do, and what the download knows of the action."""

from itertools import groupby
from typing import Final, TypeAlias

from action_returns import __version__
from action_returns.batch.amounts import Cents, amount_text, money
from action_returns.batch.cells import COLUMN_NAMES, Columns, column_number
from action_returns.batch.context import PendingDownload
from action_returns.batch.report import CheckResult, Finding
from action_returns.batch.rules import RULES
from action_returns.errors import ExcelError
from action_returns.excel.button import ButtonContext
from action_returns.excel.workbook import ActionsTable
from action_returns.operations.check import CheckedBatch, check_loaded, find_previous_sends
from action_returns.operations.texts import STATES
from action_returns.readers.batch_file import LoadedBatch

Texts: TypeAlias = tuple[str | float | None, ...]
"""One for each of :data:`action_returns.excel.workbook.RESULTS`."""

_TITLES = {rule.code: rule.title for rule in RULES}


def result_rows(checked: CheckedBatch) -> dict[int, Texts]:
    """Give the results of every row.

    Returns:
        Sheet row -> Result, What to do, Order ID, Partner, Current amount, Change, Locks at.
    """
    columns, report = checked.reading.columns, checked.report
    said = {row: list(findings) for row, findings in groupby(report, key=lambda finding: finding.row)}
    ready = dict(zip(checked.rows.rows, checked.rows.cents, strict=True))
    return {
        row: (*_verdict(said.get(row, []), ready.get(row)), *_known(action_id, ready.get(row), checked.pending))
        for row, action_id in zip(columns.rows, columns.action_id, strict=True)
    }


def sent_rows(checked: CheckedBatch, batch: str, outcome: str) -> dict[int, Texts]:
    """Give the results again, with what became of the rows that were sent."""
    result = STATES[outcome].beside_row.format(batch=batch)
    sent = set(checked.rows.rows)
    return {row: (result, *texts[1:]) if row in sent else texts for row, texts in result_rows(checked).items()}


def _verdict(findings: list[Finding], cents: Cents | int | None) -> tuple[str, str | None]:
    if not findings:
        return ("Ready: reverse", None) if not cents else (f"Ready: new total {amount_text(cents)}", None)
    first = next((finding for finding in findings if finding.severity == "error"), findings[0])
    others = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{first.severity.capitalize()}: {_TITLES[first.code]}{others}", first.message


def _known(action_id: object, cents: int | None, pending: PendingDownload | None) -> Texts:
    action = None if pending is None or not isinstance(action_id, str) else pending.actions.get(action_id)
    if action is None:
        return (None,) * 5
    change = None if cents is None or action.cents is None else (cents - action.cents) / 100  # only to be looked at
    return (
        action.order_id,
        action.partner,
        None if action.cents is None else money(action.cents, action.currency),
        change,
        None if action.locks_at is None else f"{action.locks_at:%Y-%m-%d %H:%M %Z}",
    )


def issue_rows(report: CheckResult, most: int) -> list[Texts]:
    """Give the findings as the rows of the sheet Issues, at most so many, each with a link to its cell.

    Returns:
        Severity, Row, ActionId, Column, Found, Finding, What to do, Go.
    """
    ids = dict(zip(report.columns.rows, report.columns.action_id, strict=True))
    return [
        (
            finding.severity.capitalize(),
            str(finding.row),
            str(ids[finding.row] or ""),
            finding.column,
            finding.found,
            _TITLES[finding.code],
            finding.message,
            f'=HYPERLINK("#{finding.cell}","Go to {_address(finding)}")',
        )
        for finding in report[:most]
    ]


def _address(finding: Finding) -> str:
    return (finding.cell or "").rpartition("!")[2]


def next_finding(report: CheckResult, selected: tuple[int, int], *, forward: bool) -> Finding | None:
    """Give the finding after (or before) the selected cell, in reading order; after the last comes the first.

    Args:
        report: the findings.
        selected: row and column number of the selected cell, (0, 0) for none.
        forward: whether the next or the previous one is wanted.
    """
    places = [(_place(finding, report.columns), finding) for finding in report]
    places.sort(key=lambda place: place[0])
    if not forward:
        places.reverse()
    beyond = (finding for at, finding in places if (at > selected if forward else at < selected))
    return next(beyond, places[0][1] if places else None)


def _place(finding: Finding, columns: Columns) -> tuple[int, int]:
    letters = (columns.letters or ("A", "B", "C"))[COLUMN_NAMES.index(finding.column)]
    return finding.row, column_number(letters)


MOST_ISSUES: Final = 5_000
"""Findings that the sheet Issues lists; the dialogue says when there are more."""


def read_table(context: ButtonContext) -> tuple[ActionsTable, LoadedBatch]:
    """Read the table Actions.

    Raises:
        ExcelError: when nothing was filled in yet.
    """
    table = context.book.read_actions()
    if not len(table.columns):
        raise ExcelError("Actions has no rows yet. Paste the returns there: Action ID, new order amount, reason code.")
    return table, LoadedBatch(table.columns, "table Actions on sheet Actions")


def check_table(context: ButtonContext, *, pending: PendingDownload | None = None) -> tuple[ActionsTable, CheckedBatch]:
    """Read and check the table Actions.

    Args:
        context: the workbook and the account of the click.
        pending: the download to compare with, the one on the sheet Pending when None.
    """
    context.book.status("Checking ...")
    table, reading = read_table(context)
    known = context.book.pending() if pending is None else pending
    past = find_previous_sends(reading, context.account, context.places)
    return table, check_loaded(context.book.name, reading, context.account, now=context.now(), pending=known, past=past)


def update_profile_data(context: ButtonContext) -> None:
    """Bring the workbook's drop-down, live checks and banner up to date when the profile has changed since."""
    from action_returns.workbook_builder.contents import WorkbookInfo

    account = context.account
    profile = account.name if account.profile is not None else ""
    stamp = WorkbookInfo(__version__, profile=profile, environment=account.environment, policy=account.policy)
    wanted = stamp.profile_values()
    if any(context.book.meta.get(key) not in {value, value or None} for key, value in wanted.items()):
        from action_returns.operations.new_workbook import declared_template

        effects = declared_template().effects
        reasons = account.policy.reasons
        context.book.fill("Reasons", [(code, kind.value, effects[kind.value]) for code, kind in reasons.items()])
        context.book.remember(wanted)


def show_results(context: ButtonContext, table: ActionsTable, checked: CheckedBatch) -> None:
    """Write the results beside the rows, and the findings on Issues."""
    context.book.refuse_filtered()
    update_profile_data(context)
    context.book.write_results(table, result_rows(checked))
    context.book.fill("Issues", issue_rows(checked.report, MOST_ISSUES))
