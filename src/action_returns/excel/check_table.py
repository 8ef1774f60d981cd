"""Check the table Actions and write the results: beside each row, on Issues, and the download on Pending."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from action_returns import __version__
from action_returns.batch.amounts import Cents, cents_of_text, money
from action_returns.batch.cells import COLUMN_NAMES, Cell, ColumnName, Columns, column_number
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import days_left
from action_returns.batch.report import CheckResult, Finding
from action_returns.batch.rules import RULES
from action_returns.errors import NoRowsYetError
from action_returns.excel import messages
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.button import ButtonContext
from action_returns.excel.cell_writer import Formula
from action_returns.excel.workbook import OpenWorkbook
from action_returns.operations.check import CheckedBatch, check_loaded
from action_returns.operations.previous_sends import find_previous_sends
from action_returns.operations.texts import NOT_SENT_BESIDE_ROW, STATES
from action_returns.operations.unread_formats import note_on_unread_formats
from action_returns.readers.batch_file import LoadedBatch, note_on_rows_below

if TYPE_CHECKING:
    from action_returns.channels.base import Outcome

MOST_ISSUES: Final = 5_000
"""Number of findings that the sheet Issues lists at most; the dialogue says when there are more."""
Texts: TypeAlias = tuple[str | float | None, ...]
"""The cells of one row, such as one for each of :data:`action_returns.excel.workbook.RESULTS`."""

UNKNOWN: Final = "unknown"
"""What stands for a current amount that is not known, never a blank or 0.00."""
NO_LOCK_DATE: Final = "no lock date known"

_TITLES = {rule.code: rule.title for rule in RULES}


def read_table(context: ButtonContext, *, look_below: bool = False) -> tuple[ActionsTable, LoadedBatch]:
    """Read the table Actions.

    Args:
        context: the workbook of the click.
        look_below: whether the notes tell of filled rows below the table.

    Raises:
        NoRowsYetError: the table has no rows yet.
    """
    table = context.book.read_actions(look_below=look_below)
    notes = [note_on_unread_formats(table.unread_formats, table.columns)] if table.unread_formats else []
    if table.rows_below:
        notes.append(note_on_rows_below(table.rows_below, "Actions"))
    if not len(table.columns):
        empty = messages.NO_ROWS_YET
        raise NoRowsYetError(" ".join([empty, *notes]))
    letters = table.columns.letters or ()
    headers: dict[ColumnName, str] = {
        name: f"{letter} {name}" for name, letter in zip(COLUMN_NAMES, letters, strict=False)
    }
    return table, LoadedBatch(
        table.columns, "table Actions on sheet Actions", tuple(notes), headers, unread_formats=table.unread_formats
    )


def check_table(context: ButtonContext, *, pending: PendingDownload | None = None) -> tuple[ActionsTable, CheckedBatch]:
    """Read and check the table Actions.

    Args:
        context: the workbook and the account of the click.
        pending: the download to compare with, the one on the sheet Pending when None.
    """
    context.book.status("Checking ...")
    table, reading = read_table(context, look_below=True)
    download = read_pending(context.book) if pending is None else pending
    past = find_previous_sends(reading, context.account, context.paths)
    return table, check_loaded(
        context.book.name, reading, context.account, now=context.now(), pending=download, past=past
    )


def update_profile_data(context: ButtonContext) -> None:
    """Write the profile's reason codes and facts into the workbook when the profile has changed since."""
    from action_returns.workbook_builder.info import WorkbookInfo

    account = context.account
    profile = account.name if account.profile is not None else ""
    info = WorkbookInfo(__version__, profile=profile, environment=account.environment, policy=account.policy)
    facts = info.profile_values()
    if any(context.book.metadata.get(key) not in {value, value or None} for key, value in facts.items()):
        from action_returns.operations.new_workbook import declared_template

        effects = declared_template().effects
        reasons = account.policy.reasons
        context.book.own_sheets.fill(
            "Reasons", [(code, kind.value, effects[kind.value]) for code, kind in reasons.items()]
        )
        context.book.write_metadata(facts)


def show_results(context: ButtonContext, table: ActionsTable, checked: CheckedBatch) -> None:
    """Write the results beside the rows and the findings on Issues.

    Raises:
        ExcelError: a filter is on.
    """
    context.book.refuse_filtered()
    update_profile_data(context)
    context.book.write_results(table, result_rows(checked))
    context.book.own_sheets.fill("Issues", issue_rows(checked.report, MOST_ISSUES))


def clear_results(context: ButtonContext, table: ActionsTable) -> None:
    """Empty the results beside the rows and the sheet Issues, when Actions has no rows any more.

    Raises:
        ExcelError: a filter is on.
    """
    context.book.refuse_filtered()
    context.book.write_results(table, {})
    context.book.own_sheets.fill("Issues", [])


def result_rows(checked: CheckedBatch) -> dict[int, Texts]:
    """Return the results of every row.

    Returns:
        Sheet row -> Result, What to do, Order ID, Partner, Current amount, Change, Locks at, Locks in.
    """
    columns, report = checked.reading.columns, checked.report
    numbered = groupby(enumerate(report), key=lambda pair: pair[1].row)
    findings = {row: list(found) for row, found in numbered}
    ready = dict(zip(checked.rows.rows, checked.rows.cents, strict=True))
    return {
        row: (
            *_verdict(report, findings.get(row, []), ready.get(row)),
            *_download_facts(action_id, ready.get(row), checked.pending, report.context.now),
        )
        for row, action_id in zip(columns.rows, columns.action_id, strict=True)
    }


def sent_rows(checked: CheckedBatch, batch: str, outcome: "Outcome") -> dict[int, Texts]:
    """Return the results again, with the outcome of the batch for the rows that were sent.

    Args:
        checked: the batch; its ready rows were sent.
        batch: its label in the ledger.
        outcome: what became of it, and of each row where each went by itself.
    """
    sent = dict(zip(checked.rows.rows, checked.rows.action_ids, strict=True))

    def result(row: int) -> str:
        state = outcome.row_states.get(sent[row], outcome.state)
        if outcome.is_partial and state == "failed":
            return NOT_SENT_BESIDE_ROW.format(batch=batch)
        return STATES[state].beside_row.format(batch=batch)

    return {row: (result(row), *texts[1:]) if row in sent else texts for row, texts in result_rows(checked).items()}


def _verdict(
    report: CheckResult, findings: list[tuple[int, Finding]], cents: Cents | int | None
) -> tuple[str, str | None]:
    if not findings:
        return ("Ready: reverse", None) if not cents else (f"Ready: new total {money(cents)}", None)
    index, first = next((found for found in findings if found[1].severity == "error"), findings[0])
    others = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{first.severity.capitalize()}: {_TITLES[first.code]}{others}", _what_to_do(report, index, first)


def _what_to_do(report: CheckResult, index: int, finding: Finding) -> str:
    """Return the text beside a cell: what to do, the button that does it where there is one, then why."""
    return report.instruction(index, messages.FIX_DOES_IT if finding.fix is not None else "")


def _download_facts(
    action_id: object, cents: int | None, pending: PendingDownload | None, now: datetime | None
) -> Texts:
    if pending is None:
        return (None,) * 6
    action = pending.actions.get(action_id) if isinstance(action_id, str) else None
    if action is None:
        return (None, None, UNKNOWN, None, None, None)
    change = None if cents is None or action.cents is None else (cents - action.cents) / 100  # only shown, never sent
    return (
        action.order_id,
        action.partner,
        UNKNOWN if action.cents is None else money(action.cents, action.currency or pending.currency),
        change,
        NO_LOCK_DATE if action.locks_at is None else f"{action.locks_at:%Y-%m-%d %H:%M %Z}",
        None if now is None else days_left(action, now),
    )


def issue_rows(report: CheckResult, most: int) -> list[Texts]:
    """Return the findings as rows of the sheet Issues, each with a link to its cell.

    Args:
        report: the findings.
        most: number of rows at most.

    Returns:
        Severity, Row, ActionId, Column, Found, Finding, What to do, Go.
    """
    ids = dict(zip(report.columns.rows, report.columns.action_id, strict=True))
    return [
        (
            finding.severity.capitalize(),
            finding.row,
            str(ids[finding.row] or ""),
            finding.column,
            finding.found,
            _TITLES[finding.code],
            _what_to_do(report, index, finding),
            Formula(f'=HYPERLINK("#{finding.cell}","Go to {_address(finding)}")'),
        )
        for index, finding in enumerate(report[:most])
    ]


def _address(finding: Finding) -> str:
    return (finding.cell or "").rpartition("!")[2]


def next_finding(report: CheckResult, selected: tuple[int, int], *, forward: bool) -> Finding | None:
    """Return the finding after (or before) the selected cell, in reading order; after the last one comes the first.

    Args:
        report: the findings.
        selected: row and column number of the selected cell, (0, 0) for none.
        forward: True for the next finding, False for the previous one.
    """
    ordered = [(_position(finding, report.columns), finding) for finding in report]
    ordered.sort(key=lambda item: item[0])
    if not forward:
        ordered.reverse()
    beyond = (finding for at, finding in ordered if (at > selected if forward else at < selected))
    return next(beyond, ordered[0][1] if ordered else None)


def _position(finding: Finding, columns: Columns) -> tuple[int, int]:
    letters = (columns.letters or ("A", "B", "C"))[COLUMN_NAMES.index(finding.column)]
    return finding.row, column_number(letters)


def pending_facts(pending: PendingDownload | None) -> dict[str, str]:
    """Return the facts of a download as the hidden sheet ``_meta`` keeps them, in its order; blank for None."""
    if pending is None:
        from action_returns.workbook_builder.info import PENDING_FACTS

        return dict.fromkeys(PENDING_FACTS, "")
    return {
        "pending_as_of": pending.as_of.isoformat(),
        "pending_basis": pending.as_of_basis,
        "pending_currency": pending.currency or "",
        "pending_count": str(pending.count),
        "pending_notes": "\n".join(pending.notes),
    }


def read_pending(book: OpenWorkbook) -> PendingDownload | None:
    """Read the download from the sheet Pending, None when none was loaded."""
    return (
        pending_from_sheet(book.metadata, book.own_sheets.read_rows("Pending"))
        if book.metadata.get("pending_as_of")
        else None
    )


def pending_from_sheet(facts: Mapping[str, Cell], rows: Sequence[Sequence[Cell]]) -> PendingDownload | None:
    """Build the download again from what stands in the workbook, None when none was loaded.

    Args:
        facts: key -> value of the hidden sheet ``_meta``.
        rows: the rows of the table Pending, without its headers.
    """
    if not facts.get("pending_as_of"):
        return None
    actions = {row[0]: _pending_action(row) for row in rows if isinstance(row[0], str) and row[0]}
    return PendingDownload(
        actions=actions,
        count=int(str(facts.get("pending_count") or len(actions)).partition(".")[0]),
        as_of=datetime.fromisoformat(str(facts["pending_as_of"])),
        as_of_basis=str(facts.get("pending_basis") or ""),
        currency=str(facts.get("pending_currency") or "") or None,
        notes=tuple(str(facts.get("pending_notes") or "").splitlines()),
    )


def pending_rows(pending: PendingDownload) -> list[tuple[str, ...]]:
    """Return a download as the rows of the sheet Pending; :func:`pending_from_sheet` is the way back."""
    return [
        (
            action_id,
            UNKNOWN if action.cents is None else money(action.cents),
            action.currency or "",
            action.state or "",
            NO_LOCK_DATE
            if action.locks_at is None
            else action.locks_at.isoformat(" ", "seconds" if action.locks_at.second else "minutes"),
            action.order_id or "",
            action.partner or "",
            "" if action.original_cents is None else money(action.original_cents),
        )
        for action_id, action in pending.actions.items()
    ]


def _pending_action(row: Sequence[Cell]) -> PendingAction:
    _, amount, currency, state, locks_at, order_id, partner, original = (
        str(cell) if cell is not None else "" for cell in row
    )
    return PendingAction(
        cents=cents_of_text(amount.replace(",", "")),  # thousands are marked
        locks_at=None if locks_at in {"", NO_LOCK_DATE} else datetime.fromisoformat(locks_at),
        state=state or None,
        order_id=order_id or None,
        partner=partner or None,
        currency=currency or None,
        original_cents=cents_of_text(original.replace(",", "")),
    )
