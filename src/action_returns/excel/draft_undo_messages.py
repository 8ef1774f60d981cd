"""What the button Draft undo asks and tells."""

from typing import TYPE_CHECKING, Final

from action_returns.operations.texts import counted
from action_returns.operations.undo_texts import undo_notes, undo_sentence

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.operations.undo import Undo

WHICH: Final = "Which batch is to be undone? Type its number, such as 0001. Nothing is sent."
SELECT_ONE: Final = (
    "Which batch is to be undone? Press History, select the batch on the sheet Batches, then press Draft undo again. "
    "Nothing was written."
)


def question(undo: "Undo") -> str:
    """Return what the user is asked before a file is written."""
    what = "A new workbook is made" if undo.reset_event_type is None else "A reset file is written"
    notes = "\n\n".join(undo_notes(undo, button=True))
    return f"Prepare an undo for batch {undo.record.label}?\n\n{undo_sentence(undo)}\n\n{notes}\n\n{what}; nothing is sent."


def drafted(undo: "Undo", path: "Path", *, is_open: bool) -> str:
    """Return what was written, and what to do with it."""
    rows = counted(len(undo.rows), "row")
    if undo.reset_event_type is not None:
        return f"The reset file for {rows} is {path}. Nothing was sent. Upload it by hand in the network."
    where = "It is open now" if is_open else "Open it"
    return (
        f"{rows} that {'restores' if len(undo.rows) == 1 else 'restore'} batch {undo.record.label}: {path}. {where}: look at "
        "the rows there, press Validate, then Send. Nothing was sent."
    )
