"""The fast way reads what an XML parser reads, or leaves the sheet to it; it never reads anything else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.cells import column_letters
from action_returns.errors import FileError
from action_returns.readers.xlsx import blocks
from action_returns.readers.xlsx import sheet as sheet_module
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.exact import ExactSheet
from action_returns.readers.xlsx.package import UnsupportedXmlError
from action_returns.readers.xlsx.sheet import SheetReader
from tests.support.sheet_xml import HEADER, MAIN, OnePart, damaged, sheet, text_cell, with_prefix

PART = "xl/worksheets/sheet1.xml"
STRINGS = ["M.1.2.3", "REJECTED", "49.90", ""]
BOOK = CellContext(STRINGS, frozenset({3}), from_1904=False, formats={2: '0" EUR"'})
WANTED = (2, 4, 5)


def facts(data):
    filled = {row for row, amount in zip(data.rows, data.columns[1], strict=True) if amount is not None}
    return (
        [[(type(cell), cell) for cell in column] for column in data.columns],
        list(data.rows),
        data.hidden,
        data.merges,
        {code: seen for code, rows in data.formats.items() if (seen := sorted(filled.intersection(rows)))},
        data.hidden_columns,
    )


def read(xml, way=SheetReader, wanted=WANTED, first_row=2):
    """Read columns in one way; None where that way leaves the sheet to an XML parser, or refuses it."""
    try:
        return facts(way(OnePart(xml), PART, BOOK).columns(wanted, first_row))
    except (UnsupportedXmlError, FileError):
        return None


def grid(xml, way=SheetReader):
    rows = way(OnePart(xml), PART, BOOK).rows()
    return [(number, [(type(cell), cell) for cell in cells]) for number, cells in rows]


NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.decimals(0, 99999, places=2).map(str),
    st.sampled_from(["-12.5", "1.0000000000000001E-2", "46086", "0.30000000000000004"]),
)
INLINE = st.sampled_from(["M.1.2.3", "a &amp; b", "12,50", "&lt;x&gt;", "_x0041_", " x ", "é", "&#233;", ""])
FORMULA = st.sampled_from(
    ["", "<f>A1+1</f>", '<f t="shared" si="0"/>', '<f t="array" ref="B2:B3">IF(A1&gt;2,1,"")</f>']
)


@st.composite
def cell_xml(draw, column, row):
    """Draw a cell as programs write it; an empty text for one that is not written."""
    style = draw(st.sampled_from(["", ' s="1"', ' s="2"', ' s="3"']))
    head = f'<c r="{column}{row}"'
    meta = draw(st.sampled_from(["", "", "", ' cm="1"', ' cm="1" vm="2"']))
    kind = draw(st.sampled_from("nnnssiivfbed-e0"))
    if kind == "n":
        return f"{head}{style}{meta}>{draw(FORMULA)}<v>{draw(NUMBERS)}</v></c>"
    if kind == "s":
        return f'{head}{style} t="s"><v>{draw(st.integers(0, len(STRINGS) - 1))}</v></c>'
    if kind == "i":
        space = draw(st.sampled_from(["", ' xml:space="preserve"']))
        return f'{head}{style} t="inlineStr"><is><t{space}>{draw(INLINE)}</t></is></c>'
    if kind == "v":
        return f'{head}{style} t="str"{meta}>{draw(FORMULA)}{draw(st.sampled_from(["<v>x</v>", "<v></v>", "<v/>", ""]))}</c>'
    if kind == "f":
        return f"{head}{style}>{draw(FORMULA)}{draw(st.sampled_from(['<v></v>', '<v/>', '']))}</c>"
    if kind == "b":
        return f'{head}{style} t="b"><v>{draw(st.sampled_from("01"))}</v></c>'
    if kind == "e":
        return f'{head}{style} t="e"><v>#N/A</v></c>'
    if kind == "d":
        return f'{head}{style} t="d"><v>2026-03-05T00:00:00</v></c>'
    blank = draw(st.sampled_from(["", "", ' t="s"', ' t="n"', ' t="str"', ' t="inlineStr"']))
    return draw(st.sampled_from([f"{head}{style}{blank}/>", f"{head}{style}{blank}></c>", ""]))


@st.composite
def rows_xml(draw):
    """Draw the rows of a sheet: most of them look alike, some do not."""
    columns = draw(st.sampled_from(["ABCDE", "BDE", "BCDEF"]))
    alike = draw(st.booleans())
    usual = [draw(cell_xml(column, "#")) for column in columns]
    written = []
    number = 0
    for _ in range(draw(st.integers(1, 12))):
        number += draw(st.sampled_from([1, 1, 1, 2]))
        attributes = draw(
            st.sampled_from(
                ["", "", ' spans="1:5"', ' ht="15.75" customHeight="1"', ' ht="0.00"', ' hidden="1"', ' hidden="0"']
            )
        )
        if draw(st.integers(0, 9)) == 0:
            written.append(f'<row r="{number}"{attributes}/>')
            continue
        is_usual = alike and draw(st.integers(0, 5)) > 0
        cells = [
            usual[at].replace("#", str(number), 1) if is_usual else draw(cell_xml(column, number))
            for at, column in enumerate(columns)
        ]
        between = draw(st.sampled_from(["", "", "\n"]))
        written.append(f'<row r="{number}"{attributes}>{between.join(cells)}</row>{between}')
    return "".join(written)


FRAMES = st.sampled_from(
    [
        ("", ""),
        (
            '<cols><col min="4" max="4" width="9" hidden="1"/></cols>',
            '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>',
        ),
        ('<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>', '<pageMargins left="0.7"/>'),
    ]
)


@given(rows_xml(), FRAMES, *[st.booleans()] * 4)
def test_every_sheet_of_common_tags_is_read_as_an_xml_parser_reads_it(
    rows, frame, prefixed, kind_first, blank_before_slash, pretty
):
    if kind_first:  # as Apache POI writes it
        rows = re.sub(r'( s="[0-9]+")( t="[a-zA-Z]+")', r"\2\1", rows)
    if blank_before_slash:  # as openpyxl writes it
        rows = rows.replace("/>", " />")
    if pretty:  # as Gnumeric writes it
        rows = re.sub(r"(?<!<t)(?<!preserve\")><(?!/t>|/v>)", ">\n  <", rows)
    xml = sheet(rows, before=frame[0], after=frame[1])
    if prefixed:
        xml = with_prefix(xml)
    assert read(xml) == read(xml, ExactSheet) is not None
    assert grid(xml) == grid(xml, ExactSheet)


@given(rows_xml(), st.integers(40, 400))
def test_rows_are_the_same_wherever_a_block_ends(rows, size):
    xml = sheet(rows)
    whole = read(xml)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK", size)
        assert read(xml) == whole is not None


MONEY = '<row r="2"><c r="B2" t="s"><v>0</v></c><c r="D2" s="1" t="s"><v>2</v></c><c r="E2" t="s"><v>1</v></c></row>'
WAYS = {
    "single quotes": ('t="s"><v>2', "t='s'><v>2"),
    "blanks around the sign": ('t="s"><v>2', 't = "s"><v>2'),
    "a line end before the attribute": ('s="1" t="s"><v>2', 's="1"\nt="s"><v>2'),
    "a tab before the attribute": ('s="1" t="s"><v>2', 's="1"\tt="s"><v>2'),
    "two blanks before the attribute": ('s="1" t="s"><v>2', 's="1"  t="s"><v>2'),
    "the kind before the format": ('s="1" t="s"><v>2', 't="s" s="1"><v>2'),
    "the address last": ('r="D2" s="1" t="s"><v>2', 's="1" t="s" r="D2"><v>2'),
    "an attribute of another namespace before it": ('s="1" t="s"><v>2', 'xmlns:e="urn:e" e:t="n" s="1" t="s"><v>2'),
    "a further attribute": ('s="1" t="s"><v>2', 's="1" t="s" cm="1"><v>2'),
    "an entity in the attribute": ('t="s"><v>2', 't="&#115;"><v>2'),
    "a blank at the end of the tag": ('t="s"><v>2', 't="s" ><v>2'),
    "an entity in the value": ("<v>2</v>", "<v>&#50;</v>"),
    "a comment in the value": ("<v>2</v>", "<v><!-- 1 -->2</v>"),
    "a section of characters": ("<v>2</v>", "<v><![CDATA[2]]></v>"),
    "a comment with another cell": ('<c r="D2"', '<!-- <c r="D2"><v>1</v></c> --><c r="D2"'),
    "an instruction between cells": ('<c r="D2"', '<?x <c r="D2"><v>1</v></c>?><c r="D2"'),
    "blanks between cells": ('<c r="D2"', '\r\n   <c r="D2"'),
    "a blank at the end of a closing tag": ("<v>2</v>", "<v>2</v >"),
    "an extension of a cell": ("<v>2</v>", '<v>2</v><extLst><ext uri="u"><x xmlns="urn:e"><v>1</v></x></ext></extLst>'),
    "an element of another namespace": ("<v>2</v>", '<v xmlns="urn:e">1</v><v>2</v>'),
    "a namespace of its own": ('<c r="D2"', f'<c xmlns="{MAIN}" r="D2"'),
    "the number of the row in single quotes": ('<row r="2">', "<row r='2'>"),
    "a row without its number": ('<row r="2">', "<row>"),
    "a cell without its address": ('<c r="D2" s="1"', '<c r="C2"/><c s="1"'),
    "a hidden attribute of another namespace": ('<row r="2">', '<row r="2" xmlns:e="urn:e" e:hidden="1">'),
    "a sign in an attribute": ('<row r="2">', '<row r="2" x="a>b">'),
}


@pytest.mark.parametrize(("plain", "written"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_cell_is_never_read_otherwise_than_by_an_xml_parser_however_it_is_written(plain, written, rows):
    assert plain in MONEY
    others = "".join(MONEY.replace('2"', f'{row}"') for row in range(3, rows + 2))
    xml = sheet(HEADER + MONEY.replace(plain, written) + others)
    fast, exact = read(xml), read(xml, ExactSheet)
    assert fast in (None, exact)
    assert exact[0][1][0] == (str, "49.90")


HIDING = [
    "hidden='1'",
    'hidden = "1"',
    'hidden="true"',
    '\nhidden="1"',
    'ht="9" hidden="1"',
    'hidden="&#49;"',
    'collapsed="1" hidden="1"',
    'ht="0" customHeight="1"',
    'ht="0.0"',
    'ht=".0E3"',
]


@pytest.mark.parametrize("hiding", HIDING)
def test_a_hidden_row_is_never_read_as_a_visible_one(hiding):
    xml = sheet(MONEY.replace('<row r="2">', f'<row r="2" {hiding}>'))
    assert read(xml, ExactSheet)[2] == {2}
    assert read(xml) in (None, read(xml, ExactSheet))


@pytest.mark.parametrize(
    ("shown", "hiding"),
    [
        ('hidden="0"', 'hidden="1"'),
        ('hidden="false"', 'hidden="true"'),
        ('ht="15"', 'ht="0"'),  # as the R package openxlsx hides rows
        ('ht="15.75" hidden="0"', 'ht="0.00" hidden="0"'),
        ('ht="15.75" hidden="0"', 'ht="15.75" hidden="1"'),
    ],
)
def test_a_hidden_row_among_rows_that_say_they_are_visible_is_told(shown, hiding):
    rows = [MONEY.replace('2"', f'{at}"').replace(f'"{at}">', f'"{at}" {shown}>', 1) for at in range(2, 6)]
    assert shown in rows[0]
    xml = sheet("".join(rows).replace(f'"4" {shown}', f'"4" {hiding}'))
    assert read(xml)[2] == read(xml, ExactSheet)[2] == {4}


DATED = ["s='3'", 's = "3"', '\ns="3"', 's="&#51;"', 's="03"']


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("style", DATED)
def test_a_date_is_never_read_as_a_number_however_its_format_is_written(style, rows):
    row = '<row r="2"><c r="B2" t="s"><v>0</v></c><c r="D2" s="3"><v>46086</v></c><c r="E2" t="s"><v>1</v></c></row>'
    others = "".join(row.replace('2"', f'{at}"') for at in range(3, rows + 2))
    xml = sheet(row.replace('s="3"', style) + others)
    fast, exact = read(xml), read(xml, ExactSheet)
    assert fast in (None, exact)
    assert {kind.__name__ for kind, _ in exact[0][1]} == {"datetime"}


IMPOSSIBLE = {
    "two cells with one address": ('<c r="E2"', '<c r="D2"><v>1</v></c><c r="E2"'),
    "an empty cell and another with its address": ('<c r="D2"', '<c r="D2"/><c r="D2"'),
    "cells out of order": ('<c r="B2" t="s"><v>0</v></c>', '<c r="E2" t="s"><v>0</v></c>'),
    "a cell of another row": ('<c r="D2"', '<c r="D7"'),
    "the last text by a number below 0": ("<v>2</v>", "<v>-1</v>"),
    "a text that is not there": ("<v>2</v>", "<v>4</v>"),
    "half a text": ("<v>2</v>", "<v>1.5</v>"),
    "a number with an underscore": ('t="s"><v>2</v>', "><v>1_0</v>"),
    "a number that is none": ('t="s"><v>2</v>', "><v>NaN</v>"),
    "two signs": ('t="s"><v>2</v>', "><v>--2</v>"),
    "a number as hexadecimal digits": ('t="s"><v>2</v>', "><v>0x1</v>"),
    "an unknown kind": ('t="s"><v>2</v>', 't="x"><v>2</v>'),
    "no truth": ('t="s"><v>2</v>', 't="b"><v>2</v>'),
    "an inline text with a number beside it": ('t="s"><v>2</v>', 't="inlineStr"><v>2</v>'),
    "an inline text of a number": ('t="s"><v>2</v>', "><is><t>2</t></is>"),
    "a column beyond the last one": (
        '<c r="E2" t="s"><v>1</v></c>',
        '<c r="E2" t="s"><v>1</v></c><c r="XFE2"><v>1</v></c>',
    ),
}


@pytest.mark.parametrize(("plain", "written"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
@pytest.mark.parametrize("rows", [1, 3])
def test_what_no_worksheet_can_hold_is_not_read_fast(plain, written, rows):
    assert plain in MONEY
    others = "".join(MONEY.replace('2"', f'{row}"') for row in range(3, rows + 2))
    for xml in (sheet(MONEY.replace(plain, written) + others), sheet(others + MONEY.replace(plain, written))):
        assert read(xml) is None


COMMON = {
    "openpyxl": '<row r="2"><c r="A2" t="n" />{}<c r="F2"><f>A2</f><v /></c></row><row r="3" />',
    "Gnumeric": '<row r="2" spans="1:3">\n      <c r="A2" s="1"/>\n      {}\n    </row>\n    ',
    "XlsxWriter": '<row r="2" spans="1:3">{}</row>',
    "LibreOffice": '<row r="2" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false">{}</row>',
    "Excel": '<row r="2" spans="1:5" x14ac:dyDescent="0.25">{}</row>',
    "a filtered row": '<row r="2" hidden="1">{}</row>',
    "pretty printed": '<row r="2">\n{}\n</row>\n',
}


@pytest.mark.parametrize("written", COMMON.values(), ids=COMMON)
def test_rows_of_common_programs_are_read_fast(written):
    cells = MONEY.partition(">")[2].removesuffix("</row>")
    if "\n      " in written:
        cells = cells.replace("><", ">\n        <")
    xml = sheet(written.format(cells)).replace(f'xmlns="{MAIN}"', f'xmlns="{MAIN}" xmlns:x14ac="urn:x14ac"')
    assert read(xml) == read(xml, ExactSheet) is not None
    assert read(with_prefix(xml).replace("xmlns:x14ac", "xmlns:x14ac")) == read(xml)


def test_a_row_is_found_far_down_without_a_look_at_the_cells_above_it():
    unread = '<row r="2"><c r="B2" t="s"><v>99</v></c></row><row r="3" ht="0" />'  # no such text
    xml = sheet(unread + MONEY.replace('2"', '4"') + MONEY.replace('2"', '7"'))
    for way in (SheetReader, ExactSheet):
        rows = list(way(OnePart(xml), PART, BOOK).rows(1, 4))
        assert rows == [(4, [None, "M.1.2.3", None, "49.90", "REJECTED"])]


def test_rows_above_the_data_are_none_of_it_wherever_they_stand():
    row = '<row r="{0}"><c r="B{0}" t="s"><v>0</v></c><c r="D{0}"><v>{0}</v></c></row>'
    xml = sheet(row.format(6) + row.format(4) + row.format(2) + row.format(5))
    assert read(xml, first_row=4) in (None, read(xml, ExactSheet, first_row=4))
    assert read(xml, ExactSheet, first_row=4)[1] == [4, 5, 6]


def test_a_sheet_that_ends_after_any_of_its_bytes_is_never_taken_for_a_whole_one():
    xml = sheet(HEADER + MONEY + MONEY.replace('2"', '3"')).encode()
    assert read(xml) is not None
    assert [at for at in range(len(xml)) if read(xml[:at]) is not None] == []


DAMAGES = b'<>/"=& ;x1\x00\xff'


@pytest.mark.parametrize(
    "rows",
    [
        MONEY + MONEY.replace('2"', '3"'),
        f'<row r="2">{text_cell("B2", "a &amp;&#66; c")}{text_cell("D2", "12.50")}{text_cell("E2", "REJECTED")}</row>',
        '<row r="2" hidden="1"><c r="B2" t="str"><f>A1&amp;"x"</f><v>M.1</v></c><c r="D2" s="3"><v>46086</v></c></row>',
    ],
    ids=["shared texts", "inline texts", "formulas and dates"],
)
def test_after_any_damage_of_one_byte_rows_are_the_same_or_the_sheet_is_not_read(rows):
    whole = sheet(rows, after='<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>').encode()
    same = read(whole)
    xmls = list(damaged(whole, DAMAGES))
    assert len(xmls) > 1_000
    assert [xml for xml in xmls if read(xml) not in (None, same)] == []


@pytest.mark.parametrize("way", [SheetReader, ExactSheet])
@pytest.mark.parametrize("value", ["<v></v>", "<v/>"])
def test_a_row_in_which_formulas_show_nothing_is_no_row(value, way):
    empty = f'<row r="3"><c r="B3"/><c r="E3" t="str"><f>IF(B3="","","REJECTED")</f>{value}</c></row>'
    last = '<row r="4"><c r="B4" t="s"><v>3</v></c><c r="D4"><v>0</v></c></row>'
    data = read(sheet(MONEY + empty + last), way)
    assert data[1] == [2, 4]
    assert data[0][1] == [(str, "49.90"), (float, 0.0)]


@pytest.mark.parametrize("way", [SheetReader, ExactSheet])
def test_a_formula_without_a_value_is_no_blank_cell(way):
    waiting = '<row r="3"><c r="E3"><f>IF(B3="","","REJECTED")</f><v></v></c></row>'
    assert read(sheet(MONEY + waiting), way)[1] == [2, 3]


def test_rows_that_are_not_in_order_stand_where_a_spreadsheet_shows_them():
    row = '<row r="{0}"><c r="B{0}" t="s"><v>0</v></c><c r="D{0}"><v>{0}</v></c></row>'
    xml = sheet(row.format(3) + row.format(2) + row.format(5) + row.format(4))
    assert read(xml) is None
    data = read(xml, ExactSheet)
    assert data[1] == [2, 3, 4, 5]
    assert [amount for _, amount in data[0][1]] == [2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("way", [SheetReader, ExactSheet])
def test_rows_without_content_are_not_counted_among_the_first_rows(way):
    empty = "".join(
        f'<row r="{at}" s="1" customFormat="1"/><row r="{at + 1}"><c r="A{at + 1}" s="1"/></row>'
        for at in range(2, 200, 2)
    )
    last = f'<row r="300">{text_cell("A300", "M.1.2.3")}</row>'
    rows = list(way(OnePart(sheet(HEADER + empty + last + last.replace("300", "301"))), PART, BOOK).rows(2))
    assert rows == [(1, ["ActionId", "Amount", "Reason"]), (300, ["M.1.2.3"])]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="#" spans="1:5"><c r="B#" t="s"><v>0</v></c><c r="D#" s="1"><v>12.5</v></c><c r="E#" t="s"><v>1</v></c></row>',
        '<row r="#"><c r="A#"/><c r="B#" t="s" s="1"><v>0</v></c><c r="D#"><f>A#+1</f><v>7</v></c></row>',
        '<row r="#" x="0.25"><c r="B#" t="inlineStr"><is><t>M.1</t></is></c><c r="E#" t="str"><f>A#</f><v>x</v></c><c r="F#" t="b"><v>1</v></c></row>',
    ],
)
def test_rows_that_are_written_alike_are_read_with_one_search_for_each_block(monkeypatch, row):
    searches = []
    like_row = sheet_module.like_row
    monkeypatch.setattr(blocks, "_BLOCK", 4_000)
    monkeypatch.setattr(sheet_module, "any_row", lambda *_: pytest.fail("the looser pattern was tried"))
    monkeypatch.setattr(sheet_module, "like_row", lambda *a, **k: searches.append(a) or like_row(*a, **k))
    rows = "".join(row.replace("#", str(at)) for at in range(2, 200))
    assert read(sheet(HEADER + rows)) == read(sheet(HEADER + rows), ExactSheet)
    assert len(searches) == 1


def test_after_some_blocks_that_no_row_stands_for_only_the_looser_pattern_is_tried(monkeypatch):
    tried = []
    like_row = sheet_module.like_row
    monkeypatch.setattr(blocks, "_BLOCK", 1_000)
    monkeypatch.setattr(sheet_module, "like_row", lambda *a, **k: tried.append(a) or like_row(*a, **k))
    kinds = ('<c r="D#"><v>1</v></c>', '<c r="D#" t="s"><v>2</v></c>')
    rows = "".join(
        f'<row r="{at}"><c r="B{at}" t="s"><v>0</v></c>{kinds[at % 2].replace("#", str(at))}</row>'
        for at in range(2, 400)
    )
    assert read(sheet(rows)) == read(sheet(rows), ExactSheet)
    assert len(tried) == 3


def test_no_pattern_is_made_of_a_row_as_wide_as_a_sheet_and_all_of_it_is_read(monkeypatch):
    longest = []
    compiled = re.compile
    monkeypatch.setattr(
        re, "compile", lambda pattern, flags=0: longest.append(len(pattern)) or compiled(pattern, flags)
    )
    cells = "".join(f'<c r="{column_letters(at)}2"><v>{at}</v></c>' for at in range(1, 16_385))
    xml = sheet(f'<row r="2">{cells}</row>')
    assert read(xml) == read(xml, ExactSheet)
    assert [value for ((_, value),) in read(xml)[0]] == [2.0, 4.0, 5.0]
    assert max(longest) < 10_000
