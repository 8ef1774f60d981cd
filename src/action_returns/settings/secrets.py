"""Read, store and delete passwords: in the operating system's store, an environment variable or a private file."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.errors import PasswordState, SecretError
from action_returns.files import expand_user
from action_returns.private_files import NotPrivateError, read_private_file
from action_returns.settings.password_store import find_store as _store
from action_returns.settings.password_store import refusal

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend
    from keyring.credentials import Credential

SERVICE: Final = "action-returns"

_LONGEST_FILE: Final = 4096
_NOT_SHOWN: Final = "its name is not repeated: it may be the password itself"


def ledger_account(profile: str) -> str:
    """Return the name under which the password of a profile's team ledger is kept."""
    return f"{profile}:ledger"


def api_account(profile: str) -> str:
    """Return the name under which the auth token of a profile's API is kept."""
    return f"{profile}:api"


def read_secret(reference: str, *, profile: str) -> str:
    """Return a password.

    Args:
        reference: ``keyring``, ``env:NAME`` or ``file:PATH``.
        profile: the profile it belongs to, or :func:`ledger_account` or :func:`api_account` of it.

    Raises:
        SecretError: when it is missing or kept where others can read it. The message never holds it.
    """
    kind, _, location = reference.partition(":")
    if kind == "keyring":
        return _from_keyring(profile)
    if kind == "env":
        return _from_environment(location, profile)
    return _from_file(location, profile)


def shown_reference(reference: str) -> str:
    """Return where a password is kept, as it is shown: ``env:…`` where the rest may be the password itself.

    Variables have names in capital letters, or they are there; files are named by a path. A password that was written
    after ``env:`` or ``file:`` by mistake mostly has neither.
    """
    kind, _, location = reference.partition(":")
    is_shown = {
        "env": location.isupper() or location in os.environ,
        "file": _is_path(location),
    }.get(kind, True)
    return reference if is_shown else f"{kind}:…"


def _path(location: str) -> Path:
    try:
        return expand_user(Path(location))
    except RuntimeError:  # ~NAME, and there is no user of that name
        return Path(location)


def _is_path(location: str) -> bool:
    path = _path(location)
    try:
        # A password may begin with a slash: a name right below the root counts only where it is there.
        return path.exists() or (str(path.parent) not in {".", path.anchor} and path.parent.is_dir())
    except (OSError, ValueError):
        return False


def set_secret(profile: str, password: str) -> None:
    """Store a password in the operating system's store.

    Raises:
        SecretError: when there is no store that encrypts, or it does not take the password.
    """
    store = _store()
    try:
        store.set_password(SERVICE, profile, password)
    except Exception as error:  # noqa: BLE001  # each store raises what its library raises
        is_windows = type(store).__name__ == "WinVaultKeyring"
        raise refusal(error, "did not take the password", password=password, is_windows=is_windows) from None


def delete_secret(profile: str) -> bool:
    """Remove a password from the store; return whether there was one.

    Raises:
        SecretError: when there is no store that encrypts, or it does not remove the password.
    """
    store = _store()
    from keyring.errors import PasswordDeleteError

    try:
        store.delete_password(SERVICE, profile)
    except PasswordDeleteError as error:
        # KWallet and a Mac's keychain raise it too where the user may not delete what is there (keyring 25).
        if _is_kept(store, profile):
            raise refusal(error, "did not remove the password") from None
        return False
    except Exception as error:  # noqa: BLE001  # each store raises what its library raises
        raise refusal(error, "did not remove the password") from None
    return True


def _is_kept(store: "KeyringBackend", profile: str) -> bool:
    """Return whether a store has a password; also where it does not say."""
    try:
        return _is_of(store.get_credential(SERVICE, profile), profile)
    except Exception:  # noqa: BLE001  # each store raises what its library raises
        return True


def password_state(reference: str, *, profile: str) -> "tuple[PasswordState | None, str]":
    """Return why a password cannot be fetched, in one or two words and in sentences; None and ``""`` when it can."""
    try:
        read_secret(reference, profile=profile)
    except SecretError as error:
        return error.state, str(error)
    return None, ""


def _from_keyring(profile: str) -> str:
    store = _store()
    try:
        found = store.get_credential(SERVICE, profile)
    except UnicodeDecodeError:
        raise SecretError(
            f"The password of {_owner(profile)} in the store of this machine cannot be read: another program wrote it. "
            f"Set it: action-returns secret set {_option(profile)}",
            "not readable",
        ) from None
    except Exception as error:  # noqa: BLE001  # each store raises what its library raises
        raise refusal(error, "did not answer") from None
    if found is None or not _is_of(found, profile):
        raise SecretError(
            f"There is no password for {_owner(profile)} yet. Set it: action-returns secret set {_option(profile)}"
        )
    return found.password


def _is_of(found: "Credential | None", profile: str) -> bool:
    """Return whether a store found a password, and the right one.

    Windows' store does not tell ACME from acme and gives the password of the other. libsecret may name no user.
    """
    return found is not None and found.username in {profile, None} and bool(found.password)


def _from_environment(name: str, profile: str) -> str:
    password = os.environ.get(name)
    if not password:
        variable = (
            f"the variable {name}" if shown_reference(f"env:{name}").endswith(name) else f"a variable ({_NOT_SHOWN})"
        )
        raise SecretError(
            f"The password of {_owner(profile)} is kept in {variable}, which is not set. Set it, then try again."
        )
    return password


def _from_file(location: str, profile: str) -> str:
    path = _path(location)
    shown = str(path) if _is_path(location) else f"A file ({_NOT_SHOWN})"
    problem = f"{shown}, the password file of {_owner(profile)},"
    try:
        content = read_private_file(path, largest=_LONGEST_FILE)
    except NotPrivateError as error:
        raise SecretError(f"{problem} {error.problem}. {error.remedy}", "not readable") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file has such a name"
        state: PasswordState = "missing" if isinstance(error, FileNotFoundError | ValueError) else "not readable"
        raise SecretError(f"{problem} cannot be read: {why}.", state) from None
    if b"\0" in content:
        problem += " is UTF-16 text, as PowerShell's > writes it, or no text. Save it as UTF-8."
        raise SecretError(problem, "not readable")
    try:
        password = content.decode("utf-8-sig")  # Notepad's mark in front is no part of the password
    except UnicodeDecodeError:
        raise SecretError(f"{problem} cannot be read: it is not UTF-8 text.", "not readable") from None
    password = password.removesuffix("\n").removesuffix("\r")
    if not password:
        raise SecretError(f"{problem} is empty.")
    return password


def _owner(account: str) -> str:
    name, _, of = account.partition(":")
    return {"ledger": "the team's ledger of ", "api": "the API of "}.get(of, "") + f"profile {name}"


def _option(account: str) -> str:
    name, _, of = account.partition(":")
    return f"{name} --{of}" if of else name
