"""The settings window: profile, channel and password, with a test of the connection."""

import tkinter as tk
from collections.abc import Callable
from dataclasses import replace
from tkinter import messagebox, ttk
from typing import TYPE_CHECKING, Any, Final

from action_returns.channels import KINDS, settings_class
from action_returns.clean_text import clean
from action_returns.errors import SettingsError
from action_returns.excel.settings_form import ENVIRONMENTS, Answers, answers_of, fields, save, test
from action_returns.files import Paths
from action_returns.operations.texts import TEST_UPLOADS
from action_returns.settings.config import load_settings

if TYPE_CHECKING:
    from action_returns.channels.base import NewServer


_PAD: Final[dict[str, Any]] = {"padx": 8, "pady": 4}
_WIDE: Final = 420


class SettingsWindow:
    """The window while it is open.

    Args:
        paths: where the profiles are.
        profile: the profile to show first, None for the default one.
    """

    def __init__(self, paths: Paths, profile: str | None = None) -> None:
        self._paths = paths
        self._profiles = load_settings(paths.config_file)
        self.root = tk.Tk()
        self.root.title("Action Returns: settings")
        self.root.resizable(width=False, height=False)
        self._frame = ttk.Frame(self.root, padding=12)
        self._frame.grid()
        self._profile, self._environment, self._kind = (tk.StringVar(self.root) for _ in range(3))
        self._fields: dict[str, tk.StringVar] = {}
        self._password = tk.StringVar(self.root)
        self._message = tk.StringVar(
            self.root, "Passwords go to the password store of this computer, never into a file."
        )
        self._rows: list[tk.Widget] = []
        self._shown_with_environment: str | None = None  # the profile whose environment is shown as it is saved
        self._build()
        self._show(self._first(profile))

    def run(self) -> None:
        """Show it until it is closed."""
        self.root.lift()
        self.root.mainloop()

    def _first(self, profile: str | None) -> Answers:
        name = profile or self._profiles.default_profile or next(iter(self._profiles.profiles), None)
        found = None if name is None else self._profiles.profiles.get(name)
        if name is None:
            return Answers()
        return Answers(name) if found is None else answers_of(name, found)

    def _build(self) -> None:
        names = tuple(self._profiles.profiles)
        chosen = self._row(0, "Profile", self._profile, names, typed=True)
        chosen.bind("<<ComboboxSelected>>", lambda _event: self._show(self._first(self._profile.get())))
        self._profile.trace_add("write", lambda *_facts: self._forget_environment())
        environment = self._row(1, "Environment", self._environment, ENVIRONMENTS)
        environment.bind("<<ComboboxSelected>>", lambda _event: self._tell_environment())
        kinds = self._row(2, "How the file gets there", self._kind, tuple(KINDS))
        kinds.bind("<<ComboboxSelected>>", lambda _event: self._show(replace(self.answers(), settings={})))
        buttons = ttk.Frame(self._frame)
        buttons.grid(row=21, column=0, columnspan=2, sticky="e", **_PAD)
        for column, (text, command) in enumerate(
            (("Save", self.save), ("Test connection", self.test), ("Close", self.root.destroy))
        ):
            ttk.Button(buttons, text=text, command=command).grid(row=0, column=column, padx=4)
        message = ttk.Label(self._frame, textvariable=self._message, wraplength=_WIDE)
        message.grid(row=20, column=0, columnspan=2, sticky="w", **_PAD)

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
        self._shown_with_environment = None
        self._profile.set(answers.profile)
        self._environment.set(answers.environment)
        self._shown_with_environment = answers.profile
        self._kind.set(answers.kind)
        self._password.set("")
        self._fields = {}
        row = 2
        for row, setting in enumerate(fields(answers.kind), 3):
            variable = tk.StringVar(self.root, answers.settings.get(setting.key, setting.suggestion))
            self._fields[setting.key] = variable
            label = ttk.Label(self._frame, text=setting.label)
            label.grid(row=row, column=0, sticky="w", **_PAD)
            entry: tk.Widget
            if setting.choices:
                entry = ttk.Combobox(
                    self._frame, textvariable=variable, values=setting.choices, width=34, state="readonly"
                )
            else:
                entry = ttk.Entry(self._frame, textvariable=variable, width=36)
            entry.grid(row=row, column=1, sticky="ew", **_PAD)
            self._rows += [label, entry]
        if settings_class(answers.kind).takes_password():
            self._password_row(row + 1)

    def _tell_environment(self) -> None:
        """Show what the chosen environment means, where it is often taken for practice."""
        self._shown_with_environment = None
        self._message.set(TEST_UPLOADS if self._environment.get() == "test" else "")

    def _forget_environment(self) -> None:
        """Clear the environment of the profile that was shown: another name is another profile, whose own is asked."""
        if self._shown_with_environment not in {None, self._profile.get().strip()}:
            self._shown_with_environment = None
            self._environment.set("")

    def _password_row(self, row: int) -> None:
        label = ttk.Label(self._frame, text="Password (blank keeps it)")
        label.grid(row=row, column=0, sticky="w", **_PAD)
        entry = ttk.Entry(self._frame, textvariable=self._password, show="•", width=36)
        entry.grid(row=row, column=1, sticky="ew", **_PAD)
        self._rows += [label, entry]

    def answers(self) -> Answers:
        """Return the texts in the window."""
        settings = {key: variable.get() for key, variable in self._fields.items()}
        return Answers(self._profile.get().strip(), self._environment.get(), self._kind.get(), settings)

    @property
    def message(self) -> str:
        """The last message of the window."""
        return self._message.get()

    def save(self) -> None:
        """Save the profile and its password."""
        self._try(lambda: save(self.answers(), self._password.get(), self._paths))
        self._password.set("")

    def test(self) -> None:
        """Test the connection with the saved settings."""
        self._message.set("Connecting ...")
        self.root.update_idletasks()
        self._try(lambda: test(self.answers(), self._paths, self.confirm))

    def confirm(self, server: "NewServer") -> bool:
        """Ask whether a new SFTP server is the right one."""
        return messagebox.askyesno("Action Returns", clean(server.question), default="no", parent=self.root)

    def _try(self, action: Callable[[], str]) -> None:
        try:
            self._message.set(clean(action()))
        except SettingsError as problem:
            self._message.set(clean(str(problem)))
