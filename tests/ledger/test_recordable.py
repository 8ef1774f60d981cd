"""Texts and facts are recorded in a form that every ledger takes, whatever a server or a file name holds."""

from hypothesis import given
from hypothesis import strategies as st

from action_returns.ledger.recordable import LONGEST_TEXT, plain_facts, plain_line, plain_text


def test_a_text_that_is_as_it_should_be_stays_as_it_is():
    assert plain_text("226 Übertragung ok\nBye", 100) == "226 Übertragung ok\nBye"
    assert plain_line("returns 東京.xlsx", 15) == "returns 東京.xlsx"
    assert plain_facts({"reply": "226 ok", "size": 7}) == {"reply": "226 ok", "size": 7}


def test_what_cannot_be_seen_is_named():
    assert plain_text("a\x00b\r\n\x1b[2J\ud800", 100) == "a[U+0000]b[U+000D]\n[U+001B][2J[U+D800]"
    assert plain_line("a\nb\u202e", 100) == "a[U+000A]b[U+202E]"
    assert plain_facts({"a\n": "b\x07"}) == {"a[U+000A]": "b[U+0007]"}


def test_a_long_text_is_cut_and_says_so():
    assert plain_text("x" * 101, 100) == "x" * 92 + " … (cut)"
    assert plain_line("\x07" * 20, 100) == "[U+0007]" * 11 + "[U+0 … (cut)"


def test_a_number_of_more_than_eighteen_digits_becomes_a_text():
    assert plain_facts({"size": 10**18 - 1}) == {"size": 10**18 - 1}
    assert plain_facts({"size": 10**18}) == {"size": "0xde0b6b3a7640000"}
    assert plain_facts({"size": -(10**18)}) == {"size": "-0xde0b6b3a7640000"}
    assert plain_facts({"yes": True}) == {"yes": 1}
    assert len(str(plain_facts({"size": 10**100_000})["size"])) == LONGEST_TEXT


@given(st.text(), st.integers(20, 200))
def test_a_text_is_never_longer_than_it_may_be_and_is_taken_again_as_it_is(text, longest):
    once = plain_text(text, longest)
    assert len(once) <= longest
    assert plain_text(once, longest) == once
