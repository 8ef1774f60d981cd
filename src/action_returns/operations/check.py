"""Read a batch, look up what was sent before, compare it with the pending download, check it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from action_returns.batch.cells import ColumnName, ReadyRows
from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingDownload
from action_returns.batch.csv_format import CsvFile, make_csv
from action_returns.batch.lock_dates import SoonLocked, has_lock_dates, rows_that_lock_soon
from action_returns.batch.report import CheckResult
from action_returns.batch.shown_rules import currency_note
from action_returns.batch.summary import Summary, summarise
from action_returns.errors import Exit, NoRowsToSendError
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.answers import save_answers, saved_answers
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.operations.previous_sends import PreviousSends, find_previous_sends
from action_returns.operations.texts import command_for, no_ready_row
from action_returns.readers.batch_columns import NO_ANSWERS, ColumnAnswers
from action_returns.readers.batch_file import LoadedBatch, read_batch, read_stream

STANDARD_INPUT: Final = "-"
"""The name of a file that stands for CSV on standard input."""


@dataclass(frozen=True)
class CheckedBatch:
    """A batch that was read and checked.

    ``report.rows == len(rows) + rows_with_errors + sent_before``.

    Args:
        file: the file as the user named it.
        reading: what was in the file.
        report: the findings and the ready rows.
        pending: the download it was compared with, None without one.
        past: what was sent before for its actions.
        include_sent: whether ready rows that may have arrived before would be sent again.
        options: what the user said with the file on the command line, ``--profile acme``.
    """

    file: str
    reading: LoadedBatch
    report: CheckResult
    pending: PendingDownload | None = None
    past: PreviousSends = field(default_factory=PreviousSends)
    include_sent: bool = False
    options: tuple[str, ...] = ()

    def command(self, name: str, *words: str) -> str:
        """Return a command about this file that reads it as it was read here."""
        return command_for(name, self.file, *self.options, *words)

    def with_sent_rows(self) -> "CheckedBatch":
        """Return the batch with the rows that may have arrived before among those to be sent."""
        return replace(self, include_sent=True)

    @cached_property
    def rows(self) -> ReadyRows:
        """The rows that would be sent: the ready ones, without those that may have arrived before."""
        return self.ready_rows if self.include_sent or not self.repeats else self.ready_rows.without(self.repeats)

    @cached_property
    def ready_rows(self) -> ReadyRows:
        """Every row without an error, also those that may have arrived before."""
        return self.report.ready_rows()

    @cached_property
    def repeats(self) -> frozenset[int]:
        """Sheet rows of the ready rows whose amount and reason may have arrived before."""
        rows = self.report.columns.rows
        return frozenset(rows[at] for at in self.report.ready_with("already-sent"))

    @cached_property
    def summary(self) -> Summary:
        """The totals of the rows that would be sent."""
        return summarise(self.rows, self.pending)

    @cached_property
    def warnings(self) -> Mapping[str, int]:
        """Code of a warning -> how many of the rows that would be sent have it."""
        return self.report.ready_warnings(frozenset() if self.include_sent else self.repeats)

    @cached_property
    def prepared(self) -> CsvFile:
        """The file of the rows that would be sent. It is made once: shown, confirmed, recorded and sent.

        Raises:
            action_returns.errors.NoRowsToSendError: there is no such row.
        """
        if not self.rows:
            raise NoRowsToSendError(no_ready_row(self.report.rows, self.file, self.command("check")))
        return make_csv(self.rows)

    @cached_property
    def locks_soon(self) -> list[SoonLocked] | None:
        """The rows that lock within 3 days, the earliest first, without those that may have arrived before.

        None without a download, and with one that has no lock dates: it is unknown.
        """
        now = self.report.context.now
        if self.pending is None or now is None or not has_lock_dates(self.pending):
            return None
        out = frozenset() if self.include_sent else self.repeats
        return rows_that_lock_soon(self.report.columns, self.pending, now, without=out)

    @property
    def rows_with_errors(self) -> int:
        """How many rows stay behind because of an error."""
        return self.report.rows - self.report.ready

    @property
    def sent_before(self) -> int:
        """How many ready rows stay behind because they may have arrived before."""
        return 0 if self.include_sent else len(self.repeats)

    @property
    def repeated(self) -> frozenset[str]:
        """ActionIds of the ready rows whose amount and reason may have arrived before."""
        ids = self.report.columns.action_id
        return frozenset(str(ids[at]) for at in self.report.ready_with("already-sent"))


def read_file(file: str, *, sheet: str | None = None, columns: ColumnAnswers = NO_ANSWERS) -> LoadedBatch:
    """Read a batch from a file, or CSV from standard input when the name is ``-``.

    Args:
        file: path of the workbook or CSV, or ``-``.
        sheet: the sheet to read, when several could be meant.
        columns: what the user said about its columns.

    Raises:
        action_returns.errors.FileError: the file cannot be read.
    """
    if file == STANDARD_INPUT:
        return read_stream(sys.stdin.buffer.read(), columns)
    return read_batch(Path(file), sheet=sheet, columns=columns)


def column_answers(given: Mapping[ColumnName, str], paths: Paths) -> ColumnAnswers:
    """Return what the user says about the columns of a file now, and said about earlier files.

    Args:
        given: column -> header.
        paths: where the earlier answers are.
    """
    return ColumnAnswers(given, saved_answers(paths.column_answers))


def remember_columns(reading: LoadedBatch, columns: ColumnAnswers, report: CheckResult, paths: Paths) -> None:
    """Write down what the user said about the columns of a file, when it was right: a row is ready, or can be corrected.

    Args:
        reading: the batch.
        columns: what the user said.
        report: its check.
        paths: where the answers are.
    """
    if columns.given and (report.ready or any(finding.fix is not None for _, finding in report.fixable())):
        given: dict[str, str] = dict(columns.given.items())
        saved = columns.saved.get(reading.signature, {})
        save_answers(paths.column_answers, reading.signature, {**saved, **given})


def check_file(
    file: str,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    pending: PendingSource | None = None,
    sheet: str | None = None,
    columns: Mapping[ColumnName, str] | None = None,
) -> CheckedBatch:
    """Read and check a batch.

    Args:
        file: path of the workbook or CSV, ``-`` for CSV on standard input.
        account: the account whose rules hold.
        paths: where the ledger is, and where the download is kept.
        now: the moment of the check, with its time zone.
        pending: the pending download, None without one.
        sheet: the sheet to read, when several could be meant.
        columns: which column is which, as the user says now: column -> header.

    Raises:
        action_returns.errors.FileError: the file or the download cannot be used.
    """
    answers = column_answers(columns or {}, paths)
    reading = read_file(file, sheet=sheet, columns=answers)
    download = None if pending is None else load_download(pending, reading, account, paths, now=now)
    past = find_previous_sends(reading, account, paths)
    checked = check_loaded(file, reading, account, now=now, pending=download, past=past)
    remember_columns(reading, answers, checked.report, paths)
    return checked


def check_loaded(
    file: str,
    reading: LoadedBatch,
    account: Account,
    *,
    now: datetime,
    past: PreviousSends,
    pending: PendingDownload | None = None,
) -> CheckedBatch:
    """Check a batch that was read already, from a file or from an open workbook.

    Args:
        file: name of the file or workbook, for messages.
        reading: what was in it.
        account: the account whose rules hold.
        now: the moment of the check, with its time zone.
        past: what was sent before for its actions.
        pending: the pending download, None without one.
    """
    note = currency_note(reading.columns)
    if note:
        reading = replace(reading, notes=(*reading.notes, note))
    report = check(reading.columns, account.policy, Context(pending=pending, now=now, sent=past.sent))
    return CheckedBatch(file, reading, report, pending, past)


def exit_code(checked: CheckedBatch, *, strict: bool = False) -> Exit:
    """Return how a command ends that looked at a batch and sent nothing: rows with errors first, warnings last.

    Args:
        checked: the batch.
        strict: whether warnings count.

    Raises:
        action_returns.errors.LedgerError: no row has an error, and what was sent before could not be looked up.
        action_returns.errors.SettingsError: the same, because of a setting or a password of the ledger.
    """
    if checked.rows_with_errors:
        return Exit.BATCH_HAS_ERRORS
    checked.past.refuse_unread()
    return Exit.WARNINGS if strict and checked.report.warnings else Exit.DONE
