"""Hidden columns and merged areas are known, however their attributes are written."""

import pytest

from action_returns.readers.xlsx import frame
from action_returns.readers.xlsx.frame import SheetFrame


def seen(*elements):
    sheet = SheetFrame()
    for name, attributes in elements:
        sheet.start(name, attributes)
        sheet.end(name)
    return sheet


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ({"min": "2", "max": "4", "hidden": "1"}, {2, 3, 4}),
        ({"min": "2", "max": "2", "hidden": "true"}, {2}),
        ({"min": "2", "max": "2", "hidden": "on"}, {2}),
        ({"min": " 2 ", "max": " 2 ", "hidden": " 1 "}, {2}),
        ({"min": "2", "max": "2", "hidden": "0"}, set()),
        ({"min": "2", "max": "2", "hidden": "false", "width": "9.5"}, set()),
        ({"min": "2", "max": "2"}, set()),
        ({"min": "2", "max": "2", "width": "0"}, {2}),
        ({"min": "2", "max": "2", "width": "0.0"}, {2}),
        ({"min": "2", "max": "2", "urn:x hidden": "1"}, set()),
        ({"min": "4", "max": "2", "hidden": "1"}, set()),
        ({"min": "16383", "max": "99999999", "hidden": "1"}, {16383, 16384}),
        ({"min": "-99999999", "max": "2", "hidden": "1"}, {1, 2}),
    ],
)
def test_columns_that_are_hidden_or_have_no_width_are_known(attributes, hidden):
    assert seen(("col", attributes)).hidden_columns == hidden


def test_hidden_columns_of_several_elements_add_up():
    hidden = {"hidden": "1"}
    sheet = seen(("col", {"min": "1", "max": "2", **hidden}), ("col", {"min": "5", "max": "5", **hidden}))
    assert sheet.hidden_columns == {1, 2, 5}


def test_columns_of_another_namespace_are_none():
    assert seen(("urn:x col", {"min": "1", "max": "2", "hidden": "1"})).hidden_columns == set()


@pytest.mark.parametrize("attributes", [{"min": "x", "hidden": "1"}, {"max": "", "hidden": "1"}, {"width": "wide"}])
def test_a_column_that_is_no_number_is_told(attributes):
    with pytest.raises(ValueError, match=r"convert|invalid"):
        seen(("col", attributes))


def test_merged_areas_are_known():
    areas = ["A1:B2", " C3:D4 ", "$E$5:$F$6", "G7", "nonsense", "", "A:A"]
    sheet = seen(("mergeCell", {}), *(("mergeCell", {"ref": written}) for written in areas))
    assert sheet.merges == [(1, 1, 2, 2), (3, 3, 4, 4), (5, 5, 6, 6), (7, 7, 7, 7)]


def test_more_merged_areas_than_in_any_worksheet_are_told(monkeypatch):
    monkeypatch.setattr(frame, "_MOST_MERGES", 2)
    areas = [("mergeCell", {"ref": f"A{row}:B{row}"}) for row in (1, 2, 3)]
    assert len(seen(*areas[:2]).merges) == 2
    with pytest.raises(ValueError, match="more than 2 merged areas"):
        seen(*areas)


def test_whether_the_sheet_has_a_place_for_rows_is_known():
    assert seen(("sheetData", {})).has_rows
    assert not seen(("urn:x sheetData", {}), ("sheet", {})).has_rows
