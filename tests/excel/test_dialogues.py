"""Which answer a dialogue gives for Enter, and what is shown without Excel, on each system."""

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from action_returns.excel import dialogues


def app_of(engine_name, **facts):
    """An app of one of xlwings' engines."""
    impl = type("App", (), {"__module__": f"xlwings.{engine_name}"})()
    return SimpleNamespace(impl=impl, **facts)


@pytest.mark.parametrize(("typed", "read"), [(" 100 ", "100"), (100, "100"), (False, ""), (None, ""), ("", "")])
def test_what_is_typed_is_read_as_text_and_a_cancelled_box_as_nothing(typed, read):
    api = SimpleNamespace(InputBox=lambda _question, _title: typed)
    assert dialogues.ask_number(app_of("_xlwindows", api=api), "How many?") == read


def test_where_there_is_no_box_to_type_into_nothing_is_typed():
    assert dialogues.ask_number(app_of("another_engine"), "How many?") is None


@pytest.mark.parametrize(("default", "second_button"), [(True, 0), (False, 0x100)])
@pytest.mark.parametrize(("pressed", "answered"), [(6, True), (7, False), (2, None), (0, None)])
def test_on_windows_enter_gives_the_answer_that_sends_nothing(monkeypatch, default, second_button, pressed, answered):
    agreed = default if answered is None else answered  # a box that was closed or never shown answers like Enter
    boxes = []
    message_box = SimpleNamespace(MessageBox=lambda *box: boxes.append(box) or pressed)
    monkeypatch.setitem(sys.modules, "win32api", message_box)
    app = app_of("_xlwindows")
    app.impl.hwnd = 77
    assert dialogues.ask(app, "Send?", default=default) is agreed
    assert boxes == [(77, "Send?", "Action Returns", 0x4 | 0x40 | second_button)]


@pytest.mark.parametrize(("pressed", "answer"), [(6, "yes"), (7, "no"), (2, "cancel"), (0, "cancel")])
def test_on_windows_enter_and_a_closed_box_choose_neither(monkeypatch, pressed, answer):
    boxes = []
    message_box = SimpleNamespace(MessageBox=lambda *box: boxes.append(box) or pressed)
    monkeypatch.setitem(sys.modules, "win32api", message_box)
    app = app_of("_xlwindows")
    app.impl.hwnd = 77
    assert dialogues.choose(app, "Which rows stay?") == answer
    assert boxes == [(77, "Which rows stay?", "Action Returns", 0x3 | 0x40 | 0x200)]


class CommandError(Exception):
    """What appscript raises: the number is AppleScript's."""

    def __init__(self, errornumber):
        super().__init__(errornumber)
        self.errornumber = errornumber


@pytest.fixture
def mac(monkeypatch):
    """A Mac: appscript and osax as xlwings uses them, and what the user answers."""
    asked, answers = [], []

    def answer(command):
        def show(text, **details):
            asked.append((command, text, details))
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return show

    def dialogues(pid):
        assert pid == 4711
        return SimpleNamespace(activate=lambda: None, display_alert=answer("alert"), display_dialog=answer("dialog"))

    words = SimpleNamespace(button_returned="k.button_returned", text_returned="k.text_returned")
    monkeypatch.setitem(sys.modules, "osax", SimpleNamespace(OSAX=dialogues))
    monkeypatch.setitem(sys.modules, "appscript", SimpleNamespace(k=words))
    monkeypatch.setitem(sys.modules, "appscript.reference", SimpleNamespace(CommandError=CommandError))
    app = app_of("_xlmac")
    app.impl.pid = 4711
    return SimpleNamespace(app=app, asked=asked, answers=answers)


@pytest.mark.parametrize(
    ("answer", "typed"),
    [
        ({"k.button_returned": "OK", "k.text_returned": " 99876.50 "}, "99876.50"),
        ({"k.button_returned": "OK", "k.text_returned": ""}, ""),
        (CommandError(-128), ""),
    ],
)
def test_on_a_mac_the_number_is_typed_too(mac, answer, typed):
    mac.answers.append(answer)
    assert dialogues.ask_number(mac.app, "How many?") == typed
    ((command, text, details),) = mac.asked
    assert (command, text, details["default_answer"], details["cancel_button"]) == ("dialog", "How many?", "", "Cancel")


def test_on_a_mac_another_trouble_is_no_answer(mac):
    mac.answers.append(CommandError(-1712))
    with pytest.raises(CommandError):
        dialogues.ask_number(mac.app, "How many?")


@pytest.mark.parametrize(("default", "for_enter"), [(True, "Yes"), (False, "No")])
@pytest.mark.parametrize("pressed", ["Yes", "No"])
def test_on_a_mac_enter_gives_the_answer_that_sends_nothing(mac, default, for_enter, pressed):
    mac.answers.append({"k.button_returned": pressed})
    assert dialogues.ask(mac.app, "Send?", default=default) is (pressed == "Yes")
    ((command, title, details),) = mac.asked
    assert (command, title, details["message"]) == ("alert", "Action Returns", "Send?")
    assert (details["buttons"], details["default_button"]) == (["No", "Yes"], for_enter)


@pytest.mark.parametrize("default", [True, False])
def test_on_a_mac_a_dialogue_that_is_closed_answers_like_enter(mac, default):
    mac.answers.append(CommandError(-128))
    assert dialogues.ask(mac.app, "Leave them out?", default=default) is default


@pytest.mark.parametrize(
    ("pressed", "answer"),
    [({"k.button_returned": "Yes"}, "yes"), ({"k.button_returned": "No"}, "no"), (CommandError(-128), "cancel")],
)
def test_on_a_mac_enter_chooses_neither(mac, pressed, answer):
    mac.answers.append(pressed)
    assert dialogues.choose(mac.app, "Which rows stay?") == answer
    ((command, _title, details),) = mac.asked
    assert (command, details["message"]) == ("alert", "Which rows stay?")
    assert (details["buttons"], details["default_button"]) == (["Cancel", "No", "Yes"], "Cancel")


@pytest.mark.parametrize(("chosen", "picked"), [("/Users/ann/pending.csv", Path("/Users/ann/pending.csv")), ("", None)])
def test_on_a_mac_a_file_is_chosen_in_a_dialogue_of_its_own(monkeypatch, chosen, picked):
    done = []
    root = SimpleNamespace(withdraw=lambda: done.append("hidden"), destroy=lambda: done.append("gone"))
    monkeypatch.setattr("tkinter.Tk", lambda: root)
    monkeypatch.setattr("tkinter.filedialog.askopenfilename", lambda title: done.append(title) or chosen)
    assert dialogues.pick_file(app_of("_xlmac")) == picked
    assert done == ["hidden", "Choose the Pending Actions download", "gone"]


def test_windows_is_told_once_that_windows_of_this_program_are_sharp(monkeypatch):
    told = []
    library = SimpleNamespace(SetProcessDpiAwareness=told.append)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "OleDLL", lambda name: {"shcore": library}[name], raising=False)
    dialogues.draw_sharply()
    assert told == [1]


@pytest.mark.parametrize("problem", [OSError("E_ACCESSDENIED: told before"), AttributeError("before Windows 8.1")])
def test_windows_that_cannot_be_told_is_no_reason_to_stop(monkeypatch, problem):
    def refuse(_name):
        raise problem

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "OleDLL", refuse, raising=False)
    dialogues.draw_sharply()


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_no_other_system_is_told(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "OleDLL", None, raising=False)
    dialogues.draw_sharply()


def test_on_windows_a_box_without_an_owner_stands_before_the_window_of_excel(monkeypatch):
    shown = []
    user32 = SimpleNamespace(MessageBoxW=lambda *box: shown.append(box))
    monkeypatch.setattr(dialogues, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr("ctypes.windll", SimpleNamespace(user32=user32), raising=False)
    dialogues.show_without_excel("Zoë\u202e")
    icon_information, set_foreground, topmost = 0x40, 0x10000, 0x40000
    assert shown == [(None, "Zoë[U+202E]", "Action Returns", icon_information | set_foreground | topmost)]


def test_a_message_outside_of_excel_shows_every_character(capsys, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    dialogues.show_without_excel("a\x1b\u202e\r\n\u2066b")
    assert capsys.readouterr().err == "a[U+001B][U+202E][U+000D]\n[U+2066]b\n"
