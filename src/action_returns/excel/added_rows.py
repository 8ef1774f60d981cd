"""Find room for new rows below those of the table Actions, and let the table grow; nothing is ever written over."""

from dataclasses import dataclass

from action_returns.batch.cells import LAST_ROW, column_letters, column_number
from action_returns.errors import ExcelError
from action_returns.excel import engine
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.protection import protection_explained
from action_returns.excel.sheets import Sheets, corners_of
from action_returns.operations.texts import counted


@dataclass(frozen=True, slots=True)
class Room:
    """Where new rows will stand.

    Args:
        rows: their sheet rows.
        area: the area that the table gets, ``""`` when it is large enough.
    """

    rows: range
    area: str


def find_room(sheets: Sheets, table: ActionsTable, number: int) -> Room:
    """Return where new rows can stand: below each row in which the user entered anything.

    Args:
        sheets: the sheets of the workbook.
        table: the table as it was read.
        number: of new rows.

    Raises:
        ExcelError: the table cannot grow that far.
    """
    sheet = sheets["Actions"]
    left, top, right, end = corners_of(sheets.table("Actions").range, "Actions")
    first_column, last_column = column_letters(left), column_letters(right)
    bottom = table.top + table.height
    filled = table.columns.rows[-1] if len(table.columns) else table.top
    if filled < bottom:
        below = engine.read_formulas(sheet.range(f"{first_column}{filled + 1}:{last_column}{bottom}"))
        filled += _last_entered(below, table, left)
    rows = range(filled + 1, filled + 1 + number)
    if rows.stop - 1 <= bottom:
        return Room(rows, "")
    if rows.stop - 1 > LAST_ROW:
        raise ExcelError(
            f"{counted(number, 'row')} do not fit below row {filled:,}: a sheet has {LAST_ROW:,} rows. Nothing was added."
        )
    if end != bottom:
        raise ExcelError(
            f"The table Actions has {counted(bottom - filled, 'blank row')} above its row of totals, and {number:,} are "
            "needed. Nothing was added. Switch the row of totals off (Table Design, Total Row), then click again."
        )
    last = min(rows.stop - 1, engine.last_used_row(sheet))
    if last > bottom:
        below = engine.read_formulas(sheet.range(f"{first_column}{bottom + 1}:{last_column}{last}"))
        taken = next((at for at, cells in enumerate(below, bottom + 1) if any(cells)), None)
        if taken is not None:
            raise ExcelError(
                f"The table Actions has to grow, but row {taken} below it holds something of yours. Nothing was added. "
                "Move it to another place or into the table, then click again."
            )
    return Room(rows, f"{first_column}{top}:{last_column}{rows.stop - 1}")


def _last_entered(below: list[list[str]], table: ActionsTable, left: int) -> int:
    """Return the last of these rows, counted from 1, in which the user entered anything; 0 for none.

    A formula in a column of the user's own is in every row of the table. In the three columns that are sent it counts.

    Args:
        below: the formulas and contents of rows of the table.
        table: the table.
        left: number of its first column.
    """
    sent = {column_number(letter) - left for letter in table.columns.letters or ()}
    results = range(column_number(table.first_result) - left, column_number(table.last_result) - left + 1)
    return max(
        (
            row
            for row, cells in enumerate(below, 1)
            for at, cell in enumerate(cells)
            if cell and at not in results and (at in sent or not cell.startswith("="))
        ),
        default=0,
    )


def grow(sheets: Sheets, room: Room) -> None:
    """Resize the table Actions where it is not large enough.

    Raises:
        SheetProtectedError: the sheet is protected.
    """
    if room.area:
        sheet = sheets["Actions"]
        with protection_explained(sheet, "Actions"):
            sheets.table("Actions").resize(sheet.range(room.area))
