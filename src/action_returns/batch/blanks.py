"""Blanks of every kind: what people cannot see and a receiver does not forgive."""

import re
from typing import Final

_INVISIBLE: Final = (
    r"\s"  # every Unicode white space, NBSP, narrow NBSP and line breaks included
    r"\x00-\x1f\x7f-\x9f"  # control characters
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen and other letters without ink
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"  # zero-width, bidi controls, word joiner, fillers
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # variation selectors, byte order mark, annotation marks
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # the rest that Unicode lets nobody see, tags
)
_BLANKS: Final = re.compile(f"[{_INVISIBLE}]+")
_OUTER: Final = re.compile(rf"\A[{_INVISIBLE}]+|[{_INVISIBLE}]+\Z")
_UNSEEN: Final = re.compile(rf"(?! )[{_INVISIBLE}\ud800-\udfff]")
# Not across a tab or a line break: "5" above "100" in one cell is two amounts, not 5100.
_SAME_LINE: Final = rf"(?![\t-\r\x1c-\x1f\x85\u2028\u2029])[{_INVISIBLE}]"
_GROUPING: Final = re.compile(rf"[0-9]{{1,3}}(?:{_SAME_LINE}[0-9]{{3}})+(?:[.,][0-9]+)?")


def without_blanks(text: str) -> str:
    """Give the text without any blank, wherever it stands."""
    return _BLANKS.sub("", text)


def strip_blanks(text: str) -> str:
    """Give the text without the blanks around it."""
    return _OUTER.sub("", text)


def may_be_joined(text: str) -> bool:
    """Tell whether taking the blanks out of a number leaves the number a reader sees.

    True for blanks around it and between thousands (``1 234.50``), not for ``12 50``, which may be 12.50.
    """
    inner = strip_blanks(text)
    return _BLANKS.search(inner) is None or _GROUPING.fullmatch(inner) is not None


def show_blanks(text: str) -> str:
    """Give the text with every blank but the ordinary space named, ``[U+00A0]``, so that people can see it."""
    return _UNSEEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)
