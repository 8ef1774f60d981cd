"""A chart as SVG: well-formed whatever the names are, with every figure as text."""

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.operations.charts import Bar, bar_chart

BARS = st.lists(st.builds(Bar, st.text(max_size=40), st.integers(-(10**17), 10**17), st.text(max_size=10)), max_size=5)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(bars):
    text = bar_chart("a", "Title & more", "Description", bars)
    return ET.fromstring(
        text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).encode("utf-8", "replace")
    )


@given(BARS)
@settings(max_examples=50)
def test_every_bar_stays_within_the_chart(bars):
    chart = drawn(bars)
    _, _, width, height = map(int, chart.get("viewBox").split())
    for bar in chart.iter(f"{SVG}rect"):
        x, y, wide, high = (int(bar.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height


def test_bars_are_as_long_as_their_values_and_those_below_zero_grow_to_the_left():
    first, second = drawn([Bar("a", 100, "100"), Bar("b", -50, "-50")]).iter(f"{SVG}rect")
    zero = int(first.get("x"))
    assert int(second.get("x")) + int(second.get("width")) == zero
    assert abs(int(first.get("width")) - 2 * int(second.get("width"))) <= 2


def test_a_chart_has_a_title_a_description_and_its_figures_as_text():
    chart = drawn([Bar("<b>", 1, "1 & 2")])
    assert chart.find(f"{SVG}title").text == "Title & more"
    assert chart.find(f"{SVG}desc").text == "Description"
    assert chart.get("aria-labelledby") == "a-title a-description"
    assert [one.text for one in chart.iter(f"{SVG}text")] == ["<b>", "1 & 2"]


def test_a_value_that_is_small_beside_the_others_can_still_be_seen():
    assert [
        int(bar.get("width"))
        for bar in drawn([Bar("a", 10**9, ""), Bar("b", 1, ""), Bar("c", 0, "")]).iter(f"{SVG}rect")
    ][1:] == [1, 0]
