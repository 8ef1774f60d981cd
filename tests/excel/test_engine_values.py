"""What becomes of values that Excel hands over through pywin32, from the cell to the verdict."""

from datetime import datetime
from decimal import Decimal

import pytest

from action_returns.batch.cells import CellError
from action_returns.excel import engine
from tests.excel.desk import GOOD
from tests.hosts.fake_com import cell_error
from tests.hosts.fake_com.com import com_error

DAY, MONEY = "yyyy-mm-dd", "$#,##0.00"
NOT_SHOWN = CellError("error", "########")


@pytest.fixture
def sheet(excel):
    return excel.add_workbook({"Actions": []}).sheets[0]


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [
        (46154.0, DAY, datetime(2026, 5, 12)),  # noqa: DTZ001  # a sheet has no time zones
        (46154.5, "h:mm", datetime(2026, 5, 12, 12)),  # noqa: DTZ001
        (12.345, MONEY, 12.345),
        (Decimal("12.34567"), None, 12.34567),
        (922_337_203_685_477.5, MONEY, 922_337_203_685_477.5),
        (cell_error("#N/A"), DAY, CellError("error", "#N/A")),
        (cell_error("#DIV/0!"), MONEY, CellError("error", "#DIV/0!")),
        (True, None, True),
        (None, DAY, None),
        ("12.50", "@", "12.50"),
        ("a\0b", "@", "a\0b"),
        (9_007_199_254_740_993.0, None, 9_007_199_254_740_992.0),
        (3_000_000.0, DAY, NOT_SHOWN),
        (-5.0, DAY, NOT_SHOWN),
        (-693_555.0, DAY, NOT_SHOWN),
    ],
)
def test_a_cell_is_read_exactly(excel, sheet, value, number_format, read):
    excel.put("Actions!A1", value, number_format=number_format)
    (found,) = engine.read_cells(sheet.range("A1:A1"))[0]
    assert (type(found), found) == (type(read), read)


def test_a_number_that_is_no_date_keeps_no_other_cell_from_being_read(excel, sheet):
    rows = [
        ["M.1", 12.345, 46154.0, None],
        [7.0, 3_000_000.0, 1e9, "x"],
        [cell_error("#N/A"), 46154.0, -1.0, True],
        [8.0, 9.0, 46155.25, 46156.0],
    ]
    for row, cells in enumerate(rows, start=1):
        for letter, cell in zip("ABCD", cells, strict=True):
            excel.put(f"Actions!{letter}{row}", cell)
    sheet.range("B2:C3").number_format = DAY
    sheet.range("C1:C4").number_format = DAY
    day = datetime(2026, 5, 12)  # noqa: DTZ001  # a sheet has no time zones
    assert engine.read_cells(sheet.range("A1:D4")) == [
        ["M.1", 12.345, day, None],
        [7.0, NOT_SHOWN, NOT_SHOWN, "x"],
        [CellError("error", "#N/A"), day, NOT_SHOWN, True],
        [8.0, 9.0, datetime(2026, 5, 13, 6), 46156.0],  # noqa: DTZ001
    ]


def test_a_date_of_a_book_that_counts_from_1904_is_the_same_beside_a_number_that_is_no_date(excel, sheet):
    excel.put("Actions!A1", 46154.0 - 1462, number_format=DAY)
    sheet.book.api.from_1904 = True
    day = datetime(2026, 5, 12)  # noqa: DTZ001  # a sheet has no time zones
    assert engine.read_cells(sheet.range("A1:A1")) == [[day]]
    excel.put("Actions!A2", 3_000_000.0, number_format=DAY)
    assert engine.read_cells(sheet.range("A1:A2")) == [[day], [NOT_SHOWN]]


def test_a_column_of_numbers_that_are_no_dates_costs_no_more_calls_than_a_short_one(excel, sheet):
    costs = []
    for rows in (3, 300):
        area = sheet.range(f"A1:B{rows}")
        area.value = [["M.1.1.1", 3_000_000.0 + row] for row in range(rows)]
        sheet.range("B:B").number_format = DAY
        excel.calls.clear()
        assert engine.read_cells(area) == [["M.1.1.1", NOT_SHOWN]] * rows
        costs.append(excel.calls.total())
    assert costs[0] == costs[1] < 30


def test_a_refusal_of_excel_is_not_taken_for_a_date(excel, sheet):
    excel.put("Actions!A1", 3_000_000.0, number_format=DAY)
    cells = sheet.range("A1:A1")
    _ = cells.api
    excel.busy(2, "gone", on=("get",))
    with pytest.raises(com_error):
        engine.read_cells(cells)


@pytest.mark.parametrize(
    ("place", "value", "number_format", "verdict"),
    [
        ("Actions!B4", 12.5, "m/d/yyyy", "Error: Amount is not a plain number"),
        ("Actions!B4", 3_000_000.0, DAY, "Error: The cell shows an error"),
        ("Actions!B4", -12.5, DAY, "Error: The cell shows an error"),
        ("Actions!A4", 9_007_199_254_740_993.0, "0", "Error: ActionId is a number or a date"),
        ("Actions!A4", 46154.0, DAY, "Error: ActionId is a number or a date"),
        ("Actions!C4", 2_958_466.0, DAY, "Error: The cell shows an error"),
    ],
)
def test_a_number_in_another_format_is_never_sent_as_another_value(desk, place, value, number_format, verdict):
    desk.open(GOOD)
    desk.excel.put(place, None, number_format="General")
    desk.excel.put(place, value, number_format=number_format)
    desk.click("validate")
    assert desk.column("E", [4]) == [verdict]


@pytest.mark.usefixtures("outbox")
def test_money_in_a_currency_format_leaves_with_its_cents(desk, paths):
    desk.open([("M.8882.4808.1", None, "ORDER_UPDATE")])
    desk.excel.put("Actions!B4", None, number_format="General")
    desk.excel.put("Actions!B4", 1234.55, number_format=MONEY)
    desk.click("export_csv")
    (file,) = paths.exports.iterdir()
    assert b"M.8882.4808.1,1234.55," in file.read_bytes()
