"""What a cell shows of an amount is known from its number format, and so whether it is what would be sent."""

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.number_formats import read_format

ACCOUNTING = '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)'
ACCOUNTING_EURO = '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-'

PLAIN = [
    "General", "", "@", "0.00", "#,##0.00", "0.000", "[Red]0.00", "[Color 10]0.00", "[$-409]0.00", "[$-407]#,##0.00",
    "#,##0.00;[Red]-#,##0.00", "#,##0.00_);(#,##0.00)", "#,##0.00_ ;\\-#,##0.00\\ ", "0.00;-0.00;0.00;@", "* 0.00",
    '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "?0.00", "general;-general", '0.00" net"',
]  # fmt: skip
WITH_CURRENCY = {
    '#,##0.00 "€"': "€", "#,##0.00\\ [$€-407]": "€", "[$€-407]#,##0.00": "€", "[$$-409]#,##0.00": "$", "$#,##0.00": "$",
    ACCOUNTING: "$", ACCOUNTING_EURO: "€", '0.00" EUR"': "EUR", "[$USD] #,##0.00": "USD", "0.00\\ [$kr-41D]": "kr",
    "[$CHF-807] 0.00": "CHF", "\\£0.00": "£",
}  # fmt: skip
SHOWN = [
    # hidden
    (";;;", 1250, ""), (";;;", "12.50", ""), ("0.00;-0.00;;@", 0, ""), ("#", 0, ""), ("0.00;;", 0, ""),
    ("[<100]0.00;", 25000, ""), ("#.##", 0, "."), ("0.00;-0.00;0.00;", "12.50", ""),
    # scaled
    ("0,", 123456789, "1235"), ("0.0,", 123456, "1.2"), ("0,,", 123456789, "1"), ("#,##0,", 1234567890, "12,346"),
    ('0.00,"k"', 1250000, "12.50k"), ('0.00" k"', 1250, "12.50 k"), ('0.00" Mio."', 1250, "12.50 Mio."),
    # rounded
    ("0", 1250, "13"), ("0", 1249, "12"), ("0", 50, "1"), ("0", 40, "0"), ("0.0", 1255, "12.6"), ("#,##0", 123456750, "1,234,568"),
    ("[<100]0.00;0", 12345, "123"), ("[>=100]0;0.00", 10050, "101"), ("[>100]0.00;[<50]0;0.0", 7525, "75.3"),
    # fractions, exponents, dates, other digits
    ("# ?/?", 1250, "12 1/2"), ("# ??/??", 1233, "12 32/97"), ("# ?/8", 1225, "12 2/8"), ("?/?", 1200, "12/1"),
    ("0.00E+00", 1250, "1.25E+01"), ("0E+0", 500, "5E+0"), ("yyyy\\-mm\\-dd", 1250, "a date or a time"),
    ("[h]:mm", 1250, "a date or a time"), ("[$-2000401]0.00", 1250, "digits of another script"),
    ("[DBNum1]0.00", 1250, "digits of another script"),
    # literals that are read as digits, a point or a sign
    ('0"."00', 1250, "0.13"), ('"1"0.00', 1250, "112.50"), ("0\\,00", 123400, "12,34"), ("\\-0.00", 1250, "-12.50"),
    ("(0.00)", 1250, "(12.50)"), ('"½"0.00', 1250, "½12.50"),
]  # fmt: skip
AS_SENT = [
    ("0", 1200), ("0", 0), ("0.0", 1250), ("0.0", 0), ("#,##0", 123400), ("# ?/?", 1200), ("[<100]0.00;0", 1250),
    ("[<100]0.00;0", 20000), ("0,", 0), ("#.##", 50), ("000000", 1200), (ACCOUNTING, 0), (ACCOUNTING_EURO, 0),
    ("#\\ ##0.00", 123450), ("0;-0;;@", "12.50"), ("0%", "12.50"), ("0,", "12.50"), ("yyyy", "12.50"),
]  # fmt: skip
FORMATS = [*PLAIN, *WITH_CURRENCY, *dict.fromkeys(code for code, *_ in [*SHOWN, *AS_SENT])]
SHOWN_IN_ANOTHER_NOTATION = {"[$-407]#,##0.00", "#.##"}
"""With a comma for the decimal point, and without a point that no digit follows, which Excel shows."""
amounts = st.one_of(st.integers(0, 10**9), st.integers(0, 10**4), st.integers(0, 10**7).map(lambda n: n * 100))


@pytest.mark.parametrize("code", PLAIN)
def test_a_usual_format_shows_every_amount_as_it_is_sent(code):
    assert read_format(code).is_plain


@pytest.mark.parametrize("code", WITH_CURRENCY)
def test_a_currency_format_shows_the_digits_and_names_its_currency(code):
    assert read_format(code).shows_every_amount
    assert not read_format(code).is_plain
    assert read_format(code).currency == WITH_CURRENCY[code]


@pytest.mark.parametrize(("code", "cell", "shown"), SHOWN)
def test_a_format_that_shows_other_digits_is_known_with_what_it_shows(code, cell, shown):
    number_format = read_format(code)
    assert number_format.shown(cell) == shown
    assert not number_format.shows_as_sent(cell)
    assert not number_format.is_plain


@pytest.mark.parametrize(("code", "cell"), AS_SENT)
def test_a_format_may_show_this_amount_as_it_is_sent_though_not_every_one(code, cell):
    assert read_format(code).shows_as_sent(cell)


@pytest.mark.parametrize("code", ["0%", "0.00%", "0\\ %", '0.00" %"', "%0", "0.0%;-0.0%", "0%;0", "0.00\\％"])
def test_a_percent_format_is_told_apart(code):
    assert read_format(code).is_percent(12.5)
    assert not read_format(code).shows_as_sent(1250)


@pytest.mark.parametrize("code", ["0.00", "0.00;0%", "0.00_%", "General", "* 0.00*%"])
def test_a_percent_sign_that_does_not_show_makes_no_percentage(code):
    assert not read_format(code).is_percent(12.5)


def test_a_percent_format_multiplies_what_it_shows():
    assert read_format("0%").shown(50) == "50%"
    assert read_format("0.00%").shown(1250) == "1250.00%"


def test_no_condition_that_holds_shows_no_digits():
    assert read_format("[>100]0.00;[>50]0.00").shown(100) == "1.00"
    assert read_format("[=1]0.00;[=2]0.00;0.00").shown(500) == "5.00"


@given(st.sampled_from(FORMATS), amounts)
def test_a_format_that_shows_every_amount_shows_each_with_its_digits(code, cents):
    number_format = read_format(code)
    if number_format.shows_every_amount:
        assert number_format.shows_as_sent(cents)
    if cents and number_format.exact_multiple and cents % number_format.exact_multiple == 0:
        assert number_format.shows_as_sent(cents)


@given(st.text('0#?.,;%/@"\\_*[]$€-EeGeneralymdhs 1<>=()', max_size=14), amounts)
def test_any_text_is_read_as_a_format_without_an_error(code, cents):
    number_format = read_format(code)
    shown = number_format.shown(cents)
    if number_format.shows_as_sent(cents) and cents:
        digits = "".join(sign for sign in shown if sign in "0123456789.").strip(".")
        assert round(float(digits) * 100) == cents
    if number_format.is_plain:
        assert number_format.shows_as_sent(cents)
    number_format.shown("12.50")


def test_a_real_spreadsheet_program_shows_the_same(office, tmp_path):
    path = tmp_path / "formats.xlsx"
    cells = [
        (code, cents)
        for code in FORMATS
        if code not in SHOWN_IN_ANOTHER_NOTATION
        and read_format(code).sections[0].kind in {"general", "number", "fraction", "exponent", "none"}
        for cents in (0, 50, 1200, 1250, 1255, 123456789)
    ]
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Shown")
    for row, (code, cents) in enumerate(cells):
        sheet.write_number(row, 0, cents / 100, book.add_format({"num_format": code}) if code else None)
    book.close()
    with office.opened(path) as document:
        sheet = document.Sheets.getByName("Shown")
        shown = [sheet.getCellByPosition(0, row).String for row in range(len(cells))]
    different = [
        (code, cents, ours, theirs)
        for (code, cents), theirs in zip(cells, shown, strict=True)
        if (ours := read_format(code).shown(cents)).split() != theirs.split()
    ]
    assert not different, "\n".join(map(repr, different))


def test_a_blank_between_two_digits_is_not_read_as_a_number():
    assert read_format("0?0").shown(0) == "0 0"
    assert not read_format("0?0").shows_as_sent(0)


@pytest.mark.parametrize(
    ("code", "cents", "expected"),
    [
        ("0", -1200, True),
        ("0", -1250, False),
        ("0.00;(0.00)", -1250, True),
        ('0.00;"CR "0.00', -1250, True),
        ("0.00;[Red]0.00", -1250, True),
        ("0.00;", -1250, False),
        ("0.00;0%", -1250, False),
        ("[<-10]0.00;0.0", -1250, True),
        ("[<-10]0.00;0", -950, False),
        ("[>0]0.00;[<-100]0.00", -1250, True),
        ("0,;0.00", 1250, False),
        ("0.0", 1250, True),
    ],
)
def test_of_a_number_below_zero_the_digits_are_looked_at_without_the_sign(code, cents, expected):
    assert read_format(code).shows_size(cents) is expected


@pytest.mark.parametrize("code", ["0.00;;0.00", '0.00;0.00"%"', "0.00;0"])
def test_a_format_that_shows_other_digits_below_zero_is_not_plain(code):
    assert not read_format(code).is_plain
