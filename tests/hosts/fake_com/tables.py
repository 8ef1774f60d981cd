"""Tables (ListObjects), their columns and their rows."""
# ruff: noqa: N802, N803 - the names and the parameters are Excel's

import re

from tests.hosts.fake_com.com import Collection, ComObject, Stored, bad_index, excel_error
from tests.hosts.fake_com.filters import AutoFilter, Filtering
from tests.hosts.fake_com.grid import Area

FIRST_ROW_IS_HEADER = 1  # xlYes
_STRUCTURED = re.compile(r"(\w+)(?:\[(.*)\])?")


class ListObject(ComObject):
    """One table. A table without data still shows one empty row, and DataBodyRange is then None."""

    ShowHeaders = Stored(value=True)
    ShowTotals = Stored(value=False)

    def __init__(self, sheet, name, area, *, empty=False, filter_shown=True):
        super().__init__(sheet)
        self.sheet, self.name, self.area, self.empty = sheet, name, area, empty
        self.style = ""
        self.filtering = None
        if filter_shown:
            self.filter_on()

    def filter_on(self):
        self.filtering = self.filtering or Filtering(self.sheet, lambda: self.area)
        return self.filtering

    @property
    def body(self):
        return None if self.empty else self.area._replace(row=self.area.row + 1, height=self.area.height - 1)

    def header(self, column):
        return str(self.sheet.grid.values.get((self.area.row, column), ""))

    def column(self, name):
        """The data cells under a header, as structured references know them; None where there is no such column."""
        wanted = [column for column in self.area.columns if self.header(column).lower() == name.lower()]
        return self.body._replace(column=wanted[0], width=1) if wanted and self.body else None

    @property
    def Name(self):
        return self.name

    @Name.setter
    def Name(self, name):
        self.name = name

    DisplayName = property(Name.fget, Name.fset)

    @property
    def TableStyle(self):
        return TableStyle(self)

    @TableStyle.setter
    def TableStyle(self, name):
        self.style = name

    @property
    def Range(self):
        return self.sheet.part(self.area)

    @property
    def HeaderRowRange(self):
        return self.sheet.part(self.area._replace(height=1))

    @property
    def DataBodyRange(self):
        return self.sheet.part(self.body) if self.body else None

    @property
    def InsertRowRange(self):
        return self.sheet.part(self.area._replace(row=self.area.row + 1, height=1)) if self.empty else None

    @property
    def ListColumns(self):
        return ListColumns(self)

    @property
    def ListRows(self):
        return ListRows(self)

    @property
    def ShowAutoFilter(self):
        return self.filtering is not None

    @ShowAutoFilter.setter
    def ShowAutoFilter(self, show):
        self.sheet.refuse_format()
        if self.filtering:
            self.filtering.show_all()
        self.filtering = None
        if show:
            self.filter_on()

    @property
    def AutoFilter(self):
        return AutoFilter(self.sheet, self.filtering) if self.filtering else None

    def Resize(self, Range):
        self.refuse_change()
        area = Range.area
        if area.row != self.area.row or area.height < 2 or not area.overlap(self.area):
            raise excel_error("The range is not valid for this table: its header row has to stay in the same row.")
        first_new = self.area.end[0] + 1
        self.area, self.empty = area, False
        for row in range(first_new, area.end[0] + 1):
            self.fill_formulas(row)
        self.sheet.touched()

    def refuse_change(self):
        # Also where the sheet is protected against people only: UserInterfaceOnly does not reach tables.
        if self.sheet.protection:
            raise excel_error("This operation is not allowed. The operation is attempting to change a protected sheet.")

    def fill_formulas(self, row):
        """A column of formulas goes on into a new row; as it was written, which is right for references by name."""
        for column in self.area.columns:
            if above := self.sheet.grid.formulas.get((row - 1, column)):
                self.sheet.grid.formulas.setdefault((row, column), above)


class TableStyle(ComObject):
    @property
    def Name(self):
        return self.owner.style


class ListObjects(Collection):
    def members(self):
        return self.owner.tables

    def Add(self, SourceType, Source, LinkSource=None, XlListObjectHasHeaders=1, Destination=None, TableStyleName=""):
        if XlListObjectHasHeaders != FIRST_ROW_IS_HEADER:
            raise self.line.missing("ListObjects.Add without a header row")
        self.owner.refuse_format()
        names = {table.name for sheet in self.owner.book.sheets for table in sheet.tables}
        name = next(f"Table{number}" for number in range(1, len(names) + 2) if f"Table{number}" not in names)
        table = ListObject(self.owner, name, Source.area)
        table.style = TableStyleName
        self.owner.tables.append(table)
        return table


class _Part(ComObject):
    """A row or a column of a table, counted from 1."""

    def __init__(self, table, index):
        super().__init__(table)
        self._index = index

    @property
    def Index(self):
        return self._index


class ListColumn(_Part):
    @property
    def name(self):
        return self.owner.header(self._place)

    @property
    def _place(self):
        return self.owner.area.column + self._index - 1

    @property
    def Name(self):
        return self.name

    @property
    def Range(self):
        return self.owner.sheet.part(self.owner.area._replace(column=self._place, width=1))

    @property
    def DataBodyRange(self):
        body = self.owner.body
        return self.owner.sheet.part(body._replace(column=self._place, width=1)) if body else None


class ListColumns(Collection):
    def members(self):
        return [ListColumn(self.owner, index + 1) for index in range(self.owner.area.width)]


class ListRow(_Part):
    @property
    def _place(self):
        return self.owner.area.row + self._index

    @property
    def Range(self):
        area = self.owner.area
        return self.owner.sheet.part(Area(self._place, area.column, 1, area.width))

    def Delete(self):
        table, grid = self.owner, self.owner.sheet.grid
        table.refuse_change()
        grid.forget(Area(self._place, table.area.column, 1, table.area.width))
        if table.area.height == 2:
            table.empty = True
        else:
            grid.shift_down(self._place + 1, table.area.columns, -1)
            table.area = table.area._replace(height=table.area.height - 1)
        table.sheet.touched()


class ListRows(Collection):
    def members(self):
        return [ListRow(self.owner, index + 1) for index in range(self.owner.body.height if self.owner.body else 0)]

    def Add(self, Position=None, AlwaysInsert=None):
        table, count = self.owner, len(self.members())
        table.refuse_change()
        index = count + 1 if Position is None else int(Position)
        if not 1 <= index <= count + 1:
            raise bad_index()
        if table.empty:
            table.empty = False
        else:
            table.sheet.grid.shift_down(table.area.row + index, table.area.columns, 1)
            table.area = table.area._replace(height=table.area.height + 1)
            table.fill_formulas(table.area.row + index)
        table.sheet.touched()
        return ListRow(table, index)


def structured_area(book, text):
    """The area of `Table`, `Table[#All]` or `Table[Column]`; a LookupError where there is none."""
    if parts := _STRUCTURED.fullmatch(text):
        for table in (table for sheet in book.sheets for table in sheet.tables):
            if table.name.lower() == parts[1].lower():
                special = {None: table.body, "#Data": table.body, "#All": table.area}
                area = special[parts[2]] if parts[2] in special else table.column(parts[2])
                if area:
                    return table.sheet, area
    raise LookupError(text)
