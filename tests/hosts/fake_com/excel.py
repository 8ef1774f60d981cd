"""The application: its state, its selection, its dialogs."""
# ruff: noqa: N802, N803 - the names and the parameters are Excel's

from tests.hosts.fake_com.books import Workbooks
from tests.hosts.fake_com.com import ComObject, Stored, excel_error
from tests.hosts.fake_com.dialogs import Dialogs
from tests.hosts.fake_com.ranges import Range

AUTOMATIC = -4105


class Application(ComObject):
    Name = Stored("Microsoft Excel")
    Version = Stored("16.0")
    Path = Stored(r"C:\Program Files\Microsoft Office\root\Office16")
    Visible = Stored(value=True)
    Ready = Stored(value=True)
    Interactive = Stored(value=True)
    ScreenUpdating = Stored(value=True)
    DisplayAlerts = Stored(value=True)
    EnableEvents = Stored(value=True)
    Calculation = Stored(AUTOMATIC)
    StatusBar = Stored(value=False)
    Cursor = Stored(-4143)
    CutCopyMode = Stored(0)
    DecimalSeparator = Stored(".")
    ThousandsSeparator = Stored(",")
    UseSystemSeparators = Stored(value=True)

    def __init__(self, line, hwnd):
        self.line = line
        super().__init__(self)
        self.hwnd = hwnd
        self.books, self.active_book, self.selected = [], None, None
        self.dialogs, self.saves = Dialogs(), []

    @property
    def application(self):
        return self

    @property
    def active_sheet(self):
        return self.active_book and self.active_book.active_sheet

    @property
    def Hwnd(self):
        return self.hwnd

    @property
    def Workbooks(self):
        return Workbooks(self)

    @property
    def ActiveWorkbook(self):
        return self.active_book

    @property
    def ActiveSheet(self):
        return self.active_sheet

    @property
    def Selection(self):
        return self.selected

    @property
    def ActiveCell(self):
        return self.selected and self.selected.part(self.selected.area._replace(height=1, width=1))

    @property
    def ActiveWindow(self):
        return self.active_book and self.active_book.window

    def Goto(self, Reference, Scroll=False):
        Reference.sheet.book.activate()
        Reference.sheet.come_forward("Reference isn't valid.")
        Reference.sheet.select(Reference, "Reference isn't valid.")

    def Intersect(self, *ranges):
        areas = ranges[0].areas
        for other in ranges[1:]:
            if other.sheet is not ranges[0].sheet:
                raise excel_error("Method 'Intersect' of object '_Application' failed")
            areas = [found for area in areas for part in other.areas if (found := area.overlap(part))]
        return Range(ranges[0].sheet, *areas) if areas else None

    def Union(self, *ranges):
        return Range(ranges[0].sheet, *(area for one in ranges for area in one.areas))

    def Calculate(self):
        """Formulas are text here; there is nothing to do."""

    def GetOpenFilename(self, FileFilter="", FilterIndex=1, Title="Open", ButtonText=None, MultiSelect=False):
        return self.dialogs.prompt("open", Title, FileFilter)

    def GetSaveAsFilename(self, InitialFilename="", FileFilter="", FilterIndex=1, Title="Save As", ButtonText=None):
        return self.dialogs.prompt("save", Title, InitialFilename)

    def InputBox(self, Prompt, Title="Input", Default="", *place, **more):
        return self.dialogs.prompt("input", Title, Prompt)

    def Quit(self):
        self.books.clear()
        self.active_book = None
