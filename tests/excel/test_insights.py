"""The button Insights: figures beside the charts, few calls to Excel, and names of others that stay texts."""

from action_returns.excel import insights
from action_returns.operations.insights import Insights
from tests.support.months import FORMULA, november
from tests.support.profiles import make_outbox

GOOD = [("M.8882.4808.1063415", "0", "REJECTED")]


def told(desk, rows):
    return [desk.peek(f"Insights!A{row}") for row in rows]


def test_the_button_fills_the_sheet_and_shows_it(desk, home, tmp_path, paths):
    make_outbox(home, tmp_path / "outbox", environment="live")
    november(paths)
    desk.open(GOOD)
    said = desk.click("insights")
    assert "on record" in said
    assert told(desk, [5, 20, 35, 50, 65]) == [
        *("Reversals per week", "Order value by reason", "Order value by partner", "Findings by cause"),
        "Days until actions lock",
    ]
    names = told(desk, range(36, 48))
    assert f"{FORMULA} (EUR)" in names
    assert desk.peek(f"Insights!B{36 + names.index(f'{FORMULA} (EUR)')}") == -49.9


def test_a_workbook_without_batches_says_what_to_do(desk, outbox):
    desk.open(GOOD)
    desk.click("insights")
    assert told(desk, [6])[0].startswith("Nothing was sent yet")
    assert told(desk, [66])[0].startswith("No pending download")


def test_the_figures_cost_few_calls(desk, home, tmp_path, paths):
    make_outbox(home, tmp_path / "outbox", environment="live")
    november(paths)
    desk.open(GOOD)
    desk.excel.calls.clear()
    desk.click("insights")
    assert desk.excel.calls.total() <= 25, desk.excel.calls.most_common(20)


def test_the_figures_have_as_many_rows_as_their_range():
    empty = Insights(None, 0, {}, (), (), {}, None)
    assert len(insights.figures(empty, "2026-12-01T12:00:00")) == 75
