"""Compound files: every reader finds every stream, and nothing doubtful."""

import struct
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from olefile import ENDOFCHAIN, FATSECT, FREESECT, NOSTREAM
from pyopenvba.cfb import CFB

from action_returns.errors import VbaError
from action_returns.workbook_builder.vba.compound_file import compound_file
from tests.workbook_builder.vba.oracles import opened, streams

EDGES = [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 4608, 8192]
SIZES = st.sampled_from(EDGES) | st.integers(0, 70_000)
NAMES = st.text(st.sampled_from("AaBbZz_19äÄß€"), min_size=1, max_size=31)
RED, BLACK = 0, 1


def contents(sizes):
    return {f"Stream{at}": bytes((at + k) % 251 for k in range(size)) for at, size in enumerate(sizes)}


def chain(table, start):
    while start != ENDOFCHAIN:
        yield start
        start = table[start]


def numbers(content, sectors):
    data = b"".join(content[512 * (1 + at) : 512 * (2 + at)] for at in sectors)
    return struct.unpack(f"<{len(data) // 4}I", data)


def check_every_sector_is_used_once(content):
    """Follow every chain: no sector in two of them, none lost, and the FAT's own marked as such (MS-CFB 2.3, 2.4)."""
    with opened(content) as file:
        root, *others = (entry for entry in file.direntries if entry)
        kept = [entry for entry in others if entry.entry_type == 2 and entry.size]
        large = [entry for entry in kept if entry.size >= 4096]
        small = [entry for entry in kept if entry.size < 4096]
        starts = [file.first_dir_sector, file.first_mini_fat_sector, root.isectStart]
        used = [at for start in starts for at in chain(file.fat, start)]
        for entry in large:
            sectors = list(chain(file.fat, entry.isectStart))
            assert len(sectors) == ceil(entry.size / 512)
            used += sectors
        count = len(content) // 512 - 1
        fat = [at for at in range(count) if file.fat[at] == FATSECT]
        used += fat
        assert sorted(used) == list(range(count))
        assert set(numbers(content, fat)[count:]) <= {FREESECT}
        file.loadminifat()
        used = []
        for entry in small:
            sectors = list(chain(file.minifat, entry.isectStart))
            assert len(sectors) == ceil(entry.size / 64)
            used += sectors
        assert sorted(used) == list(range(root.size // 64))
        mini_fat = list(chain(file.fat, file.first_mini_fat_sector))
        assert set(numbers(content, mini_fat)[len(used) :]) <= {FREESECT}


def black_height(entries, at):
    """Check a tree of siblings (MS-CFB 2.6.4) on the way, and give how many black ones every path has."""
    if at == NOSTREAM:
        return 0
    entry = entries[at]
    below = [entry.sid_left, entry.sid_right]
    heights = {black_height(entries, child) for child in below}
    assert len(heights) == 1
    if entry.color == RED:
        assert all(entries[child].color == BLACK for child in below if child != NOSTREAM)
    return heights.pop() + (entry.color == BLACK)


def in_order(entries, at):
    if at != NOSTREAM:
        yield from in_order(entries, entries[at].sid_left)
        yield entries[at].name
        yield from in_order(entries, entries[at].sid_right)


def upper(name):
    """Return what Windows compares: UTF-16 units, each in upper case if that is one unit as well."""
    return [ord(letter.upper()) if len(letter.upper()) == 1 else ord(letter) for letter in name]


@given(st.lists(SIZES, max_size=8))
def test_streams_of_any_size_are_read_back(sizes):
    tree = contents(sizes)
    content = compound_file(tree)
    assert streams(content) == tree
    assert CFB.from_bytes(content).list_streams() == sorted(tree)
    check_every_sector_is_used_once(content)


@pytest.mark.parametrize("size", EDGES)
def test_a_single_stream_at_every_edge_of_a_sector_is_read_back(size):
    content = compound_file(contents([size]))
    assert streams(content) == contents([size])
    check_every_sector_is_used_once(content)


@pytest.mark.parametrize("count", [*range(40), 65, 99, 127, 128, 129, 500])
def test_any_number_of_streams_is_read_back_from_a_sound_search_tree(count):
    tree = contents([70] * count)
    content = compound_file({"VBA": tree})
    assert streams(content) == {f"VBA/{name}": data for name, data in tree.items()}
    with opened(content) as file:
        entries = file.direntries
        top = entries[entries[0].sid_child].sid_child
        assert entries[0].color == BLACK
        black_height(entries, top)
        assert list(in_order(entries, top)) == sorted(tree, key=lambda name: (len(name), name.upper()))


@given(st.lists(NAMES, unique_by=lambda name: tuple(upper(name)), max_size=40))
def test_names_are_ordered_by_length_and_then_by_their_capitals(names):
    with opened(compound_file(dict.fromkeys(names, b""))) as file:
        found = list(in_order(file.direntries, file.direntries[0].sid_child))
    assert found == sorted(names, key=lambda name: (len(name), upper(name)))


@pytest.mark.parametrize("count", range(8))
def test_entries_that_are_not_used_are_as_empty_as_the_format_says(count):
    content = compound_file(contents([1] * count))
    with opened(content) as file:
        start = 512 * (1 + file.first_dir_sector)
        size = 512 * len(list(chain(file.fat, file.first_dir_sector)))
    unused = content[start : start + size][128 * (1 + count) :]
    assert len(unused) < 512
    assert unused == (bytes(68) + b"\xff" * 12 + bytes(48)) * (len(unused) // 128)


def test_storages_are_read_back_with_what_is_in_them():
    tree = {"VBA": {"dir": b"1", "Deep": {"Deeper": b"2" * 5000}}, "Empty": {}, "PROJECT": b"3"}
    with opened(compound_file(tree)) as file:
        assert sorted(file.listdir(storages=True)) == [
            ["Empty"],
            ["PROJECT"],
            ["VBA"],
            ["VBA", "Deep"],
            ["VBA", "Deep", "Deeper"],
            ["VBA", "dir"],
        ]
        assert file.openstream("VBA/Deep/Deeper").read() == b"2" * 5000


def test_a_file_of_many_fat_sectors_is_read_back():
    tree = contents([6_900_000, 100])
    content = compound_file(tree)
    assert streams(content) == tree
    check_every_sector_is_used_once(content)


def test_the_same_tree_gives_the_same_bytes_in_whatever_order():
    tree = contents([10, 5000, 0])
    assert compound_file(tree) == compound_file(dict(reversed(tree.items())))


def test_more_than_seven_megabytes_are_refused():
    with pytest.raises(VbaError, match="more than 7 MB cannot be written"):
        compound_file({"Large": bytes(7_200_000)})


@pytest.mark.parametrize("name", ["", "A" * 32, "a/b", "a\\b", "a:b", "a!b"])
def test_a_name_that_cannot_be_one_is_refused(name):
    with pytest.raises(VbaError, match="cannot name a stream"):
        compound_file({"VBA": {name: b""}})


def test_two_names_that_differ_in_capitals_only_are_refused():
    with pytest.raises(VbaError, match="'Main' and 'MAIN' are the same name"):
        compound_file({"Main": b"1", "MAIN": b"2"})
