"""What a cell shows of its amount is known from the file: number formats, hidden columns, and a currency beside it."""

import random
import re
import zipfile
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles.numbers import BUILTIN_FORMATS

from action_returns.batch import format_codes
from action_returns.batch.number_formats import read_format
from action_returns.errors import FileError
from action_returns.readers.batch_file import read_batch
from action_returns.readers.xlsx import styles
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.styles import Styles, read_styles
from tests.readers.xlsx.ways_to_write import WAYS, unusual, written
from tests.support.workbooks import HEADERS, rewritten

ID = "M.8882.4808.1063415"
CURRENCY = '#,##0.00\\ "€"'


def formatted(path, *amounts, headers=HEADERS, columns=()):
    """Write a list whose amounts are pairs of value and number format; None as format is the cell's default."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    sheet = book.add_worksheet("Actions")
    formats = {code: book.add_format({"num_format": code}) for _, code in amounts if code is not None}
    sheet.write_row(0, 0, headers)
    for row, (amount, code) in enumerate(amounts, 1):
        sheet.write_string(row, 0, f"{ID}{row}")
        if amount is None:
            sheet.write_blank(row, 1, None, formats.get(code))
        elif isinstance(amount, str):
            sheet.write_string(row, 1, amount, formats.get(code))
        else:
            sheet.write_number(row, 1, amount, formats.get(code))
        sheet.write_row(row, 2, ["ORDER_UPDATE", *("EUR" for _ in headers[3:])])
    for at, options in columns:
        sheet.set_column(at, at, 10, None, options)
    book.close()
    return path


def with_part(path, part, change):
    """Change the XML of one part of a workbook."""
    done = rewritten(path, lambda name, xml: change(xml) if name.endswith(part) else xml)
    return done.rename(path.with_name("with_part.xlsx"))


def with_built_in(path, number):
    """Write a list with one amount of 100, whose format is a built-in one."""
    old, new = b'<xf numFmtId="164"', b'<xf numFmtId="%d"' % number
    return with_part(formatted(path, (100.0, "0.0000")), "styles.xml", lambda xml: xml.replace(old, new))


def formats_of(path):
    return {code: list(positions) for code, positions in read_batch(path).columns.amount_formats.items()}


def both_ways(path):
    """Return what is read the fast way, after the slow way gave the same."""
    fast = read_batch(path)
    slow = read_batch(rewritten(path, unusual))
    assert (list(slow.columns.amount), slow.headers) == (list(fast.columns.amount), fast.headers)
    for fact in ("hidden_columns", "currency", "letters"):
        assert getattr(slow.columns, fact) == getattr(fast.columns, fact)
    assert formats_of(path) == {code: list(at) for code, at in slow.columns.amount_formats.items()}
    return fast


def test_formats_that_show_another_amount_are_told_with_their_rows(tmp_path):
    path = formatted(
        tmp_path / "b.xlsx",
        *((0.5, "0%"), (12.5, None), (12.5, ";;;"), (1000000.0, "0,"), (12.5, "0.00"), (3.0, "0%"), (25.0, CURRENCY)),
        *((7.0, "@"), (1234.5, "#,##0.00"), (8.0, "General")),
    )
    both_ways(path)
    assert formats_of(path) == {"0%": [0, 5], ";;;": [2], "0,": [3], CURRENCY: [6]}


def test_a_text_has_its_format_too_and_a_blank_cell_has_none(tmp_path):
    path = formatted(tmp_path / "b.xlsx", ("50", "0%"), (None, "0%"), (1.0, "0%"))
    both_ways(path)
    assert formats_of(path) == {"0%": [0, 2]}


def test_a_date_is_no_amount_with_a_format(tmp_path):
    path = formatted(tmp_path / "b.xlsx", (46154.0, "yyyy-mm-dd"), (0.5, "h:mm"), (0.5, "[h]:mm"))
    both_ways(path)
    assert formats_of(path) == {}


@pytest.mark.parametrize("number", sorted(BUILTIN_FORMATS))
def test_every_built_in_format_is_known_whichever_way_it_is_read(tmp_path, number):
    changed = with_built_in(tmp_path / "b.xlsx", number)
    both_ways(changed)
    told = {0: "", 1: "0", 2: "", 4: "", 9: "0%", 14: "", 22: "", 39: "", 43: "", 47: "", 49: ""}
    if number in told:
        assert "".join(formats_of(changed)) == told[number]


def test_the_built_in_formats_are_those_that_openpyxl_has():
    # openpyxl has lost the semicolons of 44, which is 43 with a currency sign.
    theirs = BUILTIN_FORMATS | {44: BUILTIN_FORMATS[43].replace("_(*", '_("$"*')}
    assert {number: theirs[number] for number in styles._BUILT_IN} == styles._BUILT_IN


def test_a_currency_format_of_excel_keeps_its_sections_whichever_way_it_is_read(tmp_path):
    changed = with_built_in(tmp_path / "b.xlsx", 44)
    both_ways(changed)
    assert list(formats_of(changed)) == ['_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)']


def styles_of(path, number_formats, cell_formats, more=""):
    """Read the styles of a workbook that has nothing else: pairs of number and code, and the number of each cell format."""
    own = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in number_formats)
    cells = "".join(f"<xf {number}/>" for number in cell_formats)
    xml = f"<styleSheet><numFmts>{own}</numFmts><cellXfs>{cells}</cellXfs>{more}</styleSheet>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("styles.xml", xml)
    with Package(path) as package:
        return read_styles(package, "styles.xml")


def test_a_built_in_format_that_the_workbook_writes_for_its_own_country_is_that_one(tmp_path):
    found = styles_of(tmp_path / "b.xlsx", [(44, "0.00&quot; zł&quot;")], ['numFmtId="44"'])
    assert found == Styles(frozenset(), {0: '0.00" zł"'})


@pytest.mark.parametrize(("code", "dated"), [("0.0000", False), ("yyyy", True), ("", True)])
def test_a_built_in_date_that_the_workbook_writes_itself_is_what_it_writes(tmp_path, code, dated):
    found = styles_of(tmp_path / "b.xlsx", [(14, code)], ['numFmtId="0"', 'numFmtId="14"'])
    assert found.dated == ({1} if dated else set())


DATED = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)}  # ECMA-376, 18.8.30


def test_the_built_in_formats_of_dates_are_those_of_the_specification_east_asia_and_thailand_included(tmp_path):
    found = styles_of(tmp_path / "b.xlsx", [], [f'numFmtId="{number}"' for number in range(164)])
    assert found.dated == DATED


def test_a_cell_that_names_no_format_has_the_first_one_of_the_workbook(tmp_path):
    path = formatted(tmp_path / "b.xlsx", (0.5, None), (12.5, "0.00"))

    def normal_is_percent(xml):
        head, xfs, rest = xml.partition(b"<cellXfs")
        return head + xfs + rest.replace(b'numFmtId="0"', b'numFmtId="9"', 1)

    changed = with_part(path, "styles.xml", normal_is_percent)
    both_ways(changed)
    assert formats_of(changed) == {"0%": [0]}


@pytest.mark.parametrize(
    "written",
    [rb'<c r="B\1" t="n" s="\2">', rb'<c s="\2" r="B\1">', rb'<c  r="B\1"  s="\2">', rb'<c r="B\1" s="\2" cm="1">'],
    ids=["type-first", "format-first", "two-blanks", "more-behind"],
)
def test_the_format_of_a_cell_is_known_in_whatever_order_a_program_writes_it(tmp_path, written):
    path = formatted(tmp_path / "b.xlsx", (12.5, ";;;"), (7.5, None), (0.5, "0%"))

    def reordered(xml):
        changed, number = re.subn(rb'<c r="B([0-9]+)" s="([0-9]+)"(?: t="n")?>', written, xml)
        assert number > 1
        return changed

    changed = with_part(path, "sheet1.xml", reordered)
    assert formats_of(changed) == {";;;": [0], "0%": [2]}


def test_the_formats_of_other_columns_are_none_of_the_amount(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Share", *HEADERS, "Price"])
    for row in range(2, 400):
        book.active.append([0.5, f"{ID}{row}", 12.5, "ORDER_UPDATE", 9.0])
        book.active.cell(row, 1).number_format = "0%"
        book.active.cell(row, 5).number_format = ";;;"
    book.save(tmp_path / "b.xlsx")
    both_ways(tmp_path / "b.xlsx")
    assert formats_of(tmp_path / "b.xlsx") == {}


def test_among_many_rows_each_format_is_found_in_its_row(tmp_path):
    pick = random.Random(3)
    amounts = [(float(n), pick.choice(["0.00", "@", None, "0%", "0.0", CURRENCY])) for n in range(9000)]
    path = formatted(tmp_path / "b.xlsx", *amounts)
    expected = {code: [at for at, (_, own) in enumerate(amounts) if own == code] for code in ("0%", "0.0", CURRENCY)}
    assert formats_of(path) == expected


def test_very_many_formats_are_all_known(tmp_path):
    amounts = [(1.0, f'0.00" no {n}"') for n in range(120)]
    assert formats_of(formatted(tmp_path / "b.xlsx", *amounts)) == {code: [at] for at, (_, code) in enumerate(amounts)}


@pytest.mark.parametrize(
    ("options", "hidden"),
    [
        ({"hidden": True}, {"Amount"}),
        ({"hidden": True, "level": 1}, {"Amount"}),
        ({"level": 1}, set()),
        ({}, set()),
    ],
)
def test_a_hidden_column_is_known(tmp_path, options, hidden):
    path = formatted(tmp_path / "b.xlsx", (1.0, None), columns=[(1, options)])
    assert both_ways(path).columns.hidden_columns == hidden


def test_a_column_without_width_and_a_range_of_hidden_ones_are_known(tmp_path):
    path = formatted(tmp_path / "b.xlsx", (1.0, None), columns=[(0, {}), (1, {"hidden": True}), (2, {"hidden": True})])

    def change(xml):
        head, _, rest = xml.partition(b"<cols>")
        cols = b'<cols><col min="1" max="1" width="0" customWidth="1"/><col min="2" max="3" width="9" hidden="true"/></cols>'
        return head + cols + rest.partition(b"</cols>")[2]

    assert both_ways(with_part(path, "sheet1.xml", change)).columns.hidden_columns == {"ActionId", "Amount", "Reason"}


def test_a_hidden_column_beside_the_three_is_none_of_them(tmp_path):
    path = formatted(tmp_path / "b.xlsx", (1.0, None), headers=(*HEADERS, "Note"), columns=[(3, {"hidden": True})])
    assert both_ways(path).columns.hidden_columns == set()


def test_the_cells_of_a_currency_column_are_read_whichever_way_rows_look(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([*HEADERS, "ISO Currency"])
    book.active.append([ID, 1.0, "ORDER_UPDATE", "EUR"])
    book.active.append([ID, 1.0, "ORDER_UPDATE"])
    book.active.append([None, None, None, "USD"])
    book.active.append([ID, 1.0, "ORDER_UPDATE", 978])
    book.save(tmp_path / "b.xlsx")
    reading = both_ways(tmp_path / "b.xlsx")
    assert list(reading.columns.currency) == ["EUR", None, 978]
    assert list(reading.columns.rows) == [2, 3, 5]
    assert "(column D ISO Currency is not sent)" in reading.notes[0]


def test_a_currency_in_every_one_of_many_rows_is_read_the_fast_way(tmp_path):
    path = formatted(tmp_path / "b.xlsx", *((1.0, None) for _ in range(5000)), headers=(*HEADERS, "Currency"))
    assert list(read_batch(path).columns.currency) == ["EUR"] * 5000


def test_without_a_currency_column_there_are_no_currencies(tmp_path):
    assert read_batch(formatted(tmp_path / "b.xlsx", (1.0, None))).columns.currency is None


def test_a_format_of_conditional_formatting_is_no_cells_format(tmp_path):
    formats = '<dxfs><dxf><numFmt numFmtId="164" formatCode="yyyy"/></dxf></dxfs><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    cells = ['numFmtId="164"', "", 'numFmtId="999"']
    found = styles_of(tmp_path / "b.xlsx", [(164, "0.0&quot; &quot;")], cells, formats)
    assert found == Styles(frozenset(), {0: '0.0" "'})


@pytest.mark.parametrize("way", WAYS)
def test_a_date_in_amount_is_no_money_in_whatever_legal_way_the_styles_are_written(tmp_path, way):
    path = formatted(
        *(tmp_path / "b.xlsx", (46086.0, "yyyy-mm-dd"), (46086.0, '[$-409]d" of "mmm'), (0.5, '0.00" € & <d>"')),
        *((12.5, None), (46086.0, "[h]"), (7.5, "0%")),
    )
    changed = with_part(path, "styles.xml", lambda xml: written(way, xml))
    day = datetime(2026, 3, 5)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
    assert list(read_batch(changed).columns.amount) == [day, day, 0.5, 12.5, day, 7.5]
    assert formats_of(changed) == {'0.00" € & <d>"': [2], "0%": [5]}


@pytest.mark.parametrize("escaped", ["&#100;&#x64;", "d&#x64;", "_x0064_"])
def test_a_code_is_read_as_it_is_meant_before_its_letters_count(tmp_path, escaped):
    assert styles_of(tmp_path / "b.xlsx", [(164, escaped)], ['numFmtId="164"']).dated == {0}
    assert styles_of(tmp_path / "b.xlsx", [(164, f"0&#34;{escaped}&#x22;")], ['numFmtId="164"']).dated == set()


@pytest.mark.parametrize("number", ["-14", "x", "1_4", "٤٤", "1" * 5000])
def test_styles_whose_numbers_are_none_are_refused_because_dates_could_be_money(tmp_path, number):
    with pytest.raises(FileError, match="dates and amounts cannot be told apart") as caught:
        styles_of(tmp_path / "b.xlsx", [], [f'numFmtId="{number}"'])
    assert caught.value.problem == "file-unreadable"


def test_styles_that_are_missing_are_refused_because_dates_could_be_money(tmp_path):
    path = formatted(tmp_path / "b.xlsx", (46086.0, "yyyy-mm-dd"))
    lost = rewritten(
        path, lambda part, xml: xml.replace(b"styles.xml", b"other.xml") if part.endswith(".rels") else xml
    )
    with pytest.raises(FileError, match=r"its part xl/other\.xml is missing"):
        read_batch(lost)


def test_a_format_code_that_is_longer_than_excel_takes_is_refused(tmp_path):
    assert styles_of(tmp_path / "b.xlsx", [(164, "0" * 255)], ['numFmtId="164"']).codes == {0: "0" * 255}
    with pytest.raises(FileError, match="a number format of 256 characters") as caught:
        styles_of(tmp_path / "b.xlsx", [(164, "0" * 256)], ['numFmtId="164"'])
    assert caught.value.problem == "file-too-large"


# --- which codes show dates (ECMA-376, 18.8.31)


@pytest.mark.parametrize(
    ("code", "dated"),
    [
        ('0.00" days"', False), ("yyyy-mm-dd", True), ("[h]:mm", True), ("[Red]0.00", False), ("General", False),
        ("GENERAL", False), ("General b", False), ('General" d"', False), (r"0.00\d", False), ("0.00_d", False), ("0*d", False),
        ("[$USD] 0.00", False), ("[$-F800]dddd", True), ("[$-409]0", False), ("[mm]", True), ("[ss].00", True),
        ("[DBNum1][$-804]General", False), ("[DBNum1]yyyy", True), ("yyyy[DBNum1]", True), ("AM/PM", True),
        ("0.00E+00", False), ("##0.0e-0", False), ("# ??/??", False), ("@", False), (";;;", False), ("", False),
        # a date in any section for numbers
        ("0.00;yyyy", True), ("0.00;-0.00;yyyy", True), ("0.00;-0.00;0;d@", False), ("yyyy;@", True),
        ("[>9]0.00;d", True), ('"a;b"d', True), ('"d;d"0', False),
        # calendars of some countries; with places of digits these letters are a unit
        ("ge.m.d", True), ("[$-404]e/m/d", True), ("e", True), ("aaa", True), ("AAAA", True), ("bb", True), ("ggge", True),
        ("Q", True), ("ww", True), ("rr", True), ("e-aaa", True),
        ("0.00 EUR", False), ("EUR 0.00", False), ("#,##0 Ft", False), ("Kc 0.00", False), ("0.00 Br", False),
        # an open end
        ('d"', True), ('"d', False), ("\\", False), ("[d", False), ("_", False), ("*", False),
    ],
)  # fmt: skip
def test_only_letters_that_are_no_literals_make_a_date(code, dated):
    assert styles.shows_date(code) is dated


sign = st.characters(blacklist_categories=("Cs",))
without_quote = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters='"'), max_size=6)
without_bracket = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="]"), max_size=6)
literal = st.one_of(
    without_quote.map('"{}"'.format),
    *(sign.map(start.__add__) for start in ("\\", "_", "*")),
    without_bracket.map("[${}]".format),
    st.sampled_from(["[Red]", "[COLOR 12]", "[schwarz]", "[DBNum1]", "[>=100]", "[=0]", "[$€-407]", "[$-1010409]"]),
    st.sampled_from([*"0#?.,%/@ -+()'", "\u00a0", "General", "0.00", "#,##0", "0.0E+00", "# ?/?"]),
)
literals = st.lists(literal, max_size=6).map("".join)
date_token = st.sampled_from([*"dmyhsDMYHS", "yyyy", "dddd", "[h]", "[HH]", "[mm]", "[s]", "am/pm", "A/P"])
calendar_token = st.sampled_from(["e", "G", "ggg", "aaa", "AAAA", "b", "BB", "rr", "Q", "ww"])
unplaced = st.lists(literal.filter(lambda piece: not {*piece} & {*"0#?Gg\\_*"} or piece[0] in '"['), max_size=4)


@given(st.lists(literals, min_size=1, max_size=5))
def test_a_code_of_literals_and_digits_is_no_date_however_the_literals_are_quoted(sections):
    assert not styles.shows_date(";".join(sections))


@given(st.lists(literals, min_size=3, max_size=4), st.integers(0, 2), literals, literals, date_token)
def test_a_letter_of_a_date_makes_a_date_wherever_it_stands_in_a_section_for_numbers(
    sections, at, before, after, token
):
    sections[at] = before + token + after
    assert styles.shows_date(";".join(sections))


@given(unplaced, unplaced, calendar_token)
def test_a_letter_of_a_calendar_makes_a_date_where_no_digit_has_a_place(before, after, token):
    assert styles.shows_date("".join([*before, token, *after]))


@given(st.lists(literals, min_size=3, max_size=3), literals, literals, date_token)
def test_a_letter_in_the_section_for_texts_makes_no_date(sections, before, after, token):
    assert not styles.shows_date(";".join([*sections, before + token + after]))


any_code = st.one_of(st.text(max_size=12), st.text('0#?.,;%@"\\_*[]<>=$-hmsydeEbgaGgnrl/ +1', max_size=24))


@given(any_code)
def test_the_shortcut_for_plain_codes_decides_as_the_tokens_do(code):
    assert styles.shows_date(code) == format_codes.shows_date(code)


@given(any_code)
def test_no_code_stops_the_reading_of_amounts(code):
    known = read_format(code)
    assert isinstance(known.is_plain, bool)
    assert all(isinstance(known.shown(cell), str) for cell in (0, 4990, 10**15, "x"))
    assert isinstance(known.shows_as_sent(4990), bool)


@pytest.mark.parametrize(
    "code",
    ["0." + "0" * 40, "0" + "%" * 40, "0" + "," * 40, "[>1e99999999999999999999]0", "0.0E+" + "0" * 400, "?" * 999],
)
def test_a_code_with_very_many_places_is_read(code):
    known = read_format(code)
    assert not known.is_plain or known.shown(4990).rstrip("0") == "49.9"


def test_more_decimals_than_a_number_has_show_the_amount():
    assert read_format("0." + "0" * 40).shown(4990) == "49.9" + "0" * 39
    assert read_format("0" + "%" * 40).shown(Decimal(1)) == "1" + "0" * 80 + "%" * 40


def test_blanks_around_the_number_of_a_format_mean_nothing(tmp_path):
    dated = formatted(tmp_path / "b.xlsx", (46086.0, "yyyy-mm-dd"))
    spaced = with_part(dated, "styles.xml", lambda xml: re.sub(rb'numFmtId="([0-9]+)"', rb'numFmtId=" \1 "', xml))
    assert list(read_batch(spaced).columns.amount) == [datetime(2026, 3, 5)]  # noqa: DTZ001
