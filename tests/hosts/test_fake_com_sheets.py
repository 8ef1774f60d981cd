"""Sheets, tables, filters and protection of the fake Excel answer as those of Excel."""

import pytest

from tests.hosts.fake_com import HIDDEN, VERY_HIDDEN
from tests.hosts.fake_com.com import com_error


def test_sheets_are_found_by_name_however_well_they_are_hidden(excel, book):
    excel.show("_meta", VERY_HIDDEN)
    assert book.sheets["_META"].range("A1:B1").value == ["version", 1.0]
    assert book.sheets["_meta"].api.Visible == VERY_HIDDEN


def test_sheets_that_are_missing_are_an_error_of_excel(book):
    with pytest.raises(com_error) as missing:
        book.sheets["Nothing"]
    assert missing.value.excepinfo[5] == -2147352565
    assert f"{type(missing.value).__module__}.{type(missing.value).__name__}" == "pywintypes.com_error"


def test_sheets_come_forward_only_when_they_can_be_seen(excel, book):
    book.sheets["Start"].activate()
    assert book.sheets.active.name == "Start"
    excel.show("_meta", HIDDEN)
    with pytest.raises(com_error, match="Activate method"):
        book.sheets["_meta"].activate()


def test_cells_are_selected_on_the_active_sheet_only(excel, book, sheet):
    sheet.range("B3").select()
    assert book.app.selection.address == "$B$3"
    book.sheets["Start"].activate()
    with pytest.raises(com_error, match="Select method"):
        sheet.range("B3").select()
    book.app.api.Goto(sheet.range("C4").api, Scroll=True)
    assert (book.sheets.active.name, book.app.selection.address) == ("Actions", "$C$4")
    excel.select("Start!A1")
    assert book.app.selection.sheet.name == "Start"


def test_sheets_are_added_named_moved_and_deleted(book, sheet):
    book.sheets.add("Issues", after=sheet)
    assert book.sheet_names == ["Actions", "Issues", "Start", "_meta"]
    with pytest.raises(com_error):
        book.sheets["Issues"].name = "Start"
    book.sheets["Issues"].delete()
    assert book.sheet_names == ["Actions", "Start", "_meta"]


def test_links_are_added_by_both_ways(sheet):
    sheet.range("G2").add_hyperlink("https://example.com", "Receipt")
    assert (sheet.range("G2").value, sheet.range("G2").hyperlink) == ("Receipt", "https://example.com")
    sheet.api.Hyperlinks.Add(Anchor=sheet.range("G3").api, Address="", SubAddress="Start!A1", TextToDisplay="Back")
    assert (sheet.api.Hyperlinks.Count, sheet.range("G3").value) == (2, "Back")
    assert sheet.range("G3").api.Hyperlinks(1).SubAddress == "Start!A1"


def test_tables_tell_their_parts(table):
    assert table.range.address == "$A$1:$E$5"
    assert table.header_row_range.value[:2] == ["ActionId", "Amount"]
    assert table.data_body_range.shape == (4, 5)
    assert (table.columns[0].name, table.columns["Reason"].index) == ("ActionId", 3)
    assert table.columns["Reason"].data_body_range.value[0] == "REJECTED"
    assert table.api.ListRows.Count == 4
    assert table.range.table.name == "Actions"


def test_tables_without_data_have_no_body_until_something_is_written(excel):
    book = excel.add_workbook({"Actions": [["ActionId", "Amount"]]}, tables={"Actions": "Actions!A1:B2"})
    table = book.sheets[0].tables["Actions"]
    assert (table.data_body_range, table.api.ListRows.Count) == (None, 0)
    assert table.api.InsertRowRange.Address == "$A$2:$B$2"
    book.sheets[0].range("A2").value = "M.1.1.1"
    assert table.data_body_range.address == "$A$2:$B$2"


def test_tables_grow_and_take_their_formulas_along(sheet, table):
    table.resize(sheet.range("A1:E7"))
    assert table.data_body_range.address == "$A$2:$E$7"
    assert sheet.range("D7").formula == "=ROW()"


@pytest.mark.parametrize("place", ["A2:E5", "A1:E1", "H1:J5"])
def test_tables_cannot_leave_their_header_row(sheet, table, place):
    with pytest.raises(com_error):
        table.resize(sheet.range(place))


def test_tables_push_what_stands_below_when_a_row_is_added(excel, sheet, table):
    excel.put("Actions!A6", "below")
    table.rows.add(["M.1.1.5", "5.00", "REJECTED", None, None])
    assert sheet.range("A6:A7").value == ["M.1.1.5", "below"]
    table.rows[0].delete()
    assert sheet.range("A2:A6").value == ["M.1.1.2", "M.1.1.3", "M.1.1.4", "M.1.1.5", "below"]
    assert len(table.rows) == 4


def test_tables_are_made_from_a_range(book):
    made = book.sheets["Start"].tables.add(book.sheets["Start"].range("A1:A2"), name="Made", table_style_name="Light")
    assert (made.name, made.table_style) == ("Made", "Light")
    assert book.sheets["Start"].range("Made").address == "$A$2"


def test_filters_hide_rows_and_say_so(excel, sheet, table):
    assert table.api.AutoFilter.FilterMode is False
    excel.filter("Actions", "Reason", ["REJECTED"])
    assert table.api.AutoFilter.FilterMode is True
    assert [sheet.range(f"A{row}").rows.hidden for row in range(2, 6)] == [False, True, False, True]
    shown = table.data_body_range.get_special_cells("visible")
    assert [area.address for area in shown] == ["$A$2:$E$2", "$A$4:$E$4"]
    table.api.AutoFilter.ShowAllData()
    assert len(table.data_body_range.get_special_cells("visible")) == 1


def test_filters_spoil_what_is_written_across_them(excel, sheet):
    excel.filter("Actions", "Reason", ["REJECTED"])
    sheet.range("E2:E5").value = [["one"], ["two"], ["three"], ["four"]]
    assert excel.peek("Actions!E2:E5") == [["one"], [None], ["one"], [None]]


def test_filters_leave_alone_what_is_written_elsewhere(excel, sheet):
    excel.filter("Actions", "Reason", ["REJECTED"])
    sheet.range("E7:E8").value = [["one"], ["two"]]
    assert excel.peek("Actions!E7:E8") == [["one"], ["two"]]


def test_filters_are_not_the_same_as_rows_that_a_person_hid(excel, sheet):
    excel.hide_rows("Actions", [3])
    assert sheet.range("A3").rows.hidden is True
    sheet.range("E2:E4").value = [["one"], ["two"], ["three"]]
    assert excel.peek("Actions!E2:E4") == [["one"], ["two"], ["three"]]
    sheet.range("A3").api.EntireRow.Hidden = False
    assert sheet.range("A3").rows.hidden is False


def test_filters_are_set_by_xlwings_too(sheet, table):
    table.autofilter.apply_values(3, ["ORDER_UPDATE"])
    assert sheet.range("A2:A5").api.EntireRow.Hidden is None
    assert table.autofilter.criteria[2].type == "values"
    table.show_autofilter = False
    assert table.api.AutoFilter is None
    assert sheet.range("A2:A5").api.EntireRow.Hidden is False


def test_filters_of_a_sheet_are_the_business_of_the_sheet(book):
    start = book.sheets["Start"]
    start.range("A1:A3").value = [["head"], ["x"], ["y"]]
    start.range("A1:A3").autofilter.apply_comparison(1, "equal_to", "x")
    assert (start.api.FilterMode, start.range("A3").rows.hidden) == (True, True)
    start.api.AutoFilterMode = False
    assert (start.api.FilterMode, start.range("A3").rows.hidden) == (False, False)


def test_protection_refuses_locked_cells_and_takes_unlocked_ones(excel, sheet):
    excel.unlock("Actions!A2:C5")
    excel.protect("Actions")
    sheet.range("A2:C2").value = ["M.1.1.9", "9.00", "REJECTED"]
    for change in (
        lambda: setattr(sheet.range("C2:D2"), "raw_value", "x"),
        sheet.range("D2").clear_contents,
        lambda: setattr(sheet.range("A2"), "number_format", "0"),
    ):
        with pytest.raises(com_error, match="protected sheet"):
            change()
    assert excel.peek("Actions!A2:C2") == [["M.1.1.9", 9.0, "REJECTED"]]


def test_protection_against_people_only_still_covers_the_table(excel, sheet, table):
    excel.protect("Actions", people_only=True)
    sheet.range("D2").value = "written"
    with pytest.raises(com_error, match="protected sheet"):
        table.resize(sheet.range("A1:E9"))
    with pytest.raises(com_error, match="protected sheet"):
        table.rows.add()


def test_protection_against_people_only_is_asked_for_by_programs(sheet):
    sheet.api.Protect(UserInterfaceOnly=True)
    sheet.range("D2").value = "written"
    assert (sheet.api.ProtectContents, sheet.api.ProtectionMode) == (True, True)


def test_protection_goes_with_the_right_password(sheet):
    sheet.api.Protect(Password="secret", UserInterfaceOnly=False)
    assert sheet.api.ProtectContents is True
    with pytest.raises(com_error, match="password"):
        sheet.api.Unprotect("wrong")
    sheet.api.Unprotect("secret")
    assert sheet.api.ProtectContents is False
