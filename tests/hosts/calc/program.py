"""The program and its books."""

from pathlib import Path
from urllib.parse import unquote, urlparse

from xlwings import base_classes

from tests.hosts.calc.cells import ErrorCell, Range
from tests.hosts.calc.sheets import Names, Sheet, Sheets


class Engine:
    """Named "excel", because xlwings asks for the engine of that name where it has no range at hand."""

    name = "excel"
    type = "desktop"

    def __init__(self, app):
        self.apps = Apps(app)

    @staticmethod
    def prepare_xl_data_element(x, options):
        return x

    @staticmethod
    def clean_value_data(data, datetime_builder, empty_as, number_builder, err_to_str):
        def clean(cell):
            if cell is None:
                return empty_as
            if isinstance(cell, ErrorCell):
                return str(cell) if err_to_str else None
            return cell

        return [[clean(cell) for cell in row] for row in data]


class Apps(base_classes.Apps):
    def __init__(self, app):
        self._app = app

    def keys(self):
        return [self._app.pid]

    def __iter__(self):
        return iter([self._app])

    def __len__(self):
        return 1

    def __getitem__(self, pid):
        return self._app


class App(base_classes.App):
    """LibreOffice, with the person in front of it.

    Args:
        desktop: the desktop of the running program.
        person: shows dialogues to somebody and gives the answer: called with text and buttons.
    """

    version = 16
    pid = 1
    engine = None
    # What the product only sets; class attributes, because the base class has properties of these names.
    status_bar = False
    screen_updating = enable_events = display_alerts = True

    def __init__(self, desktop, person):
        self.desktop, self._person = desktop, person
        self.engine = Engine(self)

    @property
    def api(self):
        return self._person

    @property
    def books(self):
        return Books(self)

    @property
    def selection(self):
        book = self.books.active
        area = book.uno.getCurrentController().getSelection().RangeAddress
        sheet = Sheet(book, book.uno.Sheets.getByIndex(area.Sheet))
        return Range(sheet, area.StartColumn + 1, area.StartRow + 1, area.EndColumn + 1, area.EndRow + 1)

    def activate(self, steal_focus=False):
        """Its windows are where they are."""

    def alert(self, prompt, title, buttons, mode, callback):
        return self._person.alert(prompt, buttons or "ok")


class Books(base_classes.Books):
    def __init__(self, app):
        self._app = app

    def _all(self):
        found, components = [], self._app.desktop.getComponents().createEnumeration()
        while components.hasMoreElements():
            component = components.nextElement()
            if hasattr(component, "Sheets"):
                found.append(Book(self._app, component))
        return found

    @property
    def active(self):
        current = self._app.desktop.getCurrentComponent()
        return self._all()[-1] if current is None else Book(self._app, current)

    def __call__(self, name):
        for book in self._all():
            if book.name.casefold() == str(name).casefold():
                return book
        raise KeyError(name)

    def __iter__(self):
        return iter(self._all())

    def __len__(self):
        return len(self._all())


class Book(base_classes.Book):
    def __init__(self, app, document):
        self._app, self.uno = app, document

    @property
    def app(self):
        return self._app

    @property
    def api(self):
        return self.uno

    @property
    def fullname(self):
        return unquote(urlparse(self.uno.URL).path)

    @property
    def name(self):
        return Path(self.fullname).name

    @property
    def sheets(self):
        return Sheets(self)

    @property
    def names(self):
        return Names(self)

    def activate(self, steal_focus=False):
        """It is the only one."""
