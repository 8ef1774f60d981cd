"""Write one declared sheet with XlsxWriter, so that numbers keep all their digits."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from textwrap import wrap
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_cell_to_rowcol, xl_col_to_name, xl_range_abs

from action_returns.batch.cells import LAST_ROW, Cell, CellError
from action_returns.errors import WorkbookError
from action_returns.workbook_builder.contents import Contents
from action_returns.workbook_builder.template import Button, Column, EntryCell, Line, Sheet, Table

_TABLE_STYLE: Final = "Table Style Light 1"
_PAPER_A4: Final = 9
_MARGINS: Final = (0.4, 0.4, 0.5, 0.6)
"""Left, right, top and bottom margin of a printed page in inches."""
_HIDE_ALWAYS: Final = 2
_PROTECTION_ALLOWS: Final = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
_NUMBER_FORMATS: Final[Mapping[type, str]] = {
    bool: "General",  # LibreOffice reads it as a number in a cell with the format Text
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
ERROR_VALUES: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""The error values that a formula can return (ECMA-376 Part 1, 18.17.3): what a file shows as one may be any text."""
TEXTS_STAY_TEXTS: Final = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
"""Options of XlsxWriter: not even its general ``write`` looks at what a text says."""
_escapes_overlap = re.compile(r"_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_").search
_needs_escape = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]").search
_BEFORE_END_OF_ESCAPE: Final = re.compile(r"(?<=_x[0-9A-Fa-f]{4})(?=_)")
_LINE_HEIGHT: Final = 15
"""Height of a line of 11 points, in points."""
_BUTTON_SIZE: Final = {"width": 150, "height": 34, "x_offset": 8, "y_offset": 8}


class ExactNumber(float):
    """A number that XlsxWriter writes as the shortest decimal that is this double.

    XlsxWriter formats with 16 significant digits, which is another double for one number in eight.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Return all digits, whatever the format asks for."""
        return repr(float(self))


def write_text(worksheet: Any, row: int, column: int, text: str, cell_format: Any) -> int:
    """Write a text as the text it is, whatever it says.

    XlsxWriter takes a text from ``<r>`` to ``</r>`` for XML of its own and writes it unescaped. Of two escapes that share an
    underscore, such as ``_x005F_x0041_``, it escapes the first one alone (3.3.1, sharedstrings.py and xmlwriter.py). Such
    a text is written in pieces that hold no escape, and shows the same.

    Returns:
        0, or a negative number when the cell lies outside of the sheet or the text is too long.

    Raises:
        WorkbookError: it is such a text and has control characters, too, which XlsxWriter escapes twice in pieces.
    """
    is_like_xml = text.startswith("<r>") and text.endswith("</r>")
    if not is_like_xml and not _escapes_overlap(text):
        return int(worksheet.write_string(row, column, text, cell_format))
    if _needs_escape(text):
        raise WorkbookError(
            f"Row {row + 1:,} holds a text with control characters that cannot be written exactly: {text[:60]!r}. "
            "Nothing was written. Correct it where it comes from."
        )
    first, *others = _BEFORE_END_OF_ESCAPE.split(text)
    pieces = [first[:1], first[1:], *others] if is_like_xml else [first, *others]
    runs = [part for piece in pieces[1:] for part in (Format(), piece)]
    return int(worksheet.write_rich_string(row, column, pieces[0], *runs, cell_format))


class SheetWriter:
    """Writes one sheet.

    Args:
        sheet: the declared sheet.
        worksheet: XlsxWriter's sheet.
        contents: the contents of the workbook.
        cell_format: (name of a style, number format or None for its own) -> XlsxWriter's format.
        define_name: defines a name (name, reference).
    """

    def __init__(
        self,
        sheet: Sheet,
        worksheet: Any,
        contents: Contents,
        cell_format: Callable[[str, str | None], Any],
        define_name: Callable[[str, str], None],
    ) -> None:
        self._sheet = sheet
        self._worksheet = worksheet
        # XlsxWriter searches a formula with thirty patterns, twice a row, and a table has the same one in every row:
        # without the cache that is four fifths of the time for 20,000 rows.
        worksheet._prepare_formula = functools.cache(worksheet._prepare_formula)  # noqa: SLF001
        self._contents = contents
        self._cell_format = cell_format
        self._define_name = define_name
        self._entry_ranges: list[str] = []

    def write(self, *, with_buttons: bool) -> None:
        """Write the whole sheet.

        Args:
            with_buttons: whether the workbook has the macros that the buttons start.

        Raises:
            WorkbookError: there are more rows than fit a worksheet.
        """
        self._set_up()
        for line in self._sheet.lines:
            self._write_line(line)
        for table in self._sheet.tables:
            self._write_table(table)
        if self._entry_ranges:
            # Ids are texts on purpose: without this, Excel marks each of them with a green triangle.
            self._worksheet.ignore_errors({"number_stored_as_text": " ".join(self._entry_ranges)})
        if self._sheet.rows is not None:
            for at, row in enumerate(self._contents.rows(self._sheet.rows)):
                for column, value in enumerate(row):
                    # The program writes texts there too, which nothing may take for a number or a formula.
                    self._write_cell(at, column, value, "fact" if isinstance(value, str) else "text")
        for name, cells in self._sheet.names.items():
            first, _, last = cells.partition(":")
            self._define_name(
                name, f"{quote_sheetname(self._sheet.name)}!{xl_range_abs(*_corners(first, last or first))}"
            )
        self._write_rules()
        for button in self._sheet.buttons if with_buttons else ():
            self._insert_button(button)

    def _write_rules(self) -> None:
        """Write what colours cells and what may be typed into those outside of tables."""
        for mark in self._sheet.marks:
            rule = {"type": "formula", "criteria": f"={mark.formula}", "format": self._cell_format(mark.style, None)}
            self._worksheet.conditional_format(mark.range, rule)
        for entry in self._sheet.entry_cells:
            self._worksheet.data_validation(entry.at, _entry_rule(entry))

    def _set_up(self) -> None:
        sheet, worksheet = self._sheet, self._worksheet
        worksheet.set_vba_name(sheet.code_name)
        if sheet.very_hidden:
            worksheet.very_hidden()
        if sheet.protected:
            worksheet.protect("", _PROTECTION_ALLOWS)
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
        worksheet.set_margins(*_MARGINS)
        worksheet.set_footer("&L&F&C&A&RPage &P of &N")
        if sheet.landscape:
            worksheet.set_landscape()
        if sheet.repeat_rows:
            worksheet.repeat_rows(0, sheet.repeat_rows - 1)
        if sheet.print_area is not None:
            worksheet.print_area(sheet.print_area)

    def _write_line(self, line: Line) -> None:
        row, column = xl_cell_to_rowcol(line.at)
        worksheet, cell_format = self._worksheet, self._cell_format(line.style, None)
        if line.fill_to is not None:
            _, last = xl_cell_to_rowcol(f"{line.fill_to}1")
            for at in range(column + 1, last + 1):
                worksheet.write_blank(row, at, None, cell_format)
        if line.live is not None:
            formula, value = self._contents.live(line.live)
            worksheet.write_formula(row, column, formula, cell_format, value)
        elif line.formula is not None:
            value = "" if line.value is None else self._contents.value(line.value)
            worksheet.write_formula(row, column, f"={self._contents.formula(line.formula)}", cell_format, value)
        elif line.link is not None:
            target, _, cell = line.link.partition("!")
            worksheet.write_url(
                row, column, f"internal:'{target}'!{cell}", cell_format, line.text, f"Go to the sheet {target}"
            )
        else:
            self._write_cell(row, column, line.text, line.style)

    def _write_table(self, table: Table) -> None:
        content = self._contents.table(table)
        top, left = xl_cell_to_rowcol(table.at)
        bottom = top + len(content.rows)
        if bottom >= LAST_ROW:
            raise WorkbookError(
                f"{len(content.rows):,} rows do not fit a worksheet, which has {LAST_ROW:,} rows with its headers. "
                "Divide them into several workbooks."
            )
        # The rows below the last table look the same: it grows into them.
        self._set_columns(content.columns, top + 1, left, LAST_ROW if table is self._sheet.tables[-1] else bottom + 1)
        self._worksheet.add_table(
            top,
            left,
            bottom,
            left + len(content.columns) - 1,
            {
                "name": table.name,
                "style": _TABLE_STYLE,
                "autofilter": table.filter,
                "columns": [self._table_column(column) for column in content.columns],
            },
        )
        # After the table: XlsxWriter writes a column's formula with the table, but without its value.
        for at, row in enumerate(content.rows, top + 1):
            if table.rows is not None and (lines := _lines(content.columns, row)) > 1:
                self._worksheet.set_row(at, lines * _LINE_HEIGHT)
            self._write_row(at, left, content.columns, row)

    def _write_row(self, at: int, left: int, columns: Sequence[Column], row: Sequence[Cell]) -> None:
        for column, (declared, value) in enumerate(zip(columns, row, strict=True), left):
            if declared.formula is None:
                self._write_cell(at, column, value, declared.style)
            else:
                formula = self._contents.formula(declared.formula)
                self._worksheet.write_formula(at, column, formula, self._cell_format(declared.style, None), value or "")

    def _table_column(self, column: Column) -> dict[str, Any]:
        declared = {"header": column.header, "header_format": self._cell_format(column.head, None)}
        if column.formula is not None:
            declared["formula"] = self._contents.formula(column.formula)
        return declared

    def _set_columns(self, columns: Sequence[Column], first: int, left: int, last: int) -> None:
        """Set widths, formats of cells that are still blank, input messages and drop-downs, down to the last row.

        Of tables that stand in the same columns, the last one decides about widths and formats.
        """
        for at, column in enumerate(columns, left):
            letter = xl_col_to_name(at)
            whole = f"{letter}{first + 1}:{letter}{last}"
            self._worksheet.set_column(at, at, column.width, self._cell_format(column.style, None))
            if column.message is not None:
                self._entry_ranges.append(whole)
                self._worksheet.data_validation(whole, _input_rule(column))

    def _write_cell(self, row: int, column: int, value: Cell, style: str) -> None:
        worksheet = self._worksheet
        cell_format = self._cell_format(style, _NUMBER_FORMATS.get(type(value)))
        match value:
            case None:
                worksheet.write_blank(row, column, None, cell_format)
            case bool():
                worksheet.write_boolean(row, column, value, cell_format)
            case int() | float():
                worksheet.write_number(row, column, ExactNumber(value), cell_format)
            case datetime() | date() | time() | timedelta():
                worksheet.write_datetime(row, column, value, cell_format)
            case CellError() if value.shown in ERROR_VALUES:
                worksheet.write_formula(row, column, f"={value.shown}", cell_format, value.shown)
            case CellError():
                write_text(worksheet, row, column, value.shown, cell_format)
            case _:
                write_text(worksheet, row, column, value, cell_format)

    def _insert_button(self, button: Button) -> None:
        row, column = xl_cell_to_rowcol(button.at)
        # XlsxWriter writes [0]! before the macro: this workbook, whatever its name is (ECMA-376 Part 1, 18.17.2.3).
        facts = {"macro": button.macro, "caption": button.caption, "description": button.description}
        self._worksheet.insert_button(row, column, {**facts, **_BUTTON_SIZE})


def _corners(first: str, last: str) -> tuple[int, int, int, int]:
    return *xl_cell_to_rowcol(first), *xl_cell_to_rowcol(last)


def _lines(columns: Sequence[Column], row: Sequence[Cell]) -> int:
    """Return the number of lines a row needs; LibreOffice does not work it out when it opens the file."""
    return max(
        len(wrap(str(value), column.width)) for column, value in zip(columns, row, strict=True) if value is not None
    )


def _entry_rule(entry: EntryCell) -> dict[str, Any]:
    rule: dict[str, Any] = {"validate": "any", "input_title": entry.title, "input_message": entry.message}
    if entry.values:
        rule |= {"validate": "list", "source": list(entry.values), "error_title": entry.title, "error_type": "stop"}
    return rule


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
