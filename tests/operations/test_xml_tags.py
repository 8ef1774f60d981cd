"""Attributes are found and replaced however they are written; every other byte stays."""

import pytest

from action_returns.operations.xml_tags import UnusualXmlError, parse, read_tag, spliced, with_value, without_attribute


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'<a><b ref="1"/></a>', b'<a><b ref="9"/></a>'),
        (b"<a><b c='>\"' ref = '1' d=\"ref='2'\"></b></a>", b"<a><b c='>\"' ref = '9' d=\"ref='2'\"></b></a>"),
        (b"<a><b\n/></a>", b'<a><b\n ref="9"/></a>'),
        (b"<a><b></b></a>", b'<a><b ref="9"></b></a>'),
        (b'<a><b x:ref="1"/></a>', b'<a><b x:ref="1" ref="9"/></a>'),
    ],
)
def test_an_attribute_gets_its_value_however_it_is_written(before, after):
    assert spliced(before, [with_value(before, read_tag(before, 3), "ref", "9")]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'<b c="hidden" hidden="1" d=""/>', b'<b c="hidden" d=""/>'), (b"<b\n hidden = '1'>", b"<b>")],
)
def test_an_attribute_goes_with_the_white_space_before_it(before, after):
    assert spliced(before, [without_attribute(before, read_tag(before, 0), "hidden")]) == after


@pytest.mark.parametrize("xml", ["<a/>".encode("utf-16"), "<a/>".encode("utf-16-le"), "<a/>".encode("utf-16-be")])
def test_signs_of_two_bytes_are_refused(xml):
    with pytest.raises(UnusualXmlError, match="UTF-16"):
        parse(xml, lambda _name, _attributes, _at: None, lambda _name, _at: None)
