"""The fake Excel runs under xlwings' own engine, counts every access, refuses when told to, and leaves nothing behind."""

import math
import subprocess
import sys

import pytest
import xlwings as xw

from tests.hosts.fake_com import HIDDEN, NotModelledError, fake_excel
from tests.hosts.fake_com.com import BrokenFakeError, com_error


def counted(excel, action):
    excel.calls.clear()
    action()
    return excel.calls.copy()


def test_the_engine_is_the_one_that_xlwings_uses_on_windows(book):
    assert type(book.impl).__module__ == "xlwings._xlwindows"
    assert [engine.name for engine in xw.engines] == ["excel"]
    assert xw.books["Returns.xlsm"] == book


def test_the_engine_finds_the_caller_by_its_window_when_two_excels_have_a_book_of_that_name(excel, book):
    other = excel.another_instance()
    twin = other.add_workbook({"Twin": []}, name="Returns.xlsm")
    with other.clicked(twin):
        assert xw.Book.caller().sheet_names == ["Twin"]
    with excel.clicked(book):
        assert xw.Book.caller().sheet_names == ["Actions", "Start", "_meta"]
    assert len(xw.apps) == 2


def test_the_engine_takes_a_book_as_the_caller_that_a_test_names(book):
    book.set_mock_caller()
    assert xw.Book.caller() == book


@pytest.mark.usefixtures("book")
def test_the_engine_has_no_caller_otherwise():
    with pytest.raises(Exception, match="must not be called directly"):
        xw.Book.caller()


@pytest.mark.usefixtures("excel")
def test_the_engine_does_not_see_an_excel_without_a_book():
    assert len(xw.apps) == 0


def test_the_engine_may_not_start_another_excel():
    with pytest.raises(NotModelledError, match="new instance"), fake_excel():
        xw.App()


def test_the_engine_kills_no_zombies_when_it_quits(excel, book, monkeypatch):
    monkeypatch.setattr(subprocess, "run", pytest.fail)
    book.app.quit()
    assert excel.cleanups == 1


def test_afterwards_everything_is_as_it_was():
    before = everything_touched()
    with fake_excel() as excel:
        book = excel.add_workbook({"Actions": []})
        book.set_mock_caller()
        xw._xlwindows.N_COM_ATTEMPTS = 3
        with excel.clicked(book):
            assert everything_touched() != before
    assert everything_touched() == before
    with fake_excel():
        assert xw._xlwindows.N_COM_ATTEMPTS == 0


def test_afterwards_everything_is_as_it_was_also_after_an_error():
    before = everything_touched()
    with pytest.raises(ZeroDivisionError), fake_excel() as excel:
        excel.add_workbook({"Actions": [[1 / 0]]}).set_mock_caller()
    assert everything_touched() == before


def test_afterwards_modules_that_were_imported_meanwhile_stay(monkeypatch):
    name = "this_is_imported_meanwhile"
    with fake_excel():
        monkeypatch.setitem(sys.modules, name, sys)
    assert name in sys.modules


def test_afterwards_the_workbooks_of_one_test_are_unknown_to_the_next():
    with fake_excel() as excel:
        excel.add_workbook({"Actions": []})
    with fake_excel() as excel:
        excel.add_workbook({"Other": []})
        assert [book.sheet_names for book in xw.books] == [["Other"]]


def test_afterwards_no_excel_is_killed_when_python_ends():
    code = (
        "from tests.hosts.fake_com import fake_excel\n"
        "import xlwings\n"
        "with fake_excel(): engine = xlwings._xlwindows\n"
        "engine.Apps.cleanup = staticmethod(lambda: print('killed'))\n"
        "assert vars(xlwings).get('_xlwindows') is not engine"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == ""


def everything_touched():
    names = ("pywintypes", "pythoncom", "win32api", "win32com", "win32com.client", "xlwings._xlwindows")
    return (
        [sys.modules.get(name) for name in names],
        vars(xw).get("_xlwindows"),
        vars(xw.Book).get("_mock_caller"),
        (xw.engines.active, list(xw.engines.engines), dict(xw.engines.engines_by_name)),
        (xw.main.sys.platform, xw.utils.sys.platform),
        list(sys.argv),
    )


def test_counting_names_gets_puts_and_calls_apart(excel, sheet):
    assert counted(excel, lambda: sheet.range("A2").api.Value2) == {"Worksheet.Range()": 1, "Range.Value2": 1}
    assert counted(excel, lambda: setattr(sheet, "visible", True)) == {"Worksheet.Visible=": 1}
    assert counted(excel, sheet.range("A2").select) == {"Range.Select()": 1}


def test_counting_includes_what_an_iteration_fetches(excel, book):
    fetched = {"Workbook.Worksheets": 1, "Sheets.<enumerator>": 1, "Sheets.<next>": 4, "Worksheet.Name": 3}
    assert counted(excel, lambda: book.sheet_names) == fetched


@pytest.mark.usefixtures("book")
def test_counting_leaves_out_what_the_test_itself_does(excel):
    excel.put("Actions!A2", 1)
    excel.peek("Actions!A1:C3")
    excel.filter("Actions", "Reason", ["REJECTED"])
    excel.hide_rows("Start", [1])
    excel.select("Actions!A2")
    excel.protect("Actions")
    excel.show("Start", HIDDEN)
    assert excel.calls.total() == 0


@pytest.mark.parametrize(
    ("accesses", "read"),
    [
        (16, lambda table: table.data_body_range.value),
        (16, lambda table: table.data_body_range.options(ndim=2, err_to_str=True).value),
        (6, lambda table: table.data_body_range.raw_value),
        (2, lambda table: table.api.DataBodyRange.Value2),
    ],
)
def test_counting_tells_what_reading_a_table_costs(excel, table, accesses, read):
    assert counted(excel, lambda: read(table)).total() == accesses


@pytest.mark.parametrize("rows", [2, 400])
@pytest.mark.parametrize(("name", "accesses"), [("value", 105), ("raw_value", 1)])
def test_counting_tells_what_writing_a_block_costs_however_large_it_is(excel, sheet, rows, name, accesses):
    target = sheet.range(f"E2:F{rows + 1}")
    assert counted(excel, lambda: setattr(target, name, [["a", "b"]] * rows)).total() == accesses
    assert excel.peek(f"Actions!E{rows + 1}:F{rows + 1}") == [["a", "b"]]


def test_counting_tells_what_a_message_and_the_caller_cost(excel, book):
    assert counted(excel, lambda: book.app.alert("Done.")) == {"Workbook.Application": 1, "Application.Hwnd": 1}
    with excel.clicked(book):
        accesses = {"Window.Application": 1, "Application.Workbooks": 1, "Workbooks()": 1}
        assert counted(excel, xw.Book.caller) == accesses


def test_a_busy_excel_is_asked_again_by_xlwings(excel, sheet):
    excel.busy(3)
    assert sheet.range("A1").raw_value == "ActionId"
    assert excel.refused == {"Worksheet.Range()": 3}
    excel.busy(2)
    sheet.range("E2").api.Value2 = "written"
    assert excel.peek("Actions!E2") == "written"


def test_a_refused_access_is_not_counted(excel, sheet):
    excel.busy(3)
    assert counted(excel, lambda: sheet.range("A1").raw_value).total() == 2


def test_an_excel_that_stays_busy_is_given_up_when_attempts_are_limited(excel, sheet):
    xw._xlwindows.N_COM_ATTEMPTS = 5
    excel.busy(math.inf)
    with pytest.raises(com_error) as refused:
        _ = sheet.range("A1").raw_value
    assert refused.value.hresult == -2147418111
    assert excel.refused.total() == 5


def test_somebody_who_types_is_waited_for_when_writing(excel, sheet):
    target = sheet.range("E2")
    excel.busy(4, "editing", on=("put",))
    target.raw_value = "written"
    assert (excel.refused, excel.peek("Actions!E2")) == ({"Range.Value=": 4}, "written")


def test_somebody_who_types_makes_reading_fail_at_once(excel, sheet):
    target = sheet.range("E2")
    excel.busy(1, "editing")
    with pytest.raises(com_error) as refused:
        _ = target.raw_value
    assert refused.value.args == (-2146777998, "OLE error 0x800ac472", None, None)


def test_an_excel_that_was_closed_is_gone(excel, sheet):
    excel.busy(math.inf, "gone")
    with pytest.raises(com_error) as refused:
        _ = sheet.range("A1").raw_value
    assert refused.value.hresult == -2147023174


def test_what_is_missing_is_told_at_once():
    with pytest.raises(NotModelledError, match=r"Worksheet.Shapes"), fake_excel() as excel:
        _ = excel.add_workbook({"A": []}).sheets[0].api.Shapes


@pytest.mark.parametrize("name", ["Nothing", "Index", "Activate"])
def test_what_is_missing_cannot_be_written_either(name):
    with pytest.raises(NotModelledError, match=f"Worksheet.{name}="), fake_excel() as excel:
        setattr(excel.add_workbook({"A": []}).sheets[0].api, name, 1)


def test_what_is_missing_is_told_at_the_end_to_those_who_did_not_listen():
    def careless(book):
        try:
            _ = book.sheets[0].api.Shapes
        except Exception:  # noqa: BLE001 - as code does that must never fail
            return

    with pytest.raises(NotModelledError, match=r"Worksheet.Shapes"), fake_excel() as excel:
        careless(excel.add_workbook({"A": []}))


def test_what_is_missing_in_the_fake_itself_does_not_make_xlwings_ask_for_ever(excel, sheet):
    del excel.application.active_sheet.grid
    with pytest.raises(BrokenFakeError, match="grid"):
        _ = sheet.range("A1").raw_value


def test_what_is_missing_under_a_small_name_is_unknown_as_in_excel(sheet):
    with pytest.raises(com_error) as unknown:
        _ = sheet.api.shapes
    assert unknown.value.hresult == -2147352570
