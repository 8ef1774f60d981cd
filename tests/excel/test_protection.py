"""What is asked about sheets that the user protected or hid, and what is done about them, on each system."""

from types import SimpleNamespace

import pytest

from action_returns.errors import SheetProtectedError
from action_returns.excel.engine import show_all_rows
from action_returns.excel.protection import is_protected, is_visible, own_sheet_open, protection_explained
from tests.hosts.fake_com import HIDDEN, VERY_HIDDEN, fake_excel


def on_a_mac(**facts):
    """A sheet of xlwings' engine for a Mac."""
    implementation = type("Implementation", (), {"__module__": "xlwings._xlmac"})()
    return SimpleNamespace(impl=implementation, **facts)


def answering(value):
    return SimpleNamespace(get=lambda: value)


@pytest.fixture
def excel():
    with fake_excel() as running:
        yield running


@pytest.fixture
def sheet(excel):
    return excel.add_workbook({"Sheet": [["a"]], "Other": [["b"]]}).sheets["Sheet"]


@pytest.mark.parametrize("answer", [True, False])
def test_a_mac_is_asked_in_its_own_words(answer):
    assert is_protected(on_a_mac(api=SimpleNamespace(protect_contents=answering(answer)))) is answer
    assert is_visible(on_a_mac(visible=answer)) is answer


def test_on_a_mac_a_filter_is_cleared_for_the_sheet_of_a_table():
    done = []
    sheet = SimpleNamespace(api=SimpleNamespace(show_all_data=lambda: done.append("shown")))
    show_all_rows(on_a_mac(parent=sheet))
    assert done == ["shown"]


@pytest.mark.parametrize(("visibility", "seen"), [(-1, True), (HIDDEN, False), (VERY_HIDDEN, False)])
def test_a_sheet_that_is_hidden_in_either_way_is_not_visible(excel, sheet, visibility, seen):
    excel.show("Sheet", visibility)
    assert is_visible(sheet) is seen


def test_a_sheet_of_the_program_is_protected_again_whatever_happened(sheet):
    sheet.api.Protect()
    with own_sheet_open(sheet, "Sheet"):
        assert not is_protected(sheet)
    assert is_protected(sheet)
    with pytest.raises(ZeroDivisionError), own_sheet_open(sheet, "Sheet"):
        raise ZeroDivisionError
    assert is_protected(sheet)


def test_a_password_of_the_user_stays_and_nothing_is_done_in_the_sheet(excel, sheet):
    excel.protect("Sheet", "x")
    done = []
    with pytest.raises(SheetProtectedError, match="The sheet Sheet is protected"), own_sheet_open(sheet, "Sheet"):
        done.append("written")
    assert done == []
    sheet.api.Unprotect("x")
    assert not is_protected(sheet)


def test_only_a_refusal_on_a_protected_sheet_is_put_down_to_that(sheet):
    with pytest.raises(ZeroDivisionError), protection_explained(sheet, "Sheet"):
        raise ZeroDivisionError
    sheet.api.Protect()
    with pytest.raises(SheetProtectedError), protection_explained(sheet, "Sheet"):
        sheet.range("A1").value = "written"


def test_an_excel_that_is_busy_is_not_taken_for_a_protected_sheet(excel, sheet, monkeypatch):
    monkeypatch.setattr("xlwings._xlwindows.N_COM_ATTEMPTS", 1)
    sheet.api.Protect()
    cell = sheet.range("A1")
    excel.busy(1, "editing")
    with pytest.raises(Exception, match=r"-2146777998") as caught, protection_explained(sheet, "Sheet"):
        cell.value = "written"
    assert not isinstance(caught.value, SheetProtectedError)
