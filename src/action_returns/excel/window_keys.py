"""The keys of a window, as the system's own dialogues have them: Tab, Alt with an underlined letter, Enter, Escape."""

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    Event = tk.Event[tk.Misc]

_WHEEL: Final = ("<MouseWheel>", "<Button-4>", "<Button-5>")


class WindowKeys:
    """The keys of one window.

    Args:
        root: the window.
        enter: what Enter does, unless a button has the focus; then it is that button.
        escape: what Escape does.
    """

    def __init__(self, root: tk.Tk, *, enter: Callable[[], object], escape: Callable[[], object]) -> None:
        self._labels: dict[str, tuple[tk.Widget, tk.Widget]] = {}
        self._enter = enter
        # On a Mac, the key that others call Alt types characters.
        self._has_letters = root.tk.call("tk", "windowingsystem") != "aqua"
        root.bind("<Return>", self._press)
        root.bind("<KP_Enter>", self._press)
        root.bind("<Escape>", lambda _event: escape())
        if self._has_letters:
            root.bind("<Alt-KeyPress>", self._go)

    def add(self, label: ttk.Label | ttk.Button, target: tk.Widget) -> None:
        """Underline the first letter of a label that no other label of the window has; Alt with it goes to the target.

        Args:
            label: the label. Its letter is free again when it is destroyed.
            target: the field that gets the focus, or the button that is pressed.
        """
        if not self._has_letters:
            return
        text = str(label.cget("text"))
        for place, character in enumerate(text.lower()):
            if character.isalpha() and not self._is_taken(character):
                self._labels[character] = label, target
                label.configure(underline=place)
                return

    def _is_taken(self, letter: str) -> bool:
        return letter in self._labels and bool(self._labels[letter][0].winfo_exists())

    def _go(self, event: "Event") -> Literal["break"] | None:
        letter = event.char.lower()
        if not self._is_taken(letter):  # such as @, which AltGr typed
            return None
        target = self._labels[letter][1]
        _focus(target)
        if isinstance(target, ttk.Button):
            target.invoke()
        return "break"

    def _press(self, event: "Event") -> None:
        if isinstance(event.widget, ttk.Button):
            event.widget.invoke()
        else:
            self._enter()


def ignore_wheel(box: ttk.Combobox) -> None:
    """Keep the wheel from choosing another value of a box: one turn would make test live, unnoticed."""
    for event in _WHEEL:
        box.bind(event, lambda _event: "break")


def choose_by_letter(box: ttk.Combobox) -> None:
    """Make a letter choose the next value of a box that begins with it, as in the boxes of Windows."""

    def choose(event: "Event") -> None:
        values = [str(value) for value in box.cget("values")]
        after = box.current() + 1
        found = (
            place
            for place in (*range(after, len(values)), *range(after))
            if event.char and values[place].lower().startswith(event.char.lower())
        )
        if (place := next(found, None)) is not None:
            box.current(place)
            box.event_generate("<<ComboboxSelected>>")

    box.bind("<KeyPress>", choose)
    for other in ("<Alt-KeyPress>", "<Control-KeyPress>"):
        box.bind(other, lambda _event: None)


def bring_to_front(root: tk.Tk, first: tk.Widget) -> None:
    """Show a window in front of the program that opened it, with the focus in its first field."""
    root.update_idletasks()
    root.lift()
    # Windows lets only the program in front bring others there, but a topmost window is above all in any case.
    root.attributes("-topmost", True)
    root.attributes("-topmost", False)
    root.focus_force()
    _focus(first)


def _focus(widget: tk.Widget) -> None:
    widget.focus_set()
    if isinstance(widget, ttk.Entry):
        widget.select_range(0, tk.END)  # what is typed takes its place
        widget.icursor(tk.END)
