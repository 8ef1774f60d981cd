"""Find the password store of the operating system, and say in words why it does not do what it was asked."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.errors import PasswordState, SecretError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_ALLOWED: Final = (
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)
"""Back ends that encrypt. Without this list keyring falls back to a plain file when keyrings.alt is installed."""
_NAMES_OF_THEM: Final = "Keychain, Credential Manager, Secret Service or KWallet"
_VARIABLE: Final = "PYTHON_KEYRING_BACKEND"
_ELSEWHERE: Final = 'password = "env:NAME" or "file:PATH" in the profile'

_LONGEST_IN_WINDOWS: Final = 1280
"""UTF-16 units that one entry of Windows' store holds: CRED_MAX_CREDENTIAL_BLOB_SIZE is 2560 bytes (wincred.h)."""
_NO_LOGON_SESSION: Final = 1312
"""ERROR_NO_SUCH_LOGON_SESSION (winerror.h): Windows opens no store for a session over SSH or a task without a user."""
_NO_INTERACTION: Final = -25308
"""errSecInteractionNotAllowed (SecBase.h): a Mac may not ask for the password of the locked keychain, as over SSH."""
_LOCKED: Final = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})
_NO_STORE: Final = frozenset({"NoKeyringError", "InitError", "SecretServiceNotAvailableException"})
"""Errors of keyring 25 and SecretStorage 3, by their names: each library is there only where its store is."""


def find_store() -> "KeyringBackend":
    """Return the store of this machine.

    Raises:
        SecretError: there is none that encrypts, or the back end that keyring is set up for cannot be used.
    """
    named = None
    try:
        import logging

        import keyring

        logging.getLogger("keyring").setLevel(logging.CRITICAL + 1)  # it prints the traceback of each broken back end
        named = _named_back_end()
        store = keyring.get_keyring()
        members = list(getattr(store, "backends", [store]))  # the chainer asks several stores in turn
    except SecretError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a module of others can raise anything while it is loaded
        if named is not None:
            raise _unusable_back_end(*named, error) from None
        # A back end that was found, not asked for, stops keyring even where a good one is beside it.
        members = _good_back_ends()
        if not members:
            raise SecretError(
                f"The password store of this machine cannot be found: {_kind_and_words(error)}. Use {_ELSEWHERE}.",
                "no store",
            ) from None
    for member in members:
        if f"{type(member).__module__}.{type(member).__qualname__}" in _ALLOWED:
            return member  # type: ignore[no-any-return]
    if named is not None:
        raise SecretError(
            f"keyring is set up for the back end {named[0]} ({named[1]}), which is none of those that encrypt "
            f"({_NAMES_OF_THEM}). Take that setting out, or use {_ELSEWHERE}.",
            "no store",
        )
    raise SecretError(
        f"This machine has no password store that encrypts ({_NAMES_OF_THEM}). Use {_ELSEWHERE} instead.", "no store"
    )


def refusal(error: Exception, refused: str, *, password: str = "", is_windows: bool = False) -> SecretError:
    """Return what a store raised as words, with what to do about it.

    Args:
        error: as the library of the store raised it.
        refused: what it did not do, such as ``did not take the password``.
        password: that it did not take.
        is_windows: whether the store is the one of Windows, which takes short passwords only.
    """
    state = _state(error)
    todo = {
        "locked": f"It is locked: unlock it, then try again. On a server without a desktop, use {_ELSEWHERE}.",
        "no store": f"Sign in at the desktop of this machine, or use {_ELSEWHERE}.",
    }.get(state, f"Try again. If that does not help, use {_ELSEWHERE}.")
    length = len(password.encode("utf-16-le", "surrogatepass")) // 2
    if is_windows and length > _LONGEST_IN_WINDOWS:
        todo = f"It has {length:,} characters, Windows takes {_LONGEST_IN_WINDOWS:,}."
    words = _words(error)
    if password and password in words:
        words = "its words hold the password"
    return SecretError(f"The password store of this machine {refused}: {words}. {todo}", state)


def _named_back_end() -> tuple[str, str] | None:
    """Return the back end that the user's settings name and where they do, None when they name none.

    Raises:
        SecretError: the file with the settings of keyring is damaged.
    """
    if _VARIABLE in os.environ:
        return os.environ[_VARIABLE] or "(none)", f"the variable {_VARIABLE}"
    from configparser import Error, RawConfigParser

    from keyring.util import platform_

    path = Path(platform_.config_root()) / "keyringrc.cfg"
    settings = RawConfigParser()
    try:
        settings.read(path, encoding="utf-8")  # as keyring reads it; one that is not there is no error
        name = settings.get("backend", "default-keyring", fallback="").strip()
    except (Error, ValueError):
        raise SecretError(
            f"{path}, the settings of keyring, is damaged. Repair or delete it, or use {_ELSEWHERE}.", "back end broken"
        ) from None
    return (name, str(path)) if name else None


def _unusable_back_end(name: str, where: str, error: BaseException) -> SecretError:
    from keyring.errors import KeyringError

    module, _, member = name.rpartition(".")
    missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    lacks_class = isinstance(error, AttributeError) and getattr(error, "name", None) == member
    state: PasswordState = "back end broken"
    if not module or lacks_class or (missing is not None and f"{module}.".startswith(f"{missing}.")):
        why, state = "is not installed", "back end missing"
    elif isinstance(error, RuntimeError | KeyringError):  # keyring's own way to say that a store is not there
        why, state = f"does not work here: {_words(error)}", "no store"
    else:
        why = f"cannot be loaded: {_kind_and_words(error)}"
    return SecretError(
        f"keyring is set up for the back end {name} ({where}), which {why}. Take that setting out, or use {_ELSEWHERE}.",
        state,
    )


def _good_back_ends() -> list["KeyringBackend"]:
    """Return those of the allowed back ends that work here, the best first."""
    from contextlib import suppress

    found = []
    for name in _ALLOWED:
        with suppress(Exception):
            from keyring.core import load_keyring

            found.append(load_keyring(name))
    return sorted(found, key=lambda store: -store.priority)


def _state(error: Exception) -> PasswordState:
    causes = [error, error.__cause__, error.__context__]
    names = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    numbers = {cause.args[0] for cause in causes if cause is not None and cause.args}
    if names & _LOCKED or _NO_INTERACTION in numbers:
        return "locked"
    return "no store" if names & _NO_STORE or _NO_LOGON_SESSION in numbers else "not readable"


def _kind_and_words(error: BaseException) -> str:
    words = _words(error)
    kind = type(error).__name__
    return words if words == kind else f"{words} ({kind})"


def _words(error: BaseException) -> str:
    """Return what a store says: an error of Windows has a number and a function beside its words."""
    if isinstance(error, UnicodeError):  # it would repeat a character of the password
        return "it has a character that the store cannot keep"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".!")
