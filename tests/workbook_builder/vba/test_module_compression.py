"""Compression of VBA source: every reader gets back what was written."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyopenvba import vba as pyopenvba

from action_returns.errors import VbaError
from action_returns.workbook_builder.vba.module import compress
from tests.workbook_builder.vba.oracles import XLWINGS, decompressed

# MS-OVBA 3.2: no compression, normal compression, maximum compression.
EXAMPLES = [
    (b"abcdefghijklmnopqrstuv.", "0119B000616263646566676800696A6B6C6D6E6F700071727374757 62E"),
    (
        b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        "012FB00023616161626364658266007061676869 6A013808616B6C00306D6E6F7006710270041072737475761077 78797A003C",
    ),
    (b"a" * 73, "0103B002614500"),
]
SIZES = st.integers(0, 100) | st.integers(4080, 4110) | st.integers(8180, 8200) | st.integers(0, 20_000)
WORDS = st.lists(st.sampled_from([b"Sub ", b"End Sub\r\n", b"    ", b"Dim x As Long\r\n", b"'\xe4", b"\0"]), min_size=1)
BYTES = st.binary(min_size=1, max_size=300)


def check_round_trip(data):
    compressed = compress(data)
    assert decompressed(compressed) == data
    assert pyopenvba.decompress(compressed) == data
    return compressed


@pytest.mark.parametrize(("data", "published"), EXAMPLES, ids=["none", "normal", "maximum"])
def test_the_examples_of_the_specification_come_back_and_are_no_longer_than_there(data, published):
    published = bytes.fromhex(published.replace(" ", ""))
    assert decompressed(published) == data
    assert len(check_round_trip(data)) <= len(published)


@given(words=WORDS, size=SIZES)
def test_program_text_of_any_size_comes_back(words, size):
    text = b"".join(words)
    check_round_trip((text * (size // len(text) + 1))[:size])


@given(part=BYTES, seed=st.integers(0, 1000), size=SIZES)
def test_text_with_stretches_that_do_not_repeat_comes_back(part, seed, size):
    random = Random(seed)
    data = bytearray()
    while len(data) < size:
        data += random.choice((part, random.randbytes(40), b" " * random.randrange(100)))
    check_round_trip(bytes(data[:size]))


@given(seed=st.integers(0, 1000), size=SIZES)
def test_bytes_that_do_not_shrink_come_back_or_are_refused_but_never_change(seed, size):
    data = Random(seed).randbytes(size)
    try:
        check_round_trip(data)
    except VbaError:
        assert size % 4096 > 3640


def test_blocks_that_do_not_shrink_are_kept_as_they_are():
    data = Random(1).randbytes(3 * 4096)
    assert len(check_round_trip(data)) == 1 + 3 * (2 + 4096)


def test_a_last_block_that_cannot_be_kept_is_refused_with_what_to_do():
    with pytest.raises(VbaError, match=r"The last 4000 bytes do not get smaller.*take out what is not"):
        compress(Random(1).randbytes(4096 + 4000))


def test_nothing_at_all_comes_back_as_nothing():
    assert check_round_trip(b"") == b"\x01"


def test_the_vba_of_xlwings_comes_back_at_less_than_half_its_size():
    text = (XLWINGS / "xlwings.bas").read_bytes()
    assert len(check_round_trip(text)) < len(text) / 2


def test_the_same_text_gives_the_same_bytes():
    text = (XLWINGS / "xlwings.bas").read_bytes()
    assert compress(text) == compress(bytes(bytearray(text)))
