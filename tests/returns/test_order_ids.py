import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.batch.cells import strip_white_space
from action_returns.returns.order_ids import loose_key, loose_keys_of, variant_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1001", "1001"),
        ("#1001", "1001"),
        ("  #1001\t", "1001"),
        ("\u00a01001\u200b", "1001"),
        ("0001001", "1001"),
        ("#0001001", "1001"),
        ("#EU1001-B", "eu1001-b"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("10010", "10010"),
    ],
)
def test_the_ways_an_order_is_written_have_one_key(text, key):
    assert loose_key(text) == key


def test_only_one_hash_sign_at_the_start_is_left_out():
    assert loose_key("##1001") == "#1001"
    assert loose_key("10#01") == "10#01"


def test_an_order_of_zeros_is_never_a_blank_one():
    assert loose_key("0") == loose_key("#000") == "0"
    assert loose_key("") == loose_key("#") == loose_key(" \t") == ""


@pytest.mark.parametrize(
    ("order", "found", "words"),
    [
        ("1001", "1001", ""),
        ("#1001", "1001", "without #"),
        ("1001", "#1001", "with #"),
        ("123", "000000123", "with the leading zeros"),
        ("000000123", "123", "without the leading zeros"),
        ("#0123", "123", "without # and without the leading zeros"),
        ("eu1001", "EU1001", "with other capital letters"),
        ("#eu1001", "EU1001", "without # and with other capital letters"),
        ("00EU1", "EU1", None),
        ("\u0661", "01", None),
    ],
)
def test_each_known_way_to_write_an_order_is_named_and_no_other_counts(order, found, words):
    assert variant_of(order, found) == words


@given(st.text("#0019 aÉ١\u00a0", max_size=6))
def test_numbers_are_no_exception(text):
    number = strip_white_space(text).removeprefix("#")
    assert loose_key(text) == (number.lstrip("0") or number[:1]).casefold()


@example(["1\n1"])
@example(["1\n#1", ""])
@given(
    st.lists(st.text("#019\n\r a\u0661\u00b2", max_size=3), max_size=6)
    | st.lists(st.from_regex("#?[1-9][0-9]?", fullmatch=True))
)
def test_the_keys_of_many_ids_are_those_of_each(texts):
    assert loose_keys_of(texts) == [loose_key(text) for text in texts]


def test_an_odd_id_among_thousands_of_numbers_has_its_own_key():
    texts = [f"#{number}" for number in range(1, 3_001)]
    texts[1_500] = "#0EU\n1"
    assert loose_keys_of(texts) == [*map(str, range(1, 1_501)), "eu\n1", *map(str, range(1_502, 3_001))]
