"""Whole files that strangers' programs wrote give their cells in either way, or are refused with the cell's name."""

import re

import pytest
from xlsxwriter import Workbook

from action_returns.batch.cells import CellError
from action_returns.errors import FileError
from action_returns.readers.formatted_number import FormattedNumber
from action_returns.readers.xlsx import workbook
from action_returns.readers.xlsx.batch import read_grid, read_workbook
from action_returns.readers.xlsx.package import UnsupportedXmlError
from tests.readers.downloads import read
from tests.readers.xlsx.spellings import MAIN, STYLES, Written, book, inline, plain, shared_strings, sheet
from tests.support.workbooks import rewritten

HEADERS = ("ActionId", "Amount", "Reason")
TEXTS = [*HEADERS, "M.1.2.3", "M.1.2.4", "REJECTED"]
SHARED = plain(
    {
        1: {at: Written("s", str(at - 1)) for at in (1, 2, 3)},
        2: {1: Written("s", "3"), 2: Written("n", "12.5"), 3: Written("s", "5")},
        3: {1: Written("s", "4"), 2: Written("n", "99"), 3: Written("s", "5")},
    }
)
ROWS = [("M.1.2.3", 12.5, "REJECTED"), ("M.1.2.4", 99.0, "REJECTED")]


@pytest.fixture(autouse=True, params=["the way that fits", "the exact way"])
def way(request, monkeypatch):
    """The way in which sheets and shared strings are read."""

    def unsupported(*_):
        raise UnsupportedXmlError

    if request.param == "the exact way":
        monkeypatch.setattr(workbook, "SheetReader", unsupported)
        monkeypatch.setattr(workbook, "shared_strings", unsupported)


def three(path):
    columns = read_workbook(path).columns
    return list(zip(columns.action_id, columns.amount, columns.reason, strict=True))


def with_header(rows, **around):
    header = "".join(inline(f"{letter}1", text) for letter, text in zip("ABC", HEADERS, strict=True))
    return sheet(f'<row r="1">{header}</row>{rows}', **around)


def prefixed(path, *parts):
    """Write parts with a prefix, all of them when none is named."""

    def change(part, xml):
        if not part.startswith("xl/") or part.endswith(".rels") or (parts and part not in parts):
            return xml
        text = xml.decode().replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
        return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).encode()

    return rewritten(path, change)


def all_in_sections(xml):
    return re.sub(r"(<t[^>]*>)(.*?)(</t>)", r"\1<![CDATA[\2]]>\3", xml)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml,
        all_in_sections,
        lambda xml: xml.replace(">REJECTED<", "><![CDATA[REJECTED]]><"),
        lambda xml: xml.replace(">REJECTED<", ">REJ<![CDATA[ECT]]>ED<"),
        lambda xml: xml.replace("<si>", "<!-- <si><t>old</t></si> --><si>", 2),
        lambda xml: xml.replace("</t>", "</t >"),
        lambda xml: xml.replace("<si>", "<si >").replace("</si>", "</si\n>"),
        lambda xml: xml.replace("<t ", "<t\n"),
        lambda xml: xml.replace('xml:space="preserve"', "xml:space='preserve'"),
        lambda xml: xml.replace("<si>", "\n  <si>\n    ").replace("</si>", "\n  </si>"),
        lambda xml: xml.replace("REJECTED", "REJ&#69;CTED"),
        lambda xml: xml.replace('"UTF-8"', "'UTF-16'").encode("utf-16"),
    ],
)
def test_shared_strings_are_read_however_they_are_written(tmp_path, change):
    assert three(book(tmp_path / "b.xlsx", SHARED, change(shared_strings(TEXTS)))) == ROWS


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("</row>", "</row >"),
        lambda xml: xml.replace("99</v>", "99</v >"),
        lambda xml: xml.replace("12.5</v></c>", "12.5</v></c >"),
        lambda xml: xml.replace("<row", "<!-- x --><row"),
        lambda xml: xml.replace('"', "'"),
        lambda xml: xml.replace(' r="', ' r = "').replace(' t="', '\nt="'),
        lambda xml: xml.replace('t="s"', 'e:t="n" t="s"').replace("<sheetData", '<sheetData xmlns:e="urn:x"'),
        lambda xml: re.sub(r' r="[A-Z]?[0-9]+"', "", xml),
        lambda xml: xml.replace('<row r="3">', "<row>").replace(' r="A3"', ""),
        lambda xml: xml.replace(">12.5<", "><![CDATA[12.5]]><"),
        lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
)
def test_sheets_are_read_however_they_are_written(tmp_path, change):
    path = book(tmp_path / "b.xlsx", change(SHARED), TEXTS)
    assert three(path) == ROWS
    assert [row for _, row in read_grid(path)][1:] == [list(row) for row in ROWS]


@pytest.mark.parametrize("part", [(), ("xl/worksheets/sheet1.xml",), ("xl/sharedStrings.xml",), ("xl/workbook.xml",)])
def test_every_part_is_read_with_a_prefix(tmp_path, part):
    assert three(prefixed(book(tmp_path / "b.xlsx", SHARED, TEXTS), *part)) == ROWS


@pytest.mark.parametrize("change", [lambda path: path, prefixed])
def test_characters_that_xml_cannot_hold_are_the_same_in_plain_and_in_unusual_xml(tmp_path, change):
    reason = '<c r="C2" t="inlineStr"><is><t>ORDER_UPDATE_x000D_&#10;</t></is></c>'
    rows = f'<row r="2">{inline("A2", "M.1.2.3")}<c r="B2"><v>12.5</v></c>{reason}</row>'
    assert three(change(book(tmp_path / "b.xlsx", with_header(rows)))) == [("M.1.2.3", 12.5, "ORDER_UPDATE\r\n")]


@pytest.mark.parametrize("empty", ["<v></v>", "<v/>", "<v />", "<v></v >"])
def test_a_formula_that_shows_nothing_is_an_empty_text_however_it_is_written(tmp_path, empty):
    rows = f'<row r="2">{inline("A2", "M.1.2.3")}<c r="B2"><v>12.5</v></c>{inline("C2", "REJECTED")}</row>'
    formula = '<c r="{}" t="str"><f>IF(1=1,"","x")</f>{}</c>'
    rows += f'<row r="3">{inline("A3", "M.1.2.4")}{formula.format("B3", empty)}{formula.format("C3", empty)}</row>'
    rows += "".join(f'<row r="{row}">{formula.format(f"C{row}", empty)}</row>' for row in range(4, 51))
    path = book(tmp_path / "b.xlsx", with_header(rows))
    assert three(path) == [("M.1.2.3", 12.5, "REJECTED"), ("M.1.2.4", "", "")]


@pytest.mark.parametrize("empty", ["", "<v></v>", "<v/>"])
def test_a_formula_that_was_not_calculated_has_no_value_however_it_is_written(tmp_path, empty):
    rows = f'<row r="2">{inline("A2", "M.1.2.3")}<c r="B2"><f>1+1</f>{empty}</c>{inline("C2", "REJECTED")}</row>'
    assert three(book(tmp_path / "b.xlsx", with_header(rows))) == [("M.1.2.3", CellError("no-value", ""), "REJECTED")]


@pytest.mark.parametrize("change", [lambda path: path, prefixed])
def test_styles_that_openpyxl_cannot_read_still_give_the_cells(tmp_path, change):
    styles = STYLES.replace('<fill><patternFill patternType="gray125"/></fill>', "<fill/>")
    assert three(change(book(tmp_path / "b.xlsx", SHARED, TEXTS, styles))) == ROWS


def test_a_workbook_without_formats_and_addresses_gives_its_cells(tmp_path):
    path = book(tmp_path / "b.xlsx", re.sub(r' r="[A-Z]?[0-9]+"', "", SHARED), TEXTS)
    without = rewritten(
        path, lambda part, xml: re.sub(rb'<Relationship Id="rId2".*?/>', b"", xml) if "rels" in part else xml
    )
    assert three(without) == ROWS


# A download of pending actions


def download(*rows):
    header = "".join(
        inline(f"{letter}1", text) for letter, text in zip("ABC", ("Action ID", "Amount", "State"), strict=True)
    )
    return sheet(f'<row r="1">{header}</row>' + "".join(rows))


def pending(row, action):
    return (
        f'<row r="{row}">{inline(f"A{row}", action)}<c r="B{row}"><v>12.5</v></c>{inline(f"C{row}", "PENDING")}</row>'
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml,
        lambda xml: re.sub(r' r="[ABC]2"', "", xml),
        lambda xml: xml.replace('<row r="2"', '<!-- x --><row r="2"'),
        lambda xml: xml.replace('<row r="2"', "<row r='2'"),
    ],
)
def test_a_download_that_is_unusual_only_below_its_first_row_is_read(tmp_path, change):
    path = book(tmp_path / "pending.xlsx", change(download(pending(2, "M.1.2.3"))))
    assert read(path, ["M.1.2.3"]).actions.keys() == {"M.1.2.3"}


def test_a_download_that_is_unusual_only_far_down_is_read_once(tmp_path):
    rows = [pending(row, f"M.1.2.{row}") for row in range(2, 4000)]
    rows[-1] = re.sub(r' r="[ABC]3999"', "", rows[-1])
    path = book(tmp_path / "pending.xlsx", download(*rows))
    grid = list(read_grid(path))
    assert [number for number, _ in grid] == list(range(1, 4000))
    assert grid[-1] == (3999, ["M.1.2.3999", 12.5, "PENDING"])


def test_a_download_with_a_cell_that_cannot_be_is_refused_with_its_name(tmp_path):
    rows = [pending(row, f"M.1.2.{row}") for row in range(2, 4000)]
    rows.append('<row r="4000"><c r="B4000" t="d"><v>not a date</v></c></row>')
    with pytest.raises(FileError, match=r'cell B4000 .* holds "not a date" as a date') as caught:
        read(book(tmp_path / "pending.xlsx", download(*rows)), ["M.1.2.3"])
    assert caught.value.problem == "file-unreadable"


def test_a_number_comes_with_its_number_format_where_that_is_asked_for(tmp_path):
    path = tmp_path / "book.xlsx"
    with Workbook(path) as made:
        percent, plain_number = (made.add_format({"num_format": code}) for code in ("0%", "0.00"))
        page = made.add_worksheet()
        page.write_number(0, 0, 0.5, percent)
        page.write_number(0, 1, 0.5, plain_number)
        page.write_string(0, 2, "0.5", percent)
    for wanted in (False, True):
        ((_, cells),) = read_grid(path, with_formats=wanted)
        assert cells == [0.5, 0.5, "0.5"]
        assert [isinstance(cell, FormattedNumber) for cell in cells] == [wanted, False, False]
    assert cells[0].code == "0%"
