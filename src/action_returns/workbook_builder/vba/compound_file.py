"""The directory of a compound file (MS-CFB 2.6): names, and the search tree in which readers look them up."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias, Union

from action_returns.errors import VbaError

Tree: TypeAlias = Mapping[str, Union[bytes, "Tree"]]
"""Names of streams with their bytes, and names of storages with what is in them."""

_UNUSED, _STORAGE, _STREAM, _ROOT = 0, 1, 2, 5
_NO_STREAM: Final = 0xFFFFFFFF
_LONGEST_NAME: Final = 31


@dataclass(slots=True)
class Entry:
    """A directory entry (2.6.1): a node in the tree of its siblings, and the way to its content.

    Args:
        name: the name, unique among its siblings.
        kind: the object type.
        content: the bytes of a stream.
        start: number of the first sector of the content.
        size: bytes of the content.
        black: the colour of the node; the other one is red.
        left: number of the node below with the names that come before.
        right: number of the node below with the names that come after.
        child: number of the uppermost entry in a storage.
    """

    name: str
    kind: int
    content: bytes = b""
    start: int = 0
    size: int = 0
    black: bool = True
    left: int = _NO_STREAM
    right: int = _NO_STREAM
    child: int = _NO_STREAM

    @property
    def is_stream(self) -> bool:
        """Whether it has content of its own."""
        return self.kind == _STREAM

    def to_bytes(self) -> bytes:
        """Pack the entry: 128 bytes; class id, flags and times are zero."""
        name = self.name.encode("utf-16-le")
        name_size = len(name) + 2 if name else 0
        tree = (self.left, self.right, self.child)
        class_id_flags_and_times = bytes(16 + 4 + 8 + 8)
        return (
            struct.pack("<64sHBB3I", name, name_size, self.kind, self.black, *tree)
            + class_id_flags_and_times
            + struct.pack("<IQ", self.start, self.size)
        )


def directory(tree: Tree) -> list[Entry]:
    """Make the entries of a tree; the first is the root's. Where their content starts is not known yet.

    Raises:
        VbaError: when a name cannot be one, or when two names are one to readers.
    """
    entries = [Entry("Root Entry", _ROOT)]
    entries[0].child = _add_siblings(entries, tree)
    return entries


def _add_siblings(entries: list[Entry], tree: Tree) -> int:
    """Append what is in a storage, and everything below; give the number of the entry that the storage points to."""
    names = sorted(tree, key=_order)
    _check_names(names)
    first = len(entries)
    for name in names:
        content = tree[name]
        entries.append(Entry(name, _STREAM, content) if isinstance(content, bytes) else Entry(name, _STORAGE))
    for number, name in enumerate(names, first):
        content = tree[name]
        if not isinstance(content, bytes):
            entries[number].child = _add_siblings(entries, content)
    full_levels = (len(names) + 1).bit_length() - 1
    return _link(entries, first, first + len(names), full_levels)


def _link(entries: list[Entry], low: int, high: int, full_levels: int) -> int:
    """Make a balanced red-black tree of sorted siblings (2.6.4): black, but for a last level that is not full."""
    if low == high:
        return _NO_STREAM
    middle = (low + high) // 2
    entry = entries[middle]
    entry.left = _link(entries, low, middle, full_levels - 1)
    entry.right = _link(entries, middle + 1, high, full_levels - 1)
    entry.black = full_levels > 0
    return middle


def _order(name: str) -> tuple[int, bytes]:
    """Give what siblings are ordered by (2.6.4): length in UTF-16, then its units in upper case, one for one."""
    upper = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)
    units = upper.encode("utf-16-be")
    return len(units), units


def _check_names(names: list[str]) -> None:
    for name in names:
        if not 0 < len(name.encode("utf-16-le")) // 2 <= _LONGEST_NAME or not set("/\\:!").isdisjoint(name):
            raise VbaError(
                f"{name!r} cannot name a stream: a name has 1 to {_LONGEST_NAME} characters, and none of / \\ : !. "
                "Choose another name."
            )
    for name, following in pairwise(names):
        if _order(name) == _order(following):
            raise VbaError(f"{name!r} and {following!r} are the same name to a reader. Rename one of them.")


def directory_bytes(entries: list[Entry], sector: int) -> bytes:
    """Pack the entries, filled up to whole sectors with unused ones."""
    data = b"".join(entry.to_bytes() for entry in entries)
    unused = Entry("", _UNUSED, black=False).to_bytes()
    return data + unused * (-len(data) % sector // len(unused))


_SECTOR: Final = 512
_MINI_SECTOR: Final = 64
_MINI_CUTOFF: Final = 4096
"""Streams of fewer bytes are kept in mini sectors (2.2)."""
_ENTRIES_PER_SECTOR: Final = _SECTOR // 4
_MOST_FAT_SECTORS: Final = 109
"""What the header can list (2.2); more would need DIFAT sectors (2.5), which no project of a workbook needs."""

_FREE: Final = 0xFFFFFFFF
_END_OF_CHAIN: Final = 0xFFFFFFFE
_FAT_SECTOR: Final = 0xFFFFFFFD


def compound_file(tree: Tree) -> bytes:
    """Write a compound file. The same tree always gives the same bytes; times and class ids are zero.

    Args:
        tree: the streams and storages of the root.

    Raises:
        VbaError: when a name cannot be one, when two names are one to readers, or when it is over 7 MB.
    """
    entries = directory(tree)
    sectors, mini = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.is_stream:
            entry.size = len(entry.content)
            entry.start = (mini if entry.size < _MINI_CUTOFF else sectors).add(entry.content)
    entries[0].size = len(mini.data)
    entries[0].start = sectors.add(mini.data)
    mini_fat = _table(mini.chain)
    mini_fat_start = sectors.add(mini_fat)
    directory_start = sectors.add(directory_bytes(entries, _SECTOR))
    fat_start = len(sectors.chain)
    fat_count = -(-fat_start // (_ENTRIES_PER_SECTOR - 1))  # each lists itself and 127 others
    if fat_count > _MOST_FAT_SECTORS:
        raise VbaError(
            f"The VBA project would have {len(sectors.data):,} bytes; more than 7 MB cannot be written. "
            "Take code out, or put it into an add-in of its own."
        )
    fat = _table([*sectors.chain, *[_FAT_SECTOR] * fat_count])
    header = _header(range(fat_start, fat_start + fat_count), directory_start, mini_fat_start, len(mini_fat) // _SECTOR)
    return header + sectors.data + fat


class _Sectors:
    """Room in sectors of one size, and which sector follows which (2.3; for mini sectors 2.4).

    Args:
        size: bytes of a sector.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.chain: list[int] = []

    def add(self, content: bytes | bytearray) -> int:
        """Append content in sectors of its own, and give the number of the first."""
        if not content:
            return _END_OF_CHAIN
        first = len(self.chain)
        last = first + (len(content) - 1) // self.size
        self.chain += [*range(first + 1, last + 1), _END_OF_CHAIN]
        self.data += content.ljust((last - first + 1) * self.size, b"\0")
        return first


def _table(chain: list[int]) -> bytes:
    """Pack sector numbers into whole sectors, filled up with free ones (2.3)."""
    filled = chain + [_FREE] * (-len(chain) % _ENTRIES_PER_SECTOR)
    return struct.pack(f"<{len(filled)}I", *filled)


def _header(fat: range, directory_start: int, mini_fat_start: int, mini_fat_count: int) -> bytes:
    """Give the header (2.2): one sector, with the numbers of the FAT sectors at its end."""
    signature, class_id, reserved = bytes.fromhex("D0CF11E0A1B11AE1"), bytes(16), bytes(6)
    versions = struct.pack("<5H", 0x003E, 3, 0xFFFE, 9, 6)
    tables = struct.pack("<5I", 0, len(fat), directory_start, 0, _MINI_CUTOFF)
    others = struct.pack("<4I", mini_fat_start, mini_fat_count, _END_OF_CHAIN, 0)
    listed = struct.pack(f"<{_MOST_FAT_SECTORS}I", *fat, *[_FREE] * (_MOST_FAT_SECTORS - len(fat)))
    return signature + class_id + versions + reserved + tables + others + listed
