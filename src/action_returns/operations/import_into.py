"""Write the rows of an import: into a new file, or below the rows of a workbook, of which nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import amount_text
from action_returns.batch.cells import COLUMN_NAMES, Cell, Columns, ReadyRows
from action_returns.batch.report import CheckResult
from action_returns.errors import FileError, OutputFileError
from action_returns.files import Paths, is_same_file, open_to_read
from action_returns.operations.account import Account
from action_returns.operations.check import check_loaded
from action_returns.operations.export import write_bytes
from action_returns.operations.import_returns import Imported
from action_returns.operations.previous_sends import find_previous_sends
from action_returns.operations.replaced_workbook import refuse_open, replace_workbook
from action_returns.operations.texts import counted
from action_returns.operations.workbook_rows import sent_columns, with_rows
from action_returns.operations.xml_tags import UnusualXmlError
from action_returns.readers.batch_file import read_batch
from action_returns.returns.preview import NewRow
from action_returns.shell import quote

if TYPE_CHECKING:
    from action_returns.readers.xlsx.workbook import TableRows

_TABLE: Final = "Actions"
_OWN_HEADERS: Final = ("Order ID", "Refunded")
"""Headers beside the three of a new .xlsx file, so that a person finds each row's order again."""


@dataclass(frozen=True, slots=True)
class Target:
    """A workbook that gets the rows of an import.

    Args:
        path: the workbook.
        content: its bytes as they were read; None when there is no such file yet.
        table: its table Actions.
        sheet: the rows that are in it already.
    """

    path: Path
    content: bytes | None = None
    table: "TableRows | None" = None
    sheet: Columns | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Args:
        path: the file.
        rows: rows of the import in it.
        kept: the copy of the file as it was before, None when there was none.
    """

    path: Path
    rows: int
    kept: Path | None = None


def refuse_read_files(path: Path, read: Sequence[Path]) -> None:
    """Raise when a file that would be written is one of those that are read, by whatever name it is called.

    Args:
        path: the file that would be written.
        read: the export and the pending download.

    Raises:
        OutputFileError: it is.
    """
    if any(is_same_file(path, one) for one in read):
        raise OutputFileError(
            f"{path} is a file that is read for this import; it is never written. Choose another name."
        )


def check_output(path: Path) -> None:
    """Check the name of a new file for rows, before anything is read.

    Raises:
        OutputFileError: no file of rows is called like that.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise OutputFileError(
            f"{path} ends in neither .csv nor .xlsx. Choose a name that does, or add the rows to a workbook with --into."
        )


def open_target(path: Path, account: Account, *, to_write: bool = True) -> Target:
    """Read the workbook that gets the rows; a name without a file is a workbook that will be made.

    Args:
        path: the workbook.
        account: the account of the import.
        to_write: whether rows will be written; to look, the workbook may be open elsewhere.

    Raises:
        OutputFileError: no workbook can have the name, it is open in a spreadsheet program, or it is for another profile.
        FileError: the file cannot be read, or is no workbook of this program.
    """
    from action_returns.operations.new_workbook import WITH_MACROS, WITHOUT_MACROS, refuse_unusable_name
    from action_returns.readers import open_error
    from action_returns.readers.xlsx.workbook import read_table

    if not path.exists() or path.suffix.lower() not in {WITH_MACROS, WITHOUT_MACROS}:
        refuse_unusable_name(path)
        return Target(path)
    if to_write:
        refuse_open(path.resolve())
    try:
        with open_to_read(path) as file:
            content = file.read()
    except OSError as error:
        raise open_error(path, error) from None
    table = read_table(path, _TABLE)
    if table is None:
        raise FileError(
            "columns-missing",
            f"{path.name} has no table {_TABLE}, so it was not made by this program, and nothing was added to it. Choose a "
            "new name: the workbook is made then.",
        )
    _refuse_other_profile(path, account)
    return Target(path, content, table, _columns(table, path.name))


def write_rows(imported: Imported, path: Path, *, source: str, overwrite: bool) -> Written:
    """Write the rows of an import to a new file, whole or not at all.

    Args:
        imported: the import; it has rows.
        path: the file, ``.csv`` or ``.xlsx``.
        source: the export as the user named it. It is never written.
        overwrite: whether another file of that name may be replaced.

    Raises:
        OutputFileError: the file cannot be written, or another one would be lost.
    """
    rows = imported.preview.rows
    content = csv_of_rows(rows) if path.suffix.lower() == ".csv" else _workbook_of(rows)
    write_bytes(path, content, source=source, overwrite=overwrite)
    return Written(path, len(rows))


def csv_of_rows(rows: Sequence[NewRow]) -> bytes:
    """Return the rows as the file that leaves has them, which check, review and send read too."""
    from action_returns.batch.csv_format import csv_bytes

    return csv_bytes(
        ReadyRows([row.action_id for row in rows], [row.cents for row in rows], [row.reason for row in rows])
    )


def _workbook_of(rows: Sequence[NewRow]) -> bytes:
    from action_returns.operations.corrected_sheet import SheetCopy, workbook_of

    cells: list[tuple[int, list[Cell]]] = [(1, [*COLUMN_NAMES, *_OWN_HEADERS])]
    cells += [
        (number, [row.action_id, amount_text(row.cents), row.reason, row.order, amount_text(row.refunded)])
        for number, row in enumerate(rows, 2)
    ]
    return workbook_of(SheetCopy(cells, 1, len(cells), {name: at for at, name in enumerate(COLUMN_NAMES)}))


def add_to_workbook(imported: Imported, target: Target, account: Account, *, today: date) -> Written:
    """Write the rows of an import below those of a workbook; a workbook that does not exist is made.

    The file as it was is kept beside it, and the new one takes its name in one step.

    Args:
        imported: the import; it has rows.
        target: the workbook, as :func:`open_target` read it.
        account: the account for which a new workbook is made.
        today: the date in the name of the copy.

    Raises:
        OutputFileError: something of the workbook would be lost, it was changed meanwhile, or it cannot be written.
    """
    texts = [(row.action_id, amount_text(row.cents), row.reason) for row in imported.preview.rows]
    if target.content is None or target.table is None:
        _make(target.path, texts, account)
        return Written(target.path, len(texts))
    try:
        content = with_rows(target.path, target.content, target.table, texts)
    except UnusualXmlError as error:
        raise OutputFileError(
            f"The sheet {_TABLE} of {target.path} {error}, so nothing was added. Open it in Excel and click Import returns "
            "there, or write the rows into a new file with -o OUT.xlsx and copy them."
        ) from None
    kept = replace_workbook(target.path, target.content, content, today)
    return Written(target.path, len(texts), kept)


def check_written(
    written: Written, imported: Imported, account: Account, paths: Paths, *, now: datetime
) -> CheckResult:
    """Return the check of the batch that was written: of a new file that of the import's rows, else of the whole workbook.

    Args:
        written: the file.
        imported: the import.
        account: the account whose rules hold.
        paths: where the ledger is.
        now: the moment of the check, with its time zone.

    Raises:
        FileError: it cannot be read.
    """
    if written.kept is None:
        return imported.report
    reading = read_batch(written.path)
    past = find_previous_sends(reading, account, paths)
    return check_loaded(str(written.path), reading, account, now=now, past=past).report


def _make(path: Path, texts: Sequence[Sequence[str]], account: Account) -> None:
    from action_returns.operations.new_workbook import new_workbook
    from action_returns.workbook_builder.contents import Entries

    new_workbook(path, account, entries=Entries(texts))


def _refuse_other_profile(path: Path, account: Account) -> None:
    """Raise when a workbook is for another profile: what was sent before was looked up for the profile of the import.

    Raises:
        OutputFileError: it is.
    """
    from action_returns.operations.upgrade_notes import named_profile

    named = named_profile(path)
    if named is not None and named != account.name:
        raise OutputFileError(
            f'{path} was made for the profile "{named}", and this import is for "{account.name}". Its buttons would send the '
            f"rows to the receiver of that profile. Nothing was written. Run the command again with --profile {quote(named)}, "
            "or choose another workbook."
        )


def _columns(table: "TableRows", name: str) -> Columns:
    """Return ActionId, Amount and Reason of the rows of a table.

    Raises:
        FileError: it lacks one of them, or there are filled rows below it.
    """
    action_id, amount, reason = sent_columns(table, name)
    if table.below:
        raise FileError(
            "columns-missing",
            f"{name} has {counted(len(table.below), 'filled row')} below its table (from row {table.below[0][0]}). The program "
            "cannot decide whether they belong to it, so nothing was added. Drag the corner of the table over them or "
            "delete them, and save it.",
        )
    return Columns(
        [row[action_id] for row in table.rows],
        [row[amount] for row in table.rows],
        [row[reason] for row in table.rows],
        rows=range(table.first, table.first + len(table.rows)),
    )
