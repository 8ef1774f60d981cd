"""Shared texts are read as an XML parser reads them, or left to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers.xlsx import blocks
from action_returns.readers.xlsx.exact import exact_strings
from action_returns.readers.xlsx.package import UnsupportedXmlError
from action_returns.readers.xlsx.texts import shared_strings
from tests.support.sheet_xml import OnePart, damaged, strings, with_prefix

PART = "xl/sharedStrings.xml"
ITEMS = {
    "<si><t>M.1.2.3</t></si>": "M.1.2.3",
    "<si><t>12,50</t></si>": "12,50",
    "<si><t></t></si>": "",
    "<si><t/></si>": "",
    "<si/>": "",
    '<si><t xml:space="preserve"> a </t></si>': " a ",
    "<si><t>a&amp;b&lt;&gt;&quot;&apos;</t></si>": "a&b<>\"'",
    "<si><t>&#233;&#x20AC;</t></si>": "é€",
    "<si><t>_x0041__x000D_\n</t></si>": "A\r\n",
    "<si><t>_x005F_x0041_</t></si>": "_x0041_",
    "<si><t>a\r\nb\rc</t></si>": "a\nb\nc",
    "<si><r><t>M.1</t></r><r><rPr><b/></rPr><t>.2.3</t></r></si>": "M.1.2.3",
    '<si><r><t xml:space="preserve">a &amp; </t></r><r><rPr><sz val="11"/><rFont val="A&amp;B" /></rPr><t>_x0041_\r\n</t></r></si>': (
        "a & A\n"
    ),
    "<si><r><t>_x00</t></r><r><t>41_</t></r></si>": "_x0041_",
    "<si><r><t>_x00</t></r><r><t>41__x0041_</t></r><phoneticPr/></si>": "_x0041_A",
    "<si><r><rPr></rPr><t>a</t></r><r><t></t></r><r><t/></r></si>": "a",
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>': "東京",
    "<si><t><![CDATA[a<b]]></t></si>": "a<b",
    "<si><!-- no --><t>a</t></si>": "a",
    "<si><t>a<!-- no -->b</t></si>": "ab",
    "<si><t >a</t ></si >": "a",
    "<!-- <si><t>old</t></si> --><si><t>a</t></si>": "a",
    "\n  <si>\n<t>a</t>\n</si>\n": "a",
}


def read(xml, way=shared_strings):
    """Read a table of texts in one way; None where that way leaves it to an XML parser, or refuses it."""
    try:
        return way(OnePart(xml), PART)
    except (UnsupportedXmlError, FileError):
        return None


@pytest.mark.parametrize(("item", "text"), ITEMS.items())
def test_a_shared_text_is_what_the_program_shows(item, text):
    xml = strings(["<si><t>before</t></si>", item, "<si><t>after</t></si>"])
    assert read(xml, exact_strings) == ["before", text, "after"]
    assert read(xml) in (None, ["before", text, "after"])


@given(st.lists(st.sampled_from(list(ITEMS))), st.sampled_from([2**18, 30, 77]), st.booleans())
def test_a_table_of_texts_is_never_read_otherwise_than_by_an_xml_parser(items, block, prefixed):
    xml = with_prefix(strings(items)) if prefixed and "<!" not in "".join(items) else strings(items)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK", block)
        assert read(xml) in (None, [ITEMS[item] for item in items])
    assert read(xml, exact_strings) == [ITEMS[item] for item in items]


COMMON = [item for item in ITEMS if "<!" not in item and " >" not in item and "<t/>" not in item and "\n " not in item]


@pytest.mark.parametrize("prefixed", [False, True])
def test_texts_of_common_programs_are_read_fast(prefixed):
    plain = [item for item in COMMON if not prefixed or ("<r>" not in item and "<rPh" not in item)]
    xml = with_prefix(strings(plain)) if prefixed else strings(plain)
    assert read(xml) == [ITEMS[item] for item in plain]


def test_a_table_that_ends_after_any_of_its_bytes_is_never_taken_for_a_whole_one():
    xml = strings(COMMON).encode()
    assert [at for at in range(len(xml)) if read(xml[:at]) is not None] == []


@pytest.mark.parametrize("byte", b'<>/"=&;x1\x00\xff')
def test_after_any_damage_of_one_byte_texts_are_the_same_or_the_table_is_not_read(byte):
    whole = strings(["<si><t>M.1.2.3</t></si>", "<si><t>a&amp;b</t></si>", "<si><r><t>c</t></r></si>"]).encode()
    same = read(whole)
    xmls = list(damaged(whole, [byte]))
    assert len(xmls) > 50
    assert [xml for xml in xmls if read(xml) not in (None, same)] == []


def test_an_empty_table_holds_no_texts():
    assert read(strings([])) == []


def test_a_table_of_another_namespace_is_not_read_fast():
    assert read(strings(["<si><t>a</t></si>"]).replace("spreadsheetml", "other")) is None
