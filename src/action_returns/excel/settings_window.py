"""The settings window: profile, channel and password, with a test of the connection."""

import tkinter as tk
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from tkinter import messagebox, ttk
from typing import TYPE_CHECKING, Any, Final

from action_returns.channels import KINDS, settings_class
from action_returns.clean_text import clean
from action_returns.errors import ActionReturnsError
from action_returns.excel.settings_form import ENVIRONMENTS, Answers, answers_of, fields, save, test
from action_returns.excel.window_keys import WindowKeys, bring_to_front, choose_by_letter, ignore_wheel
from action_returns.files import Paths
from action_returns.operations.texts import TEST_UPLOADS
from action_returns.settings.config import load_settings

if TYPE_CHECKING:
    from types import TracebackType

    from action_returns.channels.base import NewServer


# Points (p), not pixels: with the text, everything else grows on a finer screen.
_PAD: Final[dict[str, Any]] = {"padx": "6p", "pady": "3p"}
_WIDE: Final = "315p"


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
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        self.root.report_callback_exception = self._tell_unexpected
        self._frame = ttk.Frame(self.root, padding="9p")
        self._frame.grid()
        self._profile, self._environment, self._kind = (tk.StringVar(self.root) for _ in range(3))
        self._fields: dict[str, tk.StringVar] = {}
        self._password = tk.StringVar(self.root)
        self._message = tk.StringVar(
            self.root, "Passwords go to the password store of this computer, never into a file."
        )
        self._keys = WindowKeys(self.root, enter=self.save, escape=self.close)
        self._rows: list[tk.Widget] = []
        self._shown_with_environment: str | None = None  # the profile whose environment is shown as it is saved
        self._build()
        self._show_profile(profile)

    def run(self) -> None:
        """Show it until it is closed."""
        bring_to_front(self.root, self._first_field)
        self.root.mainloop()

    def close(self) -> None:
        """Close the window; what was changed and not saved is asked about."""
        if not self._is_changed() or messagebox.askokcancel(
            "Action Returns", "Close without saving what you changed?", default="cancel", parent=self.root
        ):
            self.root.destroy()

    def _is_changed(self) -> bool:
        return bool(self._password.get()) or self.answers() != self._saved

    def _show_profile(self, profile: str | None) -> None:
        self._show(self._first(profile))
        self._saved = self.answers()

    def _first(self, profile: str | None) -> Answers:
        name = profile or self._profiles.default_profile or next(iter(self._profiles.profiles), None)
        found = None if name is None else self._profiles.profiles.get(name)
        if name is None:
            return Answers()
        return Answers(name) if found is None else answers_of(name, found)

    def _build(self) -> None:
        buttons = ttk.Frame(self._frame)  # first, so that Tab comes to them after the last field, then to Profile
        buttons.grid(row=21, column=0, columnspan=2, sticky="e", **_PAD)
        for column, (text, command) in enumerate(
            (("Save", self.save), ("Test connection", self.test), ("Close", self.close))
        ):
            button = ttk.Button(buttons, text=text, command=command, default="normal" if column else "active")
            button.grid(row=0, column=column, padx="3p")
            self._keys.add(button, button)
        names = tuple(self._profiles.profiles)
        self._first_field = self._row(0, "Profile", self._profile, names, typed=True)
        self._first_field.bind("<<ComboboxSelected>>", lambda _event: self._show_profile(self._profile.get()))
        self._profile.trace_add("write", lambda *_facts: self._forget_environment())
        environment = self._row(1, "Environment", self._environment, ENVIRONMENTS)
        environment.bind("<<ComboboxSelected>>", lambda _event: self._tell_environment())
        kinds = self._row(2, "How the file gets there", self._kind, tuple(KINDS))
        kinds.bind("<<ComboboxSelected>>", lambda _event: self._show(replace(self.answers(), settings={})))
        message = ttk.Label(self._frame, textvariable=self._message, wraplength=_WIDE)
        message.grid(row=20, column=0, columnspan=2, sticky="w", **_PAD)

    def _row(
        self, row: int, label: str, variable: tk.StringVar, choices: tuple[str, ...], *, typed: bool = False
    ) -> ttk.Combobox:
        box = self._box(variable, choices, typed=typed)
        self._place(row, label, box)
        return box

    def _box(self, variable: tk.StringVar, choices: tuple[str, ...], *, typed: bool = False) -> ttk.Combobox:
        state = "normal" if typed else "readonly"
        box = ttk.Combobox(self._frame, textvariable=variable, values=choices, width=34, state=state)
        ignore_wheel(box)
        if not typed:
            choose_by_letter(box)
        return box

    def _place(self, row: int, text: str, field: tk.Widget) -> ttk.Label:
        label = ttk.Label(self._frame, text=text)
        label.grid(row=row, column=0, sticky="w", **_PAD)
        field.grid(row=row, column=1, sticky="ew", **_PAD)
        self._keys.add(label, field)
        return label

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
            entry: tk.Widget
            if setting.choices:
                entry = self._box(variable, setting.choices)
            else:
                entry = ttk.Entry(self._frame, textvariable=variable, width=36)
            self._rows += [self._place(row, setting.label, entry), entry]
        if settings_class(answers.kind).takes_password():
            entry = ttk.Entry(self._frame, textvariable=self._password, show="•", width=36)
            self._rows += [self._place(row + 1, "Password (blank keeps it)", entry), entry]

    def _tell_environment(self) -> None:
        """Show what the chosen environment means, where it is often taken for practice."""
        self._shown_with_environment = None
        self._message.set(TEST_UPLOADS if self._environment.get() == "test" else "")

    def _forget_environment(self) -> None:
        """Clear the environment of the profile that was shown: another name is another profile, whose own is asked."""
        if self._shown_with_environment not in {None, self._profile.get().strip()}:
            self._shown_with_environment = None
            self._environment.set("")

    def answers(self) -> Answers:
        """Return the texts in the window."""
        settings = {key: variable.get() for key, variable in self._fields.items()}
        return Answers(self._profile.get().strip(), self._environment.get(), self._kind.get(), settings)

    @property
    def message(self) -> str:
        """The last message of the window."""
        return self._message.get()

    def save(self) -> None:
        """Save the profile and its password, which stays in the window when it could not be kept."""
        if self._try(lambda: save(self.answers(), self._password.get(), self._paths)):
            self._password.set("")
            self._saved = self.answers()

    def test(self) -> None:
        """Test the connection with the saved settings; with others in the window, nothing is tested."""
        if self._is_changed():
            self._message.set("Not tested: what you changed is not saved yet. Save, then test.")
            return
        self._message.set("Connecting ...")
        self.root.update_idletasks()
        self._try(lambda: test(self.answers(), self._paths, self.confirm))

    def confirm(self, server: "NewServer") -> bool:
        """Ask whether a new SFTP server is the right one."""
        return messagebox.askyesno("Action Returns", clean(server.question), default="no", parent=self.root)

    def _try(self, action: Callable[[], str]) -> bool:
        try:
            self._message.set(clean(action()))
        except ActionReturnsError as problem:
            self._message.set(clean(str(problem)))
            return False
        finally:  # a profile may be saved although its password is not
            self._read_profiles()
        return True

    def _read_profiles(self) -> None:
        """Read the profiles anew: one that is chosen again is shown as it is now, or Save would bring back what it was."""
        with suppress(ActionReturnsError):  # the message says what is wrong with the file
            self._profiles = load_settings(self._paths.config_file)
            self._first_field.configure(values=tuple(self._profiles.profiles))

    def _tell_unexpected(
        self, _type: type[BaseException], error: BaseException, _trace: "TracebackType | None"
    ) -> None:
        """Show an unexpected error; tkinter would print it where no user of a workbook looks."""
        from action_returns.operations.error_details import save_error_details

        file = save_error_details(error, self._paths)
        details = "" if file is None else f" Details are in {file}."
        self._message.set(clean(f"Unexpected error ({type(error).__name__}). Nothing was sent.{details}"))
