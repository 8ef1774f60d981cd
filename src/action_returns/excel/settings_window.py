"""The settings window: profile, channel and password, with a test of the connection."""

import tkinter as tk
from collections.abc import Callable
from dataclasses import replace
from tkinter import messagebox, ttk
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import SettingsError
from action_returns.excel.settings_form import ENVIRONMENTS, PASSWORD_KINDS, QUESTIONS, Answers, answers_of, save, test
from action_returns.files import Paths
from action_returns.settings.config import load_settings

if TYPE_CHECKING:
    from action_returns.operations.doctor import NewServer


_PAD: Final[dict[str, Any]] = {"padx": 8, "pady": 4}
_WIDE: Final = 420


class SettingsWindow:
    """The window while it is open.

    Args:
        places: where profiles lie.
        profile: the profile to show first, None for the default one.
    """

    def __init__(self, places: Paths, profile: str | None = None) -> None:
        self._places = places
        self._profiles = load_settings(places.config_file)
        self.root = tk.Tk()
        self.root.title("Action Returns: settings")
        self.root.resizable(width=False, height=False)
        self._frame = ttk.Frame(self.root, padding=12)
        self._frame.grid()
        self._profile, self._environment, self._kind = (tk.StringVar(self.root) for _ in range(3))
        self._fields: dict[str, tk.StringVar] = {}
        self._password = tk.StringVar(self.root)
        self._said = tk.StringVar(self.root, "Passwords go to the password store of this computer, never into a file.")
        self._rows: list[tk.Widget] = []
        self._build()
        self._show(self._first(profile))

    def run(self) -> None:
        """Show it until it is closed."""
        self.root.lift()
        self.root.mainloop()

    def _first(self, profile: str | None) -> Answers:
        name = profile or self._profiles.default_profile or next(iter(self._profiles.profiles), None)
        known = None if name is None else self._profiles.profiles.get(name)
        return Answers() if known is None or name is None else answers_of(name, known)

    def _build(self) -> None:
        names = tuple(self._profiles.profiles)
        chosen = self._row(0, "Profile", self._profile, names, typed=True)
        chosen.bind("<<ComboboxSelected>>", lambda _event: self._show(self._first(self._profile.get())))
        self._row(1, "Environment", self._environment, ENVIRONMENTS)
        kinds = self._row(2, "How the file gets there", self._kind, tuple(QUESTIONS))
        kinds.bind("<<ComboboxSelected>>", lambda _event: self._show(replace(self.answers(), settings={})))
        buttons = ttk.Frame(self._frame)
        buttons.grid(row=21, column=0, columnspan=2, sticky="e", **_PAD)
        for at, (text, do) in enumerate(
            (("Save", self.save), ("Test connection", self.test), ("Close", self.root.destroy))
        ):
            ttk.Button(buttons, text=text, command=do).grid(row=0, column=at, padx=4)
        told = ttk.Label(self._frame, textvariable=self._said, wraplength=_WIDE)
        told.grid(row=20, column=0, columnspan=2, sticky="w", **_PAD)

    def _row(
        self, row: int, label: str, variable: tk.StringVar, choices: tuple[str, ...], *, typed: bool = False
    ) -> ttk.Combobox:
        ttk.Label(self._frame, text=label).grid(row=row, column=0, sticky="w", **_PAD)
        state = "normal" if typed else "readonly"
        box = ttk.Combobox(self._frame, textvariable=variable, values=choices, width=34, state=state)
        box.grid(row=row, column=1, sticky="ew", **_PAD)
        return box

    def _show(self, answers: Answers) -> None:
        """Show a profile with the fields of its channel."""
        for widget in self._rows:
            widget.destroy()
        self._rows.clear()
        self._profile.set(answers.profile)
        self._environment.set(answers.environment)
        self._kind.set(answers.kind)
        self._password.set("")
        self._fields = {}
        for row, question in enumerate(QUESTIONS[answers.kind], 3):
            variable = tk.StringVar(self.root, answers.settings.get(question.key, question.usual))
            self._fields[question.key] = variable
            label = ttk.Label(self._frame, text=question.label)
            label.grid(row=row, column=0, sticky="w", **_PAD)
            entry: tk.Widget
            if question.choices:
                entry = ttk.Combobox(
                    self._frame, textvariable=variable, values=question.choices, width=34, state="readonly"
                )
            else:
                entry = ttk.Entry(self._frame, textvariable=variable, width=36)
            entry.grid(row=row, column=1, sticky="ew", **_PAD)
            self._rows += [label, entry]
        if answers.kind in PASSWORD_KINDS:
            self._password_row(3 + len(QUESTIONS[answers.kind]))

    def _password_row(self, row: int) -> None:
        label = ttk.Label(self._frame, text="Password (blank keeps it)")
        label.grid(row=row, column=0, sticky="w", **_PAD)
        entry = ttk.Entry(self._frame, textvariable=self._password, show="•", width=36)
        entry.grid(row=row, column=1, sticky="ew", **_PAD)
        self._rows += [label, entry]

    def answers(self) -> Answers:
        """Give what stands in the fields."""
        settings = {key: variable.get() for key, variable in self._fields.items()}
        return Answers(self._profile.get().strip(), self._environment.get(), self._kind.get(), settings)

    @property
    def said(self) -> str:
        """What the window last said."""
        return self._said.get()

    def save(self) -> None:
        """Keep what stands in the fields."""
        self._try(lambda: save(self.answers(), self._password.get(), self._places))
        self._password.set("")

    def test(self) -> None:
        """Test the connection with what is saved."""
        self._said.set("Connecting ...")
        self.root.update_idletasks()
        self._try(lambda: test(self.answers(), self._places, self.confirm))

    def confirm(self, server: "NewServer") -> bool:
        """Ask whether a new SFTP server is the right one."""
        return messagebox.askyesno("Action Returns", server.question, default="no", parent=self.root)

    def _try(self, do: Callable[[], str]) -> None:
        try:
            self._said.set(do())
        except SettingsError as problem:
            self._said.set(str(problem))
