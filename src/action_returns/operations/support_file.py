r"""Write what support needs to know about this computer, without who works at it and where.

A home folder stands in paths in many spellings: ``C:\Users\Ann``, ``C:/Users/Ann``, ``C:\\Users\\Ann`` in JSON,
``file:///C:/Users/Ann%20Smith`` in an address. A user name may be short, such as "an", so it is replaced where it is a
part of a path or an address, and as a word only where it is no short one.
"""

import getpass
import io
import json
import os
import platform
import re
import string
import unicodedata
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from action_returns.clean_text import clean

_USER: Final = "<user>"
_COMPUTER: Final = "<computer>"
_SHORTEST_WORD: Final = 4
"""Letters from which on a name is replaced wherever it stands as a word; shorter ones are words of our sentences too."""
_SEPARATOR: Final = r"(?:[\\/]|%5[Cc]|%2[Ff]){1,4}"
_WORD_BEFORE, _WORD_AFTER = r"(?<!\w)", r"(?!\w)"
_PART_AFTER: Final = r"(?![\w.~-])"
_words = re.compile(r"\S+").sub
_replace_folder_of_user = re.compile(
    rf"((?:[A-Za-z](?::|%3[Aa]))?{_SEPARATOR}(?:Users|home){_SEPARATOR})(?!<user>)[^\\/%\s:\"'<>]+"
).sub


@dataclass(frozen=True, slots=True)
class Person:
    """Who works at this computer.

    Args:
        homes: the folders of the user, as the system names them.
        users: the names of the user.
        computers: the names of the computer.
    """

    homes: tuple[str, ...]
    users: tuple[str, ...]
    computers: tuple[str, ...]


def person_here() -> Person:
    """Return who works at this computer."""
    homes: list[Path] = []
    with suppress(RuntimeError):  # there is none
        homes += [Path.home(), Path.home().resolve()]
    users = [os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME")]
    with suppress(OSError, KeyError, ImportError):  # a process without a named user, as in some containers
        users.append(getpass.getuser())
    node = platform.node()
    return Person(
        homes=tuple(map(str, homes)),
        users=(*users, *(home.name for home in homes)),
        computers=(node, node.partition(".")[0]),
    )


def support_file(findings: Iterable[tuple[str, bool, str]], person: Person | None = None) -> bytes:
    """Return a .zip that describes this computer. It has no secrets, no rows, no user name and no home folder.

    Args:
        findings: what was checked, whether it is as it should be, and what was found.
        person: who works at this computer, read from the system when None.
    """
    from importlib.metadata import distributions

    report = "\n".join(f"{'ok' if well else '!!'}  {what}: {seen}" for what, well, seen in findings)
    installed = "\n".join(sorted(f"{package.metadata['Name']} {package.version}" for package in distributions()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doctor.txt", without_person(clean(report), person or person_here()))
        archive.writestr("installed.txt", clean(installed))
    return buffer.getvalue()


def without_person(text: str, person: Person) -> str:
    """Return a text without home folders, user names, names of the computer, and what stands before ``@`` in addresses.

    Args:
        text: the text.
        person: who works at this computer.
    """
    text = _words(lambda word: _without_sign_in(word[0]), text)
    is_windows = any(PureWindowsPath(home).drive for home in person.homes)
    flags = re.IGNORECASE if is_windows else re.NOFLAG
    for home in sorted(set(person.homes), key=len, reverse=True):
        if pattern := _pattern_of_folder(home):
            text = re.sub(pattern, "~", text, flags=flags)
    for user in _longest_first(person.users):
        text = re.sub(_pattern_of_name(user), _USER, text, flags=flags)
    text = _replace_folder_of_user(rf"\1{_USER}", text)
    for computer in _longest_first(person.computers):
        if computer.casefold() != "localhost":
            text = re.sub(_pattern_of_name(computer), _COMPUTER, text, flags=re.IGNORECASE)
    return text


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name.strip()}, key=len, reverse=True)


def _without_sign_in(word: str) -> str:
    """Return a word without the user and password of an address: ``ftp://…@host``, ``…@host``."""
    at, colon = word.rfind("@"), word.find(":")
    if not 0 <= colon < at:
        return word
    start = word.find("://")
    return (word[: start + 3] if 0 <= start < at else "") + "…" + word[at:]


def _pattern_of_folder(folder: str) -> str:
    """Return a pattern that finds a folder in every spelling; an empty one for the root of a disk."""
    path = PureWindowsPath(folder) if PureWindowsPath(folder).drive else PurePosixPath(folder)
    parts = [part for part in path.parts if part != path.anchor]
    if not parts:
        return ""
    drive = path.drive.removesuffix(":")
    root = f"{re.escape(drive)}(?::|%3[Aa]){_SEPARATOR}" if drive else _SEPARATOR
    before = r"(?<![\w.~-])"
    return before + root + _SEPARATOR.join(map(_spellings, parts)) + _PART_AFTER


def _pattern_of_name(name: str) -> str:
    spelled = _spellings(name)
    places = [
        rf"(?<=[\\/]){spelled}{_PART_AFTER}",
        rf"(?<=%5[Cc]){spelled}{_PART_AFTER}",
        rf"(?<=%2[Ff]){spelled}{_PART_AFTER}",
        rf"{_WORD_BEFORE}{spelled}(?=@)",
        rf"(?<==){spelled}{_WORD_AFTER}",
    ]
    if len(name) >= _SHORTEST_WORD or not (name.isascii() and name.islower()):
        places.append(f"{_WORD_BEFORE}{spelled}{_WORD_AFTER}")
    return "|".join(places)


def _spellings(part: str) -> str:
    """Return a pattern that finds a name in every spelling: composed or not, as in an address, as in JSON."""
    forms = dict.fromkeys([part, *(unicodedata.normalize(form, part) for form in ("NFC", "NFD"))])
    return f"(?:{'|'.join(''.join(map(_letter, form)) for form in forms)})"


def _letter(letter: str) -> str:
    in_address = "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogateescape"))
    others = dict.fromkeys([json.dumps(letter)[1:-1], clean(letter)]) if letter not in string.printable else ()
    return f"(?:{'|'.join([re.escape(letter), f'(?i:{in_address})', *map(re.escape, others)])})"
