"""The batch that a user has selected on the sheet Batches, and whether the record has the same one."""

from typing import TYPE_CHECKING, Final

from action_returns.errors import ExcelError

if TYPE_CHECKING:
    from action_returns.excel.button import ButtonContext
    from action_returns.ledger.records import BatchRecord

_FILE: Final = 9
"""Position of the column File on the sheet Batches."""
_DIGITS: Final = 18
"""Digits of a number that the ledger can store."""


def selected_batch(context: "ButtonContext") -> tuple[str, str]:
    """Return the label and the file name of the selected batch, each ``""`` where none is selected."""
    selected = context.book.own_sheets.selected_in("Batches", context.book.app)
    if selected is None or not selected[0]:
        return "", ""
    return str(selected[0]), str(selected[_FILE] or "")


def batch_number(label: str) -> int:
    """Return the number of a batch that was selected or typed.

    Raises:
        ExcelError: it is none.
    """
    if not (label.isascii() and label.isdecimal() and len(label) <= _DIGITS):
        raise ExcelError(no_number(label))
    return int(label)


def no_number(label: str) -> str:
    """Return that what was selected or typed is no batch."""
    return f"{label} is no number of a batch. Nothing was written. Press History: the sheet Batches lists them."


def refuse_other_file(record: "BatchRecord", file_name: str) -> None:
    """Check that the selected batch is the one on record: a workbook from another computer lists other batches.

    Args:
        record: the batch on record with the number of the selected one.
        file_name: the name of its file on the sheet, which is unique; ``""`` where none was selected.

    Raises:
        ExcelError: it is another batch.
    """
    if file_name and file_name != record.file_name:
        raise ExcelError(
            f"The selected batch {record.label} is {file_name}, and the one on record here is {record.file_name}. The sheet "
            "Batches was filled on another computer or for another profile. Nothing was done. Press History, then select "
            "the batch again."
        )
