"""Texts and facts in the form in which every ledger takes them and every reader reads them back.

An answer of a server may hold control characters, a name of a file half a character, and a size any number. A team's
database refuses such values, because all members read them; an outcome must be recorded all the same. So they are
brought into a form that is never refused before they are written.
"""

from collections.abc import Mapping
from typing import Final

from action_returns.clean_text import clean, clean_line

LONGEST_NAME: Final = 400
"""Of a user or a machine."""
LONGEST_PLACE: Final = 8_000
"""Of a destination or a path."""
LONGEST_TEXT: Final = 8_000
"""Of an outcome in words, of a reason, of an answer."""
_LARGEST_NUMBER: Final = 10**18
_CUT: Final = " … (cut)"


def plain_line(text: str, longest: int) -> str:
    """Return a text of one line without characters that hide or control others, cut where it is too long.

    Args:
        text: the text.
        longest: characters it may have.
    """
    return _cut(clean_line(text[: longest + 1]), longest)


def plain_text(text: str, longest: int) -> str:
    """Return a text like :func:`plain_line`, with its line breaks.

    Args:
        text: the text.
        longest: characters it may have.
    """
    return _cut(clean(text[: longest + 1]), longest)


def plain_facts(facts: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return facts whose texts are plain; a number of more than 18 digits becomes a text."""
    return {plain_line(name, 80): _plain_fact(value) for name, value in facts.items()}


def _plain_fact(value: str | int) -> str | int:
    if isinstance(value, int) and -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
        return int(value)
    if isinstance(value, int):
        return hex(value)[:LONGEST_TEXT]  # decimal digits of a very long number take Python too long
    return plain_text(value, LONGEST_TEXT)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT
