"""Read the format codes of spreadsheets: up to four sections, each made of literal texts and places for digits.

ECMA-376 Part 1, 18.8.30 and 18.8.31. The sections are for numbers above zero, below zero, zero, and for texts; a section
may have a condition instead. What they show is computed in :mod:`action_returns.batch.number_formats`.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Final, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["general", "number", "fraction", "exponent", "date", "other-digits", "none"]
"""How a section shows a number: ``other-digits`` in another script, ``none`` only with its literal text.

A ``date`` may be a time. Its letters are those of 18.8.31: y, m, d, h, s, am/pm, and [h], [m], [s] for elapsed time. Those
of some countries' calendars are letters of a unit where digits stand beside them, as in ``0.00 EUR``; alone they are dates
too: e, ee, g, r (years of an era), b (Buddhist years), aaa (days of a week); LibreOffice writes Q and WW for quarters and weeks.
"""

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<width>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>general)|(?P<date>am/pm|a/p|[ymdhs])|(?P<exponent>e[+-])|(?P<place>[0#?])|(?P<mark>[.,%/@])"
    r"|(?P<calendar>aaa+|[ebgrq]|ww)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END: Final = re.compile(r'(?:"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?|[^;"\\_*\[])*', re.DOTALL)
_CONDITION: Final = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)").fullmatch
_COMPARE: Final = {"<": lt, "<=": le, "=": eq, "<>": ne, ">=": ge, ">": gt}
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE).fullmatch
_OTHER_NUMERALS: Final = re.compile(r"(?:dbnum|natnum)\s*[1-9]", re.IGNORECASE).match
_FIRST_OTHER_SHAPE: Final = 2 << 24
"""A locale such as ``[$-2000401]`` whose highest byte is 2 and above asks for digits of another script (MS-OI29500)."""
_MULTIPLIERS: Final = frozenset(
    {"k", "t", "tsd", "th", "thousand", "m", "mn", "mio", "million", "millions", "bn", "mrd"}
)
"""Words behind a number that say it is only a part of the amount."""
_PERCENT: Final = "%\uff05\ufe6a\u066a"
NEGATIVE: Final = frozenset("-\u2212\u2012\u2013\u2014(")
"""Signs in front of a number that make it negative to a reader."""
_THOUSAND: Final = 1000
_SECTIONS_FOR_NUMBERS: Final = 3


class Piece(NamedTuple):
    """A part of a section: a literal text, a place of a digit, or a mark (``.``, ``@``, ``G`` for General)."""

    kind: Literal["literal", "place", "mark"]
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a format code.

    Args:
        kind: how it shows a number.
        pieces: its parts, without commas and percent signs.
        places: digits after the point.
        divisor: what the number is divided by before it is shown: 1,000 for each comma behind the last digit.
        is_grouped: whether it marks thousands.
        percents: number of percent signs outside of literals; each multiplies the number by 100.
        holds_text: whether it has a place for a text, ``@``.
        condition: comparison and number, None without one.
    """

    kind: Kind
    pieces: tuple[Piece, ...]
    places: int = 0
    divisor: int = 1
    is_grouped: bool = False
    percents: int = 0
    holds_text: bool = False
    condition: tuple[str, Decimal] | None = None

    @property
    def literals(self) -> str:
        """Its literal texts, one after the other."""
        return "".join(piece.text for piece in self.pieces if piece.kind == "literal")

    @property
    def is_percent(self) -> bool:
        """Whether a number is shown with a percent sign."""
        return self.percents > 0 or any(sign in _PERCENT for sign in self.literals)

    @property
    def exact_multiple(self) -> int:
        """The cents of whose multiples above zero it surely shows the digits that are sent; 0 when none is known."""
        digits = [at for at, piece in enumerate(self.pieces) if piece.kind != "literal"]
        if self.is_percent or self.divisor > 1 or not digits or not is_harmless(self.literals, 1):
            return 0
        if any(piece.kind == "literal" for piece in self.pieces[digits[0] : digits[-1]]):
            return 0
        if self.kind == "number":
            return 10 ** max(0, len("00") - self.places) if self.pieces[digits[0]].kind == "place" else 0
        return int(self.kind == "general")

    def admits(self, number: Decimal) -> bool:
        """Return whether its condition holds for a number."""
        return self.condition is not None and bool(_COMPARE[self.condition[0]](number, self.condition[1]))


def sections_of(code: str) -> list[Section]:
    """Return the sections of a code, which semicolons outside of literals separate."""
    sections, at = [], 0
    while True:
        end = _SECTION_END.match(code, at).end()  # type: ignore[union-attr]  # the empty text matches
        if end < len(code) and code[end] != ";":  # a lone sign at the end, such as a backslash
            end += 1
        sections.append(_read_section(code[at:end]))
        if end >= len(code):
            return sections
        at = end + 1


def shows_date(code: str) -> bool:
    """Return whether a code shows a number as a date or a time in any of its sections for numbers."""
    return any(section.kind == "date" for section in sections_of(code)[:_SECTIONS_FOR_NUMBERS])


def _read_section(code: str) -> Section:
    parts = _Parts()
    for token in _TOKEN.finditer(code):
        name = str(token.lastgroup)
        parts.add(name, token[name])
    return parts.section()


@dataclass(slots=True)
class _Parts:
    """What was read of a section so far."""

    pieces: list[Piece] = field(default_factory=list)
    kind: Kind = "none"
    condition: tuple[str, Decimal] | None = None
    places: int = 0
    commas: int = 0
    percents: int = 0
    is_grouped: bool = False
    is_behind_point: bool = False
    holds_text: bool = False
    holds_place: bool = False
    names_calendar: bool = False

    def section(self) -> Section:
        is_calendar = self.names_calendar and not self.holds_place and self.kind != "general"
        return Section(
            "date" if is_calendar else self.kind,
            tuple(self.pieces),
            self.places,
            _THOUSAND**self.commas,
            is_grouped=self.is_grouped,
            percents=self.percents,
            holds_text=self.holds_text,
            condition=self.condition,
        )

    def add(self, name: str, text: str) -> None:
        """Add one token.

        Args:
            name: its group in the pattern of tokens.
            text: what stands there, without quotes and brackets.
        """
        match name:
            case "width":
                self._literal(" ")
            case "fill":
                self._literal(text if text.isdigit() else "")
            case "bracket":
                self._bracket(text)
            case "general":
                self.pieces.append(Piece("mark", "G"))
                self._set_kind("general")
            case "date":
                self.kind = "date"
            case "exponent" if self.holds_place:
                self._set_kind("exponent")
                self.pieces.append(Piece("mark", "E"))
            case "calendar" | "exponent":  # without a place of a digit in front, e- is a year and a hyphen
                self.names_calendar = True
                self._literal(text)
            case "place":
                self._place(text)
            case "mark":
                self._mark(text)
            case _:
                self._literal(text)

    def _literal(self, text: str) -> None:
        self.pieces.append(Piece("literal", text))

    def _set_kind(self, kind: Kind) -> None:
        """Set the kind; a date stays one whatever follows, and digits do not replace anything."""
        if self.kind == "none" or (self.kind != "date" and kind in {"exponent", "other-digits"}):
            self.kind = kind

    def _bracket(self, text: str) -> None:
        """Read a condition, a currency with its locale, a script of digits or elapsed time; colours say nothing."""
        condition = _CONDITION(text.strip())
        if condition is not None:
            self.condition = (condition[1], Decimal(condition[2]))
        elif text.startswith("$"):
            symbol, _, locale = text[1:].rpartition("-") if "-" in text else (text[1:], "", "")
            self._literal(symbol)
            if _has_other_digits(locale):
                self._set_kind("other-digits")
        elif _OTHER_NUMERALS(text):
            self._set_kind("other-digits")
        elif _ELAPSED(text):
            self.kind = "date"

    def _place(self, text: str) -> None:
        self.is_grouped |= self.commas > 0 and not self.is_behind_point
        self.commas = 0  # these commas mark thousands; only commas behind the last place scale
        self.places += self.is_behind_point and self.kind != "exponent"
        self.pieces.append(Piece("place", text))
        self.holds_place = True
        self._set_kind("number")

    def _mark(self, text: str) -> None:
        if text == ",":
            self.commas += self.holds_place
        elif text == "/" and self.kind == "number":
            self.kind = "fraction"
            self.pieces.append(Piece("mark", text))
        elif text == "@" or (text == "." and not self.is_behind_point):
            self.holds_text |= text == "@"
            self.is_behind_point |= text == "."
            self.pieces.append(Piece("mark", text))
        else:
            self.percents += text == "%"
            self._literal(text)


def _has_other_digits(locale: str) -> bool:
    try:
        return int(locale, 16) >= _FIRST_OTHER_SHAPE
    except ValueError:
        return False


def is_harmless(literals: str, number: Decimal | int) -> bool:
    """Return whether literal texts around a number leave it the number it is."""
    if any(sign.isdigit() or unicodedata.category(sign) in {"No", "Nl"} for sign in literals):
        return False
    if number and any(sign in NEGATIVE for sign in literals):
        return False
    words = re.findall(r"[^\W\d_]+", literals.casefold())
    return not any(word in _MULTIPLIERS for word in words)
