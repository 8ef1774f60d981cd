"""Ranges: values in bulk, addresses, and the questions Excel answers about cells."""
# ruff: noqa: N802, N803 - the names and the parameters are Excel's

from tests.hosts.fake_com import cells, finding
from tests.hosts.fake_com.com import Collection, ComObject, excel_error
from tests.hosts.fake_com.formats import Font, Interior, kept_per_cell
from tests.hosts.fake_com.grid import LAST_COLUMN, LAST_ROW, Area
from tests.hosts.fake_com.links import Hyperlinks


class Range(ComObject):
    """One or more areas of a sheet. As in Excel, most properties look at the first area only."""

    def __init__(self, sheet, *areas, along=None):
        super().__init__(sheet)
        self.sheet, self.areas, self.area = sheet, areas, areas[0]
        self._along = along  # "rows" or "columns": what Count and Item go by

    NumberFormat = kept_per_cell("NumberFormat", cells.GENERAL)
    Locked = kept_per_cell("Locked", default=True)
    WrapText = kept_per_cell("WrapText", default=False)
    HorizontalAlignment = kept_per_cell("HorizontalAlignment", 1)
    VerticalAlignment = kept_per_cell("VerticalAlignment", -4107)
    ColumnWidth = kept_per_cell("ColumnWidth", 8.43)
    RowHeight = kept_per_cell("RowHeight", 15.0)

    def part(self, *areas, along=None):
        return Range(self.sheet, *areas, along=along)

    # What the cells hold

    def _read(self, answer):
        if self.area.size == 1:
            return answer((self.area.row, self.area.column))
        return tuple(tuple(answer((row, column)) for column in self.area.columns) for row in self.area.rows)

    @property
    def Value(self):
        grid, from_1904 = self.sheet.grid, self.sheet.book.from_1904
        return self._read(
            lambda cell: cells.value(grid.values.get(cell), grid.number_format(cell), from_1904=from_1904)
        )

    @Value.setter
    def Value(self, data):
        self._write(data)

    @property
    def Value2(self):
        return self._read(self.sheet.grid.values.get)

    @Value2.setter
    def Value2(self, data):
        self._write(data)

    @property
    def Formula(self):
        grid = self.sheet.grid
        return self._read(lambda cell: grid.formulas.get(cell) or cells.formula_text(grid.values.get(cell)))

    @Formula.setter
    def Formula(self, data):
        self._write(data)

    Formula2 = property(Formula.fget, Formula.fset)

    @property
    def HasFormula(self):
        found = {cell in self.sheet.grid.formulas for cell in self.area.cells()}
        return found.pop() if len(found) == 1 else None

    @property
    def HasArray(self):
        return False

    def _write(self, data):
        grid = self.sheet.grid
        for area in self.areas:
            self.sheet.refuse_write(area)
            # Under a filter the first row of the data lands in every row that is shown, and in no other (xlwings #747).
            filtered = self.sheet.filters_hide_rows_of(area)
            given = {
                (row, column): _element(data, 0 if filtered else offset, column - area.column)
                for offset, row in enumerate(area.rows)
                if not filtered or row not in grid.hidden_rows
                for column in area.columns
            }
            for cell, value in given.items():  # one that Excel refuses keeps all of them out
                grid.refuse(cell, value)
            for cell, value in given.items():
                grid.put(cell, value)
            self.sheet.written(area)

    def _clear(self, forget):
        for area in self.areas:
            self.sheet.refuse_write(area)
            filtered = self.sheet.filters_hide_rows_of(area)
            for part in finding.shown(self.sheet.grid, area) if filtered else [area]:
                forget(part)
            self.sheet.touched()

    def ClearContents(self):
        self._clear(self.sheet.grid.forget)

    def ClearFormats(self):
        self.sheet.refuse_format()
        self._clear(self.sheet.grid.forget_formats)

    def Clear(self):
        self._clear(lambda area: self.sheet.grid.forget(area, formats=True))

    # Where the range lies

    @property
    def Row(self):
        return self.area.row

    @property
    def Column(self):
        return self.area.column

    @property
    def Count(self):
        counted = {"rows": self.area.height, "columns": self.area.width}
        return counted.get(self._along) or sum(area.size for area in self.areas)

    @property
    def CountLarge(self):
        return sum(area.size for area in self.areas)

    @property
    def Worksheet(self):
        return self.sheet

    @property
    def Areas(self):
        return Areas(self)

    @property
    def Rows(self):
        return self.part(self.area, along="rows")

    @property
    def Columns(self):
        return self.part(self.area, along="columns")

    @property
    def Cells(self):
        return self.part(*self.areas)

    @property
    def EntireRow(self):
        return self.part(*(Area(area.row, 1, area.height, LAST_COLUMN) for area in self.areas), along="rows")

    @property
    def EntireColumn(self):
        return self.part(*(Area(1, area.column, LAST_ROW, area.width) for area in self.areas), along="columns")

    def Item(self, row, column=None):
        return self._item(row, column)

    def __call__(self, row, column=None):
        return self._item(row, column)

    def _item(self, row, column):
        area = self.area
        if isinstance(row, str):  # Rows("2:5"), Columns("A:C")
            return self.part(Area.parse(row if ":" in row else f"{row}:{row}"), along=self._along)
        if self._along == "rows" and column is None:
            return self.part(Area(area.row + row - 1, area.column, 1, area.width), along="rows")
        if self._along == "columns" and column is None:
            return self.part(Area(area.row, area.column + row - 1, area.height, 1), along="columns")
        if column is None:
            row, column = divmod(row - 1, area.width)
            row, column = row + 1, column + 1
        place = area.row + row - 1, area.column + column - 1
        if min(place) < 1 or place[0] > LAST_ROW or place[1] > LAST_COLUMN:
            raise excel_error("Application-defined or object-defined error")
        return self.part(Area(*place))

    # With Python's early binding, Resize(2, 3) would be Item(2, 3) of Resize: these two are what takes the sizes.
    def GetResize(self, RowSize=None, ColumnSize=None):
        return self.part(self.area._replace(height=RowSize or self.area.height, width=ColumnSize or self.area.width))

    def GetOffset(self, RowOffset=0, ColumnOffset=0):
        return self.part(self.area._replace(row=self.area.row + RowOffset, column=self.area.column + ColumnOffset))

    @property
    def Address(self):
        return ",".join(area.address() for area in self.areas)

    def GetAddress(self, RowAbsolute=True, ColumnAbsolute=True, ReferenceStyle=1, External=False):
        address = ",".join(area.address(RowAbsolute, ColumnAbsolute) for area in self.areas)
        return f"[{self.sheet.book.name}]{self.sheet.name}!{address}" if External else address

    @property
    def ListObject(self):
        corner = self.area.row, self.area.column
        return next((table for table in self.sheet.tables if table.area.holds(corner)), None)

    # What Excel finds

    def End(self, Direction):
        return self.part(Area(*finding.end(self.sheet.grid.filled(), self.area, Direction)))

    @property
    def CurrentRegion(self):
        return self.part(finding.region(self.sheet.grid.filled(), self.area))

    def SpecialCells(self, Type, Value=None):
        if Value is not None or Type not in finding.SPECIAL:
            raise self.line.missing(f"Range.SpecialCells({Type}, {Value})")
        # Asked of one cell, Excel looks at the whole used range.
        areas = [self.sheet.grid.used()] if self.CountLarge == 1 else self.areas
        found = [part for area in areas for part in finding.SPECIAL[Type](self.sheet.grid, area)]
        if not found:
            raise excel_error("No cells were found.")
        return self.part(*found)

    @property
    def MergeCells(self):
        overlaps = [merged.overlap(self.area) for merged in self.sheet.grid.merged]
        covered = sum(overlap.size for overlap in overlaps if overlap)
        return None if 0 < covered < self.area.size else covered > 0

    @property
    def MergeArea(self):
        corner = self.area.row, self.area.column
        return self.part(next((merged for merged in self.sheet.grid.merged if merged.holds(corner)), self.area))

    # What a person sees

    @property
    def Hidden(self):
        hidden, numbers = self._hideable()
        found = {number in hidden for number in numbers}
        return found.pop() if len(found) == 1 else None

    @Hidden.setter
    def Hidden(self, hide):
        self.sheet.refuse_format()
        hidden, numbers = self._hideable()
        (hidden.update if hide else hidden.difference_update)(numbers)

    def _hideable(self):
        if self.area.width == LAST_COLUMN:
            return self.sheet.grid.hidden_rows, self.area.rows
        if self.area.height == LAST_ROW:
            return self.sheet.grid.hidden_columns, self.area.columns
        raise excel_error("Unable to get the Hidden property of the Range class")

    @property
    def Interior(self):
        return Interior(self)

    @property
    def Font(self):
        return Font(self)

    @property
    def Hyperlinks(self):
        return Hyperlinks(self.sheet, self.area)

    def AutoFit(self):
        self.sheet.refuse_format()

    def AutoFilter(self, Field=None, Criteria1=None, Operator=1, Criteria2=None, VisibleDropDown=True):
        self.sheet.refuse_format()
        self.sheet.filter_for(self.area).set(Field, Criteria1, Operator, Criteria2)

    def Select(self):
        self.sheet.select(self, "Select method of Range class failed")

    def Activate(self):
        self.sheet.select(self, "Activate method of Range class failed")


class Areas(Collection):
    """The rectangles of a range, each as a range of its own."""

    def members(self):
        return [self.owner.part(area) for area in self.owner.areas]


def _element(data, row, column):
    """What one cell gets of the data: a value goes everywhere, a flat list into every row, what is too short is #N/A."""
    if not isinstance(data, (list, tuple)):
        return data
    if data and isinstance(data[0], (list, tuple)):
        data = data[row] if row < len(data) else ()
    return data[column] if column < len(data) else cells.cell_error("#N/A")
