"""From a file to a verdict: read, look at the pending-actions download and at what was sent before, check."""

import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from action_returns.batch import Context, Pending, ReadyRows, Report, Summary, check, summarise
from action_returns.settings import Places
from action_returns.sources import Reading, read_batch, read_stream
from action_returns.submission.account import Account
from action_returns.submission.download import PendingSource, remember, with_remembered
from action_returns.submission.past import Past, look_back

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch that was read and checked.

    Args:
        file: the file as the user named it.
        reading: what the file held.
        report: what the rules say about it.
        pending: the download it was compared with, None without one.
        rows: the rows that may be sent.
        summary: their totals.
        past: what was sent before for its actions.
    """

    file: str
    reading: Reading
    report: Report
    pending: Pending | None
    rows: ReadyRows
    summary: Summary
    past: Past = field(default_factory=Past)

    @property
    def repeated(self) -> frozenset[str]:
        """ActionIds of the rows that may be sent although the same was sent before; the person is warned of each."""
        ids = self.report.columns.action_id
        return frozenset(str(ids[at]) for at in self.report.ready_with("already-sent"))


def read_file(file: str, *, sheet: str | None = None) -> Reading:
    """Read a batch from a file, or CSV from standard input when the name is ``-``.

    Raises:
        action_returns.sources.SourceProblem: when it cannot be read.
    """
    if file == STANDARD_INPUT:
        return read_stream(sys.stdin.buffer.read())
    return read_batch(Path(file), sheet=sheet)


def check_file(
    file: str,
    account: Account,
    places: Places,
    *,
    now: datetime,
    pending: PendingSource | None = None,
    sheet: str | None = None,
) -> Checked:
    """Read and check a batch.

    Args:
        file: path of the workbook or CSV, ``-`` for CSV on standard input.
        account: whose rules hold.
        places: where the record of what was sent lies.
        now: the moment of the check, with its time zone.
        pending: the pending-actions download, if there is one.
        sheet: which sheet, when several could be meant.

    Raises:
        action_returns.sources.SourceProblem: when the file or the download cannot be used.
    """
    reading = read_file(file, sheet=sheet)
    known = None if pending is None else read_download(pending, reading, account)
    return check_reading(file, reading, account, now=now, pending=known, past=look_back(reading, account, places))


def check_reading(
    file: str, reading: Reading, account: Account, *, now: datetime, past: Past, pending: Pending | None = None
) -> Checked:
    """Check a batch that was read already, from a file or from an open workbook.

    Args:
        file: name of the file or workbook, for messages.
        reading: what it held.
        account: whose rules hold.
        now: the moment of the check, with its time zone.
        past: what was sent before for its actions.
        pending: the pending-actions download, if there is one.
    """
    report = check(reading.columns, account.policy, Context(pending=pending, now=now, sent=past.sent))
    rows = report.ready_rows()
    return Checked(file, reading, report, pending, rows, summarise(rows, pending), past)


def read_download(source: PendingSource, reading: Reading | None, account: Account) -> Pending:
    """Read a pending-actions download, with what the user told about such downloads before.

    Args:
        source: which file, and answers to what its headers leave open.
        reading: the batch whose actions are wanted, None for all of them.
        account: whose time zone holds.

    Raises:
        action_returns.sources.SourceProblem: when it cannot be used.
    """
    from action_returns.sources import read_pending

    source = with_remembered(source, source.kept)
    wanted = None if reading is None else {cell for cell in reading.columns.action_id if isinstance(cell, str)}
    pending = read_pending(
        source.path,
        wanted=wanted,
        time_zone=account.time_zone,
        columns=source.columns,
        day_first=source.day_first,
    )
    remember(source, source.kept)
    return pending
