"""Draw bar charts as inline SVG: with a title and a description for screen readers, figures beside the bars, no script.

Pure. Each bar carries its name and its figure as text, so that nothing is told by colour alone.
"""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from action_returns.clean_text import clean_line

_WIDTH: Final = 840
_LABEL: Final = 260
"""Width that is left for the names, in pixels."""
_FIGURE: Final = 210
"""Width that is left for the figures, in pixels."""
_ROW: Final = 26
_LONGEST_LABEL: Final = 26


class Bar(NamedTuple):
    """One bar.

    Args:
        label: its name.
        value: its length, in whole units; below 0 the bar grows to the left.
        shown: its figure as people read it.
    """

    label: str
    value: int
    shown: str


def bar_chart(identifier: str, title: str, description: str, bars: Sequence[Bar]) -> str:
    """Return a chart of horizontal bars as SVG.

    Args:
        identifier: letters and digits, one of its own for each chart of a page.
        title: what the chart shows.
        description: the same with its most important figures, for those who do not see it.
        bars: the bars, from the top.
    """
    height = _ROW * len(bars) + 8
    least, most = min([0, *(bar.value for bar in bars)]), max([0, *(bar.value for bar in bars)])
    span, room = max(most - least, 1), _WIDTH - _LABEL - _FIGURE
    zero = _LABEL + round(room * -least / span)
    drawn = []
    for at, bar in enumerate(bars):
        middle = _ROW * at + _ROW // 2 + 4
        width = max(round(room * abs(bar.value) / span), 1 if bar.value else 0)
        left = zero - width if bar.value < 0 else zero
        drawn.append(
            f'<text x="{_LABEL - 8}" y="{middle + 5}" text-anchor="end">{_text(_short(bar.label))}</text>'
            f'<rect x="{left}" y="{middle - 8}" width="{width}" height="16"/>'
            f'<text x="{_LABEL + room + 8}" y="{middle + 5}">{_text(bar.shown)}</text>'
        )
    axis = f'<line x1="{zero}" y1="2" x2="{zero}" y2="{height - 2}"/>'
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{identifier}-title '
        f'{identifier}-description"><title id="{identifier}-title">{_text(title)}</title>'
        f'<desc id="{identifier}-description">{_text(description)}</desc>{"".join(drawn)}{axis}</svg>'
    )


def _short(label: str) -> str:
    line = clean_line(label)
    return line if len(line) <= _LONGEST_LABEL else line[: _LONGEST_LABEL - 1] + "…"


def _text(text: str) -> str:
    return escape(clean_line(text))
