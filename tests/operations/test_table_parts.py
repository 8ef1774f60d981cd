"""A table grows with the rows below it, and Excel calculates a workbook with new rows when it is opened."""

import pytest

from action_returns.operations.table_parts import calculated_on_load, column_formulas, longer_table
from action_returns.operations.xml_tags import UnusualXmlError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def test_the_formulas_of_a_table_are_those_of_its_columns():
    table = (
        f'<table xmlns="{MAIN}"><tableColumns><tableColumn id="1" name="A"/><tableColumn id="2" name="B">'
        "<calculatedColumnFormula>A1&amp;&lt;1</calculatedColumnFormula></tableColumn></tableColumns></table>"
    )
    assert column_formulas(table.encode()) == {1: "A1&<1"}
    with pytest.raises(UnusualXmlError):
        column_formulas(table.replace("<calculatedColumnFormula>", '<calculatedColumnFormula array="1">').encode())


def test_a_table_grows_with_its_filter():
    table = """<table name='x ref="A3:C9"' ref='{0}'><autoFilter ref = "{0}"/><sortState ref="A4:C9"/></table>"""
    assert longer_table(table.format("A3:C9").encode(), "A3:C9", "A3:C12") == table.format("A3:C12").encode()
    for unusual in (b'<table ref="$A$3:$C$9"/>', b"<x/>", b'<table ref="A3:C9"><autoFilter ref="A3:B9"/></table>'):
        with pytest.raises(UnusualXmlError):
            longer_table(unusual, "A3:C9", "A3:C12")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'<w><calcPr calcId="1"/></w>', b'<w><calcPr calcId="1" fullCalcOnLoad="1"/></w>'),
        (b'<w><calcPr calcId="1" fullCalcOnLoad="0"/></w>', b'<w><calcPr calcId="1" fullCalcOnLoad="1"/></w>'),
        (b'<w><calcPr fullCalcOnLoad="1"/></w>', b'<w><calcPr fullCalcOnLoad="1"/></w>'),
        (b"<w><calcPr></calcPr></w>", b'<w><calcPr fullCalcOnLoad="1"></calcPr></w>'),
        (b"<w/>", b"<w/>"),
        (b"<w><!-- <calcPr/> --></w>", b"<w><!-- <calcPr/> --></w>"),
        (b"<w><calcPr fullCalcOnLoad = 'false'/></w>", b"<w><calcPr fullCalcOnLoad = '1'/></w>"),
        (
            b'<x:w xmlns:x="urn:x"><x:calcPr a="&gt;>"/></x:w>',
            b'<x:w xmlns:x="urn:x"><x:calcPr a="&gt;>" fullCalcOnLoad="1"/></x:w>',
        ),
    ],
)
def test_excel_calculates_the_workbook_when_it_is_opened(before, after):
    assert calculated_on_load(before) == after
