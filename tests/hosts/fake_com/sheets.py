"""Worksheets: their ranges by name, their visibility, protection and filters."""
# ruff: noqa: N802, N803 - the names and the parameters are Excel's

from contextlib import suppress

from tests.hosts.fake_com.com import Collection, ComObject, excel_error
from tests.hosts.fake_com.filters import AutoFilter, Filtering
from tests.hosts.fake_com.grid import WHOLE_SHEET, Area, Grid
from tests.hosts.fake_com.links import Hyperlinks
from tests.hosts.fake_com.names import Names
from tests.hosts.fake_com.ranges import Range
from tests.hosts.fake_com.tables import ListObjects

VISIBLE, HIDDEN, VERY_HIDDEN = -1, 0, 2
LONGEST_ADDRESS = 255
PROTECTED = (
    "The cell or chart you're trying to change is on a protected sheet. To make a change, unprotect the sheet. "
    "You might be requested to enter a password."
)


class Worksheet(ComObject):
    def __init__(self, book, name):
        super().__init__(book)
        self.book, self.name = book, name
        self.grid, self.tables = Grid(), []
        self.visibility = VISIBLE
        self.protection = None
        self.filtering = None

    def part(self, *areas, along=None):
        return Range(self, *areas, along=along)

    # What changing a cell has to ask first, and to tell afterwards

    def refuse_write(self, area):
        if not self._locked_against_programs():
            return
        if self.grid.layers["Locked"].common(area, default=True) is not False:
            raise excel_error(PROTECTED)

    def refuse_format(self):
        if self._locked_against_programs():
            raise excel_error(PROTECTED)

    def _locked_against_programs(self):
        return self.protection is not None and not self.protection["people_only"]

    def filters_hide_rows_of(self, area):
        filters = [self.filtering, *(table.filtering for table in self.tables)]
        return any(found and found.criteria for found in filters) and not self.grid.hidden_rows.isdisjoint(area.rows)

    def touched(self):
        self.book.touched()

    def written(self, area):
        for table in self.tables:
            if table.empty and area.overlap(table.area._replace(row=table.area.row + 1, height=1)):
                table.empty = False
        self.touched()

    def filter_for(self, area):
        """The filter of the table that the area lies in, else the one of the sheet."""
        for table in self.tables:
            if table.area.overlap(area):
                return table.filter_on()
        self.filtering = self.filtering or Filtering(self, lambda: area)
        return self.filtering

    def come_forward(self, refusal):
        if self.visibility != VISIBLE:
            raise excel_error(refusal)
        self.book.show(self)

    def select(self, selected, refusal):
        if self.application.active_sheet is not self:
            raise excel_error(refusal)
        self.application.selected = selected

    # The face that Excel shows

    @property
    def Name(self):
        return self.name

    @Name.setter
    def Name(self, name):
        others = {sheet.name.lower() for sheet in self.book.sheets if sheet is not self}
        if not 0 < len(name) <= 31 or set(name) & set(r"[]:*?/\\") or name.lower() in others:
            raise excel_error("That name is not allowed for a sheet.")
        self.name = name

    @property
    def Names(self):
        return Names(self, self.book, self)

    @property
    def Index(self):
        return self.book.sheets.index(self) + 1

    @property
    def Visible(self):
        return self.visibility

    @Visible.setter
    def Visible(self, visibility):
        visibility = {True: VISIBLE, False: HIDDEN}.get(visibility, visibility)
        others = [sheet for sheet in self.book.sheets if sheet is not self and sheet.visibility == VISIBLE]
        if visibility != VISIBLE and not others:
            raise excel_error("Unable to set the Visible property of the Worksheet class")
        self.visibility = visibility
        if visibility != VISIBLE and self.book.active_sheet is self:
            self.book.show(others[0])

    def Activate(self):
        self.come_forward("Activate method of Worksheet class failed")

    def Select(self, Replace=True):
        self.come_forward("Select method of Worksheet class failed")

    def Range(self, Cell1, Cell2=None):
        first = self._place(Cell1)
        if Cell2 is None:
            return self.part(*first)
        last = self._place(Cell2)[0]
        return self.part(
            Area.between(
                (min(first[0].row, last.row), min(first[0].column, last.column)), map(max, first[0].end, last.end)
            )
        )

    def _place(self, cell):
        if isinstance(cell, Range):
            return cell.areas
        if len(cell) <= LONGEST_ADDRESS:
            with suppress(LookupError):
                parts = cell.replace(" ", "").split(",")
                return tuple(Area.parse(part) or self.book.named_area(part, self) for part in parts)
        raise excel_error("Method 'Range' of object '_Worksheet' failed")

    @property
    def Cells(self):
        return self.part(WHOLE_SHEET)

    @property
    def Rows(self):
        return self.part(WHOLE_SHEET, along="rows")

    @property
    def Columns(self):
        return self.part(WHOLE_SHEET, along="columns")

    @property
    def UsedRange(self):
        return self.part(self.grid.used())

    @property
    def ListObjects(self):
        return ListObjects(self)

    @property
    def Hyperlinks(self):
        return Hyperlinks(self)

    def Protect(
        self, Password="", DrawingObjects=True, Contents=True, Scenarios=True, UserInterfaceOnly=False, **allowed
    ):
        self.protection = {"password": Password or "", "people_only": bool(UserInterfaceOnly), "allowed": allowed}

    def Unprotect(self, Password=None):
        if Password is None and self.protection and self.protection["password"]:
            raise self.line.missing("the window in which Excel asks for the password of a sheet")
        if self.protection and self.protection["password"] != (Password or ""):
            raise excel_error("The password you supplied is not correct. Verify that the CAPS LOCK key is off.")
        self.protection = None

    @property
    def ProtectContents(self):
        return self.protection is not None

    @property
    def ProtectionMode(self):
        return self.protection is not None and self.protection["people_only"]

    # Tables answer for their own filters: the sheet speaks of the one outside of tables only.

    @property
    def AutoFilterMode(self):
        return self.filtering is not None

    @AutoFilterMode.setter
    def AutoFilterMode(self, mode):
        if mode:
            raise excel_error("Unable to set the AutoFilterMode property of the Worksheet class")
        if self.filtering:
            self.filtering.show_all()
        self.filtering = None

    @property
    def AutoFilter(self):
        return AutoFilter(self, self.filtering) if self.filtering else None

    @property
    def FilterMode(self):
        return bool(self.filtering and self.filtering.criteria)

    def ShowAllData(self):
        if not (self.filtering and self.filtering.criteria):
            raise excel_error("ShowAllData method of Worksheet class failed")
        self.filtering.show_all()

    def Delete(self):
        self.book.sheets.remove(self)
        if self.book.active_sheet is self:
            self.book.show(next(sheet for sheet in self.book.sheets if sheet.visibility == VISIBLE))

    def Move(self, Before=None, After=None):
        self.book.sheets.remove(self)
        self.book.sheets.insert(self.book.position(Before, After), self)


class Sheets(Collection):
    def members(self):
        return self.owner.sheets

    def Add(self, Before=None, After=None):
        names = {sheet.name for sheet in self.members()}
        name = next(f"Sheet{number}" for number in range(1, len(names) + 2) if f"Sheet{number}" not in names)
        sheet = Worksheet(self.owner, name)
        self.members().insert(self.owner.position(Before, After), sheet)
        self.owner.show(sheet)
        return sheet
