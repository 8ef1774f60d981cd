"""Pages of HTML: no cell of a long table becomes markup, hides a character, or moves to another row."""

from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.clean_text import clean
from action_returns.operations.html_pages import render_page, table_rows

_CELLS = st.text(st.sampled_from("a1<>&\"'\n\r\t\u202e\u200d\ufe0f\ud800ß"), max_size=6)


def test_a_cell_is_text_and_no_markup():
    assert str(table_rows([["1"], ["<script>"], ["&lt;\u202e"]])) == "<tr><td>1<td>&lt;script&gt;<td>&amp;lt;[U+202E]\n"


@settings(max_examples=60)
@given(st.lists(st.tuples(_CELLS, _CELLS), max_size=5))
def test_every_row_keeps_its_own_cells(rows):
    columns = [[first for first, _ in rows], [second for _, second in rows]]
    page = str(table_rows(columns))
    told = [
        tuple(unescape(cell) for cell in row.removesuffix("\n").split("<td>")) for row in page.split("<tr><td>")[1:]
    ]
    assert told == [(clean(first), clean(second)) for first, second in rows]


def test_templates_are_compiled_once_for_the_pages_of_many_batches(monkeypatch):
    import jinja2

    render_page("page.html", title="a")
    compiled = []
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_args, **_facts: compiled.append(1))
    assert b"<title>b" in render_page("page.html", title="b")
    assert not compiled
