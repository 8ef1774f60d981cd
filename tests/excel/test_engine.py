"""What a spreadsheet program hands over, cell by cell, without the program."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from action_returns.batch.cells import CellError
from action_returns.excel import engine

FIRST_ERROR = -2146828288
"""An error of Excel's as COM hands it over: this and its number in XlCVError (Excel VBA reference)."""


def cells_of(engine_name, **facts):
    """A range of one of xlwings' engines."""
    impl = type("Range", (), {"__module__": f"xlwings.{engine_name}"})()
    return SimpleNamespace(impl=impl, **facts)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (2000, "#NULL!"),
        (2007, "#DIV/0!"),
        (2015, "#VALUE!"),
        (2023, "#REF!"),
        (2029, "#NAME?"),
        (2036, "#NUM!"),
        (2042, "#N/A"),
        (2999, "#ERROR"),
    ],
)
def test_every_error_of_excel_is_named_as_excel_shows_it(number, shown):
    api = SimpleNamespace(Value2=FIRST_ERROR + number, Value=FIRST_ERROR + number)
    assert engine.read_cells(cells_of("_xlwindows", api=api)) == [[CellError("error", shown)]]


def test_an_amount_keeps_every_decimal_and_a_date_stays_a_date():
    moment = datetime(2026, 5, 12, 8, 30, 1)  # noqa: DTZ001  # a sheet knows no time zones
    api = SimpleNamespace(Value2=((12.34567, 46154.35418, None, "0"),), Value=((12.3457, moment, None, "0"),))
    assert engine.read_cells(cells_of("_xlwindows", api=api)) == [[12.34567, moment, None, "0"]]


NO_VALUE, SPILL = CellError("error", "#N/A"), CellError("error", "#SPILL!")


@pytest.mark.parametrize(
    ("values", "shown", "read"),
    [
        ([["M.1", None], [None, 5.0]], [["M.1", "#N/A"], ["", "5"]], [["M.1", NO_VALUE], [None, 5.0]]),
        (None, "#SPILL!", [[SPILL]]),
        ([["#N/A", 5.0]], "not asked for", [["#N/A", 5.0]]),
    ],
)
def test_on_a_mac_an_error_is_told_from_a_blank_cell(values, shown, read):
    api = SimpleNamespace(string_value=SimpleNamespace(get=lambda: shown))
    assert engine.read_cells(cells_of("_xlmac", raw_value=values, api=api)) == read


@pytest.mark.parametrize("on", [True, False])
def test_on_a_mac_a_filter_that_is_on_is_seen(on):
    sheet = SimpleNamespace(api=SimpleNamespace(filter_mode=SimpleNamespace(get=lambda: on)))
    assert engine.filter_is_on(cells_of("_xlmac", parent=sheet)) is on


def answering(value):
    """A property of appscript, which is asked with get()."""
    return SimpleNamespace(get=lambda: value)


@pytest.mark.parametrize("shown", [True, False])
def test_on_a_mac_a_row_of_totals_is_seen(shown):
    assert engine.has_totals(cells_of("_xlmac", api=SimpleNamespace(total=answering(shown)))) is shown
    assert not engine.has_totals(cells_of("_xlmac", api=SimpleNamespace(total=answering(object()))))


@pytest.mark.parametrize(("code", "known"), [("@", "@"), (object(), None)])
def test_on_a_mac_the_number_format_is_asked_for(code, known):
    assert engine.number_format(cells_of("_xlmac", api=SimpleNamespace(number_format=answering(code)))) == known


def test_on_a_mac_nothing_is_known_of_hidden_rows_and_columns():
    cells = cells_of("_xlmac")
    assert engine.some_rows_are_hidden(cells) is False
    assert engine.columns_are_hidden(cells) is False


def test_on_a_mac_a_sheet_is_protected_with_what_stays_allowed():
    done = []
    api = SimpleNamespace(
        unprotect=lambda: done.append("unprotected"), protect_worksheet=lambda **allowed: done.append(allowed)
    )
    sheet = cells_of("_xlmac", api=api)
    engine.unprotect(sheet)
    engine.protect(sheet)
    allowed = dict.fromkeys(("filtering", "sorting", "formatting_columns", "formatting_rows"), True)
    assert done == ["unprotected", {f"allow_{name}": yes for name, yes in allowed.items()}]
