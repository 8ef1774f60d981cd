"""Letters, digits and dots of other scripts that look like the ones an ActionId is made of, or stand for them."""

import re
from typing import Final

_LETTERS: Final = {
    "M": "\u041c\u039c\u03fa\u13b7\u2c98\u216f\ua4df\uff2d",  # Cyrillic, Greek, Cherokee, Coptic, Roman numeral, Lisu, full-width
    "m": "\u043c\u217f\uff4d",
}
_DOTS: Final = (
    "\u3002\uff0e\uff61\ufe52"  # ideographic and full-width full stops
    "\u2024\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb\ua4f8"  # one dot leader, middle dots, bullets, Lisu
    "\u06d4\u0701\u0702"  # Arabic and Syriac full stops
)
_SAME_LOOK: Final = str.maketrans(
    {sign: letter for letter, signs in _LETTERS.items() for sign in signs} | dict.fromkeys(_DOTS, ".")
)
_NAME: Final = re.compile(r"(?P<script>.+?) (?:CAPITAL |SMALL )?(?P<kind>LETTER|DIGIT)\b").match


def plain_text(text: str) -> str:
    """Return the text with an ASCII letter, digit or dot in place of each look-alike; other signs stay."""
    if text.isascii():
        return text
    from unicodedata import decimal  # inside: a batch without such signs does not need it

    return "".join(sign if sign.isascii() else str(decimal(sign, sign)) for sign in text.translate(_SAME_LOOK))


def name_lookalikes(text: str) -> str:
    """Return what the look-alikes in a text are: ``the Cyrillic letter . (U+041C) instead of M``."""
    pairs = {sign: plain for sign, plain in zip(text, plain_text(text), strict=True) if sign != plain}
    return " and ".join(f"{name_sign(sign)} instead of {plain}" for sign, plain in pairs.items())


def name_sign(sign: str) -> str:
    """Return what one sign is, with its script and its code: ``the Greek letter . (U+039C)``."""
    import unicodedata

    name = unicodedata.name(sign, "sign")
    match = _NAME(name)
    words = f"{match['script'].title()} {match['kind'].lower()}" if match else name.lower()
    return f"the {words} {sign} (U+{ord(sign):04X})"


def foreign_letters(text: str) -> str:
    """Return the letters in a text that are not ASCII but could be taken for it, named; ``""`` without one."""
    found = dict.fromkeys(sign for sign in text if not sign.isascii() and sign.isalpha())
    return " and ".join(map(name_sign, found))
