"""Do what xlwings does not offer, for each of its engines: Excel on Windows, Excel on a Mac, and others.

Cells are read so that nothing is rounded or lost. xlwings' own conversion turns an error cell into a blank one. On
Windows it turns a cell with a currency format into a number of four decimals (xlwings 0.37.8; pywin32 VT_CY).
"""

import atexit
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from action_returns.batch.cells import Cell, CellError, area
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
"""CVErr values as COM returns them (Excel VBA reference, XlCVError)."""
_SHOWN_ERRORS: Final = frozenset(_ERRORS.values()) | {"#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!"}
_PRINTED_ROWS: Final = re.compile(r"(=[^,!]+!\$[A-Z]+\$\d+:\$[A-Z]+\$)\d+")


def engine_of(thing: Any) -> str:
    """Return the name of the engine that a book, sheet or range belongs to."""
    return type(thing.impl).__module__.rpartition(".")[2]


def read_cells(cells: Any) -> list[list[Cell]]:
    """Read a range exactly, all of it at once.

    Args:
        cells: xlwings' range.

    Returns:
        Its rows: texts, numbers, booleans, dates, errors, and None for blank cells.
    """
    match engine_of(cells):
        case name if name == WINDOWS:
            api = cells.api
            exact = _as_rows(api.Value2)
            # A date is a number to Value2, so cells without a number need not be read a second time.
            has_numbers = any(cell.__class__ is float for row in exact for cell in row)
            return _windows_rows(exact, _shown_values(cells, exact) if has_numbers else exact)
        case name if name == MAC:
            values = _as_rows(cells.raw_value)
            shown = _as_rows(cells.api.string_value.get()) if any(None in row for row in values) else values
            return [
                [_error_or_cell(cell, text) for cell, text in zip(row, texts, strict=True)]
                for row, texts in zip(values, shown, strict=True)
            ]
        case _:
            rows = cells.options(ndim=2, err_to_str=True).value
            return [[_error_or_cell(None, cell) if cell in _SHOWN_ERRORS else cell for cell in row] for row in rows]


def read_plain_cells(cells: Any) -> list[list[Cell]]:
    """Read a range that holds only what the program and its formulas write, which is no date: one call, not two."""
    if engine_of(cells) == WINDOWS:
        return _as_rows(cells.api.Value2)
    return read_cells(cells)


def read_formulas(cells: Any) -> list[list[str]]:
    """Return the formula of each cell of a range, what it holds where it has none, and ``""`` where it is blank."""
    return [["" if cell is None else str(cell) for cell in row] for row in _as_rows(cells.formula)]


def _shown_values(cells: Any, exact: list[list[Any]]) -> list[list[Any]]:
    """Return what Value answers for a range, part by part where one date keeps all of it from arriving.

    Windows has dates from the year 100 to 9999. Any other number in a cell with a date format is a date to Excel, and
    pywin32 312 raises pywintypes.error for the whole range (xlwings issue 2003).

    Args:
        cells: xlwings' range.
        exact: what Value2 answered for it.
    """
    try:
        return _as_rows(cells.api.Value)
    except Exception as error:
        if hasattr(error, "hresult"):  # Excel's own refusal, such as a cell that is being edited
            raise
    height, width = len(exact), len(exact[0])
    if width > 1:
        columns = [_shown_values(cells[:, at], [[row[at]] for row in exact]) for at in range(width)]
        return [[cell for (cell,) in row] for row in zip(*columns, strict=True)]
    if height > 1 and number_format(cells) is None:  # some of these numbers are no dates
        middle = height // 2
        return _shown_values(cells[:middle, 0], exact[:middle]) + _shown_values(cells[middle:, 0], exact[middle:])
    from action_returns.readers.xlsx.cells import date_of

    from_1904 = bool(cells.sheet.book.api.Date1904)  # Value minds it, Value2 does not
    return [[date_of(cell, from_1904=from_1904) if cell.__class__ is float else cell] for (cell,) in exact]


def _windows_rows(exact: list[list[Any]], shown: list[list[Any]]) -> list[list[Cell]]:
    """Return dates from Value, and everything else from Value2, which knows neither dates nor currencies."""
    return [
        [_windows_cell(cell, other) for cell, other in zip(row, others, strict=True)]
        for row, others in zip(exact, shown, strict=True)
    ]


def _windows_cell(exact: Any, shown: Any) -> Cell:
    if exact.__class__ is int:  # COM returns numbers as doubles, and only errors as integers
        return CellError("error", _ERRORS.get(exact, "#ERROR"))
    if isinstance(shown, CellError):
        return shown
    if isinstance(shown, datetime):
        if exact < 0:  # a date to pywin32, number signs to Excel
            return CellError("error", "########")
        return datetime(*shown.timetuple()[:6])  # noqa: DTZ001  # a sheet has no time zones
    return exact  # type: ignore[no-any-return]


def _error_or_cell(cell: Any, shown: Any) -> Cell:
    if cell is None and isinstance(shown, str) and shown in _SHOWN_ERRORS:
        return CellError("error", shown)
    return cell  # type: ignore[no-any-return]


def _as_rows(values: Any) -> list[list[Any]]:
    """Return rows of cells; Excel returns one row or one cell without the outer lists."""
    if not isinstance(values, (list, tuple)):
        return [[values]]
    if not values or not isinstance(values[0], (list, tuple)):
        return [list(values)]
    return [list(row) for row in values]


def named_range(sheet: Any, name: str) -> Any:
    """Return the cells of a named range on a sheet; on Windows in one call, not three."""
    return sheet.range(name) if engine_of(sheet) == WINDOWS else sheet.book.names[name].refers_to_range


def activate(book: Any, sheet: Any, app: Any) -> None:
    """Show a sheet in front, in its workbook and its Excel; on Windows in three calls, where xlwings asks for six."""
    if engine_of(sheet) == WINDOWS:
        app.activate()
        book.api.Activate()
        sheet.api.Activate()
    else:
        sheet.activate()


def filter_is_on(table: Any) -> bool:
    """Return whether a table shows only some of its rows; what is written then would land in others."""
    match engine_of(table):
        case name if name == WINDOWS:
            filters = table.api.AutoFilter  # None without filter buttons
            return filters is not None and bool(filters.FilterMode)
        case name if name == MAC:
            return bool(table.parent.api.filter_mode.get())
        case _:
            return bool(table.parent.api.FilterMode)


def has_totals(table: Any) -> bool:
    """Return whether the last row of a table is its row of totals."""
    match engine_of(table):
        case name if name == WINDOWS:
            return bool(table.api.ShowTotals)
        case name if name == MAC:
            return table.api.total.get() is True  # not of appscript's missing_value
        case _:
            return False


def some_rows_are_hidden(cells: Any) -> bool:
    """Return whether rows of a range are hidden; always False on a Mac, which cannot be asked."""
    if engine_of(cells) == MAC:
        return False
    return cells.api.EntireRow.Hidden is not False


def number_format(cells: Any) -> str | None:
    """Return the one number format that all cells of a range share, in Excel's own notation; None when they differ."""
    match engine_of(cells):
        case name if name == WINDOWS:
            code = cells.api.NumberFormat
        case name if name == MAC:
            code = cells.api.number_format.get()
        case _:
            code = cells.api.NumberFormat
    return code if isinstance(code, str) else None


def columns_are_hidden(cells: Any) -> bool | None:
    """Return whether all columns of a range are hidden; None when only some are. A Mac cannot be asked: False."""
    if engine_of(cells) == MAC:
        return False
    hidden = cells.api.EntireColumn.Hidden
    return None if hidden is None else bool(hidden)


def column_is_hidden(sheet: Any, letter: str) -> bool:
    """Return whether one column of a sheet is hidden."""
    if engine_of(sheet) == WINDOWS:
        return bool(sheet.range(f"{letter}:{letter}").api.Hidden)
    return bool(sheet.range(f"{letter}1").api.EntireColumn.Hidden)


def show_all_rows(table: Any) -> None:
    """Clear the filter of a table, where :func:`filter_is_on`."""
    match engine_of(table):
        case name if name == WINDOWS:
            table.api.AutoFilter.ShowAllData()
        case name if name == MAC:
            table.parent.api.show_all_data()
        case _:
            table.parent.api.ShowAllData()


def last_used_row(sheet: Any) -> int:
    """Return the last row of a sheet that holds or held something, or has a format of its own."""
    corners = area(sheet.used_range.address)
    return 0 if corners is None else corners[3]


def unprotect(sheet: Any) -> None:
    """Remove the protection of a sheet; ours has no password."""
    if engine_of(sheet) == MAC:
        sheet.api.unprotect()
    else:
        sheet.api.Unprotect("")  # without one, Excel would ask the user for the password of a sheet that has one


def protect(sheet: Any) -> None:
    """Protect a sheet against typing where the program writes; filters, sorting and widths stay allowed."""
    if engine_of(sheet) == MAC:
        sheet.api.protect_worksheet(
            allow_filtering=True, allow_sorting=True, allow_formatting_columns=True, allow_formatting_rows=True
        )
    else:
        sheet.api.Protect(AllowFiltering=True, AllowSorting=True, AllowFormattingColumns=True, AllowFormattingRows=True)


def print_down_to(sheet: Any, row: int) -> None:
    """Set the last row that is printed of a sheet, unless a user has set a print area of another kind.

    Excel keeps the area in a defined name. Its PageSetup would ask the printer, which takes seconds and fails without
    one. What is printed is never a reason to stop.
    """
    try:
        printed = sheet.names["Print_Area"]
        columns = _PRINTED_ROWS.fullmatch(printed.refers_to)
        if columns is not None:
            printed.refers_to = f"{columns[1]}{row}"
    except Exception as error:  # the type depends on the program: com_error, KeyError
        if is_refusal(error):
            raise


P = ParamSpec("P")
T = TypeVar("T")

_PAUSE: Final = 0.2
_TRIES: Final = 51
"""With the pauses between them, ten seconds."""
_REFUSED: Final = frozenset(
    {
        -2147418111,  # 0x80010001 RPC_E_CALL_REJECTED
        -2147417846,  # 0x8001010A RPC_E_SERVERCALL_RETRYLATER
        -2146777998,  # 0x800AC472 VBA_E_IGNORE: a cell is being edited
    }
)


def configure_xlwings() -> None:
    """Switch off two habits of xlwings' Windows engine: to repeat refused calls for ever, and to close other Excels.

    When Python ends, it force-closes each Excel that shows no workbook (xlwings 0.37.8, ``_xlwindows.py``,
    ``Apps.cleanup``). That can be the user's start screen or an Excel that another program uses.
    """
    engine = sys.modules.get("xlwings._xlwindows")
    if engine is not None:
        atexit.unregister(engine.cleanup)
        engine.N_COM_ATTEMPTS = 1  # type: ignore[attr-defined]


def retry_while_busy(call: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that works in Excel: while Excel is busy, it waits and is started again from its beginning.

    Args:
        call: the function; doing it twice must have the same effect as once.

    Returns:
        A function with the same arguments. It raises ExcelBusyError when Excel stays busy for ten seconds.
    """

    @wraps(call)
    def retried(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE)
            try:
                return call(*args, **kwargs)
            except Exception as error:
                if not is_refusal(error):
                    raise
        raise ExcelBusyError(
            "Excel is busy: a cell is being edited or a dialogue is open. Press Enter or close the dialogue, then "
            "click again."
        )

    return retried


def is_refusal(error: Exception) -> bool:
    """Return whether Excel refused a call only for the moment.

    xlwings turns each refusal of an item, such as a table by its name, into a KeyError: the refusal is its context.
    """
    if isinstance(error, KeyError) and isinstance(error.__context__, Exception):
        return is_refusal(error.__context__)
    code = getattr(error, "hresult", None)
    details = getattr(error, "excepinfo", None)
    return code in _REFUSED or (isinstance(details, tuple) and details[-1] in _REFUSED)
