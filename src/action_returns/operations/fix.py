"""Make the safe corrections of a file, and write all of it to a new one; the file itself is never written."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from action_returns.batch.cells import ColumnName
from action_returns.batch.check import check
from action_returns.batch.report import CheckResult, Correction, apply_corrections
from action_returns.errors import OutputFileError
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.check import (
    STANDARD_INPUT,
    check_loaded,
    column_answers,
    read_file,
    remember_columns,
)
from action_returns.operations.export import write_bytes
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.operations.previous_sends import PreviousSends, find_previous_sends
from action_returns.readers import read_bytes
from action_returns.readers.batch_columns import ColumnAnswers
from action_returns.readers.batch_file import LoadedBatch, read_stream


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file with its safe corrections.

    Args:
        reading: the batch as the file holds it.
        changes: what was corrected, in row order.
        report: the check of the corrected rows.
        not_kept: what the new file does not keep, one sentence each.
        note: what the user should know before the new file is opened, mostly ``""``.
        past: what was sent before for its actions.
    """

    reading: LoadedBatch
    changes: list[Correction]
    report: CheckResult
    not_kept: tuple[str, ...] = ()
    note: str = ""
    past: PreviousSends = field(default_factory=PreviousSends)


def fix(
    file: str,
    target: Path | None,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    sheet: str | None = None,
    columns: Mapping[ColumnName, str] | None = None,
    pending: PendingSource | None = None,
    overwrite: bool = False,
) -> Fixed:
    """Correct what can mean only one thing, and write every row and column of the file to a new one.

    Args:
        file: path of the workbook or CSV, ``-`` for CSV on standard input.
        target: the file to write, ``.csv`` or ``.xlsx``; None to write none.
        account: the account whose rules hold.
        paths: where the ledger and the answers about columns are.
        now: the moment of the check, with its time zone.
        sheet: the sheet to read, when several could be meant.
        columns: which column is which, as the user says now: column -> header.
        pending: a pending download with which the corrected rows are checked, None without one.
        overwrite: whether another file named like the target may be replaced.

    Raises:
        action_returns.errors.FileError: the file or the download cannot be used.
        OutputFileError: the target cannot be written, or another file would be lost.
    """
    if target is not None and target.suffix.lower() not in {".csv", ".xlsx"}:
        raise OutputFileError(f"{target} ends in neither .csv nor .xlsx. Choose a name that does.")
    answers = column_answers(columns or {}, paths)
    content = sys.stdin.buffer.read() if file == STANDARD_INPUT else None
    reading = read_file(file, sheet=sheet, columns=answers) if content is None else read_stream(content, answers)
    corrected, changes = apply_corrections(check(reading.columns, account.policy))
    after = replace(reading, columns=corrected)
    download = None if pending is None else load_download(pending, after, account, paths, now=now)
    past = find_previous_sends(after, account, paths)
    report = check_loaded(file, after, account, now=now, past=past, pending=download).report
    remember_columns(reading, answers, report, paths)
    if target is None:
        return Fixed(reading, changes, report, past=past)
    written, not_kept, note = _written(file, content, reading, answers, changes, target.suffix.lower())
    write_bytes(target, written, source=file, overwrite=overwrite)
    return Fixed(reading, changes, report, not_kept, note, past)


def _written(
    file: str,
    content: bytes | None,
    reading: LoadedBatch,
    answers: ColumnAnswers,
    changes: list[Correction],
    suffix: str,
) -> tuple[bytes, tuple[str, ...], str]:
    """Return the bytes of the new file, what it does not keep, and what the user should know about it."""
    from action_returns.operations.corrected_csv import corrected_csv
    from action_returns.operations.corrected_sheet import copy_of_csv, copy_of_sheet, csv_of, workbook_of

    corrections: dict[int, dict[ColumnName, Correction]] = {}
    for change in changes:
        corrections.setdefault(change.row, {})[change.column] = change
    path = Path(file)
    if reading.columns.sheet is None:
        name = "standard input" if content is not None else path.name
        content = read_bytes(path) if content is None else content
        if suffix == ".csv":
            written, note = corrected_csv(content, name, answers, corrections)
            return written, (), note
        copy = copy_of_csv(content, reading, name, answers, corrections)
    else:
        copy = copy_of_sheet(path, reading, corrections)
        if suffix == ".csv":
            written, note = csv_of(copy)
            return written, copy.not_kept, note
    return workbook_of(copy), copy.not_kept, ""
