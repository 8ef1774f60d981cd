"""Number formats: what a spreadsheet shows of an amount, and whether these are the digits that are sent.

Only amounts of 0 and above and texts are looked at, in English notation.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from action_returns.batch.currencies import symbol_in
from action_returns.batch.format_codes import NEGATIVE, Piece, Section, is_harmless, sections_of

_GROUPING: Final = frozenset(" \u00a0\u202f\u2009'\u2019")
"""Literals that may stand between the digits of an amount."""
_WIDE: Final = Context(prec=4_000)
"""More digits than any code of up to 1,000 characters asks for; the usual 28 are fewer than a code may have."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format, as far as amounts and texts are shown with it.

    Args:
        sections: the sections for numbers above zero, below zero and zero.
        text: the section for texts, None when a text is shown as it is.
    """

    sections: tuple[Section, Section, Section]
    text: Section | None

    @property
    def currency(self) -> str:
        """The currency sign or code that it shows with an amount above zero, ``""`` without one."""
        return symbol_in(self.sections[0].literals)

    @property
    def shows_every_amount(self) -> bool:
        """Whether it shows every amount, and every text, with the digits that are sent."""
        return self.exact_multiple == 1 and self.shows_as_sent(0) and self.shows_as_sent("0.00")

    @property
    def exact_multiple(self) -> int:
        """The cents of whose multiples above zero it surely shows the digits that are sent; 0 when none is known."""
        has_condition = any(section.condition is not None for section in self.sections)
        return 0 if has_condition else self.sections[0].exact_multiple

    @property
    def is_plain(self) -> bool:
        """Whether nothing about it is worth a look: it shows every amount as it is sent, without a currency.

        Numbers below 0 show their digits, too: some shops write refunds so.
        """
        return self.shows_every_amount and not self.currency and _above_zero(self.sections[1]).exact_multiple == 1

    @property
    def may_be_percent(self) -> bool:
        """Whether it shows some number as a percentage."""
        return any(section.is_percent for section in self.sections)

    def is_percent(self, number: float | Decimal) -> bool:
        """Return whether it shows a number as a percentage."""
        section = self._section(Decimal(number))
        return section is not None and section.is_percent

    def shown(self, cell: int | Decimal | str) -> str:
        """Return what it shows of an amount in cents, of a number, or of a text; ``""`` when it hides it."""
        if isinstance(cell, str):
            return cell if self.text is None else "".join(_text_pieces(self.text, cell)).strip()
        number = cell if isinstance(cell, Decimal) else Decimal(cell) / 100
        section = self._section(number)
        return "####" if section is None else "".join(text for _, text in _shown_pieces(section, number)).strip()

    def shows_as_sent(self, cell: int | str) -> bool:
        """Return whether it shows the digits that are sent of an amount in cents, or a text as it is."""
        if isinstance(cell, str):
            return self.text is None or (self.text.holds_text and is_harmless(self.text.literals, 1))
        number = Decimal(cell) / 100
        section = self._section(number)
        if section is None or section.is_percent or section.kind in {"date", "exponent", "other-digits"}:
            return False
        if section.kind == "fraction":
            return _fraction_text(section, number) == str(number)
        return _reads_as(_shown_pieces(section, number), number)

    def shows_size(self, cents: int) -> bool:
        """Return whether it shows the digits of an amount in cents, which may be below 0; the sign may be missing."""
        if cents >= 0:
            return (cents > 0 and self._shows_multiple(cents)) or self.shows_as_sent(cents)
        section = self._section(Decimal(cents) / 100)
        return section is not None and _above_zero(section).shows_size(-cents)

    def _shows_multiple(self, cents: int) -> bool:
        exact = self.exact_multiple
        return exact > 0 and cents % exact == 0

    def _section(self, number: Decimal) -> Section | None:
        """Return the section that shows a number; None when no condition holds, and the cell shows only ``####``."""
        first, second, third = self.sections
        if first.condition is None and second.condition is None:
            return first if number > 0 else second if number < 0 else third
        if first.admits(number):
            return first
        if second.admits(number):
            return second
        return third if first.condition is not None and second.condition is not None else second


@lru_cache(maxsize=1_000)
def read_format(code: str) -> NumberFormat:
    """Read a format code as a file or Excel's NumberFormat has it."""
    sections = sections_of(code or "General")
    text = None
    if len(sections) > 3 or sections[-1].holds_text:  # noqa: PLR2004  # the fourth section is for texts
        text = sections[3] if len(sections) > 3 else sections.pop()  # noqa: PLR2004
    match sections[:3]:
        case []:
            (general,) = sections_of("General")
            return NumberFormat((general, general, general), text)
        case [only]:
            return NumberFormat((only, only, only), text)
        case [above, below]:
            return NumberFormat((above, below, above), text)
        case [above, below, zero]:
            return NumberFormat((above, below, zero), text)
    raise AssertionError("a list of at most three has one of these lengths")


def _above_zero(section: Section) -> NumberFormat:
    """Return the format that shows a number above 0 as a section shows one below 0, without the minus or bracket."""
    pieces = tuple(
        piece._replace(text="".join(sign for sign in piece.text if sign not in NEGATIVE))
        if piece.kind == "literal"
        else piece
        for piece in section.pieces
    )
    plain = replace(section, pieces=pieces, condition=None)
    return NumberFormat((plain, plain, plain), None)


def percentage_text(number: float) -> str:
    """Return what a cell with a percent format holds, with all its digits: 0.5 is ``50%``.

    Where a file keeps no number formats, 0.5 alone would be read as an amount of 0.50.
    """
    return f"{(Decimal(repr(number)) * 100).normalize():f}%"


def _text_pieces(section: Section, text: str) -> list[str]:
    return [text if piece == ("mark", "@") else piece.text for piece in section.pieces if piece.kind != "place"]


_Shown: TypeAlias = list[tuple[Literal["literal", "digits"], str]]


def _shown_pieces(section: Section, number: Decimal) -> _Shown:
    """Return what a section shows of a number, its literals and its digits apart."""
    match section.kind:
        case "general" | "none":
            plain = str(number.normalize() if number != int(number) else int(number))
            return [
                ("digits", plain) if piece == ("mark", "G") else ("literal", piece.text)
                for piece in section.pieces
                if piece.kind == "literal" or piece == ("mark", "G")
            ]
        case "number":
            return _number_pieces(section, number)
        case "fraction":
            return [("digits", _fraction_text(section, number))]
        case "exponent":
            mantissa, _, power = f"{float(number):.{section.places}E}".partition("E")
            width = len(section.pieces) - section.pieces.index(Piece("mark", "E")) - 1
            return [("digits", f"{mantissa}E{int(power):+0{width + 1}d}")]
        case "date":
            return [("literal", "a date or a time")]
        case _:
            return [("literal", "digits of another script")]


def _fraction_text(section: Section, number: Decimal) -> str:
    """Return ``12 1/2`` for 12.5, as far as the places behind the stroke allow."""
    stroke = section.pieces.index(Piece("mark", "/"))
    below = "".join(piece.text for piece in section.pieces[stroke + 1 :]).strip()
    before = "".join(piece.text for piece in section.pieces[:stroke]).strip()
    whole = int(number) if " " in before else 0
    rest = Fraction(number) - whole
    if below.isdigit() and int(below):
        parts, of = round(rest * int(below)), int(below)
    else:
        rest = rest.limit_denominator(10 ** max(1, len(below)) - 1)
        parts, of = rest.numerator, rest.denominator
    if " " in before and parts in {0, of}:
        return str(whole + parts // of)
    return f"{whole} {parts}/{of}" if whole else f"{parts}/{of}"


def _number_pieces(section: Section, number: Decimal) -> _Shown:
    scaled = number * 100**section.percents / section.divisor
    rounded = scaled.quantize(Decimal(1).scaleb(-section.places), ROUND_HALF_UP, _WIDE)
    whole, _, decimals = f"{rounded:f}".partition(".")
    whole = whole.lstrip("0")
    pieces = section.pieces
    point = next((at for at, piece in enumerate(pieces) if piece == ("mark", ".")), len(pieces))
    shown: _Shown = []
    first = min((at for at, piece in enumerate(pieces[:point]) if piece.kind == "place"), default=point)
    for at in range(point - 1, -1, -1):  # the digits before the point, from the right
        piece = pieces[at]
        if piece.kind == "literal":
            shown.append(("literal", piece.text))
        elif piece.kind == "place":
            take = whole if at == first else whole[-1:]
            whole = whole[: len(whole) - len(take)]
            shown.append(("digits", take or {"0": "0", "?": " "}.get(piece.text, "")))
    shown.reverse()
    if section.is_grouped:
        shown = _with_thousands(shown)
    if point < len(pieces):
        shown.append(("digits", "."))
    told = len(decimals.rstrip("0"))  # digits behind these are zeros at the end
    at = 0
    for piece in pieces[point + 1 :]:
        if piece.kind == "literal":
            shown.append(("literal", piece.text))
        elif piece.kind == "place":
            shown.append(("digits", decimals[at : at + 1] if piece.text == "0" or at < told else ""))
            at += 1
    return shown


def _with_thousands(shown: _Shown) -> _Shown:
    """Return the pieces before the point with a comma after every third digit from the right."""
    left = sum(len(text.strip()) for kind, text in shown if kind == "digits")
    grouped: _Shown = []
    for kind, text in shown:
        if kind == "literal":
            grouped.append((kind, text))
            continue
        marked = ""
        for digit in text:
            marked += digit
            if digit != " ":
                left -= 1
                marked += "," if left and left % 3 == 0 else ""
        grouped.append((kind, marked))
    return grouped


def _reads_as(shown: _Shown, number: Decimal) -> bool:
    """Return whether a reader of the pieces reads a number, and nothing else."""
    literals = "".join(text for kind, text in shown if kind == "literal")
    digits = "".join(text for kind, text in shown if kind == "digits").replace(",", "").strip()
    if not any(sign.isdigit() for sign in digits):  # accounting formats show a dash for zero
        dash = literals.replace(symbol_in(literals), "").strip()
        return not number and dash != "" and set(dash) <= NEGATIVE - {"("}
    if not is_harmless(literals, number):
        return False
    at = [index for index, (kind, text) in enumerate(shown) if kind == "digits" and text.strip()]
    inner = "".join(text for kind, text in shown[at[0] : at[-1]] if kind == "literal")
    # A place that shows a blank for a missing digit (?) may stand between two digits: "0 0" is no number.
    return set(inner) <= _GROUPING and " " not in digits and Decimal(digits.rstrip(".") or "0") == number
