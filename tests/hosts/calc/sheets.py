"""Sheets, their tables, and the names of a book."""

from xlwings import base_classes

from tests.hosts.calc.addresses import corners, written
from tests.hosts.calc.cells import Range, range_of


class Sheets(base_classes.Sheets):
    def __init__(self, book):
        self._book = book

    @property
    def active(self):
        return Sheet(self._book, self._book.uno.getCurrentController().getActiveSheet())

    def __call__(self, name):
        sheets = self._book.uno.Sheets
        if isinstance(name, str) and not sheets.hasByName(name):
            raise KeyError(name)
        return Sheet(self._book, sheets.getByName(name) if isinstance(name, str) else sheets.getByIndex(name - 1))

    def __len__(self):
        return self._book.uno.Sheets.Count

    def __iter__(self):
        return (self(at) for at in range(1, len(self) + 1))


class Sheet(base_classes.Sheet):
    book = None

    def __init__(self, book, uno_sheet):
        self.book, self.uno = book, uno_sheet

    @property
    def name(self):
        return self.uno.Name

    @property
    def api(self):
        return SheetApi(self)

    @property
    def tables(self):
        return Tables(self)

    @property
    def names(self):
        return SheetNames(self)

    @property
    def used_range(self):
        cursor = self.uno.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        return range_of(self, written(1, 1, end.EndColumn + 1, end.EndRow + 1))

    def range(self, first, last=None):
        assert last is None, "only addresses are modelled"
        return range_of(self, first)

    def activate(self):
        self.book.uno.getCurrentController().setActiveSheet(self.uno)


class SheetApi:
    """What the product asks Excel itself about a sheet."""

    def __init__(self, sheet):
        self._sheet = sheet

    @property
    def ProtectContents(self):  # noqa: N802  # Excel's names, here and below
        return self._sheet.uno.isProtected()

    def Protect(self, **allowed):  # noqa: N802
        self._sheet.uno.protect("")

    def Unprotect(self, password=""):  # noqa: N802
        self._sheet.uno.unprotect(password)

    @property
    def FilterMode(self):  # noqa: N802
        return any(table.is_filtered for table in self._sheet.tables)


class Tables(base_classes.Tables):
    """A table is a database range to LibreOffice."""

    def __init__(self, sheet):
        self._sheet = sheet

    def _all(self):
        ranges = self._sheet.book.uno.DatabaseRanges
        mine = self._sheet.uno.RangeAddress.Sheet
        return [
            Table(self._sheet, one) for one in map(ranges.getByIndex, range(ranges.Count)) if one.DataArea.Sheet == mine
        ]

    def __call__(self, name):
        for table in self._all():
            if table.name == name:
                return table
        raise KeyError(name)

    def __iter__(self):
        return iter(self._all())

    def __len__(self):
        return len(self._all())


class Table(base_classes.Table):
    def __init__(self, sheet, database_range):
        self._sheet, self._range = sheet, database_range

    @property
    def name(self):
        return self._range.Name

    @property
    def parent(self):
        return self._sheet

    @property
    def range(self):
        area = self._range.DataArea
        return Range(self._sheet, area.StartColumn + 1, area.StartRow + 1, area.EndColumn + 1, area.EndRow + 1)

    def resize(self, cells):
        left, top, right, bottom = corners(cells.address)
        area = self._range.DataArea
        area.StartColumn, area.StartRow, area.EndColumn, area.EndRow = left - 1, top - 1, right - 1, bottom - 1
        self._range.DataArea = area

    @property
    def is_filtered(self):
        rows = self.range.uno.Rows
        return (
            any(rows.getByIndex(at).IsFiltered for at in range(rows.Count)) if self.range.api.Hidden is None else False
        )


class SheetNames(base_classes.Names):
    """The one name of a sheet that the product asks for: its print area."""

    def __init__(self, sheet):
        self._sheet = sheet

    def contains(self, name):
        return name == "Print_Area" and len(self._sheet.uno.getPrintAreas()) == 1

    def __call__(self, name):
        assert self.contains(name)
        return PrintArea(self._sheet)


class PrintArea(base_classes.Name):
    """The print area of a sheet, which is no name to LibreOffice."""

    def __init__(self, sheet):
        self._sheet = sheet

    @property
    def refers_to(self):
        (area,) = self._sheet.uno.getPrintAreas()
        return f"={self._sheet.name}!{written(area.StartColumn + 1, area.StartRow + 1, area.EndColumn + 1, area.EndRow + 1)}"

    @refers_to.setter
    def refers_to(self, text):
        left, top, right, bottom = corners(text.partition("!")[2])
        (area,) = self._sheet.uno.getPrintAreas()
        area.StartColumn, area.StartRow, area.EndColumn, area.EndRow = left - 1, top - 1, right - 1, bottom - 1
        self._sheet.uno.setPrintAreas((area,))


class Names(base_classes.Names):
    def __init__(self, book):
        self._book = book

    def __call__(self, name):
        found = self._book.uno.NamedRanges
        if not found.hasByName(name):
            raise KeyError(name)
        return Name(self._book, found.getByName(name))


class Name(base_classes.Name):
    def __init__(self, book, named):
        self._book, self._named = book, named

    @property
    def refers_to_range(self):
        cells = self._named.getReferredCells()
        area = cells.RangeAddress
        sheet = Sheet(self._book, cells.getSpreadsheet())
        return Range(sheet, area.StartColumn + 1, area.StartRow + 1, area.EndColumn + 1, area.EndRow + 1)
