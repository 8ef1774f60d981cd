"""The keys of a window: Alt with an underlined letter, Enter, Escape; and the wheel, which chooses nothing."""

import os
import time
import tkinter as tk
from tkinter import ttk

import pytest

from action_returns.excel.window_keys import WindowKeys, bring_to_front, choose_by_letter, ignore_wheel


@pytest.fixture
def root(desktop):
    opened = tk.Tk()
    yield opened
    opened.destroy()


@pytest.fixture
def done():
    """What was done, in order."""
    return []


@pytest.fixture
def keys(root, done):
    return WindowKeys(root, enter=lambda: done.append("enter"), escape=lambda: done.append("escape"))


def field(root, keys, text):
    label, entry = ttk.Label(root, text=text), ttk.Entry(root)
    label.grid()
    entry.grid()
    keys.add(label, entry)
    return label, entry


def button(root, keys, text, done):
    made = ttk.Button(root, text=text, command=lambda: done.append(text))
    made.grid()
    keys.add(made, made)
    return made


def press(root, key, widget=None, **facts):
    focus(root, widget or root)
    (widget or root).event_generate(key, **facts)
    root.update()


def focus(root, widget):
    """Wait for the focus, which other windows of this screen may take meanwhile."""
    for _ in range(200):
        widget.focus_force()
        root.update()
        if root.focus_get() is widget:
            return
        time.sleep(0.05)
    raise AssertionError("the window does not get the focus")


def underlined(label):
    place = int(label.cget("underline"))
    return "" if place < 0 else str(label.cget("text"))[place]


def test_each_label_has_a_letter_of_its_own_as_long_as_there_are_any(root, keys):
    labels = [field(root, keys, text)[0] for text in ("Port", "Password", "Pa", "pa", "Größe", "21")]
    assert [underlined(label) for label in labels] == ["P", "a", "", "", "G", ""]


def test_alt_with_the_letter_goes_to_the_field_and_selects_what_is_in_it(root, keys):
    _, server = field(root, keys, "Server")
    _, port = field(root, keys, "Port")
    port.insert(0, "21")
    press(root, "<Alt-p>")
    assert root.focus_get() is port
    assert port.selection_get() == "21"
    press(root, "<Alt-S>", server)
    assert root.focus_get() is server


def test_alt_with_the_letter_of_a_button_presses_it(root, keys, done):
    button(root, keys, "Save", done)
    press(root, "<Alt-s>")
    assert done == ["Save"]


def test_a_character_that_is_typed_with_altgr_goes_nowhere(root, keys, done):
    button(root, keys, "Quit", done)
    press(root, "<Control-Alt-q>")
    assert done == []


def test_the_letter_of_a_field_that_is_gone_is_free_again(root, keys):
    label, entry = field(root, keys, "Server")
    for widget in (label, entry):
        widget.destroy()
    press(root, "<Alt-s>")
    label, entry = field(root, keys, "Sender")
    assert underlined(label) == "S"
    press(root, "<Alt-s>")
    assert root.focus_get() is entry


@pytest.mark.parametrize("key", ["<Return>"] if os.name == "nt" else ["<Return>", "<KP_Enter>"])
def test_enter_in_a_field_is_the_first_button_and_on_a_button_it_is_that_one(root, keys, done, key):
    _, entry = field(root, keys, "Server")
    other = button(root, keys, "Close", done)
    press(root, key, entry)
    press(root, key, other)
    assert done == ["enter", "Close"]


def test_escape_closes(root, keys, done):
    press(root, "<Escape>", field(root, keys, "Server")[1])
    assert done == ["escape"]


def test_a_mac_whose_alt_types_characters_has_no_such_letters(root, done):
    root.tk.eval("rename tk system_tk; proc tk {args} {return aqua}")
    keys = WindowKeys(root, enter=lambda: done.append("enter"), escape=lambda: done.append("escape"))
    root.tk.eval("rename tk {}; rename system_tk tk")
    pressed = button(root, keys, "Save", done)
    press(root, "<Alt-s>")
    assert (underlined(pressed), done) == ("", [])
    press(root, "<Return>", pressed)
    press(root, "<Escape>")
    assert done == ["Save", "escape"]


def test_the_wheel_chooses_nothing(root):
    box = ttk.Combobox(root, values=("test", "live"), state="readonly")
    box.grid()
    box.set("test")
    turns = ["<MouseWheel>"] + (["<Button-4>", "<Button-5>"] if root.tk.call("tk", "windowingsystem") == "x11" else [])

    def turn():
        for event in turns:
            press(root, event, box, **({"delta": -120} if event == "<MouseWheel>" else {}))
        return box.get()

    assert turn() == "live", "without it, tkinter's boxes do choose"
    box.set("test")
    ignore_wheel(box)
    assert turn() == "test"


def readonly_box(root, *values):
    box = ttk.Combobox(root, values=values, state="readonly")
    box.grid()
    choose_by_letter(box)
    return box


def test_a_letter_chooses_the_next_value_that_begins_with_it(root):
    box = readonly_box(root, "explicit-tls", "plain", "email")
    told = []
    box.bind("<<ComboboxSelected>>", lambda _event: told.append(box.get()))
    for letter in ("e", "E", "e", "x", "p"):
        press(root, f"<KeyPress-{letter}>", box)
    assert told == ["explicit-tls", "email", "explicit-tls", "plain"]


def test_a_letter_with_alt_or_control_chooses_nothing(root, keys, done):
    box = readonly_box(root, "test", "live")
    button(root, keys, "Test", done)
    for key in ("<Alt-t>", "<Control-t>", "<Tab>"):
        press(root, key, box)
    assert (box.get(), done) == ("", ["Test"])


def test_escape_and_enter_in_an_open_list_are_the_list_s_own(root, keys, done):
    box = readonly_box(root, "test", "live")
    for key in ("<Escape>", "<Return>"):
        press(root, "<Down>", box)
        opened = root.tk.call("ttk::combobox::PopdownWindow", box)
        root.tk.call("focus", "-force", f"{opened}.f.l")
        root.tk.call("event", "generate", f"{opened}.f.l", key)
        root.update()
        assert not root.tk.call("winfo", "ismapped", opened)
    assert (box.get(), done) == ("test", [])


def test_a_window_comes_with_the_focus_in_its_first_field_and_does_not_stay_above_all_others(root):
    ttk.Button(root, text="Save").grid()
    first = ttk.Entry(root)
    first.insert(0, "main")
    first.grid()
    bring_to_front(root, first)
    root.update()
    assert root.focus_get() is first
    assert first.selection_get() == "main"
    assert not root.attributes("-topmost")
