"""What a spreadsheet program hands over, cell by cell, without the program."""

import ctypes
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from action_returns.batch.cells import CellError
from action_returns.excel import engine

FIRST_ERROR = -2146828288
"""An error of Excel's as COM hands it over: this and its number in XlCVError (Excel VBA reference)."""


def cells_of(engine_name, **facts):
    """A range of one of xlwings' engines."""
    impl = type("Range", (), {"__module__": f"xlwings.{engine_name}"})()
    return SimpleNamespace(impl=impl, **facts)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (2000, "#NULL!"),
        (2007, "#DIV/0!"),
        (2015, "#VALUE!"),
        (2023, "#REF!"),
        (2029, "#NAME?"),
        (2036, "#NUM!"),
        (2042, "#N/A"),
        (2999, "#ERROR"),
    ],
)
def test_every_error_of_excel_is_named_as_excel_shows_it(number, shown):
    api = SimpleNamespace(Value2=FIRST_ERROR + number, Value=FIRST_ERROR + number)
    assert engine.read_cells(cells_of("_xlwindows", api=api)) == [[CellError("error", shown)]]


def test_an_amount_keeps_every_decimal_and_a_date_stays_a_date():
    moment = datetime(2026, 5, 12, 8, 30, 1)  # noqa: DTZ001  # a sheet knows no time zones
    api = SimpleNamespace(Value2=((12.34567, 46154.35418, None, "0"),), Value=((12.3457, moment, None, "0"),))
    assert engine.read_cells(cells_of("_xlwindows", api=api)) == [[12.34567, moment, None, "0"]]


NO_VALUE, SPILL = CellError("error", "#N/A"), CellError("error", "#SPILL!")


@pytest.mark.parametrize(
    ("values", "shown", "read"),
    [
        ([["M.1", None], [None, 5.0]], [["M.1", "#N/A"], ["", "5"]], [["M.1", NO_VALUE], [None, 5.0]]),
        (None, "#SPILL!", [[SPILL]]),
        ([["#N/A", 5.0]], "not asked for", [["#N/A", 5.0]]),
    ],
)
def test_on_a_mac_an_error_is_told_from_a_blank_cell(values, shown, read):
    api = SimpleNamespace(string_value=SimpleNamespace(get=lambda: shown))
    assert engine.read_cells(cells_of("_xlmac", raw_value=values, api=api)) == read


@pytest.mark.parametrize("on", [True, False])
def test_on_a_mac_a_filter_that_is_on_is_seen(on):
    sheet = SimpleNamespace(api=SimpleNamespace(filter_mode=SimpleNamespace(get=lambda: on)))
    assert engine.filter_is_on(cells_of("_xlmac", parent=sheet)) is on


@pytest.mark.parametrize(("typed", "read"), [(" 100 ", "100"), (100, "100"), (False, ""), (None, ""), ("", "")])
def test_what_is_typed_is_read_as_text_and_a_cancelled_box_as_nothing(typed, read):
    api = SimpleNamespace(InputBox=lambda _question, _title: typed)
    assert engine.ask_number(cells_of("_xlwindows", api=api), "How many?") == read


def test_where_there_is_no_box_to_type_into_nothing_is_typed():
    assert engine.ask_number(cells_of("another_engine"), "How many?") is None


@pytest.mark.parametrize(("default", "second_button"), [(True, 0), (False, 0x100)])
@pytest.mark.parametrize(("pressed", "answered"), [(6, True), (7, False), (2, None), (0, None)])
def test_on_windows_enter_gives_the_answer_that_sends_nothing(monkeypatch, default, second_button, pressed, answered):
    agreed = default if answered is None else answered  # a box that was closed or never shown answers like Enter
    boxes = []
    message_box = SimpleNamespace(MessageBox=lambda *box: boxes.append(box) or pressed)
    monkeypatch.setitem(sys.modules, "win32api", message_box)
    app = cells_of("_xlwindows")
    app.impl.hwnd = 77
    assert engine.ask(app, "Send?", default=default) is agreed
    assert boxes == [(77, "Send?", "Action Returns", 0x4 | 0x40 | second_button)]


@pytest.mark.parametrize(("pressed", "answer"), [(6, "yes"), (7, "no"), (2, "cancel"), (0, "cancel")])
def test_on_windows_enter_and_a_closed_box_choose_neither(monkeypatch, pressed, answer):
    boxes = []
    message_box = SimpleNamespace(MessageBox=lambda *box: boxes.append(box) or pressed)
    monkeypatch.setitem(sys.modules, "win32api", message_box)
    app = cells_of("_xlwindows")
    app.impl.hwnd = 77
    assert engine.choose(app, "Which rows stay?") == answer
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
    app = cells_of("_xlmac")
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
    assert engine.ask_number(mac.app, "How many?") == typed
    ((command, text, details),) = mac.asked
    assert (command, text, details["default_answer"], details["cancel_button"]) == ("dialog", "How many?", "", "Cancel")


def test_on_a_mac_another_trouble_is_no_answer(mac):
    mac.answers.append(CommandError(-1712))
    with pytest.raises(CommandError):
        engine.ask_number(mac.app, "How many?")


@pytest.mark.parametrize(("default", "for_enter"), [(True, "Yes"), (False, "No")])
@pytest.mark.parametrize("pressed", ["Yes", "No"])
def test_on_a_mac_enter_gives_the_answer_that_sends_nothing(mac, default, for_enter, pressed):
    mac.answers.append({"k.button_returned": pressed})
    assert engine.ask(mac.app, "Send?", default=default) is (pressed == "Yes")
    ((command, title, details),) = mac.asked
    assert (command, title, details["message"]) == ("alert", "Action Returns", "Send?")
    assert (details["buttons"], details["default_button"]) == (["No", "Yes"], for_enter)


@pytest.mark.parametrize("default", [True, False])
def test_on_a_mac_a_dialogue_that_is_closed_answers_like_enter(mac, default):
    mac.answers.append(CommandError(-128))
    assert engine.ask(mac.app, "Leave them out?", default=default) is default


@pytest.mark.parametrize(
    ("pressed", "answer"),
    [({"k.button_returned": "Yes"}, "yes"), ({"k.button_returned": "No"}, "no"), (CommandError(-128), "cancel")],
)
def test_on_a_mac_enter_chooses_neither(mac, pressed, answer):
    mac.answers.append(pressed)
    assert engine.choose(mac.app, "Which rows stay?") == answer
    ((command, _title, details),) = mac.asked
    assert (command, details["message"]) == ("alert", "Which rows stay?")
    assert (details["buttons"], details["default_button"]) == (["Cancel", "No", "Yes"], "Cancel")


def answering(value):
    """A property of appscript, which is asked with get()."""
    return SimpleNamespace(get=lambda: value)


@pytest.mark.parametrize(("code", "known"), [("@", "@"), (object(), None)])
def test_on_a_mac_the_number_format_is_asked_for(code, known):
    assert engine.number_format(cells_of("_xlmac", api=SimpleNamespace(number_format=answering(code)))) == known


def test_on_a_mac_nothing_is_known_of_hidden_rows_and_columns():
    cells = cells_of("_xlmac")
    assert engine.some_rows_are_hidden(cells) is False
    assert engine.columns_are_hidden(cells) is False


def test_on_a_mac_a_sheet_is_protected_with_what_stays_allowed():
    done = []
    api = SimpleNamespace(
        unprotect=lambda: done.append("unprotected"), protect_worksheet=lambda **allowed: done.append(allowed)
    )
    sheet = cells_of("_xlmac", api=api)
    engine.unprotect(sheet)
    engine.protect(sheet)
    allowed = dict.fromkeys(("filtering", "sorting", "formatting_columns", "formatting_rows"), True)
    assert done == ["unprotected", {f"allow_{name}": yes for name, yes in allowed.items()}]


@pytest.mark.parametrize(("chosen", "picked"), [("/Users/ann/pending.csv", Path("/Users/ann/pending.csv")), ("", None)])
def test_on_a_mac_a_file_is_chosen_in_a_dialogue_of_its_own(monkeypatch, chosen, picked):
    done = []
    root = SimpleNamespace(withdraw=lambda: done.append("hidden"), destroy=lambda: done.append("gone"))
    monkeypatch.setattr("tkinter.Tk", lambda: root)
    monkeypatch.setattr("tkinter.filedialog.askopenfilename", lambda title: done.append(title) or chosen)
    assert engine.pick_file(cells_of("_xlmac")) == picked
    assert done == ["hidden", "Choose the Pending Actions download", "gone"]


def test_windows_is_told_once_that_windows_of_this_program_are_sharp(monkeypatch):
    told = []
    library = SimpleNamespace(SetProcessDpiAwareness=told.append)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "OleDLL", lambda name: {"shcore": library}[name], raising=False)
    engine.draw_sharply()
    assert told == [1]


@pytest.mark.parametrize("problem", [OSError("E_ACCESSDENIED: told before"), AttributeError("before Windows 8.1")])
def test_windows_that_cannot_be_told_is_no_reason_to_stop(monkeypatch, problem):
    def refuse(_name):
        raise problem

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "OleDLL", refuse, raising=False)
    engine.draw_sharply()


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_no_other_system_is_told(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "OleDLL", None, raising=False)
    engine.draw_sharply()
