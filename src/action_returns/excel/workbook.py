"""Read and write the open workbook: its facts and the table Actions, whose rows are one call, whatever their number."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from action_returns.batch.cells import (
    COLUMN_NAMES,
    Cell,
    ColumnName,
    Columns,
    column_letters,
    column_number,
    show_nothing,
)
from action_returns.clean_text import clean, clean_line
from action_returns.errors import ExcelError, UnsupportedWorkbookError
from action_returns.excel import dialogues, engine
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.added_rows import Room, find_room, grow
from action_returns.excel.cell_writer import write_cells, write_scattered
from action_returns.excel.engine import retry_while_busy
from action_returns.excel.own_sheets import OwnSheets
from action_returns.excel.protection import protection_explained
from action_returns.excel.sheets import Sheets, corners_of
from action_returns.excel.shown import hidden_columns, is_plain, read_formats
from action_returns.operations.texts import command

TEMPLATE_VERSION: Final = 4
"""The version of the template that this program works with."""
RESULTS: Final = ("Result", "What to do", "Order ID", "Partner", "Current amount", "Change", "Locks at", "Locks in")
"""The columns that Validate fills in; they stand side by side."""
_META_ROWS: Final = 40


class OpenWorkbook:
    """The workbook whose button was clicked.

    Args:
        book: xlwings' book.

    Attributes:
        own_sheets: its sheets that only the program writes to.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._sheets = Sheets(book)
        self.own_sheets = OwnSheets(self._sheets)
        self._actions: Any = None

    @cached_property
    def name(self) -> str:
        """Its file name."""
        return self._read_name()

    @retry_while_busy
    def _read_name(self) -> str:
        return str(self._book.name)

    @retry_while_busy
    def read_path(self) -> str:
        """Return where it lies: a path, or an address where a cloud folder has it."""
        return str(self._book.fullname)

    @retry_while_busy
    def open_beside(self, path: str) -> None:
        """Open another workbook in the same Excel."""
        self._book.app.books.open(path)

    @cached_property
    def app(self) -> Any:
        """The Excel it is open in."""
        return self._read_app()

    @retry_while_busy
    def _read_app(self) -> Any:
        return self._book.app

    @cached_property
    def metadata(self) -> Mapping[str, Cell]:
        """The facts of the hidden sheet ``_meta``: version, profile, and what is known about the download.

        Raises:
            UnsupportedWorkbookError: the workbook was made by another version, or not by this program.
        """
        facts = {str(key): value for key, value in self._read_metadata() if key is not None}
        if facts.get("template_version") != TEMPLATE_VERSION:
            raise UnsupportedWorkbookError(
                f"{self.name} was made by another version of Action Returns (its template is version "
                f"{facts.get('template_version')}, this program works with {TEMPLATE_VERSION}). Close it, and in a "
                f"terminal: {command('upgrade-workbook', self.name, f'new {self.name}')}"
            )
        return facts

    @retry_while_busy
    def _read_metadata(self) -> list[list[Cell]]:
        return engine.read_plain_cells(self._sheets["_meta"].range(f"A1:B{_META_ROWS}"))

    def refuse_other_version(self) -> None:
        """Check that this program made the workbook, in this version.

        Raises:
            UnsupportedWorkbookError: it did not.
        """
        _ = self.metadata

    @property
    def profile(self) -> str | None:
        """Name of the profile it was made for, None without one."""
        return str(self.metadata.get("profile") or "") or None

    @retry_while_busy
    def write_metadata(self, facts: Mapping[str, object]) -> None:
        """Write facts into the hidden sheet ``_meta``, all at once.

        Args:
            facts: key -> value, in the order in which the keys stand there, without a gap.
        """
        first = list(self.metadata).index(next(iter(facts))) + 1
        sheet = self._sheets["_meta"]
        with protection_explained(sheet, "_meta"):
            # A blank cell needs no format, which is a call.
            write_cells(sheet, f"B{first}:B{first + len(facts) - 1}", [[value or None] for value in facts.values()])

    # ------------------------------------------------------------------------------------------------------ Actions

    @retry_while_busy
    def read_actions(self, *, look_below: bool = False) -> ActionsTable:
        """Read the table Actions, all rows at once.

        Args:
            look_below: whether filled rows below the table are looked for, which costs some calls.

        Raises:
            UnsupportedWorkbookError: the table or one of its columns is missing.
        """
        table = self._sheets.table("Actions")
        self._actions = table.range
        left, top, right, end = corners_of(self._actions, "Actions")
        bottom = end - engine.has_totals(table)
        sheet = self._sheets["Actions"]
        headers = engine.read_cells(sheet.range(f"{column_letters(left)}{top}:{column_letters(right)}{top}"))[0]
        positions = {str(header): at for at, header in enumerate(headers)}
        missing = [name for name in (*COLUMN_NAMES, *RESULTS) if name not in positions]
        if missing:
            raise UnsupportedWorkbookError(
                f"The table Actions lacks the column {missing[0]}. Give the column its name back (Undo helps), or make "
                "a fresh workbook that takes over your rows: action-returns upgrade-workbook OLD NEW"
            )
        results = [positions[name] for name in RESULTS]
        if results != list(range(results[0], results[0] + len(results))):
            raise UnsupportedWorkbookError(
                f"The columns {RESULTS[0]} to {RESULTS[-1]} no longer stand side by side. Move them back (Undo helps)."
            )
        sent = [positions[name] for name in COLUMN_NAMES]
        start = min(sent)  # only as wide as needed: a user's own columns may be many
        block = sheet.range(f"{column_letters(left + start)}{top + 1}:{column_letters(left + max(sent))}{bottom}")
        rows = engine.read_cells(block)
        sent_cells = [[row[at - start] for row in rows] for at in sent]
        filled = [at for at, cells in enumerate(zip(*sent_cells, strict=True)) if not show_nothing(cells)]
        action_id, amount, reason = ([column[at] for at in filled] for column in sent_cells)
        letters = [column_letters(left + at) for at in sent]
        sheet_rows = [top + 1 + at for at in filled]
        hidden = self._hidden_columns(block, top, letters)
        formats, unread = self._formats(block, letters[1], sheet_rows, amount)
        columns = Columns(
            action_id,
            amount,
            reason,
            rows=sheet_rows,
            sheet="Actions",
            letters=(letters[0], letters[1], letters[2]),
            hidden_columns=hidden,
            amount_formats=formats,
        )
        first, last = (column_letters(left + at) for at in (results[0], results[-1]))
        rows_below = self._rows_below(letters, end) if look_below else ()
        return ActionsTable(columns, top, len(rows), first, last, [sheet_rows[at] for at in unread], rows_below)

    def _rows_below(self, letters: Sequence[str], bottom: int) -> Sequence[int]:
        """Return the rows below the table that hold something in one of these columns; Excel does not always let it grow."""
        sheet = self._sheets["Actions"]
        last = engine.last_used_row(sheet)
        if last <= bottom:
            return ()
        numbers = sorted(map(column_number, letters))
        left, right = column_letters(numbers[0]), column_letters(numbers[-1])
        rows = engine.read_plain_cells(sheet.range(f"{left}{bottom + 1}:{right}{last}"))
        sent = [number - numbers[0] for number in numbers]
        return [row for row, cells in enumerate(rows, bottom + 1) if not show_nothing([cells[at] for at in sent])]

    def _formats(
        self, block: Any, letter: str, rows: list[int], amounts: list[Cell]
    ) -> tuple[dict[str, list[int]], list[int]]:
        """Return the number formats of Amount that are worth a look, and the positions that were not looked at."""
        code = engine.number_format(block)  # mostly Text for all three columns: one question
        if code is not None:
            return ({} if is_plain(code) else {code: list(range(len(rows)))}), []
        sheet = self._sheets["Actions"]
        return read_formats(
            lambda first, last: engine.number_format(sheet.range(f"{letter}{first}:{letter}{last}")),
            rows,
            amounts,
        )

    def _hidden_columns(self, block: Any, top: int, letters: Sequence[str]) -> frozenset[ColumnName]:
        hidden = engine.columns_are_hidden(block)
        if hidden is not None:
            return frozenset(COLUMN_NAMES if hidden else ())
        found = hidden_columns(self._sheets["Actions"], top, letters)
        return frozenset(name for name, letter in zip(COLUMN_NAMES, letters, strict=True) if letter in found)

    def refuse_filtered(self) -> None:
        """Check that no filter is on: what is written would land in other rows (xlwings issue 679).

        Raises:
            ExcelError: a filter is on.
        """
        if self._is_filtered():
            raise ExcelError(
                "A filter is on in Actions, so only some rows show and results would land in others. Nothing was "
                "written. Clear the filter (Data, Clear), then click again."
            )

    @retry_while_busy
    def _is_filtered(self) -> bool:
        return engine.filter_is_on(self._sheets.table("Actions"))

    @retry_while_busy
    def hides_rows(self) -> bool:
        """Return whether rows of the table are hidden by hand."""
        return engine.some_rows_are_hidden(
            self._sheets.table("Actions").range if self._actions is None else self._actions
        )

    @retry_while_busy
    def write_results(self, table: ActionsTable, results: Mapping[int, Sequence[object]]) -> None:
        """Write the columns Result to Locks in, all rows at once. The user's columns are never written.

        Args:
            table: the table as it was read.
            results: sheet row -> one text for each of :data:`RESULTS`; other rows become blank.
        """
        blank = (None,) * len(RESULTS)
        first = table.top + 1
        block = [results.get(row, blank) for row in range(first, first + table.height)]
        address = f"{table.first_result}{first}:{table.last_result}{table.top + table.height}"
        sheet = self._sheets["Actions"]
        with protection_explained(sheet, "Actions"):
            write_cells(sheet, address, block)

    @retry_while_busy
    def write_beside(self, table: ActionsTable, choose: Callable[[int, Cell], Sequence[object] | None]) -> None:
        """Write the columns Result and What to do of some rows, all of them at once; other rows keep theirs.

        Args:
            table: the table as it was read.
            choose: returns the two texts of a sheet row whose Result is known, None where it keeps what it has.
        """
        second = column_letters(column_number(table.first_result) + 1)
        top, sheet = table.top + 1, self._sheets["Actions"]
        there = engine.read_plain_cells(sheet.range(f"{table.first_result}{top}:{second}{table.top + table.height}"))
        rows = [choose(row, old[0]) or old for row, old in enumerate(there, top)]
        changed = [at for at, (old, new) in enumerate(zip(there, rows, strict=True)) if list(old) != list(new)]
        if not changed:
            return
        first, last = changed[0], changed[-1]
        with protection_explained(sheet, "Actions"):
            write_cells(sheet, f"{table.first_result}{top + first}:{second}{top + last}", rows[first : last + 1])

    @retry_while_busy
    def formula_cells(self, table: ActionsTable) -> frozenset[str]:
        """Return the addresses in the three columns that hold a formula. It is the user's and is never overwritten."""
        first, last = table.top + 1, table.top + table.height
        found = set()
        for letter in table.columns.letters or ():
            formulas = self._sheets["Actions"].range(f"{letter}{first}:{letter}{last}").formula
            column = [formulas] if isinstance(formulas, str) else [cell for (cell,) in formulas]
            found |= {f"{letter}{row}" for row, text in enumerate(column, first) if str(text).startswith("=")}
        return frozenset(found)

    @retry_while_busy
    def change(self, cells: Mapping[str, object]) -> None:
        """Write cells of Actions, those below each other at once. The user has agreed to each.

        Args:
            cells: address such as ``B7`` -> its new value, None for a blank cell.
        """
        sheet = self._sheets["Actions"]
        with protection_explained(sheet, "Actions"):
            write_scattered(sheet, cells)

    @retry_while_busy
    def find_room(self, table: ActionsTable, number: int) -> Room:
        """Return where new rows can stand, see :func:`action_returns.excel.added_rows.find_room`."""
        return find_room(self._sheets, table, number)

    @retry_while_busy
    def grow(self, room: Room) -> None:
        """Resize the table Actions where it is not large enough."""
        grow(self._sheets, room)

    @retry_while_busy
    def select(self, address: str) -> None:
        """Show a cell of Actions to the user."""
        self._sheets.activate("Actions", self.app)
        self._sheets["Actions"].range(address).select()

    @retry_while_busy
    def selected(self) -> tuple[int, int]:
        """Return row and column of the selected cell in Actions, (0, 0) when another sheet is in front."""
        if self._book.sheets.active.name != "Actions":
            return 0, 0
        selection = self.app.selection
        return (0, 0) if selection is None else (selection.row, selection.column)

    @retry_while_busy
    def show(self, sheet: str) -> None:
        """Activate a sheet.

        Raises:
            ExcelError: it is hidden.
        """
        self._sheets.activate(sheet, self.app)

    # ----------------------------------------------------------------------------------------------------- dialogues

    @retry_while_busy
    def tell(self, text: str, *, mode: str = "info") -> None:
        """Show one plain dialogue."""
        self.app.alert(clean(text), title="Action Returns", buttons="ok", mode=mode)

    def choose(self, text: str) -> str:
        """Ask a question with two answers and a way out, which is the answer for Enter: ``yes``, ``no`` or ``cancel``."""
        return dialogues.choose(self.app, clean(text))

    def ask(self, text: str, *, default: bool = False) -> bool:
        """Ask one question.

        Args:
            text: the question.
            default: the answer for Enter; of a window that is closed without an answer too.
        """
        return dialogues.ask(self.app, clean(text), default=default)

    @retry_while_busy
    def status(self, text: str | None) -> None:
        """Show a text in the status bar; with None the bar is Excel's again."""
        self.app.status_bar = False if text is None else clean_line(text)
