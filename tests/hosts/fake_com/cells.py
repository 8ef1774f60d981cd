"""What a cell holds, what Excel makes of a value given to it, and what it gives back.

A cell holds text, a float, a boolean, an error or nothing. Currency and dates are floats with a number format:
`Value` looks at the format, `Value2` does not. Typed text is understood as in an American Excel.

A text in a cell with the format Text stays as it is. In other cells "=", "+", "-" and "@" open a formula, and what is
no formula is refused.

Not modelled: times of day, exponents of currency, and days in words.
"""

import datetime as dt
import re
from contextlib import suppress
from decimal import Decimal

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import to_excel

from tests.hosts.fake_com.com import excel_error
from tests.hosts.fake_com.variants import CENTS_OF_CENTS, CellError, Currency, Date

ERRORS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}
ERROR_NAMES = {code: text for text, code in ERRORS.items()}
LONGEST_TEXT = 32_767

GENERAL, TEXT, PERCENT, CURRENCY = "General", "@", "0.00%", "$#,##0.00"
DAY, MOMENT = "m/d/yyyy", "m/d/yyyy h:mm"

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_CURRENCY_SIGN = re.compile(r"[$£€¥]")
_DAYS = (
    re.compile(r"(?P<month>\d{1,2})[/-](?P<day>\d{1,2})([/-](?P<year>\d{4}))?"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
)
DAYS_TO_1904 = 1462
THIS_YEAR = 2026  # what Excel adds to a day and a month


def cell_error(text):
    """The error that shows as `text`, such as "#N/A"."""
    return CellError(ERRORS[text])


def taken(value, number_format):
    """What the cell holds after `value` was put into it, and its number format from then on."""
    if value is None or value == "":
        return None, number_format
    if isinstance(value, str):
        return (value, number_format) if number_format == TEXT else _typed(value, number_format)
    if isinstance(value, (bool, CellError)):
        return value, number_format
    if isinstance(value, dt.datetime):  # a person typed it; from a program it arrives as a Date
        value = Date(to_excel(value.replace(tzinfo=None)))
    if isinstance(value, Currency):
        return value / CENTS_OF_CENTS, _unless_set(number_format, CURRENCY)
    if isinstance(value, Date):
        return float(value), _unless_set(number_format, DAY if value.is_integer() else MOMENT)
    if isinstance(value, (int, float)):
        # A number that is put into a cell formatted as text becomes text.
        return (formula_text(float(value)) if number_format == TEXT else float(value)), number_format
    raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")


def refuse_text(text, number_format):
    """Raises as Excel does for a text that a cell cannot hold, or that opens a formula and is none."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_TEXT:
        raise excel_error("Application-defined or object-defined error")
    formula = opened_formula(text, number_format)
    if formula is not None and not _is_formula(formula):
        raise excel_error("There's a problem with this formula.")


def opened_formula(text, number_format):
    """The formula that a text opens in a cell of this format, None for any other text."""
    if number_format == TEXT or len(text) < 2:
        return None
    if text[0] == "=":
        return text
    if text[0] in "+-@" and isinstance(_typed(text, number_format)[0], str):
        return f"={text.removeprefix('@')}"
    return None


_OPENS, _CLOSES = Token.OPEN, Token.CLOSE
_AREAS = {Token.RANGE, _OPENS, _CLOSES}
_MISPLACED = re.compile(r"\d+[^\d:.!'$,%]")


def _is_formula(text):
    """Whether operands and operators take turns and all that is opened is closed."""
    try:
        tokens = Tokenizer(text).items
    except (TokenizerError, IndexError):
        return False
    depth, wants_operand, crosses = 0, True, False
    for token, before in zip(tokens, [None, *tokens], strict=False):
        if token.type == Token.WSPACE:
            crosses = before is not None and before.subtype in _AREAS  # a blank between areas: what both hold
            continue
        if token.subtype == _OPENS or token.type == Token.OPERAND:
            if not (wants_operand or (crosses and token.subtype in _AREAS)) or _MISPLACED.match(token.value):
                return False
            depth += token.subtype == _OPENS
            wants_operand = token.subtype == _OPENS
        elif token.subtype == _CLOSES:
            depth, wants_operand = depth - 1, False
        elif token.type in {Token.OP_IN, Token.OP_POST} and wants_operand:
            return False
        else:
            wants_operand = token.type != Token.OP_POST
        crosses = False
    return depth == 0 and not wants_operand


def _unless_set(number_format, wanted):
    return wanted if number_format == GENERAL else number_format


def _typed(text, number_format):
    word = text.strip()
    if text.startswith("'"):
        return text[1:], number_format
    if word.upper() in ERRORS:
        return cell_error(word.upper()), number_format
    if word.upper() in {"TRUE", "FALSE"}:
        return word.upper() == "TRUE", number_format
    if _NUMBER.fullmatch(word):
        return float(word), number_format
    if _GROUPED.fullmatch(word):
        return float(word.replace(",", "")), _unless_set(number_format, "#,##0.00")
    if word.endswith("%") and _NUMBER.fullmatch(word[:-1]):
        return float(word[:-1]) / 100, _unless_set(number_format, PERCENT)
    if word.startswith("$") and _NUMBER.fullmatch(word[1:].replace(",", "")):
        return float(word[1:].replace(",", "")), _unless_set(number_format, CURRENCY)
    for form in _DAYS:
        if found := form.fullmatch(word):
            day = {"year": THIS_YEAR} | {part: int(digits) for part, digits in found.groupdict().items() if digits}
            with suppress(ValueError):
                return float(to_excel(dt.date(**day))), _unless_set(number_format, DAY)
    return text, number_format


def value(held, number_format, *, from_1904=False):
    """What `Value` answers: as `Value2`, but a float in a currency or date format becomes money or a date.

    A book may count days from 1904. `Value` answers the true date, `Value2` the number (Microsoft, KB 157035).
    """
    if isinstance(held, float) and number_format not in (GENERAL, TEXT):
        if is_date_format(number_format):
            return Date(held + DAYS_TO_1904 * from_1904)
        if _CURRENCY_SIGN.search(number_format):
            return Currency(round(Decimal(repr(held)) * CENTS_OF_CENTS))
    return held


def formula_text(held):
    """What `Formula` answers for a cell without a formula: always text."""
    if held is None:
        return ""
    if isinstance(held, bool):
        return str(held).upper()
    if isinstance(held, CellError):
        return ERROR_NAMES[held]
    if isinstance(held, float):
        return str(int(held)) if held.is_integer() else repr(held)
    return held
