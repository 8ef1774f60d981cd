"""A sheet gives the same cells however its XML is written; what no sheet can hold is refused with the cell's name."""

import random
import re
import tracemalloc
import warnings
from array import array
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.cells import CellError
from action_returns.errors import FileError
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.exact import ExactSheet, exact_strings
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError
from action_returns.readers.xlsx.sheet import SheetReader
from tests.readers.xlsx.spellings import MAIN, Scribe, Written, book, plain, shared_strings, sheet

PART = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
NO_VALUE = CellError("no-value", "")
TEXTS = ["M.1.2.3", "", " a ", "12,50", "<&>]]>", "é€😀", "two\nlines", "cr\rlf\r\n", "x" * 300]


def moment(*parts):
    """Return a date of a spreadsheet, which has no time zone."""
    return datetime(*parts)  # noqa: DTZ001


def context(**facts):
    return CellContext(
        **{"strings": TEXTS, "dated": frozenset({1}), "from_1904": False, "formats": {2: "0.0"}, **facts}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for all examples of a property."""
    return tmp_path_factory.mktemp("books")


def columns(path, wanted=(1, 2, 3), first_row=1, book=None):
    with Package(path) as package:
        return ExactSheet(package, PART, book or context()).columns(wanted, first_row)


def rows(path, most=10**6, book=None):
    with Package(path) as package:
        return list(ExactSheet(package, PART, book or context()).rows(most))


def cells(tmp_path, xml, **facts):
    """Return the cells of the only row of a sheet, address -> value."""
    found = rows(book(tmp_path / "b.xlsx", sheet(f'<row r="2">{xml}</row>')), book=context(**facts))
    assert len(found) <= 1
    return {"ABCDEFGH"[at]: cell for _, row in found for at, cell in enumerate(row) if cell is not None}


def refusal(tmp_path, xml, read=columns):
    with pytest.raises(FileError) as caught:
        read(book(tmp_path / "b.xlsx", xml))
    assert caught.value.problem == "file-unreadable"
    assert "b.xlsx is damaged" in caught.value.message
    assert "Open it in the spreadsheet program" in caught.value.message
    return caught.value.message


# What a cell holds

numbers = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers(-(10**18), 10**18).map(str)
texts = st.sampled_from(TEXTS) | st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
)
texts = texts.filter(lambda text: "_x" not in text)
# A type, the texts of its value, and what a cell of that type shows (ECMA-376, 18.18.11).
KINDS = {
    "n": (numbers, float),
    "s": (st.integers(0, len(TEXTS) - 1).map(str), lambda value: TEXTS[int(value)]),
    "inlineStr": (texts, str),
    "str": (texts, str),
    "b": (st.sampled_from("01"), lambda value: value == "1"),
    "e": (st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]), lambda value: CellError("error", value)),
    "d": (
        st.datetimes(moment(1900, 3, 1)).map(lambda at: at.replace(microsecond=0).isoformat()),
        datetime.fromisoformat,
    ),
}
filled_cells = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.builds(Written, st.just(kind), KINDS[kind][0], st.sampled_from([None, 0, 2]), st.booleans())
)
blank_cells = st.builds(Written, st.just("n"), st.none(), st.sampled_from([None, 0, 1, 2]), st.booleans())


# A seed costs hypothesis one draw, its own random numbers hundreds.
picks = st.integers(0, 2**32).map(random.Random)


def in_order(by_number):
    return dict(sorted(by_number.items()))


written_rows = st.dictionaries(
    st.integers(1, 60),
    st.dictionaries(st.integers(1, 6), filled_cells | blank_cells, max_size=4).map(in_order),
    max_size=5,
).map(in_order)


def shown(cell):
    """Return what a cell shows by the specification."""
    if cell.value is None or (cell.value == "" and cell.kind not in {"str", "inlineStr"}):
        return NO_VALUE if cell.formula else None
    return KINDS[cell.kind][1](cell.value)


def expected(written):
    """Return the rows that hold something."""
    found = []
    for number, row in written.items():
        values = {at: shown(cell) for at, cell in row.items() if shown(cell) is not None}
        if values:
            found.append((number, [values.get(at) for at in range(1, max(values) + 1)]))
    return found


@given(written_rows, picks)
def test_cells_are_what_the_specification_says_however_they_are_written(folder, written, pick):
    path = book(folder / "b.xlsx", Scribe(pick).sheet(written))
    assert rows(path) == expected(written)


@given(written_rows, picks, st.integers(1, 30))
def test_columns_are_what_the_specification_says_however_they_are_written(folder, written, pick, first_row):
    filled = columns(book(folder / "b.xlsx", Scribe(pick).sheet(written)), (3, 1, 2, 5), first_row)
    read = {}
    for number, row in written.items():
        picked = [shown(row[at]) if at in row else None for at in (3, 1, 2, 5)]
        if number >= first_row and any(cell not in (None, "") for cell in picked[:3]):
            read[number] = picked
    assert filled.rows == array("L", read)
    assert [list(row) for row in zip(*filled.columns, strict=True)] == list(read.values())
    formatted = [number for number, cells in read.items() if cells[1] is not None and written[number][1].style == 2]
    # The format of an Amount that shows nothing, in a row that does not either, is of no row.
    kept = {code: array("L", [row for row in rows if row in read]) for code, rows in filled.formats.items()}
    filled.formats = {code: rows for code, rows in kept.items() if rows}
    assert filled.formats == ({"0.0": array("L", formatted)} if formatted else {})


@given(written_rows, picks)
def test_the_fast_way_reads_the_same_from_the_plain_sheet(folder, written, pick):
    exact = columns(book(folder / "a.xlsx", Scribe(pick).sheet(written)))
    with Package(book(folder / "b.xlsx", plain(written))) as package:
        try:
            fast = SheetReader(package, PART, context()).columns((1, 2, 3), 1)
        except UnsupportedXmlError:
            return
    for data in (fast, exact):  # the formats of blank cells are of no use, and what reads them sorts the rows
        filled = {row for row, amount in zip(data.rows, data.columns[1], strict=True) if amount is not None}
        kept = {code: array("L", sorted(filled.intersection(rows))) for code, rows in data.formats.items()}
        data.formats = {code: rows for code, rows in kept.items() if rows}
    assert fast == exact


@given(written_rows, picks)
def test_openpyxl_reads_the_same_from_the_unusual_sheet(folder, written, pick):
    # It takes elements of other programs for cells, and cells without a formula's value for blank ones.
    path = book(folder / "b.xlsx", Scribe(pick, foreign=False).sheet(written), TEXTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = openpyxl.load_workbook(path, data_only=True).active
    theirs = {
        cell.coordinate: (CellError("error", cell.value) if cell.data_type == "e" else cell.value)
        for row in page.iter_rows()
        for cell in row
        if cell.value not in {None, ""}
    }
    ours = {
        f"{'ABCDEF'[at]}{number}": cell
        for number, row in rows(path)
        for at, cell in enumerate(row)
        if cell not in {None, "", NO_VALUE}
    }
    # It has whole numbers of any length; a cell has 53 bits (ECMA-376, 18.18.11: xsd:double).
    assert ours == {at: float(cell) if type(cell) is int else cell for at, cell in theirs.items()}


@given(st.lists(texts, min_size=1, max_size=12), picks)
def test_shared_strings_are_the_same_however_they_are_written(folder, strings, pick):
    path = book(folder / "b.xlsx", plain({}), Scribe(pick).strings(strings))
    with Package(path) as package:
        assert exact_strings(package, STRINGS) == strings


@pytest.mark.parametrize(
    ("xml", "shows"),
    [
        ('<c r="B2"/>', None),
        ('<c r="B2" s="2"/>', None),
        ('<c r="B2"><v/></c>', None),
        ('<c r="B2" t="s"><v></v></c>', None),
        ('<c r="B2"><f>A1</f></c>', NO_VALUE),
        ('<c r="B2"><f>A1</f><v/></c>', NO_VALUE),
        ('<c r="B2"><f>A1</f><v></v></c>', NO_VALUE),
        ('<c r="B2"><f/><v>7</v></c>', 7.0),
        ('<c r="B2" t="str"><f>A1</f></c>', NO_VALUE),
        ('<c r="B2" t="str"><f>A1</f><v/></c>', ""),
        ('<c r="B2" t="str"><f>A1</f><v></v></c>', ""),
        ('<c r="B2" t="str"><f>A1</f><v ></v ></c >', ""),
        ('<c r="B2" t="str"><v/></c>', ""),
        ('<c r="B2" t="str"/>', None),
        ('<c r="B2" t="inlineStr"/>', None),
        ('<c r="B2" t="inlineStr"><is/></c>', ""),
        ('<c r="B2" t="inlineStr"><is><t/></is></c>', ""),
        ('<c r="B2" t="inlineStr"><f>A1</f></c>', NO_VALUE),
        ('<c r="B2" t="inlineStr"><f>A1</f><is><t>x</t></is><v/></c>', "x"),
        ('<c r="B2" t="inlineStr"><is><r><t>12</t></r><rPh sb="0" eb="1"><t>7</t></rPh><r><t>,5</t></r></is></c>', "12,5"),
        ('<c r="B2"><v> \n12.5\t</v></c>', 12.5),
        ('<c r="B2"><v>+.5E+1</v></c>', 5.0),
        ('<c r="B2"><v>-5.</v></c>', -5.0),
        ('<c r="B2"><v>1E999</v></c>', float("inf")),
        ('<c r="B2" s="1"><v>1E999</v></c>', CellError("error", "########")),
        ('<c r="B2"><v>1<!-- 2 -->3</v></c>', 13.0),
        ('<c r="B2"><v><![CDATA[13]]></v></c>', 13.0),
        ('<c r="B2"><v>1&#51;</v></c>', 13.0),
        ('<c r="B2" t=" n"/>', None),
        ('<c r="B2" t="b"><v>true</v></c>', True),
        ('<c r="B2" t="b"><v>false</v></c>', False),
        ('<c r="B2" t="b"><v>0</v></c>', False),
        ('<c r="B2" t="b"><v> 1 </v></c>', True),
        ('<c r="B2" t="e"><v>#DIV/0!</v></c>', CellError("error", "#DIV/0!")),
        ('<c r="B2" t="s"><v> 3 </v></c>', "12,50"),
        ('<c r="B2" t="d"><v>2026-02-28</v></c>', moment(2026, 2, 28)),
        ('<c r="B2" t="d"><v>2026-02-28T10:20:30.5Z</v></c>', datetime(2026, 2, 28, 10, 20, 30, 500_000, UTC)),
        ('<c r="B2" t="d"><v>T10:20:30</v></c>', moment(1899, 12, 30, 10, 20, 30)),
        ('<c r="B2" s="1"><v>46023.5</v></c>', moment(2026, 1, 1, 12)),
        ('<c r="B2" s="1"><v>-1</v></c>', CellError("error", "########")),
        ('<c r="B2" s="1" t="s"><v>3</v></c>', "12,50"),
        ('<c r="B2" s="&#49;"><v>46023</v></c>', moment(2026, 1, 1)),
        ('<c r="b2"><v>7</v></c>', 7.0),
        ('<c e:r="C2" r="B2" e:t="n" t="s" e:s="1"><v>3</v></c>', "12,50"),
        ('<c r="B2" t="s" m:t="n" m:s="1"><v>3</v></c>', "12,50"),
        ('<c r="B2"><v>7</v><extLst><ext uri="x"><e:v>8</e:v></ext></extLst></c>', 7.0),
        ('<e:c r="B2"><e:v>8</e:v></e:c><c r="B2"><v>7</v></c>', 7.0),
    ],
)  # fmt: skip
def test_a_cell_shows(tmp_path, xml, shows):
    xml = re.sub("^<([a-z:]+)", rf'<\1 xmlns:e="urn:example:other" xmlns:m="{MAIN}"', xml)
    xml = xml.replace("</e:c><c", f'</e:c><c xmlns:e="urn:x" xmlns:m="{MAIN}"')
    found = cells(tmp_path, xml)
    assert {address: (type(cell), cell) for address, cell in found.items()} == (
        {} if shows is None else {"B": (type(shows), shows)}
    )


@pytest.mark.parametrize("kind", ["str", "inlineStr", "s"])
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("ORDER_UPDATE_x000D_&#10;", "ORDER_UPDATE\r\n"),
        ("_x005F_x0041_", "_x0041_"),
        ("a_x00e9_", "aé"),
        ("_x41_ _x0041", "_x41_ _x0041"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_characters_that_xml_cannot_hold_are_undone_in_every_text(tmp_path, kind, raw, text):
    # ECMA-376, 22.9.2.19; XML 1.0, 2.11
    if kind == "s":
        path = book(tmp_path / "b.xlsx", plain({}), shared_strings(["TEXT"]).replace("TEXT", raw))
        with Package(path) as package:
            assert exact_strings(package, STRINGS) == [text]
    else:
        value = f"<is><t>{raw}</t></is>" if kind == "inlineStr" else f"<v>{raw}</v>"
        assert cells(tmp_path, f'<c r="B2" t="{kind}">{value}</c>') == {"B": text}


@pytest.mark.parametrize(
    ("raw", "shows"),
    [
        ("2026-02-28", moment(2026, 2, 28)),
        ("2026-02-28T10:20:30", moment(2026, 2, 28, 10, 20, 30)),
        ("2026-02-28T10:20:30.123456", moment(2026, 2, 28, 10, 20, 30, 123_456)),
        ("2026-02-28T10:20:30.123Z", datetime(2026, 2, 28, 10, 20, 30, 123_000, UTC)),
        ("2026-02-28T10:20:30+02:00", datetime(2026, 2, 28, 8, 20, 30, tzinfo=UTC)),
        ("10:20:30", moment(1899, 12, 30, 10, 20, 30)),
        ("20260228", None),
        ("2026-W09-6", None),
        ("2026-02-30", None),
    ],
)
def test_a_date_that_is_written_out_is_the_same_in_both_ways(tmp_path, raw, shows):
    path = book(tmp_path / "b.xlsx", sheet(f'<row r="2"><c r="B2" t="d"><v>{raw}</v></c></row>'))
    with Package(path) as package:
        if shows is None:
            with pytest.raises(FileError, match="as a date, which is none"):
                list(ExactSheet(package, PART, context()).rows())
        else:
            assert list(ExactSheet(package, PART, context()).rows()) == [(2, [None, shows])]
        try:
            assert list(SheetReader(package, PART, context()).rows()) == [(2, [None, shows])]
        except UnsupportedXmlError:
            assert shows is None or not re.fullmatch("[0-9T:.-]{10,}Z?", raw)


def test_dates_are_counted_from_1904_where_the_workbook_says_so(tmp_path):
    assert cells(tmp_path, '<c r="B2" s="1"><v>1.5</v></c>', from_1904=True) == {"B": moment(1904, 1, 2, 12)}


def test_a_cell_that_names_no_format_has_the_first(tmp_path):
    # ECMA-376, 18.3.1.4: the default of s is 0
    assert cells(tmp_path, '<c r="B2"><v>46023</v></c>', dated=frozenset({0})) == {"B": moment(2026, 1, 1)}
    path = book(tmp_path / "b.xlsx", sheet('<row r="2"><c r="B2"><v>1</v></c></row>'))
    assert columns(path, book=context(formats={0: "0"})).formats == {"0": array("L", [2])}


# Where cells are


def test_a_cell_and_a_row_without_an_address_follow_the_one_before(tmp_path):
    xml = sheet(
        '<row><c><v>1</v></c><c/><c><v>3</v></c></row><row r="5"><c r="D5"><v>4</v></c><c><v>5</v></c></row>'
        "<row><c><v>6</v></c></row>"
    )
    assert rows(book(tmp_path / "b.xlsx", xml)) == [
        (1, [1.0, None, 3.0]),
        (5, [None, None, None, 4.0, 5.0]),
        (6, [6.0]),
    ]


def test_cells_in_another_order_stand_where_their_address_says(tmp_path):
    assert cells(tmp_path, '<c r="C2"><v>3</v></c><c r="A2"><v>1</v></c><c><v>2</v></c>') == {
        "A": 1.0,
        "B": 2.0,
        "C": 3.0,
    }


def test_the_last_row_and_column_are_read(tmp_path):
    row = book(tmp_path / "row.xlsx", sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'))
    assert rows(row) == [(1048576, [1.0])]
    column = book(tmp_path / "column.xlsx", sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'))
    assert rows(column) == [(1, [None] * 16383 + [1.0])]


@pytest.mark.parametrize("way", [ExactSheet, SheetReader])
def test_as_many_rows_that_hold_something_are_given_as_are_asked_for(tmp_path, way):
    rows = {at: {1: Written("n", str(at))} for at in (1, 2, 5, 6)} | {3: {2: Written("n", None, 2)}}
    with Package(book(tmp_path / "b.xlsx", plain(in_order(rows)))) as package:
        assert [number for number, _ in way(package, PART, context()).rows(3)] == [1, 2, 5]
        assert [number for number, _ in way(package, PART, context()).rows(4)] == [1, 2, 5, 6]


def test_rows_above_the_data_are_not_read(tmp_path):
    xml = sheet('<row r="1"><c r="A1"><v>no number</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>')
    filled = columns(book(tmp_path / "b.xlsx", xml), first_row=2)
    assert (list(filled.rows), filled.columns) == ([2], ([2.0], [None], [None]))


def test_rows_that_are_empty_in_the_three_columns_are_left_out(tmp_path):
    cell = Written("n", "7")
    path = book(tmp_path / "b.xlsx", plain({1: {4: cell}, 2: {2: cell, 4: cell}, 3: {2: Written("n")}, 4: {3: cell}}))
    filled = columns(path, (1, 2, 3, 4))
    assert list(filled.rows) == [2, 4]
    assert filled.columns == ([None, None], [7.0, None], [None, 7.0], [7.0, None])


def test_hidden_rows_and_columns_and_merged_cells_are_told(tmp_path):
    hidden = "".join(
        f'<row r="{at}" hidden="{value}"><c r="A{at}"><v>1</v></c></row>'
        for at, value in enumerate(["1", "true", "0", "false", " 1 "], 1)
    )
    xml = sheet(
        hidden + '<row r="6" hidden="1"/><row r="7"><c r="A7"><v>1</v></c></row>',
        before='<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/><cols><col min="1" max="1" width="9"/>'
        '<col max="3" min="2" hidden="1"/><col min="5" max="99999" width="0"/></cols>',
        after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
    )
    filled = columns(book(tmp_path / "b.xlsx", xml))
    assert filled.hidden == {1, 2, 5}
    assert filled.hidden_columns == {2, 3, *range(5, 16385)}
    assert filled.merges == [(1, 1, 2, 2)]


# What is refused

ROW = '<row r="2">{}</row>'


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        *(
            (f'<c r="B2"><v>{value}</v></c>', f'cell B2 .* holds "{re.escape(shown)}" as a number, which is none')
            for value, shown in {
                **{value: value for value in ("1_0", "NaN", "INF", "-inf", "0x1F", "1 2", "١", "1,5", "e5", "--1")},
                "1\u00a0": "1[U+00A0]",
                "&#49;_": "1_",
            }.items()
        ),
        ("<c/><c><v>1_0</v></c>", 'cell B2 .* holds "1_0" as a number'),
        ('<c r="B2" t="s"><v>-1</v></c>', 'cell B2 .* names "-1" as its text'),
        ('<c r="B2" t="s"><v>9</v></c>', "cell B2 .* shows text number 9 of 9"),
        ('<c r="B2" t="s"><v>1_0</v></c>', "as its text"),
        ('<c r="B2" t="s"><v>٣</v></c>', "as its text"),
        (f'<c r="B2" t="s"><v>{"0" * 5000}</v></c>', "as its text"),
        ('<c r="B2" t="b"><v>2</v></c>', "cell B2 .* only true or false"),
        ('<c r="B2" t="b"><v>on</v></c>', "cell B2 .* only true or false"),
        ('<c r="B2" t="d"><v>not a date</v></c>', 'cell B2 .* holds "not a date" as a date'),
        ('<c r="B2" t="d"><v>2026-02-30</v></c>', "as a date"),
        ('<c r="B2" t="d"><v>Z</v></c>', "as a date"),
        ('<c r="B2" t="d"><v>2026-02-28T</v></c>', "as a date"),
        ('<c r="B2" t="N"><v>1</v></c>', 'cell B2 .* has the type "N", which there is not'),
        ('<c r="B2" t=""><v>1</v></c>', "which there is not"),
        ('<c r="B2" s="x"><v>1</v></c>', 'cell B2 .* names "x" as its format'),
        ('<c r="B2" s="-1"><v>1</v></c>', "as its format"),
        ('<c r="B2" s="1_0"><v>1</v></c>', "as its format"),
        ('<c r="B2"><v>1</v><v>2</v></c>', "cell B2 .* has two values"),
        ('<c r="B2"><v/><v>2</v></c>', "cell B2 .* has two values"),
        ('<c r="B2" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c>', "cell B2 .* has two texts"),
        ('<c r="B2" t="inlineStr"><v>1</v></c>', "cell B2 .* holds a value where its text must stand"),
        ('<c r="B2"><is><t>1</t></is></c>', "cell B2 .* holds a text of its own"),
        ('<c r="B2"><v>1<e:x xmlns:e="urn:x">2</e:x></v></c>', "cell B2 .* has an element x where none can be"),
        ('<c r="B2"><v>1<v>2</v></v></c>', "cell B2 .* has an element v where none can be"),
        ('<c r="B2"><c r="C2"><v>1</v></c></c>', "cell B2 .* has an element c where none can be"),
        ('<c r="B2"><t>1</t></c>', "cell B2 .* has an element t"),
        ('<c r="B2" t="inlineStr"><is><t>1<r><t>2</t></r></t></is></c>', "has an element r"),
        ('<c r="B2" t="inlineStr"><is><r><r><t>2</t></r></r></is></c>', "has an element r"),
        ('<row r="3"/>', "row 2 .* has an element row"),
        ("<v>1</v>", "row 2 .* has an element v"),
        ('<c r="B3"><v>1</v></c>', "cell B3 .* stands in row 2"),
        ('<c r="B12"/>', "cell B12 .* stands in row 2"),
        ('<c r="B02"/>', "cell B02 .* has an address that is none"),
        ('<c r="2"/>', "has an address that is none"),
        ('<c r=""/>', "has an address that is none"),
        ('<c r="$B$2"/>', "has an address that is none"),
        ('<c r="ABCD2"/>', "has an address that is none"),
        ('<c r="B2 "/>', "has an address that is none"),
        ('<c r="XFE2"/>', "cell XFE2 .* beyond column XFD"),
        ('<c r="ZZZ2"/>', "cell ZZZ2 .* beyond column XFD"),
        ('<c r="XFD2"/><c/>', "beyond column XFD"),
        ('<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>', "row 2 .* has two cells B2"),
        ('<c r="B2"/><c r="A2"/><c/>', "row 2 .* has two cells B2"),
        ('<c r="F2"/><c r="F2"/>', "row 2 .* has two cells F2"),
        ('<e:either xmlns:e="urn:x"><c r="B2"><v>1</v></c></e:either>', "row 2 .* has an element c within an element either"),
        ('<c r="B2"><extLst><v>1</v></extLst></c>', "cell B2 .* has an element v within an element extLst"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("read", [columns, rows])
def test_a_cell_that_cannot_be_is_refused_by_name(tmp_path, xml, says, read):
    message = refusal(tmp_path, sheet(ROW.format(xml)), read)
    assert re.search(says, message)
    assert f"part {PART}" in message


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (sheet('<row r="2"/><row r="2"/>'), "row 2 .* is followed by row 2"),
        (sheet('<row r="0"/>'), "followed by row 0"),
        (sheet('<row r="-1"/>'), 'a row that names "-1" as its number'),
        (sheet('<row r="1_0"/>'), 'a row that names "1_0" as its number'),
        (sheet('<c r="A1"/>'), "row 0 .* has an element c"),
        (sheet("", root="worksheet"), "has an element worksheet"),
        (sheet("", root='worksheet xmlns="urn:example:other"'), "has an element worksheet"),
        (sheet("").replace("sheetData", "sheetDaten"), "has no place for rows"),
        (sheet("", after="<sheetData/>"), "has an element sheetData"),
        (sheet("", after='<row r="1"/>'), "has an element row"),
        (sheet("").replace("<sheetData", "<x><sheetData").replace("</sheetData>", "</sheetData></x>"), "element sheetData"),
        (sheet("", before='<cols><col min="x" hidden="1"/></cols>'), "has an element col that cannot be read"),
        (sheet("<row>")[:-40], "is no XML that can be read"),
        ("", "is no XML that can be read"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("read", [columns, rows])
def test_a_sheet_that_cannot_be_is_refused(tmp_path, xml, says, read):
    assert re.search(says, refusal(tmp_path, xml, read))


def test_a_row_of_more_cells_than_columns_is_refused_before_its_end(tmp_path):
    endless = sheet('<row r="2">' + '<c r="B2"/>' * 16_400)[: -len("</sheetData></worksheet>")]
    assert "row 2 in its part xl/worksheets/sheet1.xml has two cells B2" in refusal(tmp_path, endless)


@pytest.mark.parametrize("last", ['<row r="1048577"/>', '<row r="1048576"/><row/>', '<row r="4294967295"/>'])
@pytest.mark.parametrize("read", [columns, rows])
def test_rows_beyond_a_worksheet_are_refused(tmp_path, last, read):
    with pytest.raises(FileError, match="rows beyond 1,048,576") as caught:
        read(book(tmp_path / "b.xlsx", sheet(last)))
    assert caught.value.problem == "file-too-large"


@pytest.mark.parametrize(
    ("strings", "says"),
    [
        (f'<sst xmlns="{MAIN}"><si><t>a</t></si><si><t>b<si/></t></si></sst>', "text number 1 .* has an element si"),
        (f'<sst xmlns="{MAIN}"><si><si/></si></sst>', "text number 0 .* has an element si"),
        (f'<sst xmlns="{MAIN}"><t>a</t></sst>', "has an element t"),
        (f'<sst xmlns="{MAIN}"><e xmlns="urn:x"><si xmlns="{MAIN}"/></e></sst>', "element si within an element e"),
        (f'<worksheet xmlns="{MAIN}"/>', "begins with worksheet"),
        (f'<sst xmlns="{MAIN}"><si><t>a</t></si>', "is no XML that can be read"),
        ("<sst/>", "begins with sst"),
    ],
)
def test_shared_strings_that_cannot_be_are_refused(tmp_path, strings, says):
    with (
        Package(book(tmp_path / "b.xlsx", plain({}), strings)) as package,
        pytest.raises(FileError, match=says) as caught,
    ):
        exact_strings(package, STRINGS)
    assert caught.value.problem == "file-unreadable"


def test_more_texts_than_any_workbook_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("action_returns.readers.xlsx.exact.MOST_STRINGS", 3)
    for texts, refused in (["a"] * 3, False), (["a"] * 4, True):
        with Package(book(tmp_path / "b.xlsx", plain({}), texts)) as package:
            if refused:
                with pytest.raises(FileError, match="more than 3 different texts") as caught:
                    exact_strings(package, STRINGS)
                assert caught.value.problem == "file-too-large"
            else:
                assert exact_strings(package, STRINGS) == texts


def test_a_workbook_without_shared_strings_has_none(tmp_path):
    with Package(book(tmp_path / "b.xlsx", plain({}))) as package:
        assert exact_strings(package, None) == exact_strings(package, "xl/none.xml") == []


# What it costs


def peak(path, read):
    tracemalloc.start()
    try:
        read(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 3), (300, 16_384)])
def test_a_stray_formatted_cell_far_out_costs_no_memory(tmp_path, row, column):
    data = {at: {1: Written("n", str(at)), 2: Written("n", "5")} for at in range(1, 300)}
    near = book(tmp_path / "near.xlsx", plain(data))
    far = book(tmp_path / "far.xlsx", plain({**data, row: {column: Written("n", None, 2)}}))
    assert rows(far) == rows(near)
    assert columns(far) == columns(near)
    for read in (lambda path: columns(path), lambda path: [None for _ in rows(path)]):
        assert peak(far, read) < 1.1 * peak(near, read)


def test_cells_of_other_columns_are_not_kept(tmp_path):
    cell = Written("inlineStr", "x" * 200)
    wide = book(
        tmp_path / "wide.xlsx",
        plain({at: {1: Written("n", "1"), **dict.fromkeys(range(4, 24), cell)} for at in range(1, 300)}),
    )
    narrow = book(tmp_path / "narrow.xlsx", plain({at: {1: Written("n", "1")} for at in range(1, 300)}))
    assert columns(wide) == columns(narrow)
    assert peak(wide, columns) < peak(narrow, columns) + 2**21


def test_a_row_that_stands_there_twice_is_refused(folder):
    twice = '<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>'
    with pytest.raises(FileError, match="has row 2 twice"):
        columns(book(folder / "b.xlsx", sheet(twice)))
