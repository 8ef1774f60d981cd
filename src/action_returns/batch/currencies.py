"""Currencies: which ones a sign or a code can mean."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from action_returns.batch.cells import Columns, amount_format_at

_DOLLARS: Final = frozenset(["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "BRL"])
_CROWNS: Final = frozenset(["SEK", "NOK", "DKK", "ISK"])

_MEANINGS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "$": _DOLLARS,
        "kr": _CROWNS,
        "kr.": _CROWNS,
        "\u20ac": frozenset({"EUR"}),
        "\u00a3": frozenset({"GBP", "EGP"}),
        "\u00a5": frozenset({"JPY", "CNY"}),
        "\uffe5": frozenset({"JPY", "CNY"}),
        "\u5143": frozenset({"CNY", "TWD"}),
        "\u5186": frozenset({"JPY"}),
        "\u20b9": frozenset({"INR"}),
        "\u20a9": frozenset({"KRW"}),
        "\u20aa": frozenset({"ILS"}),
        "\u20ba": frozenset({"TRY"}),
        "\u20bd": frozenset({"RUB"}),
        "\u20b4": frozenset({"UAH"}),
        "\u20ab": frozenset({"VND"}),
        "\u0e3f": frozenset({"THB"}),
        "\u20b1": frozenset({"PHP"}),
        "z\u0142": frozenset({"PLN"}),
        "k\u010d": frozenset({"CZK"}),
        "ft": frozenset({"HUF"}),
        "lei": frozenset({"RON"}),
        "fr.": frozenset({"CHF"}),
        "r$": frozenset({"BRL"}),
        "us$": frozenset({"USD"}),
        "ca$": frozenset({"CAD"}),
        "c$": frozenset({"CAD"}),
        "a$": frozenset({"AUD"}),
        "nz$": frozenset({"NZD"}),
        "hk$": frozenset({"HKD"}),
        "nt$": frozenset({"TWD"}),
        "s$": frozenset({"SGD"}),
        "mx$": frozenset({"MXN"}),
    }
)
_code = re.compile(r"[A-Za-z]{3}").fullmatch
_CODES: Final = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BGN",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EGP",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "ISK",
        "JPY",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RON",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "TWD",
        "UAH",
        "USD",
        "VND",
        "ZAR",
    ]
)
"""The codes that are recognised inside a number format (ISO 4217)."""


def currencies_of(text: str) -> frozenset[str]:
    """Return the codes that a sign or a code can mean (ISO 4217); none when it is unknown."""
    word = text.strip().casefold()
    return _MEANINGS.get(word) or (frozenset({word.upper()}) if _code(word) else frozenset())


def code_of(text: str) -> str:
    """Return the one code that a sign or a code can mean; the text itself when there is no such code."""
    codes = currencies_of(text)
    return next(iter(codes)) if len(codes) == 1 else text.strip()


def symbol_in(text: str) -> str:
    """Return the currency sign or code in the literal text of a number format, ``""`` when there is none."""
    for word in text.split():
        bare = word.strip("()-")
        if bare.upper() in _CODES or bare.casefold() in _MEANINGS:
            return bare
    import unicodedata

    return next((sign for sign in text if unicodedata.category(sign) == "Sc"), "")


def may_be_the_same(one: str, other: str) -> bool:
    """Return whether two signs or codes can mean the same currency; True when one of them is unknown."""
    first, second = currencies_of(one), currencies_of(other)
    return not first or not second or not first.isdisjoint(second)


def currency_of_row(columns: Columns, position: int) -> str:
    """Return the currency that the currency column, else the number format, gives a row; ``""`` without one."""
    if columns.currency is not None:
        cell = columns.currency[position]
        return cell.strip() if isinstance(cell, str) else ""
    code = amount_format_at(columns, position)
    if code is None:
        return ""
    from action_returns.batch.number_formats import read_format

    return read_format(code).currency
