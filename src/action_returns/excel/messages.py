"""Return the texts of the dialogues: what happened, in figures, and what to do next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from action_returns.batch.cells import COLUMN_NAMES
from action_returns.operations.pending_texts import age_of_used, locks_soon
from action_returns.operations.texts import (
    STATES,
    broken_batches,
    counted,
    kinds_of_change,
    next_step_for_unknown,
    one_or_many,
    order_value,
    rows_left_out,
    rows_stay_behind,
    send_question,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from action_returns.batch.context import PendingDownload
    from action_returns.batch.report import Finding
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.batch_progress import Progress
    from action_returns.operations.check import CheckedBatch
    from action_returns.operations.doctor import DoctorCheck
    from action_returns.operations.review import Review
    from action_returns.operations.send import SendResult
    from action_returns.operations.submit import Submission


FIX_DOES_IT: Final = "Fix safe issues does it."
NO_ROWS_YET: Final = (
    "Actions has no rows yet. Import returns fills it from an export of your shop. Or paste the returns there: Action ID, "
    "new order amount, reason code."
)
_AFTER_SENDING: Final = (
    "Next: {}, click Check results with a new Pending Actions download. It tells what became of every row."
)
HELP: Final = (
    "Six steps: Load pending, fill in Actions, Validate, Review, Send, and a day later Check results. Import returns fills "
    "Actions from an export of your shop. Settings says where your returns go.\n\n"
    "Dictionary explains the columns and every finding. Batches shows what was sent, Results which rows the network does not "
    "have as they were sent. "
    "Nothing leaves this computer before you have confirmed the totals."
)


def validated(checked: "CheckedBatch", *, hidden: bool, listed: int) -> str:
    """Return the text after Validate.

    Args:
        checked: the batch.
        hidden: whether rows of the table are hidden by hand.
        listed: number of findings that the sheet Issues lists at most.
    """
    report, summary = checked.report, checked.summary
    if not len(report):
        ready = "1 row is" if report.rows == 1 else f"All {_rows(report.rows)} are"
        text = f"{ready} ready.\n\n{kinds_of_change(summary)}. Next: Review."
    else:
        with_errors = report.rows - report.ready
        text = (
            f"{_attention(checked, listed)}.\n\n{_errors(report.errors)} in {_rows(with_errors)} "
            f"{one_or_many(report.errors, 'stops', 'stop')} {one_or_many(with_errors, 'that row', 'those rows')} from "
            f"being sent; {_warnings(report.warnings)} {one_or_many(report.warnings, 'does', 'do')} not. "
            f"{summary.rows:,} can be sent. Press Next issue to go through them, or open Issues."
        )
    if len(report) > listed:
        text += f"\n\nIssues lists the first {listed:,} of {counted(len(report), 'finding')}."
    if hidden:
        text += "\n\nSome rows are hidden. Hidden rows are checked and sent like all others."
    text = _with_doubts(text, checked)
    text += "".join(f"\n\n{told}." for told in (locks_soon(checked.locks_soon or []), age_of_used(checked)) if told)
    if checked.pending is None:
        text += (
            "\n\nNot checked, because no Pending Actions download is loaded: whether the actions exist, are locked, "
            "or were 0 before."
        )
    return text


def with_notes(text: str, checked: "CheckedBatch") -> str:
    """Return a text with what was left aside when the rows were read, such as filled rows below the table."""
    return "\n\n".join([text, *checked.reading.notes])


def _with_doubts(text: str, checked: "CheckedBatch") -> str:
    """Return a text with what was left aside, and with the warning that the ledger could not be read."""
    return "\n\n".join(filter(None, (with_notes(text, checked), checked.past.warning)))


def _attention(checked: "CheckedBatch", listed: int) -> str:
    report = checked.report
    if len(report) > listed:  # too many findings to count their rows
        return f"{_rows(report.rows)} checked"
    number = len({finding.row for finding in report})
    return f"{number:,} of {_rows(report.rows)} {one_or_many(number, 'needs', 'need')} attention"


def issue(finding: "Finding") -> str:
    """Return the text of Next issue: the cell and its finding."""
    button = f" {FIX_DOES_IT}" if finding.fix is not None else ""
    return f"{finding.cell}: {finding.message}{button}"


def no_issues(checked: "CheckedBatch") -> str:
    """Return the text of Next issue when there is no finding."""
    return _with_doubts(f"No findings in {_rows(checked.report.rows)}. Next: Review.", checked)


def loaded(pending: "PendingDownload", name: str) -> str:
    """Return the line above the table on the sheet Pending."""
    as_of = f"{pending.as_of:%Y-%m-%d %H:%M %Z}"
    return f"{counted(pending.count, 'action')} from {name}, as of {as_of} ({pending.as_of_basis})"


def pending_loaded(pending: "PendingDownload", name: str, rows: str, changes: str = "") -> str:
    """Return the text after Load pending.

    Args:
        pending: the download.
        name: the name of its file.
        rows: what is said of the rows beside it.
        changes: what changed since the download before, in words.
    """
    notes = "".join(f"\n{note}" for note in pending.notes)
    since = f"\n\n{changes}" if changes else ""
    return f"{loaded(pending, name)}.{notes}{since}\n\n{rows}"


def exported(path: "Path", checked: "CheckedBatch") -> str:
    """Return where the file lies, and which of its rows may have arrived before."""
    out = checked.rows_with_errors
    left = f" {rows_stay_behind(out)}" if out else ""
    if checked.repeats:
        from action_returns.operations.sent_before import exported_sentence, undated_batches

        left += f"\n\n{exported_sentence(undated_batches(checked))}"
    left = _with_doubts(left, checked)
    return (
        f"Written, not sent: {_rows(len(checked.rows))}.{left}\n\n{path}\n\nSHA-256 {checked.prepared.sha256}. "
        "If you deliver it yourself, it is not among the batches that History lists."
    )


def no_row_ready(undone: str = "") -> str:
    """Return why a click stops when no row can be sent, and what was not done because of it."""
    return f"No row can be sent yet{undone}. Press Next issue to see why."


def reviewed(page: "Review") -> str:
    """Return the answer after a review: what would be sent, or that no row can be sent; and what was not read or looked up."""
    return _with_doubts(_reviewed(page), page.checked)


def _reviewed(page: "Review") -> str:
    if page.checked.sent_before and not page.checked.rows:
        return f"No row is new. {rows_left_out(page.checked.sent_before)} The sheet Review shows everything."
    if not page.sha256:
        return no_row_ready()
    effect = order_value(page.checked.summary)
    return f"{kinds_of_change(page.checked.summary)}.\n{effect[0].upper()}{effect[1:]}.\n\nThe sheet Review shows everything. Nothing was sent. Next: Send."


REVIEW_FACTS: Final = (
    "Environment",
    "Destination",
    "Pending",
    "Rows in file",
    "Rows to send",
    "New totals",
    "Money effect",
    "Largest raises",
    "Not compared",
    "Sent before",
    "Locks soon",
    "Errors",
    "Warnings",
    "Columns read",
    "Notes",
    "Not checked",
    "SHA-256",
)
"""Labels of the facts on the sheet Review, below the moment of the review, in its order."""


def review_figures(page: "Review") -> list[str]:
    """Return the figures of the sheet Review, in its order; ``none`` where a fact does not apply."""
    from action_returns.operations.review import review_facts, reviewed

    columns = page.checked.report.columns
    facts = {fact.label: fact.value for fact in review_facts(page)}
    facts["Not checked"] = " ".join(page.unchecked)
    if "Encryption" in facts:
        facts["Destination"] += f". Encryption: {facts['Encryption']}"
    if page.approval:
        facts["Destination"] += f". Approval: {page.approval}"
    if page.account.profile is None:
        facts["Environment"] = facts["Destination"] = "no profile yet: click Settings"
    if columns.letters is not None:
        letters = zip(COLUMN_NAMES, columns.letters, strict=True)
        facts["Columns read"] = ", ".join(f"{name} from column {letter}" for name, letter in letters)
    if not page.sha256:
        facts["SHA-256"] = "no row can be sent"
    return [reviewed(page.checked), *(facts.get(label, "none") for label in REVIEW_FACTS)]


def question(page: "Review") -> str:
    """Return the one question before anything leaves, with the totals."""
    from action_returns.operations.confirmation import lines_to_confirm

    ask = send_question(len(page.checked.rows), page.account.environment)
    notes = [line for note in page.checked.reading.notes for line in ("", note)]
    return "\n".join([ask, "", *lines_to_confirm(page), *notes])


def outcome(result: "SendResult", done: "Submission", unwritten: str, look_from: "datetime") -> str:
    """Return what became of a send, what could not be kept, where the receipt lies, and what to do next.

    Args:
        result: the send.
        done: its batch.
        unwritten: why nothing was written beside the rows, ``""`` when it was.
        look_from: when the network has had time to process the file, local time.
    """
    state = done.outcome.state.value
    heading = STATES[state].heading
    if done.outcome.is_partial:
        heading = "Not all rows were sent."
    elif STATES[state].level == "good":
        heading += f" {counted(done.rows, 'row')}, {done.size:,} bytes."
    step = f"\n\n{next_step_for_unknown(done.batch)}" if state == "unknown" else ""
    kept = f"\nReceipt: {result.receipt}" if result.receipt else ""
    from_when = {"sent": f"from {look_from:%Y-%m-%d %H:%M} on", "handed-over": "a day after the network has the file"}
    after = _AFTER_SENDING.format(from_when[state]) if state in from_when else ""
    text = f"{heading}\n\n{done.outcome.message}{step}\n\nBatch {done.batch}, {done.file_name}{kept}"
    return "\n\n".join(filter(None, [text, *result.problems, unwritten, after]))


def mode(done: "Submission") -> str:
    """Return the look of the dialogue."""
    is_good = STATES[done.outcome.state.value].level == "good" and not done.outcome.is_partial
    return "info" if is_good else "critical"


def history_row(batch: "Progress", now: "datetime", hours: int) -> tuple[str | int, ...]:
    """Return a batch as a row of the sheet Batches.

    Args:
        batch: the batch, and how many of its rows have which result.
        now: the local time.
        hours: the time that the network may take for a file.
    """
    record = batch.record
    return (
        record.label,
        record.day_and_time,
        record.user,
        record.environment,
        record.profile,
        record.rows,
        f"broken: {record.state}" if record.broken else record.state,
        batch.applied,
        batch.next_step(now, hours),
        record.file_name,
        record.destination,
        record.sha256,
    )


def history(batches: "Sequence[BatchRecord]", most: int, waiting: int = 0) -> str:
    """Return the text of History.

    Args:
        batches: every batch, the newest first.
        most: number of batches that the sheet lists at most.
        waiting: number of batches of the account that wait for results.
    """
    if not batches:
        return "Nothing was sent from this computer yet."
    unknown = [record.label for record in batches if record.state == "unknown"]
    doubt = (
        f"\n\nIt is unknown whether these arrived: {', '.join(unknown)}. Do not send them again yet. "
        f"{next_step_for_unknown(unknown[0])}"
        if unknown
        else ""
    )
    if broken := [record.label for record in batches if record.broken]:
        doubt += f"\n\n{broken_batches(broken)}"
    listed = "" if len(batches) <= most else f" Batches lists the latest {most:,}."
    results = (
        f"\n\n{counted(waiting, 'batch')} {one_or_many(waiting, 'is', 'are')} not settled: a row has no result yet, or one that "
        "may still change. Next: Check results, with a Pending Actions download that was made at least a day after sending."
        if waiting
        else ""
    )
    return f"{counted(len(batches), 'batch')} sent from this computer.{listed}{doubt}{results}"


def receipt(label: str, path: "Path", other: str, *, is_open: bool) -> str:
    """Return the text of Receipt.

    Args:
        label: the batch.
        path: the page.
        other: a sentence about what lies under the batch's name and is of another one, else ``""``.
        is_open: whether the program that shows pages was started with it.
    """
    told = (
        f"The receipt of batch {label} is shown in your browser."
        if is_open
        else (
            f"The receipt of batch {label} was written. No program could be started to show it: open the file yourself."
        )
    )
    return "\n\n".join(filter(None, [told, str(path), other]))


def diagnosis(checks: "Sequence[DoctorCheck]") -> str:
    """Return the text of Diagnose: what needs attention, else everything that was checked."""
    bad = [f"{name}: {detail}" for name, is_ok, detail in checks if not is_ok]
    if bad:
        needs = one_or_many(len(bad), "needs", "need")
        return f"{len(bad)} of {counted(len(checks), 'thing')} {needs} attention:\n\n" + "\n\n".join(bad)
    return "Everything is in place.\n\n" + "\n".join(f"{name}: {detail}" for name, _, detail in checks)


def _rows(number: int) -> str:
    return counted(number, "row")


def _errors(number: int) -> str:
    return counted(number, "error")


def _warnings(number: int) -> str:
    return counted(number, "warning")
