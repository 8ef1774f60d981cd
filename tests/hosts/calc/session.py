"""What a test holds in its hands: the open program, and the person in front of it. As for the fake Excel."""

from collections import Counter, deque
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import xlwings as xw

from tests.hosts.calc.cells import range_of
from tests.hosts.calc.program import App, Book
from tests.hosts.calc.sheets import Sheets


class Person:
    """Answers dialogues in the order a test wrote down."""

    def __init__(self):
        self.alerts, self.answers = [], deque()

    def alert(self, text, buttons):
        self.alerts.append(SimpleNamespace(text=text, buttons=buttons))
        if buttons == "ok":
            return "ok"
        assert self.answers, f"nobody answers: {text}"
        return self.answers.popleft()

    def type_in(self, question):
        """What the person types, in a program that has no box for it: nothing."""


class CalcExcel:
    """LibreOffice as the Excel of a test."""

    def __init__(self, office, stack):
        self._office, self._stack = office, stack
        self.person = Person()
        self.calls = Counter()  # nothing is counted here
        self.application = App(office.desktop, self.person)

    @property
    def alerts(self):
        return self.person.alerts

    def answer(self, *answers):
        self.person.answers.extend(answers)

    def open_workbook(self, path, **_):
        document = self._stack.enter_context(self._office.opened(path))
        document.calculateAll()
        return xw.Book(impl=Book(self.application, document))

    @contextmanager
    def clicked(self, book):
        before = getattr(xw.Book, "_mock_caller", None)
        book.set_mock_caller()
        try:
            yield
        finally:
            if before is None:
                del xw.Book._mock_caller
            else:
                xw.Book._mock_caller = before

    def put(self, place, value, *, book):
        sheet, _, address = place.partition("!")
        range_of(Sheets(book.impl)(sheet), address).raw_value = value

    def peek(self, place, *, book):
        sheet, _, address = place.partition("!")
        return range_of(Sheets(book.impl)(sheet), address).raw_value


@contextmanager
def calc_excel(office):
    """Makes LibreOffice xlwings' engine, and puts everything back afterwards."""
    with ExitStack() as stack:
        running = CalcExcel(office, stack)
        engines = xw.engines
        before = engines.active, list(engines.engines), dict(engines.engines_by_name)
        engines.add(xw.Engine(impl=running.application.engine))
        engines["excel"].activate()
        try:
            yield running
        finally:
            engines.active, engines.engines, engines.engines_by_name = before
