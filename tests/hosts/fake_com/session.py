"""What a test holds in its hands: the person at the fake Excel, its faults, and its counters."""

import sys
from contextlib import contextmanager

import xlwings as xw

from tests.hosts.fake_com import files
from tests.hosts.fake_com.excel import Application
from tests.hosts.fake_com.filters import VALUES
from tests.hosts.fake_com.grid import Area

EVERY_ACCESS = ("get", "put", "call")


class FakeExcel:
    """One running Excel. Nothing that a test does through it is counted, refused, or undone by a filter.

    Places are written as `Sheet!A1`; without a book the active one is meant.

    Attributes:
        calls: a Counter of what crossed the line, such as `Range.Value`, `Range.Value=`, `Range.Select()`.
        refused: the same for what was refused.
        cleanups: how often xlwings wanted to kill the Excels that it takes for zombies.
    """

    def __init__(self, line, engine, desktop, hwnd):
        self.line, self._engine, self._desktop = line, engine, desktop
        self.application = Application(line, hwnd)
        self.cleanups = 0
        desktop.open(self.application)

    @property
    def calls(self):
        return self.line.calls

    @property
    def refused(self):
        return self.line.refused

    @property
    def alerts(self):
        return self.application.dialogs.alerts

    @property
    def prompts(self):
        return self.application.dialogs.prompts

    @property
    def saves(self):
        """The full names under which books were saved. No file is written."""
        return self.application.saves

    def note_cleanup(self):
        self.cleanups += 1

    # Workbooks

    def open_workbook(self, path, *, location=None, read_only=False):
        """Opens a file; `location` is the folder or web address that Excel shall report instead of the true one."""
        return self._wrapped(files.read_book(self.application, path, location=location, read_only=read_only))

    def add_workbook(self, sheets, *, name="Book1.xlsm", location="", read_only=False, tables=None):
        """A book in memory: `sheets` are rows by title, `tables` places by name, such as `{"Actions": "Actions!A1:F9"}`."""
        book = files.make_book(
            self.application, name, sheets, location=location, read_only=read_only, tables=tables or {}
        )
        return self._wrapped(book)

    def _wrapped(self, book):
        return xw.Book(impl=self._engine.Book(xl=self._engine.COMRetryObjectWrapper(book)))

    def another_instance(self):
        """A second Excel on the same desktop, under the first one; they share the counters."""
        return FakeExcel(self.line, self._engine, self._desktop, max(self._desktop.applications) + 10)

    @contextmanager
    def clicked(self, book):
        """As if a button of the book had started this process: xlwings finds the caller in the command line."""
        before = sys.argv
        arguments = [f"--wb={book.impl.xl._inner.name}", "--from_xl=1", f"--hwnd={self.application.hwnd}"]
        sys.argv = ["-c", *arguments]
        try:
            yield
        finally:
            sys.argv = before

    # The person

    def answer(self, *answers):
        """What the person will answer, in this order: a button, a path, a text; None cancels a dialog."""
        self.application.dialogs.answers.extend(answers)

    def put(self, place, value, *, number_format=None, shows=None, book=None):
        """Makes a cell hold this: text, number, bool, date, Decimal (currency), `cell_error("#N/A")`, or "=" and a formula.

        What a formula gives is said with `shows`; its empty text is "", where a blank cell has None.
        """
        sheet, area = self._find(place, book)
        cell = area.row, area.column
        files.put_in(sheet.grid, cell, value)
        if shows is not None:
            sheet.grid.values[cell] = shows
        if number_format:
            sheet.grid.layers["NumberFormat"].cells[cell] = number_format

    def peek(self, place, *, book=None):
        """What the cells hold: one value, or a list of rows."""
        sheet, area = self._find(place, book)
        rows = [[sheet.grid.values.get((row, column)) for column in area.columns] for row in area.rows]
        return rows[0][0] if area.size == 1 else rows

    def select(self, place, *, book=None):
        sheet, area = self._find(place, book)
        sheet.book.show(sheet)
        self.application.selected = sheet.part(area)

    def filter(self, table, column, keep, *, book=None):
        """Filters a table so that only rows stay visible whose cell in this column is one of these."""
        book = self._book(book)
        found = next(one for sheet in book.sheets for one in sheet.tables if one.name == table)
        headers = [found.header(place) for place in found.area.columns]
        found.filtering.set(headers.index(column) + 1, list(keep), VALUES)

    def hide_rows(self, title, rows, *, book=None):
        self._sheet(title, book).grid.hidden_rows.update(rows)

    def protect(self, title, password="", *, people_only=False, book=None):
        """Protects a sheet; `people_only` is Excel's UserInterfaceOnly: programs may still write cells."""
        self._sheet(title, book).protection = {"password": password, "people_only": people_only}

    def unlock(self, place, *, book=None):
        sheet, area = self._find(place, book)
        sheet.grid.layers["Locked"].put(area, value=False)

    def show(self, title, visibility, *, book=None):
        """Sets who sees a sheet: VISIBLE, HIDDEN or VERY_HIDDEN."""
        self._sheet(title, book).visibility = visibility

    # Faults

    def busy(self, times, kind="rejected", *, on=EVERY_ACCESS, after=0):
        """Refuses the next accesses of these sorts; `math.inf` times is for ever.

        Args:
            times: how many accesses are refused.
            kind: "rejected" (0x80010001), "editing" (0x800AC472, somebody types in a cell), "gone" (Excel was closed), or
                "failed" (any other error of Excel).
            on: which of "get", "put" and "call" are refused.
            after: how many of those accesses are taken before.
        """
        self.line.refuse(times, kind, on, after)

    def _book(self, book):
        return book.impl.xl._inner if book else self.application.active_book

    def _sheet(self, title, book):
        return next(sheet for sheet in self._book(book).sheets if sheet.name == title)

    def _find(self, place, book):
        title, address = place.rsplit("!", 1)
        return self._sheet(title, book), Area.parse(address)
