"""Formulas of the program lose the values that were saved with them; those of the user, and all other cells, stay."""

import pytest

from action_returns.operations.stale_values import without_values
from action_returns.operations.xml_tags import UnusualXmlError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<c r="D4" t="str"><f>a&gt;1</f><v>x</v></c>', '<c r="D4" t="str"><f>a&gt;1</f></c>'),
        ('<c r="D4"><f t="shared" si="0"/><v>1</v></c>', '<c r="D4"><f t="shared" si="0"/></c>'),
        ('<c r="D4"><f>a</f><v/></c>', '<c r="D4"><f>a</f></c>'),
        ('<c r="D4"><f>a</f><v></v></c><c r="E4"><v>1</v></c>', '<c r="D4"><f>a</f></c><c r="E4"><v>1</v></c>'),
        ('<c r="A4"><f>[1]S!A1</f><v>5</v></c>', '<c r="A4"><f>[1]S!A1</f><v>5</v></c>'),
        ('<c r="D4" t="s"><v>5</v></c>', '<c r="D4" t="s"><v>5</v></c>'),
        ("<c><f>a</f><v>5</v></c>", "<c><f>a</f><v>5</v></c>"),
    ],
)
def test_only_the_value_of_a_formula_of_the_program_goes(before, after):
    whole = '<worksheet><sheetData><row r="4">{}</row></sheetData></worksheet>'
    written = without_values(whole.format(before).encode(), lambda column, row: (column, row) == (4, 4))
    assert written == whole.format(after).encode()


@pytest.mark.parametrize("xml", [b"", b"<worksheet>", b"<!DOCTYPE w><w/>"])
def test_xml_that_cannot_be_read_is_refused(xml):
    with pytest.raises(UnusualXmlError):
        without_values(xml, lambda _column, _row: True)
