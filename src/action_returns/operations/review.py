"""Return what the user confirms before a batch is sent: totals, money effect, destination, what was not checked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple

from action_returns.batch.amounts import money
from action_returns.batch.rule import Severity
from action_returns.batch.rules import RULE_BY_CODE
from action_returns.batch.summary import Summary
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch
from action_returns.operations.export import write_bytes
from action_returns.operations.html_pages import render_page
from action_returns.operations.pending_texts import age_of_used, locks_soon
from action_returns.operations.sent_before import earlier_rows
from action_returns.operations.texts import (
    MOST_ROWS_ON_A_PAGE,
    TEST_UPLOADS,
    UNENCRYPTED,
    columns_read,
    command,
    counted,
    headline,
    kinds_of_change,
    order_value,
    raises,
)

_NAMED_ROWS: Final = 5
"""Rows that a line of the review names at most."""
_MOST_ROWS_OF_A_KIND: Final = 1_000
"""Rows that a script is given for each kind of finding at most; check has them all."""


@dataclass(frozen=True, slots=True)
class Review:
    """One batch on one page.

    Args:
        checked: the batch.
        account: the profile it would go out under.
        channel: kind of channel, ``""`` without a profile.
        destination: where it would go, ``""`` without a profile.
        sha256: hash of the prepared file, ``""`` when no row may be sent.
        size: its size in bytes, 0 when no row may be sent.
        unchecked: what could not be checked, one sentence each.
        approval: whether another person has approved it, ``""`` where the profile asks for none.
        refused: which rows the channel cannot send, why, and what to do; ``""`` when it can send them all.
    """

    checked: CheckedBatch
    account: Account
    channel: str
    destination: str
    sha256: str
    size: int
    unchecked: tuple[str, ...]
    approval: str = ""
    refused: str = ""


def review(checked: CheckedBatch, account: Account, *, destination: str = "") -> Review:
    """Return what the user reads before confirming a batch.

    Args:
        checked: the batch.
        account: the profile it would go out under.
        destination: where it would go.
    """
    prepared = checked.prepared if checked.rows else None
    profile = account.profile
    return Review(
        checked=checked,
        account=account,
        channel="" if profile is None else profile.channel.kind,
        destination=destination,
        sha256="" if prepared is None else prepared.sha256,
        size=0 if prepared is None else len(prepared.content),
        unchecked=tuple(unchecked(checked)),
        refused="" if profile is None else profile.channel.refusals(checked.rows),
    )


def unchecked(checked: CheckedBatch) -> list[str]:
    """Return what could not be checked, one sentence each."""
    pending = checked.pending
    if pending is None:
        actions = "Whether the actions exist, are already locked, or were 0 before: no pending download was given."
    else:
        actions = f"What has changed at the network since {pending.as_of:%Y-%m-%d %H:%M %Z} ({pending.as_of_basis})."
    return [
        actions,
        checked.past.unchecked,
        "Whether the network applies every row: that shows in a later download or its File Submissions page.",
    ]


class Fact(NamedTuple):
    """One line of the review.

    Args:
        label: what it is about.
        value: the figures.
        level: ``warning`` or ``error`` where it has to be looked at, else ``""``.
    """

    label: str
    value: str
    level: Literal["", "warning", "error"] = ""


class Kind(NamedTuple):
    """The findings of one rule.

    Args:
        code: name of the rule.
        title: what is wrong, in a few words.
        number: how many findings.
        rows: the first sheet rows that have one.
    """

    code: str
    title: str
    number: int
    rows: Sequence[int]

    def __str__(self) -> str:
        return f"{self.title} ({self.number:,} {self.code}): {named_rows(self.rows, self.number)}"


def errors_by_kind(checked: CheckedBatch) -> list[Kind]:
    """Return the errors by rule."""
    report = checked.report
    return [
        Kind(rule.code, rule.title, len(indexes), report.rows_of(indexes[:_MOST_ROWS_OF_A_KIND]))
        for rule, indexes in report.by_rule()
        if rule.severity is Severity.ERROR
    ]


def warnings_by_kind(checked: CheckedBatch) -> list[Kind]:
    """Return the warnings of the rows that would be sent, by rule."""
    rows, out = checked.report.columns.rows, frozenset() if checked.include_sent else checked.repeats
    found = []
    for code, number in checked.warnings.items():
        named = (rows[at] for at in checked.report.ready_with(code) if rows[at] not in out)
        found.append(Kind(code, RULE_BY_CODE[code].title, number, list(islice(named, _MOST_ROWS_OF_A_KIND))))
    return found


def named_rows(rows: Sequence[int], number: int) -> str:
    """Return row numbers for people, ``row 7`` or ``rows 7, 12 and 3 more``.

    Args:
        rows: the first of them.
        number: how many there are.
    """
    more = number - min(len(rows), _NAMED_ROWS)
    named = ", ".join(map(str, rows[:_NAMED_ROWS])) + (f" and {more:,} more" if more else "")
    return f"row {named}" if number == 1 else f"rows {named}"


def review_facts(page: Review) -> list[Fact]:
    """Return the review in the order in which a person reads it before money moves."""
    checked, summary = page.checked, page.checked.summary
    errors, warnings = errors_by_kind(checked), warnings_by_kind(checked)
    largest = [
        f"{f'row {one.row}, ' if one.row else ''}{one.action_id}: from {money(one.before)} to "
        f"{money(one.after, summary.currency)}"
        for one in summary.largest_raises
    ]
    if summary.raised_rows > len(largest) > 0:
        largest.append(f"and {summary.raised_rows - len(largest):,} more")
    facts = [
        *_receiver(page),
        Fact("Not sendable", page.refused, "error"),
        Fact("Pending", age_of_used(checked).removeprefix("Pending ")),
        Fact(
            "Rows in file",
            f"{checked.report.rows:,} = {summary.rows:,} to be sent + {checked.rows_with_errors:,} with errors + "
            f"{checked.sent_before:,} sent before",
        ),
        Fact("Rows to send", f"{summary.rows:,} = {kinds_of_change(summary).replace(', ', ' + ')}"),
        Fact("New totals", f"{money(summary.new_total_cents, summary.currency)} together"),
        Fact("Money effect", order_value(summary), "error" if raises(summary) else ""),
        Fact("Largest raises", "; ".join(largest), "error"),
        Fact("Not compared", _not_compared(summary), "warning"),
        Fact("Sent before", _sent_before(checked), "warning"),
        Fact("Locks soon", locks_soon(checked.locks_soon or []), "warning"),
        Fact("Errors", "; ".join(map(str, errors)), "error"),
        Fact("Warnings", "; ".join(map(str, warnings)) or "none", "warning" if warnings else ""),
        Fact("Reasons", ", ".join(f"{number:,} {code}" for code, number in summary.reasons.items()) or "none"),
        Fact("Columns read", columns_read(checked.reading.headers)),
        Fact("Notes", " ".join(notes(checked))),
        Fact("Approval", page.approval),
        Fact("File size", f"{page.size:,} bytes" if page.sha256 else ""),
        Fact("SHA-256", page.sha256),
    ]
    return [fact for fact in facts if fact.value]


def reviewed(checked: CheckedBatch) -> str:
    """Return when the figures were made, and from what."""
    now = checked.report.context.now
    when = "" if now is None else f"{now:%Y-%m-%d %H:%M %Z}, "
    pending = "" if checked.pending is None else f", beside {counted(checked.pending.count, 'pending action')}"
    return f"{when}from {counted(checked.report.rows, 'row')} of {checked.reading.origin or checked.file}{pending}"


def notes(checked: CheckedBatch) -> tuple[str, ...]:
    """Return what the readers of the file and of the download left out or assumed, one sentence each."""
    return checked.reading.notes + (checked.pending.notes if checked.pending is not None else ())


def _receiver(page: Review) -> list[Fact]:
    """Return where the batch goes, and whether that is the real account."""
    account = page.account
    if account.profile is None:
        return [Fact("Destination", f"none yet: {command('profile', 'add', 'NAME')}", "warning")]
    is_test = account.environment == "test"
    environment = TEST_UPLOADS if is_test else account.environment.upper()
    return [
        Fact("Environment", environment, "warning" if is_test else ""),
        Fact("Destination", f"{page.channel}: {page.destination} (profile {account.name})"),
        Fact("Encryption", UNENCRYPTED if account.unencrypted else "", "warning"),
    ]


def _not_compared(summary: Summary) -> str:
    """Return what the rows amount to that the download cannot be compared with: the money effect leaves them out."""
    rows = summary.rows - (summary.known or 0)
    if summary.known is None or not rows:
        return ""
    return (
        f"{counted(rows, 'row')} of unknown current amount, new totals {money(summary.unknown_cents, summary.currency)}"
    )


def _sent_before(checked: CheckedBatch) -> str:
    """Return which rows may have arrived before, in which batches, and what becomes of them; a blank text for none."""
    if not checked.repeats:
        return ""
    by_batch = defaultdict[str, list[int]](list)
    for row, action_id, batch, state in earlier_rows(checked):
        step = "look first what became of it" if checked.past.sent[action_id].is_of_row else "settle it first"
        doubt = f", unknown whether it arrived: {step}" if state == "unknown" else ""
        by_batch[f"batch {batch}{doubt}"].append(row)
    named = "; ".join(f"{named_rows(rows, len(rows))} ({batch})" for batch, rows in by_batch.items())
    number = len(checked.repeats)
    if checked.include_sent:
        return f"{counted(number, 'row')} that may have arrived before {'goes' if number == 1 else 'go'} out again: {named}"
    return f"{counted(number, 'row')} {'stays' if number == 1 else 'stay'} behind, may have arrived before: {named}"


def write_review_page(page: Review, path: Path, *, overwrite: bool = False) -> None:
    """Write the review of a batch as one page of HTML.

    Args:
        page: the review.
        path: the file; the batch's own file is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        action_returns.errors.OutputFileError: the page cannot be written, or another file would be lost.
    """
    checked = page.checked
    current = checked.pending.actions if checked.pending is not None else {}
    rows = []
    for action_id, cents, reason in list(checked.rows)[:MOST_ROWS_ON_A_PAGE]:
        action = current.get(action_id)
        before = None if action is None else action.cents
        rows.append((action_id, before, cents, reason))
    findings = checked.report[:MOST_ROWS_ON_A_PAGE]
    content = render_page(
        "review.html",
        title=f"Review of {Path(checked.file).name}",
        environment=page.account.environment,
        test_uploads=TEST_UPLOADS.removeprefix("TEST "),
        figures=headline(checked.summary),
        facts=[Fact("Reviewed", reviewed(checked))]
        + [fact for fact in review_facts(page) if fact.label not in _SHOWN_ELSEWHERE],
        notes=notes(checked),
        unchecked=page.unchecked,
        money=money,
        rows=rows,
        more_rows=len(checked.rows) - len(rows),
        findings=findings,
        more_findings=len(checked.report) - len(findings),
        all_findings=checked.command("check", "--verbose"),
        file=f"{page.size:,} bytes, SHA-256 {page.sha256}" if page.sha256 else "No row can be sent.",
    )
    write_bytes(path, content, source=checked.file, overwrite=overwrite)


_SHOWN_ELSEWHERE: Final = frozenset(
    {"Environment", "Money effect", "Rows to send", "New totals", "Notes", "File size", "SHA-256"}
)
"""Labels of the facts that stand in another place of the page."""
