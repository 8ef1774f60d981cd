"""Fill the sheet Insights, whose charts show the figures that stand beside them."""

from typing import TYPE_CHECKING, Final

from action_returns.excel.check_table import read_pending
from action_returns.operations.insights import MOST_BARS, find_insights
from action_returns.operations.insights_page import charts_of, notes_of
from action_returns.operations.texts import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from action_returns.excel.button import ButtonContext
    from action_returns.operations.insights import Insights
    from action_returns.operations.insights_page import Chart

SHEET: Final = "Insights"
ROWS: Final = MOST_BARS
"""Rows of figures beside each chart."""
_AMOUNTS: Final = frozenset({"reasons", "partners"})
Row = tuple[str | None, float | None]


def show_insights(context: "ButtonContext") -> None:
    """Count what the ledger and the sheet Pending tell, write the figures beside the charts, and show them."""
    from action_returns.operations.account import open_account_ledger

    context.book.status("Reading the record ...")
    pending = read_pending(context.book)
    told = "" if pending is None else f"the sheet Pending, of {pending.as_of:%Y-%m-%d}"
    with open_account_ledger(context.account, context.paths) as ledger:
        insights = find_insights(ledger, context.account, now=context.now(), pending=pending, told=told)
    context.book.own_sheets.write_named_ranges(
        SHEET, {"insights_figures": figures(insights, context.now().isoformat())}
    )
    context.book.show(SHEET)
    context.tell("\n\n".join([f"{counted(insights.batches, 'batch')} on record.", *notes_of(insights)]))


def figures(insights: "Insights", at: str) -> list[Row]:
    """Return what the range ``insights_figures`` gets: one line about all, and for each chart its title and 12 rows.

    Args:
        insights: the figures.
        at: when they were counted, ISO 8601.
    """
    rows: list[Row] = [(f"{counted(insights.batches, 'batch')} on record, counted {at[:16].replace('T', ' ')}", None)]
    for chart in charts_of(insights):
        rows += [(None, None), (chart.title, None), *_rows(chart), (None, None)]
    return rows[:-1]


def _rows(chart: "Chart") -> "Sequence[Row]":
    """Return the figures of a chart in 12 rows; without any, the first says what to do."""
    rows: list[Row] = [(bar.label, bar.value / 100 if chart.name in _AMOUNTS else bar.value) for bar in chart.bars]
    rows = rows[:ROWS] or [(chart.empty, None)]
    return [*rows, *[(None, None)] * (ROWS - len(rows))]
