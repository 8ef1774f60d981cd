"""Workbooks of the fake Excel come from files and from memory, and what a person sees is kept."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwings as xw
from openpyxl.worksheet.filters import AutoFilter, FilterColumn, Filters
from openpyxl.worksheet.table import Table

from tests.hosts.fake_com import UnansweredError
from tests.hosts.fake_com.com import com_error


def test_workbooks_in_onedrive_have_a_web_address(excel):
    book = excel.add_workbook({"A": []}, name="R.xlsm", location="https://d.docs.live.net/1a2b/Returns")
    assert book.api.FullName == "https://d.docs.live.net/1a2b/Returns/R.xlsm"
    assert book.api.Path == "https://d.docs.live.net/1a2b/Returns"
    with pytest.raises(xw.XlwingsError, match="OneDrive"):
        _ = book.fullname


def test_workbooks_know_whether_they_are_saved(excel, book):
    path = str(Path("/home/ann/Returns.xlsm"))
    assert (book.api.Saved, book.fullname) == (True, path)
    book.sheets[0].range("A2").value = "x"
    assert book.api.Saved is False
    book.save()
    assert (book.api.Saved, excel.saves) == (True, [path])


def test_workbooks_that_were_never_saved_have_no_path(excel):
    assert excel.add_workbook({"A": []}).api.Path == ""


def test_workbooks_that_are_read_only_cannot_be_saved(excel):
    book = excel.add_workbook({"A": []}, location="/home/ann", read_only=True)
    assert book.api.ReadOnly is True
    with pytest.raises(com_error, match="read-only"):
        book.save()


def test_workbooks_are_read_from_a_file(excel, tmp_path):
    book = excel.open_workbook(a_file(tmp_path / "Returns.xlsx"))
    sheet = book.sheets["Actions"]
    table = sheet.tables["Actions"]
    assert table.data_body_range.options(err_to_str=True).value == [
        ["M.1.1.1", 1.5, "REJECTED", "ok"],
        ["M.1.1.2", "2,50", "ORDER_UPDATE", "#N/A"],
        ["M.1.1.3", dt.datetime(2026, 11, 23), None, None],  # noqa: DTZ001 - cells know no time zone
    ]
    assert sheet.range("D3").api.Value2 == -2146826246
    assert sheet.range("D2").formula == "=LEN(A2)"
    assert sheet.range("A2").number_format == "@"
    assert (sheet.range("A3").rows.hidden, sheet.range("A2").rows.hidden) == (True, False)
    assert (table.table_style, sheet.range("A2").hyperlink) == ("TableStyleLight9", "https://example.com/")
    assert sheet.range("A6:B6").merge_cells is True
    assert [one.api.Visible for one in book.sheets] == [-1, 2]
    assert book.names["Batch"].refers_to_range.value == "0001"
    assert book.sheets["_meta"].api.ProtectContents is True
    assert (book.name, book.fullname, book.api.Saved) == ("Returns.xlsx", str(tmp_path / "Returns.xlsx"), True)


def test_workbooks_keep_a_filter_that_came_with_the_file(excel, tmp_path):
    source = openpyxl.Workbook()
    for row in (["ActionId", "Amount", "Reason"], ["M.1", "1", "REJECTED"], ["M.2", "2", "ORDER_UPDATE"]):
        source.active.append(row)
    table = Table(displayName="Actions", ref="A1:C3", autoFilter=AutoFilter(ref="A1:C3"))
    table.autoFilter.filterColumn.append(FilterColumn(colId=2, filters=Filters(filter=["REJECTED"])))
    source.active.add_table(table)
    source.active.row_dimensions[3].hidden = True
    source.save(tmp_path / "filtered.xlsx")
    sheet = excel.open_workbook(tmp_path / "filtered.xlsx").sheets[0]
    assert sheet.tables["Actions"].api.AutoFilter.FilterMode is True
    sheet.tables["Actions"].api.AutoFilter.ShowAllData()
    assert sheet.range("A2:A3").api.EntireRow.Hidden is False


def test_workbooks_are_opened_through_xlwings(book, tmp_path):
    opened = book.app.books.open(a_file(tmp_path / "Returns.xlsx"), read_only=True)
    assert (opened.api.ReadOnly, xw.books.active) == (True, opened)


def a_file(path):
    with xlsxwriter.Workbook(path) as book:
        sheet, meta = book.add_worksheet("Actions"), book.add_worksheet("_meta")
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
        headers = [{"header": name} for name in ("ActionId", "Amount", "Reason", "Check")]
        sheet.add_table("A1:D4", {"name": "Actions", "columns": headers, "style": "Table Style Light 9"})
        sheet.write_url("A2", "https://example.com/", text, "M.1.1.1")
        sheet.write_row("B2", [1.5, "REJECTED"])
        sheet.write_formula("D2", "=LEN(A2)", None, "ok")
        sheet.write_row("A3", ["M.1.1.2", "2,50", "ORDER_UPDATE"])
        sheet.write_formula("D3", "=NA()", None, "#N/A")
        sheet.write("A4", "M.1.1.3")
        sheet.write_datetime("B4", dt.date(2026, 11, 23), day)
        sheet.merge_range("A6:B6", "merged")
        sheet.set_row(2, None, None, {"hidden": True})
        meta.write("B1", "0001")
        meta.very_hidden()
        meta.protect()
        book.define_name("Batch", "=_meta!$B$1")
    return path


def test_alerts_are_kept_with_the_button_that_was_pressed(excel, book):
    excel.answer("yes", "cancel")
    assert book.app.alert("Checked.", "Action Returns", mode="info") == "ok"
    assert book.app.alert("Send 4 rows?", buttons="yes_no") == "yes"
    assert book.app.alert("Sure?", buttons="ok_cancel", mode="critical") == "cancel"
    assert excel.alerts[0] == ("Checked.", "Action Returns", ("ok",), "info", "ok")
    assert [(alert.text, alert.answer) for alert in excel.alerts[1:]] == [
        ("Send 4 rows?", "yes"),
        ("Sure?", "cancel"),
    ]


def test_a_question_without_an_answer_fails_the_test(book):
    with pytest.raises(UnansweredError, match="Send"):
        book.app.alert("Send?", buttons="yes_no")


def test_an_answer_that_has_no_button_fails_the_test(excel, book):
    excel.answer("yes")
    with pytest.raises(UnansweredError, match="yes"):
        book.app.alert("Send?", buttons="ok_cancel")


def test_files_and_texts_are_asked_for(excel, book):
    excel.answer("/home/ann/pending.csv", None, "4")
    assert book.app.api.GetOpenFilename("CSV (*.csv),*.csv", Title="Pending") == "/home/ann/pending.csv"
    assert book.app.api.GetSaveAsFilename("out.csv") is False
    assert book.app.api.InputBox("How many rows?", "Confirm") == "4"
    assert [(prompt.kind, prompt.title) for prompt in excel.prompts] == [
        ("open", "Pending"),
        ("save", "Save As"),
        ("input", "Confirm"),
    ]


def test_the_application_is_as_before_after_a_change_of_its_properties(book):
    app = book.app
    changes = {
        "screen_updating": False,
        "enable_events": False,
        "display_alerts": False,
        "interactive": False,
        "calculation": "manual",
        "status_bar": "Checking ...",
    }
    before = {name: getattr(app, name) for name in changes}
    with app.properties(**changes):
        assert {name: getattr(app, name) for name in changes} == changes
    assert {name: getattr(app, name) for name in changes} == before
    assert app.api.Ready is True
