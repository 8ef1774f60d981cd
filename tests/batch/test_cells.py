"""White space is the same everywhere: every blank and invisible character, however many of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.cells import remove_white_space, strip_white_space


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a b", "a b"),
        (" a b ", "a b"),
        ("\ta\r\n", "a"),
        ("\x01a\x7f", "a"),
        ("\u00a0a\u200b", "a"),
        ("\u200b\u2060a\ufeff", "a"),
        ("a\u00ad\u00a0b\u3164", "a\u00ad\u00a0b"),
        ("ä ", "ä"),
        ("\ud800", "\ud800"),
        (" ", ""),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_white_space_around_a_text_is_left_out_whatever_kind_it_is(cell, text):
    assert strip_white_space(cell) == text


@given(st.text(alphabet="ab \t\n\u00a0\u200b\ufeff\U000e0020ä", max_size=12))
def test_a_text_begins_and_ends_with_characters_that_can_be_seen(text):
    stripped = strip_white_space(text)
    before, found, after = text.partition(stripped) if stripped else (text, "", "")
    assert found == stripped
    assert remove_white_space(before + after) == ""
    assert remove_white_space(stripped[:1] + stripped[-1:]) == stripped[:1] + stripped[-1:]
