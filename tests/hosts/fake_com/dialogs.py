"""What Excel shows and waits for. A test says beforehand what the person answers."""

from typing import NamedTuple

BUTTONS = {0: ("ok",), 1: ("ok", "cancel"), 4: ("yes", "no"), 3: ("yes", "no", "cancel")}
ICONS = {0: None, 48: "critical", 64: "info"}
PRESSED = {"ok": 1, "cancel": 2, "yes": 6, "no": 7}


class Alert(NamedTuple):
    """A message box: its buttons as xlwings names them, and the one that was pressed."""

    text: str
    title: str
    buttons: tuple
    mode: str | None
    answer: str


class Prompt(NamedTuple):
    """A dialog that asks for a file or for text; the answer is False when it was cancelled."""

    kind: str
    title: str
    about: object
    answer: object


class UnansweredError(AssertionError):
    """The code asked something and the test has not said what the person answers."""


class Dialogs:
    def __init__(self):
        self.alerts, self.prompts, self.answers = [], [], []

    def alert(self, text, title, style):
        """A message box as Windows shows it. A box with one button needs no answer."""
        buttons = BUTTONS[style & 0xF]
        answer = "ok" if buttons == ("ok",) else self._next_answer(text)
        if answer not in buttons:
            raise UnansweredError(f"{answer!r} is none of the buttons {buttons} of {text!r}")
        self.alerts.append(Alert(text, title, buttons, ICONS[style & 0xF0], answer))
        return PRESSED[answer]

    def prompt(self, kind, title, about):
        answer = self._next_answer(title)
        answer = False if answer is None else answer
        self.prompts.append(Prompt(kind, title, about, answer))
        return answer

    def _next_answer(self, question):
        if not self.answers:
            raise UnansweredError(f"No answer is prepared for {question!r}")
        return self.answers.pop(0)
