"""Ranges that end with the table grow with it; all others, and every other byte, stay."""

import pytest

from action_returns.operations.grown_ranges import Growth, with_grown_ranges
from action_returns.operations.xml_tags import UnusualXmlError

GROWTH = Growth(left=2, right=4, first=4, bottom=9, last=20)
SHEET = '<worksheet xmlns:x14="urn:a" xmlns:xm="urn:b">{}</worksheet>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("B4:B9", "B4:B20"),
        ("A1:Z9", "A1:Z20"),
        ("B4:B9 D4:D9 F4:F9", "B4:B20 D4:D20 F4:F9"),
        ("B4:B8", "B4:B8"),
        ("B4:B1048576", "B4:B1048576"),
        ("E4:E9", "E4:E9"),
        ("A9", "A9"),
        ("C9", "C9"),
        ("B:B", "B:B"),
    ],
)
@pytest.mark.parametrize(
    "element",
    [
        "<conditionalFormatting sqref='{}'><cfRule/></conditionalFormatting>",
        '<dataValidations><dataValidation prompt="a > b" sqref = "{}"/></dataValidations>',
        '<ignoredErrors><ignoredError sqref="{}"/></ignoredErrors>',
        "<x14:conditionalFormatting><xm:sqref>{}</xm:sqref></x14:conditionalFormatting>",
        "<x14:dataValidation><xm:sqref>{}</xm:sqref></x14:dataValidation>",
    ],
)
def test_a_range_that_ends_with_the_table_ends_with_its_new_rows(element, before, after):
    xml = SHEET.format(element)
    assert with_grown_ranges(xml.format(before).encode(), GROWTH) == xml.format(after).encode()


@pytest.mark.parametrize(
    "element",
    [
        '<selection sqref="B4:B9"/>',
        "<x14:sparkline><xm:sqref>B4:B9</xm:sqref></x14:sparkline>",
        '<!-- <conditionalFormatting sqref="B4:B9"/> -->',
        '<dataValidation sqref="B4:B9"/><dataValidation sqref="B15"/>',
    ],
)
def test_what_is_no_rule_of_the_column_and_what_another_validation_has_stays(element):
    xml = SHEET.format(element).encode()
    assert with_grown_ranges(xml, GROWTH) == xml


def test_a_table_of_one_row_gives_its_rules_to_the_new_ones():
    xml = SHEET.format('<conditionalFormatting sqref="{}"/>')
    one = Growth(2, 4, first=4, bottom=4, last=6)
    assert with_grown_ranges(xml.format("B4").encode(), one) == xml.format("B4:B6").encode()


def test_a_sheet_that_cannot_be_read_is_refused():
    with pytest.raises(UnusualXmlError):
        with_grown_ranges(b"<worksheet>", GROWTH)
