"""Rows are written into the XML of a worksheet, whatever program wrote it; what is unusual is refused, never damaged."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.operations.added_rows import Place, add_rows
from action_returns.operations.xml_tags import UnusualXmlError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><dimension ref="A1:C3"/><sheetData>'
HEADERS = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
END = "</sheetData><pageMargins/></worksheet>"
PLACE = Place(first=2, left=1, bottom=3, sent=(1, 2, 3), formulas={4: 'IF([@A]<2,"a&b","")'}, width=5)
ROW = ("M.1.1.1", "5.00", "ORDER_UPDATE")


def sheet(rows, head=HEAD):
    return f"{head}{HEADERS}{rows}{END}".encode()


def cells(xml):
    """Return cell -> what it holds, as a parser of its own reads it; rows and cells have to ascend, else Excel repairs."""
    found = {}
    rows = [int(row.get("r")) for row in ET.fromstring(xml).iter(f"{{{MAIN}}}row")]
    assert rows == sorted(set(rows))
    for row in ET.fromstring(xml).iter(f"{{{MAIN}}}row"):
        columns = [cell.get("r").rstrip("0123456789") for cell in row]
        assert columns == sorted(set(columns))
        assert all(cell.get("r").lstrip("ABCDE") == row.get("r") for cell in row)
    for cell in ET.fromstring(xml).iter(f"{{{MAIN}}}c"):
        assert cell.get("r") not in found
        formula = cell.find(f"{{{MAIN}}}f")
        text = "".join(cell.itertext())
        found[cell.get("r")] = (cell.get("s"), f"={formula.text}" if formula is not None else text)
    return found


@pytest.mark.parametrize(
    "rows",
    [
        "",
        '<row r="2"/>',
        '<row r="2" spans="1:5" ht="20" ></row>',
        '<row r="2"><c r="A2"/><c r="B2"></c></row>',
        '<row r="2"><c r="C2"/></row><row r="3"/>',
        '<!-- a > b --><row r="2"><!-- c --><c r="B2" ></c ></row >',
    ],
)
def test_a_row_is_written_where_it_belongs_however_the_blank_row_is_written(rows):
    written = cells(add_rows(sheet(rows), PLACE, [ROW]))
    assert [written[name][1] for name in ("A2", "B2", "C2", "D2")] == [*ROW, '=IF([@A]<2,"a&b","")']
    assert written["A1"] == (None, "0")


def test_cells_keep_their_formats_and_new_ones_get_those_of_the_last_row_of_the_table():
    rows = '<row r="2"><c r="A2" s="7"/></row><row r="3"><c r="A3" s="1"/><c r="B3" s="2"/><c r="E3" s="9"/></row>'
    written = cells(add_rows(sheet(rows), PLACE, [ROW, ROW, ROW]))
    assert (written["A2"][0], written["B2"][0], written["A4"][0], written["B4"][0]) == ("7", "2", "1", "2")
    assert written["E4"] == ("9", "")


def test_a_formula_beside_a_new_row_loses_the_value_it_had_for_a_blank_one():
    rows = '<row r="2"><c r="D2" t="str" s="4"><f>own(1)</f><v>old</v></c></row>'
    written = add_rows(sheet(rows), PLACE, [ROW])
    assert cells(written)["D2"] == ("4", "=own(1)")
    assert b"old" not in written


def test_texts_are_written_as_they_are():
    written = cells(add_rows(sheet(""), PLACE, [("<&>", ' " ', "'")]))
    assert [written[name][1] for name in ("A2", "B2", "C2")] == ["<&>", ' " ', "'"]


def test_the_area_of_the_sheet_grows_so_that_no_reader_leaves_rows_out():
    assert b'<dimension ref="A1:E5"/>' in add_rows(sheet(""), PLACE, [ROW] * 4)
    assert b'<dimension ref="A1:E3"/>' in add_rows(sheet(""), PLACE, [ROW])
    assert b"<dimension ref='A1:F3' />" in add_rows(sheet("", HEAD.replace('"A1:C3"', "'A1:F3' ")), PLACE, [ROW])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (sheet('<row r="2"><c r="B2"><v>1</v></c></row>'), "B2"),
        (sheet('<row r="4"><c r="E4"><v>1</v></c></row>'), "E4"),
        (sheet("<row><c/></row>"), "without a number"),
        (sheet('<row r="2"><c><v>1</v></c></row>'), "without a place"),
        (sheet("").replace(b"<pageMargins/>", b'<sheetProtection sheet="1"/>'), "is protected"),
        (sheet("").replace(b"<pageMargins/>", b'<mergeCells><mergeCell ref="C4:D5"/></mergeCells>'), "merged"),
        (sheet("").replace(MAIN.encode(), b"urn:other"), "other names"),
        (f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/></x:worksheet>'.encode(), "other names"),
        (f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode(), "no row above"),
        (sheet("").replace(b"<worksheet", b"<!DOCTYPE worksheet><worksheet", 1), "document type"),
        (sheet("<row"), "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_what_is_unusual_is_refused(content, why):
    with pytest.raises(UnusualXmlError, match=why):
        add_rows(content, PLACE, [ROW] * 3)


blank = st.sampled_from(["", '<c r="{c}{n}"/>', '<c r="{c}{n}" s="3"/>', '<c r="{c}{n}" s="3"></c>'])
below = st.lists(st.none() | st.tuples(*[blank] * 5), max_size=5)


@given(below, st.integers(1, 7))
def test_old_cells_stay_and_new_rows_stand_in_order_for_every_way_to_write_blank_rows(written, number):
    rows = "".join(
        f'<row r="{at}">' + "".join(cell.format(c=c, n=at) for c, cell in zip("ABCDE", row, strict=True)) + "</row>"
        for at, row in enumerate(written, 2)
        if row is not None
    )
    new = [(f"M.1.1.{at}", f"{at}.00", "ORDER_UPDATE") for at in range(number)]
    found = cells(add_rows(sheet(rows), PLACE, new))
    for at, texts in enumerate(new, 2):
        assert tuple(found[f"{column}{at}"][1] for column in "ABC") == texts
    for name, before in cells(sheet(rows)).items():
        assert found[name][0] == before[0]
