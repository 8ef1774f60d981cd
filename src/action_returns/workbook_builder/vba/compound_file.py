"""A compound file: streams in sectors, and the directory in which readers look them up (MS-CFB)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias, Union

from action_returns.errors import VbaError

Tree: TypeAlias = Mapping[str, Union[bytes, "Tree"]]
"""Name of a stream -> its bytes; name of a storage -> its own tree."""

_SECTOR: Final = 512
_MINI_SECTOR: Final = 64
_MINI_CUTOFF: Final = 4096
"""Streams of fewer bytes are stored in mini sectors (2.2)."""
_ENTRIES_PER_SECTOR: Final = _SECTOR // 4
_MAX_FAT_SECTORS: Final = 109
"""The number that the header can list (2.2); more would need DIFAT sectors (2.5), which no project of a workbook needs."""

_FREE: Final = 0xFFFFFFFF
_END_OF_CHAIN: Final = 0xFFFFFFFE
_FAT_SECTOR: Final = 0xFFFFFFFD


def compound_file(tree: Tree) -> bytes:
    """Return a compound file. The same tree always gives the same bytes; times and class ids are zero.

    Args:
        tree: the streams and storages of the root.

    Raises:
        VbaError: a name is not allowed, two names are the same to readers, or the file is over 7 MB.
    """
    entries = _directory_entries(tree)
    sectors, mini = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.is_stream:
            entry.size = len(entry.content)
            entry.start = (mini if entry.size < _MINI_CUTOFF else sectors).add(entry.content)
    entries[0].size = len(mini.data)
    entries[0].start = sectors.add(mini.data)
    mini_fat = _fat_sectors(mini.chain)
    mini_fat_start = sectors.add(mini_fat)
    directory_start = sectors.add(_directory_sectors(entries, _SECTOR))
    fat_start = len(sectors.chain)
    fat_count = -(-fat_start // (_ENTRIES_PER_SECTOR - 1))  # each lists itself and 127 others
    if fat_count > _MAX_FAT_SECTORS:
        raise VbaError(
            f"The VBA project would have {len(sectors.data):,} bytes; more than 7 MB cannot be written. "
            "Take code out, or put it into an add-in of its own."
        )
    fat = _fat_sectors([*sectors.chain, *[_FAT_SECTOR] * fat_count])
    header = _header(range(fat_start, fat_start + fat_count), directory_start, mini_fat_start, len(mini_fat) // _SECTOR)
    return header + sectors.data + fat


class _Sectors:
    """Sectors of one size, and the chain from each sector to the next (2.3; for mini sectors 2.4).

    Args:
        size: bytes of a sector.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.chain: list[int] = []

    def add(self, content: bytes | bytearray) -> int:
        """Append content in sectors of its own, and return the number of the first."""
        if not content:
            return _END_OF_CHAIN
        first = len(self.chain)
        last = first + (len(content) - 1) // self.size
        self.chain += [*range(first + 1, last + 1), _END_OF_CHAIN]
        self.data += content.ljust((last - first + 1) * self.size, b"\0")
        return first


def _fat_sectors(chain: list[int]) -> bytes:
    """Return sector numbers packed into whole sectors, filled up with free ones (2.3)."""
    filled = chain + [_FREE] * (-len(chain) % _ENTRIES_PER_SECTOR)
    return struct.pack(f"<{len(filled)}I", *filled)


def _header(fat: range, directory_start: int, mini_fat_start: int, mini_fat_count: int) -> bytes:
    """Return the header (2.2): one sector, with the numbers of the FAT sectors at its end."""
    signature, class_id, reserved = bytes.fromhex("D0CF11E0A1B11AE1"), bytes(16), bytes(6)
    versions = struct.pack("<5H", 0x003E, 3, 0xFFFE, 9, 6)
    tables = struct.pack("<5I", 0, len(fat), directory_start, 0, _MINI_CUTOFF)
    others = struct.pack("<4I", mini_fat_start, mini_fat_count, _END_OF_CHAIN, 0)
    listed = struct.pack(f"<{_MAX_FAT_SECTORS}I", *fat, *[_FREE] * (_MAX_FAT_SECTORS - len(fat)))
    return signature + class_id + versions + reserved + tables + others + listed


# --- the directory (2.6)

_UNUSED, _STORAGE, _STREAM, _ROOT = 0, 1, 2, 5
_NO_STREAM: Final = 0xFFFFFFFF
_MAX_NAME: Final = 31


@dataclass(slots=True)
class _Entry:
    """A directory entry (2.6.1): a node in the tree of its siblings, and where its content starts.

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
        """Return the packed entry: 128 bytes; class id, flags and times are zero."""
        name = self.name.encode("utf-16-le")
        name_size = len(name) + 2 if name else 0
        tree = (self.left, self.right, self.child)
        class_id_flags_and_times = bytes(16 + 4 + 8 + 8)
        return (
            struct.pack("<64sHBB3I", name, name_size, self.kind, self.black, *tree)
            + class_id_flags_and_times
            + struct.pack("<IQ", self.start, self.size)
        )


def _directory_entries(tree: Tree) -> list[_Entry]:
    """Return the entries of a tree, the root's first. Where their content starts is not known yet.

    Raises:
        VbaError: a name is not allowed, or two names are the same to readers.
    """
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add_siblings(entries, tree)
    return entries


def _add_siblings(entries: list[_Entry], tree: Tree) -> int:
    """Append the entries of a storage and of those in it, and return the number of the entry it points to."""
    names = sorted(tree, key=_sort_key)
    _check_names(names)
    first = len(entries)
    for name in names:
        content = tree[name]
        entries.append(_Entry(name, _STREAM, content) if isinstance(content, bytes) else _Entry(name, _STORAGE))
    for number, name in enumerate(names, first):
        content = tree[name]
        if not isinstance(content, bytes):
            entries[number].child = _add_siblings(entries, content)
    full_levels = (len(names) + 1).bit_length() - 1
    return _link_siblings(entries, first, first + len(names), full_levels)


def _link_siblings(entries: list[_Entry], low: int, high: int, full_levels: int) -> int:
    """Link sorted siblings to a balanced red-black tree (2.6.4): black, except a last level that is not full."""
    if low == high:
        return _NO_STREAM
    middle = (low + high) // 2
    entry = entries[middle]
    entry.left = _link_siblings(entries, low, middle, full_levels - 1)
    entry.right = _link_siblings(entries, middle + 1, high, full_levels - 1)
    entry.black = full_levels > 0
    return middle


def _sort_key(name: str) -> tuple[int, bytes]:
    """Return the key that siblings are sorted by (2.6.4): length in UTF-16, then its units in upper case, one for one."""
    upper = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)
    units = upper.encode("utf-16-be")
    return len(units), units


def _check_names(names: list[str]) -> None:
    for name in names:
        if not 0 < len(name.encode("utf-16-le")) // 2 <= _MAX_NAME or not set("/\\:!").isdisjoint(name):
            raise VbaError(
                f"{name!r} cannot name a stream: a name has 1 to {_MAX_NAME} characters, and none of / \\ : !. "
                "Choose another name."
            )
    for name, following in pairwise(names):
        if _sort_key(name) == _sort_key(following):
            raise VbaError(f"{name!r} and {following!r} are the same name to a reader. Rename one of them.")


def _directory_sectors(entries: list[_Entry], sector: int) -> bytes:
    """Return the packed entries, filled up to whole sectors with unused ones."""
    data = b"".join(entry.to_bytes() for entry in entries)
    unused = _Entry("", _UNUSED, black=False).to_bytes()
    return data + unused * (-len(data) % sector // len(unused))
