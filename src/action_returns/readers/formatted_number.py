"""A number of a workbook with its number format, where that may show another amount than the number."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from action_returns.batch.amounts import LIMIT, cents_of_number

if TYPE_CHECKING:
    from action_returns.batch.number_formats import NumberFormat


class FormattedNumber(float):
    """A number with the code of its number format.

    Two of them are equal when their numbers are, whatever their formats show.
    """

    __slots__ = ("code",)
    code: str


class _Shown(NamedTuple):
    """What a number format shows.

    Args:
        number_format: the format.
        exact_multiple: the cents of whose multiples above zero it surely shows the digits; 0 when none is known.
        sign: the currency that it names, or the sign itself when that can mean several; None without one.
        currencies: the currencies that the sign can mean, None without one.
    """

    number_format: "NumberFormat"
    exact_multiple: int
    sign: str | None
    currencies: frozenset[str] | None


def formatted(number: float, code: str) -> FormattedNumber:
    """Return a number with its number format."""
    made = FormattedNumber(number)  # a constructor of its own would take twice as long
    made.code = code
    return made


def shown_otherwise(number: FormattedNumber) -> str:
    """Return what is wrong with a number as an amount, in the words of a note after "is"; ``""`` for nothing."""
    shown = _shown(number.code)
    if abs(number) >= LIMIT:
        return ""  # no amount, whatever is shown
    if shown.currencies is not None and not shown.currencies:
        return "a number with an unknown sign of a currency in its format"
    if not (shown.exact_multiple and number > 0) and shown.number_format.is_percent(number):
        return "a number that its cell shows as a percentage"
    cents = cents_of_number(abs(number))
    if cents is None or (number > 0 and shown.exact_multiple and cents % shown.exact_multiple == 0):
        return ""
    if shown.number_format.shows_size(-cents if number < 0 else cents):
        return ""
    return "a number of which its cell shows other digits, or none"


def currencies_of_format(number: FormattedNumber) -> frozenset[str] | None:
    """Return the currencies that the sign in a number's format can mean, None without a sign."""
    return _shown(number.code).currencies


def is_in_another_currency(number: FormattedNumber, currency: str) -> bool:
    """Return whether the sign in a number's format means another currency than a code."""
    currencies = _shown(number.code).currencies
    return currencies is not None and currency.upper() not in currencies


def currency_of_format(number: FormattedNumber) -> str | None:
    """Return the currency that a number's format names, or the sign itself when that can mean several."""
    return _shown(number.code).sign


@lru_cache(1_000)
def _shown(code: str) -> _Shown:
    # Most workbooks have no such format.
    from action_returns.batch.currencies import code_of, currencies_of
    from action_returns.batch.number_formats import read_format

    number_format = read_format(code)
    sign = number_format.currency
    return _Shown(
        number_format,
        number_format.exact_multiple,
        code_of(sign) if sign else None,
        currencies_of(sign) if sign else None,
    )
