"""What xlwings has no words for, done for each program it works with: Excel on Windows, Excel on a Mac, and others.

Cells are read so that nothing is rounded or lost: xlwings' own conversion makes a blank of an error cell and, on
Windows, a number of four decimals of a cell with a currency format (xlwings 0.37.8; pywin32 VT_CY).
"""

import atexit
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from action_returns.batch.cells import Cell, CellError
from action_returns.errors import ExcelBusyError

WINDOWS: Final = "_xlwindows"
MAC: Final = "_xlmac"

_ERRORS: Final = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    -2146826273: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    -2146826246: "#N/A",
}
"""CVErr values (Excel VBA reference, XlCVError), as COM hands them over."""
_SHOWN_ERRORS: Final = frozenset(_ERRORS.values()) | {"#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!"}
_PENDING_FILES: Final = "Pending Actions download (*.csv;*.xlsx;*.json),*.csv;*.xlsx;*.json"


def engine_of(thing: Any) -> str:
    """Give the name of the engine a book, sheet or range belongs to."""
    return type(thing.impl).__module__.rpartition(".")[2]


def read_cells(cells: Any) -> list[list[Cell]]:
    """Read a range truthfully, all of it at once.

    Args:
        cells: xlwings' range.

    Returns:
        Its rows: texts, numbers, booleans, dates, errors, and None for blank cells.
    """
    match engine_of(cells):
        case name if name == WINDOWS:
            api = cells.api
            return _combined(_grid(api.Value2), _grid(api.Value))
        case name if name == MAC:
            values = _grid(cells.raw_value)
            shown = _grid(cells.api.string_value.get()) if any(None in row for row in values) else values
            return [
                [_from_text(cell, text) for cell, text in zip(row, texts, strict=True)]
                for row, texts in zip(values, shown, strict=True)
            ]
        case _:
            rows = cells.options(ndim=2, err_to_str=True).value
            return [[_from_text(None, cell) if cell in _SHOWN_ERRORS else cell for cell in row] for row in rows]


def _combined(exact: list[list[Any]], shown: list[list[Any]]) -> list[list[Cell]]:
    """Take dates from what is shown, and everything else exactly: Value2 knows neither dates nor currencies."""
    return [
        [_windows_cell(cell, other) for cell, other in zip(row, others, strict=True)]
        for row, others in zip(exact, shown, strict=True)
    ]


def _windows_cell(exact: Any, shown: Any) -> Cell:
    if exact.__class__ is int:  # COM hands numbers over as doubles, and only errors as integers
        return CellError("error", _ERRORS.get(exact, "#ERROR"))
    if isinstance(shown, datetime):
        return datetime(*shown.timetuple()[:6])  # noqa: DTZ001  # a sheet knows no time zones
    return exact  # type: ignore[no-any-return]


def _from_text(cell: Any, shown: Any) -> Cell:
    if cell is None and isinstance(shown, str) and shown in _SHOWN_ERRORS:
        return CellError("error", shown)
    return cell  # type: ignore[no-any-return]


def _grid(values: Any) -> list[list[Any]]:
    """Give rows of cells, whatever a program makes of one row, one column or one cell."""
    if not isinstance(values, (list, tuple)):
        return [[values]]
    if not values or not isinstance(values[0], (list, tuple)):
        return [list(values)]
    return [list(row) for row in values]


def filter_is_on(table: Any) -> bool:
    """Tell whether a table shows only some of its rows; then whatever is written would land in others."""
    match engine_of(table):
        case name if name == WINDOWS:
            return bool(table.api.ShowAutoFilter) and bool(table.api.AutoFilter.FilterMode)
        case name if name == MAC:
            return bool(table.parent.api.filter_mode.get())
        case _:
            return bool(table.parent.api.FilterMode)


def some_rows_are_hidden(cells: Any) -> bool:
    """Tell whether rows of a range are hidden: they are checked and sent like all others."""
    if engine_of(cells) == MAC:
        return False
    return cells.api.EntireRow.Hidden is not False


def unprotect(sheet: Any) -> None:
    """Lift the protection of a sheet; ours has no password."""
    if engine_of(sheet) == MAC:
        sheet.api.unprotect()
    else:
        sheet.api.Unprotect()


def protect(sheet: Any) -> None:
    """Protect a sheet again, so that nobody types where the program writes; filters and widths stay free."""
    if engine_of(sheet) == MAC:
        sheet.api.protect_worksheet(
            allow_filtering=True, allow_sorting=True, allow_formatting_columns=True, allow_formatting_rows=True
        )
    else:
        sheet.api.Protect(AllowFiltering=True, AllowSorting=True, AllowFormattingColumns=True, AllowFormattingRows=True)


def pick_file(app: Any) -> Path | None:
    """Let the person choose a pending-actions download; None when they changed their mind."""
    if engine_of(app) == WINDOWS:
        chosen = app.api.GetOpenFilename(_PENDING_FILES, 1, "Choose the Pending Actions download")
        return Path(chosen) if isinstance(chosen, str) else None
    import tkinter as tk
    from tkinter import filedialog

    root = tk.Tk()
    root.withdraw()
    chosen = filedialog.askopenfilename(title="Choose the Pending Actions download")
    root.destroy()
    return Path(chosen) if chosen else None


def ask_number(app: Any, question: str) -> str | None:
    """Let the person type something; None when there is no way to, ``""`` when they changed their mind."""
    if engine_of(app) != WINDOWS:
        return None
    typed = app.api.InputBox(question, "Action Returns")
    return str(typed).strip() if isinstance(typed, (str, int, float)) and typed is not False else ""


def as_block(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Give rows as xlwings takes them for one write."""
    return [list(row) for row in rows]


T = TypeVar("T")

_PAUSE: Final = 0.2
_TRIES: Final = 51
"""Ten seconds of waiting."""
_REFUSED: Final = frozenset(
    {
        -2147418111,  # 0x80010001 RPC_E_CALL_REJECTED
        -2147417846,  # 0x8001010A RPC_E_SERVERCALL_RETRYLATER
        -2146777998,  # 0x800AC472 VBA_E_IGNORE: a cell is being edited
    }
)


def configure_xlwings() -> None:
    """Take away what xlwings' Windows engine does on its own: repeating for ever, and killing other Excels at exit.

    At the end of every Python it force-closes each Excel that shows no workbook (xlwings 0.37.8, ``_xlwindows.py``,
    ``Apps.cleanup``), be it the user's own start screen or another program's.
    """
    engine = sys.modules.get("xlwings._xlwindows")
    if engine is not None:
        atexit.unregister(engine.cleanup)
        engine.N_COM_ATTEMPTS = 1  # type: ignore[attr-defined]


def retry_while_busy(do: Callable[[], T]) -> T:
    """Do something in Excel, and wait a little when Excel is busy.

    Args:
        do: what is done; it is started again from its beginning.

    Raises:
        ExcelBusyError: when Excel stayed busy.
    """
    for _ in range(_TRIES - 1):
        try:
            return do()
        except Exception as error:
            if not is_refusal(error):
                raise
        time.sleep(_PAUSE)
    try:
        return do()
    except Exception as error:
        if not is_refusal(error):
            raise
        raise ExcelBusyError(
            "Excel is busy: a cell is being edited or a dialogue is open. Press Enter or close the dialogue, then "
            "click again."
        ) from None


def is_refusal(error: Exception) -> bool:
    """Tell whether Excel only refused for the moment."""
    code = getattr(error, "hresult", None)
    details = getattr(error, "excepinfo", None)
    return code in _REFUSED or (isinstance(details, tuple) and details[-1] in _REFUSED)
