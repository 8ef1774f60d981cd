"""What the dialogues say: what happened, in figures, and what to do next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import money
from action_returns.operations.texts import (
    CHANGES_COUNT,
    STATES,
    UNENCRYPTED,
    counted,
    kinds_of_change,
    money_effect,
    next_step_for_unknown,
    rows_sent_before,
    rows_stay_behind,
    send_question,
)

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.batch.cells import Columns
    from action_returns.batch.context import PendingDownload
    from action_returns.batch.report import Correction
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.check import CheckedBatch
    from action_returns.operations.review import Review
    from action_returns.operations.send import SendResult, Submission


NOTHING_TAKEN_OUT: Final = "Nothing was changed."
NOT_SENT: Final = "Nothing was sent."
HELP: Final = (
    "Five steps: fill in Actions, read Check beside each row, Validate, Review, Send.\n\n"
    "Dictionary explains the columns and every finding. History shows what was sent and what became of it. "
    "Nothing leaves this computer before you have confirmed the totals."
)
_MOST_LISTED: Final = 12


def validated(checked: "CheckedBatch", *, hidden: bool, listed: int) -> str:
    """Say what Validate found."""
    report, summary = checked.report, checked.summary
    out = report.rows - report.ready
    if not len(report):
        told = f"All {_rows(report.rows)} are ready.\n\n{kinds_of_change(checked.summary)}. Next: Review."
    else:
        attention = len({finding.row for finding in report}) if len(report) <= listed else None
        many = f"{attention:,} of {_rows(report.rows)} need attention" if attention else f"{_rows(report.rows)} checked"
        told = (
            f"{many}.\n\n{_errors(report.errors)} in {_rows(out)} stop those rows from being sent; "
            f"{_warnings(report.warnings)} {'does' if report.warnings == 1 else 'do'} not. "
            f"{summary.rows:,} can be sent. Press Next issue to go through them, or open Issues."
        )
    if len(report) > listed:
        told += f"\n\nIssues lists the first {listed:,} of {len(report):,} findings."
    if hidden:
        told += "\n\nSome rows are hidden. Hidden rows are checked and sent like all others."
    if checked.pending is None:
        told += (
            "\n\nNot checked, because no Pending Actions download is loaded: whether the actions exist, are locked, "
            "or were 0 before."
        )
    if checked.past.problem:
        told += f"\n\nNot checked, what was sent before for these actions: {checked.past.problem}"
    return told


def no_issues(checked: "CheckedBatch") -> str:
    """Say that there is nothing to go to."""
    return f"No findings in {_rows(checked.report.rows)}. Next: Review."


def nothing_to_fix(checked: "CheckedBatch", *, formulas: int) -> str:
    """Say that no correction is safe."""
    left = checked.report.errors
    if formulas:
        return f"{_cells(formulas)} could be corrected, but hold formulas of yours, which are never written over."
    return (
        f"Nothing can be corrected safely. {_errors(left)} {'needs' if left == 1 else 'need'} a decision of yours: "
        "press Next issue."
        if left
        else "There is nothing to correct."
    )


def fixes(changes: "Sequence[Correction]", *, formulas: int) -> str:
    """Show what would be corrected, and ask."""
    lines = [f"Row {c.row}, {c.column}:  {c.before}  →  {c.after}" for c in changes[:_MOST_LISTED]]
    more = len(changes) - len(lines)
    if more:
        lines.append(f"... and {more:,} more like these.")
    if formulas:
        lines.append(f"{_cells(formulas)} with a formula of yours stay as they are.")
    return f"Correct {_cells(len(changes))}? Each can mean only one thing.\n\n" + "\n".join(lines)


def no_repeats(checked: "CheckedBatch") -> str:
    """Say that no ActionId stands there twice."""
    return f"No Action ID stands twice in {_rows(checked.report.rows)}."


def repeats(found: "Mapping[str, Sequence[int]]", columns: "Columns") -> str:
    """List repeated ids, and ask which of their rows stay."""
    amounts = dict(zip(columns.rows, columns.amount, strict=True))
    reasons = dict(zip(columns.rows, columns.reason, strict=True))
    lines = [
        f"{action_id}:  " + "   ".join(f"row {row} ({amounts[row]}, {reasons[row]})" for row in rows)
        for action_id, rows in list(found.items())[:_MOST_LISTED]
    ]
    if len(found) > len(lines):
        lines.append(f"... and {len(found) - len(lines):,} more.")
    return (
        f"{len(found):,} Action IDs stand in more than one row.\n\n" + "\n".join(lines) + "\n\n"
        "Yes keeps the first row of each, No keeps the last, Cancel changes nothing. The three cells of the other rows "
        "are emptied; Fix safe issues can take that back."
    )


def taken_out(rows: "Sequence[int]", checked: "CheckedBatch") -> str:
    """Say which rows were taken out."""
    shown = ", ".join(map(str, rows[:_MOST_LISTED])) + (", ..." if len(rows) > _MOST_LISTED else "")
    return f"{_rows(len(rows))} taken out ({shown}). {_rows(checked.report.rows)} are left, {_errors(checked.report.errors)}."


def fixed(changes: "Sequence[Correction]", checked: "CheckedBatch") -> str:
    """Say what was corrected."""
    left = checked.report.errors
    rest = f"{_errors(left)} left: press Next issue." if left else "No errors are left. Next: Review."
    return f"{_cells(len(changes))} corrected. {rest}\n\nTo take it back, click Fix safe issues again."


def loaded(pending: "PendingDownload", name: str) -> str:
    """Say what stands on the sheet Pending."""
    return f"{pending.count:,} actions from {name}, as of {pending.as_of.astimezone():%Y-%m-%d %H:%M}"


def pending_loaded(pending: "PendingDownload", name: str, checked: "CheckedBatch") -> str:
    """Say what the download brought."""
    notes = "".join(f"\n{note}" for note in pending.notes)
    return f"{loaded(pending, name)}.{notes}\n\n{validated(checked, hidden=False, listed=5_000)}"


def exported(path: "Path", checked: "CheckedBatch") -> str:
    """Return where the file lies."""
    out = checked.rows_with_errors
    left = f" {rows_stay_behind(out)}" if out else ""
    return (
        f"Written, not sent: {_rows(len(checked.rows))}.{left}\n\n{path}\n\nSHA-256 {checked.prepared.sha256}. "
        "If you deliver it yourself, History does not know of it."
    )


def no_row_ready(undone: str = "") -> str:
    """Return why a click stops when no row can be sent, and what was not done because of it."""
    return f"No row can be sent yet{undone}. Press Next issue to see why."


def reviewed(page: "Review") -> str:
    """Say that the page is ready."""
    if not page.sha256:
        return no_row_ready()
    return (
        f"{kinds_of_change(page.checked.summary)}.\n\nThe sheet Review shows everything. Nothing was sent. Next: Send."
    )


def review_figures(page: "Review", now: datetime) -> list[str]:
    """Give the figures of the sheet Review, in its order."""
    summary, report = page.checked.summary, page.checked.report
    out = report.rows - report.ready
    return [
        f"{now:%Y-%m-%d %H:%M}",
        page.account.environment.upper() or "no profile yet",
        f"{summary.rows:,}",
        f"{kinds_of_change(summary)} ({money(summary.new_total_cents)})",
        money_effect(summary),
        f"{page.channel}: {page.destination}" if page.destination else "no profile yet",
        page.sha256 or "no row can be sent",
        f"{out:,}",
        " ".join(page.unchecked),
    ]


def question(page: "Review") -> str:
    """Return the one question before anything leaves, with the totals."""
    summary, report = page.checked.summary, page.checked.report
    lines = [
        kinds_of_change(summary),
        *([] if summary.effect_cents is None else [f"Order value {money_effect(summary)}"]),
        f"{page.channel}: {page.destination} (profile {page.account.name})",
        *([f"Encryption: {UNENCRYPTED}."] if page.account.unencrypted else []),
        *([rows_stay_behind(out)] if (out := page.checked.rows_with_errors) else []),
        *([rows_sent_before(repeated)] if (repeated := len(page.checked.repeated)) else []),
        *([f"{counted(report.warnings, 'warning')} to look at on Issues."] if report.warnings else []),
    ]
    ask = send_question(summary.rows, page.account.environment)
    return f"{ask}\n\n" + "\n".join(lines) + f"\n\n{CHANGES_COUNT}"


def outcome(result: "SendResult", done: "Submission", unwritten: str) -> str:
    """Return what became of a send, what could not be kept, and where the receipt lies."""
    state = done.outcome.state.value
    heading = STATES[state].heading
    if STATES[state].level == "good":
        heading += f" {counted(done.rows, 'row')}, {done.size:,} bytes."
    step = f"\n\n{next_step_for_unknown(done.batch)}" if state == "unknown" else ""
    kept = f"\nReceipt: {result.receipt}" if result.receipt else ""
    text = f"{heading}\n\n{done.outcome.message}{step}\n\nBatch {done.batch}, {done.file_name}{kept}"
    return "\n\n".join([text, *result.problems, *filter(None, [unwritten])])


def mode(done: "Submission") -> str:
    """Return the look of the dialogue."""
    return "info" if STATES[done.outcome.state.value].level == "good" else "critical"


def history_row(record: "BatchRecord") -> tuple[str, ...]:
    """Give a batch as a row of the sheet History."""
    return (
        record.label,
        f"{record.created_at.astimezone():%Y-%m-%d %H:%M}",
        record.who,
        record.profile,
        record.environment,
        record.destination,
        f"{record.rows:,}",
        record.state,
        record.file_name,
        record.sha256,
    )


def history(batches: "Sequence[BatchRecord]", most: int) -> str:
    """Say what History shows."""
    if not batches:
        return "Nothing was sent from this computer yet."
    unknown = [record.label for record in batches if record.state == "unknown"]
    doubt = (
        f"\n\nNobody knows whether these arrived: {', '.join(unknown)}. Do not send them again yet. {next_step_for_unknown(unknown[0])}"
        if unknown
        else ""
    )
    listed = "" if len(batches) <= most else f" History lists the latest {most:,}."
    return f"{len(batches):,} batches sent from this computer.{listed}{doubt}"


def diagnosis(findings: Sequence[tuple[str, bool, str]]) -> str:
    """Say what was looked at."""
    bad = [f"{what}: {seen}" for what, well, seen in findings if not well]
    if bad:
        return f"{len(bad)} of {len(findings)} things need attention:\n\n" + "\n\n".join(bad)
    return "Everything is in place.\n\n" + "\n".join(f"{what}: {seen}" for what, _, seen in findings)


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _cells(number: int) -> str:
    return f"{number:,} cell" if number == 1 else f"{number:,} cells"


def _errors(number: int) -> str:
    return f"{number:,} error" if number == 1 else f"{number:,} errors"


def _warnings(number: int) -> str:
    return f"{number:,} warning" if number == 1 else f"{number:,} warnings"
