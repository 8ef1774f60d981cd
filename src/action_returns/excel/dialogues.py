"""Ask in dialogues where Enter never sends money, and show texts without Excel: on Windows, on a Mac and elsewhere."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from action_returns.clean_text import clean
from action_returns.excel.engine import MAC, WINDOWS, engine_of

_TITLE: Final = "Action Returns"
_PENDING_FILES: Final = "Pending Actions download (*.csv;*.xlsx;*.json),*.csv;*.xlsx;*.json"
_RESULT_FILES: Final = (
    "Pending Actions download or result file (*.csv;*.xlsx;*.json;*.txt;*.gz),*.csv;*.xlsx;*.json;*.txt;*.gz"
)
_EXPORT_FILES: Final = (
    "Returns export (*.csv;*.tsv;*.txt;*.xlsx;*.xlsm;*.json;*.zip),*.csv;*.tsv;*.txt;*.xlsx;*.xlsm;*.json;*.zip"
)

_YES_NO: Final = 0x4
_YES_NO_CANCEL: Final = 0x3
_ICON_INFORMATION: Final = 0x40
_SECOND_BUTTON: Final = 0x100  # MB_DEFBUTTON2: the answer for Enter (Windows, MessageBox)
_THIRD_BUTTON: Final = 0x200  # MB_DEFBUTTON3
# Excel waits for the click, and its window would hide a box that has no owner (Windows, MessageBox).
_SET_FOREGROUND: Final = 0x10000
_TOPMOST: Final = 0x40000
_YES: Final = 6  # IDYES
_NO: Final = 7  # IDNO
_CANCELLED: Final = -128  # errAEUserCanceled (Apple, AppleScript error codes)


def pick_file(app: Any) -> Path | None:
    """Ask for the file of a Pending Actions download; None when the user cancels."""
    return _pick(app, "Choose the Pending Actions download", _PENDING_FILES)


def pick_results(app: Any) -> Path | None:
    """Ask for the file that says what became of a batch; None when the user cancels."""
    return _pick(app, "Choose a new Pending Actions download, or a result file of the network", _RESULT_FILES)


def pick_export(app: Any) -> Path | None:
    """Ask for a shop's returns export; None when the user cancels."""
    return _pick(app, "Choose the returns export of your shop", _EXPORT_FILES)


def _pick(app: Any, title: str, files: str) -> Path | None:
    if engine_of(app) == WINDOWS:
        chosen = app.api.GetOpenFilename(files, 1, title)
        return Path(chosen) if isinstance(chosen, str) else None
    import tkinter as tk
    from tkinter import filedialog

    root = tk.Tk()
    root.withdraw()
    chosen = filedialog.askopenfilename(title=title)
    root.destroy()
    return Path(chosen) if chosen else None


def ask(app: Any, question: str, *, default: bool) -> bool:
    """Ask a question with the answers yes and no.

    xlwings' own dialogue makes Yes the answer for Enter (xlwings 0.37.8, ``App.alert``), which must not send money.

    Args:
        app: xlwings' app.
        question: the question.
        default: the answer for Enter, and when the dialogue ends without an answer.

    Returns:
        Whether the answer was yes.
    """
    match engine_of(app):
        case name if name == WINDOWS:
            import win32api

            style = _YES_NO | _ICON_INFORMATION | (0 if default else _SECOND_BUTTON)
            pressed = win32api.MessageBox(app.impl.hwnd, question, _TITLE, style)
            return pressed == _YES or (default and pressed != _NO)
        case name if name == MAC:
            buttons = {"buttons": ["No", "Yes"], "default_button": "Yes" if default else "No"}
            answer = _mac_dialogue(app, "display_alert", _TITLE, message=question, **buttons)
            return bool(answer.get("button_returned", "Yes" if default else "No") == "Yes")
        case _:
            return bool(app.alert(question, title=_TITLE, buttons="yes_no", mode="info") == "yes")


def choose(app: Any, question: str) -> str:
    """Ask a question with two answers and a way out, which is the answer for Enter.

    Returns:
        ``yes``, ``no`` or ``cancel``.
    """
    match engine_of(app):
        case name if name == WINDOWS:
            import win32api

            style = _YES_NO_CANCEL | _ICON_INFORMATION | _THIRD_BUTTON
            pressed = win32api.MessageBox(app.impl.hwnd, question, _TITLE, style)
            return {_YES: "yes", _NO: "no"}.get(pressed, "cancel")
        case name if name == MAC:
            buttons = {"buttons": ["Cancel", "No", "Yes"], "default_button": "Cancel", "cancel_button": "Cancel"}
            answer = _mac_dialogue(app, "display_alert", _TITLE, message=question, **buttons)
            return str(answer.get("button_returned", "Cancel")).lower()
        case _:
            return str(app.alert(question, title=_TITLE, buttons="yes_no_cancel", mode="info"))


def ask_number(app: Any, question: str) -> str | None:
    """Ask the user to type a number; None where this engine has no input box, ``""`` when the user cancels."""
    match engine_of(app):
        case name if name == WINDOWS:
            typed = app.api.InputBox(question, _TITLE)
            return str(typed).strip() if isinstance(typed, (str, int, float)) and typed is not False else ""
        case name if name == MAC:
            buttons = {"buttons": ["Cancel", "OK"], "default_button": "OK", "cancel_button": "Cancel"}
            answer = _mac_dialogue(app, "display_dialog", question, default_answer="", with_title=_TITLE, **buttons)
            return str(answer.get("text_returned", "")).strip()
        case _:
            return None


def _mac_dialogue(app: Any, command: str, text: str, **details: object) -> dict[str, Any]:
    """Show one of macOS's own dialogues in Excel, as xlwings does, and return its answers; none when it was cancelled."""
    import osax
    from appscript import k
    from appscript.reference import CommandError

    shown_by = osax.OSAX(pid=app.impl.pid)
    shown_by.activate()
    try:
        answer = getattr(shown_by, command)(text, **details)
    except CommandError as error:
        if error.errornumber != _CANCELLED:
            raise
        return {}
    return {
        name: answer[getattr(k, name)] for name in ("button_returned", "text_returned") if getattr(k, name) in answer
    }


def draw_sharply() -> None:
    """Declare that the windows of this process fit the scaling of Windows, which else enlarges and blurs them.

    It has to be told before the first window. python.exe does not tell it by itself (python/cpython, issue 119459).
    """
    if sys.platform == "win32":
        import ctypes

        with suppress(AttributeError, OSError):  # Windows before 8.1; told before
            ctypes.OleDLL("shcore").SetProcessDpiAwareness(1)  # PROCESS_SYSTEM_DPI_AWARE


def show_without_excel(text: str) -> None:
    """Show a text without Excel: in a message box on Windows; on a Mac xlwings shows what is printed here."""
    text = clean(text)
    if sys.platform == "win32":
        import ctypes

        style = _ICON_INFORMATION | _SET_FOREGROUND | _TOPMOST
        ctypes.windll.user32.MessageBoxW(None, text, _TITLE, style)
    else:
        print(text, file=sys.stderr)  # noqa: T201
