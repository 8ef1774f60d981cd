"""Build texts from the alphabet of a regular expression that make it work as much as it can.

Each repeat of the pattern is fed with its own characters over and over, alone, behind what stands before it in the
pattern, and with an end that does not fit; so is each beginning of the whole, such as an unclosed tag.
"""

import re
import re._constants as kinds
import re._parser as parser
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

_FROM_REPEATS = 2
"""A repeat of more than so many is one."""
_SHORT = 6
_MOST_CHARACTERS = 6
_CLASSES = {
    kinds.CATEGORY_DIGIT: "07",
    kinds.CATEGORY_SPACE: " \n",
    kinds.CATEGORY_WORD: "a_0",
    kinds.CATEGORY_NOT_SPACE: "x.",
    kinds.CATEGORY_NOT_DIGIT: "x",
    kinds.CATEGORY_NOT_WORD: " ",
}
_ORDINARY = "x0 .<>\"'&=/,;-_A\n\t"
"""Tried for classes that say what may not stand there."""
_REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}


class Shape(NamedTuple):
    """A text of any length.

    Args:
        before: what it begins with.
        unit: what stands there over and over.
        after: what it ends with.
        is_text: whether it is a text; otherwise it is bytes.
    """

    before: str
    unit: str
    after: str
    is_text: bool

    def text(self, size: int) -> Any:
        """Return the text with so many units."""
        text = self.before + self.unit * size + self.after
        return text if self.is_text else text.encode("latin-1", "replace")


def hostile_shapes(pattern: "re.Pattern[Any]") -> list[Shape]:
    """Return shapes of texts for one pattern, of the pattern's own type."""
    is_text = isinstance(pattern.pattern, str)
    return [Shape(*shape, is_text) for shape in _shapes(pattern)]


def _shapes(pattern: "re.Pattern[Any]") -> list[tuple[str, str, str]]:
    parsed = list(parser.parse(pattern.pattern, pattern.flags))
    whole = _sample(parsed)
    letters = list(dict.fromkeys(_alphabet(parsed)))
    few = letters[:_MOST_CHARACTERS]
    shapes: dict[tuple[str, str, str], None] = {}
    for before, body, after in _repeats(parsed, "", ""):
        for unit in _units(body):
            start = before if len(before) <= _SHORT else before[-_SHORT:]
            for first, last in product(dict.fromkeys([before, start, ""]), ["", "\0", "\n", after + "\0"]):
                shapes[first, unit, last] = None
            shapes["", before + unit, ""] = None
            shapes["", before + unit, "\0"] = None
            shapes["", before + unit + after, "\0"] = None
            for sign in few:
                shapes[sign, unit, sign] = None
                shapes["", unit, sign] = None
                shapes["x", unit, "x"] = None
    for end in {*range(1, min(len(whole), 12) + 1), *range(12, len(whole), 4), len(whole)} if whole else ():
        for last in ("", "\0"):
            shapes["", whole[:end], last] = None
    for one, other in product(few, few):
        shapes["", one if one == other else one + other, ""] = None
        shapes["", one if one == other else one + other, "\0"] = None
    for sign in letters:
        shapes["", sign, ""] = None
        shapes["", sign, "\0"] = None
    return [(before, unit, after) for before, unit, after in shapes if unit]


def _repeats(items: list[Any], before: str, after: str) -> Iterator[tuple[str, list[Any], str]]:
    """Return each repeat with samples of what stands before and behind it."""
    for at, (kind, value) in enumerate(items):
        left, right = before + _sample(items[:at]), _sample(items[at + 1 :]) + after
        if kind in _REPEATS:
            body = list(value[2])
            if value[1] > _FROM_REPEATS:
                yield left, body, right
            yield from _repeats(body, left, right)
        else:
            for inner in _inner(kind, value):
                yield from _repeats(inner, left, right)


def _inner(kind: Any, value: Any) -> list[list[Any]]:
    if kind is kinds.SUBPATTERN:
        return [list(value[3])]
    if kind is kinds.BRANCH:
        return [list(way) for way in value[1]]
    if kind is kinds.ATOMIC_GROUP:
        return [list(value)]
    if kind in {kinds.ASSERT, kinds.ASSERT_NOT}:
        return [list(value[1])]
    return []


def _units(body: list[Any]) -> list[str]:
    """Return texts that the body of a repeat takes."""
    if len(body) == 1:
        units = list(_characters(*body[0])) or [
            unit for inner in _inner(*body[0]) for unit in ([_sample(inner)] if len(inner) != 1 else _units(inner))
        ]
        return [unit for unit in units if unit] or [_sample(body)]
    return [_sample(body), _sample(body, most=3)]


def _sample(items: list[Any], most: int = 1) -> str:
    """Return a short text that fits, as far as it can be seen without looking around."""
    text, groups = "", {}
    for kind, value in items:
        if kind in _REPEATS:
            text += _sample(list(value[2])) * max(value[0], min(value[1], most))
        elif kind is kinds.SUBPATTERN:
            groups[value[0]] = _sample(list(value[3]))
            text += groups[value[0]]
        elif kind is kinds.BRANCH:
            text += _sample(list(value[1][0]))
        elif kind is kinds.ATOMIC_GROUP:
            text += _sample(list(value))
        elif kind is kinds.GROUPREF:
            text += groups.get(value, "")
        else:
            text += next(_characters(kind, value), "")
    return text


def _characters(kind: Any, value: Any) -> Iterator[str]:
    """Return some characters that one place of a pattern takes."""
    if kind is kinds.LITERAL:
        yield chr(value)
    elif kind is kinds.ANY:
        yield from "x 0"
    elif kind is kinds.NOT_LITERAL:
        yield from [sign for sign in _ORDINARY if ord(sign) != value][:3]
    elif kind is kinds.IN:
        if value[0][0] is kinds.NEGATE:
            taken = {sign for member in value[1:] for sign in _members(*member)}
            yield from [sign for sign in _ORDINARY if sign not in taken][:3]
        else:
            found = [sign for member in value for sign in _members(*member)]
            yield from list(dict.fromkeys(found[:3] + found[-2:]))


def _members(kind: Any, value: Any) -> Iterator[str]:
    if kind is kinds.LITERAL:
        yield chr(value)
    elif kind is kinds.RANGE:
        yield from dict.fromkeys([chr(value[0]), chr(value[1])])
        yield from [sign for sign in _ORDINARY if value[0] < ord(sign) < value[1]]
    elif kind is kinds.CATEGORY:
        yield from _CLASSES.get(value, "x")


def _alphabet(items: list[Any]) -> Iterator[str]:
    for kind, value in items:
        yield from _characters(kind, value)
        for inner in [list(value[2])] if kind in _REPEATS else _inner(kind, value):
            yield from _alphabet(inner)
