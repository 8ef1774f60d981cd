"""Quote words for the shell, so that a command in a message can be pasted and means what it says.

Names of files and sheets and headers come from others: in a command, none of them may run anything.
"""

import os
import re
from typing import Final

from action_returns.clean_text import clean_line

# Compiled where they are needed: every command and click imports this module, and most show no command of this kind.
_ASKS_FOR_QUOTES: Final = r"[^A-Za-z0-9_./:\\+-]"
_ACTS_IN_POWERSHELL: Final = r"`|\$[A-Za-z0-9_({$?^:]|[\u201c\u201d\u201e]"
"""In double quotes too, PowerShell runs what stands in ``$(...)``; it takes typographic quotes for its own."""
_ACTS_IN_CMD: Final = r"[&|<>^%\"'\u2018-\u201b]"
"""Acts in cmd where PowerShell's single quotes are, or ends these."""
_ACTS_OUTSIDE_QUOTES: Final = r"[&|<>^]"
_PLACEHOLDER: Final = "NAME"
"""What stands in a command for a word that no shell of Windows could be given safely; the sentence beside it has it."""
_ACTS_IN_DOUBLE_QUOTES: Final = r"[\"$`\\!\u201c\u201d\u201e]"


def quote(word: str) -> str:
    """Return a word quoted where the shell of this system needs it."""
    return _quote_for_windows(word) if os.name == "nt" else _quote_for_posix(word)


def option_with_name(option: str, name: str, key: str = "") -> str:
    """Return an option with a name of others in quotes, ``--sheet "November"`` or ``--column Amount="New Amount"``.

    Args:
        option: the option.
        name: the name.
        key: what stands before an equals sign, ``""`` without one.
    """
    prefix = f"{key}=" if key else ""
    is_plain = clean_line(name) == name and not re.search(_ACTS_IN_DOUBLE_QUOTES, name)
    return f'{option} {prefix}"{name}"' if is_plain else f"{option} {quote(prefix + name)}"


def _quote_for_posix(word: str) -> str:
    """Return a word as bash, zsh and ksh take it, without a character that cannot be seen."""
    from shlex import quote

    if clean_line(word) == word:
        return quote(word)
    escaped = (sign if clean_line(sign) == sign else _escaped(sign) for sign in word)
    return "$'" + "".join({"'": r"\'", "\\": "\\\\"}.get(sign, sign) for sign in escaped) + "'"


def _escaped(character: str) -> str:
    """Return the bytes of a character as they stand in ANSI-C quotes; a file's name may hold bytes that are no text."""
    is_byte = "\udc80" <= character <= "\udcff"
    return "".join(
        f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")
    )


def _quote_for_windows(word: str) -> str:
    r"""Return a word as cmd and PowerShell take it; the rules for \\ and " are those of CommandLineToArgvW."""
    if word and not re.search(_ASKS_FOR_QUOTES, word):
        return word
    if re.search(_ACTS_IN_POWERSHELL, word):
        return _PLACEHOLDER if re.search(_ACTS_IN_CMD, word) else f"'{word}'"
    # cmd does not know that a quote after a backslash ends nothing.
    if '"' in word and re.search(_ACTS_OUTSIDE_QUOTES, word):
        return _PLACEHOLDER
    inner = re.sub(r'(?<!\\)(\\*+)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(?<!\\)(\\++)\Z", r"\1\1", inner) + '"'
