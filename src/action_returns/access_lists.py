"""Windows' access lists: which groups of many users may read or change a file, and a list for this user only."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_LARGE_GROUPS: Final = frozenset(
    {
        "S-1-1-0",  # Everyone
        "S-1-5-2",  # Network
        "S-1-5-4",  # Interactive
        "S-1-5-7",  # Anonymous
        "S-1-5-11",  # Authenticated Users
        "S-1-5-32-545",  # Users
        "S-1-5-32-546",  # Guests
    }
)
"""Groups that other people of this computer or network are in without having been chosen
(learn.microsoft.com, "Well-known SIDs")."""
_LARGE_GROUPS_OF_A_DOMAIN: Final = ("-513", "-514", "-515")
"""Ends of the numbers of Domain Users, Domain Guests and Domain Computers."""
LARGE_GROUPS: Final = "Everyone, Users, Authenticated Users, Guests or Domain Users"
"""The groups that are looked for, as a message names them."""

_ALLOWS: Final = frozenset({0, 5})  # ACCESS_ALLOWED_ACE_TYPE, ACCESS_ALLOWED_OBJECT_ACE_TYPE (winnt.h)
_READ_OR_CHANGE: Final = (
    0x1 | 0x2 | 0x4 | 0x40  # FILE_READ_DATA, FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_DELETE_CHILD
    | 0x10000 | 0x40000 | 0x80000  # DELETE, WRITE_DAC, WRITE_OWNER
    | 0x10000000 | 0x40000000 | 0x80000000  # GENERIC_ALL, GENERIC_WRITE, GENERIC_READ
)  # fmt: skip


class Allowed(NamedTuple):
    """An entry of an access list that grants something.

    Args:
        sid: the user or the group, as ``S-1-1-0``.
        rights: the bits of the rights.
    """

    sid: str
    rights: int


def large_groups_with_access(path: Path) -> list[str]:
    """Return the names of the large groups that may read or change a file or folder, as this Windows has them.

    It goes by the file's own list: Windows does not ask the folders above it. Users and small groups that were chosen
    are not looked for.

    Returns:
        ``[]`` also for a file that cannot be looked at, because it is not there or its file system has no lists.
    """
    return [_name(sid) for sid in _large_groups(path)]


def removal_of_large_groups(path: Path) -> str:
    """Return the option of icacls that removes the large groups from a file's own list.

    ``/inheritance:r`` removes only what the file has from its folder (learn.microsoft.com, "icacls").
    """
    return " ".join(("/remove:g", *(f"*{sid}" for sid in _large_groups(path))))


def _large_groups(path: Path) -> list[str]:
    import pywintypes
    import win32security

    try:
        facts = win32security.GetFileSecurity(str(path), win32security.DACL_SECURITY_INFORMATION)
    except pywintypes.error:
        return []
    return sorted(large_groups_in(allowed_by(facts)))


def large_groups_in(entries: Iterator[Allowed]) -> set[str]:
    """Return the large groups among those that may read or change."""
    return {sid for sid, rights in entries if rights & _READ_OR_CHANGE and _is_large(sid)}


def allowed_by(facts: object) -> Iterator[Allowed]:
    """Iterate over what a security descriptor of pywin32 grants. One without a list grants everything to everyone.

    Entries with a condition, which only an administrator's rules make, are left out.
    """
    import win32security

    entries = facts.GetSecurityDescriptorDacl()  # type: ignore[attr-defined]
    if entries is None:
        yield Allowed("S-1-1-0", _READ_OR_CHANGE)
        return
    for number in range(entries.GetAceCount()):
        try:
            (kind, _), rights, *_, sid = entries.GetAce(number)
        except NotImplementedError:  # pywin32 312 knows no entry with a condition (PyACL.cpp)
            continue
        if kind in _ALLOWS:
            yield Allowed(win32security.ConvertSidToStringSid(sid), rights)


def has_access_lists(path: Path) -> bool:
    """Return whether the disk of a file keeps access lists; the FAT of memory sticks does not. True when it is unknown."""
    import pywintypes
    import win32api

    keeps_lists = 0x8  # FILE_PERSISTENT_ACLS (winnt.h)
    try:
        return bool(win32api.GetVolumeInformation(path.resolve().anchor)[3] & keeps_lists)
    except pywintypes.error:
        return True


def keep_for_this_user(path: Path) -> None:
    """Set an access list that allows this user, the administrators and the system, and no other.

    What is made in the folder later inherits it; what is in it already keeps its own.

    Raises:
        OSError: it cannot be changed, for example because its file system has no lists.
    """
    import pywintypes
    import win32api
    import win32security

    everything_in_it = "OICI" if path.is_dir() else ""
    try:
        token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32security.TOKEN_QUERY)
        me = win32security.ConvertSidToStringSid(win32security.GetTokenInformation(token, win32security.TokenUser)[0])
        # Not "the owner": what a program run as administrator makes belongs to the administrators.
        entries = "".join(f"(A;{everything_in_it};FA;;;{sid})" for sid in ("SY", "BA", me))
        facts = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            f"D:P{entries}", win32security.SDDL_REVISION_1
        )
        win32security.SetFileSecurity(str(path), win32security.DACL_SECURITY_INFORMATION, facts)
    except pywintypes.error as error:
        raise OSError(None, error.strerror, str(path), error.winerror) from None


def copy_access(source: Path, target: Path) -> None:
    """Copy the access list of a file to another one.

    Raises:
        OSError: one of them cannot be looked at or changed, for example because its file system has no lists.
    """
    import pywintypes
    import win32security

    try:
        facts = win32security.GetFileSecurity(str(source), win32security.DACL_SECURITY_INFORMATION)
        win32security.SetFileSecurity(str(target), win32security.DACL_SECURITY_INFORMATION, facts)
    except pywintypes.error as error:
        raise OSError(None, error.strerror, str(target), error.winerror) from None


def this_user() -> str:
    r"""Return this user as icacls takes it: ``COMPUTER\ann``."""
    import pywintypes
    import win32api

    try:
        name: str = win32api.GetUserNameEx(2)  # NameSamCompatible (secext.h)
    except pywintypes.error:  # a domain that does not answer
        return getpass.getuser()
    return name


def _is_large(sid: str) -> bool:
    return sid in _LARGE_GROUPS or (sid.startswith("S-1-5-21-") and sid.endswith(_LARGE_GROUPS_OF_A_DOMAIN))


def _name(sid: str) -> str:
    import pywintypes
    import win32security

    try:
        name: str = win32security.LookupAccountSid(None, win32security.ConvertStringSidToSid(sid))[0]
    except pywintypes.error:  # a domain that does not answer
        return sid
    return name
