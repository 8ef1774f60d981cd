"""Numbers that reach the file with all their digits."""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from xlsxwriter.utility import quote_sheetname, xl_cell_to_rowcol, xl_col_to_name, xl_range_abs

from action_returns.batch.cells import Cell, CellError
from action_returns.errors import WorkbookError
from action_returns.workbook_builder.contents import Contents
from action_returns.workbook_builder.template import Button, Column, Line, Sheet, Table


class ExactNumber(float):
    """A number that XlsxWriter writes as the shortest decimal that is this double.

    XlsxWriter formats with 16 significant digits, which is another double for one number in eight.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Give all digits, whatever was asked for."""
        return repr(float(self))


LAST_ROW: Final = 1_048_576
_TABLE_LOOK: Final = "Table Style Light 1"
_TEXT_STYLE: Final = "entry"
_PAPER_A4: Final = 9
_HIDE_ALWAYS: Final = 2
_ALLOWED_ON_PROTECTED: Final = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
_FORMATS: Final[Mapping[type, str]] = {
    bool: "General",  # in a cell formatted as text, LibreOffice takes it for a number
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
_BUTTON_SIZE: Final = {"width": 150, "height": 34, "x_offset": 8, "y_offset": 8}


class SheetWriter:
    """One sheet while it is written.

    Args:
        sheet: as it is declared.
        worksheet: XlsxWriter's sheet.
        contents: what stands in it.
        look: gives a declared style, if need be with another number format.
        define: gives a cell a name.
    """

    def __init__(
        self,
        sheet: Sheet,
        worksheet: Any,
        contents: Contents,
        look: Callable[[str, str | None], Any],
        define: Callable[[str, str], None],
    ) -> None:
        self._sheet = sheet
        self._worksheet = worksheet
        # XlsxWriter looks through a formula with thirty patterns, twice a row, and it is the same one in every row of a
        # table: four fifths of the time that 20,000 rows take.
        worksheet._prepare_formula = functools.cache(worksheet._prepare_formula)  # noqa: SLF001
        self._contents = contents
        self._look = look
        self._define = define

    def write(self, *, with_buttons: bool) -> None:
        """Write all of it.

        Args:
            with_buttons: whether there are macros that its buttons could start.

        Raises:
            WorkbookError: when there are more rows than fit a worksheet.
        """
        self._set_up()
        for line in self._sheet.lines:
            self._line(line)
        for table in self._sheet.tables:
            self._table(table)
        if self._sheet.rows is not None:
            for at, row in enumerate(self._contents.rows(self._sheet.rows)):
                for column, value in enumerate(row):
                    self._cell(at, column, value, "text")
        for name, place in self._sheet.names.items():
            first, _, last = place.partition(":")
            self._define(name, f"{quote_sheetname(self._sheet.name)}!{xl_range_abs(*_corners(first, last or first))}")
        for mark in self._sheet.marks:
            rule = {"type": "formula", "criteria": f"={mark.formula}", "format": self._look(mark.style, None)}
            self._worksheet.conditional_format(mark.range, rule)
        for button in self._sheet.buttons if with_buttons else ():
            self._button(button)

    def _set_up(self) -> None:
        sheet, worksheet = self._sheet, self._worksheet
        worksheet.set_vba_name(sheet.code_name)
        if sheet.very_hidden:
            worksheet.very_hidden()
        if sheet.protected:
            worksheet.protect("", _ALLOWED_ON_PROTECTED)
        if sheet.tab_color is not None:
            worksheet.set_tab_color(sheet.tab_color)
        for column, width in enumerate(sheet.widths):
            worksheet.set_column(column, column, width)
        for row, height in sheet.heights.items():
            worksheet.set_row(int(row) - 1, height)
        if sheet.freeze is not None:
            worksheet.freeze_panes(sheet.freeze)
        worksheet.set_selection(sheet.select)
        if sheet.protected:
            worksheet.hide_gridlines(_HIDE_ALWAYS)
        self._set_up_printing()

    def _set_up_printing(self) -> None:
        sheet, worksheet = self._sheet, self._worksheet
        worksheet.set_paper(_PAPER_A4)
        worksheet.fit_to_pages(1, 0)
        worksheet.set_footer("&L&F&C&A&RPage &P of &N")
        if sheet.landscape:
            worksheet.set_landscape()
        if sheet.repeat_rows:
            worksheet.repeat_rows(0, sheet.repeat_rows - 1)

    def _line(self, line: Line) -> None:
        row, column = xl_cell_to_rowcol(line.at)
        worksheet, look = self._worksheet, self._look(line.style, None)
        if line.fill_to is not None:
            _, last = xl_cell_to_rowcol(f"{line.fill_to}1")
            for at in range(column + 1, last + 1):
                worksheet.write_blank(row, at, None, look)
        if line.live is not None:
            formula, now = self._contents.live(line.live)
            worksheet.write_formula(row, column, formula, look, now)
        elif line.formula is not None:
            worksheet.write_formula(row, column, f"={self._contents.formula(line.formula)}", look, "")
        elif line.link is not None:
            target, _, cell = line.link.partition("!")
            worksheet.write_url(
                row, column, f"internal:'{target}'!{cell}", look, line.text, f"Go to the sheet {target}"
            )
        else:
            self._cell(row, column, line.text, line.style)

    def _table(self, table: Table) -> None:
        printed = self._contents.table(table)
        top, left = xl_cell_to_rowcol(table.at)
        bottom = top + len(printed.rows)
        if bottom >= LAST_ROW:
            raise WorkbookError(
                f"{len(printed.rows):,} rows do not fit a worksheet, which has {LAST_ROW:,} rows with its headers. "
                "Divide them into several workbooks."
            )
        self._columns(printed.columns, top + 1, left)
        self._worksheet.add_table(
            top,
            left,
            bottom,
            left + len(printed.columns) - 1,
            {
                "name": table.name,
                "style": _TABLE_LOOK,
                "columns": [self._table_column(column) for column in printed.columns],
            },
        )
        # After the table: it writes a column's formula itself, but not what it amounts to.
        for at, row in enumerate(printed.rows, top + 1):
            if table.row_height is not None:
                self._worksheet.set_row(at, table.row_height)
            self._row(at, left, printed.columns, row)

    def _row(self, at: int, left: int, columns: Sequence[Column], row: Sequence[Cell]) -> None:
        for column, (declared, value) in enumerate(zip(columns, row, strict=True), left):
            if declared.formula is None:
                self._cell(at, column, value, declared.style)
            else:
                formula = self._contents.formula(declared.formula)
                self._worksheet.write_formula(at, column, formula, self._look(declared.style, None), value or "")

    def _table_column(self, column: Column) -> dict[str, Any]:
        declared = {"header": column.header, "header_format": self._look(column.head, None)}
        if column.formula is not None:
            declared["formula"] = self._contents.formula(column.formula)
        return declared

    def _columns(self, columns: Sequence[Column], first: int, left: int) -> None:
        """Set widths, the look of cells that are still blank, input messages and drop-downs, down to the last row."""
        entries = []
        for at, column in enumerate(columns, left):
            letter = xl_col_to_name(at)
            whole = f"{letter}{first + 1}:{letter}{LAST_ROW}"
            is_entry = column.message is not None
            is_text = is_entry or column.style == _TEXT_STYLE  # also in rows that are still to come
            self._worksheet.set_column(at, at, column.width, self._look(column.style, None) if is_text else None)
            if is_entry:
                entries.append(whole)
                self._worksheet.data_validation(whole, _input_rule(column))
        if entries:
            # Ids are texts on purpose: no green triangle on every one of them.
            self._worksheet.ignore_errors({"number_stored_as_text": " ".join(entries)})

    def _cell(self, row: int, column: int, value: Cell, style: str) -> None:
        worksheet = self._worksheet
        look = self._look(style, _FORMATS.get(type(value)))
        match value:
            case None:
                worksheet.write_blank(row, column, None, look)
            case bool():
                worksheet.write_boolean(row, column, value, look)
            case int() | float():
                worksheet.write_number(row, column, ExactNumber(value), look)
            case datetime() | date() | time() | timedelta():
                worksheet.write_datetime(row, column, value, look)
            case CellError():
                worksheet.write_formula(row, column, f"={value.shown}", look, value.shown)
            case _:
                worksheet.write_string(row, column, value, look)

    def _button(self, button: Button) -> None:
        row, column = xl_cell_to_rowcol(button.at)
        # XlsxWriter puts [0]! before it: this workbook, whatever its name is (ECMA-376 Part 1, 18.17.2.3).
        facts = {"macro": button.macro, "caption": button.caption, "description": button.description}
        self._worksheet.insert_button(row, column, {**facts, **_BUTTON_SIZE})


def _corners(first: str, last: str) -> tuple[int, int, int, int]:
    return *xl_cell_to_rowcol(first), *xl_cell_to_rowcol(last)


def _input_rule(column: Column) -> dict[str, Any]:
    rule: dict[str, Any] = {"validate": "any", "input_title": column.title, "input_message": column.message}
    if column.choices is not None:
        rule |= {
            "validate": "list",
            "source": f"={column.choices}",
            "error_title": column.title,
            "error_message": column.refusal,
            "error_type": "stop",
        }
    return rule
