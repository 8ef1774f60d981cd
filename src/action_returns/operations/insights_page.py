"""Show the insights: as lists of figures for the terminal and the workbook, and as a page with charts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.batch.amounts import money
from action_returns.operations.charts import Bar, bar_chart
from action_returns.operations.html_pages import render_page
from action_returns.operations.statement_files import shortened
from action_returns.operations.texts import counted

if TYPE_CHECKING:
    from action_returns.operations.insights import Insights, Value

NO_BATCHES: Final = "Nothing was sent yet. After the first batch its figures are here."
NO_DOWNLOAD: Final = (
    "No pending download is kept. Load one: click Load pending, or name it with --pending FILE in a check."
)


class Chart(NamedTuple):
    """One chart with the figures beside it.

    Args:
        name: letters and digits.
        title: what it shows.
        unit: what the figures count.
        bars: its bars.
        empty: what to do when there are none, ``""`` when there are.
    """

    name: str
    title: str
    unit: str
    bars: Sequence[Bar]
    empty: str


def charts_of(insights: "Insights") -> list[Chart]:
    """Return the charts of insights; a chart without figures says what to do."""
    none = "" if insights.batches else NO_BATCHES
    known = none or "The amounts from before are not known: load the pending download before you send."
    weeks = [Bar(f"week of {day}", number, f"{number:,}") for day, number in insights.weeks.items()] if not none else []
    causes = [Bar(shortened(cause), number, f"{number:,}") for cause, number in insights.causes.items()]
    locks = [Bar(name, number, f"{number:,}") for name, number in (insights.locks or {}).items()]
    return [
        Chart("weeks", "Reversals per week", "Reversals", weeks, none),
        _values("reasons", "Order value by reason", insights.reasons, known),
        _values("partners", "Order value by partner", insights.partners, known),
        Chart(
            "causes",
            "Findings by cause",
            "Rows",
            causes,
            "" if causes else none or "No row was sent with a warning, and none stayed behind with an error.",
        ),
        Chart("locks", "Days until actions lock", "Actions", locks, "" if locks else NO_DOWNLOAD),
    ]


def _values(name: str, title: str, values: "Sequence[Value]", empty: str) -> Chart:
    bars = [
        Bar(f"{shortened(value.name)}{f' ({value.currency})' if value.currency else ''}", value.cents, _amount(value))
        for value in values
        if value.known
    ]
    return Chart(name, title, "Change of order value", bars, "" if bars else empty)


def _amount(value: "Value") -> str:
    amount = money(value.cents, value.currency or None, sign=True)
    return (
        amount if value.known == value.actions else f"{amount} ({value.known:,} of {counted(value.actions, 'action')})"
    )


def notes_of(insights: "Insights") -> list[str]:
    """Return what the figures do not tell, one sentence each."""
    actions = sum(value.actions for value in insights.reasons)
    known = sum(value.known for value in insights.reasons)
    notes = []
    if actions > known:
        notes.append(
            f"The amount from before is not known of {actions - known:,} of {counted(actions, 'action')}; they are in no order value."
        )
    currencies = {value.currency for value in insights.reasons if value.known}
    if len(currencies) > 1:
        notes.append(
            "Bars of different currencies are drawn side by side and never added; compare those of one currency."
        )
    if insights.unknown:
        notes.append(
            f"{counted(len(insights.unknown), 'batch')} may have arrived or not and "
            f"{'is' if len(insights.unknown) == 1 else 'are'} in no figure: {', '.join(insights.unknown[:4])}."
        )
    if insights.left_out:
        notes.append(
            f"{counted(len(insights.left_out), 'batch')} cannot be read and is in no figure: "
            f"action-returns history show {insights.left_out[0]}"
        )
    if insights.pending:
        notes.append(f"Days until actions lock are from: {insights.pending}.")
    return notes


def insights_page(insights: "Insights") -> bytes:
    """Return the insights as one page of HTML, with a chart and a table for each kind of figure."""
    from markupsafe import Markup

    charts = charts_of(insights)
    drawn = [
        Markup(bar_chart(chart.name, chart.title, _description(chart), chart.bars)) if chart.bars else ""  # noqa: S704  # every text in it is escaped there
        for chart in charts
    ]
    return render_page(
        "insights.html",
        title="Insights",
        about=f"{counted(insights.batches, 'batch')} on record; weeks begin on Monday in the time zone {insights.zone}.",
        notes=notes_of(insights),
        charts=list(zip(charts, drawn, strict=True)),
    )


def _description(chart: Chart) -> str:
    largest = max(chart.bars, key=lambda bar: abs(bar.value))
    return (
        f"{counted(len(chart.bars), 'bar')}. The largest: {largest.label}, {largest.shown}. The table has every figure."
    )
