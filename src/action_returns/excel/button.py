"""Run a click: find its workbook, refuse a second click at the same time, and turn every error into a dialogue."""

import errno
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import Final

from action_returns.errors import (
    ActionReturnsError,
    ConfigError,
    ExcelBusyError,
    ExcelError,
    LedgerError,
    NoSuchProfileError,
)
from action_returns.excel.button_texts import with_buttons
from action_returns.excel.dialogues import draw_sharply, show_without_excel
from action_returns.excel.engine import retry_while_busy
from action_returns.excel.reach import reach_excel
from action_returns.excel.workbook import OpenWorkbook
from action_returns.files import Paths, default_paths
from action_returns.operations.account import Account, open_account
from action_returns.operations.pywin32_folder import folder_problem
from action_returns.private_files import make_private_folder, private_opener


@dataclass(frozen=True)
class ButtonContext:
    """The workbook, the paths and the account of one click.

    Args:
        book: the workbook whose button was clicked.
        paths: every file and folder of this program.
        profile: the profile to use instead of the workbook's own.
    """

    book: OpenWorkbook
    paths: Paths
    profile: str | None = None

    @cached_property
    def account(self) -> Account:
        """The account of the given profile, else of the workbook's profile, else of the default profile."""
        own = None if self.profile else self.book.profile
        try:
            return open_account(self.paths, self.profile or own)
        except NoSuchProfileError:
            if own is None:
                raise
            from action_returns.operations.texts import workbook_of_no_profile
            from action_returns.settings.config import load_settings
            from action_returns.settings.problems import no_such_profile

            there = load_settings(self.paths.config_file).profiles
            missing = no_such_profile(own, there, self.paths.config_file)
            raise ConfigError(workbook_of_no_profile(missing)) from None

    @property
    def last_change(self) -> Path:
        """The file that keeps the last change to the user's own cells."""
        # The name alone is not enough: a workbook in another folder can have the same one.
        name = f"{self.book.name} {self.book.metadata.get('book_id') or ''}"
        return self.paths.ledger_file.parent / "clicks" / f"{_file_name(name)}.json"

    def tell(self, text: str, *, mode: str = "info") -> None:
        """Show one plain dialogue, which names buttons; outside of Excel when Excel refuses to show it."""
        text = with_buttons(text)
        try:
            self.book.tell(text, mode=mode)
        except Exception:  # noqa: BLE001  # a cell that stays in editing, an Excel that was closed
            show_without_excel(text)

    @staticmethod
    def now() -> datetime:
        """Return the local time with its zone."""
        return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class RibbonButton:
    """How a button looks in the ribbon.

    Args:
        label: its text; ``...`` at the end when it asks something first.
        group: heading of the group it stands in.
        keytip: the key after Alt; no keytip begins another one.
        image: name of one of Office's own icons (imageMso).
        tip: the bold line that shows under the pointer.
        help: the sentence below that line.
        large: whether the icon is as high as the ribbon.
    """

    label: str
    group: str
    keytip: str
    image: str
    tip: str
    help: str
    large: bool = False


GROUPS: Final = ("Data", "Check", "Submit", "After sending", "Setup")
"""The groups of the ribbon, in its order; a group that is not among them stands after them."""
BUTTONS: Final[dict[str, RibbonButton]] = {}
"""Function in ``clicks`` -> its button. The ribbon shows the buttons of a group in the order of this table."""


def button(
    *,
    label: str,
    group: str,
    keytip: str,
    image: str,
    tip: str,
    help: str,  # noqa: A002  # the word users know
    large: bool = False,
) -> Callable[[Callable[[ButtonContext], None]], Callable[[], None]]:
    """Turn a function into the handler of a ribbon button, and add the button to :data:`BUTTONS`.

    This is the only declaration of a button: ``make docs`` writes the ribbon and its VBA from it. The arguments are
    those of :class:`RibbonButton`.

    Returns:
        A decorator. The handler takes no arguments, because ``RunPython`` passes none, and it never raises.
    """

    def register(function: Callable[[ButtonContext], None]) -> Callable[[], None]:
        BUTTONS[function.__name__] = RibbonButton(label, group, keytip, image, tip, help, large)

        @wraps(function)
        def handle_click() -> None:
            _run_click(function)

        return handle_click

    return register


def _run_click(function: Callable[[ButtonContext], None]) -> None:
    draw_sharply()
    # One click is one short process: looking through a large table for cycles costs more than all the rest.
    gc.disable()
    try:
        book = OpenWorkbook(retry_while_busy(reach_excel)(lambda xlwings: xlwings.Book.caller()))
    except ExcelError as error:  # without a workbook there is no dialogue of Excel's either
        show_without_excel(str(error))
        return
    except Exception as error:  # noqa: BLE001  # the type depends on the program: com_error, KeyError
        show_without_excel(
            f"The workbook was not found in Excel ({error}). Nothing was changed. Close the workbook, open it again, then "
            "click again."
        )
        return
    try:
        paths = default_paths(os.environ)
    except ActionReturnsError as error:
        show_without_excel(str(error))
        return
    context = ButtonContext(book, paths)
    try:
        with single_click_lock(context.paths, book.name):
            function(context)
    except ExcelBusyError as error:
        show_without_excel(str(error))
    except LedgerError as error:
        context.tell(str(error), mode="critical")
    except ActionReturnsError as error:
        context.tell(str(error))
    except Exception as error:  # noqa: BLE001  # the last one to catch it: a user never sees a traceback
        context.tell(_unexpected(error, context.paths), mode="critical")
    finally:
        gc.enable()
        with suppress(Exception):
            book.status(None)


def _unexpected(error: Exception, paths: Paths) -> str:
    """Return the text of an unexpected error, after its details were saved."""
    from action_returns.operations.error_details import save_error_details

    file = save_error_details(error, paths)
    details = "" if file is None else f" Details are in {file}."
    problem = folder_problem(error)
    advice = "" if problem is None else f" {problem}"
    return f"Unexpected error ({type(error).__name__}). Whether anything was sent shows in History.{details}{advice}"


@contextmanager
def single_click_lock(paths: Paths, book: str) -> Iterator[None]:
    """Hold the lock of a workbook during a click or a command; on a Mac, RunPython returns before Python has ended.

    The operating system releases the lock when the program ends, however it ends.

    Args:
        paths: where the locks are.
        book: the workbook's name.

    Raises:
        ExcelError: another click or command is at work in it, or the folder of the locks cannot be used.
    """
    path = paths.ledger_file.parent / "clicks" / f"{_file_name(book)}.lock"
    with ExitStack() as stack:
        try:
            make_private_folder(path.parent)
            # Never emptied, and no link is followed: the file that is locked is in this folder and nowhere else.
            is_free = _lock(stack.enter_context(open(path, "ab", opener=private_opener)).fileno())
        except OSError as error:
            raise ExcelError(
                f"The work did not start: {path.parent} cannot be used ({error.strerror or error}). Nothing was "
                "changed. Set ACTION_RETURNS_HOME to a folder on this computer's own disk."
            ) from None
        if not is_free:
            raise ExcelError(
                f"Another click or command is at work in {book}. Nothing was changed. Wait until it has ended, then try "
                "again."
            )
        yield


def _lock(handle: int) -> bool:
    """Lock an open file until it is closed; return False when another program holds the lock.

    Raises:
        OSError: the file cannot be locked at all, such as on some network drives.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
            raise
        return False
    return True


def _file_name(book: str) -> str:
    return "".join(letter if letter.isalnum() else f"-{ord(letter):x}-" for letter in book)
