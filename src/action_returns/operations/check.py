"""Read a batch, look up what was sent before, compare it with the pending download, check it."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from action_returns.batch.cell_rules import SENDABLE_ID
from action_returns.batch.cells import ReadyRows
from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingDownload, SentAction
from action_returns.batch.csv_format import CsvFile, make_csv
from action_returns.batch.report import CheckResult, Summary, summarise
from action_returns.batch.rules import MODIFICATION_LIMIT
from action_returns.errors import NoRowsToSendError
from action_returns.files import Paths, write_atomically
from action_returns.operations.account import Account, open_ledger_if_exists
from action_returns.operations.texts import no_ready_row
from action_returns.readers.batch_file import LoadedBatch, read_batch, read_stream

is_sendable = re.compile(SENDABLE_ID).fullmatch

_LIFE: Final = f"An action takes {MODIFICATION_LIMIT:,} modifications in its life."
_OTHERS: Final = (
    "What others changed at the network, by hand or over the API: only what this program sent is counted here. " + _LIFE
)
_NOTHING_YET: Final = (
    "How often each action was modified before: this program has sent nothing yet that is on record here, and what "
    "others changed is not counted. " + _LIFE
)
_NO_PROFILE: Final = (
    "How often each action was modified before: that is looked up as soon as there is a profile. " + _LIFE
)


@dataclass(frozen=True, slots=True)
class PreviousSends:
    """What this program sent before for the actions of a batch.

    Args:
        sent: ActionId -> what was sent for it, in batches that may have arrived; only actions of which something was.
        unchecked: what is not known all the same, for people.
        problem: why nobody could look it up, ``""`` when somebody could.
    """

    sent: Mapping[str, SentAction] = field(default_factory=dict)
    unchecked: str = _OTHERS
    problem: str = ""


def find_previous_sends(reading: "LoadedBatch", account: Account, paths: Paths) -> PreviousSends:
    """Look up what was sent before for the actions of a batch, in the environment of the account.

    A check is worth its while without this, so nothing is raised: what could not be looked up is told.

    Args:
        reading: the batch.
        account: whose ledger, and which environment.
        paths: where this machine's ledger lies; a check makes none.
    """
    if not account.environment:
        return PreviousSends(unchecked=_NO_PROFILE)
    try:
        records = open_ledger_if_exists(account, paths)
        if records is None:
            return PreviousSends(unchecked=_NOTHING_YET)
        with records:
            ids = {cell for cell in reading.columns.action_id if isinstance(cell, str) and is_sendable(cell)}
            return PreviousSends(records.sent_before(account.environment, ids) if ids else {})
    except Exception as error:  # noqa: BLE001  # a server that is away, a damaged file, a password that is missing
        problem = _why_not_read(error)
        return PreviousSends(
            unchecked=f"What was sent before for these actions, and how often. {problem}", problem=problem
        )


def _why_not_read(error: Exception) -> str:
    from action_returns.errors import LedgerError, SettingsError

    if isinstance(error, LedgerError | SettingsError):
        return str(error)
    return f"The record of what was sent cannot be read ({type(error).__name__}). Run action-returns doctor."


@dataclass(frozen=True, slots=True)
class PendingSource:
    """Which pending-actions download to use, and the answers to what its headers leave open.

    Args:
        path: the download.
        kept: where answers are remembered for downloads with the same headers.
        columns: field -> header, for columns that cannot be told by their name.
        day_first: whether 05/06/2026 is the fifth of June; None when nobody said.
    """

    path: Path
    kept: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None


def with_saved_answers(source: PendingSource, kept: Path) -> PendingSource:
    """Add what the user told before about a download with these headers; what is told now counts more.

    Args:
        source: the download.
        kept: the file the answers are in.

    Raises:
        action_returns.errors.FileError: when the download cannot be read.
    """
    if not kept.exists():
        return source
    known = _saved_answers(kept).get(_signature(source), {})
    return replace(source, columns={**known, **source.columns})


def save_answers(source: PendingSource, kept: Path) -> None:
    """Keep what the user told about a download, once it has proven right.

    Args:
        source: the download and the answers.
        kept: the file the answers are in.
    """
    if source.columns:
        answers = {**_saved_answers(kept), _signature(source): dict(source.columns)}
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, json.dumps(answers, indent=1).encode(), overwrite=True)


def _signature(source: PendingSource) -> str:
    from action_returns.readers.headers import header_signature
    from action_returns.readers.pending_download import read_headers

    return header_signature(read_headers(source.path))


def _saved_answers(kept: Path) -> dict[str, Mapping[str, str]]:
    try:
        found = json.loads(kept.read_bytes())
    except (OSError, ValueError):  # answers that cannot be read are asked for again
        return {}
    return found if isinstance(found, dict) else {}


STANDARD_INPUT = "-"


@dataclass(frozen=True)
class CheckedBatch:
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
    reading: LoadedBatch
    report: CheckResult
    pending: PendingDownload | None
    rows: ReadyRows
    summary: Summary
    past: PreviousSends = field(default_factory=PreviousSends)

    @cached_property
    def prepared(self) -> CsvFile:
        """The file of the rows that may be sent. It is made once: shown, confirmed, recorded and sent.

        Raises:
            action_returns.errors.NoRowsToSendError: there is no such row.
        """
        if not self.rows:
            raise NoRowsToSendError(no_ready_row(self.report.rows, self.file))
        return make_csv(self.rows)

    @property
    def rows_with_errors(self) -> int:
        """How many rows stay behind."""
        return self.report.rows - self.report.ready

    @property
    def repeated(self) -> frozenset[str]:
        """ActionIds of the rows that may be sent although the same was sent before; the person is warned of each."""
        ids = self.report.columns.action_id
        return frozenset(str(ids[at]) for at in self.report.ready_with("already-sent"))


def read_file(file: str, *, sheet: str | None = None) -> LoadedBatch:
    """Read a batch from a file, or CSV from standard input when the name is ``-``.

    Raises:
        action_returns.errors.FileError: when it cannot be read.
    """
    if file == STANDARD_INPUT:
        return read_stream(sys.stdin.buffer.read())
    return read_batch(Path(file), sheet=sheet)


def check_file(
    file: str,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    pending: PendingSource | None = None,
    sheet: str | None = None,
) -> CheckedBatch:
    """Read and check a batch.

    Args:
        file: path of the workbook or CSV, ``-`` for CSV on standard input.
        account: whose rules hold.
        paths: where the record of what was sent lies.
        now: the moment of the check, with its time zone.
        pending: the pending-actions download, if there is one.
        sheet: which sheet, when several could be meant.

    Raises:
        action_returns.errors.FileError: when the file or the download cannot be used.
    """
    reading = read_file(file, sheet=sheet)
    known = None if pending is None else read_download(pending, reading, account)
    return check_loaded(
        file, reading, account, now=now, pending=known, past=find_previous_sends(reading, account, paths)
    )


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
        reading: what it held.
        account: whose rules hold.
        now: the moment of the check, with its time zone.
        past: what was sent before for its actions.
        pending: the pending-actions download, if there is one.
    """
    report = check(reading.columns, account.policy, Context(pending=pending, now=now, sent=past.sent))
    rows = report.ready_rows()
    return CheckedBatch(file, reading, report, pending, rows, summarise(rows, pending), past)


def read_download(source: PendingSource, reading: LoadedBatch | None, account: Account) -> PendingDownload:
    """Read a pending-actions download, with what the user told about such downloads before.

    Args:
        source: which file, and answers to what its headers leave open.
        reading: the batch whose actions are wanted, None for all of them.
        account: whose time zone holds.

    Raises:
        action_returns.errors.FileError: when it cannot be used.
    """
    from action_returns.readers.pending_download import read_pending_download

    source = with_saved_answers(source, source.kept)
    wanted = None if reading is None else {cell for cell in reading.columns.action_id if isinstance(cell, str)}
    pending = read_pending_download(
        source.path,
        wanted=wanted,
        time_zone=account.time_zone,
        columns=source.columns,
        day_first=source.day_first,
    )
    save_answers(source, source.kept)
    return pending
