"""Read a shop's returns export and show what becomes of each order; then add the rows that the user has seen."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from action_returns.batch.amounts import amount_text
from action_returns.batch.context import PendingDownload
from action_returns.errors import ActionReturnsError, ExcelError, FileError
from action_returns.excel import dialogues, edits, import_messages, messages
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.added_rows import Room
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import MOST_ISSUES, check_table, read_pending, show_results
from action_returns.excel.import_page import ImportPage, ReadPage, actions_fingerprint, pending_fingerprint, read_page
from action_returns.excel.import_sheet import SHEET, page_of, write_columns, write_page
from action_returns.excel.yellow_cells import name_cells
from action_returns.files import open_to_read
from action_returns.operations.import_answers import ImportAnswers
from action_returns.operations.import_returns import Imported, preview_import, remember_import
from action_returns.operations.import_texts import pending_sentence
from action_returns.operations.texts import counted
from action_returns.readers.batch_file import note_on_rows_below
from action_returns.readers.export_table import open_export_table
from action_returns.returns.preview import Group
from action_returns.workbook_builder.info import IMPORT_FACTS

COLUMN_PROBLEMS: Final = frozenset({"export-columns-missing", "export-columns-unclear"})
"""Refusals of a file that the user settles by choosing its columns."""
_PART: Final = 1 << 20
"""Bytes of the file that are read at once."""


def import_returns(context: ButtonContext) -> None:
    """Read an export and show on the sheet Import what becomes of each order. Nothing is added to Actions."""
    pending = _pending(context)
    read = read_page(context.book, context.account.policy.reasons)
    chosen = _choose(context, read)
    if chosen is None:
        return
    path, answers = chosen
    table = context.book.read_actions()
    try:
        imported, page = _preview(context, path, answers, pending, table)
    except FileError as error:
        if error.problem not in COLUMN_PROBLEMS:
            raise
        _show_columns(context, path, answers)
        context.tell(import_messages.choose_columns(str(error)))
        return
    write_page(context.book, imported, page, pending_sentence(pending, None, context.now()))
    context.book.show(SHEET)
    context.tell(import_messages.previewed(imported))


def add_imported_rows(context: ButtonContext) -> None:
    """Add the rows of the preview below those of Actions, after the user agreed; nothing else is written over."""
    context.book.refuse_filtered()
    pending = _pending(context)
    read = read_page(context.book, context.account.policy.reasons)
    page = read.page
    if not page.file:
        raise ExcelError(import_messages.NO_PREVIEW)
    table = context.book.read_actions(look_below=True)
    if edits.settle_broken_off(context, table):
        return
    path = Path(page.file)
    if not path.exists():
        raise ExcelError(import_messages.file_gone(page.file))
    imported, now = _preview(context, path, read.answers, pending, table)
    # After Undo tool change there are rows again.
    if page.added and not imported.preview.rows and imported.preview.counts()[Group.IN_SHEET]:
        context.tell(import_messages.added_before(page.added))
        return
    if causes := _causes(read, now, pending, table):
        write_page(context.book, imported, now, pending_sentence(pending, None, context.now()))
        context.book.show(SHEET)
        context.tell(import_messages.changed_since(causes, imported))
        return
    if not imported.preview.rows:
        context.tell(import_messages.nothing_to_add(imported))
        return
    room = context.book.find_room(table, len(imported.preview.rows))
    notes = [note_on_rows_below(table.rows_below, "Actions")] if table.rows_below else []
    if not context.book.ask(import_messages.question(imported, room, len(table.columns), notes)):
        context.tell(import_messages.NOTHING_ADDED)
        return
    context.book.grow(room)
    _write_rows(context, table, imported, room)
    _tell_added(context, page, imported, room)


def _pending(context: ButtonContext) -> PendingDownload:
    pending = read_pending(context.book)
    if pending is None:
        raise ExcelError(import_messages.NO_PENDING)
    return pending


def _choose(context: ButtonContext, read: ReadPage) -> tuple[Path, ImportAnswers] | None:
    """Return the export to read and the answers about it; None when the user chooses no file."""
    before = Path(read.page.file) if read.page.file else None
    if (
        before is not None
        and read.is_changed
        and before.exists()
        and context.book.ask(import_messages.read_again(before.name), default=True)
    ):
        return before, read.answers
    path = dialogues.pick_export(context.book.app)
    if path is None:
        return None
    # Before the first export, the yellow cells are answers about the one that is chosen now.
    return path, read.answers if before is None or path == before else ImportAnswers()


def _preview(
    context: ButtonContext, path: Path, answers: ImportAnswers, pending: PendingDownload, table: ActionsTable
) -> tuple[Imported, ImportPage]:
    context.book.status(f"Reading {path.name} ...")
    try:
        imported = preview_import(
            path,
            context.account,
            context.paths,
            now=context.now(),
            pending=pending,
            sheet=table.columns,
            answers=answers,
        )
    except FileError as error:
        raise FileError(error.problem, name_cells(str(error))) from None
    return imported, page_of(imported, answers, str(path), _sha256(path), table.columns)


def _show_columns(context: ButtonContext, path: Path, answers: ImportAnswers) -> None:
    """Show the columns of an export that cannot be read without the user, who then chooses among them."""
    headers = open_export_table(path, frozenset()).headers
    write_columns(context.book, path, _sha256(path), headers, answers)
    context.book.show(SHEET)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with open_to_read(path) as file:
            while part := file.read(_PART):
                digest.update(part)
    except OSError as error:
        raise ExcelError(f"{path} cannot be read ({error.strerror or error}). Nothing was added.") from None
    return digest.hexdigest()


def _causes(read: ReadPage, now: ImportPage, pending: PendingDownload, table: ActionsTable) -> list[str]:
    """Return what changed since the preview that the user has seen, one part of a sentence each."""
    page = read.page
    causes = []
    if read.is_changed:
        causes.append("yellow cells were changed")
    if page.sha256 != now.sha256:
        causes.append(f"{Path(page.file).name} was changed")
    if page.pending != pending_fingerprint(pending):
        causes.append("another pending download was loaded")
    if page.actions != actions_fingerprint(table.columns):
        causes.append("rows of Actions were changed")
    if not causes and page.outcome != now.outcome:
        causes.append("rows were sent or an action locked")
    return causes


def _write_rows(context: ButtonContext, table: ActionsTable, imported: Imported, room: Room) -> None:
    action_id, amount, reason = table.columns.letters or ("A", "B", "C")
    after: dict[str, edits.Plain] = {}
    rows = imported.preview.rows
    after |= {f"{action_id}{at}": row.action_id for at, row in zip(room.rows, rows, strict=True)}
    after |= {f"{amount}{at}": amount_text(row.cents) for at, row in zip(room.rows, rows, strict=True)}
    after |= {f"{reason}{at}": row.reason for at, row in zip(room.rows, rows, strict=True)}
    what = f"adding {counted(len(rows), 'row')} of {imported.export.file}"
    edits.apply_change(context, table, what, dict.fromkeys(after), after)


def _tell_added(context: ButtonContext, page: ImportPage, imported: Imported, room: Room) -> None:
    try:
        problem = remember_import(imported, context.account, context.paths)
    except ActionReturnsError as error:  # the rows are there all the same
        problem = f"Your answers about this export could not be kept: {error}"
    try:
        validated = _show_added(context, page, room)
    except Exception as error:  # noqa: BLE001  # the rows are there: the user has to learn that whatever fails afterwards
        validated = import_messages.unwritten(error)
    context.tell(import_messages.added(imported, room, validated, problem))


def _show_added(context: ButtonContext, page: ImportPage, room: Room) -> str:
    """Write beside the new rows what the check says, and on the sheet Import where they stand; return the check in words."""
    kept = replace(page, added=import_messages.rows_named(room))
    context.book.write_metadata({IMPORT_FACTS: kept.to_json()})
    context.book.own_sheets.write_named_ranges(
        SHEET, {"import_next": [[import_messages.added_line(room, context.now())]]}
    )
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.book.select(f"{(table.columns.letters or 'A')[0]}{room.rows[0]}")
    return messages.validated(checked, hidden=context.book.hides_rows(), listed=MOST_ISSUES)
