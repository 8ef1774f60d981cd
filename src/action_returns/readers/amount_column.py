"""Read a column of amounts whose decimal sign only its own values can settle.

``1,250`` is 1,250.00 in one download and 1.25 in another. One value that can be read in one way only, such as ``99,90``
or ``1,234.50``, settles the whole column; a value that contradicts it unsettles the whole column again. So every value
is noted before any is read.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from action_returns.batch.amounts import LIMIT, Cents, cents_of_number, cents_of_parts, cents_of_text
from action_returns.batch.cells import strip_white_space
from action_returns.readers.formatted_number import FormattedNumber, is_in_another_currency, shown_otherwise
from action_returns.readers.table_file import NumberText

_SHAPE: Final = str.maketrans("012345678", "9" * 9)
_PLACES: Final = 2
_LONGEST: Final = 64
"""Characters of the longest text that is read as an amount: 15 digits, separators and a currency need fewer."""
_currency = r"[^\W\d_]{0,3}\.?[$\u00a2-\u00a5\u0e3f\u20a0-\u20cf]|[^\W\d_]{2,3}\.?"
_pattern: Final = re.compile(
    rf"(?P<minus>[-\u2212(]?+)\s*+(?:(?P<before>{_currency})\s*+)?+(?P<inner>[-\u2212]?+)"
    rf"(?P<body>[0-9](?:[0-9.,'\u2019\s]*[0-9])?+)\s*+(?P<after>{_currency})?+\)?+"
)
_WHOLE: Final = r"[0-9]+|[0-9]{1,3}(?:['\u2019][0-9]{3})+|[0-9]{1,3}(?:\s[0-9]{3})+"
# Indian grouping has pairs before the last three digits: 1,23,456.50.
_READINGS: Final = {
    ".": re.compile(rf"({_WHOLE}|[0-9]{{1,3}}(?:,[0-9]{{2,3}})*,[0-9]{{3}})(?:\.([0-9]{{1,4}}))?").fullmatch,
    ",": re.compile(rf"({_WHOLE}|[0-9]{{1,3}}(?:\.[0-9]{{3}})+)(?:,([0-9]{{1,4}}))?").fullmatch,
}
"""Decimal sign -> the texts that are amounts when it is the one: digits before it, digits after it."""

_DOLLARS: Final = frozenset(["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "BRL"])
_SIGNS: Final = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "$": _DOLLARS,
    "US$": frozenset({"USD"}),
    "C$": frozenset({"CAD"}),
    "CA$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "AU$": frozenset({"AUD"}),
    "NZ$": frozenset({"NZD"}),
    "S$": frozenset({"SGD"}),
    "HK$": frozenset({"HKD"}),
    "R$": frozenset({"BRL"}),
    "MX$": frozenset({"MXN"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₺": frozenset({"TRY"}),
    "₪": frozenset({"ILS"}),
    "₫": frozenset({"VND"}),
    "฿": frozenset({"THB"}),
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "ZŁ": frozenset({"PLN"}),
    "KČ": frozenset({"CZK"}),
    "FT": frozenset({"HUF"}),
    "FR": frozenset({"CHF"}),
    "SFR": frozenset({"CHF"}),
    "LEI": frozenset({"RON"}),
}
"""Sign of a currency, in capitals and without a dot -> the currencies that are written with it."""

_BETWEEN: Final = "|"
_are_plain = re.compile(r"(?:(?:[0-9]{1,15}\.[0-9]{2})?+\|)*+").fullmatch
"""Amounts in one text, each with two places or blank."""
_is_code = re.compile("[A-Z]{3}").fullmatch


class Unread(StrEnum):
    """Why a current amount is unknown, in the words of a note after "has"."""

    BLANK = "no current amount"
    NEGATIVE = "a current amount below 0"
    UNSETTLED = "a current amount that can mean two things, and no other amount there settles which"
    SHOWN_OTHERWISE = "a current amount that its cell shows otherwise, such as a percentage"
    OTHER_CURRENCY = "a current amount with the sign of another currency than its currency column"
    UNREADABLE = "a current amount that cannot be read exactly"


class AmountColumn:
    """Notes how amounts are written, and reads them once all of them were noted."""

    def __init__(self) -> None:
        self.proven: dict[str, str] = {}
        """Decimal sign -> the first value that can only be read with it."""
        self._shapes: set[str] = set()

    def note(self, cell: object) -> None:
        """Look at one value of the column, whether it is read later or not.

        A caller with many rows may leave out texts whose third character from the end is in :attr:`proven`: they cannot
        prove the other sign.
        """
        if cell.__class__ is not str:
            return
        text = str(cell)
        shape = text.translate(_SHAPE)
        if shape not in self._shapes:
            self._shapes.add(shape)
            written = _written(strip_white_space(shape))
            points = (
                [] if written is None else [point for point, reading in _READINGS.items() if reading(written["body"])]
            )
            if len(points) == 1:
                self.proven.setdefault(points[0], text)

    @property
    def point(self) -> str | None:
        """The decimal sign of the column; None where its values do not settle it, or contradict each other."""
        return next(iter(self.proven)) if len(self.proven) == 1 else None

    def is_contradictory(self) -> bool:
        """Return whether one value can only be read with a point, and another only with a comma."""
        return len(self.proven) > 1

    def read(self, cell: object, currency: str | None = None) -> Cents | Unread:
        """Return the amount of one cell in cents, or why it is unknown.

        Args:
            cell: a value of the column.
            currency: what the download says the amounts are in, None when it does not say.
        """
        if (
            cell.__class__ is str and self.point == "." and (plain := cents_of_text(str(cell))) is not None
        ):  # nearly always
            return plain
        match cell:
            case None:
                return Unread.BLANK
            case NumberText():
                return Unread.NEGATIVE if cell.startswith("-") else _cents(cell, ".")
            case str():
                return self._read_text(cell, currency)
            case FormattedNumber() if shown_otherwise(cell):
                return Unread.SHOWN_OTHERWISE
            case FormattedNumber() if currency and is_in_another_currency(cell, currency):
                return Unread.OTHER_CURRENCY
            case float() if cell < 0:
                return Unread.NEGATIVE
            case float() if cell < LIMIT:
                cents = cents_of_number(cell)
                return Unread.UNREADABLE if cents is None else cents
        return Unread.UNREADABLE

    def read_all(self, cells: Sequence[Any], currency: str | None = None) -> Sequence[Cents | Unread]:
        """Return what :meth:`read` returns for each cell. Plain texts are read in one go, which is many times faster.

        Args:
            cells: values of the column.
            currency: what the download says the amounts are in, None when it does not say.
        """
        if self.point == "." and (plain := plain_cents(cells)) is not None:
            return [Unread.BLANK if cents is None else cents for cents in plain]
        return [self.read(cell, currency) for cell in cells]

    def read_signed(self, cell: object) -> Cents | Unread:
        """Return the amount of one cell in cents, below 0 for one with a minus or in brackets, or why it is unknown.

        Args:
            cell: a value of the column.
        """
        read = self.read(cell)
        if read is not Unread.NEGATIVE:
            return read
        if isinstance(cell, NumberText):
            read = _cents(cell.removeprefix("-"), ".")
        elif isinstance(cell, float):
            read = self.read(-cell)
        elif (written := _written(strip_white_space(str(cell)))) is not None:
            read = _cents(written["body"], self.point or ".")  # not settled: both readings are the same
        return read if isinstance(read, Unread) else Cents(-read)

    def _read_text(self, cell: str, currency: str | None) -> Cents | Unread:
        point = self.point
        text = strip_white_space(cell)
        if not text:
            return Unread.BLANK
        written, named = _written(text), currencies(text)
        if written is None or named == frozenset():
            return Unread.UNREADABLE
        if named and currency and currency.upper() not in named:
            return Unread.OTHER_CURRENCY
        if self.is_contradictory():
            return Unread.UNSETTLED
        readings = {_cents(written["body"], sign) for sign in ((point,) if point else _READINGS)}
        if len(readings) > 1:
            return Unread.UNSETTLED
        (reading,) = readings
        return Unread.NEGATIVE if reading and (written["minus"] or written["inner"]) else reading


def plain_cents(cells: Sequence[Any]) -> list[Cents | None] | None:
    """Return cells in cents when all of them are texts like ``49.90`` or blank ones; None for any other column.

    Each of these texts can only be read with a point.
    """
    if set(map(type, cells)) != {str}:
        return None
    joined = _BETWEEN.join((*cells, ""))
    if joined.count(_BETWEEN) != len(cells) or not _are_plain(joined):
        return None
    parts = joined.replace(".", "").split(_BETWEEN)
    parts.pop()
    return [Cents(int(part)) if part else None for part in parts]


def _written(text: str) -> re.Match[str] | None:
    return _pattern.fullmatch(text) if len(text) <= _LONGEST else None


def currencies(text: str) -> frozenset[str] | None:
    """Return the currencies that the sign beside an amount can mean: none for an unknown sign, None without a sign."""
    written = _written(text)
    signs = [] if written is None else [sign for sign in (written["before"], written["after"]) if sign]
    if not signs:
        return None
    meant = (
        frozenset({sign}) if _is_code(sign) else _SIGNS.get(sign.upper().rstrip("."), frozenset()) for sign in signs
    )
    return frozenset.intersection(*meant)


def currency_beside(text: str) -> str | None:
    """Return the one currency that the sign beside an amount means, the sign itself when it can mean several, else None."""
    meant = currencies(text)
    if not meant:
        return None
    if len(meant) == 1:
        return next(iter(meant))
    written = _written(text)
    return None if written is None else written["before"] or written["after"]


def _cents(body: str, point: str) -> Cents | Unread:
    """Read digits and separators; places beyond the second must be zeros, as reports write them."""
    match = _READINGS[point](body)
    if match is None or (match[2] or "")[_PLACES:].strip("0"):
        return Unread.UNREADABLE
    cents = cents_of_parts(re.sub("[^0-9]", "", match[1]), (match[2] or "")[:_PLACES])
    return Unread.UNREADABLE if cents is None else cents
