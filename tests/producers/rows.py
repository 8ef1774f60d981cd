"""The rows that every producer is given, and what the product finds in them.

The findings stand here by hand, from docs/rules.md: the codes of a row are one text.
"""

from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from tests.producers.cells import Error, Formula, Styled


class Row(NamedTuple):
    """One row.

    Args:
        cells: the cells of ActionId, Amount and Reason.
        codes: the codes of its findings, in the order of the columns, with blanks between them.
        leaves: the amount that leaves, an empty text when the row has an error.
        hidden: whether the row is hidden.
    """

    cells: tuple[Any, Any, Any]
    codes: str = ""
    leaves: str = ""
    hidden: bool = False


_numbers = count(1063415)


def _new():
    """Return an ActionId that no other row has."""
    return f"M.8882.4808.{next(_numbers)}"


def _good(amount, leaves, reason="", **more):
    reason = reason or ("REJECTED" if leaves == "0" else "ORDER_UPDATE")
    return Row((_new(), amount, reason), leaves=leaves, **more)


def _amount(amount, code, reason="ORDER_UPDATE", **more):
    return Row((_new(), amount, reason), code, **more)


def _id(action_id, code, leaves="", **more):
    return Row((action_id, "12.50", "ORDER_UPDATE"), code, leaves, **more)


def _reason(reason, code, amount="12.50", **more):
    return Row((_new(), amount, reason), code, **more)


BLANK = Row((None, None, None))
"""A row that is not written at all."""

CLEAN = (
    _good(0.0, "0"),
    _good(49.9, "49.90"),
    _good(10, "10.00"),
    _good("0", "0"),
    _good("49.9", "49.90"),
    _good("12.00", "12.00"),
    _good(1234.56, "1234.56"),
    _good(0.01, "0.01"),
    _good(999999.99, "999999.99"),
    *(_good(number / 4, f"{number // 4}.{number % 4 * 25:02d}") for number in range(1, 21)),
)

_first, _twice = _new(), _new()

IDS = (
    _good("12.50", "12.50"),
    _id(None, "id-missing"),
    _id(" ", "id-missing"),
    _id(f" {_new()}", "id-whitespace"),
    _id(f"   {_new()}", "id-whitespace"),
    _id(f"{_new()} ", "id-whitespace"),
    _id(f"\u00a0{_new()}", "id-whitespace"),
    _id(f"{_new()}\u200b", "id-whitespace"),
    _id(f"{_new()}\t", "id-whitespace"),
    _id(f"{_new()}\n", "id-whitespace"),
    _id(f"M.8882.\n4808.{_new()[-7:]}", "id-whitespace"),
    _id(_new()[2:], "id-no-prefix"),
    _id(_new().lower(), "id-case"),
    _id("\u041c" + _new()[1:], "id-lookalike"),
    _id("M.8882.4808.\uff11063", "id-lookalike"),
    _id(_new().replace(".", "-"), "id-shape"),
    _id("ORD-5012", "id-shape"),
    _id("8.8824808106E+12", "id-shape"),
    _id("M.8882.4808." + "1" * 60, "id-shape"),
    _id("M.8882.4808", "id-unusual", "12.50"),
    _id("M.7777.4808.1063500", "id-mixed-campaigns", "12.50"),
    _id(8882.4808, "id-not-text"),
    _id(88824808106341.0, "id-not-text"),
    _id(_first, "", "12.50"),
    _id(_first, "id-duplicate"),
    Row((_twice, "10.00", "ORDER_UPDATE"), "id-conflict"),
    Row((_twice, "20.00", "ORDER_UPDATE"), "id-conflict"),
    _good("0", "0"),
)

AMOUNT_TEXTS = (
    _amount(None, "amount-missing"),
    _amount("  ", "amount-missing"),
    _amount(" 12.50", "amount-whitespace"),
    _amount("12.50 ", "amount-whitespace"),
    _amount("\u00a012.50", "amount-whitespace"),
    _amount("12.50\n", "amount-whitespace"),
    _amount("\u20ac 12.50", "amount-not-number"),
    _amount("$12.50", "amount-not-number"),
    _amount("n/a", "amount-not-number"),
    _amount("1E2", "amount-not-number"),
    _amount("\uff11\uff12", "amount-not-number"),
    _amount("1234567890123456", "amount-not-number"),
    _amount("NaN", "amount-not-number"),
    _amount("12,50", "amount-separator"),
    _amount("1.234,50", "amount-separator"),
    _amount("1,234.50", "amount-separator"),
    _amount("1,250", "amount-separator"),
    _amount("1'234.50", "amount-separator"),
    _amount("-12.50", "amount-negative"),
    _amount("12.999", "amount-decimals"),
    _amount("1.250", "amount-decimals"),
    _amount("50%", "amount-percent"),
    Row((_new(), "0001250", "ORDER_UPDATE"), "amount-leading-zeros", "1250.00"),
    Row((_new(), "1000000.00", "ORDER_UPDATE"), "amount-large", "1000000.00"),
    _good("0.00", "0"),
)

NUMBERS = (
    _good(0.1 + 0.2, "0.30"),
    _good(1.1 * 3, "3.30"),
    _good(4.35 * 100, "435.00"),
    _good(1.005 * 1000, "1005.00"),
    _good(-0.0, "0"),
    _good(100000000.0 / 1000, "100000.00"),
    _good(8.2 - 0.2, "8.00"),
    Row((_new(), 1e6, "ORDER_UPDATE"), "amount-large", "1000000.00"),
    Row((_new(), 12345678.9, "ORDER_UPDATE"), "amount-large", "12345678.90"),
    Row((_new(), 123456789012.34, "ORDER_UPDATE"), "amount-large", "123456789012.34"),
    _amount(12.345, "amount-decimals"),
    _amount(0.001, "amount-decimals"),
    _amount(1e-7, "amount-decimals"),
    _amount(1 / 3, "amount-decimals"),
    _amount(-12.5, "amount-negative"),
    _amount(-0.01, "amount-negative"),
    _amount(1e15, "amount-not-number"),
    _amount(1.5e300, "amount-not-number"),
)

REASONS = (
    _good("0", "0"),
    _reason(None, "reason-missing"),
    _reason("  ", "reason-missing"),
    _reason("ORDER_UPDATE ", "reason-whitespace"),
    _reason(" ORDER_UPDATE", "reason-whitespace"),
    _reason("REJECTED\n", "reason-whitespace", "0"),
    _reason("rejected", "reason-case", "0"),
    _reason("Order_Update", "reason-case"),
    _reason("RETURNED", "reason-unknown"),
    _reason("Order Update", "reason-unknown"),
    _reason(1.0, "reason-unknown"),
    _reason("ORDER_UPDATE", "reason-amount-mismatch", "0"),
    _reason("REJECTED", "reason-amount-mismatch"),
    _good("12.50", "12.50"),
)

HOSTILE = (
    _reason("<&>\"'", "reason-unknown"),
    _reason("&amp;&#65;&lt;", "reason-unknown"),
    _reason("]]>", "reason-unknown"),
    _reason("<c r='B2'><v>1</v></c>", "reason-unknown"),
    _reason("_x0041_", "reason-unknown"),
    _reason("=1+1", "reason-unknown"),
    _reason("+1", "reason-unknown"),
    _reason("@SUM(A1)", "reason-unknown"),
    _reason("'quoted", "reason-unknown"),
    _reason("a, b; c | d", "reason-unknown"),
    _reason("one\ntwo", "reason-unknown"),
    _reason("\u00fcber \U0001f4e6 \u05e9\u05dc\u05d5\u05dd \u4e2d\u6587", "reason-unknown"),
    _reason("x" * 32767, "reason-unknown"),
    _reason("TRUE", "reason-unknown"),
    _reason("#N/A", "reason-unknown"),
    _amount("=SUM(B2:B3)", "amount-not-number"),
    _amount("<v>12.50</v>", "amount-not-number"),
    _id("M.8882.4808.1063415'; --", "id-shape"),
    _id("https://example.com/", "id-shape"),
    _good("12.50", "12.50"),
)

_DAY = datetime(2026, 11, 23)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
_NIGHT = datetime(2026, 11, 23, 18, 30)  # noqa: DTZ001

DATES = (
    _amount(_DAY, "amount-not-number"),
    _amount(_NIGHT, "amount-not-number"),
    *(
        _amount(Styled(_DAY, code), "amount-not-number")
        for code in (
            "dd/mm/yyyy",
            "d. mmmm yyyy",
            "m/d/yy h:mm",
            '"on "yyyy\\-mm\\-dd',
            "[$-407]d. mmm. yyyy",
            "mmm yy",
        )
    ),
    _id(_DAY, "id-not-text"),
    _reason(_DAY, "reason-unknown"),
    # letters of dates that stand in quotes, after a backslash or in brackets make no date
    *(
        _good(Styled(12.5, code), "12.50")
        for code in ('0.00" days"', "0.00\\ \\d", "[Red]0.00", '"My "0.00', '#,##0.00\\ "\u20ac"', "0.00_d", "General")
    ),
    _good("0", "0"),
)

FORMATS = (
    *(_amount(Styled(0.5, code), "amount-percent") for code in ("0%", "0.00%", "#,##0.0\\ %")),
    *(_good(Styled(1234.5, code), "1234.50") for code in ("0.00", "#,##0.00", "@", "0.00;[Red]\\-0.00")),
    *(
        Row((_new(), Styled(1234.56, code), "ORDER_UPDATE"), "amount-shown-otherwise", "1234.56")
        for code in ("0", "#,##0", "0.0", "0.00,", ";;;", "0.00E+00")
    ),
    _good(Styled("12.50", "@"), "12.50"),
    _amount(Styled(None, "0.00"), "amount-missing"),
    _amount(Styled("12,50", "0.00"), "amount-separator"),
)

BOOLEANS_AND_ERRORS = (
    _amount(True, "amount-not-number"),
    _amount(False, "amount-not-number"),
    _id(True, "id-not-text"),
    _reason(False, "reason-unknown"),
    *(
        _amount(Error(shown), "cell-error")
        for shown in ("#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
    ),
    _id(Error("#N/A"), "cell-error"),
    _reason(Error("#REF!"), "cell-error"),
    _good("0", "0"),
)

FORMULAS = (
    _good(Formula("10+2.5", 12.5), "12.50"),
    _good(Formula("0*7", 0.0), "0"),
    _good(Formula("0.1+0.2", 0.1 + 0.2), "0.30"),
    _good(Formula('"12"&".50"', "12.50"), "12.50"),
    _amount(Formula("10/8000", 0.00125), "amount-decimals"),
    _amount(Formula("2-5", -3.0), "amount-negative"),
    _amount(Formula("1=1", True), "amount-not-number"),
    _amount(Formula("NA()", Error("#N/A")), "cell-error"),
    _amount(Formula("1/0", Error("#DIV/0!")), "cell-error"),
    _amount(Formula('""', ""), "amount-missing"),
    _reason(Formula('"ORDER_"&"UPDATE "', "ORDER_UPDATE "), "reason-whitespace"),
    _reason(Formula('"REJ<"&"&"', "REJ<&"), "reason-unknown"),
    _id(Formula('"M.8882.4808."&"99"', "M.8882.4808.99"), "", "12.50"),
    _id(Formula('" M.8882.4808."&"98"', " M.8882.4808.98"), "id-whitespace"),
    _id(Formula("8882.4808", 8882.4808), "id-not-text"),
)

NOT_CALCULATED = (
    _amount(Formula("10+2.5", None), "formula-no-value"),
    _id(Formula('"M.8882.4808."&"97"', None), "formula-no-value"),
    _reason(Formula('"ORDER_"&"UPDATE"', None), "formula-no-value"),
    _good("12.50", "12.50"),
)

BLANKS = (
    _good("0", "0"),
    BLANK,
    BLANK,
    _good(12.5, "12.50"),
    Row((Styled(None, "@"), Styled(None, "0.00"), Styled(None, "@"))),
    _good("12.50", "12.50"),
    Row((_new(), None, None), "amount-missing reason-missing"),
    Row((None, 12.5, None), "id-missing reason-missing"),
    Row((None, None, "REJECTED"), "id-missing amount-missing"),
    BLANK,
    Row((None, 0.0, None), "id-missing reason-missing"),
    _good("0", "0"),
)

HIDDEN = (
    _good("0", "0"),
    Row((_new(), 12.5, "ORDER_UPDATE"), "row-hidden", "12.50", hidden=True),
    _good(12.5, "12.50"),
    Row((_new(), "12,50", "ORDER_UPDATE"), "row-hidden amount-separator", hidden=True),
    Row((_new(), "0", "REJECTED"), "row-hidden", "0", hidden=True),
    _good(1.0, "1.00"),
)

MERGED = (
    _good("0", "0"),
    Row((_new(), 12.5, "ORDER_UPDATE"), "cell-merged"),
    Row((_new(), None, "ORDER_UPDATE"), "cell-merged"),
    _good(12.5, "12.50"),
    Row((_new(), "0", "REJECTED"), "cell-merged"),
    Row((_new(), "0", None), "cell-merged"),
    _good("0", "0"),
)
MERGED_AREAS = ((1, 1, 2, 1), (4, 2, 5, 2))
"""Row, column, row, column of the merged areas of MERGED, counted from 0 in the rows and in the three columns."""

SETS = {
    "clean": CLEAN,
    "ids": IDS,
    "amount texts": AMOUNT_TEXTS,
    "numbers": NUMBERS,
    "reasons": REASONS,
    "hostile": HOSTILE,
    "dates": DATES,
    "formats": FORMATS,
    "booleans and errors": BOOLEANS_AND_ERRORS,
    "formulas": FORMULAS,
    "not calculated": NOT_CALCULATED,
    "blanks": BLANKS,
    "hidden": HIDDEN,
    "merged": MERGED,
}
