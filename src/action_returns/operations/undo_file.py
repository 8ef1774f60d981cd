"""Write the file of an undo: rows for a send as CSV or workbook, or a reset file that is uploaded by hand."""

import csv
import io
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import amount_text
from action_returns.errors import OutputFileError
from action_returns.files import is_same_file
from action_returns.operations.formula_texts import FormulaTexts

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.operations.account import Account
    from action_returns.operations.undo import Undo

RESET_COLUMNS: Final = ("Oid", "ActionTrackerId", "Reason")
"""Header of a reset file (impact.com, reset batch modifications or reversals)."""
RESET: Final = "RESET"
_CSV: Final = ".csv"
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})


def check_target(path: "Path", *, read: "Path | None" = None, overwrite: bool = False) -> None:
    """Check the name of the file of an undo, before anything is read.

    Args:
        path: the file.
        read: the pending download that the user named. It is never written, by whatever name ``path`` calls it.
        overwrite: whether another file of that name may be replaced.

    Raises:
        OutputFileError: no such file is called like that, or another one would be lost.
    """
    if read is not None and is_same_file(path, read):
        raise OutputFileError(f"{path} is the pending download that is read; it is never written. Choose another name.")
    if path.suffix.lower() not in {_CSV, *_WORKBOOKS}:
        raise OutputFileError(
            f"{path} ends in none of .csv, .xlsx and .xlsm. Nothing was written. Choose a name that does."
        )
    if not overwrite and path.exists():
        raise OutputFileError(
            f"{path} exists already and was left as it is. Choose another name, or replace it with --force."
        )


def check_form(path: "Path", undo: "Undo") -> None:
    """Check that the file can hold the undo: a reset file is CSV.

    Raises:
        OutputFileError: it cannot.
    """
    if undo.reset_event_type is not None and path.suffix.lower() != _CSV:
        raise OutputFileError(
            f"{path} is no name for a reset file, which the network takes as CSV. Nothing was written. Choose a name that "
            "ends in .csv, or make rows with new totals instead: --no-reset."
        )


def write_undo(undo: "Undo", path: "Path", account: "Account", *, overwrite: bool = False) -> None:
    """Write the file of an undo, whole or not at all.

    Args:
        undo: the undo; it has rows.
        path: the file, as :func:`check_target` and :func:`check_form` allow it.
        account: the account whose rules a workbook shows.
        overwrite: whether another file of that name may be replaced.

    Raises:
        OutputFileError: the file cannot be written, or another one would be lost.
    """
    if path.suffix.lower() in _WORKBOOKS:
        from action_returns.operations.new_workbook import new_workbook
        from action_returns.workbook_builder.contents import Entries

        rows = [(action_id, amount_text(cents), reason) for action_id, cents, reason in undo.rows]
        new_workbook(path, account, entries=Entries(rows), overwrite=overwrite)
        return
    from action_returns.batch.csv_format import csv_bytes
    from action_returns.operations.export import write_bytes

    content = csv_bytes(undo.rows) if undo.reset_event_type is None else reset_bytes(undo)
    write_bytes(path, content, overwrite=overwrite)


def reset_orders(undo: "Undo") -> list[str]:
    """Return the orders of a reset file, each once, in file order."""
    return list(dict.fromkeys(plan.order_id for plan in undo.included))


def reset_bytes(undo: "Undo") -> bytes:
    """Return a reset file: CSV (RFC 4180) in UTF-8, one line for each order."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(RESET_COLUMNS)
    writer.writerows((order, undo.reset_event_type, RESET) for order in reset_orders(undo))
    return text.getvalue().encode("utf-8", "replace")


def formula_sentence(undo: "Undo") -> str:
    """Return what the user should know before a reset file is opened in a spreadsheet program; mostly ``""``."""
    texts = FormulaTexts()
    for line, order in enumerate(reset_orders(undo), 2):
        texts.look_at(line, (order,))
    found = texts.sentence()
    return found.partition(" To open the file")[0]
