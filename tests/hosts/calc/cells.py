"""Cells: values as Excel would hand them over, read and written a whole range at a time."""

import datetime as dt
import math

from xlwings import base_classes

from tests.hosts.calc.addresses import corners, written

_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001  # a sheet knows no time zones
# com.sun.star.util.NumberFormat
_DATE, _TIME, _NUMBER, _LOGICAL = 2, 4, 16, 1024
_CONTENT = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: values, dates, texts, formulas
_ERROR_RESULTS = 4  # com.sun.star.sheet.FormulaResult
_ERRORS = {
    502: "#VALUE!", 503: "#NUM!", 504: "#REF!", 519: "#VALUE!", 521: "#NULL!",
    524: "#REF!", 525: "#NAME?", 532: "#DIV/0!", 32767: "#N/A",
}  # fmt: skip


class ErrorCell(str):
    """What an error cell shows."""

    __slots__ = ()


class Range(base_classes.Range):
    """A rectangle of cells; numbers count from 1."""

    sheet = None

    def __init__(self, sheet, left, top, right, bottom):
        self.sheet, self._corners = sheet, (left, top, right, bottom)

    @property
    def uno(self):
        left, top, right, bottom = self._corners
        return self.sheet.uno.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)

    @property
    def row(self):
        return self._corners[1]

    @property
    def column(self):
        return self._corners[0]

    @property
    def shape(self):
        left, top, right, bottom = self._corners
        return bottom - top + 1, right - left + 1

    def __len__(self):
        rows, columns = self.shape
        return rows * columns

    @property
    def address(self):
        return written(*self._corners)

    def get_address(self, row_absolute, col_absolute, external):
        return self.address

    @property
    def api(self):
        return RangeApi(self)

    @property
    def number_format(self):
        return self.api.NumberFormat

    @number_format.setter
    def number_format(self, code):
        cells, formats = self.uno, self.sheet.book.uno.getNumberFormats()
        key = formats.queryKey(code, cells.CharLocale, False)
        cells.NumberFormat = formats.addNew(code, cells.CharLocale) if key == -1 else key

    @property
    def raw_value(self):
        rows = [list(row) for row in self.uno.getDataArray()]
        self._dates_and_booleans(rows)
        self._errors(rows)
        rows = [[None if cell == "" else cell for cell in row] for row in rows]
        return rows[0][0] if len(self) == 1 else rows

    def _dates_and_booleans(self, rows):
        groups = self.uno.getUniqueCellFormatRanges()
        formats = self.sheet.book.uno.getNumberFormats()
        for at in range(groups.getCount()):
            group = groups.getByIndex(at)
            kind = formats.getByKey(group.NumberFormat).getPropertyValue("Type")
            make = _boolean if kind & _LOGICAL else _moment if kind & (_DATE | _TIME) else None
            for area in group.getRangeAddresses() if make else ():
                for row in rows[area.StartRow - self.row + 1 : area.EndRow - self.row + 2]:
                    for column in range(area.StartColumn - self.column + 1, area.EndColumn - self.column + 2):
                        row[column] = make(row[column])

    def _errors(self, rows):
        for area in self.uno.queryFormulaCells(_ERROR_RESULTS).getRangeAddresses():
            for row in range(area.StartRow, area.EndRow + 1):
                for column in range(area.StartColumn, area.EndColumn + 1):
                    code = self.sheet.uno.getCellByPosition(column, row).getError()
                    if code:  # a link counts as an error to that query, too
                        rows[row - self.row + 1][column - self.column + 1] = ErrorCell(_ERRORS.get(code, "#VALUE!"))

    @raw_value.setter
    def raw_value(self, value):
        rows, columns = self.shape
        if not isinstance(value, (list, tuple)):
            value = [[value] * columns] * rows
        assert [len(row) for row in value] == [columns] * rows, "the rows written are not as many cells as the range"
        # Asked before anything is written: LibreOffice makes a text cell of one that is given "=...".
        texts = [self._is_text(across) for across in range(columns)]
        rows_written = [[_held(cell) for cell in row] for row in value]
        self.uno.setDataArray(tuple(map(tuple, rows_written)))
        for across, text in enumerate(texts):
            if not text and any(isinstance(row[across], str) and row[across].startswith("=") for row in value):
                self._set_formulas(across, [row[across] for row in rows_written])

    def _is_text(self, across):
        key = self.sheet.uno.getCellByPosition(self.column - 1 + across, self.row - 1).NumberFormat
        return self.sheet.book.uno.getNumberFormats().getByKey(key).getPropertyValue("FormatString") == "@"

    def _set_formulas(self, across, column):
        cells = self.uno.getCellRangeByPosition(across, 0, across, len(column) - 1)
        kind = self.sheet.book.uno.getNumberFormats().getStandardFormat(_NUMBER, cells.CharLocale)
        cells.NumberFormat = kind
        cells.setFormulaArray(tuple((_as_calc_writes(str(text)),) for text in column))

    @property
    def formula(self):
        rows = self.uno.getFormulaArray()
        return rows[0][0] if len(self) == 1 else rows

    def clear_contents(self):
        self.uno.clearContents(_CONTENT)

    def select(self):
        self.sheet.book.uno.getCurrentController().select(self.uno)


class RangeApi:
    """What the product asks Excel itself about a range."""

    def __init__(self, cells):
        self._cells = cells
        self.EntireRow = self
        self.EntireColumn = EntireColumn(cells)

    @property
    def NumberFormat(self):  # noqa: N802  # Excel's name
        groups = self._cells.uno.getUniqueCellFormatRanges()
        formats = self._cells.sheet.book.uno.getNumberFormats()
        keys = {groups.getByIndex(at).NumberFormat for at in range(groups.getCount())}
        codes = {formats.getByKey(key).getPropertyValue("FormatString") for key in keys}
        return codes.pop() if len(codes) == 1 else None

    @property
    def Hidden(self):  # noqa: N802  # Excel's name
        shown = sum(area.EndRow - area.StartRow + 1 for area in self._cells.uno.queryVisibleCells().getRangeAddresses())
        return {0: True, self._cells.shape[0]: False}.get(shown)


class EntireColumn:
    """The columns of a range."""

    def __init__(self, cells):
        self._cells = cells

    @property
    def Hidden(self):  # noqa: N802  # Excel's name
        columns = self._cells.uno.Columns
        hidden = {not columns.getByIndex(at).IsVisible for at in range(columns.Count)}
        return hidden.pop() if len(hidden) == 1 else None


def _as_calc_writes(formula):
    """Separates arguments by semicolons, where they are not inside a text."""
    return '"'.join(part if at % 2 else part.replace(",", ";") for at, part in enumerate(formula.split('"')))


def _held(cell):
    match cell:
        case None:
            return ""
        case bool() | int():
            return float(cell)
        case _:
            return cell


def _boolean(value):
    return bool(value) if value in {0.0, 1.0} else value


def _moment(value):
    if not isinstance(value, float):
        return value
    return _EPOCH + dt.timedelta(days=math.floor(value), milliseconds=round(value % 1 * 86_400_000))


def range_of(sheet, address):
    return Range(sheet, *corners(address))
