"""Workbooks: sheets, names, where a book is kept and whether it may be saved."""
# ruff: noqa: N802, N803 - the names and the parameters are Excel's

import ntpath
from pathlib import Path

from tests.hosts.fake_com import names
from tests.hosts.fake_com.com import Collection, ComObject, Stored, excel_error
from tests.hosts.fake_com.sheets import Sheets, Worksheet

MACRO_BOOK, PLAIN_BOOK = 52, 51


class Window(ComObject):
    ScrollRow = Stored(1)
    ScrollColumn = Stored(1)
    DisplayGridlines = Stored(value=True)
    FreezePanes = Stored(value=False)


class Windows(Collection):
    def members(self):
        return [self.owner.window]


class Workbook(ComObject):
    """A book: with a folder once it was saved, with a web address when OneDrive keeps it."""

    AutoSaveOn = Stored(value=False)

    def __init__(self, application, name, *, folder="", read_only=False):
        super().__init__(application)
        self.name, self.folder, self.read_only = name, folder, read_only
        self.sheets, self.names, self.active_sheet = [], [], None
        self.window = Window(self)
        self.saved, self.from_1904 = True, False
        application.books.append(self)
        self.activate()

    def add_sheet(self, title):
        sheet = Worksheet(self, title)
        self.sheets.append(sheet)
        return sheet

    def named_area(self, text, sheet):
        return names.named_area(self, text, sheet)

    def position(self, before, after):
        """Where a sheet goes; without a wish, in front of the active one."""
        if after is not None:
            return self.sheets.index(after) + 1
        before = before or self.active_sheet
        return self.sheets.index(before) if before in self.sheets else 0

    def touched(self):
        self.saved = False

    def activate(self):
        self.application.active_book = self
        self.application.selected = self.active_sheet and self.active_sheet.part(self.active_sheet.grid.used())

    def show(self, sheet):
        self.active_sheet = sheet
        if self.application.active_book is self:
            self.application.selected = sheet.part(sheet.grid.used()._replace(row=1, column=1, height=1, width=1))

    @property
    def full_name(self):
        if not self.folder:
            return self.name
        if "://" in self.folder:
            return f"{self.folder.rstrip('/')}/{self.name}"
        return str(Path(self.folder) / self.name)

    @property
    def Name(self):
        return self.name

    @property
    def Date1904(self):
        return self.from_1904

    @property
    def Path(self):
        return self.folder

    @property
    def FullName(self):
        return self.full_name

    @property
    def ReadOnly(self):
        return self.read_only

    @property
    def Saved(self):
        return self.saved

    @Saved.setter
    def Saved(self, saved):
        self.saved = saved

    @property
    def FileFormat(self):
        return MACRO_BOOK if self.name.endswith(".xlsm") else PLAIN_BOOK

    @property
    def Worksheets(self):
        return Sheets(self)

    Sheets = property(Worksheets.fget)

    @property
    def ActiveSheet(self):
        return self.active_sheet

    @property
    def Names(self):
        return names.Names(self, self)

    @property
    def Windows(self):
        return Windows(self)

    def Activate(self):
        self.activate()

    def Save(self):
        if self.read_only:
            raise excel_error(f"Cannot save as that name. Document was opened as read-only: '{self.name}'.")
        self._keep(self.full_name)

    def SaveAs(self, Filename, FileFormat=None, Password=None):
        self.folder, self.name = map(str, _folder_and_name(Filename))
        self.read_only = False
        self._keep(self.full_name)

    def SaveCopyAs(self, Filename):
        self.application.saves.append(str(Filename))

    def _keep(self, path):
        self.application.saves.append(path)
        self.saved = True

    def Close(self, SaveChanges=None):
        if SaveChanges:
            self._keep(self.full_name)
        self.application.books.remove(self)
        self.application.active_book = next(iter(self.application.books), None)


def _folder_and_name(path):
    path = str(path)
    return ntpath.split(path) if "\\" in path else (Path(path).parent, Path(path).name)


class Workbooks(Collection):
    def members(self):
        return self.owner.books

    def Add(self, Template=None):
        book = Workbook(self.owner, f"Book{len(self.members()) + 1}")
        book.show(book.add_sheet("Sheet1"))
        return book

    def Open(self, Filename, UpdateLinks=None, ReadOnly=None, *more):
        from tests.hosts.fake_com.files import read_book

        return read_book(self.owner, Path(Filename), read_only=bool(ReadOnly))
