"""A part is divided into blocks of whole items; what is no plain item is left to an XML parser."""

from contextlib import nullcontext
from io import BytesIO

import pytest

from action_returns.readers.xlsx import blocks
from action_returns.readers.xlsx.package import UnsupportedXmlError
from tests.support.sheet_xml import MAIN, OnePart, sheet, strings, with_prefix

ROWS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'


def divided(xml, item="row", container="sheetData"):
    return list(blocks.blocks(OnePart(xml), "part", item, container))


def test_a_block_holds_whole_items(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK", 150)
    found = divided(sheet(ROWS * 20))
    assert len(found) > 5
    assert b"".join(found).decode() == ROWS * 20
    assert all(block.startswith(b"<row") and block.endswith(b"</row>") for block in found)


def test_a_prefix_before_every_name_is_removed():
    assert divided(with_prefix(sheet(ROWS))) == [ROWS.encode()]


@pytest.mark.parametrize(
    "xml",
    [
        sheet(ROWS).replace("spreadsheetml", "other"),
        sheet(ROWS).replace("sheetData", "rows"),
        sheet("").replace("<sheetData>", f"{ROWS}<sheetData>"),
        with_prefix(sheet(ROWS)).replace("<x:v>1</x:v>", "<v>1</v>"),
        with_prefix(sheet(ROWS)).replace(f'xmlns:x="{MAIN}"', f'xmlns:x="urn:e" xmlns="{MAIN}"'),
        sheet(ROWS, before=f"<!-- <row>{ROWS}</row> -->"),
        sheet(ROWS).replace("UTF-8", "US-ASCII"),
        sheet(ROWS).encode("utf-16"),
    ],
    ids=range(8),
)
def test_what_is_no_plain_part_is_left_to_an_xml_parser(xml):
    with pytest.raises(UnsupportedXmlError):
        divided(xml)


def test_items_that_never_end_are_left_to_an_xml_parser_before_they_are_all_in_memory(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK", 100)
    monkeypatch.setattr(blocks, "_LONGEST", 1_000)
    part = OnePart(sheet(ROWS.replace("</row>", "</row >") * 100))
    stream = BytesIO(part.content)
    part.open = lambda _: nullcontext(stream)
    with pytest.raises(UnsupportedXmlError, match="long item"):
        list(blocks.blocks(part, "part", "row", "sheetData"))
    assert stream.tell() < len(part.content) / 2


def test_text_between_items_is_left_to_an_xml_parser_at_the_border_of_blocks_too(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK", 20)
    with pytest.raises(UnsupportedXmlError, match="between"):
        divided(sheet(ROWS.replace("</row><row", "</row>x<row")))


@pytest.mark.parametrize("end", ["</row >", "</row\n>"])
@pytest.mark.parametrize("ended", [1, 2])
def test_an_item_behind_the_last_block_is_left_to_an_xml_parser_and_not_lost(end, ended):
    """The last ``ended`` rows end in a way that is not searched for."""
    with pytest.raises(UnsupportedXmlError, match="outside"):
        divided(sheet(end.join(ROWS.rsplit("</row>", ended))))


def test_empty_items_behind_the_last_block_hold_nothing():
    assert divided(sheet(ROWS + '<row r="3"/><row r="4"></row >')) == [ROWS.encode()]


def test_a_part_without_items_has_no_blocks():
    assert divided(sheet("")) == []
    assert divided(strings([]), "si", "sst") == []
