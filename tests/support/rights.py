"""Who may read a file, set with what this system has for it: a mode, or an access list on Windows."""

import os

import pytest

from action_returns.private_files import read_own_file, read_private_file

both = pytest.mark.parametrize(
    "read", [read_private_file, lambda path: read_own_file(path, largest=9)], ids=["private", "own"]
)
"""The reader of passwords and keys, and the one of profiles."""


def make_private(path):
    """Let only this user read a file."""
    if os.name == "posix":
        path.chmod(0o600)
    else:
        from action_returns.access_lists import keep_for_this_user

        keep_for_this_user(path)


def open_to_everyone(path, *, change=False):
    """Let every user read a file or folder, or change it."""
    if os.name == "posix":
        path.chmod(path.stat().st_mode | (0o006 if change else 0o004))
    else:
        rights = "FRFWFX" if change else "FRFX"
        inherits = "OICI" if path.is_dir() else ""
        set_access_list(
            path, "D:P" + "".join(f"(A;{inherits};{one})" for one in ("FA;;;SY", f"FA;;;{_me()}", f"{rights};;;WD"))
        )


def set_access_list(path, entries):
    """Give a file or folder an access list of Windows, written as SDDL."""
    import win32security

    facts = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(entries, 1)
    win32security.SetFileSecurity(str(path), win32security.DACL_SECURITY_INFORMATION, facts)


def _me():
    import win32api
    import win32security

    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32security.TOKEN_QUERY)
    return win32security.ConvertSidToStringSid(win32security.GetTokenInformation(token, win32security.TokenUser)[0])
