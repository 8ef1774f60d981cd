"""Texts of others as people may see them: no character that hides, turns the direction or controls a terminal.

File names, names of sheets, headers, cells and answers of servers come from others. On a terminal an escape character
can rename the window, and a direction mark can make ``fdp.exe`` look like ``exe.pdf``. Wherever a text is shown or kept
as words, it passes here first. The visible form, ``[U+001B]``, is the same everywhere.
"""

import re
from typing import Final

_JOINERS: Final = "\u200c\u200d"
"""They belong to the spelling of Persian, of Indian languages and of emoji, but only between two such letters."""

_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Printable in the eyes of Unicode, and yet nothing is seen (DerivedCoreProperties, Default_Ignorable_Code_Point)."""

_UNUSUAL: Final = re.compile(r"[^\n -~]")
_UNUSUAL_OR_LINE_BREAK: Final = re.compile(r"[^ -~]")


def name_character(character: str) -> str:
    """Return the visible form of a character that cannot be seen, such as ``[U+00A0]``."""
    return f"[U+{ord(character):04X}]"


def clean(text: str) -> str:
    r"""Return the text with every character but ``\n`` named that cannot be seen or that changes what is seen.

    Named are control characters, direction marks, characters without width, tags, private and unassigned characters
    and halves of a pair. Letters of every script, combining marks, spaces of every width and emoji stay as they are.
    """
    return text if text.isascii() and text.isprintable() else _UNUSUAL.sub(_seen, text)


def clean_line(text: str) -> str:
    """Return the text like :func:`clean`, with line breaks named too: for names, which stand in one line."""
    return text if text.isascii() and text.isprintable() else _UNUSUAL_OR_LINE_BREAK.sub(_seen, text)


def _seen(match: re.Match[str]) -> str:
    character, text, at = match[0], match.string, match.start()
    if character in _JOINERS:
        stays = _holds_a_joiner(text, at)
    elif _is_selector(character):
        stays = _takes_a_selector(text[at - 1 : at])
    else:
        stays = _is_visible(character) or _is_space(character)
    return character if stays else name_character(character)


def _is_visible(character: str) -> bool:
    return character.isprintable() and not _is_selector(character) and character not in _BLANK_LETTERS


def _is_space(character: str) -> bool:
    from unicodedata import category  # inside: every command imports this module, and few texts have such a character

    return category(character) == "Zs"


def _is_selector(character: str) -> bool:
    """Return whether a character chooses the look of the letter before it; a row of them can hide a text."""
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in {"\u180b", "\u180c", "\u180d", "\u180f"}
    )


def _takes_a_selector(before: str) -> bool:
    return before in set("0123456789#*") if before.isascii() else _is_visible(before)


def _holds_a_joiner(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before and _is_selector(before):
        before = text[at - 2 : at - 1]
    return not before.isascii() and not after.isascii() and _is_visible(before) and _is_visible(after)
