"""The button Draft undo: a new workbook with the rows that restore what a batch changed."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.errors import ExcelError
from action_returns.excel import dialogues
from action_returns.excel.button import ButtonContext
from action_returns.excel.selected_batch import batch_number, refuse_other_file, selected_batch
from action_returns.operations.texts import counted
from action_returns.operations.undo import plan_undo, record_undo, refuse_nothing
from action_returns.operations.undo_texts import undo_notes, undo_sentence

if TYPE_CHECKING:
    from action_returns.operations.undo import Undo

_CSV: Final = ".csv"
_WORKBOOKS: Final = frozenset({".xlsm", ".xlsx"})
_WHICH: Final = "Which batch is to be undone? Type its number, such as 0001. Nothing is sent."
_SELECT_ONE: Final = (
    "Which batch is to be undone? Press History, select the batch on the sheet Batches, then press Draft undo again. "
    "Nothing was written."
)


def draft_undo(context: ButtonContext) -> None:
    """Make a workbook that undoes a batch, after the user agrees, and open it. Nothing is sent.

    Raises:
        ActionReturnsError: no batch was named, no row of it can be restored, or the workbook cannot be written.
    """
    from action_returns.operations.undo_file import write_undo

    context.book.refuse_other_version()
    chosen = _choose_batch(context)
    if chosen is None:
        return
    number, file_name = chosen
    context.book.status("Looking up what was there before ...")
    undo = plan_undo(number, context.account, context.paths, pending=None, now=context.now())
    refuse_other_file(undo.record, file_name)
    refuse_nothing(undo)
    if not context.book.ask(_question(undo)):
        return
    path = _free_path(context, undo)
    record_undo(undo, path.name, context.account, context.paths)
    write_undo(undo, path, context.account)
    is_open = undo.reset_event_type is None and _is_opened(context, path)
    context.tell(_drafted(undo, path, is_open=is_open))


def _choose_batch(context: ButtonContext) -> tuple[int, str] | None:
    """Return the batch that is selected on Batches, else the one that the user types; None when the user cancels.

    Returns:
        Its number, and the name of its file as Batches has it, ``""`` where the number was typed.

    Raises:
        ExcelError: there is no way to type one, or what was typed is no number of a batch.
    """
    label, file_name = selected_batch(context)
    if not label:
        typed = dialogues.ask_number(context.book.app, _WHICH)
        if typed is None:
            raise ExcelError(_SELECT_ONE)
        if not typed:
            return None
        label = typed
    return batch_number(label), file_name


def _free_path(context: ButtonContext, undo: "Undo") -> Path:
    """Return a name for the file of an undo beside the workbook, which no file has."""
    own = _own_path(context)
    suffix = own.suffix if own.suffix in _WORKBOOKS else ".xlsm"
    if undo.reset_event_type is not None:
        suffix = _CSV
    stem, tried = f"{own.stem} undo {undo.record.label}", 1
    path = own.with_name(f"{stem}{suffix}")
    while path.exists():
        tried += 1
        path = own.with_name(f"{stem} {tried}{suffix}")
    return path


def _own_path(context: ButtonContext) -> Path:
    """Return where the workbook lies; in the folder of exports where that is no folder of this computer."""
    with suppress(Exception):  # an address of a cloud folder that xlwings cannot find on this computer
        path = Path(context.book.read_path())
        if path.is_absolute() and path.parent.is_dir():
            return path
    from action_returns.private_files import make_private_folder

    make_private_folder(context.paths.exports)
    return context.paths.exports / context.book.name


def _is_opened(context: ButtonContext, path: Path) -> bool:
    """Return whether Excel has opened a workbook; where it cannot, the user opens it."""
    try:
        context.book.open_beside(str(path))
    except Exception:  # noqa: BLE001  # a host without that call, a policy that forbids it
        return False
    return True


def _question(undo: "Undo") -> str:
    """Return what the user is asked before a file is written."""
    what = "A new workbook is made" if undo.reset_event_type is None else "A reset file is written"
    notes = "\n\n".join(undo_notes(undo, button=True))
    return f"Prepare an undo for batch {undo.record.label}?\n\n{undo_sentence(undo)}\n\n{notes}\n\n{what}; nothing is sent."


def _drafted(undo: "Undo", path: Path, *, is_open: bool) -> str:
    """Return what was written, and what to do with it."""
    rows = counted(len(undo.rows), "row")
    if undo.reset_event_type is not None:
        return f"The reset file for {rows} is {path}. Nothing was sent. Upload it by hand in the network."
    where = "It is open now" if is_open else "Open it"
    return (
        f"{rows} that {'restores' if len(undo.rows) == 1 else 'restore'} batch {undo.record.label}: {path}. {where}: look at "
        "the rows there, press Validate, then Send. Nothing was sent."
    )
