"""Amounts: from what a cell holds to integer cents, exactly or not at all.

Only ASCII digits are read (a regex's digit class, ``int()`` and ``Decimal()`` also take full-width and Arabic ones),
and no money is the result of binary arithmetic: a spreadsheet's number is either proven to be the double of a two-place
amount or read through its shortest decimal form.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NewType

Cents = NewType("Cents", int)
NO_CENTS: Final = Cents(0)

MAX_DIGITS: Final = 15
"""Digits before the point that are read: a spreadsheet keeps no more (ECMA-376, IEEE 754 double)."""

LIMIT: Final = 10**MAX_DIGITS
NOISE: Final = Decimal("1e-12")
"""A number this close, as a part of itself, to a two-place amount is that amount with binary noise."""

PLAIN: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
EXACT_BELOW: Final = 1e11
"""Below this, ``int(x * 100 + 0.5)`` hits the one candidate, and ``candidate / 100 == x`` proves it: the division is
rounded correctly (IEEE 754), so it gives x only if x is the double nearest to that two-place amount."""
_CENT: Final = Decimal("0.01")
_PLACES: Final = len(".00")


def cents_of_text(text: str) -> Cents | None:
    """Read a plain decimal with at most two places, ``49.9`` as 4990 cents; None for everything else."""
    if (
        text[-3:-2] == "." and _PLACES < len(text) <= MAX_DIGITS + _PLACES and text.isascii()
    ):  # nearly always, and faster
        digits = text[:-3] + text[-2:]
        if digits.isdigit():
            return Cents(int(digits))
    match = PLAIN.fullmatch(text)
    return None if match is None else cents_of_parts(match[1], match[2])


def cents_of_parts(whole: str, places: str | None) -> Cents | None:
    """Read the digits before and after the point; None when there are more than fit an amount."""
    whole, places = whole.lstrip("0"), places or ""
    if len(whole) > MAX_DIGITS or len(places) > len("00"):
        return None
    return Cents(int(whole or "0") * 100 + int(places.ljust(2, "0")))


def cents_of_number(number: float) -> Cents | None:
    """Read a spreadsheet's number, 0 or above and below :data:`LIMIT`, as the two-place amount it shows.

    Returns:
        Cents, or None when the number has more than two places beyond binary noise.
    """
    candidate = int(number * 100 + 0.5)
    if candidate / 100 == number and number < EXACT_BELOW:
        return Cents(candidate)
    exact = Decimal(repr(number))  # the shortest decimal that is this double: what the spreadsheet shows
    cents = exact.quantize(_CENT)
    if exact != cents and abs(exact - cents) >= NOISE * exact:
        return None
    return Cents(int(cents * 100))


def amount_text(cents: int) -> str:
    """Write cents as the file wants them: ``49.90``, zero alone ``0``."""
    return f"{cents // 100}.{cents % 100:02d}" if cents else "0"


def exact_cents(cell: str | float) -> Cents:
    """Read the cents of a cell that was checked and is good.

    Raises:
        ValueError: when it was not.
    """
    cents = cents_of_text(cell) if isinstance(cell, str) else cents_of_number(cell)
    if cents is None:
        raise ValueError(f"{cell!r} is not an exact amount")
    return cents


_separated = re.compile(r"[0-9][0-9.,'\u2019]*[0-9]").fullmatch
_decimal_comma = re.compile(r"([0-9]+),([0-9]{1,2})").fullmatch


def _grouped_by(mark: str, point: str) -> Callable[[str], re.Match[str] | None]:
    # Indian grouping has pairs before the last three: 1,23,456.
    whole = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{2,3}})*{mark}[0-9]{{3}}"
    return re.compile(rf"(?P<whole>{whole})(?:{point}(?P<cents>[0-9]{{1,2}}))?").fullmatch


_GROUPED: Final[tuple[tuple[Callable[[str], re.Match[str] | None], Callable[[str], bool]], ...]] = (
    # One comma or dot before three digits may also be a decimal point ("1,250"); two of them, or an apostrophe, not.
    (_grouped_by(",", r"\."), lambda whole: whole.count(",") > 1),
    (_grouped_by(r"\.", ","), lambda whole: whole.count(".") > 1),
    (_grouped_by("['\u2019]", "[.,]"), lambda _whole: True),
)


def has_separators(text: str) -> bool:
    """Return whether a text is digits with commas, dots or apostrophes between them."""
    return _separated(text) is not None


def only_reading(text: str) -> Cents | None:
    """Return the one amount the text can mean; None where two readings are possible, as in ``1,250``."""
    comma = _decimal_comma(text)
    if comma is not None:
        return cents_of_text(f"{comma[1]}.{comma[2]}")
    for grouped, surely in _GROUPED:
        match = grouped(text)
        if match is not None and (match["cents"] or surely(match["whole"])):
            whole = re.sub("[^0-9]", "", match["whole"])
            return cents_of_text(f"{whole}.{match['cents'] or '0'}")
    return None


def money(cents: int, currency: str | None = None, *, sign: bool = False) -> str:
    """Write cents with thousands marked, ``-11,980.20 EUR``.

    Args:
        cents: the amount in cents, negative allowed.
        currency: what it is in, left out when unknown.
        sign: whether a plus is written too.
    """
    before = "-" if cents < 0 else "+" if sign and cents > 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{before}{whole:,}.{rest:02d}" + (f" {currency}" if currency else "")
