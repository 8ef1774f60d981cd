"""What people see is what there is: nothing hides, turns round or controls the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.clean_text import clean, clean_line

_ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("a1é❤🔥\u200c\u200d\ufe0f\u202e\u2066\u061c\u3164\x1b\n\r\t\ud800\U000e0041\U000e0100ن"),
    )
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", "[U+001B]]0;title[U+0007]"),
        ("a\r\nb\tc", "a[U+000D]\nb[U+0009]c"),
        ("\x9b31m", "[U+009B]31m"),
        ("Batch\u202exslx.exe", "Batch[U+202E]xslx.exe"),
        ("\u200e\u200f\u061c\u2066\u2069", "[U+200E][U+200F][U+061C][U+2066][U+2069]"),
        ("\ufeffActionId", "[U+FEFF]ActionId"),
        ("Amo\u00adunt", "Amo[U+00AD]unt"),
        ("a\u200bb\u2060c", "a[U+200B]b[U+2060]c"),
        ("pay\u200dpal", "pay[U+200D]pal"),
        ("a\u2028b\u2029c\x85d", "a[U+2028]b[U+2029]c[U+0085]d"),
        ("ok\U000e0068\U000e0069", "ok[U+E0068][U+E0069]"),
        ("\udcff.csv", "[U+DCFF].csv"),
        ("\uf022\U00100000", "[U+F022][U+100000]"),
        ("a\u3164b\u2800c", "a[U+3164]b[U+2800]c"),
        ("a\ufe01b", "a[U+FE01]b"),
        ("é\ufe00\ufe01", "é\ufe00[U+FE01]"),
        ("é\u200d", "é[U+200D]"),
        ("\u200dé", "[U+200D]é"),
        ("\ufe0fé", "[U+FE0F]é"),
    ],
)
def test_a_character_that_hides_or_controls_is_named(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Rückgaben (März) [red] ~ $5",
        "e\u0301 and ẹ\u0300",
        "返品一覧.csv",
        "葛\U000e0100城",
        "می\u200cخواهم",
        "क्\u200dष",
        "רשימה",
        "❤\ufe0f\u200d🔥 👩\u200d💻 1\ufe0f\u20e3",
        "10\u00a0000\u202f€ \u3000",
        "two\nlines",
    ],
)
def test_letters_of_every_script_stay_as_they_are(text):
    assert clean(text) == text


def test_a_name_stands_in_one_line():
    assert clean_line("Returns\nNovember é") == "Returns[U+000A]November é"
    assert clean_line("Returns") == "Returns"


@given(_ANY_TEXT)
def test_no_character_that_controls_or_turns_the_direction_is_left(text):
    for shown, allowed in ((clean(text), "\n"), (clean_line(text), "")):
        for at, sign in enumerate(shown):
            if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and sign not in allowed:
                assert sign in "\u200c\u200d"
                assert 0 < at < len(shown) - 1
                assert not (shown[at - 1] + shown[at + 1]).isascii()


@given(_ANY_TEXT)
def test_a_clean_text_is_not_changed_again(text):
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_line(clean(text)) == clean_line(text)


@given(
    st.text(st.characters(categories=["L", "N", "P", "Sm", "Sc", "Zs"], exclude_characters="\u115f\u1160\u3164\uffa0"))
)
def test_printable_text_is_unchanged(text):
    assert clean_line(text) == text
