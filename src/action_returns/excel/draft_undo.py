"""The button Draft undo: a new workbook with the rows that restore what a batch changed."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.errors import ExcelError
from action_returns.excel import dialogues, draft_undo_messages
from action_returns.excel.button import ButtonContext
from action_returns.excel.selected_batch import batch_number, refuse_other_file, selected_batch
from action_returns.operations.undo import plan_undo, record_undo, refuse_nothing

if TYPE_CHECKING:
    from action_returns.operations.undo import Undo

_CSV: Final = ".csv"
_WORKBOOKS: Final = frozenset({".xlsm", ".xlsx"})


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
    if not context.book.ask(draft_undo_messages.question(undo)):
        return
    path = _free_path(context, undo)
    record_undo(undo, path.name, context.account, context.paths)
    write_undo(undo, path, context.account)
    is_open = undo.reset_event_type is None and _is_opened(context, path)
    context.tell(draft_undo_messages.drafted(undo, path, is_open=is_open))


def _choose_batch(context: ButtonContext) -> tuple[int, str] | None:
    """Return the batch that is selected on Batches, else the one that the user types; None when the user cancels.

    Returns:
        Its number, and the name of its file as Batches has it, ``""`` where the number was typed.

    Raises:
        ExcelError: there is no way to type one, or what was typed is no number of a batch.
    """
    label, file_name = selected_batch(context)
    if not label:
        typed = dialogues.ask_number(context.book.app, draft_undo_messages.WHICH)
        if typed is None:
            raise ExcelError(draft_undo_messages.SELECT_ONE)
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
