"""Cells of the fake Excel take and give values, and are found, as those of Excel."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest

from tests.hosts.fake_com import NotModelledError, cell_error, fake_excel
from tests.hosts.fake_com.com import com_error
from tests.hosts.fake_com.grid import Grid


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("00123", 123.0),
        ("-3e2", -300.0),
        ("1,234.50", 1234.5),
        ("12%", 0.12),
        ("$4.50", 4.5),
        ("true", True),
        ("#N/A", -2146826246),
        ("1/2/2026", 46024.0),
        ("2026-01-02", 46024.0),
        ("13/13/2026", "13/13/2026"),
        ("'0042", "0042"),
        ("M.1.1.1", "M.1.1.1"),
        ("", None),
    ],
)
def test_text_is_understood_as_if_it_was_typed(sheet, typed, held):
    sheet.range("H1").value = typed
    assert sheet.range("H1").api.Value2 == held


def test_a_text_cell_keeps_text_and_makes_text_of_a_number(sheet):
    texts = ["00123", "=1+1", "=>", "-17.50 over", "@a", "'b", "1/2", "TRUE"]
    sheet.range("H1:P1").number_format = "@"
    sheet.range("H1:P1").raw_value = [[*texts, 5]]
    assert sheet.range("H1:P1").value == [*texts, "5"]


def test_a_text_cell_may_hide_an_apostrophe_in_front_as_other_cells_do(sheet, monkeypatch):
    monkeypatch.setattr(Grid, "hides_apostrophes_in_text_cells", True)
    sheet.range("H1").number_format = "@"
    sheet.range("H1").raw_value = "''b"
    assert sheet.range("H1").value == "'b"


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("=A1&B1", "=A1&B1"),
        ("+A1", "=+A1"),
        ("-A1*2", "=-A1*2"),
        ("@SUM(A1:A2)", "=SUM(A1:A2)"),
        ('=HYPERLINK("#Actions!B7","Go (B7")', '=HYPERLINK("#Actions!B7","Go (B7")'),
    ],
)
def test_a_text_that_is_a_formula_becomes_one_outside_of_text_cells(sheet, text, formula):
    sheet.range("H1").raw_value = text
    assert sheet.range("H1").formula == formula


@pytest.mark.parametrize("text", ["=", "+", "-", "@"])
def test_a_sign_alone_opens_no_formula(sheet, text):
    sheet.range("H1").raw_value = text
    assert sheet.range("H1").value == text


@pytest.mark.parametrize("text", ["=>", "=1+", "=(1", "=1)", '="a', "-17.50 over 2", "==1"])
def test_a_text_that_opens_a_formula_and_is_none_keeps_the_whole_block_out(sheet, text):
    with pytest.raises(com_error, match="problem with this formula"):
        sheet.range("H1:H2").raw_value = [["first"], [text]]
    assert sheet.range("H1:H2").value == [None, None]


def test_a_format_reaches_every_area_of_a_range(sheet):
    sheet.range("A2:B3,D5").number_format = "@"
    assert [sheet.range(place).number_format for place in ("A2:B3", "D5", "C3")] == ["@", "@", "General"]


def test_a_column_of_a_file_lends_its_format_to_cells_that_were_never_written(excel, tmp_path):
    made = openpyxl.Workbook()
    made.active.column_dimensions["B"].number_format = "@"
    made.active["B1"] = "plain"
    made.save(tmp_path / "columns.xlsx")
    sheet = excel.open_workbook(tmp_path / "columns.xlsx").sheets[0]
    assert [sheet.range(place).number_format for place in ("B1", "B99", "C99")] == ["General", "@", "General"]


def test_an_error_is_nothing_unless_it_is_asked_for(excel, sheet):
    excel.put("Actions!B2", cell_error("#DIV/0!"))
    cell = sheet.range("B2")
    assert cell.value is None
    assert cell.options(err_to_str=True).value == "#DIV/0!"
    assert cell.options(ndim=2, err_to_str=True).value == [["#DIV/0!"]]
    assert (cell.raw_value, cell.api.Value2) == (-2146826281, -2146826281)


def test_the_code_of_an_error_that_a_program_writes_stays_a_number(sheet):
    sheet.range("H1").value = -2146826246
    assert sheet.range("H1").value == -2146826246.0


def test_currency_is_a_decimal_of_four_places_and_value2_the_whole_number(excel, sheet):
    excel.put("Actions!B2", Decimal("12.34567"))
    assert sheet.range("B2").value == Decimal("12.3457")
    assert isinstance(sheet.range("B2").raw_value, Decimal)
    assert sheet.range("B2").api.Value2 == 12.34567


def test_a_decimal_that_a_program_writes_becomes_currency_and_loses_places(sheet):
    sheet.range("H1").value = Decimal("0.00005")
    assert sheet.range("H1").number_format == "$#,##0.00"
    assert sheet.range("H1").api.Value2 == 0.0


def test_an_integer_of_more_than_32_bits_is_not_written_because_excel_has_no_such_type():
    with pytest.raises(NotModelledError, match="more than 32 bits"), fake_excel() as excel:
        excel.add_workbook({"A": []}).sheets[0].range("A1:B1").raw_value = [["M.1.1.1", 2**53 + 1]]


def test_a_time_without_a_zone_is_not_written_because_pywin32_would_move_it():
    moment = dt.datetime(2026, 7, 12, 14)  # noqa: DTZ001 - it is what this is about
    with pytest.raises(NotModelledError, match="without a zone"), fake_excel() as excel:
        excel.add_workbook({"A": []}).sheets[0].range("A1").raw_value = moment


def test_a_date_is_a_datetime_and_value2_its_serial_number(excel, sheet):
    excel.put("Actions!B2", dt.datetime(2026, 11, 23, 12, 30))  # noqa: DTZ001 - cells know no time zone
    cell = sheet.range("B2")
    assert cell.value == dt.datetime(2026, 11, 23, 12, 30)  # noqa: DTZ001 - the same
    assert cell.raw_value.utcoffset() == dt.timedelta(0)
    assert cell.api.Value2 == pytest.approx(46349 + 12.5 / 24)


def test_a_date_that_a_program_writes_gets_the_format_of_one(sheet):
    sheet.range("H1").value = dt.date(2026, 1, 2)
    assert (sheet.range("H1").number_format, sheet.range("H1").api.Value2) == ("m/d/yyyy", 46024.0)


@pytest.mark.parametrize("name", ["Value", "Value2", "Formula"])
def test_a_block_is_written_by_every_property(sheet, name):
    block = (("a", 1.0), (None, True))
    setattr(sheet.range("H1:I2").api, name, block)
    assert sheet.range("H1:I2").api.Value2 == block


def test_one_value_goes_everywhere_and_what_is_missing_is_na(sheet):
    sheet.range("H1:I2").raw_value = 7
    assert sheet.range("H1:I2").value == [[7.0, 7.0], [7.0, 7.0]]
    sheet.range("H1:I2").raw_value = [["x"]]
    assert sheet.range("H1:I2").options(err_to_str=True).value == [["x", "#N/A"], ["#N/A", "#N/A"]]
    sheet.range("H1:I2").raw_value = ["flat", "list"]
    assert sheet.range("H1:I2").value == [["flat", "list"], ["flat", "list"]]


def test_a_block_that_is_written_raw_into_one_cell_loses_the_rest(sheet):
    sheet.range("H1").raw_value = [["a", "b"], ["c", "d"]]
    assert sheet.range("H1:I2").value == [["a", None], [None, None]]


def test_a_single_cell_is_no_block(sheet):
    assert sheet.range("A1").raw_value == "ActionId"
    assert sheet.range("A1:B1").raw_value == (("ActionId", "Amount"),)


def test_what_excel_cannot_hold_is_refused(sheet):
    with pytest.raises(TypeError, match="can not be converted to a COM VARIANT"):
        sheet.range("H1").raw_value = [[object()]]
    with pytest.raises(com_error, match="Application-defined"):
        sheet.range("H1").raw_value = "x" * 32_768
    sheet.range("H1").number_format = "@"
    with pytest.raises(com_error, match="Application-defined"):
        sheet.range("H1").raw_value = "x" * 32_766 + "\N{PACKAGE}"  # two characters to Excel


def test_a_formula_is_kept_as_text_and_not_computed(sheet):
    sheet.range("H1").value = "=1+1"
    assert (sheet.range("H1").formula, sheet.range("H1").value) == ("=1+1", None)
    assert sheet.range("A1").formula == "ActionId"
    assert sheet.range("H1").api.HasFormula is True
    assert sheet.range("A1:D2").api.HasFormula is None
    sheet.range("H1").value = 3
    assert sheet.range("H1").formula == "3"


def test_clearing_contents_leaves_the_format(sheet):
    sheet.range("A2:A3").number_format = "@"
    sheet.range("A2:A3").clear_contents()
    assert (sheet.range("A2:A3").value, sheet.range("A2:A3").number_format) == ([None, None], "@")
    sheet.range("A2:A3").clear()
    assert sheet.range("A2:A3").number_format == "General"


def test_what_differs_from_cell_to_cell_has_no_common_answer(sheet):
    sheet.range("A:A").number_format = "@"
    assert sheet.range("A2:A9").number_format == "@"
    assert sheet.range("A2:B2").number_format is None
    sheet.range("A2").color = (255, 0, 0)
    assert (sheet.range("A2").color, sheet.range("A3").color) == ((255, 0, 0), None)


def test_ranges_are_found_as_in_excel(excel, sheet):
    excel.put("Actions!H9", "alone")
    assert sheet.range("A1").expand().address == "$A$1:$E$5"
    assert sheet.range("A1").expand("down").address == "$A$1:$A$5"
    assert sheet.range("A1").end("down").address == "$A$5"
    assert sheet.range("A5").end("down").address == "$A$1048576"
    assert sheet.range("H1").end("down").address == "$H$9"
    assert sheet.range("B2").current_region.address == "$A$1:$E$5"
    assert sheet.used_range.address == "$A$1:$H$9"


def test_ranges_are_cut_and_moved(sheet):
    body = sheet.range("A2:E5")
    assert body[1:, 0].address == "$A$3:$A$5"
    assert body.columns[1].address == "$B$2:$B$5"
    assert body.rows[0].address == "$A$2:$E$2"
    assert body.resize(2, 2).address == "$A$2:$B$3"
    assert body.offset(1, 1).address == "$B$3:$F$6"
    assert sheet.cells[4, 2].address == "$C$5"
    assert sheet.range((2, 1), (3, 2)).get_address(row_absolute=False, column_absolute=False) == "A2:B3"
    assert sheet.range("A2,C4:D5").api.Areas.Count == 2
    assert sheet.api.Rows("2:3").Address == "$2:$3"


def test_an_address_may_not_be_longer_than_255_characters(sheet):
    with pytest.raises(com_error):
        sheet.range(",".join(f"A{row}" for row in range(1000, 1100)))


def test_names_lead_to_their_range(book, sheet):
    book.names.add("Batch", "=Actions!$B$2:$B$3")
    assert book.names["Batch"].refers_to_range.address == "$B$2:$B$3"
    assert sheet.range("batch").address == "$B$2:$B$3"
    assert ("Batch" in book.names, "Nothing" in book.names) == (True, False)
    book.names.add("Broken", "=#REF!$A$1")
    with pytest.raises(com_error):
        _ = book.names["Broken"].refers_to_range.address
    with pytest.raises(com_error):
        sheet.range("Nothing")


def test_columns_of_a_table_are_found_by_name(sheet):
    assert sheet.range("Actions[Amount]").address == "$B$2:$B$5"
    assert sheet.range("Actions[#All]").address == "$A$1:$E$5"
