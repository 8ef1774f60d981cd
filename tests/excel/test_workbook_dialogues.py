"""Dialogues and the status bar show what names of others hold, and obey none of it."""

import pytest

from action_returns.channels.base import Outcome, State
from action_returns.excel import button, dialogues
from action_returns.excel.sending import WorkbookDialogue
from action_returns.excel.workbook import OpenWorkbook
from action_returns.ledger.ledger import open_ledger
from tests.support.batches import checked_batch
from tests.support.sending import Receiver, send

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


def test_the_status_bar_tells_which_of_how_many_rows_leaves(book, tmp_path):
    rows, seen = [(f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(1, 201)], []

    class Rows(Receiver):
        def deliver_rows(self, _file, before_first_byte, record):
            before_first_byte()
            for action_id, _, _ in rows:
                record.sending(action_id, {})
                seen.append(book.app.status_bar)
            return Outcome(State.SENT, "There.")

    dialogue = WorkbookDialogue(button.ButtonContext(book, paths=None))
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger, dialogue.progress("Sending to the API") as show:
        send(ledger, Rows(ledger), checked_batch(rows), show=show)
    assert (len(seen), seen[11]) == (200, "Sending row 12 of 200 ...")


def test_the_status_bar_has_one_line(book):
    book.status(HOSTILE)
    assert book.app.status_bar == SHOWN.replace("\n", "[U+000A]")
    book.status(None)
    assert book.app.status_bar is False
