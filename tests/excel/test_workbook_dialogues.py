"""Dialogues and the status bar show what names of others hold, and obey none of it."""

import pytest

from action_returns.excel import button, dialogues
from action_returns.excel.sending import WorkbookDialogue
from action_returns.excel.workbook import OpenWorkbook

HOSTILE, SHOWN = "a\x1b\u202e\r\n\u2066b", "a[U+001B][U+202E][U+000D]\n[U+2066]b"


class App:
    """Keeps what Excel would show."""

    def __init__(self):
        self.seen = []
        self.status_bar = None

    def alert(self, text, **_options):
        self.seen.append(text)


@pytest.fixture
def book():
    class Book:
        app = App()

    return OpenWorkbook(Book())


@pytest.fixture
def asked(monkeypatch):
    """What the dialogues were to ask."""
    questions = []
    for name in ("ask", "choose", "ask_number"):
        monkeypatch.setattr(dialogues, name, lambda _app, text, **_options: questions.append(text))
    return questions


def test_dialogues_show_every_character(book, asked):
    book.tell(HOSTILE)
    assert book.app.seen == [SHOWN]
    book.ask(HOSTILE)
    book.choose(HOSTILE)
    WorkbookDialogue(button.ButtonContext(book, paths=None)).type_number(HOSTILE)
    assert asked == [SHOWN] * 3


def test_the_status_bar_has_one_line(book):
    book.status(HOSTILE)
    assert book.app.status_bar == SHOWN.replace("\n", "[U+000A]")
    book.status(None)
    assert book.app.status_bar is False
